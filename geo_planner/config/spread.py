"""Sources that spread totals of districts over built-up land."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from geo_planner.config.base import Provenance, Role, Settings
from geo_planner.config.cells import NumberFormat
from geo_planner.config.limits import LayerLimits


class SpreadTotals(NumberFormat):
    """Say where the totals of districts stand."""

    path: Path = Field(description="Text file with a header line.")
    field: str = Field(description="Field that names the district.")
    drop_last: int = Field(0, ge=0, description="Characters to cut from the end of that field.")
    width: int = Field(0, ge=0, description="Fill the code with leading zeros to this width.")
    columns: Mapping[str, str] = Field(
        description="Column of zones = pattern; the fields it matches are summed."
    )
    zero_marks: tuple[str, ...] = Field(("-",), description="Texts that stand for zero.")
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")


class SpreadAreas(Settings):
    """Say where the polygons of the districts stand."""

    path: Path = Field(description="Polygon layer.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    field: str = Field(description="Field with the district's code, as in the totals.")
    name_field: str | None = Field(None, description="Field with the district's name.")
    keep: tuple[str, ...] | None = Field(None, description="Codes to use; default: all totals.")


class SpreadLand(Settings):
    """Say where people can live, and how densely."""

    path: Path = Field(description="Polygon layer.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    field: str = Field(description="Field with the kind of land.")
    weights: Mapping[str, Annotated[float, Field(ge=0)]] = Field(
        description="Kind = relative density; kinds not listed hold nobody."
    )


class SpreadSource(Provenance):
    """Spread totals of districts over built-up land into cells of the table zones."""

    totals: SpreadTotals
    areas: SpreadAreas
    land: SpreadLand
    cell_m: float = Field(100.0, gt=0, le=5000, description="Width of a cell [m].")
    role: Role = Field(
        "study", description="Study rows are counted and drawn, others only reached."
    )
    limits: LayerLimits = Field(
        default_factory=LayerLimits,
        description="What each of its files may hold, and what reading all may take.",
    )
    note: str | None = Field(None, description="What a reader must know, such as 'stand-in'.")

    @property
    def path(self) -> Path:
        """File that names the source in messages: the totals."""
        return self.totals.path
