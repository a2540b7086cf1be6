"""Sources of road centre lines that share no nodes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from geo_planner.config.base import Provenance, Settings
from geo_planner.config.cells import NumberFormat
from geo_planner.config.limits import LayerLimits


class SpeedLimits(NumberFormat):
    """Join speed limits from lines of their own, by where they run."""

    path: Path = Field(description="File of lines that carry limits.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
    field: str = Field(description="Field that holds the limit [km/h].")
    match_within_m: float = Field(
        10.0, gt=0, le=100, description="Farthest a limit's line may lie from the street [m]."
    )
    min_share: float = Field(
        0.5, gt=0, le=1, description="Least share of the street's length that the limit runs along."
    )
    max_plausible_kmh: float = Field(
        130.0, gt=0, le=300, description="Higher limits are refused as wrong [km/h]."
    )


class CycleRoutes(Settings):
    """Mark streets that signed cycle routes run along."""

    path: Path = Field(description="File of lines.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
    match_within_m: float = Field(
        10.0, gt=0, le=100, description="Farthest a route may lie from the street [m]."
    )
    min_share: float = Field(
        0.5, gt=0, le=1, description="Least share of the street's length that routes run along."
    )
    facility: Literal["track", "lane", "shared"] = Field(
        "shared", description="Cycle facility to set: a sign alone promises no track."
    )


LineColumn = Literal[
    "street_id", "name", "road_class", "oneway", "level", "maxspeed_kmh", "surface",
    "lanes_count", "is_lit", "is_urban", "walk", "bicycle", "car",
]  # fmt: skip
OneWay = Literal["forward", "backward", "both"]


class LinesSource(Provenance, NumberFormat):
    """Read road centre lines that share no nodes, and make a network of them."""

    path: Path = Field(description="File of lines, in a format as of a layer.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
    limits: LayerLimits = Field(
        default_factory=LayerLimits, description="What reading the source may take."
    )
    keep: Mapping[str, tuple[str | int, ...]] = Field(
        default_factory=dict, description="Keep rows whose field has one of these values."
    )
    area: Literal["study_area"] | None = Field(
        None, description="Cut the lines to the table study_area; none: keep all."
    )
    buffer_m: float = Field(
        0.0, ge=0, le=100_000, description="How far beyond the area lines are kept [m]."
    )
    fields: Mapping[LineColumn, str] = Field(
        default_factory=dict, description="What is wanted = field of the layer."
    )
    classes: Mapping[str, str] = Field(
        default_factory=dict,
        description="Value of the road_class field (as text) = road class; others are refused.",
    )
    default_class: str = Field(
        "unclassified", description="Road class where the layer has none for a line."
    )
    oneway_values: Mapping[str, OneWay] = Field(
        default_factory=dict,
        description="Value of the oneway field (as text) = direction along the drawn line; "
        "others are refused.",
    )
    snap_tolerance_m: float = Field(
        5.0, ge=0, le=50, description="Farthest an end is moved to meet another line [m]."
    )
    crossings: Literal["split", "level", "shared_vertex"] = Field(
        "split",
        description="Where lines cross they are joined: everywhere on one level (split), only "
        "where both state the same level (level), or only where both have a vertex "
        "(shared_vertex).",
    )
    min_spur_m: float = Field(
        0.0, ge=0, le=50, description="Drop shorter dead ends that lines leave past a crossing [m]."
    )
    speed_limits: SpeedLimits | None = Field(None, description="Lines that carry speed limits.")
    cycle_routes: CycleRoutes | None = Field(None, description="Lines of cycle routes.")
    note: str | None = Field(None, description="What a reader must know, such as 'no one-ways'.")

    @model_validator(mode="after")
    def _fields_for_values(self) -> Self:
        problems = [
            f"{setting} needs {column} under 'fields'"
            for setting, column, is_asked in (
                ("'classes'", "road_class", bool(self.classes)),
                ("'oneway_values'", "oneway", bool(self.oneway_values)),
                ("crossings = 'level'", "level", self.crossings == "level"),
            )
            if is_asked and column not in self.fields
        ]
        if self.buffer_m and self.area is None:
            problems.append("'buffer_m' needs area = 'study_area'")
        if problems:
            raise ValueError("; ".join(problems))
        return self
