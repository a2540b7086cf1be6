"""What journeys cost, as states that rides lead through.

A fare depends on the classes of the rides, in order. Sequences of classes that cost the same,
however a journey goes on, are one state; so there are few, and a search by states is exact. For
searches that start from the destination, sequences are read from the last ride. Fares by distance
depend on the first and the last stop alone.

Fares are whole hundredths of the currency, "cents". A ticket holds for the whole journey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Fares, cents
from geo_planner.errors import InputError
from geo_planner.kernels.service import Service
from geo_planner.kernels.tariff import Tariff, boarding_by_class
from geo_planner.networks.transit.departures import transit_mode_of
from geo_planner.networks.transit.timetable import Timetable

MAX_SEQUENCES, MAX_STATES = 20_000, 1000
_FREE = Fares.model_validate({"kind": "flat", "currency": "-", "price": 0})
_M_PER_KM = 1000.0
_NOT_PRICED = -1


@dataclass(frozen=True)
class FareStates:
    """Hold the states of a journey's fare; states of more rides come later.

    Parameters
    ----------
    fare_cents
        Fare of a journey that ends in each state, int32, ``(n_states,)``; the first state is that
        before any ride.
    lowest_cents
        Least fare of the journeys that end in each state or go on from it, int32, ``(n_states,)``.
    n_rides
        Rides that lead to each state, int32, ``(n_states,)``.
    following
        State after a ride of each class, int32, ``(n_states, n_classes)``; -1: no journey within
        the limits goes on so.
    is_better
        Whether the first state takes no more rides than the second and is no dearer, however a
        journey goes on, bool, ``(n_states, n_states)``.
    """

    fare_cents: IntArray
    lowest_cents: IntArray
    n_rides: IntArray
    following: IntArray
    is_better: npt.NDArray[np.bool_]

    @property
    def better(self) -> tuple[IntArray, IntArray]:
        """States of fewer rides better than each: pointers, ``(n_states + 1,)``, and states."""
        before = self.n_rides[:, np.newaxis]
        state, other = np.nonzero((self.is_better & (before > 0) & (before < self.n_rides)).T)
        counts = np.bincount(state, minlength=len(self.n_rides))
        return np.append(0, np.cumsum(counts)).astype(np.int32), other.astype(np.int32)


def ride_fare_cents(fares: Fares, classes: Sequence[int]) -> int:
    """Price the rides of a journey, by their classes in order [hundredths]; 0 for none.

    Examples
    --------
    >>> from geo_planner.config import Fares
    >>> flat = Fares(kind="flat", currency="DKK", price="24")
    >>> ride_fare_cents(flat, [0, 0]), ride_fare_cents(flat, [])
    (2400, 0)
    """
    if not classes or fares.kind == "distance":
        return 0
    if fares.price is not None:
        return cents(fares.price)
    names = [fares.classes[number].name for number in classes]
    reduced = {(rule.first, rule.second): cents(rule.price) for rule in fares.transfers}
    single = {one.name: cents(one.price) for one in fares.classes}
    left = len(names) if fares.max_reduced_transfers is None else fares.max_reduced_transfers
    total = single[names[0]]
    for pair in pairwise(names):
        if left and pair in reduced:
            total += reduced[pair]
            left -= 1
        else:
            total += single[pair[1]]
    return total if fares.cap is None else min(total, cents(fares.cap))


@lru_cache(maxsize=8)
def fare_states(
    fares: Fares, max_rides: int, *, max_cents: int | None = None, is_reversed: bool = False
) -> FareStates:
    """Lay out the states of fares over at most some rides.

    Parameters
    ----------
    fares
        What rides cost.
    max_rides
        Most rides.
    max_cents
        Journeys that cost more are left out [hundredths]; None: none are.
    is_reversed
        Whether rides are counted from the last one back.

    Raises
    ------
    InputError
        When there are too many sequences of classes, or states.
    """
    n_classes = max(1, len(fares.classes))
    if n_classes**max_rides > MAX_SEQUENCES:
        raise InputError(
            f"fares: {n_classes} classes and max_rides = {max_rides} make more than "
            f"{MAX_SEQUENCES} sequences of rides; use fewer classes or rides"
        )
    numbers: dict[tuple[int, int, int, tuple[int, ...]], int] = {}

    def visit(classes: tuple[int, ...]) -> tuple[int, int]:
        """Give a sequence its number, and the least fare of all that go on from it."""
        fare = ride_fare_cents(fares, classes[::-1] if is_reversed else classes)
        going_on = range(n_classes) if len(classes) < max_rides else ()
        children = [visit((*classes, number)) for number in going_on]
        lowest = min([fare, *(low for _, low in children)])
        if classes and max_cents is not None and lowest > max_cents:
            return -1, lowest
        row = (len(classes), fare, lowest, tuple(number for number, _ in children))
        return numbers.setdefault(row, len(numbers)), lowest

    visit(())
    if len(numbers) > MAX_STATES:
        raise InputError(
            f"fares: {n_classes} classes and max_rides = {max_rides} cost in {len(numbers)} "
            f"different ways, more than {MAX_STATES}; use fewer classes or rides"
        )
    rows = sorted(numbers, key=lambda row: (row[0], numbers[row]))
    place = {numbers[row]: position for position, row in enumerate(rows)} | {-1: -1}
    following = np.full((len(rows), n_classes), -1, np.int32)
    for position, (*_, children) in enumerate(rows):
        following[position, : len(children)] = [place[child] for child in children]
    n_rides, fare_cents, lowest_cents = np.array([row[:3] for row in rows], np.int32).T.copy()
    return FareStates(
        fare_cents, lowest_cents, n_rides, following, _better(fare_cents, following, n_rides)
    )


def _better(fare_cents: IntArray, following: IntArray, n_rides: IntArray) -> npt.NDArray[np.bool_]:
    n_states = len(n_rides)
    is_better = np.zeros((n_states, n_states), bool)
    # what follows a state comes later: from the last state back, all that follows is known
    for state in reversed(range(n_states)):
        here = following[state][following[state] >= 0]
        there = following[:, following[state] >= 0]
        goes_on = ((there >= 0) & is_better[there, here]).all(axis=1)
        is_cheap = (n_rides <= n_rides[state]) & (fare_cents <= fare_cents[state])
        is_better[:, state] = is_cheap & goes_on
    return is_better


def pattern_classes(fares: Fares, timetable: Timetable) -> IntArray:
    """Tell the fare class of each pattern, ``(n_patterns,)``.

    Raises
    ------
    InputError
        When lines that run have no price.
    """
    if fares.kind != "rides":
        return np.zeros(timetable.n_patterns, np.int32)
    modes = transit_mode_of(timetable.route_types)
    route_class = np.full(len(timetable.route_ids), _NOT_PRICED, np.int32)
    for number, one in reversed(list(enumerate(fares.classes))):
        fits = np.isin(timetable.route_ids, one.route_ids) | np.isin(modes, one.modes)
        route_class[fits] = number
    found: IntArray = route_class[timetable.pattern_route_idx]
    unpriced = np.unique(timetable.pattern_route_idx[found == _NOT_PRICED])
    if len(unpriced):
        problems = [
            f"line {str(timetable.route_ids[route])!r} ({modes[route]}) is in no class"
            for route in unpriced
        ]
        problems += [f"no feed has the line {name!r}" for name in unknown_lines(fares, timetable)]
        raise InputError("fares: some lines have no price; give each a class", problems)
    return found


def unknown_lines(fares: Fares, timetable: Timetable) -> tuple[str, ...]:
    """List the lines that fares name and no feed has: mistyped, or taken away by a scenario."""
    route_ids = set(timetable.route_ids.tolist())
    named = [route_id for one in fares.classes for route_id in one.route_ids]
    return tuple(route_id for route_id in named if route_id not in route_ids)


def tariff_of(
    fares: Fares | None,
    timetable: Timetable,
    service: Service,
    stop_points: gpd.GeoSeries,
    max_rides: int,
    max_cents: Sequence[int] = (),
    *,
    is_turned: bool = False,
) -> Tariff:
    """Lay out what journeys on a service cost.

    Parameters
    ----------
    fares
        What journeys cost; None: nothing.
    timetable, service
        Timetable, and what is searched of it.
    stop_points
        Places of its stops.
    max_rides
        Most rides.
    max_cents
        Dearest journey of each result, rising [hundredths]; empty: one, of any fare.
    is_turned
        Whether the service is turned round.

    Raises
    ------
    InputError
        When lines that run have no price, or there are too many sequences of rides.
    """
    priced = fares or _FREE
    states = fare_states(
        priced, max_rides, max_cents=max_cents[-1] if max_cents else None, is_reversed=is_turned
    )
    classes = pattern_classes(priced, timetable)
    classes = np.ascontiguousarray(classes[::-1]) if is_turned else classes
    limits = [np.inf if d.up_to_km is None else d.up_to_km * _M_PER_KM for d in priced.distances]
    return Tariff(
        states.fare_cents,
        states.lowest_cents,
        states.n_rides,
        states.following,
        states.is_better,
        *states.better,
        classes,
        *boarding_by_class(service, classes, states.following.shape[1]),
        priced.kind == "distance",
        stop_points.x.to_numpy(),
        stop_points.y.to_numpy(),
        np.array(limits, np.float64),
        np.array([cents(d.price) for d in priced.distances], np.int32),
        np.array(max_cents or [np.iinfo(np.int32).max], np.int32),
    )
