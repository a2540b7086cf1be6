"""Receipts: how the work on each tile went, written by whoever did it, beside the results.

A receipt is written before the work, with the attempt counted, and again after it. A tile is done
where its receipt says so and the file of its results is there at the size the receipt tells.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from geo_planner.batch.plan import Plan
from geo_planner.folders import write_json

_LISTS = ("failed", "reasons", "suspect", "killers")
State = Literal["missing", "started", "failed", "partial", "done"]


@dataclass(frozen=True)
class Receipt:
    """Say how the work on a tile went.

    Parameters
    ----------
    state
        missing: nobody began; started: begun, and not finished or in work; failed: no results;
        partial: results of all origins but ``failed``; done.
    attempts
        How often it was begun.
    seconds
        How long the last attempt took [s]; None where it did not end.
    rows, n_bytes, sha256
        Rows, size and digest of the results.
    off_network
        Rows of origins that are not linked to the network.
    failed
        Origins without results, each with its reason: id, reason.
    reasons
        Why earlier attempts ended without results.
    suspect
        Which origins were in work when a process ended: first, and behind the last; empty: none.
    deaths
        How often processes ended over just these.
    killers
        Origins that are passed over, by their place in the tile: they end the process.
    """

    state: State = "missing"
    attempts: int = 0
    seconds: float | None = None
    rows: int = 0
    n_bytes: int = 0
    sha256: str = ""
    off_network: int = 0
    failed: tuple[dict[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    suspect: tuple[int, int] | tuple[()] = ()
    deaths: int = 0
    killers: tuple[int, ...] = ()

    def write(self, file: Path) -> None:
        """Write the receipt; a program that is killed leaves the earlier one."""
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, asdict(self))


def read_receipt(file: Path) -> Receipt:
    """Read a receipt; one that is not there or cannot be read is of a tile nobody began."""
    try:
        content: dict[str, Any] = json.loads(file.read_text("utf-8"))
        lists = {name: tuple(content[name]) for name in _LISTS}
        return Receipt(**{**content, **lists})
    except (OSError, ValueError, KeyError, TypeError):
        return Receipt()


def receipt_of(plan: Plan, number: int, tile: int) -> Receipt:
    """Read the receipt of a tile; where its results are gone or cut short it is missing."""
    receipt = read_receipt(plan.receipt(number, tile))
    if receipt.state in ("done", "partial"):
        file = plan.partition(number, tile)
        if not file.is_file() or file.stat().st_size != receipt.n_bytes:
            return Receipt("missing", receipt.attempts)
    return receipt


def receipts(plan: Plan) -> Iterator[tuple[tuple[int, int], Receipt]]:
    """Give the receipts of all tiles in order."""
    return ((tile, receipt_of(plan, *tile)) for tile in plan.tiles)
