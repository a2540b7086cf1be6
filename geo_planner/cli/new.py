"""Begin a study."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo_planner.cli.options import Json
from geo_planner.cli.text import say

if TYPE_CHECKING:
    from geo_planner.starting import Place

_DEMO = Path(__file__).resolve().parents[2] / "data"
_OF_DEMO = ("gbfs", "gtfs", "osm", "rasters", "shapefiles", "studies", "tables")


def new(
    place: Annotated[str | None, typer.Argument(help="Name, such as 'Porto, Portugal'.")] = None,
    *,
    country: Annotated[str | None, typer.Option(help="Two letters; default: found.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: studies/NAME.")] = None,
    boundary: Annotated[Path | None, typer.Option(help="File with the boundary.")] = None,
    bbox: Annotated[str | None, typer.Option(help="Box: WEST,SOUTH,EAST,NORTH.")] = None,
    osm: Annotated[list[Path] | None, typer.Option(help="OpenStreetMap extract you have.")] = None,
    gtfs: Annotated[list[Path] | None, typer.Option(help="Timetable you have.")] = None,
    population: Annotated[Path | None, typer.Option(help="Raster of residents you have.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take what is found without asking.")] = False,
    example: Annotated[bool, typer.Option("--example", help="Copy the demo instead.")] = False,
    as_json: Json = False,
) -> None:
    """Write a study file for a town, with its boundary, that check accepts.

    Asks for what is missing on a terminal, and never where it is part of a script.
    """
    if example:
        _copy_demo(out or Path("studies/demo"), as_json)
        return
    from geo_planner.starting import LocalFiles, write_study

    found = _found(place or _asked_name(boundary, bbox), country, boundary, bbox)
    about = (
        f"{found.name}: {found.area_km2:,.0f} km2, {found.country}, {found.timezone}, {found.crs}"
    )
    if not yes and _is_terminal() and not typer.confirm(f"{about}. Go on?", default=True):
        raise typer.Exit(1)
    files = LocalFiles(osm or (), gtfs or (), population)
    study = write_study(found, out or Path("studies") / found.short_name, files)
    summary = {
        "study": str(study), "name": found.name, "country": found.country,
        "timezone": found.timezone, "crs": found.crs, "area_km2": found.area_km2,
    }  # fmt: skip
    say(as_json, summary, f"{about}\n{study}: look at it, then geo-planner check {study}")


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _asked_name(boundary: Path | None, bbox: str | None) -> str | None:
    """Ask for the name of a place that nothing else names, on a terminal alone."""
    if boundary is not None or bbox is not None:
        return None
    if not _is_terminal():
        raise typer.BadParameter("give a PLACE, or --boundary FILE, or --bbox W,S,E,N")
    return str(typer.prompt("Which town (such as Porto, Portugal)"))


def _found(
    name: str | None, country: str | None, boundary: Path | None, bbox: str | None
) -> "Place":
    from geo_planner.config import StudyHead
    from geo_planner.starting import find_place, place_in_box, place_of_file

    if boundary is not None and bbox is not None:
        raise typer.BadParameter("give either --boundary or --bbox")
    # a country that there is not is refused as a study refuses it
    StudyHead(id="new", name="new", country=country)
    if boundary is not None:
        return place_of_file(boundary, name, country)
    if bbox is not None:
        return place_in_box(bbox, name, country)
    return find_place(str(name), country)


def _copy_demo(out: Path, as_json: bool) -> None:
    """Copy the demo's study and data to a new folder."""
    from geo_planner.errors import InputError

    if not _DEMO.is_dir():
        raise InputError("the demo is part of the repository, not of the installed package")
    if out.exists() and any(out.iterdir()):
        raise InputError(f"{out}: holds files already: name another folder with --out")
    for name in _OF_DEMO:
        shutil.copytree(_DEMO / name, out / name)
    study = out / "studies" / "demo.toml"
    say(as_json, {"study": str(study)}, f"{study}: geo-planner run {study} --out out/demo")
