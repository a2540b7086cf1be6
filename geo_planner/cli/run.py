"""Run a whole study, and scenarios of it."""

from pathlib import Path
from typing import Annotated

import typer

from geo_planner.cli.options import Json, OutPath, Threads
from geo_planner.cli.text import headline, progress_bars, say

PAIRS_FOLDER = "scenarios"


def run(
    study: Annotated[Path, typer.Argument(help="Study file (TOML).")],
    *,
    out: OutPath,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="Scenario file, run as well into OUT/<scenario id>."),
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Build the region of a study, analyse it, and write maps, tables and a start page."""
    from geo_planner.analysis import analyse
    from geo_planner.analysis import run as run_study
    from geo_planner.compare import compare_results
    from geo_planner.config import read_study
    from geo_planner.report import (
        COMPARE_PAGE,
        RUN_LINKS,
        write_comparison,
        write_pairs,
        write_report,
    )
    from geo_planner.scenario import apply_files, require_files
    from geo_planner.words.wording import Wording

    settings = read_study(study)
    files = scenario or []
    baseline = Wording(settings.study.language)("brief_baseline")
    require_files(files)
    with progress_bars() as step:
        result = run_study(settings, out / "region", threads=threads, progress=step)
        step("writing maps and tables", 0, 0)
        pairs = {"compare": f"{PAIRS_FOLDER}/index.html"} if files else None
        notes = write_report(result, out, links=pairs)["notes"]
        summary = {**result.summary, "notes": notes}
        lines = [headline(result.summary, out), *notes]
        compared = {}
        regions = apply_files(result.region, files, out, inner="region")
        for child in regions:
            folder = child.path.parent
            changed = analyse(
                child,
                settings,
                threads=threads,
                reference=result.reference,
                known=result,
                progress=step,
            )
            write_report(changed, folder, links={"compare": f"compare/{COMPARE_PAGE}"})
            comparison = compare_results(result, changed, name_a=baseline, name_b=changed.title)
            told = write_comparison(comparison, folder / "compare", links=RUN_LINKS)
            compared[f"../{folder.name}/compare"] = comparison
            summary.setdefault("scenarios", {})[folder.name] = {**changed.summary, "compare": told}
            lines.append(f"{folder}: {told['headline']}")
        if compared:
            write_pairs(compared, out / PAIRS_FOLDER)
    say(as_json, summary, "\n".join([*lines, f"open {out / 'index.html'}"]))
