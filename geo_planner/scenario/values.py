"""Values that modifications are made of: shapes with their CRS, selections, times of service.

Coordinates are longitude and latitude in degrees unless ``crs`` names another system; x is east
and y is north in all of them. Nothing is guessed from the range of the numbers: what does not fit
the declared CRS is refused when the shape is laid on a region.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import geopandas as gpd
import shapely
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import core_schema
from shapely.geometry import shape as shapely_shape
from shapely.geometry.base import BaseGeometry

from geo_planner.config.base import Refusing, leave_examples_out
from geo_planner.crs import parse_crs
from geo_planner.errors import CRSError, ScenarioError
from geo_planner.scenario.refusals import unfit_value
from geo_planner.units import SECONDS_PER_HOUR, SECONDS_PER_MIN

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_SETS: Mapping[str, tuple[str, ...]] = {
    "daily": WEEKDAYS,
    "weekdays": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
    "saturday": ("saturday",),
    "sunday": ("sunday",),
}
Days = Literal["daily", "weekdays", "weekend", "saturday", "sunday"]

_CLOCK = re.compile(r"^(\d{1,2}):([0-5]\d)$")
_SHAPE_OF_DEPTH = {1: "Point", 2: "LineString", 3: "Polygon", 4: "MultiPolygon"}


class Value(BaseModel, metaclass=Refusing):
    """Stand under every value of a scenario: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=leave_examples_out)

    @classmethod
    def refusal(cls, problems: Sequence[str]) -> ScenarioError:
        """Make the error that says what is wrong with it."""
        return ScenarioError(cls.__name__, problems)


def clock_s(text: str) -> int:
    """Read a time of the service day [s]; hours may pass 24.

    Examples
    --------
    >>> clock_s("07:30"), clock_s("25:00")
    (27000, 90000)
    """
    found = _CLOCK.match(text)
    if not found:
        raise unfit_value("clock_unread", text=text)
    return int(found[1]) * SECONDS_PER_HOUR + int(found[2]) * SECONDS_PER_MIN


def _require_clock(text: str) -> str:
    clock_s(text)
    return text


Clock = Annotated[str, AfterValidator(_require_clock)]


class GeometryValue(Value):
    """Hold a GeoJSON geometry and the CRS of its coordinates.

    In place of the object its coordinates alone may be given: a pair is a point, a list of pairs
    a line, a list of rings a polygon.
    """

    type: Literal["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"] = Field(
        description="Kind of geometry, as in GeoJSON."
    )
    coordinates: list[Any] = Field(description="Coordinates, as in GeoJSON: x (east) first.")
    crs: str = Field("EPSG:4326", description="CRS of the coordinates; by default degrees.")

    @model_validator(mode="before")
    @classmethod
    def _from_coordinates(cls, given: Any) -> Any:
        if not isinstance(given, list | tuple):
            return given
        depth = 0
        inner: Any = given
        while isinstance(inner, list | tuple) and inner:
            depth, inner = depth + 1, inner[0]
        return {"type": _SHAPE_OF_DEPTH.get(depth, ""), "coordinates": list(given)}

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        try:
            parse_crs(self.crs)
        except CRSError as error:
            raise unfit_value("error_text", text=str(error)) from error
        try:
            geometry = self.geometry()
        except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
            raise unfit_value("shape_unread", type=self.type, error=str(error)) from error
        if geometry.is_empty:
            raise unfit_value("shape_empty")
        if not geometry.is_valid:
            raise unfit_value("shape_invalid", reason=shapely.is_valid_reason(geometry))
        return self

    def geometry(self) -> BaseGeometry:
        """Make the geometry, in the shape's own CRS."""
        return shapely_shape({"type": self.type, "coordinates": self.coordinates})

    def series(self) -> gpd.GeoSeries:
        """Make a series of the one geometry, with its CRS."""
        return gpd.GeoSeries([self.geometry()], crs=parse_crs(self.crs))


@dataclass(frozen=True)
class _OfType:
    """Allow some types of geometry only; the JSON schema names them as ``shapes``."""

    types: tuple[str, ...]

    def require(self, shape: GeometryValue) -> GeometryValue:
        """Refuse a shape of another type."""
        if shape.type not in self.types:
            raise unfit_value("shape_type", types=", ".join(self.types), type=shape.type)
        return shape

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check the type after the shape itself."""
        return core_schema.no_info_after_validator_function(self.require, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Name the types beside the reference to the shape."""
        return {**handler(schema), "shapes": list(self.types)}


PointShape = Annotated[GeometryValue, _OfType(("Point",))]
LineShape = Annotated[GeometryValue, _OfType(("LineString",))]
AreaShape = Annotated[GeometryValue, _OfType(("Polygon", "MultiPolygon"))]
AnyShape = GeometryValue

Scalar = str | int | float | bool


class Selection(Value):
    """Choose rows of a table: all conditions that are given must hold."""

    ids: tuple[str, ...] = Field((), description="Identifiers; each must exist.")
    where: Mapping[str, Scalar | tuple[Scalar, ...]] = Field(
        default_factory=dict, description="Column and the value, or values, it may have."
    )
    within: AreaShape | None = Field(None, description="Area the middle of the row lies in.")

    @model_validator(mode="after")
    def _chooses(self) -> Self:
        if not self.model_fields_set & set(type(self).model_fields):
            raise unfit_value("selection_none", keys=tuple(type(self).model_fields))
        return self


class RouteSelection(Selection):
    """Choose routes of the timetables; ``line`` is the number or name riders know."""

    line: str | None = Field(None, description="Short name, long name or id of the route.")


class Period(Value):
    """State how often a line runs between two times of day."""

    start: Clock = Field(description="First departure, such as 06:00.")
    end: Clock = Field(description="Departures before this time; hours may pass 24.")
    headway_min: float = Field(gt=0, le=1440, description="Minutes between departures.")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if clock_s(self.end) <= clock_s(self.start):
            raise unfit_value("period_backwards", end=self.end, start=self.start)
        if self.headway_s < 1:
            raise unfit_value("headway_second")
        return self

    @property
    def headway_s(self) -> int:
        """Time between departures [s]."""
        return round(self.headway_min * SECONDS_PER_MIN)

    @property
    def start_s(self) -> int:
        """Start of the period [s of the service day]."""
        return clock_s(self.start)

    @property
    def end_s(self) -> int:
        """End of the period [s of the service day]."""
        return clock_s(self.end)
