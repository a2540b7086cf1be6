"""Frequencies without exact times: drawn with seeds, spread evenly, and D2 comes out."""

import numpy as np
import pytest

from geo_planner.kernels.raptor import range_search, range_workspace
from geo_planner.networks.transit.service_days import Phases, has_loose_frequencies
from geo_planner.networks.transit.timetable import build_timetable
from geo_planner.words.english import english
from tests.networks.transit.test_timetable import DAY
from tests.networks.transit.transit_searches import at, service_of
from tests.worlds import Ride, feed_tables

STOPS = {"a": (0.0, 0.0), "b": (1000.0, 0.0)}


def loose(exact=0, headway_s=1200):
    rides = [Ride("t", [("a", 0, 0), ("b", 100, 100)])]
    return feed_tables(STOPS, rides, frequencies=[("t", 36000, 43200, headway_s, exact)])


def starts(tables, phases):
    timetable = build_timetable(tables, DAY, until_s=86_399, phases=phases)
    today = timetable.departure_cs[: len(timetable.trip_idx)] // 100
    return [int(time) for time in today if 36000 <= time < 43200]


def test_draws_lie_between_start_and_a_headway_on_and_then_come_regularly():
    for draw in range(5):
        times = starts(loose(), Phases(1, draw))
        assert 36000 <= times[0] < 37200
        assert (np.diff(times) == 1200).all()
        assert times[-1] >= 43200 - 1200


def test_draws_are_spread_evenly_over_the_headway():
    frequencies = loose()["frequencies"]
    firsts = [int(Phases(1, draw).first_s(frequencies)[0]) for draw in range(2000)]
    counts = np.bincount(np.array(firsts) // 300, minlength=4)
    assert len(counts) == 4
    assert np.abs(counts - 500).max() < 4 * np.sqrt(500)


def test_the_same_seed_and_draw_give_the_same_departures_and_others_do_not():
    assert starts(loose(), Phases(7, 3)) == starts(loose(), Phases(7, 3))
    assert starts(loose(), Phases(7, 3)) != starts(loose(), Phases(7, 4))
    assert starts(loose(), Phases(7, 3)) != starts(loose(), Phases(8, 3))


def test_exact_frequencies_are_not_drawn():
    assert starts(loose(exact=1), Phases(1, 1)) == starts(loose(exact=1), None)
    assert not has_loose_frequencies(loose(exact=1))
    assert has_loose_frequencies(loose())


def test_a_drawn_timetable_says_so():
    (finding,) = build_timetable(loose(), DAY, phases=Phases(1, 0)).findings
    assert english(finding.what).endswith("whose departures are drawn at random")


def frequency_desert():
    """Two lines that cross, each way every 20 min from 05:00 to 10:00; a block takes 30 s."""
    course = {"row": [(x, 20) for x in range(61)], "column": [(40, y) for y in range(61)]}
    rides = [
        Ride(f"{name} {way}", [(f"{x}-{y}", 30 * n, 30 * n) for n, (x, y) in enumerate(stops)],
             route_id=name)
        for name, crossings in course.items()
        for way, stops in (("up", crossings), ("down", crossings[::-1]))
    ]  # fmt: skip
    stops = {f"{x}-{y}": (200.0 * x, 200.0 * y) for line in course.values() for x, y in line}
    every = [(ride.trip_id, 5 * 3600, 10 * 3600, 1200, 0) for ride in rides]
    return feed_tables(stops, rides, frequencies=every)


def desert_times(n_draws):
    """Travel times of every minute of two hours and every draw, in whole minutes as R5 has them."""
    tables = frequency_desert()
    departures = np.array([at("07:00") + 6000 * n for n in range(120)], np.int32)
    limits = np.array([6000, 6000, 2, 720000], np.int32)
    travel = []
    for draw in range(n_draws):
        timetable = build_timetable(tables, DAY, phases=Phases(0, draw))
        service = service_of(timetable, {})
        place = timetable.stop_ids.tolist()
        work, best = range_workspace(service, len(departures))
        start = np.array([place.index("20-20")], np.int32)
        range_search(service, start, np.zeros(1, np.int32), departures, *limits, work, best)
        travel.append(best[place.index("40-40")] - departures)
    return np.sort(np.concatenate(travel)) // 6000


def percentile(times, share):
    return times[int(np.ceil(share / 100 * len(times))) - 1]


@pytest.mark.slow
def test_desert_with_frequencies_has_the_published_answer():
    """D2: two waits of 1 to 20 min, each as likely as any other, and 20 min on board."""
    times = desert_times(300)
    found = [percentile(times, share) for share in (5, 25, 50, 75, 95)]
    assert np.abs(np.array(found) - [27, 35, 41, 47, 55]).max() <= 1, found


def test_desert_with_few_draws_is_near_the_published_answer_and_within_its_bounds():
    times = desert_times(25)
    assert times.min() >= 22
    assert times.max() <= 62
    assert abs(percentile(times, 50) - 41) <= 3
