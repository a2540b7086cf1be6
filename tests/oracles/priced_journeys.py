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
