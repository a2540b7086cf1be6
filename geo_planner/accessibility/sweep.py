"""Access: how many opportunities can be reached, and how many people can reach a place.

One pass over the blocks of a router answers both directions: sums over destinations for every
origin, and sums over origins for every destination. No matrix is held.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner import decay
from geo_planner.networks.snap import SnappedPoints
from geo_planner.travel_time import Router
from geo_planner.travel_time.matrix import seconds
from geo_planner.units import seconds_from_min

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Measure:
    """Name a way to weigh opportunities by travel time [s]."""

    name: str
    weigh: Callable[[FloatArray], FloatArray]


def cumulative(cutoff_min: float) -> Measure:
    """Count what lies within a cutoff [min], the cutoff itself included."""
    cutoff_s = seconds_from_min(cutoff_min)
    return Measure(f"{cutoff_min:g}min", lambda time_s: decay.step(time_s, cutoff_s))


def gravity(half_weight_min: float) -> Measure:
    """Weigh opportunities so that one at ``half_weight_min`` counts half."""
    half_weight_s = seconds_from_min(half_weight_min)
    return Measure("gravity", lambda time_s: decay.exponential(time_s, half_weight_s))


@dataclass(frozen=True)
class Access:
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
) -> Access:
    """Sum opportunities over destinations and people over origins, block by block.

    Parameters
    ----------
    router
        Router of one mode.
    origins, destinations
        Snapped points of that router.
    measures
        Measures to compute.
    opportunities
        Counts at the destinations by name, ``(n_destinations,)``.
    people
        Counts at the origins by name, ``(n_origins,)``.
    threads
        Searches at once.
    progress
        Called with origins done and all origins.
    """
    at_destinations = _stack(opportunities, len(destinations))
    at_origins = _stack(people, len(origins))
    n_columns = len(router.columns)
    reached = np.zeros((len(origins), len(measures), n_columns, len(opportunities)))
    reaching = np.zeros((len(destinations), len(measures), n_columns, len(people)))
    n_reached_pairs = 0
    for block in router.blocks(origins, destinations, threads=threads):
        times_s = seconds(block.costs_cs)
        n_reached_pairs += int(np.isfinite(times_s[:, :, 0]).sum())
        for m, measure in enumerate(measures):
            for column in range(n_columns):
                weights = measure.weigh(times_s[:, :, column])
                reached[block.origins, m, column] += weights @ at_destinations[block.destinations]
                reaching[block.destinations, m, column] += weights.T @ at_origins[block.origins]
        progress(*block.progress(len(origins), len(destinations)))
    reached[origins.street < 0] = np.nan
    reaching[destinations.street < 0] = np.nan
    suffixes = [name.removeprefix("travel_time_s") for name in router.columns]
    return Access(
        _to_frame(reached, origins, measures, suffixes, list(opportunities)),
        _to_frame(reaching, destinations, measures, suffixes, list(people)),
        n_reached_pairs,
    )


def _stack(counts: Mapping[str, FloatArray], n_points: int) -> FloatArray:
    """Put counts side by side; a missing count adds nothing to a sum."""
    if not counts:
        return np.zeros((n_points, 0))
    return np.nan_to_num(np.column_stack([np.asarray(values, float) for values in counts.values()]))


def _to_frame(
    sums: FloatArray,
    points: SnappedPoints,
    measures: Sequence[Measure],
    suffixes: Sequence[str],
    names: Sequence[str],
) -> pd.DataFrame:
    columns = {
        f"{name}_{measure.name}{suffix}": sums[:, m, s, k]
        for k, name in enumerate(names)
        for m, measure in enumerate(measures)
        for s, suffix in enumerate(suffixes)
    }
    return pd.DataFrame(columns, index=pd.Index(points.ledger["id"], name="id"))
