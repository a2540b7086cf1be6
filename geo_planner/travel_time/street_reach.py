"""What one point reaches along the streets around it: a single search, and what lies inside it."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.kernels import street
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time.row_search import leaving, short_arc
from geo_planner.travel_time.street import StreetRouter
from geo_planner.units import centiseconds


class OnStreets(Protocol):
    """Promise points that lie on streets."""

    @property
    def points(self) -> SnappedPoints:
        """The points on the network."""
        ...


P = TypeVar("P", bound=OnStreets)


def reach_along_streets(
    router: StreetRouter,
    start: SnappedPoints,
    limit_s: float,
    put_on: Callable[[npt.NDArray[np.intp]], P],
) -> tuple[P, IntArray]:
    """Search from one point, and give the times to points on the streets that it reaches.

    Parameters
    ----------
    router
        Router of the mode.
    start
        The point, alone, on the network.
    limit_s
        Longer times are unreachable [s].
    put_on
        Puts points on streets, given as rows of the streets table, rising; points may be linked
        to each of them.

    Returns
    -------
    tuple
        The points, and the time to each [cs]; ``UNREACHED`` beyond the limit.
    """
    network = router.network
    seeds = leaving(start)
    graph = tuple(np.asarray(a) for a in (network.arc_ptr, network.arc_head, network.arc_cost))
    spread_cs = int(np.ptp(seeds.cost)) if len(seeds.cost) else 0
    work = street.workspace(
        network.n_nodes, len(graph[1]), max(network.max_arc_cost, spread_cs), len(seeds.state)
    )
    limit_cs = int(centiseconds(limit_s))
    given: list[Any] = [*graph, seeds.state, seeds.cost]
    given += [np.int32(limit_cs), np.int32(short_arc(graph[2])), work]
    street.search(*given)
    touched = _is_touched(router, work.distance)
    touched[start.street] = router.takes_points[start.street]
    on = put_on(np.flatnonzero(touched))
    return on, _costs(router, start, on.points, work.distance, limit_cs)


def _is_touched(router: StreetRouter, distance: IntArray) -> npt.NDArray[np.bool_]:
    """Tell which streets a search comes to the end of, ``(n_streets,)``."""
    network = router.network
    touched = np.zeros(len(network.street_state), bool)
    for state in (network.enter_from, network.enter_to, network.meet_from, network.meet_to):
        touched |= (state >= 0) & (distance[state] != UNREACHED)
    return touched & router.takes_points


def _costs(
    router: StreetRouter,
    start: SnappedPoints,
    points: SnappedPoints,
    distance: IntArray,
    limit_cs: int,
) -> IntArray:
    """Give the cost of each point: by either end of its street, or along it from the start."""
    least = np.full(len(points), int(UNREACHED), np.int64)
    access = points.access.astype(np.int64)
    for state, by in ((points.enter_from, points.by_from), (points.enter_to, points.by_to)):
        is_open = (state >= 0) & (distance[state] != UNREACHED)
        whole = distance[state] + by + access
        least = np.where(is_open, np.minimum(least, whole), least)
    own = np.flatnonzero(points.street == start.street[0])
    share = points.fraction[own] - start.fraction[0]
    network, row = router.network, start.street[0]
    whole_cs = np.where(share < 0, network.street_backward[row], network.street_forward[row])
    along = start.access[0] + np.rint(np.abs(share) * whole_cs).astype(np.int64) + access[own]
    least[own] = np.where(whole_cs >= 0, np.minimum(least[own], along), least[own])
    return np.where(least <= limit_cs, least, int(UNREACHED)).astype(np.int32)
