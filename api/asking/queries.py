"""What may be asked: the parameters of each question, made from the settings of the library."""

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
)
from pydantic.fields import FieldInfo

from geo_planner.config import Mode, Percentile, Travel
from geo_planner.schema import tables

_MOST_POINTS = 1000
_MOST_LIMITS = 240
_NUMBER = r"-?\d+(\.\d+)?"
_COUNTED = r"[a-z_]+(:[A-Za-z0-9_]+)?"
_COUNTED_WORDS = "What to count: jobs, workers, residents, pupils, or TABLE:COLUMN."
_MOMENT = r"^(\d{4}-\d{2}-\d{2}T)?([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$"
# fares are those of the study; percentiles and moments have parameters of their own
_LEFT_OUT = ("fares", "percentiles", "depart", "arrive", "depart_time", "arrive_time")


def _parts(separator: str) -> BeforeValidator:
    """Take a text such as 15,30, or several such texts, as a list."""

    def split(given: Any) -> Any:
        texts = given if isinstance(given, list) else [given]
        are_texts = all(isinstance(text, str) for text in texts)
        return separator.join(texts).split(separator) if are_texts else given

    return BeforeValidator(split)


def _written(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _in_the_world(place: tuple[float, float]) -> tuple[float, float]:
    longitude, latitude = place
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):  # noqa: PLR2004 -- degrees
        msg = "lies outside the world; write LON,LAT in degrees"
        raise ValueError(msg)
    return place


def _rising(numbers: tuple[int, ...]) -> tuple[int, ...]:
    if list(numbers) != sorted(set(numbers)):
        msg = "give them in rising order, each once"
        raise ValueError(msg)
    return numbers


_Minutes = Annotated[float, Field(gt=0, le=24 * 60, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Limits = Annotated[
    tuple[_Minutes, ...],
    Field(min_length=1, max_length=_MOST_LIMITS),
    _parts(","),
    _written(r"^\d+(\.\d+)?(,\d+(\.\d+)?)*$"),
]
Percentiles = Annotated[
    tuple[Percentile, ...],
    Field(min_length=1, max_length=9),
    _parts(","),
    AfterValidator(_rising),
    _written(r"^\d+(,\d+)*$"),
]
Names = Annotated[
    tuple[Annotated[str, Field(pattern=f"^{_COUNTED}$", max_length=100)], ...],
    Field(min_length=1, max_length=20),
    _parts(","),
    _written(f"^{_COUNTED}(,{_COUNTED})*$"),
]
Place = Annotated[
    tuple[float, float],
    AfterValidator(_in_the_world),
    _parts(","),
    _written(rf"^{_NUMBER},{_NUMBER}$"),
]
Places = Annotated[
    tuple[Annotated[tuple[float, float], AfterValidator(_in_the_world), _parts(",")], ...],
    Field(min_length=1, max_length=_MOST_POINTS),
    _parts(";"),
    _written(rf"^{_NUMBER},{_NUMBER}(;{_NUMBER},{_NUMBER})*$"),
]
_TABLES = tuple(name for name, table in tables().items() if table.geometry)


class Query(BaseModel):
    """Refuse parameters that are not known."""

    model_config = ConfigDict(extra="forbid")

    study: str | None = Field(
        None, max_length=200, description="Id of the study; default: the first."
    )
    scenario: str | None = Field(
        None, max_length=200, description="Id of the scenario; default: the baseline."
    )

    def asked(self) -> dict[str, Any]:
        """Give the parameters by the names of the library, without those of the region."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        given["percentiles"] = _several(given.pop("percentile", None))
        return {name: one for name, one in given.items() if name not in ("study", "scenario")}


def _several(percentile: int | tuple[int, ...] | None) -> tuple[int, ...] | None:
    return (percentile,) if isinstance(percentile, int) else percentile


def _limited(info: FieldInfo) -> Any:
    """Give the type of a setting with its limits."""
    return Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation


def _travel_parameters() -> dict[str, Any]:
    """Make a parameter of each travel setting, with its limits; None: as the study has it."""
    return {
        name: (_limited(info) | None, Field(None, description=info.description))
        for name, info in Travel.model_fields.items()
        if name not in _LEFT_OUT
    }


_TravelSettings: Any = create_model("_TravelSettings", __base__=Query, **_travel_parameters())


class TravelQuery(_TravelSettings):
    """Say how to travel, and when."""

    depart: str | None = Field(
        None,
        pattern=_MOMENT,
        description="Start of the departure window, local time: 2026-03-10T07:30, or 07:30 of day.",
        examples=["2026-03-10T07:30"],
    )
    arrive: str | None = Field(
        None,
        pattern=_MOMENT,
        description="End of the arrival window, local time: 2026-03-10T08:30, or 08:30 of day.",
    )


class _Windowed(TravelQuery):
    percentile: Percentiles | None = Field(
        None, description="Percentiles over the window, such as 50, or 25,50,75."
    )


class _Point(Query):
    lon: Longitude = Field(description="Longitude of the point [degrees].", examples=[12.36])
    lat: Latitude = Field(description="Latitude of the point [degrees].", examples=[55.73])
    mode: Mode = Field("walk", description="Mode of travel.")


class IsochroneQuery(_Point, TravelQuery):
    """Ask what a point reaches, as areas, at one percentile."""

    percentile: Percentile | None = Field(
        None, description="Percentile over the window; default: the first of the study."
    )
    cutoffs_min: Limits = Field(
        (15.0, 30.0), description="Time limits [min], such as 15,30.", examples=["15,30"]
    )
    shape: Literal["areas", "rings", "streets"] = Field(
        "areas",
        description="Areas; rings, each without what smaller limits reach; or streets reached.",
    )


class ReachQuery(_Point, _Windowed):
    """Ask how much a point reaches within rising limits."""

    cutoffs_min: Limits | None = Field(
        None, description="Time limits [min]; default: every minute up to max_time_min."
    )
    columns: Names = Field(
        ("jobs",),
        description=_COUNTED_WORDS,
        examples=["jobs,residents"],
    )


class ItineraryQuery(_Windowed):
    """Ask for the journeys between two points."""

    start: Place = Field(alias="from", description="Where to start: LON,LAT.")
    end: Place = Field(alias="to", description="Where to go: LON,LAT.")
    mode: Mode = Field("transit", description="Mode of travel.")
    max_total_walk_min: float | None = Field(
        None, ge=0, le=24 * 60, description="Longest way on foot of a whole journey [min]."
    )


class AccessQuery(_Windowed):
    """Ask how much some points, or all zones, reach."""

    opportunities: str = Field(
        "jobs",
        pattern=f"^{_COUNTED}$",
        max_length=100,
        description=_COUNTED_WORDS,
    )
    origins: Places | None = Field(
        None, description="Points: LON,LAT;LON,LAT; default: the zones of the region."
    )
    mode: Mode = Field("walk", description="Mode of travel.")
    cutoffs_min: Limits = Field((15.0, 30.0), description="Time limits [min], such as 15,30.")


class TimesQuery(_Windowed):
    """Ask for the travel times between points."""

    start: Places = Field(alias="from", description="Where to start: LON,LAT;LON,LAT.")
    end: Places | None = Field(None, alias="to", description="Where to go: LON,LAT;LON,LAT.")
    to_table: Literal[_TABLES] | None = Field(  # type: ignore[valid-type]
        None, description="Table whose rows to go to, in place of points, such as places."
    )
    mode: Mode = Field("walk", description="Mode of travel.")
