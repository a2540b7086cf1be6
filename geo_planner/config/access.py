"""Modes and measures of access."""

from collections.abc import Mapping
from typing import Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import USUAL_MODES, Minutes, Mode, Settings


class Access(Settings):
    """Choose modes and measures of access."""

    modes: tuple[Mode, ...] = Field(USUAL_MODES, min_length=1, description="Modes to compute.")
    cutoffs_min: tuple[Minutes, ...] = Field(
        (15, 30, 45, 60), min_length=1, description="Time limits [min]."
    )
    headline_mode: Mode = Field("transit", description="Mode of the first map.")
    headline_cutoff_min: Minutes = Field(45, description="Time limit of the first map [min].")
    half_weight_min: Mapping[Mode, Minutes] = Field(
        {
            "walk": 10,
            "bicycle": 20,
            "ebike": 20,
            "car": 30,
            "transit": 30,
            "transit+bicycle": 30,
            "park_and_ride": 30,
        },
        description="Time at which an opportunity counts half in gravity access [min].",
    )

    @field_validator("half_weight_min")
    @classmethod
    def _every_mode(cls, given: Mapping[Mode, float]) -> Mapping[Mode, float]:
        return {**cls.model_fields["half_weight_min"].default, **given}

    @model_validator(mode="after")
    def _headline_is_computed(self) -> Self:
        if self.headline_cutoff_min not in self.cutoffs_min:
            msg = f"headline_cutoff_min {self.headline_cutoff_min:g} is not among cutoffs_min"
            raise ValueError(msg)
        return self
