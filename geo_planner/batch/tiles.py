"""The work on tiles: what every process does that takes part, here or on another machine.

Tasks name a folder and numbers; all else is read from the folder's plan. What is laid out for a
series is kept for its next tiles. Whatever goes wrong with
a tile ends in its receipt.
"""

import contextlib
import errno
import threading
import time
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo_planner.batch.isolating import measured_apart, narrowed, text_of
from geo_planner.batch.measuring import LINKED, STATUS, Desk, open_desk
from geo_planner.batch.plan import Plan, read_plan
from geo_planner.batch.receipts import Receipt, read_receipt, receipt_of
from geo_planner.config import Travel
from geo_planner.errors import RegionError
from geo_planner.folders import sha256_of, written_beside
from geo_planner.region import Region, open_region

_SERIES_AT_HAND = 2
# nothing further can be written either
_STOPPING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}

# tasks of one process take turns: they share networks, and search on all its threads
_TURN = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """Say how an attempt at a tile went.

    Parameters
    ----------
    tile
        Number of the series, number in it.
    receipt
        As it was written.
    stops
        Why nothing further can be written, such as a full disk; empty otherwise.
    """

    tile: tuple[int, int]
    receipt: Receipt
    stops: str = ""


def do_tiles(
    folder: str, identity: str, number: int, tiles: list[int], threads: int
) -> list[Outcome]:
    """Measure some tiles of a series and write their results.

    Parameters
    ----------
    folder
        Folder of the batch.
    identity
        Digest of its plan, which tells it from earlier ones in the same folder.
    number
        Number of the series.
    tiles
        Numbers of the tiles in it.
    threads
        Searches at once.
    """
    with _TURN:
        plan = _plan(folder, identity)
        return [
            _standing(plan, (number, tile)) or _do_tile(plan, identity, number, tile, threads)
            for tile in tiles
        ]


def lay_out(folder: str, identity: str, number: int) -> Desk:
    """Lay out a series; kept in this process, and what is derived from its region on disk."""
    return _desk(folder, identity, number)


@lru_cache(maxsize=1)
def _plan(folder: str, identity: str) -> Plan:  # noqa: ARG001 -- tells plans apart
    return read_plan(Path(folder))


@lru_cache(maxsize=_SERIES_AT_HAND)
def _region(path: str, digest: str) -> Region:
    region = open_region(path)
    if region.digest != digest:
        raise RegionError(path, "the region was changed while the batch ran: batch again")
    return region


@lru_cache(maxsize=_SERIES_AT_HAND)
def _origins(file: str, identity: str) -> gpd.GeoSeries:  # noqa: ARG001 -- tells plans apart
    return gpd.read_parquet(file).set_index("id").geometry


@lru_cache(maxsize=_SERIES_AT_HAND)
def _desk(folder: str, identity: str, number: int) -> Desk:
    plan = _plan(folder, identity)
    series = plan.series[number]
    region = _region(str(plan.folder / series.path), series.region_digest)
    travel = Travel.model_validate(series.travel)
    return open_desk(series.table, region, series.mode, travel, plan.job)


def _standing(plan: Plan, tile: tuple[int, int]) -> Outcome | None:
    """Find a tile done: by a worker that ended after it, and whose task is begun again."""
    receipt = receipt_of(plan, *tile)
    return Outcome(tile, receipt) if receipt.state == "done" else None


def _do_tile(plan: Plan, identity: str, number: int, tile: int, threads: int) -> Outcome:
    """Measure one tile; whatever goes wrong ends in its receipt."""
    series, file = plan.series[number], plan.receipt(number, tile)
    before = read_receipt(file)
    begun = replace(before, state="started", attempts=before.attempts + 1, seconds=None)
    if before.state == "started" or before.suspect:  # a process ended over it
        begun = narrowed(begun, series.n_of(tile))
    started = time.perf_counter()
    try:
        begun.write(file)
        after = _measured(plan, identity, (number, tile), begun, threads)
        receipt = replace(after, seconds=round(time.perf_counter() - started, 4))
        receipt.write(file)
    except Exception as error:  # noqa: BLE001 -- one tile never ends the batch
        reasons = (*begun.reasons, text_of(error))
        receipt = replace(begun, state="failed", reasons=reasons, suspect=(), deaths=0)
        with contextlib.suppress(OSError):
            receipt.write(file)
        stops = isinstance(error, OSError) and error.errno in _STOPPING
        return Outcome((number, tile), receipt, stops=text_of(error) if stops else "")
    return Outcome((number, tile), receipt)


def _measured(
    plan: Plan, identity: str, tile: tuple[int, int], begun: Receipt, threads: int
) -> Receipt:
    """Measure the origins of a tile, leave out those that cannot be, and write the others."""
    desk, series = _desk(str(plan.folder), identity, tile[0]), plan.series[tile[0]]
    origins = _origins(str(plan.folder / series.origins), identity).iloc[series.rows(tile[1])]
    note = partial(Receipt.write, file=plan.receipt(*tile))
    parts, failed = measured_apart(desk, origins, threads, begun, note)
    whole = Receipt(
        state="failed",
        attempts=begun.attempts,
        failed=tuple(failed),
        reasons=begun.reasons,
        killers=begun.killers,
    )
    if not parts:
        return whole
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    file = plan.partition(*tile)
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(file) as temporary:
        frame.to_parquet(temporary, index=False, compression="zstd")
        size, digest = temporary.stat().st_size, sha256_of(temporary)
    off_network = int((frame[STATUS] != LINKED).sum()) if STATUS in frame else 0
    return replace(
        whole,
        state="partial" if failed else "done",
        rows=len(frame),
        n_bytes=size,
        sha256=digest,
        off_network=off_network,
    )
