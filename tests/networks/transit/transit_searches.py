"""Run the library's window search and the oracle on the same tables, and compare every label."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from geo_planner.kernels.raptor import range_search, range_workspace
from geo_planner.kernels.service import NEVER, Service
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.transit.timetable import Timetable, build_timetable
from tests.oracles.time_expanded import earliest_alightings, read_day


class Limits(NamedTuple):
    """Waits and limits of a search [cs]."""

    board_wait_cs: int = 6000
    transfer_slack_cs: int = 12000
    max_rides: int = 3
    max_time_cs: int = 2 * 360_000


def service_of(timetable: Timetable, transfers: Mapping[str, Sequence[tuple[str, int]]]) -> Service:
    """Put a timetable and walks between its stops [cs] together."""
    place = {stop_id: number for number, stop_id in enumerate(timetable.stop_ids)}
    walks = [
        [(place[to], cost) for to, cost in transfers.get(stop_id, ())]
        for stop_id in timetable.stop_ids
    ]
    flat = np.array([walk for row in walks for walk in row], dtype=np.int32).reshape(-1, 2)
    return Service(
        *(getattr(timetable, name) for name in Service._fields[:-3]),
        np.cumsum([0, *map(len, walks)]).astype(np.int32),
        np.ascontiguousarray(flat[:, 0]),
        np.ascontiguousarray(flat[:, 1]),
    )


class Search:
    """Search one timetable again and again, with all transfers and with the reduced ones."""

    def __init__(self, tables, day, transfers, n_lanes, **window):
        self.timetable = build_timetable(tables, dt.date.fromisoformat(day), **window)
        service = service_of(self.timetable, transfers)
        self.services = [service, reduce_transfers(service)]
        self.spaces = [range_workspace(service, n_lanes) for _ in self.services]

    def __call__(self, access: Mapping[str, int], departures_cs, limits: Limits) -> np.ndarray:
        place = {stop_id: number for number, stop_id in enumerate(self.timetable.stop_ids)}
        stops = np.array([place[stop] for stop in access], dtype=np.int32)
        costs = np.array(list(access.values()), dtype=np.int32)
        departures = np.asarray(departures_cs, np.int32)
        for service, (work, best) in zip(self.services, self.spaces, strict=True):
            range_search(service, stops, costs, departures, *map(np.int32, limits[:4]), work, best)
        (_, best), (_, reduced) = self.spaces
        assert (best == reduced).all(), "reduced transfers change the result"
        return best.copy()


def compare(
    search: Search,
    oracle: Callable[..., dict[str, int]],
    access: Mapping[str, int],
    departures_cs: Sequence[int],
    limits: Limits,
) -> tuple[int, int]:
    """Assert that all labels are those of an oracle asked departure by departure.

    Returns how many were compared and how many reached.
    """
    best = search(access, departures_cs, limits)
    n_reached = 0
    for lane, departure_cs in enumerate(departures_cs):
        expected = oracle(departure_cs, access, **limits._asdict())
        found = {
            stop_id: int(time)
            for stop_id, time in zip(search.timetable.stop_ids, best[:, lane], strict=True)
            if time < NEVER
        }
        assert found == expected, (departure_cs, _differences(found, expected))
        n_reached += len(expected)
    return best.size, n_reached


def compare_world(tables, day, access, transfers, departures_cs, limits=None, **window):
    """Compare a world in one go; return labels compared, reached, and the labels by stop."""
    limits = limits or Limits()
    search = Search(tables, day, transfers, len(departures_cs), **window)
    vehicles = read_day(tables, dt.date.fromisoformat(day))
    oracle = partial(earliest_alightings, vehicles, transfers=transfers)
    compared, reached = compare(search, oracle, access, departures_cs, limits)
    labels = dict(zip(search.timetable.stop_ids.tolist(), search.spaces[0][1], strict=True))
    return compared, reached, labels


def _differences(found, expected):
    stops = sorted(found.keys() | expected.keys())
    return [(s, found.get(s), expected.get(s)) for s in stops if found.get(s) != expected.get(s)]


def at(clock: str) -> int:
    """Turn HH:MM or HH:MM:SS into centiseconds of the day."""
    parts = [int(part) for part in clock.split(":")]
    return 100 * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
