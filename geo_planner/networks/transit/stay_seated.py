"""Vehicles that go on as another trip, and passengers who stay seated in them.

Trips of one block, one after the other on one service day, are one vehicle where the next starts
at the stop the last ends at; so are trips that transfers.txt joins (type 4), at whatever stops.
Type 5 parts two trips of a block. Each trip that goes on gets, beside itself, a *through trip*:
passengers get on along the trip itself and off along those that follow. A search that knows
nothing of vehicles then rides through, and counts one ride.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import LongArray
from geo_planner.findings import Finding
from geo_planner.networks.transit.service_days import Runs, index_in
from geo_planner.networks.transit.trip_times import NO_ALIGHTING, NO_BOARDING, Trips
from geo_planner.reasons import Reason
from geo_planner.units import CENTISECONDS_PER_S

IN_SEAT, RE_BOARD = 4, 5
MAX_WAYS = 32
_MAX_EXAMPLES = 5


@dataclass(frozen=True)
class ThroughTrips:
    """Hold trips, their runs, and which trips each carries passengers on into.

    Parameters
    ----------
    trips
        All trips, then the through trips.
    run_trip
        Trip among ``trips`` of each run.
    runs
        All runs, then those of through trips, which bear the row of their first trip.
    onward
        Of each trip: rows of the trips that follow, and the call each starts at.
    findings
        Joins that do not hold.
    """

    trips: Trips
    run_trip: LongArray
    runs: Runs
    onward: tuple[tuple[tuple[int, int], ...], ...]
    findings: tuple[Finding, ...]


def add_through_trips(
    tables: Mapping[str, pd.DataFrame],
    trips: Trips,
    runs: Runs,
    platform_idx: LongArray,
    is_repeated: npt.NDArray[np.bool_],
    through_s: float,
) -> ThroughTrips:
    """Add the rides that go on into the next trips of a vehicle.

    Parameters
    ----------
    tables
        Tables of the schema: trips; transfers if there are any.
    trips, runs
        The timetable without any of this.
    platform_idx
        Platform of each stop that trips call at.
    is_repeated
        Rows of trips that run by frequency, ``(n_trip_rows,)``: they are not joined.
    through_s
        Following trips that start later after a passenger's last chance to get on are left out;
        the longest journey asked for [s].
    """
    run_trip = np.searchsorted(trips.row, runs.trip_row)
    joins, findings = _joins(tables, trips, runs, run_trip, platform_idx, is_repeated)
    plain = ThroughTrips(trips, run_trip, runs, ((),) * len(trips.row), findings)
    if not joins:
        return plain
    through_cs = int(through_s * CENTISECONDS_PER_S)
    chains: dict[tuple[int, ...], int] = {}
    new_trip, new_run, n_cut = [], [], 0
    for run in joins:
        ways = list(_ways(run, joins, trips, run_trip, through_cs))
        n_cut += len(ways) > MAX_WAYS
        for way in ways[:MAX_WAYS]:
            chain = tuple(int(run_trip[part]) for part in way)
            new_trip.append(chains.setdefault(chain, len(trips.row) + len(chains)))
            new_run.append(run)
    if not chains:
        return plain
    if n_cut:
        what = Reason("transit_branches", limit=MAX_WAYS)
        findings += (Finding("transfers", "left_out", n_cut, what),)
    added = runs.take(np.array(new_run, dtype=np.int64))
    longer, onward = _joined(trips, list(chains))
    return ThroughTrips(
        longer,
        np.append(run_trip, np.array(new_trip, dtype=np.int64)),
        Runs(
            np.append(runs.trip_row, added.trip_row),
            np.append(runs.shift_s, added.shift_s),
            np.append(runs.day_offset, added.day_offset),
        ),
        plain.onward + onward,
        findings,
    )


def _joins(
    tables: Mapping[str, pd.DataFrame],
    trips: Trips,
    runs: Runs,
    run_trip: LongArray,
    platform_idx: LongArray,
    is_repeated: npt.NDArray[np.bool_],
) -> tuple[dict[int, list[int]], tuple[Finding, ...]]:
    """Say which runs each run goes on as."""
    stated, parted = _stated(tables)
    by_hand, hand_findings = _in_seat(stated, tables, trips, runs, run_trip, is_repeated)
    is_stated = np.isin(runs.trip_row, [pair[0] for pair in stated])
    here, there, block_findings = _blocks(
        tables["trips"], trips, runs, run_trip, platform_idx, is_repeated
    )
    joins: dict[int, list[int]] = {}
    for one, other in by_hand:
        joins.setdefault(one, []).append(other)
    for one, other in zip(here.tolist(), there.tolist(), strict=True):
        pair = (int(runs.trip_row[one]), int(runs.trip_row[other]))
        if pair not in parted and not is_stated[one]:
            joins.setdefault(one, []).append(other)
    return joins, hand_findings + block_findings


def _stated(
    tables: Mapping[str, pd.DataFrame],
) -> tuple[list[tuple[int, int]], set[tuple[int, int]]]:
    """Read the pairs of trips that transfers.txt joins, and those it parts."""
    rows = tables.get("transfers")
    if rows is None or rows.empty:
        return [], set()
    ids = tables["trips"]["trip_id"]
    ends = [index_in(rows[f"{end}_trip_id"], ids) for end in ("from", "to")]
    kind = rows["transfer_type"].to_numpy(dtype=np.int64)
    pairs = [(int(one), int(other)) for one, other in zip(*ends, strict=True)]
    is_whole = (ends[0] >= 0) & (ends[1] >= 0)
    joined = [pairs[row] for row in np.flatnonzero(is_whole & (kind == IN_SEAT))]
    return list(dict.fromkeys(joined)), {
        pairs[row] for row in np.flatnonzero(is_whole & (kind == RE_BOARD))
    }


def _in_seat(
    stated: list[tuple[int, int]],
    tables: Mapping[str, pd.DataFrame],
    trips: Trips,
    runs: Runs,
    run_trip: LongArray,
    is_repeated: npt.NDArray[np.bool_],
) -> tuple[list[tuple[int, int]], tuple[Finding, ...]]:
    """Find the runs, of one service day, of trips that transfers.txt joins."""
    if not stated:
        return [], ()
    wanted = {row for pair in stated for row in pair}
    chosen = np.flatnonzero(np.isin(runs.trip_row, list(wanted)) & ~is_repeated[runs.trip_row])
    by_trip: dict[int, dict[int, int]] = {}
    for run in chosen.tolist():
        by_trip.setdefault(int(runs.trip_row[run]), {})[int(runs.day_offset[run])] = run
    joins, late = [], []
    for one, other in stated:
        following = by_trip.get(other, {})
        for offset, run in by_trip.get(one, {}).items():
            if offset not in following:
                continue
            if _end_cs(trips, run_trip[run]) > _start_cs(trips, run_trip[following[offset]]):
                late.append(one)
            else:
                joins.append((run, following[offset]))
    ids = tables["trips"]["trip_id"].to_numpy(object)
    lost = tuple(dict.fromkeys(ids[late]))
    repeated = tuple(ids[row] for row in sorted(wanted) if is_repeated[row])
    return joins, _findings(
        ("transit_in_seat_late", lost),
        ("transit_in_seat_repeated", repeated),
    )


def _blocks(
    table: pd.DataFrame,
    trips: Trips,
    runs: Runs,
    run_trip: LongArray,
    platform_idx: LongArray,
    is_repeated: npt.NDArray[np.bool_],
) -> tuple[LongArray, LongArray, tuple[Finding, ...]]:
    """Pair each run with the next of its block and day, where they meet at one stop."""
    nothing = np.empty(0, np.int64)
    if "block_id" not in table or table["block_id"].isna().all():
        return nothing, nothing, ()
    block = pd.factorize(table["block_id"])[0].astype(np.int64)
    is_shared = (block >= 0) & (np.bincount(block + 1)[block + 1] > 1)
    chosen = np.flatnonzero((is_shared & ~is_repeated)[runs.trip_row])
    trip = run_trip[chosen]
    start = trips.departure_cs[trips.ptr[trip]] + runs.shift_s[chosen] * CENTISECONDS_PER_S
    key = block[runs.trip_row[chosen]]
    order = np.lexsort((start, runs.day_offset[chosen], key))
    chosen, trip, key = chosen[order], trip[order], key[order]
    day = runs.day_offset[chosen]
    is_next = (key[1:] == key[:-1]) & (day[1:] == day[:-1])
    one, other = trip[:-1], trip[1:]
    last, first = trips.ptr[one + 1] - 1, trips.ptr[other]
    fits = trips.arrival_cs[last] <= trips.departure_cs[first]
    meets = platform_idx[trips.stop_idx[last]] == platform_idx[trips.stop_idx[first]]
    ids = table["trip_id"].to_numpy(object)
    findings = _findings(
        ("transit_block_repeated",
         tuple(ids[is_shared & is_repeated])),
        ("transit_block_early",
         tuple(dict.fromkeys(ids[trips.row[other[is_next & ~fits]]]))),
        ("transit_block_apart",
         tuple(dict.fromkeys(ids[trips.row[other[is_next & fits & ~meets]]]))),
    )  # fmt: skip
    good = is_next & fits & meets
    return chosen[:-1][good], chosen[1:][good], findings


def _findings(*cases: tuple[str, tuple[str, ...]]) -> tuple[Finding, ...]:
    return tuple(
        Finding("trips", "warning", len(ids), Reason(code), ids[:_MAX_EXAMPLES])
        for code, ids in cases
        if ids
    )


def _start_cs(trips: Trips, trip: int) -> int:
    return int(trips.departure_cs[trips.ptr[trip]])


def _end_cs(trips: Trips, trip: int) -> int:
    return int(trips.arrival_cs[trips.ptr[trip + 1] - 1])


def _ways(
    run: int,
    joins: Mapping[int, list[int]],
    trips: Trips,
    run_trip: LongArray,
    through_cs: int,
) -> Iterator[tuple[int, ...]]:
    """Follow a vehicle on, along every branch, until it is too late for who got on first."""
    trip = run_trip[run]
    until_cs = int(trips.departure_cs[trips.ptr[trip + 1] - 2]) + through_cs
    stack: list[tuple[int, ...]] = [(run,)]
    while stack:
        way = stack.pop()
        following = [
            part
            for part in joins.get(way[-1], [])
            if part not in way and (len(way) == 1 or _start_cs(trips, run_trip[part]) <= until_cs)
        ]
        if following:
            stack += [(*way, part) for part in reversed(following)]
        elif len(way) > 1:
            yield way


def _joined(
    trips: Trips, chains: list[tuple[int, ...]]
) -> tuple[Trips, tuple[tuple[tuple[int, int], ...], ...]]:
    """Append one trip a chain: on along the first trip, off along those that follow."""
    parts = [np.arange(len(trips.stop_idx))]
    rules = [trips.rules]
    lengths, onward = [], []
    for first, *others in chains:
        calls = [np.arange(trips.ptr[first], trips.ptr[first + 1] - 1)]
        bans = [trips.rules[calls[0]] | NO_ALIGHTING]
        starts = []
        for other in others:
            starts.append((int(trips.row[other]), sum(map(len, calls))))
            calls.append(np.arange(trips.ptr[other] + 1, trips.ptr[other + 1]))
            bans.append(trips.rules[calls[-1]] | NO_BOARDING)
        lengths.append(sum(map(len, calls)))
        onward.append(tuple(starts))
        parts += calls
        rules += bans
    call = np.concatenate(parts)
    return (
        Trips(
            row=np.append(trips.row, trips.row[[chain[0] for chain in chains]]),
            ptr=np.append(trips.ptr, trips.ptr[-1] + np.cumsum(lengths)),
            stop_idx=trips.stop_idx[call],
            rules=np.concatenate(rules),
            arrival_cs=trips.arrival_cs[call],
            departure_cs=trips.departure_cs[call],
        ),
        tuple(onward),
    )
