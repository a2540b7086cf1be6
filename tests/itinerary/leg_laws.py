"""The law of legs: what is told of a journey adds up to what was searched."""

from datetime import timedelta

import numpy as np
import pytest

from geo_planner.config import TRANSIT_MODES
from geo_planner.itinerary import Itineraries
from geo_planner.travel_time import travel_times

# rounding of clocks to microseconds, leg by leg
CLOCK_S = 1e-4
# a second walked, a second of waiting at a transfer, and a transfer
WALK, TRANSFER_WAIT, TRANSFER_S = 1.5, 1.5, 360
MODES = {
    "walk": {},
    "bicycle": {},
    "ebike": {},
    "car": {},
    "transit": {},
    "transit+bicycle": {},
    "park_and_ride": {},
    "bicycle to the stop": {"to_stop_by": "bicycle", "from_stop_by": "bicycle"},
    "shared bicycle": {"to_stop_by": "shared_bicycle", "from_stop_by": "shared_bicycle"},
}
ARRIVE = {"arrive by": True, "depart at": False}


def require_legs_add_up(journey):
    """Hold a journey's legs against its own departure, arrival, walk and generalised time."""
    clock, waits = journey.departure, []
    for leg in journey.legs:
        assert leg.time_s >= 0
        if leg.mode == "ride":
            assert leg.wait_s >= 0
            waits.append(leg.wait_s)
        else:
            assert leg.wait_s == 0
            # nobody comes farther in no time, nor faster than 200 km/h
            assert leg.distance_m <= leg.time_s * 200 / 3.6 + 0.01
        clock += timedelta(seconds=leg.wait_s)
        assert abs((leg.start - clock).total_seconds()) <= CLOCK_S, leg
        clock = leg.end
    assert abs((journey.arrival - clock).total_seconds()) <= CLOCK_S
    spent = sum(leg.time_s + leg.wait_s for leg in journey.legs)
    assert journey.time_s == pytest.approx(spent, abs=len(journey.legs) * CLOCK_S)
    walked = [leg.distance_m for leg in journey.legs if leg.mode == "walk"]
    assert journey.walk_m == pytest.approx(sum(walked))
    ridden = sum(leg.time_s for leg in journey.legs if leg.mode == "ride")
    moved = sum(leg.time_s for leg in journey.legs if leg.mode != "ride")
    felt = ridden + WALK * moved + sum(waits[:1]) + TRANSFER_WAIT * sum(waits[1:])
    felt += TRANSFER_S * max(0, len(waits) - 1)
    assert journey.generalised_s == pytest.approx(felt)


def require_law(region, name, travel, pairs):
    """Tell the journeys of pairs of points in one of the modes; return how many had rides."""
    mode = name if name in {*TRANSIT_MODES, "walk", "bicycle", "ebike", "car"} else "transit"
    travel = travel.model_copy(update=MODES[name])
    opened = Itineraries(region, mode, travel)
    n_rides = n_journeys = 0
    for start, end in pairs:
        told = opened.between(start, end)
        for journey in told:
            require_legs_add_up(journey)
        n_journeys += len(told)
        n_rides += sum(journey.n_rides > 0 for journey in told)
        _require_searched(region, mode, travel, (start, end), told)
    assert n_journeys
    return n_rides


def _require_searched(region, mode, travel, pair, told):
    """The quickest of the last minute told is what the matrix says of it, or better."""
    import geopandas as gpd

    places = [gpd.GeoSeries([point], index=[name], crs=region.crs) for point, name in
              zip(pair, "ab", strict=True)]  # fmt: skip
    if mode not in TRANSIT_MODES:
        (found,) = travel_times(region, *places, mode, travel).times_s[0, 0]
        quickest = min((journey.time_s for journey in told), default=np.inf)
        assert quickest == pytest.approx(found, abs=0.02)
        return
    every = travel_times(region, *places, mode, travel, is_expanded=True).times_s[0, 0]
    # a window's ends may need a journey that lies outside of it
    found = every[-1] if travel.arrive else every[0]
    moment = travel.arrive or travel.depart
    still = min((j.time_s for j in told if not j.n_rides), default=np.inf)
    rides = [
        (moment - j.departure if travel.arrive else j.arrival - moment).total_seconds()
        for j in told
        if j.n_rides and (j.arrival <= moment if travel.arrive else j.departure >= moment)
    ]
    best = min([still, *rides], default=np.inf)
    # who waits for the first ride may pass the limit of the minute's own search
    limit_s = 60 * travel.max_time_min
    assert best >= min(found, limit_s) - 0.02
    if best <= limit_s and rides:
        assert best == pytest.approx(found, abs=0.02)
