"""The window search by fares: by arithmetic, and against a search of every sequence of lines."""

import datetime as dt
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Point

from geo_planner.config import Fares, cents
from geo_planner.kernels.fare_search import fare_search, fare_space
from geo_planner.kernels.raptor import range_workspace
from geo_planner.kernels.service import NEVER, TURN_CS, reversed_service
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.transit.fares import fare_states, tariff_of
from geo_planner.networks.transit.timetable import build_timetable
from tests.kernels.test_raptor import AFTER, BEFORE, STOPS, random_days, walks
from tests.networks.transit.transit_searches import Limits, service_of
from tests.oracles.priced_journeys import earliest_by_sequence
from tests.oracles.time_expanded import read_day
from tests.worlds import WORLD_DAY, Ride, feed_tables

PRICES = {"R": 480, "S": 450}
REDUCED = {("R", "R"): 240, ("R", "S"): 387, ("S", "S"): 0}
FLAT = Fares(kind="flat", currency="DKK", price="24")
RIDES = Fares(
    kind="rides", currency="BRL", max_reduced_transfers=1, cap="9.50",
    classes=[{"name": name, "price": price / 100, "route_ids": [name]}
             for name, price in PRICES.items()],
    transfers=[{"first": a, "second": b, "price": price / 100}
               for (a, b), price in REDUCED.items()],
)  # fmt: skip
DISTANCE = Fares(
    kind="distance", currency="DKK",
    distances=[{"up_to_km": 1.0, "price": 18}, {"up_to_km": 2.5, "price": 24}],
)  # fmt: skip
MAX_FARES = {
    "flat": [0, 2399, 2400], "rides": [0, 450, 480, 720, 867, 940, 950],
    "distance": [0, 1800, 2400, 9999],
}  # fmt: skip


def points_of(timetable):
    return gpd.GeoSeries([Point(STOPS[stop]) for stop in timetable.stop_ids])


def search(
    fares, timetable, transfers, access, departures, limits, max_fares, *, is_reversed=False
):
    """Search labels within each fare, ``(n_fares, n_stops, n_lanes)``."""
    service = service_of(timetable, transfers)
    service = reduce_transfers(reversed_service(service) if is_reversed else service)
    tariff = tariff_of(
        fares, timetable, service, points_of(timetable), limits.max_rides, max_fares,
        is_reversed=is_reversed,
    )  # fmt: skip
    place = {stop: number for number, stop in enumerate(timetable.stop_ids.tolist())}
    stops = np.array([place[stop] for stop in access], np.int32)
    costs = np.array(list(access.values()), np.int32)
    lanes = np.array(departures, np.int32)
    space = fare_space(range_workspace(service, len(lanes))[0], len(tariff.state_fare))
    best = np.empty((len(max_fares), service.n_stops, len(lanes)), np.int32)
    for _ in range(2):
        # twice: a workspace that was used is as good as new
        fare_search(
            service, tariff, stops, costs, lanes, np.int32(limits.board_wait_cs),
            np.int32(limits.transfer_slack_cs), np.int32(limits.max_time_cs), space, best,
        )  # fmt: skip
    best[best > lanes + limits.max_time_cs] = NEVER
    return np.minimum.accumulate(best, axis=0)


def price(kind, lines, first, last):
    """Price a journey by the words of the fares above."""
    if kind == "flat":
        return 2400
    if kind == "distance":
        (x1, y1), (x2, y2) = STOPS[first], STOPS[last]
        way_m = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        return 1800 if way_m <= 1000 else 2400 if way_m <= 2500 else 10**9
    total, is_reduced = PRICES[lines[0]], False
    for before, line in pairwise(lines):
        if not is_reduced and (before, line) in REDUCED:
            total, is_reduced = total + REDUCED[before, line], True
        else:
            total += PRICES[line]
    return min(total, 950)


def expected(kind, found, max_fare):
    """Earliest alighting by stop of what costs no more than a fare."""
    best = {}
    for (stop, lines, first, _), arrival in found.items():
        if price(kind, lines, first, stop) <= max_fare:
            best[stop] = min(best.get(stop, arrival), arrival)
    return best


def tables_of(drawn):
    base_s, blocks = drawn
    rides = [
        Ride(f"{block}.{number}", calls, route_id=route, service_id=service)
        for block, copies in enumerate(blocks)
        for number, (calls, route, service) in enumerate(copies)
    ]
    rides += [
        Ride(f"always {route}", [("a", *(base_s + 300,) * 2), ("b", *(base_s + 400,) * 2)],
             route_id=route)
        for route in "RS"
    ]  # fmt: skip
    lines = {ride.trip_id: ride.route_id for ride in rides}
    return feed_tables(STOPS, rides, only_on={"before": [BEFORE], "after": [AFTER]}), lines


@pytest.mark.parametrize("n_days", [20, pytest.param(400, marks=pytest.mark.prove)])
@pytest.mark.parametrize("fares", [FLAT, RIDES, DISTANCE], ids=lambda fares: fares.kind)
def test_labels_within_every_fare_agree_with_the_search_of_sequences(fares, n_days):
    counts = np.zeros(2, dtype=int)
    max_fares = MAX_FARES[fares.kind]

    @settings(
        max_examples=n_days, deadline=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(
        drawn=random_days(),
        transfers=walks,
        access=st.dictionaries(
            st.sampled_from("abcdefg"), st.sampled_from([0, 1, 6000]), min_size=1, max_size=3
        ),
        limits=st.builds(
            Limits, board_wait_cs=st.sampled_from([0, 6000]),
            transfer_slack_cs=st.sampled_from([0, 6000]), max_rides=st.integers(1, 4),
            max_time_cs=st.sampled_from([60000, 240000, 720000]),
        ),
    )  # fmt: skip
    def agree(drawn, transfers, access, limits):
        tables, lines = tables_of(drawn)
        by_stop = {}
        for (here, there), cost in transfers.items():
            if here != there:
                by_stop.setdefault(here, []).append((there, cost))
        departures = [100 * drawn[0] + 6000 * number for number in range(0, 9, 2)]
        day = dt.date.fromisoformat(WORLD_DAY)
        timetable = build_timetable(tables, day, until_s=4 * 86400)
        best = search(fares, timetable, by_stop, access, departures, limits, max_fares)
        vehicles = read_day(tables, day)
        for lane, departure in enumerate(departures):
            found = earliest_by_sequence(
                vehicles, lines, departure, access, by_stop, **limits._asdict()
            )
            for number, max_fare in enumerate(max_fares):
                labels = dict(zip(timetable.stop_ids, best[number, :, lane], strict=True))
                reached = {stop: int(time) for stop, time in labels.items() if time < NEVER}
                assert reached == expected(fares.kind, found, max_fare)
                counts[:] += len(labels), len(reached)

    agree()
    assert counts[0] > 30 * n_days
    assert counts[1] > 0.05 * counts[0]


def world():
    """Three lines of one hop, a dear one beside two cheap ones after each other."""
    hops = [("1", "abc", "R"), ("2", "cd", "R"), ("3", "ad", "S")]
    rides = [
        Ride(name, [(stop, *(36000 + 600 * ord(stop) - 600 * ord("a"),) * 2) for stop in course],
             route_id=route)
        for name, course, route in hops
    ]  # fmt: skip
    # the dear line is quicker
    rides[2] = Ride("3", [("a", 36000, 36000), ("d", 36300, 36300)], route_id="S")
    return feed_tables(STOPS, rides)


def test_who_pays_more_is_there_sooner():
    tables = world()
    timetable = build_timetable(tables, dt.date.fromisoformat(WORLD_DAY))
    fares = Fares(
        kind="rides", currency="DKK",
        classes=[{"name": "slow", "price": 10, "route_ids": ["R"]},
                 {"name": "quick", "price": 50, "route_ids": ["S"]}],
        transfers=[{"first": "slow", "second": "slow", "price": 2.5}],
    )  # fmt: skip
    limits = Limits(board_wait_cs=0, transfer_slack_cs=0)
    max_fares = [999, 1000, 1249, 1250, 5000]
    best = search(fares, timetable, {}, {"a": 0}, [3600000], limits, max_fares)
    place = timetable.stop_ids.tolist().index("d")
    arrivals = [None if t == NEVER else int(t) // 100 - 36000 for t in best[:, place, 0]]
    assert arrivals == [None, None, None, 1800, 300]


@pytest.mark.parametrize("fares", [FLAT, RIDES, DISTANCE], ids=lambda fares: fares.kind)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(drawn=random_days())
def test_fares_of_arrivals_are_those_of_the_departures_they_answer(fares, drawn):
    """What is there by a time at a fare can leave when the search back says, and not later."""
    tables, lines = tables_of(drawn)
    day = dt.date.fromisoformat(WORLD_DAY)
    timetable = build_timetable(tables, day, until_s=4 * 86400)
    limits = Limits(0, 6000, 3, 360_000)
    deadline = 100 * drawn[0] + 180_000
    max_fares = MAX_FARES[fares.kind]
    best = search(
        fares, timetable, {}, {"b": 0}, [int(TURN_CS) - deadline], limits, max_fares,
        is_reversed=True,
    )  # fmt: skip
    vehicles = read_day(tables, day)
    waits = {"board_wait_cs": 0, "transfer_slack_cs": 6000, "max_rides": 3}
    n_found = 0
    for number, max_fare in enumerate(max_fares):
        for stop, turned in zip(timetable.stop_ids.tolist(), best[number, :, 0], strict=True):
            if turned == NEVER:
                continue
            n_found += 1
            leave = int(TURN_CS) - int(turned)
            for departure, is_in_time in ((leave, True), (leave + 1, False)):
                found = earliest_by_sequence(
                    vehicles, lines, departure, {stop: 0}, {},
                    max_time_cs=deadline - departure, **waits,
                )  # fmt: skip
                there = expected(fares.kind, found, max_fare)
                assert ("b" in there) == is_in_time
    assert n_found >= (fares.kind != "distance")


@given(
    classes=st.lists(st.integers(0, 1), max_size=4),
    max_rides=st.integers(1, 5),
    is_reversed=st.booleans(),
)
def test_states_cost_what_the_rides_that_lead_to_them_cost(classes, max_rides, is_reversed):
    states = fare_states(RIDES, max_rides, is_reversed=is_reversed)
    state = 0
    for number in (classes[::-1] if is_reversed else classes)[:max_rides]:
        state = int(states.following[state, number])
    ridden = classes[::-1][:max_rides][::-1] if is_reversed else classes[:max_rides]
    lines = "".join("RS"[number] for number in ridden)
    assert states.fare_cents[state] == (price("rides", lines, "", "") if lines else 0)
    # two classes make 62 sequences of up to five rides; as states they are fewer
    assert len(states.n_rides) <= 2 ** (max_rides + 1) - 1


def test_fewer_rides_at_the_same_fare_are_better():
    states = fare_states(FLAT, 3)
    assert states.fare_cents.tolist() == [0, 2400, 2400, 2400]
    assert states.better[1].tolist() == [1, 1, 2]
    assert cents(FLAT.price) == 2400
