"""The study file that a study begins with: what runs today, and in comments what is missing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import osmium

from geo_planner.crs import WGS84
from geo_planner.errors import InputError
from geo_planner.folders import write_text
from geo_planner.sources.osm.landscape import Tags, amenity_kind, landscape_kind
from geo_planner.starting.boundary import Place
from geo_planner.starting.published import ADDS, published_for

OVERPASS = "https://overpass-api.de/api"
_KEYS = ("shop", "amenity", "leisure", "tourism", "landuse")
STUDY_FILE, BOUNDARY_FILE = "study.toml", "boundary.geojson"


@dataclass(frozen=True)
class LocalFiles:
    """Name the files the user has.

    Parameters
    ----------
    osm
        OpenStreetMap extracts; none: an Overpass server is asked.
    gtfs
        Timetables.
    population
        Raster of residents.
    """

    osm: Sequence[Path] = ()
    gtfs: Sequence[Path] = ()
    population: Path | None = None


def write_study(place: Place, folder: Path, files: LocalFiles | None = None) -> Path:
    """Write a study file that ``check`` accepts, and the boundary beside it.

    Parameters
    ----------
    place
        Where the study is.
    folder
        New or empty folder.
    files
        Files the user has; None: none.

    Returns
    -------
    Path
        The study file.

    Raises
    ------
    InputError
        When the folder holds files, or a file named is not there.
    """
    files = files or LocalFiles()
    named = [*files.osm, *files.gtfs, *filter(None, [files.population])]
    absent = [f"{file}: no such file" for file in named if not file.exists()]
    if absent:
        raise InputError("files of the new study are missing", absent)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: holds files already: name another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    frame = gpd.GeoDataFrame(
        {"area_id": [place.short_name], "name": [place.name.partition(",")[0]]},
        geometry=[place.boundary],
        crs=WGS84,
    )
    write_text(folder / BOUNDARY_FILE, frame.to_json(drop_id=True))
    study = folder / STUDY_FILE
    write_text(study, "\n".join(_lines(place, files)) + "\n")
    return study


def _lines(place: Place, files: LocalFiles) -> Iterator[str]:
    yield f"# {place.name}. Begun by `geo-planner new`; every key: docs/reference/study-keys.md"
    yield from ("", "[study]")
    yield f"id = {_text(place.short_name)}"
    yield f"name = {_text(place.name.partition(',')[0])}"
    yield f"crs = {_text(place.crs)}                # metric: all is measured in it"
    if not files.gtfs:
        yield f"timezone = {_text(place.timezone)}"
    yield f"country = {_text(place.country)}                   # whose rules and limits hold"
    yield from _sources(place, files)
    yield from _missing(place, files)


def _sources(place: Place, files: LocalFiles) -> Iterator[str]:
    yield from ("", "[[sources.layers]]", 'table = "study_area"', f"path = {_text(BOUNDARY_FILE)}")
    if place.source:
        yield f"credit = {_text(place.source)}"
    yield from ("", "[[sources.osm]]            # streets, lines, shops, ground")
    for number, file in enumerate(files.osm):
        yield from ("", "[[sources.osm]]") if number else ()
        yield f"path = {_path(file)}"
    if not files.osm:
        yield f"overpass_url = {_text(OVERPASS)}"
    for file in files.gtfs:
        yield from ("", "[[sources.gtfs]]", f"path = {_path(file)}")
    if files.population is not None:
        yield from ("", "[[sources.rasters]]        # people stand in as a model spreads them")
        yield f"path = {_path(files.population)}"
        yield 'quantity = "population_count"'
        yield 'note = "stand-in: people spread by a model"'
        yield "zones_from_cells = {}"
    mapped = _mapped(files.osm)
    if "businesses" in mapped:
        yield from ("", "[[sources.stand_ins]]", 'table = "businesses"')
    yield from ("", "[[sources.stand_ins]]", 'table = "sites"')
    if "sites" not in mapped:
        yield 'of = "squares"           # the extract maps no ground in business use'


def _mapped(files: Sequence[Path]) -> set[str]:
    """Name the tables that extracts map something to make of; all where a server is asked."""
    wanted = {"businesses": amenity_kind, "sites": _is_business}
    if not files:
        return set(wanted)
    found: set[str] = set()
    for file in files:
        for item in osmium.FileProcessor(str(file)).with_filter(osmium.filter.KeyFilter(*_KEYS)):
            found |= {table for table, is_it in wanted.items() if is_it(dict(item.tags))}
            if len(found) == len(wanted):
                return found
    return found


def _is_business(tags: Tags) -> bool:
    return landscape_kind(tags) == "business"


def _missing(place: Place, files: LocalFiles) -> Iterator[str]:
    """Say in comments what each missing table would add, and where its data are published."""
    yield from (
        "",
        "# What is missing, what it would add, and where it is published:",
    )
    given = {"stop_times"} if files.gtfs else set()
    given |= {"zones"} if files.population is not None else set()
    for table, rows in published_for(place.country).items():
        if table in given:
            continue
        stands_in = " (a stand-in is used)" if table in ("businesses", "sites") else ""
        yield f"# - {table}{stands_in}: {ADDS[table]}"
        for row in rows:
            yield f"#     {row['what']}: {row['url']} ({row['publisher']})"


def _text(value: str) -> str:
    """Write a text as TOML, whose basic strings are those of JSON."""
    return json.dumps(value, ensure_ascii=False)


def _path(file: Path) -> str:
    return _text(str(file.resolve()))
