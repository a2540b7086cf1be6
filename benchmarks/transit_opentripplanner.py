"""Single queries of Porto Alegre against OpenTripPlanner: earliest arrival and time per query.

Both get the same streets, points, limits and timetables with every time filled in, and one pair of
hexagons at a time. It lists the journeys of an hour; ours answers every minute of the same hour
from an opened router. OpenTripPlanner is told to count all seconds the same, yet keeps rules of its
own, so each pair that differs is told by one of these:

- limit: ours looks for journeys of at most 120 minutes.
- walks: the way from a point to its street costs it nothing, it changes to the nearest stop of each
  pattern alone, and walks on other streets. Its journeys with our walks are there no earlier than
  ours, or ours with its walks no earlier than its own.
- left out: its own walks would have allowed our journey, and it does not list it.
- unexplained: one of its journeys can be made with our walks and is there before ours.
"""

import time
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from benchmarks.measuring import row
from benchmarks.opentripplanner import START, NotAtHandError, Server, program
from benchmarks.transit_on_foot import Search
from benchmarks.transit_town import TRAVEL, build, filled_town, hexagons
from geo_planner.errors import InputError
from geo_planner.itinerary import Itineraries
from geo_planner.kernels.street import UNREACHED
from geo_planner.travel_time.matrix import seconds
from geo_planner.travel_time.transit import TransitRouter
from geo_planner.units import CENTISECONDS_PER_S

ALIKE_S, SAME_S = 60, 1
WARM_UP = 50
HOUR = TRAVEL.model_copy(update={"window_min": 60})
DEPART_S = 14 * 3600


@dataclass(frozen=True)
class Ride:
    """Hold a ride of a journey: stops and times from the start on [s]."""

    trip_id: str
    from_stop: str
    to_stop: str
    departure_s: float
    arrival_s: float


def single_rows(region, folder, n_pairs=100):
    """Measure against OpenTripPlanner where it is to be had, and tell the differences."""
    try:
        command = program()
    except NotAtHandError as missing:
        print(f"no rows against OpenTripPlanner: {missing}")
        return [], {}
    town = filled_town(region, folder / "single")
    ours = Ours(build(town, folder / "single_region"))
    server = Server(command, town, folder / "opentripplanner")
    try:
        return _measured(ours, server, n_pairs)
    finally:
        server.close()


class Ours:
    """One pair at a time from an opened router, and what is needed to tell journeys anew."""

    def __init__(self, region):
        self._itineraries = Itineraries(region, "transit", HOUR)
        self._router = TransitRouter(region, HOUR, is_expanded=True)
        self.points = hexagons(region)
        self.degrees = [(p.x, p.y) for p in self.points.to_crs(4326)]
        self._ends = self._router.snap_origins(self.points)
        self._search = Search(region, every=len(self.points))
        calls = region.table("stop_times")
        self._times = {
            name: set(zip(calls["trip_id"], calls["stop_id"], calls[f"{name}_time_s"], strict=True))
            for name in ("arrival", "departure")
        }

    def query(self, origin, destination):
        """Give the travel times of every minute [s]."""
        start, end = (self._ends.part(slice(k, k + 1)) for k in (origin, destination))
        return seconds(next(iter(self._router.blocks(start, end, threads=1))).costs_cs)[0, 0]

    def journeys(self, origin, destination):
        """Give all journeys of the hour with their legs; none where a point is off the streets."""
        try:
            return self._itineraries.between(
                self.points.iloc[origin], self.points.iloc[destination]
            )
        except InputError:
            return []

    def rides(self, origin, destination):
        """Give the rides of our journey of the hour that is there first."""
        found = self.journeys(origin, destination)
        start = HOUR.depart
        first = min((j for j in found if j.n_rides), key=lambda j: j.arrival, default=None)
        return [
            Ride(leg.trip_id, leg.from_stop_id, leg.to_stop_id,
                 (leg.start - start).total_seconds(), (leg.end - start).total_seconds())
            for leg in (first.legs if first else ()) if leg.mode == "ride"
        ]  # fmt: skip

    def is_timed_alike(self, ride):
        """Say whether our timetable has a ride at the same times."""
        leaves = ride.trip_id, ride.from_stop, DEPART_S + ride.departure_s
        arrives = ride.trip_id, ride.to_stop, DEPART_S + ride.arrival_s
        return leaves in self._times["departure"] and arrives in self._times["arrival"]

    def walk_s(self, start, end):
        """Give our walk between a hexagon or stop and a stop or hexagon [s]."""
        walks, place = self._search.walks, self._search.place
        if isinstance(start, int):
            cost = walks.access[start, place[end]]
        elif isinstance(end, int):
            cost = walks.egress[end, place[start]]
        else:
            left, to = place[start], place[end]
            row_of = slice(walks.between.ptr[left], walks.between.ptr[left + 1])
            found = walks.between.cost_cs[row_of][walks.between.stop[row_of] == to]
            cost = 0 if left == to else (found[0] if len(found) else UNREACHED)
        return cost / CENTISECONDS_PER_S if cost < UNREACHED else np.inf


def arrival_s(rides, origin, destination, walk_s):
    """Tell a journey anew with some walks: when it is there [s], inf where a ride is missed."""
    clock_s, place = 0.0, origin
    for ride in rides:
        if clock_s + walk_s(place, ride.from_stop) > ride.departure_s:
            return np.inf
        clock_s, place = ride.arrival_s, ride.to_stop
    return clock_s + walk_s(place, destination)


def read_journey(node):
    """Give the rides of a journey of theirs, and when it is there [s]."""
    start = datetime.fromisoformat(START)

    def at(text):
        return (datetime.fromisoformat(text) - start).total_seconds()

    rides = [
        Ride(leg["trip"]["gtfsId"], leg["from"]["stop"]["gtfsId"], leg["to"]["stop"]["gtfsId"],
             at(leg["start"]["scheduledTime"]), at(leg["end"]["scheduledTime"]))
        for leg in node["legs"] if leg["trip"]
    ]  # fmt: skip
    # a walk may start at once
    return rides, at(node["end"]) - (0 if rides else at(node["start"]))


def timed(run, clock):
    """Run and return the result with seconds of processor time and of the clock."""
    started = clock(), time.perf_counter()
    found = run()
    return found, (clock() - started[0], time.perf_counter() - started[1])


def _measured(ours, server, n_pairs):
    rng = np.random.default_rng(20190513)
    pairs = rng.choice(len(ours.points), (n_pairs + WARM_UP, 2)).tolist()
    taken, told = [], []
    for origin, destination in pairs:
        ends = ours.degrees[origin], ours.degrees[destination]
        found, ours_s = timed(lambda o=origin, d=destination: ours.query(o, d), time.process_time)
        nodes, peer_s = timed(lambda e=ends: server.journeys(*e), server.cpu_s)
        _, told_s = timed(lambda o=origin, d=destination: ours.journeys(o, d), time.process_time)
        taken.append((ours_s, told_s, peer_s))
        told.append((origin, destination, float(found[0]), [read_journey(node) for node in nodes]))
    minutes_s, told_s, peer_s = np.median(np.array(taken[WARM_UP:]), axis=0)
    of_pairs = (
        f"median of {n_pairs} pairs of hexagons after {WARM_UP} to warm up, from an opened router "
        "and a running server; processor time"
    )
    rows = [
        _row("single_vs_opentripplanner", minutes_s, peer_s, "the time of every minute of an hour "
             f"against the journeys of the hour: {of_pairs}"),
        _row("journeys_vs_opentripplanner", told_s, peer_s,
             f"all journeys of the hour with legs, courses and steps: {of_pairs}"),
    ]  # fmt: skip
    return rows, _differences(ours, server, told)


def _row(name, ours_s, peer_s, words):
    """Make a row from processor time and time by the clock of both."""
    walls_s = {"ours_wall_s": round(float(ours_s[1]), 4), "peer_wall_s": round(float(peer_s[1]), 4)}
    return row(name, float(ours_s[0]), float(peer_s[0]), 1, words) | walls_s


def _differences(ours, server, told):
    first_s = np.array([own_s for _, _, own_s, _ in told])
    theirs_s = np.array(
        [min((there_s for _, there_s in journeys), default=np.inf) for *_, journeys in told]
    )
    with np.errstate(invalid="ignore"):
        apart_s = np.where(first_s == theirs_s, 0, first_s - theirs_s)
    rules = dict.fromkeys(
        ("limit", "later_by_walks", "earlier_by_walks", "left_out", "unexplained"), 0
    )
    for (origin, destination, own_s, journeys), gap_s, their_s in zip(
        told, apart_s, theirs_s, strict=True
    ):
        anew_s = min(
            (arrival_s(rides, origin, destination, ours.walk_s) for rides, _ in journeys if rides),
            default=np.inf,
        )
        if anew_s < own_s - SAME_S and anew_s <= HOUR.max_time_s:
            rules["unexplained"] += 1
        elif HOUR.max_time_s < their_s < np.inf:
            rules["limit"] += 1
        elif gap_s > ALIKE_S:
            rules["later_by_walks"] += 1
        elif gap_s < -ALIKE_S:
            rides = ours.rides(origin, destination)
            is_left_out = (
                _by_their_walks(ours, server, rides, origin, destination) < their_s - ALIKE_S
            )
            rules["left_out" if is_left_out else "earlier_by_walks"] += 1
    rides = [ride for *_, journeys in told for journey, _ in journeys for ride in journey]
    both = np.isfinite(first_s) & np.isfinite(theirs_s)
    return {
        "pairs": len(told),
        "ours_reach": int(np.isfinite(first_s).sum()),
        "theirs_reach": int(np.isfinite(theirs_s).sum()),
        "both_reach": int(both.sum()),
        "alike_within_1_min_share": round(float((np.abs(apart_s[both]) <= ALIKE_S).mean()), 4),
        "ours_earlier_share": round(float((apart_s[both] < -ALIKE_S).mean()), 4),
        "ours_later_share": round(float((apart_s[both] > ALIKE_S).mean()), 4),
        "pairs_by_rule": rules,
        "journeys_told_anew": sum(len(journeys) for *_, journeys in told),
        "rides": len(rides),
        "rides_timed_alike": sum(map(ours.is_timed_alike, rides)),
    }


def _by_their_walks(ours, server, rides, origin, destination):
    def walk_s(start, end):
        if start == end:
            return 0.0
        return server.walk_s(*(ours.degrees[k] if isinstance(k, int) else k for k in (start, end)))

    return arrival_s(rides, origin, destination, walk_s) if rides else np.inf
