"""How sites are scored."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from geo_planner.config.base import Settings
from geo_planner.packaged import packaged_rows

Point = tuple[float, Annotated[float, Field(ge=0, le=1)]]


class Siting(Settings):
    """Choose how sites are scored."""

    profile: Literal["balanced", "office", "laboratory", "production"] = Field(
        "balanced",
        description="What sites are wanted for: group weights, use, clusters, environmental class.",
    )
    cluster: Literal["life_science", "finance", "it"] | None = Field(
        None, description="Cluster whose jobs count as neighbours; none: those of the profile."
    )
    weights: Mapping[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Criterion = weight, in place of the default."
    )
    group_weights: Mapping[Literal["A", "B", "C", "D", "E"], Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="Group of criteria = weight, in place of the profile's."
    )
    points: Mapping[str, tuple[Point, ...]] = Field(
        default_factory=dict,
        description="Criterion = points of its value function, [[raw, value from 0 to 1], ...], "
        "in place of the default.",
    )
    aggregation: Literal["additive", "geometric", "topsis"] = Field(
        "additive",
        description="How criteria make up for each other; topsis may reverse ranks when a site "
        "comes or goes.",
    )
    unknown: Literal["range", "exclude", "worst"] = Field(
        "range",
        description="What an unknown value does: a range ranked by its lower end, exclusion of "
        "the site, or the worst value.",
    )
    reference: Path | None = Field(
        None, description="reference.json of the baseline whose frozen points a scenario keeps."
    )
    draws: int = Field(
        10_000, ge=100, le=1_000_000, description="Random weightings that test the ranking."
    )
    seed: int = Field(0, ge=0, description="Seed of the random weightings.")

    @field_validator("weights", "points")
    @classmethod
    def _require_criteria(cls, by_criterion: Mapping[str, object]) -> Mapping[str, object]:
        criteria = [row["id"] for row in packaged_rows("criteria")]
        unknown = [repr(name) for name in by_criterion if name not in criteria]
        if unknown:
            msg = f"no criterion {', '.join(unknown)}: choose from {', '.join(criteria)}"
            raise ValueError(msg)
        return by_criterion

    @field_validator("points")
    @classmethod
    def _rising_points(cls, points: Mapping[str, tuple[Point, ...]]) -> Mapping[str, object]:
        wrong = [
            repr(name)
            for name, pairs in points.items()
            if len(pairs) < 2 or any(a[0] >= b[0] for a, b in pairwise(pairs))  # noqa: PLR2004
        ]
        if wrong:
            msg = f"points of {', '.join(wrong)}: give two or more, raw figures rising"
            raise ValueError(msg)
        return points
