"""Tickets that hold for a time: by arithmetic, and against a search that tries all ways to pay."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.config import Fares
from geo_planner.kernels.frontier import Bounds, alightings, frontier
from geo_planner.kernels.lower_bounds import ways_back
from geo_planner.kernels.service import NEVER, TURN_CS, reversed_service
from geo_planner.networks.transit.fare_states import fare_states, ride_fare_cents
from geo_planner.networks.transit.fares import tariff_of
from geo_planner.networks.transit.timetable import build_timetable
from tests.kernels.test_fare_search import FLAT, PRICES, REDUCED, RIDES, points_of, tables_of
from tests.kernels.test_frontier import NEARLY_A_DAY_CS, check_rides, ways
from tests.kernels.test_raptor import STOPS, by_first_stop, random_days, walks
from tests.networks.transit.transit_searches import Limits, service_of
from tests.oracles.priced_journeys import TimedFares, earliest_by_payment
from tests.oracles.time_expanded import read_day
from tests.worlds import WORLD_DAY, Ride, feed_tables

DAY = dt.date.fromisoformat(WORLD_DAY)
MAX_FARES = {"flat": [0, 2400, 4800, 7200], "rides": [0, 450, 720, 867, 950, 1400]}
NO_CAP = 10**9
SLOW = settings(
    max_examples=1, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def timed(kind, window_min):
    """Give fares whose tickets hold for a time, and the same prices for the slow search."""
    window_cs = int(window_min * 6000)
    update = {"transfer_window_min": window_min}
    if kind == "flat":
        free = {(a, b): 0 for a in "RS" for b in "RS"}
        slow = TimedFares(dict.fromkeys("RS", 2400), free, 99, NO_CAP, window_cs)
        return FLAT.model_copy(update=update), slow
    slow = TimedFares(PRICES, REDUCED, 2, 1400, window_cs)
    rides = {"max_reduced_transfers": 2, "cap": "14.00"}
    return Fares.model_validate(RIDES.model_dump() | rides | update), slow


def lanes_within(fares, timetable, transfers, access, lanes_cs, limits, max_fares, *, turned=False):
    """Search labels within each fare, ``(n_fares, n_stops, n_lanes)``."""
    service = service_of(timetable, transfers)
    service = reversed_service(service) if turned else service
    tariff = tariff_of(
        fares, timetable, service, points_of(timetable), limits.max_rides, max_fares,
        is_reversed=turned,
    )  # fmt: skip
    bounds = Bounds(*(np.int32(one) for one in (
        limits.board_wait_cs, limits.transfer_slack_cs, limits.max_time_cs, -1
    )))  # fmt: skip
    lanes = np.array(lanes_cs, np.int32)
    best = np.empty((len(max_fares), service.n_stops, len(lanes)), np.int32)
    alightings(service, tariff, ways(timetable, access), lanes, bounds, best)
    return np.minimum.accumulate(best, axis=0)


def within(found, max_fare):
    best = {}
    for (stop, _, fare), arrival in found.items():
        if fare <= max_fare:
            best[stop] = min(best.get(stop, arrival), arrival)
    return best


some_limits = st.builds(
    Limits, board_wait_cs=st.sampled_from([0, 6000]), transfer_slack_cs=st.sampled_from([0, 6000]),
    max_rides=st.integers(1, 4), max_time_cs=st.sampled_from([60000, 240000, 720000]),
)  # fmt: skip
some_access = st.dictionaries(
    st.sampled_from("abcdefg"), st.sampled_from([0, 1, 6000]), min_size=1, max_size=3
)


@pytest.mark.parametrize("n_days", [15, pytest.param(300, marks=pytest.mark.prove)])
@pytest.mark.parametrize("kind", ["flat", "rides"])
def test_labels_within_every_fare_agree_with_the_search_of_all_ways_to_pay(kind, n_days):
    counts = np.zeros(3, dtype=int)

    @settings(SLOW, max_examples=n_days)
    @given(
        drawn=random_days(), transfers=walks, access=some_access, limits=some_limits,
        window_min=st.sampled_from([1, 4, 10, 25]),
    )  # fmt: skip
    def agree(drawn, transfers, access, limits, window_min):
        tables, lines = tables_of(drawn)
        by_stop = by_first_stop(transfers)
        departures = [100 * drawn[0] + 6000 * number for number in (0, 3, 7)]
        timetable = build_timetable(tables, DAY, until_s=4 * 86400)
        fares, slow = timed(kind, window_min)
        best = lanes_within(fares, timetable, by_stop, access, departures, limits, MAX_FARES[kind])
        vehicles = read_day(tables, DAY)
        for lane, departure in enumerate(departures):
            found = earliest_by_payment(
                vehicles, lines, departure, access, by_stop, slow, **limits._asdict()
            )
            reached = []
            for number, max_fare in enumerate(MAX_FARES[kind]):
                labels = dict(zip(timetable.stop_ids, best[number, :, lane], strict=True))
                reached.append({stop: int(time) for stop, time in labels.items() if time < NEVER})
                assert reached[-1] == within(found, max_fare)
                counts[:2] += len(labels), len(reached[-1])
            counts[2] += reached[-1] != reached[1]

    agree()
    assert counts[1] > 0.05 * counts[0]
    assert counts[2] > n_days / 20


@pytest.mark.parametrize("n_days", [10, pytest.param(200, marks=pytest.mark.prove)])
@pytest.mark.parametrize("kind", ["flat", "rides"])
def test_arrivals_can_leave_when_the_search_back_says_and_not_later(kind, n_days):
    n_found = np.zeros(1, dtype=int)

    @settings(SLOW, max_examples=n_days)
    @given(drawn=random_days(), window_min=st.sampled_from([1, 4, 10, 25]))
    def agree(drawn, window_min):
        tables, lines = tables_of(drawn)
        timetable = build_timetable(tables, DAY, until_s=4 * 86400)
        limits, deadline = Limits(0, 6000, 3, 360_000), 100 * drawn[0] + 180_000
        fares, slow = timed(kind, window_min)
        best = lanes_within(
            fares, timetable, {}, {"b": 0}, [int(TURN_CS) - deadline], limits, MAX_FARES[kind],
            turned=True,
        )  # fmt: skip
        vehicles = read_day(tables, DAY)
        for number, max_fare in enumerate(MAX_FARES[kind]):
            for stop, turned in zip(timetable.stop_ids.tolist(), best[number, :, 0], strict=True):
                leave = int(TURN_CS) - int(turned)
                # where nothing was found, nothing leaves within the longest time either
                tries = [(leave, True), (leave + 1, False)]
                if turned == NEVER:
                    tries = [(deadline - limits.max_time_cs, False)]
                for departure, is_in_time in tries:
                    found = earliest_by_payment(
                        vehicles, lines, departure, {stop: 0}, {}, slow, board_wait_cs=0,
                        transfer_slack_cs=6000, max_rides=3, max_time_cs=deadline - departure,
                    )  # fmt: skip
                    assert ("b" in within(found, max_fare)) == is_in_time
                n_found[:] += turned != NEVER

    agree()
    assert n_found[0] > n_days


@pytest.mark.parametrize("n_days", [12, pytest.param(300, marks=pytest.mark.prove)])
@pytest.mark.parametrize("kind", ["flat", "rides"])
def test_journeys_are_those_that_no_other_way_to_ride_and_pay_beats(kind, n_days):
    n_found = np.zeros(1, dtype=int)

    @settings(SLOW, max_examples=n_days)
    @given(
        drawn=random_days(), transfers=walks, access=some_access, egress=some_access,
        limits=some_limits, window_min=st.sampled_from([1, 4, 10, 25]),
    )  # fmt: skip
    def agree(drawn, transfers, access, egress, limits, window_min):
        tables, lines = tables_of(drawn)
        by_stop, first = by_first_stop(transfers), 100 * drawn[0]
        timetable = build_timetable(tables, DAY, until_s=4 * 86400)
        fares, slow = timed(kind, window_min)
        service = service_of(timetable, by_stop)
        tariff = tariff_of(fares, timetable, service, points_of(timetable), 3, [1400, 4800])
        bounds = Bounds(*(np.int32(one) for one in (
            limits.board_wait_cs, limits.transfer_slack_cs, limits.max_time_cs, -1
        )))  # fmt: skip
        access_cs = ways(timetable, access)
        journeys, rides = frontier(
            service, tariff, access_cs, ways(timetable, egress), first, first + NEARLY_A_DAY_CS,
            bounds, ways_back(service, limits.transfer_slack_cs),
        )  # fmt: skip
        vehicles = read_day(tables, DAY)
        found = set()
        for leave in {
            departure - limits.board_wait_cs - access[stop]
            for vehicle in vehicles.vehicles
            for stop, _, departure, may_board, _ in vehicle.calls
            if stop in access and may_board
        }:
            if not first <= leave <= first + NEARLY_A_DAY_CS:
                continue
            ridden = earliest_by_payment(
                vehicles, lines, leave, access, by_stop, slow,
                **limits._replace(max_rides=3)._asdict(),
            )  # fmt: skip
            found |= {
                (leave, arrival + egress[stop], n_rides, fare)
                for (stop, n_rides, fare), arrival in ridden.items()
                if stop in egress
                and arrival + egress[stop] - leave <= limits.max_time_cs
                and fare <= 4800
            }
        best = {
            one for one in found
            if not any(
                other != one and other[0] >= one[0]
                and all(b <= a for a, b in zip(one[1:], other[1:], strict=True))
                for other in found
            )
        }  # fmt: skip
        assert {tuple(row) for row in journeys.tolist()} == best
        n_found[:] += check_rides(rides, journeys, service, access_cs, bounds)

    agree()
    assert n_found[0] > n_days // 4


def cheapest(timetable, window_min, deadline_min):
    """Give the least flat fare with which d is reached from a by a time [cents]."""
    fares = FLAT.model_copy(update={"transfer_window_min": window_min})
    max_fares = [2400, 4800, 7200]
    limits = Limits(0, 0, 3, 6000 * deadline_min)
    best = lanes_within(fares, timetable, {}, {"a": 0}, [3_600_000], limits, max_fares)
    place = timetable.stop_ids.tolist().index("d")
    return next((fare for fare, time in zip(max_fares, best[:, place, 0], strict=True)
                 if time < NEVER), None)  # fmt: skip


def test_a_ticket_is_bought_again_when_it_is_over():
    """Leave 10:00, change at 10:20 and 10:40: within 40, 39 and 19 minutes one, two, three."""
    timetable = hops("ab 0 10", "bc 20 30", "cd 40 50")
    assert [cheapest(timetable, window, 60) for window in (40, 39, 20, 19)] == [
        2400, 4800, 4800, 7200
    ]  # fmt: skip


def test_who_waits_for_a_later_vehicle_may_need_fewer_tickets():
    """Bought at 10:20 at b, the second ticket is over at c; bought at 10:30 it is not."""
    timetable = hops("ab 0 5", "bc 20 25", "bc 30 35", "cd 44 50")
    assert cheapest(timetable, 14, 60) == 4800
    assert cheapest(timetable, 13, 60) == 7200


def hops(*told):
    """Make vehicles of one hop each, as "ab 0 10": from a at 10:00 to b at 10:10."""
    rides = []
    for number, words in enumerate(told):
        course, *times = words.split()
        calls = [
            (stop, *(36000 + 60 * int(time),) * 2) for stop, time in zip(course, times, strict=True)
        ]
        rides.append(Ride(str(number), calls, route_id="R"))  # fmt: skip
    return build_timetable(feed_tables(STOPS, rides), DAY)


def test_a_ticket_without_end_costs_what_one_of_a_day_does():
    states = fare_states(FLAT.model_copy(update={"transfer_window_min": 1440}), 3)
    assert states.fare_cents.tolist()[:2] == [0, 2400]
    assert fare_states(FLAT, 3).fare_cents.max() == 2400
    assert states.fare_cents.max() == 7200


def test_rides_cannot_go_on_a_ticket_that_no_rule_prices():
    fares, _ = timed("rides", 10)
    r, s, on_r, on_s = range(4)
    assert ride_fare_cents(fares, [r, on_s]) == 480 + 387
    assert ride_fare_cents(fares, [s, on_r]) == ride_fare_cents(fares, [on_r]) == 2**31 - 1
    assert ride_fare_cents(fares, [r, on_r, on_r, r]) == 480 + 240 + 240 + 480 - 40
