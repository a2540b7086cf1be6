"""Access: how many opportunities can be reached, and how many people can reach a place.

One pass answers both directions: sums over destinations for every origin, and sums over origins
for every destination. Costs are reduced to sums a few origins at a time, while they are searched;
no matrix is held.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
        Pairs with a travel time in the first percentile.
    """

    reached: pd.DataFrame
    reaching: pd.DataFrame
    n_reached_pairs: int


class _SweepPart(NamedTuple):
    """Hold what some origins add, for one column of times, and how far the work is then."""

    progress: tuple[int, int]
    origins: npt.NDArray[np.intp]
    column: int
    n_pairs: int
    reached: FloatArray
    destinations: npt.NDArray[np.int32]
    reaching: FloatArray


class _Ledger:
    """Hold one thread's sums over origins, and which destinations have any."""

    def __init__(self, n_destinations: int, weighing: Weighing, n_kinds: int) -> None:
        self.within = np.zeros((n_destinations, len(weighing.cutoffs_cs), n_kinds))
        self.weighted = np.zeros((n_destinations, weighing.n_decays, n_kinds))
        self.is_touched = np.zeros(n_destinations, np.uint8)
        self.touched = np.empty(n_destinations, np.int32)


class _Summing:
    """Reduce rows of costs to sums in both directions."""

    def __init__(
        self, measures: Sequence[Measure], at_destinations: FloatArray, at_origins: FloatArray
    ) -> None:
        self.weighing = Weighing(measures)
        self._at_destinations = at_destinations
        self._at_origins = at_origins

    def ledger(self) -> _Ledger:
        """Make the arrays of one thread."""
        n_destinations, n_kinds = len(self._at_destinations), self._at_origins.shape[1]
        return _Ledger(n_destinations, self.weighing, n_kinds)

    def add(
        self,
        pieces: Iterator[tuple[int, Rows]],
        origins: npt.NDArray[np.intp],
        column: int,
        progress: tuple[int, int],
        largest_cs: int,
        ledger: _Ledger,
    ) -> _SweepPart:
        """Reduce the rows of some origins, given in pieces that count from the first of them."""
        cutoffs_cs, weights = self.weighing.cutoffs_cs, self.weighing.weights(largest_cs)
        n_rows, n_kinds = len(origins), self._at_destinations.shape[1]
        within = np.zeros((n_rows, len(cutoffs_cs), n_kinds))
        weighted = np.zeros((n_rows, self.weighing.n_decays, n_kinds))
        n_touched = n_pairs = 0
        for first, rows in pieces:
            some = slice(first, first + len(rows.ptr) - 1)
            reducers.sum_reached(
                *rows, cutoffs_cs, weights, self._at_destinations, within[some], weighted[some]
            )
            if self._at_origins.shape[1]:
                n_touched = reducers.sum_reaching(
                    *rows, cutoffs_cs, weights, self._at_origins[origins[some]],
                    ledger.within, ledger.weighted, ledger.is_touched, ledger.touched, n_touched,
                )  # fmt: skip
            n_pairs += int(rows.ptr[-1])
        there = ledger.touched[:n_touched].copy()
        reaching = self.weighing.in_order(
            np.cumsum(ledger.within[there], axis=1), ledger.weighted[there]
        )
        ledger.within[there] = ledger.weighted[there] = ledger.is_touched[there] = 0
        reached = self.weighing.in_order(within, weighted)
        return _SweepPart(progress, origins, column, n_pairs, reached, there, reaching)


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
    summing = _Summing(
        measures, _stack(opportunities, len(destinations)), _stack(people, len(origins))
    )
    n_columns = len(router.columns)
    reached = np.zeros((len(origins), len(measures), n_columns, len(opportunities)))
    reaching = np.zeros((len(destinations), len(measures), n_columns, len(people)))
    n_reached_pairs = 0
    if isinstance(router, StreetRouter):
        parts = _street_parts(summing, router, origins, destinations, threads)
    else:
        parts = _block_parts(summing, router, origins, destinations, threads)
    for part in parts:
        reached[part.origins, :, part.column] += part.reached
        reaching[part.destinations, :, part.column] += part.reaching
        n_reached_pairs += part.n_pairs if part.column == 0 else 0
        if part.column == n_columns - 1:
            progress(*part.progress)
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
    search = router.row_search(origins.part(order), destinations)
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
        for column in range(block.costs_cs.shape[2]):
            costs_cs = block.costs_cs[:, :, column]
            ptr = np.empty(len(costs_cs) + 1, np.int64)
            destination, cost_cs = np.empty((2, costs_cs.size), np.int32)
            n = reducers.rows_of(costs_cs, ptr, destination, cost_cs)
            rows = Rows(ptr, destination[:n] + np.int32(block.destinations.start or 0), cost_cs[:n])
            largest_cs = int(rows.cost_cs.max(initial=0))
            yield summing.add(iter([(0, rows)]), among, column, done, largest_cs, ledger)


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
