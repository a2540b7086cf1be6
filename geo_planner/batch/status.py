"""How far a batch is: read from the receipts in its folder, while it runs or later."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from geo_planner.batch.plan import read_plan
from geo_planner.batch.receipts import receipts
from geo_planner.errors import require_path
from geo_planner.findings import Finding
from geo_planner.folders import is_being_written

MOST_FAILED_SHOWN = 100


@dataclass(frozen=True)
class BatchStatus:
    """Say how far a batch is.

    Parameters
    ----------
    folder
        Its folder.
    state
        running; stopped, to be gone on with; complete; or failures: all was tried, and some
        origins or tiles have no results.
    tiles
        All tiles.
    by_state
        Tiles by state: done, partial, failed, started, missing.
    rows
        Rows of results.
    attempts
        How often tiles were begun.
    seconds
        What the tiles with results took [s], summed over all who worked.
    seconds_left
        What is left would take so long at that pace [s of work, not of the clock]; None where
        nothing was timed yet.
    failed_tiles
        Tiles without results, each with the last reason: file, reason.
    failed_origins
        Origins without results in tiles that have some: file, id, reason; the first hundred.
    n_failed_origins
        How many those are in all.
    off_network
        Rows of origins that are not linked to the network; their measures are unknown.
    findings
        What was left out of networks and timetables, or is doubtful in them; of this run alone.

    Examples
    --------
    >>> from pathlib import Path
    >>> from geo_planner import BatchStatus
    >>> BatchStatus(Path("out"), "stopped", 3, {"done": 2, "missing": 1}, 50, 2, 1.5, 0.75)
    BatchStatus('out': stopped, 2 of 3 tiles done, 50 rows)
    """

    folder: Path
    state: Literal["running", "stopped", "complete", "failures"]
    tiles: int
    by_state: Mapping[str, int]
    rows: int
    attempts: int
    seconds: float
    seconds_left: float | None
    failed_tiles: tuple[dict[str, str], ...] = ()
    failed_origins: tuple[dict[str, str], ...] = ()
    n_failed_origins: int = 0
    off_network: int = 0
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        return (
            f"BatchStatus({str(self.folder)!r}: {self.state}, {self.n_done} of {self.tiles} tiles "
            f"done, {self.rows} rows)"
        )

    @property
    def n_done(self) -> int:
        """Count the tiles whose origins all have results."""
        return self.by_state.get("done", 0)

    @property
    def is_complete(self) -> bool:
        """Whether every origin has its results."""
        return self.state == "complete"

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            **vars(self),
            "folder": str(self.folder),
            "by_state": dict(self.by_state),
            "findings": [finding.to_json() for finding in self.findings],
        }


def batch_status(folder: Path | str) -> BatchStatus:
    """Say how far the batch in a folder is.

    Raises
    ------
    InputError
        When no batch lies there.
    """
    place = require_path(folder, "folder")
    plan = read_plan(place)
    by_state: Counter[str] = Counter()
    rows = attempts = off_network = n_failed = 0
    seconds: list[float] = []
    tiles: list[dict[str, str]] = []
    origins: list[dict[str, str]] = []
    for tile, receipt in receipts(plan):
        file = str(plan.partition(*tile).relative_to(place))
        by_state[receipt.state] += 1
        rows += receipt.rows
        attempts += receipt.attempts
        off_network += receipt.off_network
        if receipt.state in ("done", "partial") and receipt.seconds is not None:
            seconds.append(receipt.seconds)
        if receipt.state == "failed":
            whole = receipt.reasons or tuple(one["reason"] for one in receipt.failed)
            tiles.append({"file": file, "reason": whole[-1] if whole else ""})
        elif receipt.failed:
            n_failed += len(receipt.failed)
            origins += [{"file": file, **one} for one in receipt.failed]
    n_tiles = by_state.total()
    n_left = by_state["missing"] + by_state["started"]
    left_s = n_left * sum(seconds) / len(seconds) if seconds else None
    return BatchStatus(
        folder=place,
        state=_state(is_running=is_being_written(place), n_left=n_left, by_state=by_state),
        tiles=n_tiles,
        by_state=dict(sorted(by_state.items())),
        rows=rows,
        attempts=attempts,
        seconds=round(sum(seconds), 3),
        seconds_left=None if left_s is None else round(left_s, 3),
        failed_tiles=tuple(tiles),
        failed_origins=tuple(origins[:MOST_FAILED_SHOWN]),
        n_failed_origins=n_failed,
        off_network=off_network,
    )


def _state(
    *, is_running: bool, n_left: int, by_state: Mapping[str, int]
) -> Literal["running", "stopped", "complete", "failures"]:
    if is_running:
        return "running"
    if n_left:
        return "stopped"
    return "failures" if by_state["failed"] or by_state["partial"] else "complete"
