"""Access: how many opportunities can be reached, and how many people can reach a place.

One pass answers both directions: sums over destinations for every origin, and sums over origins
for every destination. Costs are reduced to sums a few origins at a time, while they are searched;
no matrix is held.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.accessibility.keys import sum_column
from geo_planner.accessibility.weighing import Measure, Weighing
from geo_planner.arrays import FloatArray
from geo_planner.kernels import reducers
from geo_planner.kernels.street import Rows
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time import Router
from geo_planner.travel_time.blocks import run_in_order
from geo_planner.travel_time.columns import label_of
from geo_planner.travel_time.row_search import RowSpace
from geo_planner.travel_time.street import StreetRouter
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.travel_time.window_search import SearchSpace

Progress = Callable[[int, int], None]

_BLOCK_ORIGINS = 64


@dataclass(frozen=True)
class AccessSums:
    """Hold the sums of one pass.

    Parameters
    ----------
    reached
        One row per origin: opportunities it can reach, columns ``<name>_<measure>[_p50]``;
        nan where the origin is not on the network.
    reaching
        One row per destination: people who can reach it, columns likewise.
    n_reached_pairs
        Pairs with a travel time in the first percentile; where all measures are cutoffs, one within
        the largest.
    """

    reached: pd.DataFrame
    reaching: pd.DataFrame
    n_reached_pairs: int


class _SweepPart(NamedTuple):
    """Hold what some rows add, for one column of times, and how far the work is then."""

    progress: tuple[int, int]
    value: int
    n_pairs: int
    rows: npt.NDArray[np.intp]
    of_rows: FloatArray
    columns: npt.NDArray[np.int32]
    of_columns: FloatArray


class _Ledger:
    """Hold one thread's sums over rows, and which columns have any."""

    def __init__(self, n_columns: int, weighing: Weighing, n_kinds: int) -> None:
        self.within = np.zeros((n_columns, len(weighing.cutoffs_cs), n_kinds))
        self.weighted = np.zeros((n_columns, weighing.n_decays, n_kinds))
        self.is_touched = np.zeros(n_columns, np.uint8)
        self.touched = np.empty(n_columns, np.int32)


class _Summing:
    """Reduce rows of costs to sums in both directions.

    Rows are origins and columns destinations, or the other way round where a search runs from
    destinations.
    """

    def __init__(
        self, measures: Sequence[Measure], at_columns: FloatArray, at_rows: FloatArray
    ) -> None:
        self.weighing = Weighing(measures)
        self._at_columns = at_columns
        self._at_rows = at_rows

    def ledger(self) -> _Ledger:
        """Make the arrays of one thread."""
        return _Ledger(len(self._at_columns), self.weighing, self._at_rows.shape[1])

    def add(
        self,
        pieces: Iterable[tuple[int, Rows]],
        rows: npt.NDArray[np.intp],
        value: int,
        progress: tuple[int, int],
        largest_cs: int,
        ledger: _Ledger,
    ) -> _SweepPart:
        """Reduce some rows, given in pieces that count from the first of them."""
        cutoffs_cs, weights = self.weighing.cutoffs_cs, self.weighing.weights(largest_cs)
        n_rows, n_kinds = len(rows), self._at_columns.shape[1]
        within = np.zeros((n_rows, len(cutoffs_cs), n_kinds))
        weighted = np.zeros((n_rows, self.weighing.n_decays, n_kinds))
        n_touched = n_pairs = 0
        for first, piece in pieces:
            some = slice(first, first + len(piece.ptr) - 1)
            reducers.sum_reached(
                *piece, cutoffs_cs, weights, self._at_columns, within[some], weighted[some]
            )
            if self._at_rows.shape[1]:
                n_touched = reducers.sum_reaching(
                    *piece, cutoffs_cs, weights, self._at_rows[rows[some]],
                    ledger.within, ledger.weighted, ledger.is_touched, ledger.touched, n_touched,
                )  # fmt: skip
            n_pairs += int(piece.ptr[-1])
        there = ledger.touched[:n_touched].copy()
        of_columns = self.weighing.in_order(
            np.cumsum(ledger.within[there], axis=1), ledger.weighted[there]
        )
        ledger.within[there] = ledger.weighted[there] = ledger.is_touched[there] = 0
        of_rows = self.weighing.in_order(within, weighted)
        return _SweepPart(progress, value, n_pairs, rows, of_rows, there, of_columns)


def sweep_access(
    router: Router,
    origins: SnappedPoints,
    destinations: SnappedPoints,
    measures: Sequence[Measure],
    *,
    opportunities: Mapping[str, FloatArray],
    people: Mapping[str, FloatArray],
    threads: int,
    progress: Progress = lambda _done, _all: None,
) -> AccessSums:
    """Sum opportunities over destinations and people over origins, while times are searched.

    Parameters
    ----------
    router
        Router of one mode.
    origins, destinations
        Snapped points of that router.
    measures
        Measures to compute.
    opportunities
        Counts at the destinations by name, ``(n_destinations,)``; nan is unknown: sums count what
        is known, and are unknown where nothing is.
    people
        Counts at the origins by name, ``(n_origins,)``; as opportunities.
    threads
        Searches at once; the sums are the same for any number.
    progress
        Called with origins done and all origins.
    """
    at_destinations = _stack(opportunities, len(destinations))
    at_origins = _stack(people, len(origins))
    is_reversed = isinstance(router, TransitRouter) and router.window.is_arrival
    at_columns, at_rows = at_destinations, at_origins
    if is_reversed:
        at_columns, at_rows = at_rows, at_columns
    summing = _Summing(measures, at_columns, at_rows)
    n_values = len(router.columns)
    of_rows = np.zeros((len(at_rows), len(measures), n_values, at_columns.shape[1]))
    of_columns = np.zeros((len(at_columns), len(measures), n_values, at_rows.shape[1]))
    n_reached_pairs = 0
    if isinstance(router, StreetRouter):
        parts = _street_parts(summing, router, origins, destinations, threads)
    elif isinstance(router, TransitRouter):
        parts = _window_parts(summing, router, origins, destinations, threads)
    else:
        parts = _block_parts(summing, router, origins, destinations, threads)
    for part in parts:
        of_rows[part.rows, :, part.value] += part.of_rows
        of_columns[part.columns, :, part.value] += part.of_columns
        n_reached_pairs += part.n_pairs if part.value == 0 else 0
        if part.value == n_values - 1:
            progress(*part.progress)
    reached, reaching = (of_columns, of_rows) if is_reversed else (of_rows, of_columns)
    reached[origins.street < 0] = np.nan
    reaching[destinations.street < 0] = np.nan
    reached[..., _unknown(opportunities)] = np.nan
    reaching[..., _unknown(people)] = np.nan
    labels = [label_of(name) for name in router.columns]
    return AccessSums(
        _to_frame(reached, origins, measures, labels, list(opportunities)),
        _to_frame(reaching, destinations, measures, labels, list(people)),
        n_reached_pairs,
    )


def _street_parts(
    summing: _Summing,
    router: StreetRouter,
    origins: SnappedPoints,
    destinations: SnappedPoints,
    threads: int,
) -> Iterator[_SweepPart]:
    """Search and sum on threads, neighbours one after another."""
    order = np.argsort(np.maximum(origins.leave_from, origins.leave_to), kind="stable")
    limit_s = summing.weighing.limit_s(router.max_time_s)
    search = router.row_search(origins.part(order), destinations, max_time_s=limit_s)
    summing.weighing.weights(search.limit_cs)

    def workspace() -> tuple[RowSpace, _Ledger]:
        return search.workspace(), summing.ledger()

    def work(rows: slice, space: tuple[RowSpace, _Ledger]) -> _SweepPart:
        pieces = ((at - rows.start, piece) for at, piece in search.pieces(rows, space[0]))
        done = (rows.stop, len(origins))
        return summing.add(pieces, order[rows], 0, done, search.limit_cs, space[1])

    for _, part in run_in_order(
        len(origins), threads, workspace, work, block_origins=_BLOCK_ORIGINS
    ):
        yield part


def _window_parts(
    summing: _Summing,
    router: TransitRouter,
    origins: SnappedPoints,
    destinations: SnappedPoints,
    threads: int,
) -> Iterator[_SweepPart]:
    """Search a window and sum on threads, one part for each of its percentiles."""
    limit_s = summing.weighing.limit_s(router.max_time_s)
    search = router.row_search(origins, destinations, threads=threads, max_time_s=limit_s)
    summing.weighing.weights(search.limit_cs)

    def workspace() -> tuple[SearchSpace, _Ledger]:
        return search.workspace(), summing.ledger()

    def work(rows: slice, space: tuple[SearchSpace, _Ledger]) -> list[_SweepPart]:
        found = search.rows(rows, space[0])
        among, done = np.arange(rows.start, rows.stop), (rows.stop, search.n_rows)
        return [
            summing.add([(0, found.value(value))], among, value, done, search.limit_cs, space[1])
            for value in range(search.n_values)
        ]

    for _, parts in run_in_order(search.n_rows, threads, workspace, work):
        yield from parts


def _block_parts(
    summing: _Summing,
    router: Router,
    origins: SnappedPoints,
    destinations: SnappedPoints,
    threads: int,
) -> Iterator[_SweepPart]:
    """Sum blocks of costs as they come."""
    ledger = summing.ledger()
    for block in router.blocks(origins, destinations, threads=threads):
        among = np.arange(len(origins))[block.origins]
        done = block.progress(len(origins), len(destinations))
        for value in range(block.costs_cs.shape[2]):
            rows = _rows_of(block.costs_cs[:, :, value], block.destinations.start or 0)
            largest_cs = int(rows.cost_cs.max(initial=0))
            yield summing.add([(0, rows)], among, value, done, largest_cs, ledger)


def _rows_of(costs_cs: npt.NDArray[np.int32], first_destination: int) -> Rows:
    ptr = np.empty(len(costs_cs) + 1, np.int64)
    destination, cost_cs = np.empty((2, costs_cs.size), np.int32)
    n = reducers.rows_of(costs_cs, ptr, destination, cost_cs)
    return Rows(ptr, destination[:n] + np.int32(first_destination), cost_cs[:n])


def _unknown(counts: Mapping[str, FloatArray]) -> npt.NDArray[np.bool_]:
    """Tell which counts are known at no point: their sums are unknown, not 0."""
    columns = [np.asarray(values, float) for values in counts.values()]
    return np.array([bool(np.isnan(column).all()) for column in columns], dtype=bool)


def _stack(counts: Mapping[str, FloatArray], n_points: int) -> FloatArray:
    """Put counts side by side; a missing count adds nothing to a sum of others."""
    if not counts:
        return np.zeros((n_points, 0))
    return np.nan_to_num(np.column_stack([np.asarray(values, float) for values in counts.values()]))


def _to_frame(
    sums: FloatArray,
    points: SnappedPoints,
    measures: Sequence[Measure],
    labels: Sequence[str],
    names: Sequence[str],
) -> pd.DataFrame:
    columns = {
        sum_column(name, measure.name, label): sums[:, m, s, k]
        for k, name in enumerate(names)
        for m, measure in enumerate(measures)
        for s, label in enumerate(labels)
    }
    return pd.DataFrame(columns, index=pd.Index(points.ledger["id"], name="id"))
