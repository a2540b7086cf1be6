"""The command line: read settings, call one public function, write, say what was done."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.errors import InputError

if TYPE_CHECKING:
    from geo_planner.config import Study, Travel

app = typer.Typer(
    name="geo-planner",
    help="Plan land use and commuting access: regions, access, ranked sites, maps.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RegionPath = Annotated[Path, typer.Argument(help="Region folder made by `geo-planner build`.")]
OutPath = Annotated[Path, typer.Option("--out", help="File or folder to write.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON for machines.")]
Threads = Annotated[int | None, typer.Option(min=1, help="Searches at once; default: all cores.")]
ModeOption = Annotated[str, typer.Option("--mode", help="walk, bicycle, car or transit.")]
Depart = Annotated[
    str | None, typer.Option(help="Start of the departure window, local time: 2026-03-10T07:30.")
]
Window = Annotated[int | None, typer.Option(help="Departure window [min].")]
Percentiles = Annotated[
    str | None, typer.Option(help="Percentiles over the window, such as 25,50,75.")
]
MaxTime = Annotated[float | None, typer.Option(help="Longer times are unreachable [min].")]
WalkSpeed = Annotated[float | None, typer.Option(help="Walking speed [km/h].")]
BicycleSpeed = Annotated[float | None, typer.Option(help="Cycling speed [km/h].")]
MaxWalk = Annotated[
    float | None, typer.Option(help="Longest walk to, from or without a stop [min].")
]
MaxTransfer = Annotated[float | None, typer.Option(help="Longest walk between rides [min].")]
MaxRides = Annotated[int | None, typer.Option(help="Most rides in one journey.")]
BoardWait = Annotated[
    int | None, typer.Option(help="Least wait at a boarding [s]; default 60, at a transfer 120.")
]
TransferSlack = Annotated[
    int | None, typer.Option(help="Least wait at a transfer [s], where it differs.")
]
MaxSnap = Annotated[float | None, typer.Option(help="Farthest a point may lie from a street [m].")]


@app.callback(invoke_without_command=True)
def _start(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # noqa: ARG001 -- __main__ takes it out of the arguments
        bool, typer.Option("--debug", help="Show the traceback of errors.")
    ] = False,
) -> None:
    if version:
        from geo_planner import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def build(
    study: Annotated[Path | None, typer.Argument(help="Study file (TOML).")] = None,
    *,
    out: OutPath,
    osm: Annotated[list[Path] | None, typer.Option(help="OpenStreetMap extract.")] = None,
    gtfs: Annotated[list[Path] | None, typer.Option(help="GTFS zip or folder.")] = None,
    crs: Annotated[str | None, typer.Option(help="Metric CRS, e.g. EPSG:25832.")] = None,
    as_json: Json = False,
) -> None:
    """Build a region from a study file, or from files alone."""
    from geo_planner.region.build import build_region
    from geo_planner.region.describe import finding_line

    if (study is None) == (osm is None and gtfs is None):
        raise typer.BadParameter("give either a study file or --osm FILE [--gtfs FILE]...")
    if study and crs:
        raise typer.BadParameter("--crs goes with --osm; a study file states crs under [study]")
    settings = _study(study) if study else _study_of_files(out, osm or [], gtfs or [], crs)
    with _progress() as step:
        region = build_region(settings, out, progress=lambda text: step(text, 0, 0))
    rows = {name: table.rows for name, table in region.tables.items() if table.rows}
    summary = {"region": str(out), "crs": region.crs.to_string(), "tables": rows}
    _say(as_json, summary, f"{out}: {sum(rows.values())} rows in {len(rows)} tables")
    for finding in region.findings:
        if finding.kind != "read":
            typer.echo(finding_line(finding), err=True)


def _study(path: Path) -> "Study":
    from geo_planner.config import read_study

    return read_study(path)


def _study_of_files(out: Path, osm: list[Path], gtfs: list[Path], crs: str | None) -> "Study":
    from geo_planner.config import Study

    return Study.model_validate(
        {
            "study": {
                "id": "".join(c if c.isascii() and c.isalnum() else "-" for c in out.name)
                or "region",
                "name": out.name,
                "crs": crs,
                "country": None,
            },
            "sources": {
                "osm": [{"path": path} for path in osm],
                "gtfs": [{"path": path} for path in gtfs],
            },
        }
    )


@app.command()
def check(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: Annotated[Path | None, typer.Option(help="Page to write (HTML), with a picture.")] = None,
    as_json: Json = False,
) -> None:
    """Read all sources of a study, build nothing, and say what is there, missing and wrong."""
    from geo_planner.preflight import check_study
    from geo_planner.preflight.telling import to_text

    settings = _study(study)
    with _progress() as step:
        checked = check_study(settings, progress=lambda text: step(text, 0, 0))
    if out is not None:
        from geo_planner.report import write_check

        write_check(checked, out)
    _say(as_json, checked.to_json(), to_text(checked))
    if not checked.can_build:
        raise typer.Exit(1)


@app.command()
def info(region: RegionPath, *, as_json: Json = False) -> None:
    """Say what a region holds, where it came from, and what was mended or left out."""
    from geo_planner.region.describe import describe_region

    summary, text = describe_region(region)
    _say(as_json, summary, text)


@app.command()
def times(
    region: RegionPath,
    *,
    origins: Annotated[Path, typer.Option(help="CSV with id, lon, lat, or a vector layer.")],
    destinations: Annotated[Path, typer.Option(help="CSV with id, lon, lat, or a vector layer.")],
    mode: ModeOption,
    out: OutPath,
    depart: Depart = None,
    window_min: Window = None,
    percentiles: Percentiles = None,
    max_time_min: MaxTime = None,
    walk_speed_kmh: WalkSpeed = None,
    bicycle_speed_kmh: BicycleSpeed = None,
    max_walk_min: MaxWalk = None,
    max_transfer_min: MaxTransfer = None,
    max_rides: MaxRides = None,
    board_wait_s: BoardWait = None,
    transfer_slack_s: TransferSlack = None,
    max_snap_m: MaxSnap = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write the travel times of all pairs, with a ledger of how points were linked beside them."""
    given = dict(locals())
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.region import open_region
    from geo_planner.sources.points import read_points
    from geo_planner.travel_time import travel_times

    require_suffix(out, TABLE_SUFFIXES)
    chosen_mode = _mode(mode)
    opened = open_region(region)
    travel = _travel(opened.study, given)
    starts, ends = read_points(origins, opened.crs), read_points(destinations, opened.crs)
    with _progress() as step:
        result = travel_times(
            opened,
            starts.set_index("id").geometry,
            ends.set_index("id").geometry,
            chosen_mode,
            travel,
            threads=threads,
            progress=lambda done, total: step(f"times by {mode}", done, total),
        )
    frame = result.to_frame()
    write_table(frame, out, opened.credits)
    write_table(result.snaps, ledger_path(out), opened.credits)
    n_reached = int(frame[result.columns[0]].notna().sum())
    summary = {
        "out": str(out), "ledger": str(ledger_path(out)), "mode": mode, "pairs": len(frame),
        "reached_pairs": n_reached, "points": result.snaps["status"].value_counts().to_dict(),
    }  # fmt: skip
    n_lost = int((result.snaps["status"] != "snapped").sum())
    lost = f"; {n_lost} points not on the network, see {ledger_path(out)}" if n_lost else ""
    _say(as_json, summary, f"{out}: {len(frame)} pairs, {n_reached} reached by {mode}{lost}")


@app.command()
def access(
    region: RegionPath,
    *,
    opportunities: Annotated[str, typer.Option(help="FILE, or TABLE:COLUMN of the region.")],
    mode: ModeOption,
    cutoffs_min: Annotated[str, typer.Option(help="Time limits [min], such as 15,30,45.")],
    out: OutPath,
    column: Annotated[str | None, typer.Option(help="Column of FILE; default: all counts.")] = None,
    origins: Annotated[
        Path | None, typer.Option(help="Points to measure from; default: the region's zones.")
    ] = None,
    depart: Depart = None,
    window_min: Window = None,
    percentiles: Percentiles = None,
    max_time_min: MaxTime = None,
    walk_speed_kmh: WalkSpeed = None,
    bicycle_speed_kmh: BicycleSpeed = None,
    max_walk_min: MaxWalk = None,
    max_transfer_min: MaxTransfer = None,
    max_rides: MaxRides = None,
    board_wait_s: BoardWait = None,
    transfer_slack_s: TransferSlack = None,
    max_snap_m: MaxSnap = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write how many opportunities each origin reaches within time limits."""
    given = dict(locals())
    from geo_planner.accessibility import access_of_points
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.region import open_region

    require_suffix(out, TABLE_SUFFIXES)
    chosen_mode = _mode(mode)
    opened = open_region(region)
    travel = _travel(opened.study, given)
    with _progress() as step:
        frame, ledger = access_of_points(
            opened,
            opportunities,
            column,
            origins,
            mode=chosen_mode,
            cutoffs_min=_cutoffs(cutoffs_min, travel),
            travel=travel,
            threads=threads,
            progress=lambda done, total: step(f"access by {mode}", done, total),
        )
    write_table(frame.reset_index(), out, opened.credits)
    write_table(ledger, ledger_path(out), opened.credits)
    summary = {"out": str(out), "origins": len(frame), "columns": list(frame.columns)}
    _say(as_json, summary, f"{out}: {len(frame)} origins, {', '.join(frame.columns)}")


@app.command()
def sites(
    region: RegionPath, *, out: OutPath, threads: Threads = None, as_json: Json = False
) -> None:
    """Score and rank the candidate sites of a region."""
    from geo_planner.analysis import analyse
    from geo_planner.exports import SUFFIXES, require_suffix, sites_table, write_table
    from geo_planner.region import open_region

    require_suffix(out, SUFFIXES)
    opened = open_region(region)
    if not opened.has("sites"):
        raise InputError(f"{region}: the region has no sites; add a layer for the table 'sites'")
    with _progress() as step:
        result = analyse(opened, threads=threads, progress=step)
    write_table(sites_table(result), out, opened.credits)
    _say(as_json, result.summary, _headline(result.summary, out))


@app.command(name="map")
def draw_map(
    region: RegionPath, *, out: OutPath, threads: Threads = None, as_json: Json = False
) -> None:
    """Draw a region and its access on one map."""
    from geo_planner.analysis import analyse
    from geo_planner.exports import require_suffix
    from geo_planner.region import open_region
    from geo_planner.report import write_map

    require_suffix(out, (".html",))
    opened = open_region(region)
    with _progress() as step:
        result = analyse(opened, threads=threads, progress=step)
    notes = write_map(result, out)
    _say(as_json, {"out": str(out), "notes": notes}, "\n".join([str(out), *notes]))


@app.command()
def run(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: OutPath,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Build the region of a study, analyse it, and write maps, tables and a start page."""
    from geo_planner.analysis import run as run_study
    from geo_planner.report import write_report

    settings = _study(study)
    with _progress() as step:
        result = run_study(settings, out / "region", threads=threads, progress=step)
        step("writing maps and tables", 0, 0)
        notes = write_report(result, out)["notes"]
    text = "\n".join([_headline(result.summary, out), *notes, f"open {out / 'index.html'}"])
    _say(as_json, {**result.summary, "notes": notes}, text)


@app.command()
def export(
    source: Annotated[Path, typer.Argument(help="Region folder, or folder of a run.")],
    *,
    form: Annotated[
        str,
        typer.Option("--format", help="gpkg, shapefile, parquet, csv-da, xlsx or geojson."),
    ],
    out: OutPath,
    tables: Annotated[
        str | None, typer.Option(help="Tables, such as zones,sites; default: those with rows.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the tables of a region or a run for QGIS, Excel, the web and other programs."""
    from geo_planner.exports import export as write_export

    chosen = [name.strip() for name in tables.split(",")] if tables else None
    summary = write_export(source, out, form, chosen)
    rows = sum(summary["tables"].values())
    _say(as_json, summary, f"{out}: {rows} rows in {len(summary['tables'])} tables as {form}")


@app.command()
def serve(
    regions: Annotated[list[Path], typer.Argument(help="Region folders to serve.")],
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0: a free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve regions to a browser: maps, sites and zones."""
    from importlib import import_module, util

    from geo_planner.errors import MissingDependencyError

    needed = ("api", "fastapi", "uvicorn", "structlog")
    if any(util.find_spec(name) is None for name in needed):
        raise MissingDependencyError(f"the web service ({', '.join(needed)})", "api")
    import_module("api.server").serve(regions, host=host, port=port, say=typer.echo)


@app.command()
def assets(*, as_json: Json = False) -> None:
    """Fetch the web assets that maps need to work without internet (needs npm)."""
    from geo_planner.maps.assets import fetch_assets

    folder = fetch_assets()
    _say(as_json, {"folder": str(folder)}, f"web assets are in {folder}")


def _mode(name: str) -> Any:
    from geo_planner.config import MODES

    if name not in MODES:
        raise typer.BadParameter(f"{name!r} is no mode: choose from {', '.join(MODES)}")
    return name


def _numbers(text: str, option: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise typer.BadParameter(
            f"{option}: {text!r} is no list of numbers such as 15,30"
        ) from None


def _cutoffs(text: str, travel: "Travel") -> list[float]:
    cutoffs_min = _numbers(text, "--cutoffs-min")
    if not all(0 < cutoff <= travel.max_time_min for cutoff in cutoffs_min):
        raise typer.BadParameter(
            f"--cutoffs-min: {text!r} must lie between 0 and --max-time-min "
            f"({travel.max_time_min:g}): what takes longer is not searched for"
        )
    return cutoffs_min


def _travel(study: Any, given: dict[str, Any]) -> "Travel":
    """Lay the options given over the region's own travel settings."""
    from pydantic import ValidationError

    from geo_planner.config import Travel

    chosen = {key: given[key] for key in Travel.model_fields if given.get(key) is not None}
    if "board_wait_s" in chosen:
        chosen.setdefault("transfer_slack_s", chosen["board_wait_s"])
    if "percentiles" in chosen:
        chosen["percentiles"] = _numbers(chosen["percentiles"], "--percentiles")
    if "depart" in chosen:
        try:
            chosen["depart"] = datetime.fromisoformat(chosen["depart"])
        except ValueError:
            raise typer.BadParameter(
                f"--depart: {chosen['depart']!r} is no time such as 2026-03-10T07:30"
            ) from None
    try:
        return Travel.model_validate({**study["travel"], **chosen})
    except ValidationError as error:
        raise typer.BadParameter(
            "; ".join(
                f"--{str(item['loc'][0]).replace('_', '-')}: "
                + item["msg"].removeprefix("Value error, ")
                for item in error.errors()
            )
        ) from None


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Draw bars on a terminal; stay silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                for task in tasks.values():
                    bars.update(task, visible=False)
                tasks[name] = bars.add_task(name, total=total or None)
            bars.update(tasks[name], completed=done)

        yield step


def _say(as_json: bool, summary: Any, text: str) -> None:
    typer.echo(json.dumps(summary, ensure_ascii=False, default=str) if as_json else text)


def _headline(summary: dict[str, Any], out: Path) -> str:
    top = f"first is {summary['top_site_name']}" if summary["top_site"] else "no sites"
    return (
        f"{out}: {summary['zones']} zones, {summary['businesses']} workplaces, "
        f"{summary['sites']} sites; {top}"
    )
