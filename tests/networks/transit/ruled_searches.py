"""Search timetables whose transfers obey rules, and compare every label with the oracle."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo_planner.kernels.raptor import range_search, range_workspace
from geo_planner.kernels.service import NEVER, Service, Walks
from geo_planner.kernels.walk_reduction import reduce_transfers
from geo_planner.networks.transit.timetable import Timetable, build_timetable
from geo_planner.networks.transit.transfer_rules import ruled_walks
from geo_planner.schema import tables as schema_tables
from tests.networks.transit.transit_searches import Limits
from tests.oracles.time_expanded import Rules, earliest_alightings_by_rules, read_day

TransferWalks = Mapping[str, Sequence[tuple[str, int]]]
ENDS = ("stop_id", "route_id", "trip_id")


def rule(from_stop, to_stop, kind, minimum_s=None, **more):
    """Make a row of transfers; more: from_route_id, to_trip_id ..."""
    return {
        "from_stop_id": from_stop,
        "to_stop_id": to_stop,
        "transfer_type": kind,
        "min_transfer_time_s": minimum_s,
        **more,
    }


def with_rules(tables, rows, *, blocks: Mapping[str, str] = (), parents: Mapping[str, str] = ()):
    """Add transfers, blocks of trips and parents of stops to a world's tables."""
    table = schema_tables()["transfers"]
    frame = pd.DataFrame(
        [{"transfer_id": str(n), "feed": "w", **row} for n, row in enumerate(rows)]
    )
    for column in table.attributes:
        if column.name not in frame:
            frame[column.name] = None
        frame[column.name] = frame[column.name].astype(column.pandas_dtype)
    trips, stops = tables["trips"], tables["stops"]
    return {
        **tables,
        "transfers": frame,
        "trips": trips.assign(block_id=trips["trip_id"].map(dict(blocks)).astype("str")),
        "stops": stops.assign(parent_station=stops["stop_id"].map(dict(parents)).astype("str")),
    }


def service_of(timetable: Timetable, walks: TransferWalks, slack_cs: int) -> Service:
    """Let walks between stops of the feed [cs] follow the timetable's rules."""
    places: dict[str, list[int]] = {}
    for number, stop_id in enumerate(timetable.stop_ids.tolist()):
        places.setdefault(stop_id, []).append(number)
    rows = [
        sorted((place, cost) for to, cost in walks.get(stop_id, ()) for place in places[to])
        for stop_id in timetable.stop_ids.tolist()
    ]
    flat = np.array([walk for row in rows for walk in row], dtype=np.int32).reshape(-1, 2)
    ptr = np.cumsum([0, *map(len, rows)]).astype(np.int32)
    plain = Walks(ptr, np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]))
    ruled, _ = ruled_walks(plain, timetable.stop_platform_idx, timetable.transfer_rules, slack_cs)
    return Service(*(getattr(timetable, name) for name in Service._fields[:-3]), *ruled)


def labels_of(tables, day, access, walks, departures_cs, limits: Limits) -> dict[str, np.ndarray]:
    """Search a world: earliest alightings by stop of the feed, ``(n_departures,)`` [cs]."""
    timetable = build_timetable(tables, dt.date.fromisoformat(day), until_s=4 * 86400)
    service = service_of(timetable, walks, limits.transfer_slack_cs)
    ids = timetable.stop_ids.tolist()
    reached = [(number, access[stop]) for number, stop in enumerate(ids) if stop in access]
    stops, costs = np.array(reached, dtype=np.int32).reshape(-1, 2).T
    found = []
    for one in (service, reduce_transfers(service)):
        work, best = range_workspace(one, len(departures_cs))
        departures = np.asarray(departures_cs, np.int32)
        range_search(one, np.ascontiguousarray(stops), np.ascontiguousarray(costs), departures,
                     *map(np.int32, limits[:4]), work, best)  # fmt: skip
        found.append(best.copy())
    assert (found[0] == found[1]).all(), "reduced transfers change the result"
    labels: dict[str, np.ndarray] = {}
    for number, stop in enumerate(ids):
        labels[stop] = np.minimum(labels.get(stop, NEVER), found[0][number])
    return labels


def compare_rules(tables, day, access, walks, departures_cs, limits=None) -> dict[str, np.ndarray]:
    """Assert that all labels of a world are those of the oracle; return them."""
    limits = limits or Limits()
    labels = labels_of(tables, day, access, walks, departures_cs, limits)
    oracle = read_day(tables, dt.date.fromisoformat(day))
    rules = Rules(tables, walks, limits.transfer_slack_cs)
    for lane, departure_cs in enumerate(departures_cs):
        expected = earliest_alightings_by_rules(
            oracle, departure_cs, access, rules,
            board_wait_cs=limits.board_wait_cs, max_rides=limits.max_rides,
            max_time_cs=limits.max_time_cs,
        )  # fmt: skip
        found = {stop: int(row[lane]) for stop, row in labels.items() if row[lane] < NEVER}
        assert found == expected, (lane, found, expected)
    return labels
