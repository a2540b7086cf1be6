"""Find where to build."""

import json
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, Threads, settings_of
from geo_planner.cli.text import progress_bars, say

if TYPE_CHECKING:
    from geo_planner.analysis import FoundSites, Progress
    from geo_planner.config import Study
    from geo_planner.region import Region
    from geo_planner.siting import Reference

find = typer.Typer(help="Find sites for a use.", no_args_is_help=True)
_HECTARE_M2 = 10_000.0
_SHOWN = 10


@find.callback()
def _find() -> None:
    """Find sites for a use in the whole study area."""


@find.command()
def sites(
    subject: Annotated[
        Path, typer.Argument(metavar="RUN|STUDY", help="Folder of a run or region, or study file.")
    ],
    *,
    use: Annotated[str, typer.Option(help="Use to find ground for, such as laboratory.")],
    out: OutPath,
    stage: Annotated[
        str,
        typer.Option(help="Plan that must allow it: now (in force), if_adopted, potential."),
    ] = "now",
    min_floor_area_m2: Annotated[
        float | None, typer.Option(help="Least floor area that can be added, likely [m2].")
    ] = None,
    max_floor_area_m2: Annotated[
        float | None, typer.Option(help="Most floor area that can be added, likely [m2].")
    ] = None,
    min_area_m2: Annotated[float, typer.Option(help="Least ground of a site [m2].")] = 1000.0,
    max_area_m2: Annotated[float | None, typer.Option(help="Most ground of a site [m2].")] = None,
    min_width_m: Annotated[
        float | None, typer.Option(help="Ground narrower than this is left out [m].")
    ] = None,
    max_station_walk_m: Annotated[
        float | None, typer.Option(help="Longest walk to a listed station [m].")
    ] = None,
    max_built_ratio: Annotated[
        float,
        typer.Option(help="Floor area over ground up to which a parcel counts as not built on."),
    ] = 0.0,
    buildings: Annotated[
        Path | None,
        typer.Option(
            help="Footprints for ground without parcels: OpenStreetMap data, or a vector layer."
        ),
    ] = None,
    top: Annotated[int | None, typer.Option(min=1, help="Best sites to write.")] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Find ground that plans let be used so and that nothing takes, scored as the given sites are.

    Beside the sites are written what each rule took (_funnel.csv) and, where something is unknown
    of ground, that ground (_set_aside, in the format of the sites).
    """
    from geo_planner.analysis import find_sites
    from geo_planner.exports import SUFFIXES, require_suffix, write_table
    from geo_planner.finder import SiteSearch
    from geo_planner.sources.footprints import read_footprints

    require_suffix(out, SUFFIXES)
    search = settings_of(
        SiteSearch,
        {
            "use": use,
            "stage": stage,
            "min_floor_area_m2": min_floor_area_m2,
            "max_floor_area_m2": max_floor_area_m2,
            "min_area_m2": min_area_m2,
            "max_area_m2": max_area_m2,
            "min_width_m": min_width_m,
            "max_station_walk_m": max_station_walk_m,
            "max_built_ratio": max_built_ratio,
        },
    )
    with ExitStack() as opened, progress_bars() as step:
        region, study, reference = _opened(subject, step, opened)
        found = find_sites(
            region,
            search,
            study,
            reference=reference,
            footprints=None if buildings is None else read_footprints(buildings, region.crs),
            threads=threads,
            progress=step,
        )
        shown = found.sites.head(top) if top else found.sites
        tables = {out: shown, out.with_name(f"{out.stem}_funnel.csv"): found.ground.funnel}
        if len(found.ground.set_aside):
            aside = out.with_name(f"{out.stem}_set_aside{out.suffix}")
            tables[aside] = found.ground.set_aside.reset_index()
        for file, table in tables.items():
            write_table(table, file, region.credits, language=study.study.language)
    say(as_json, _summary(found, shown, out), "\n".join(_lines(found, shown, out)))


def _opened(
    subject: Path, step: "Progress", opened: ExitStack
) -> tuple["Region", "Study", "Reference | None"]:
    """Open a run or a region; build the region of a study file, to go when all is written."""
    from geo_planner.analysis import read_result
    from geo_planner.analysis import settings_of as settings_of_region
    from geo_planner.config import read_study
    from geo_planner.region import open_region
    from geo_planner.region.build import build_region
    from geo_planner.run_folder import is_run

    if is_run(subject):
        result = read_result(subject)
        return result.region, result.study, result.reference
    if subject.suffix == ".toml":
        folder = opened.enter_context(TemporaryDirectory(prefix="geo_planner-find-"))
        built = Path(folder) / "region"
        region = build_region(read_study(subject), built, progress=lambda name: step(name, 0, 0))
    else:
        region = open_region(subject)
    return region, settings_of_region(region), None


def _summary(found: "FoundSites", shown: Any, out: Path) -> dict[str, Any]:
    """Collect the answer as plain values; what is unknown is null."""
    ground = found.ground
    frames = {"funnel": ground.funnel, "sites": shown.drop(columns="geometry")}
    return {
        "out": str(out),
        "study_area_m2": ground.study_area_m2,
        "found_m2": float(ground.sites.area.sum()),
        "places": len(ground.sites),
        "set_aside_m2": float(ground.set_aside["area_m2"].sum()),
        "excluding_not_checked": list(ground.not_checked),
        **{name: json.loads(frame.to_json(orient="records")) for name, frame in frames.items()},
    }


def _lines(found: "FoundSites", shown: Any, out: Path) -> list[str]:
    """Say what each rule took and left, what is found, and what nobody has looked at."""
    from geo_planner.sources.constraint_kinds import read_constraint_kinds
    from geo_planner.words.reasons import reasons_words
    from geo_planner.words.wording import Wording

    words, ground = Wording("en"), found.ground
    lines = [f"{'taken':>9} {'left':>9} {'without':>9}  ha, rule by rule"]
    for row in ground.funnel.itertuples():
        without = "" if row.without_m2 != row.without_m2 else f"{row.without_m2 / _HECTARE_M2:+.1f}"
        taken, left = (f"{part / _HECTARE_M2:.1f}" for part in (row.taken_m2, row.left_m2))
        lines.append(f"{taken:>9} {left:>9} {without:>9}  {reasons_words(row.what, words)}")
    set_aside_ha = ground.set_aside["area_m2"].sum() / _HECTARE_M2
    if set_aside_ha > 0:
        lines.append(f"set aside, since something is unknown: {set_aside_ha:.1f} ha")
    if ground.not_checked:
        known = read_constraint_kinds()
        kinds = ", ".join(known[kind].labels["en"] for kind in ground.not_checked)
        lines.append(f"not checked, may exclude more: {kinds}")
    found_ha = ground.sites.area.sum() / _HECTARE_M2
    places = "site" if len(ground.sites) == 1 else "sites"
    return [f"{out}: {len(ground.sites)} {places}, {found_ha:.1f} ha", *lines, *_best(shown)]


def _best(shown: Any) -> list[str]:
    """Name the best sites with their figures."""
    return [
        f"{'-' if row['rank'] is None else row['rank']:>4}  {row['name']}: "
        f"{row['area_m2'] / _HECTARE_M2:.1f} ha, score {row['score']:.1f}"
        for row in json.loads(shown.head(_SHOWN).drop(columns="geometry").to_json(orient="records"))
        if row.get("score") is not None
    ]
