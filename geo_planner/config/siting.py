"""How sites are scored."""

import csv
from collections.abc import Mapping
from importlib import resources
from typing import Annotated, Literal

from pydantic import Field, field_validator

from geo_planner.config.base import Settings


class Siting(Settings):
    """Choose how sites are scored."""

    profile: Literal["balanced", "office", "laboratory", "production"] = Field(
        "balanced", description="Set of group weights."
    )
    cluster: Literal["life_science", "finance", "it"] | None = Field(
        None, description="Cluster whose jobs count as neighbours; none: all three."
    )
    weights: Mapping[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Criterion = weight, in place of the default."
    )

    @field_validator("weights")
    @classmethod
    def _known_criteria(cls, weights: Mapping[str, float]) -> Mapping[str, float]:
        text = resources.files("geo_planner").joinpath("data/criteria.csv").read_text("utf-8")
        known = [row["id"] for row in csv.DictReader(text.splitlines())]
        unknown = [repr(name) for name in weights if name not in known]
        if unknown:
            msg = f"no criterion {', '.join(unknown)}: choose from {', '.join(known)}"
            raise ValueError(msg)
        return weights
