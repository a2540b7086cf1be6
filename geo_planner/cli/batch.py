"""Run batches, and look at their folders."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from geo_planner.cli.options import Json, OutPath, Threads
from geo_planner.cli.text import progress_bars, say, tell_findings

if TYPE_CHECKING:
    from geo_planner.batch import BatchStatus

_INTERRUPTED = 130  # as shells have it: 128 and the number of the signal
_MOST_SHOWN = 10


class RunsByDefault(TyperGroup):
    """Take what names no command of the group as arguments of one of them."""

    default = "run"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the default command before its arguments."""
        if args and args[0] not in {*self.commands, *ctx.help_option_names}:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


batch = typer.Typer(
    cls=RunsByDefault,
    help="Measure regions x scenarios x modes x times x origins: batch JOB.toml --out DIR; "
    "then status, validate and merge of DIR.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="Folder of a batch.")]
Table = Annotated[
    str | None,
    typer.Option(help="access, reach, times or service; default: the only one there is."),
]


@batch.command()
def run(
    job: Annotated[Path, typer.Argument(help="Job file (TOML).")],
    *,
    out: OutPath,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes here; more than 1 need the extra batch (Dask).")
    ] = 1,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask cluster, such as tcp://10.0.0.1:8786.")
    ] = None,
    memory_gib: Annotated[
        float | None, typer.Option(help="Memory of all processes here, held to by Dask [GiB].")
    ] = None,
    redo: Annotated[
        bool, typer.Option("--redo", help="Do all of it again, with what the inputs hold now.")
    ] = False,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Measure what a job asks for, tile by tile; go on where an earlier run stopped."""
    from geo_planner.batch import batch_status, run_batch
    from geo_planner.config import read_job
    from geo_planner.errors import GeoPlannerError

    asked = read_job(job)
    try:
        with progress_bars() as step:
            status = run_batch(
                asked,
                out,
                workers=workers,
                scheduler=scheduler,
                memory_gib=memory_gib,
                threads=threads,
                redo=redo,
                progress=lambda done, total: step("tiles", done, total),
                on_dashboard=lambda address: typer.echo(f"dashboard: {address}", err=True),
            )
    except KeyboardInterrupt:
        try:
            done = _line(batch_status(out))
        except GeoPlannerError:
            done = str(out)
        typer.echo(
            f"{done}\nstopped: run the same command again, which goes on from here", err=True
        )
        raise typer.Exit(_INTERRUPTED) from None
    findings = tell_findings(status.findings, {"language": "en"})
    _say_status(status, as_json=as_json, findings=findings)
    if not status.is_complete:
        raise typer.Exit(1)


@batch.command()
def status(folder: Folder, *, as_json: Json = False) -> None:
    """Say how far a batch is, what is left, and which origins could not be measured."""
    from geo_planner.batch import batch_status

    _say_status(batch_status(folder), as_json=as_json)


@batch.command()
def validate(
    folder: Folder,
    *,
    without_inputs: Annotated[
        bool, typer.Option("--without-inputs", help="Look at the files of the folder alone.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Hold every file of a batch to its digest, and its inputs to what they were; exit 1 if not."""
    from geo_planner.batch import validate_batch

    problems = validate_batch(folder, inputs=not without_inputs)
    lines = [f"{folder}: {len(problems)} problems", *(f"  - {text}" for text in problems)]
    text = "\n".join(lines) if problems else f"{folder}: whole, and of the inputs as they are"
    say(as_json, {"folder": str(folder), "problems": problems}, text)
    if problems:
        raise typer.Exit(1)


@batch.command()
def merge(
    folder: Folder,
    *,
    out: OutPath,
    table: Table = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what there is of a batch that is not complete.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the results of a batch as one .parquet or .csv file."""
    from geo_planner.batch import merge_batch

    n_rows = merge_batch(folder, out, table, partial=partial)
    say(as_json, {"out": str(out), "rows": n_rows}, f"{out}: {n_rows} rows")


def _say_status(status: "BatchStatus", *, as_json: bool, findings: Any = ()) -> None:
    lines = [_line(status)]
    failed = [f"  {one['file']}: {one['reason']}" for one in status.failed_tiles]
    failed += [f"  {one['file']}: {one['id']}: {one['reason']}" for one in status.failed_origins]
    lines += failed[:_MOST_SHOWN]
    n_more = len(status.failed_tiles) + status.n_failed_origins - len(failed[:_MOST_SHOWN])
    if n_more:
        lines.append(f"  and {n_more} more")
    say(as_json, {**status.to_json(), "findings": list(findings)}, "\n".join(lines))


def _line(status: "BatchStatus") -> str:
    parts = [f"{status.folder}: {status.state}", f"{status.n_done} of {status.tiles} tiles done"]
    parts += [
        f"{count} {name}"
        for name, count in (
            ("tiles failed", len(status.failed_tiles)),
            ("origins without results", status.n_failed_origins),
            ("rows of origins off the network", status.off_network),
        )
        if count
    ]
    if status.seconds_left:
        parts.append(f"about {status.seconds_left:.0f} s of work left")
    return ", ".join([*parts, f"{status.rows} rows"])
