"""What ground is looked for: the use, the stage its plan must have reached, and limits."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import Settings
from geo_planner.land.factors import use_of_profile

SearchStage = Literal["now", "if_adopted", "potential"]
_LIMITED = ("area_m2", "floor_area_m2")


class SiteSearch(Settings):
    """Say what ground is looked for.

    Examples
    --------
    >>> from geo_planner import SiteSearch
    >>> SiteSearch(use="laboratory", max_station_walk_m=900).stage
    'now'
    """

    use: str = Field(description="Use to find ground for, such as laboratory.")
    stage: SearchStage = Field(
        "now",
        description="Plan that must allow the use: now (a local plan in force), if_adopted (or a "
        "proposed one), potential (or the framework).",
    )
    min_area_m2: float = Field(1_000.0, ge=0, description="Least ground of a place [m2].")
    max_area_m2: float | None = Field(None, gt=0, description="Most ground of a place [m2].")
    min_width_m: float | None = Field(
        None, gt=0, le=1_000, description="Least width: ground that is narrower is left out [m]."
    )
    max_station_walk_m: float | None = Field(
        None, gt=0, le=5_000, description="Longest walk to a listed station [m]."
    )
    min_floor_area_m2: float | None = Field(
        None, gt=0, description="Least floor area that can be added, likely [m2]."
    )
    max_floor_area_m2: float | None = Field(
        None, gt=0, description="Most floor area that can be added, likely [m2]."
    )
    max_built_ratio: float = Field(
        0.0,
        ge=0,
        le=20,
        description="Floor area over ground up to which a parcel counts as not built on.",
    )

    @field_validator("use")
    @classmethod
    def _require_use(cls, use: str) -> str:
        uses = sorted(set(use_of_profile().values()))
        if use not in uses:
            msg = f"no use {use!r}: choose from {', '.join(uses)}"
            raise ValueError(msg)
        return use

    @model_validator(mode="after")
    def _require_room(self) -> Self:
        wrong = [
            f"min_{name} is above max_{name}"
            for name in _LIMITED
            if (getattr(self, f"min_{name}") or 0) > (getattr(self, f"max_{name}") or float("inf"))
        ]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    @property
    def profile(self) -> str:
        """Profile of sites that is measured by the use."""
        return next(profile for profile, use in use_of_profile().items() if use == self.use)

    @property
    def limits_floor_area(self) -> bool:
        """Whether floor area is limited, so that it must be measured."""
        return self.min_floor_area_m2 is not None or self.max_floor_area_m2 is not None
