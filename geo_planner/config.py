"""The study file: what to read and how to compute, as frozen, described settings.

A study is one TOML file. Keys not described here are refused; secrets belong to the environment
and are refused in the file. People's units are allowed where the name says so; they are
converted once, by the ``*_s`` and ``*_mps`` properties here.
"""

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from geo_planner.errors import ConfigError
from geo_planner.quantities import POPULATION, quantity_of
from geo_planner.units import mps_from_kmh, seconds_from_min

Mode = Literal["walk", "bicycle", "car", "transit"]
MODES: tuple[Mode, ...] = ("walk", "bicycle", "car", "transit")
Role = Literal["study", "hinterland"]
Percentile = Annotated[int, Field(ge=1, le=100)]
Minutes = Annotated[float, Field(gt=0, le=24 * 60)]

_SECRET_NAMES = re.compile(r"password|passwd|secret|token|api_?key|credential", re.IGNORECASE)
_SECRET_VALUES = re.compile(r"://[^/\s:@]+:[^/\s@]+@|[?&](token|api_?key|password)=", re.IGNORECASE)


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Provenance(_Settings):
    """Say where a source comes from; shown on maps and exports."""

    credit: str | None = Field(None, description="Credit line shown on every map and export.")
    licence: str | None = Field(None, description="Licence of the data.")
    retrieved_at: date | None = Field(None, description="Day the data were fetched.")

    @property
    def label(self) -> str:
        """Name of the source in messages: its file and layer, or its server."""
        path, layer = getattr(self, "path", None), getattr(self, "layer", None)
        name = path.name if path else str(getattr(self, "overpass_url", ""))
        return f"{name} ({layer})" if layer else name


class OsmSource(Provenance):
    """Read an OpenStreetMap extract from a file, or from an Overpass server for the study area."""

    path: Path | None = Field(None, description="An .osm.pbf, .osm, .osm.gz or .osm.bz2 file.")
    overpass_url: str | None = Field(
        None, description="Overpass server to ask for the study area, in place of a file."
    )
    credit: str | None = Field(
        "© OpenStreetMap contributors", description="Credit line shown on every map and export."
    )
    licence: str | None = Field("ODbL 1.0", description="Licence of the data.")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.path is None) == (self.overpass_url is None):
            msg = "give either path or overpass_url"
            raise ValueError(msg)
        return self


class GtfsSource(Provenance):
    """Read a timetable: a GTFS zip or folder."""

    path: Path = Field(description="A GTFS zip file or folder.")
    prefix: str | None = Field(
        None, description="Put before every id of the feed; by default its place in the list."
    )


class FieldRule(_Settings):
    """Say how one column is made from one field of a layer."""

    field: str = Field(description="Field name in the layer.")
    scale: float | None = Field(None, description="Number to multiply by, such as 0.01 for %.")
    values: Mapping[str, str | int | None] | None = Field(
        None,
        description='Replacement of field values (as text), "" for none; others are refused.',
    )


class LayerSource(Provenance):
    """Read a vector layer into a table, column by column."""

    table: str = Field(description="Table of the region that the rows go to.")
    path: Path = Field(description="Shapefile, GeoPackage, GeoJSON, GeoParquet or CSV file.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    role: Role | Literal["by_area"] = Field(
        "study",
        description="Study rows are counted and drawn, hinterland rows only reached; by_area: "
        "rows inside the study area are study, all others hinterland.",
    )
    within_m: float | None = Field(
        None, ge=0, description="Keep rows at most this far from the study area [m]; None: all."
    )
    fields: Mapping[str, str | FieldRule] = Field(
        default_factory=dict, description="Column of the table = field of the layer."
    )
    constants: Mapping[str, str | int | float | bool] = Field(
        default_factory=dict, description="Column of the table = the same value in every row."
    )
    keep: Mapping[str, tuple[str | int, ...]] = Field(
        default_factory=dict, description="Keep rows whose field has one of these values."
    )
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
    note: str | None = Field(None, description="What a reader must know, such as 'stand-in'.")


class SpreadTotals(_Settings):
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


class SpreadAreas(_Settings):
    """Say where the polygons of the districts stand."""

    path: Path = Field(description="Polygon layer.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    field: str = Field(description="Field with the district's code, as in the totals.")
    name_field: str | None = Field(None, description="Field with the district's name.")
    keep: tuple[str, ...] | None = Field(None, description="Codes to use; default: all totals.")


class SpreadLand(_Settings):
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
    note: str | None = Field(None, description="What a reader must know, such as 'stand-in'.")

    @property
    def path(self) -> Path:
        """File that names the source in messages: the totals."""
        return self.totals.path


class RasterCells(_Settings):
    """Make zones of a raster's cells that hold people."""

    cell_m: float | None = Field(
        None,
        gt=0,
        le=10_000,
        description="Width of a zone [m], a multiple of the raster's cells; by default their own.",
    )


class RasterSource(Provenance):
    """Read a raster: its values go to sites and zones, its picture to the map."""

    path: Path | tuple[Path, ...] = Field(
        description="A raster file; several tiles as a list or a pattern such as 'dem/*.tif'."
    )
    quantity: str = Field(
        description="What a cell holds, in snake_case with its unit at the end: elevation_m, "
        "flood_depth_m, noise_lden_db, population_count, or another."
    )
    band: int = Field(1, ge=1, description="Band to read, from 1.")
    crs: str | None = Field(None, description="CRS of the raster, where the file names none.")
    nodata: float | None = Field(
        None, description="Value that stands for no data, where the file names none."
    )
    role: Role = Field(
        "study", description="Role of the zones that zones_from_cells makes; no other rows have it."
    )
    zones_from_cells: RasterCells | None = Field(
        None,
        description="Make zones of the cells with people (population_count only), "
        "in place of adding people to zones.",
    )

    @field_validator("quantity")
    @classmethod
    def _known_quantity(cls, name: str) -> str:
        return quantity_of(name).name

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.paths:
            msg = "path is an empty list: name at least one file"
            raise ValueError(msg)
        if self.zones_from_cells is not None and self.quantity != POPULATION:
            msg = f"zones_from_cells needs quantity = '{POPULATION}'"
            raise ValueError(msg)
        if self.zones_from_cells is None and self.role != "study":
            msg = "role is for zones_from_cells: values go to zones of every role"
            raise ValueError(msg)
        return self

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files and patterns, as stated."""
        return self.path if isinstance(self.path, tuple) else (self.path,)

    @property
    def label(self) -> str:
        """Name of the source in messages: its file, or the first of its tiles."""
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        band = f" (band {self.band})" if self.band > 1 else ""
        return f"{self.paths[0].name}{more}{band}"


class SpeedLimits(_Settings):
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


class CycleRoutes(_Settings):
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


class LinesSource(Provenance):
    """Read road centre lines that share no nodes, and make a network of them."""

    path: Path = Field(description="Shapefile, GeoPackage, GeoJSON or GeoParquet file of lines.")
    layer: str | None = Field(None, description="Layer within the file, where it holds several.")
    crs: str | None = Field(None, description="CRS of the file, where the file names none.")
    encoding: str | None = Field(None, description="Text encoding, where the file names none.")
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


class Sources(_Settings):
    """List everything the region is built from."""

    osm: tuple[OsmSource, ...] = ()
    lines: tuple[LinesSource, ...] = ()
    gtfs: tuple[GtfsSource, ...] = ()
    layers: tuple[LayerSource, ...] = ()
    spread: tuple[SpreadSource, ...] = ()
    rasters: tuple[RasterSource, ...] = ()

    @field_validator("rasters")
    @classmethod
    def _each_quantity_once(cls, rasters: tuple[RasterSource, ...]) -> tuple[RasterSource, ...]:
        names = [raster.quantity for raster in rasters if raster.zones_from_cells is None]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            msg = (
                f"several rasters of {', '.join(doubled)}: give them as tiles of one (path = [..])"
            )
            raise ValueError(msg)
        return rasters


class StudyHead(_Settings):
    """Name the study and the frame all its numbers rest on."""

    id: str = Field(description="Short name, used in file names.", pattern=r"^[A-Za-z0-9_-]+$")
    name: str = Field(description="Name shown on pages.")
    crs: str | None = Field(None, description="Metric CRS, such as EPSG:25832; else UTM.")
    timezone: str | None = Field(None, description="Time zone; by default that of the timetable.")
    country: Literal["DK", "any"] | None = Field(
        "DK", description="Country whose default speed limits hold; any: the general ones."
    )
    badge: str | None = Field(None, description="Warning shown on every page, e.g. Synthetic data.")
    language: Literal["en", "da"] = Field("en", description="Language of the pages.")

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                msg = f"{name!r} is no time zone: write for example 'Europe/Copenhagen'"
                raise ValueError(msg) from None
        return name


class Travel(_Settings):
    """Set speeds, limits and the departure window."""

    walk_speed_kmh: float = Field(4.8, gt=0, le=15, description="Walking speed [km/h].")
    bicycle_speed_kmh: float = Field(16.0, gt=0, le=60, description="Cycling speed [km/h].")
    bicycle_parking_min: float = Field(
        1.0, ge=0, le=30, description="Time to park a bicycle at each end [min]."
    )
    car_parking_min: float = Field(
        3.0, ge=0, le=60, description="Time to park and walk at the end of a car trip [min]."
    )
    missing_limits: Literal["country", "observed"] = Field(
        "country",
        description="Speed limit of streets that state none: the country's default for the class, "
        "or the mean stated on streets of the class (as OSMnx imputes it).",
    )
    max_time_min: Minutes = Field(120, description="Longer times count as unreachable [min].")
    max_walk_min: Minutes = Field(30, description="Longest walk to, from or without a stop [min].")
    max_transfer_min: float = Field(
        15, ge=0, le=120, description="Longest walk between two rides [min]."
    )
    max_rides: int = Field(4, ge=1, le=8, description="Most vehicles used in one journey.")
    board_wait_s: int = Field(
        60, ge=0, le=3600, description="Least wait at the first boarding [s]."
    )
    transfer_slack_s: int = Field(120, ge=0, le=3600, description="Least wait at a transfer [s].")
    max_snap_m: float = Field(
        500, gt=0, le=5000, description="Farthest a point may lie from a usable street [m]."
    )
    depart: datetime | None = Field(
        None, description="Start of the departure window, local time of the region."
    )
    window_min: int = Field(60, ge=1, le=24 * 60, description="Departure window [min].")
    percentiles: tuple[Percentile, ...] = Field(
        (50,), description="Percentiles of the window's travel times."
    )

    @field_validator("depart")
    @classmethod
    def _local_time(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            msg = "write the local time of the region, without an offset"
            raise ValueError(msg)
        return moment

    @field_validator("percentiles")
    @classmethod
    def _in_order(cls, percentiles: tuple[int, ...]) -> tuple[int, ...]:
        if not percentiles or list(percentiles) != sorted(set(percentiles)):
            msg = "give percentiles in rising order, each once"
            raise ValueError(msg)
        return percentiles

    @property
    def walk_speed_mps(self) -> float:
        """Walking speed [m/s]."""
        return mps_from_kmh(self.walk_speed_kmh)

    @property
    def bicycle_speed_mps(self) -> float:
        """Cycling speed [m/s]."""
        return mps_from_kmh(self.bicycle_speed_kmh)

    @property
    def max_time_s(self) -> float:
        """Longest time that counts as reached [s]."""
        return seconds_from_min(self.max_time_min)

    @property
    def max_walk_s(self) -> float:
        """Longest walk to, from or without a stop [s]."""
        return seconds_from_min(self.max_walk_min)

    @property
    def max_transfer_s(self) -> float:
        """Longest walk between two rides [s]."""
        return seconds_from_min(self.max_transfer_min)


class Access(_Settings):
    """Choose modes and measures of access."""

    modes: tuple[Mode, ...] = Field(MODES, min_length=1, description="Modes to compute.")
    cutoffs_min: tuple[Minutes, ...] = Field(
        (15, 30, 45, 60), min_length=1, description="Time limits [min]."
    )
    headline_mode: Mode = Field("transit", description="Mode of the first map.")
    headline_cutoff_min: Minutes = Field(45, description="Time limit of the first map [min].")
    half_weight_min: Mapping[Mode, Minutes] = Field(
        {"walk": 10, "bicycle": 20, "car": 30, "transit": 30},
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


class Siting(_Settings):
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


class ControlTotals(_Settings):
    """State totals of the study area known from elsewhere; ``check`` compares the data to them."""

    residents: float | None = Field(None, gt=0, description="Residents of the study's zones.")
    jobs: float | None = Field(None, gt=0, description="Jobs at the study's workplaces.")
    tolerance: float = Field(
        0.02, ge=0, le=1, description="Difference that passes without a warning, as a share."
    )


class Study(_Settings):
    """Hold a whole study file."""

    study: StudyHead
    sources: Sources = Sources()
    travel: Travel = Travel()
    access: Access = Access()
    siting: Siting = Siting()
    control_totals: ControlTotals = ControlTotals()

    @model_validator(mode="after")
    def _cutoffs_are_searched(self) -> Self:
        longest_min, limit_min = max(self.access.cutoffs_min), self.travel.max_time_min
        if longest_min > limit_min:
            msg = (
                f"access.cutoffs_min goes to {longest_min:g}, but travel.max_time_min = "
                f"{limit_min:g}: longer times are not searched for"
            )
            raise ValueError(msg)
        return self


def read_study(path: Path) -> Study:
    """Read a study file; paths in it are relative to its folder.

    Raises
    ------
    ConfigError
        When the file is absent, is no TOML, or has unknown, wrong or secret keys: all at once.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such study file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: not a readable TOML file ({error})") from error
    secrets = list(_secrets(content))
    problems = [
        f"{where}: looks like a secret; take it from the environment instead" for where in secrets
    ]
    study = None
    try:
        study = Study.model_validate(content)
    except ValidationError as error:
        told = [_problem(item) for item in error.errors()]
        problems += [text for text in told if text.partition(":")[0] not in secrets]
    if problems or study is None:
        raise ConfigError(f"{path}: the study file is wrong", problems)
    return with_base(study, path.parent)


def with_base(study: Study, folder: Path) -> Study:
    """Return the study with every source path taken relative to a folder."""
    return study.model_copy(update={"sources": _based(study.sources, folder)})


def _based(value: Any, folder: Path) -> Any:
    """Put a folder before every path in a value, however deep it lies."""
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, tuple):
        return tuple(_based(item, folder) for item in value)
    if isinstance(value, _Settings):
        parts = {name: _based(getattr(value, name), folder) for name in type(value).model_fields}
        return value.model_copy(update=parts)
    return value


def _secrets(content: Any, where: str = "") -> Iterator[str]:
    """Find keys and values that look like secrets, by their place in the file."""
    if isinstance(content, dict):
        for key, value in content.items():
            place = f"{where}.{key}" if where else str(key)
            if isinstance(value, str) and _SECRET_NAMES.search(str(key)):
                yield place
            else:
                yield from _secrets(value, place)
    elif isinstance(content, list):
        for position, value in enumerate(content):
            yield from _secrets(value, f"{where}[{position}]")
    elif isinstance(content, str) and _SECRET_VALUES.search(content):
        yield where


def _problem(item: Mapping[str, Any]) -> str:
    place = ""
    for part in item["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    if item["type"] == "extra_forbidden":
        return f"{place}: unknown key; docs/reference/study-keys.md lists those that exist"
    if item["type"] == "missing":
        return f"{place}: required, but absent"
    message = item["msg"].removeprefix("Value error, ")
    given = item.get("input")
    shown = f" (given {given!r})" if isinstance(given, str | int | float | bool) else ""
    return f"{place}: {message}{shown}" if place else message
