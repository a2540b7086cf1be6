"""A slow, plain search that tells journeys apart by the lines they ride and the stop they start at.

It keeps the earliest alighting of every sequence of lines and every first stop, so that any fare
can be put to it afterwards. It runs over the vehicles of ``time_expanded`` and shares no library
code.
"""

from tests.oracles.time_expanded import Day


def earliest_by_sequence(
    day: Day,
    line_of: dict[str, str],
    departure_cs: int,
    access: dict[str, int],
    transfers: dict[str, list[tuple[str, int]]],
    *,
    board_wait_cs: int,
    transfer_slack_cs: int,
    max_rides: int,
    max_time_cs: int,
    counts_walk: bool = False,
) -> dict[tuple[str, str, str, int], int]:
    """Find the earliest alighting by (stop, lines ridden in order, first stop, way walked) [cs].

    Unless ways on foot count, all are told as 0.
    """
    latest = departure_cs + max_time_cs
    ready = {
        (stop, "", stop, cost * counts_walk): departure_cs + cost + board_wait_cs
        for stop, cost in access.items()
        if cost <= max_time_cs
    }
    best = {}
    for _ in range(max_rides):
        alighted = {}
        for vehicle in day.vehicles:
            _ride(vehicle, line_of[vehicle.trip_id], ready, alighted, latest)
        ready = {}
        for (stop, lines, first, walked), arrival in alighted.items():
            key = (stop, lines, first, walked)
            best[key] = min(best.get(key, arrival), arrival)
            for onward, walk in [(stop, 0), *transfers.get(stop, [])]:
                key = (onward, lines, first, walked + walk * counts_walk)
                time = arrival + walk + transfer_slack_cs
                ready[key] = min(ready.get(key, time), time)
    return best


def _ride(vehicle, line, ready, alighted, latest) -> None:
    """Get off wherever a vehicle goes, on wherever one is ready in time."""
    on_board = set()
    for stop, arrival, departure, may_board, may_alight in vehicle.calls:
        if may_alight and arrival <= latest:
            for lines, first, walked in on_board:
                key = (stop, lines + line, first, walked)
                alighted[key] = min(alighted.get(key, arrival), arrival)
        if may_board:
            on_board |= {
                (lines, first, walked)
                for (there, lines, first, walked), time in ready.items()
                if there == stop and time <= departure
            }


class TimedFares:
    """Prices of rides and transfers on tickets that hold for a time [cents, cs]."""

    def __init__(self, single, reduced, max_reduced, cap, window_cs) -> None:
        self.single, self.reduced, self.window_cs = single, reduced, window_cs
        self.max_reduced, self.cap = max_reduced, cap

    def ways_to_pay(self, paid, line, departure):
        """Give what is paid after one more ride: in all, transfers priced, line, when bought."""
        total, n_reduced, before, bought = paid
        yield total + self.single[line], n_reduced, line, departure
        price = self.reduced.get((before, line))
        is_in_time = bought is not None and departure - bought <= self.window_cs
        if price is not None and is_in_time and n_reduced < self.max_reduced:
            yield total + price, n_reduced + 1, line, bought

    def total(self, paid) -> int:
        """Give what a journey costs."""
        return min(paid[0], self.cap)


def earliest_by_payment(
    day: Day,
    line_of: dict[str, str],
    departure_cs: int,
    access: dict[str, int],
    transfers: dict[str, list[tuple[str, int]]],
    fares: TimedFares,
    *,
    board_wait_cs: int,
    transfer_slack_cs: int,
    max_rides: int,
    max_time_cs: int,
) -> dict[tuple[str, int, int], int]:
    """Find the earliest alighting by (stop, rides, fare) [cs], every way to pay tried."""
    latest = departure_cs + max_time_cs
    ready = {
        (stop, (0, 0, None, None)): departure_cs + cost + board_wait_cs
        for stop, cost in access.items()
        if cost <= max_time_cs
    }
    best = {}
    for n_rides in range(1, max_rides + 1):
        alighted = {}
        for vehicle in day.vehicles:
            _ride_and_pay(vehicle, line_of[vehicle.trip_id], fares, ready, alighted, latest)
        ready = {}
        for (stop, paid), arrival in alighted.items():
            key = (stop, n_rides, fares.total(paid))
            best[key] = min(best.get(key, arrival), arrival)
            for onward, walk in [(stop, 0), *transfers.get(stop, [])]:
                time = arrival + walk + transfer_slack_cs
                ready[onward, paid] = min(ready.get((onward, paid), time), time)
    return best


def _ride_and_pay(vehicle, line, fares, ready, alighted, latest) -> None:
    """Get off wherever a vehicle goes, on wherever one is ready in time, by all ways to pay."""
    on_board = set()
    for stop, arrival, departure, may_board, may_alight in vehicle.calls:
        if may_alight and arrival <= latest:
            for paid in on_board:
                alighted[stop, paid] = min(alighted.get((stop, paid), arrival), arrival)
        if may_board:
            for (there, paid), time in ready.items():
                if there == stop and time <= departure:
                    on_board |= set(fares.ways_to_pay(paid, line, departure))
