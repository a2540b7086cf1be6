"""Access of points to opportunities."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geo_planner.cli.cells import cells_of, with_cell_options
from geo_planner.cli.options import Json, OutPath, RegionPath, Threads
from geo_planner.cli.text import progress_bars, say, tell_findings
from geo_planner.cli.travel import ModeOption, cutoffs_of, mode_of, travel_of, with_travel_options

if TYPE_CHECKING:
    from geo_planner.findings import Finding


@with_cell_options
@with_travel_options
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
    travel: dict[str, Any],
    cells: dict[str, Any],
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Write how many opportunities each origin reaches within time limits."""
    from geo_planner.accessibility import access_of_points
    from geo_planner.exports import TABLE_SUFFIXES, ledger_path, require_suffix, write_table
    from geo_planner.region import open_region

    require_suffix(out, TABLE_SUFFIXES)
    chosen_mode = mode_of(mode)
    opened = open_region(region)
    settings = travel_of(opened.study, travel)
    findings: list[Finding] = []
    with progress_bars() as step:
        frame, ledger = access_of_points(
            opened,
            opportunities,
            column,
            origins,
            mode=chosen_mode,
            cutoffs_min=cutoffs_of(cutoffs_min, settings),
            travel=settings,
            cells=cells_of(cells),
            threads=threads,
            progress=lambda done, total: step(f"access by {mode}", done, total),
            on_findings=findings.extend,
        )
    table = frame.drop(columns="geometry")
    write_table(table.reset_index(), out, opened.credits)
    write_table(ledger, ledger_path(out), opened.credits)
    summary: dict[str, Any] = {
        "out": str(out), "origins": len(table), "columns": list(table.columns),
        "findings": tell_findings(findings, opened.study),
    }  # fmt: skip
    n_origins = f"{len(table)} {'origin' if len(table) == 1 else 'origins'}"
    say(as_json, summary, f"{out}: {n_origins}, {', '.join(table.columns)}")
