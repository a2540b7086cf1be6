"""What journeys on a timetable cost: the class of each line, and the tariff that searches read.

Fares by distance depend on the first and the last stop alone, others on the classes of the rides
(:mod:`fare_states`) and, where tickets hold for a time, on when they were bought.

Fares are whole hundredths of the currency, "cents".
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np

from geo_planner.arrays import IntArray
from geo_planner.config import Fares, cents
from geo_planner.errors import InputError
from geo_planner.kernels.service import Service
from geo_planner.kernels.tariff import ENDLESS_CS, NOT_SOLD, Tariff, boarding_by_class
from geo_planner.networks.transit.departures import transit_mode_of
from geo_planner.networks.transit.fare_states import fare_states, n_classes_of
from geo_planner.networks.transit.timetable import Timetable
from geo_planner.units import centiseconds, seconds_from_min

_FREE = Fares.model_validate({"kind": "flat", "currency": "-", "price": 0})
_M_PER_KM = 1000.0
_NOT_PRICED = -1


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
    is_reversed: bool = False,
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
    is_reversed
        Whether the service is turned round.

    Raises
    ------
    InputError
        When lines that run have no price, or there are too many sequences of rides.
    """
    priced = fares or _FREE
    states = fare_states(
        priced, max_rides, max_cents=max_cents[-1] if max_cents else None, is_reversed=is_reversed
    )
    classes = pattern_classes(priced, timetable)
    classes = np.ascontiguousarray(classes[::-1]) if is_reversed else classes
    window_min = priced.transfer_window_min
    limits = [np.inf if d.up_to_km is None else d.up_to_km * _M_PER_KM for d in priced.distances]
    return Tariff(
        states.fare_cents,
        states.lowest_cents,
        states.n_rides,
        states.following,
        states.is_better,
        *states.better,
        classes,
        *boarding_by_class(service, classes, n_classes_of(priced)),
        priced.kind == "distance",
        stop_points.x.to_numpy(),
        stop_points.y.to_numpy(),
        np.array(limits, np.float64),
        np.array([cents(d.price) for d in priced.distances], np.int32),
        np.array(max_cents or [NOT_SOLD - 1], np.int32),
        np.int32(ENDLESS_CS if window_min is None else centiseconds(seconds_from_min(window_min))),
        is_reversed,
        states.begins,
        states.keeps,
        states.ticket,
    )
