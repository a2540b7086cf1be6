"""Run a whole study, and scenarios of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.options import Json, OutPath, Threads
from geo_planner.cli.text import headline, progress_bars, say, tell_findings

if TYPE_CHECKING:
    from geo_planner.analysis import AnalysisResult, Progress

PAIRS_FOLDER = "scenarios"
_REGION = "region"
_CACHE = f"{_REGION}/derived"


def run(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: OutPath,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="Scenario file, run as well into OUT/<scenario id>."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the place of another scenario of the same id.")
    ] = False,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Build the region of a study, analyse it, and write maps, tables and a start page."""
    from geo_planner.analysis import run as run_study
    from geo_planner.analysis import with_policy
    from geo_planner.config import read_study
    from geo_planner.findings import Finding
    from geo_planner.folders import staged
    from geo_planner.region import open_region
    from geo_planner.report import write_report
    from geo_planner.run_folder import earlier_files
    from geo_planner.scenario import list_region, require_files, require_places

    settings = read_study(study)
    files = scenario or []
    require_places(require_files(files), out, _REGION, replace=replace)
    lines: list[str] = []
    with (
        progress_bars() as step,
        staged(
            out,
            shared=[str(f.relative_to(out)) for f in (*out.glob(_CACHE), *out.glob(f"*/{_CACHE}"))],
            stale=lambda stage: earlier_files(out, stage),
        ) as stage,
    ):
        result = run_study(settings, stage / _REGION, threads=threads, progress=step)
        step("policy", 0, 0)
        result = with_policy(result, threads)
        step("writing maps and tables", 0, 0)
        pairs = {"compare": f"{PAIRS_FOLDER}/index.html"} if files else None
        notes = write_report(result, stage, links=pairs)["notes"]
        summary = {**result.summary, "notes": notes}
        lines += [headline(result, out), *notes]
        if files:
            summary["scenarios"] = _scenarios(result, files, stage, threads, step)
            lines += [
                f"{out / name}: {found['compare']['headline']}"
                for name, found in summary["scenarios"].items()
            ]
    found = [Finding.from_json(plain) for plain in result.summary["network_findings"]]
    tell_findings(found, {"language": settings.study.language})
    for name in summary.get("scenarios", ()):
        list_region(open_region(out / _REGION), open_region(out / name / _REGION))
    say(as_json, summary, "\n".join([*lines, f"open {out / 'index.html'}"]))


def _scenarios(
    result: "AnalysisResult", files: list[Path], out: Path, threads: int | None, step: "Progress"
) -> dict[str, Any]:
    """Run scenarios of a result, each into a folder of its own; give their summaries by id."""
    from geo_planner.report import write_pairs, write_scenario
    from geo_planner.scenario import apply_files

    compared, summaries = {}, {}
    for child in apply_files(result.region, files, out, inner=_REGION, is_listed=False):
        folder = child.path.parent
        changed, comparison, differences = write_scenario(
            result, child, folder, threads=threads, progress=step
        )
        compared[f"../{folder.name}/compare"] = comparison
        summaries[folder.name] = {**changed.summary, "compare": differences}
    write_pairs(compared, out / PAIRS_FOLDER)
    return summaries
