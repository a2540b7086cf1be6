"""A slow, plain search back from one arrival: the latest that each stop must be left by.

It runs over the vehicles of ``time_expanded`` and turns nothing round: deadlines fall from stop to
stop against the way of travel. It shares no library code.
"""

import bisect
import heapq
from collections import defaultdict

from tests.oracles.time_expanded import Day


class Arrivals:
    """The calls of a day at which passengers may get off, by stop and time."""

    def __init__(self, day: Day) -> None:
        self.vehicles = day.vehicles
        found = defaultdict(list)
        for number, vehicle in enumerate(day.vehicles):
            for place, (stop, arrival, _, _, may_alight) in enumerate(vehicle.calls):
                if place and may_alight:
                    found[stop].append((arrival, number, place))
        self._by_stop = {stop: sorted(rows) for stop, rows in found.items()}

    def before(self, stop, earliest, deadline):
        """Give the vehicles and calls that reach a stop by a deadline, the last first."""
        rows = self._by_stop.get(stop, [])
        for index in range(bisect.bisect_left(rows, (deadline + 1,)) - 1, -1, -1):
            arrival, number, place = rows[index]
            if arrival < earliest:
                return
            yield number, place


def latest_boardings(
    arrivals: Arrivals,
    arrival_cs: int,
    egress: dict[str, int],
    transfers: dict[str, list[tuple[str, int]]],
    *,
    transfer_slack_cs: int,
    max_rides: int,
    max_time_cs: int,
) -> dict[str, int]:
    """Find the latest departure from each stop that is there in time, with 1 to max_rides rides."""
    ways_to = _ways_to(transfers)
    earliest = arrival_cs - max_time_cs
    heap = [(cost - arrival_cs, 0, stop) for stop, cost in egress.items() if cost <= max_time_cs]
    heapq.heapify(heap)
    fewest = {}  # per stop: fewest rides still to come, of the deadlines so far
    covered = {}  # per vehicle and rides: boardings before this call are known
    best = {}
    while heap:
        before, rides, stop = heapq.heappop(heap)
        if fewest.get(stop, max_rides) <= rides:
            continue
        fewest[stop] = rides
        for number, place in arrivals.before(stop, earliest, -before):
            first = covered.get((number, rides), 0)
            if place <= first:
                continue
            covered[number, rides] = place
            calls = arrivals.vehicles[number].calls[first:place]
            for there, departure in _boardings(calls, earliest):
                best[there] = max(best.get(there, departure), departure)
                for origin, walk in [(there, 0), *ways_to[there]]:
                    deadline = departure - transfer_slack_cs - walk
                    if deadline >= earliest:
                        heapq.heappush(heap, (-deadline, rides + 1, origin))
    return best


def _ways_to(transfers):
    found = defaultdict(list)
    for stop, onward in transfers.items():
        for there, walk in onward:
            found[there].append((stop, walk))
    return found


def _boardings(calls, earliest):
    return [(stop, time) for stop, _, time, may_board, _ in calls if may_board and time >= earliest]
