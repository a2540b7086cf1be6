"""Best journeys between two points, against all journeys there are."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.kernels.frontier import Bounds, frontier
from geo_planner.kernels.lower_bounds import ways_back
from geo_planner.kernels.street import UNREACHED
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.transit.fares import tariff_of
from geo_planner.networks.transit.timetable import build_timetable
from tests.kernels.test_fare_search import (
    DISTANCE,
    FLAT,
    MAX_FARES,
    RIDES,
    points_of,
    price,
    tables_of,
)
from tests.kernels.test_raptor import random_days, walks
from tests.networks.transit.transit_searches import service_of
from tests.oracles.priced_journeys import earliest_by_sequence
from tests.oracles.time_expanded import read_day
from tests.worlds import WORLD_DAY

# no trip of the towns leaves near its end, so that nobody could leave still later
NEARLY_A_DAY_CS = 8_000_000


def ways(timetable, costs):
    found = np.full(len(timetable.stop_ids), UNREACHED, np.int32)
    for number, stop in enumerate(timetable.stop_ids.tolist()):
        found[number] = costs.get(stop, UNREACHED)
    return found


def expected(kind, vehicles, lines, access, egress, transfers, first, bounds, max_fare):
    """Try every moment at which a first trip makes one leave, and keep what nothing beats."""
    leaves = {
        departure - bounds.board_wait_cs - access[stop]
        for vehicle in vehicles.vehicles
        for stop, _, departure, may_board, _ in vehicle.calls
        if stop in access and may_board
    }
    found = set()
    for leave in leaves:
        if not first <= leave <= first + NEARLY_A_DAY_CS:
            continue
        ridden = earliest_by_sequence(
            vehicles, lines, leave, access, transfers, board_wait_cs=bounds.board_wait_cs,
            transfer_slack_cs=bounds.transfer_slack_cs, max_rides=3,
            max_time_cs=bounds.max_time_cs, counts_walk=bounds.max_walk_cs >= 0,
        )  # fmt: skip
        for (stop, ridden_lines, first_stop, walked), arrival in ridden.items():
            if stop not in egress or arrival + egress[stop] - leave > bounds.max_time_cs:
                continue
            if 0 <= bounds.max_walk_cs < walked + egress[stop]:
                continue
            fare = price(kind, ridden_lines, first_stop, stop)
            if fare <= max_fare:
                found.add((leave, arrival + egress[stop], len(ridden_lines), fare))
    return {
        one for one in found
        if not any(
            other != one and other[0] >= one[0] and all(b <= a for a, b in zip(one[1:], other[1:],
                                                                               strict=True))
            for other in found
        )
    }  # fmt: skip


def check_rides(rides, journeys, service, access, bounds):
    """Assert that every journey can be ridden as told; return how many were followed."""
    for number, (leave, _, n_rides, _) in enumerate(journeys.tolist()):
        own = rides[rides[:, 0] == number]
        assert len(own) == n_rides
        ready = None
        for _, before, pattern, trip, board, alight, stop in own.tolist():
            first = service.pattern_stop_ptr[pattern]
            n_trips = np.diff(service.pattern_trip_ptr)[pattern]
            start = service.pattern_time_ptr[pattern]
            here = int(service.pattern_stop_idx[first + board])
            if before < 0:
                ready = leave + int(access[here]) + bounds.board_wait_cs
            else:
                row = slice(service.transfer_ptr[before], service.transfer_ptr[before + 1])
                costs = service.transfer_cost_cs[row][service.transfer_stop_idx[row] == here]
                walk = 0 if here == before else int(costs.min())
                ready += walk + bounds.transfer_slack_cs
            assert ready <= service.departure_cs[start + board * n_trips + trip]
            assert service.can_board[first + board]
            assert service.can_alight[first + alight]
            assert service.pattern_stop_idx[first + alight] == stop
            ready = int(service.arrival_cs[start + alight * n_trips + trip])
    return len(journeys)


@pytest.mark.parametrize("n_days", [20, pytest.param(400, marks=pytest.mark.prove)])
@pytest.mark.parametrize("fares", [FLAT, RIDES, DISTANCE], ids=lambda fares: fares.kind)
def test_journeys_are_those_that_no_other_beats(fares, n_days):
    n_found = np.zeros(1, dtype=int)
    costs = st.sampled_from([0, 1, 3000, 9000])

    @settings(
        max_examples=n_days, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(
        drawn=random_days(),
        transfers=walks,
        access=st.dictionaries(st.sampled_from("abc"), costs, min_size=1, max_size=3),
        egress=st.dictionaries(st.sampled_from("bdef"), costs, min_size=1, max_size=3),
        bounds=st.builds(
            Bounds, st.sampled_from([0, 6000]), st.sampled_from([0, 6000]),
            st.sampled_from([60000, 240000]), st.sampled_from([-1, -1, 9000]),
        ),
        max_fare=st.sampled_from(MAX_FARES[fares.kind][1:]),
    )  # fmt: skip
    def agree(drawn, transfers, access, egress, bounds, max_fare):
        tables, lines = tables_of(drawn)
        by_stop = {}
        for (here, there), cost in transfers.items():
            if here != there:
                by_stop.setdefault(here, []).append((there, cost))
        first = 100 * drawn[0]
        day = dt.date.fromisoformat(WORLD_DAY)
        timetable = build_timetable(tables, day, until_s=4 * 86400)
        service = reduce_transfers(service_of(timetable, by_stop))
        tariff = tariff_of(fares, timetable, service, points_of(timetable), 3, [max_fare])
        access_cs = ways(timetable, access)
        journeys, rides = frontier(
            service, tariff, access_cs, ways(timetable, egress), first, first + NEARLY_A_DAY_CS,
            Bounds(*(np.int32(one) for one in bounds)),
            ways_back(service, bounds.transfer_slack_cs),
        )  # fmt: skip
        told = {tuple(row) for row in journeys.tolist()}
        assert len(told) == len(journeys)
        vehicles = read_day(tables, day)
        assert told == expected(
            fares.kind, vehicles, lines, access, egress, by_stop, first, bounds, max_fare
        )
        n_found[:] += check_rides(rides, journeys, service, access_cs, bounds)

    agree()
    assert n_found[0] > n_days // 4
