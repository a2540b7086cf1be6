"""What commands say: progress while they work, and what they did."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from geo_planner.analysis import AnalysisResult
    from geo_planner.findings import Finding

# findings of streets are those of the region, said when it is built
_OF_TRAVEL = ("transit_", "points_")


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None]]:
    """Draw bars on a terminal; stay silent elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(),
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


def say(as_json: bool, summary: Any, text: str) -> None:
    """Print a summary, for machines or for people."""
    typer.echo(json.dumps(summary, ensure_ascii=False, default=str) if as_json else text)


def tell_findings(findings: Iterable["Finding"], study: Mapping[str, Any]) -> list[Any]:
    """Print what is doubtful about a timetable or links to streets; return it as plain values."""
    from geo_planner.words.findings import finding_line
    from geo_planner.words.reasons import reason_words
    from geo_planner.words.wording import Wording

    words = Wording.of_study(study)
    shown = [
        finding
        for finding in findings
        if finding.what.code.startswith(_OF_TRAVEL)
        and (finding.kind != "read" or finding.what.code == "transit_typical_day")
    ]
    for finding in shown:
        is_plain = finding.kind == "read"
        plain = f"{finding.source}: {reason_words(finding.what, words)}"
        typer.echo(f"  {plain if is_plain else finding_line(finding, words)}", err=True)
    return [finding.to_json() for finding in shown]


def headline(result: "AnalysisResult", out: Path) -> str:
    """Tell a run in one line."""
    from geo_planner.words.tables import counted_rows
    from geo_planner.words.wording import Wording

    words = Wording.of_study({**result.region.study, "language": "en"})
    summary = result.summary
    top = f"first is {summary['top_site_name']}" if summary["top_site"] else "no sites"
    counts = [
        counted_rows(table, summary[table], words) for table in ("zones", "businesses", "sites")
    ]
    return f"{out}: {', '.join(counts)}; {top}"
