"""Ways within stations: from entrances to platforms, and from platform to platform.

A pathway takes its traversal time; without one its length at walking speed, or else the straight
line between its ends, and so much a step. A platform is entered by the entrances its pathways lead
to; one whose station has entrances but no pathways by all of them, in a straight line. Every other
platform is entered where it lies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geo_planner.arrays import FloatArray, IntArray, LongArray
from geo_planner.kernels.service import Walks
from geo_planner.networks.transit.service_days import index_in
from geo_planner.packaged import packaged_rows
from geo_planner.units import CENTISECONDS_PER_S

_ENTRANCE = 2


class Way(NamedTuple):
    """Lead from one row of stops to another, in some time [s] and over some length [m]."""

    here: int
    there: int
    time_s: float
    length_m: float


class Passages(NamedTuple):
    """Hold ways within stations in compressed rows: of stop ``i``, ``ptr[i]:ptr[i + 1]``.

    Parameters
    ----------
    ptr
        int32, ``(n_stops + 1,)``.
    stop
        Door or stop at the other end, int32, ``(n_ways,)``.
    cost_cs
        Time on the way [cs], int32, ``(n_ways,)``.
    length_m
        Length of its pathways, or of the straight lines between their ends, ``(n_ways,)`` [m].
    """

    ptr: IntArray
    stop: IntArray
    cost_cs: IntArray
    length_m: FloatArray

    def of(self, stop: int) -> "Passages":
        """Return the ways of one stop."""
        row = slice(int(self.ptr[stop]), int(self.ptr[stop + 1]))
        ends = np.array([0, row.stop - row.start], np.int32)
        return Passages(ends, self.stop[row], self.cost_cs[row], self.length_m[row])


@dataclass(frozen=True)
class StopEntrances:
    """Hold where stops are entered from the street.

    Parameters
    ----------
    points
        Entrances, and stops that are their own, index = stop_id.
    inward, outward
        Of each stop its doors, and the way in or out [cs].
    inside
        Of each stop the stops of its station, and the way there [cs].
    """

    points: gpd.GeoSeries
    inward: Passages
    outward: Passages
    inside: Passages


def stop_entrances(
    tables: Mapping[str, pd.DataFrame], stop_ids: Sequence[str], walk_speed_mps: float
) -> StopEntrances | None:
    """Lay out the doors of a timetable's stops; None where no station tells of any way.

    Parameters
    ----------
    tables
        Tables of the schema: stops; pathways if there are any.
    stop_ids
        Stops of the timetable; an id may come several times.
    walk_speed_mps
        Walking speed [m/s].
    """
    stops = gpd.GeoDataFrame(tables["stops"]).reset_index(drop=True)
    entrances = _entrances(stops)
    pathways = tables.get("pathways")
    if not entrances and (pathways is None or pathways.empty):
        return None
    rows = index_in(pd.Series(list(stop_ids), dtype="str"), stops["stop_id"])
    station = _stations(stops)
    platforms = np.unique(rows)
    ways = _Station(stops, station, entrances, pathways, walk_speed_mps)
    within = ways.between(platforms)
    own = [Way(row, row, 0.0, 0.0) for row in within.own]
    inward, outward = [*within.inward, *own], [*within.outward, *own]
    # a door may lead out alone
    doors = sorted({way.here for way in inward} | {way.there for way in outward})
    number = {row: [place] for place, row in enumerate(doors)}
    places: dict[int, list[int]] = {}
    for place, row in enumerate(rows.tolist()):
        places.setdefault(row, []).append(place)
    by_platform = [way._replace(here=way.there, there=way.here) for way in inward]
    return StopEntrances(
        stops.set_index("stop_id").geometry.iloc[doors],
        _passages(by_platform, places, number, len(rows)),
        _passages(outward, places, number, len(rows)),
        _passages(within.inside, places, places, len(rows)),
    )


def walks_through_entrances(walks: Walks, doors: StopEntrances, limit_cs: int) -> Walks:
    """Turn walks between doors into walks between stops; within stations their own ways count."""
    n_doors = len(doors.points)
    here = np.arange(n_doors)
    street = pd.DataFrame(
        {
            "door": np.append(np.repeat(here, np.diff(walks.ptr)), here),
            "other_door": np.append(walks.stop, here),
            "cost": np.append(walks.cost_cs, np.zeros(n_doors, dtype=np.int64)),
        }
    )
    out = _table(doors.outward).rename(columns={"to": "door", "cost": "out"})
    into = _table(doors.inward).rename(columns={"to": "other_door", "stop": "to", "cost": "into"})
    whole = out.merge(street, on="door").merge(into, on="other_door")
    whole["cost"] += whole["out"] + whole["into"]
    inside = _table(doors.inside)
    found = whole.groupby(["stop", "to"], as_index=False)["cost"].min()
    found = found[(found["stop"] != found["to"])]
    is_inside = pd.MultiIndex.from_frame(found[["stop", "to"]]).isin(
        pd.MultiIndex.from_frame(inside[["stop", "to"]])
    )
    every = pd.concat([found[~is_inside], inside])
    every = every[every["cost"] <= limit_cs].sort_values(["stop", "to"])
    n_stops = len(doors.inward.ptr) - 1
    ptr = np.append(0, np.cumsum(np.bincount(every["stop"], minlength=n_stops)))
    return Walks(
        ptr.astype(np.int32), every["to"].to_numpy(np.int32), every["cost"].to_numpy(np.int32)
    )


def _table(walks: Passages) -> pd.DataFrame:
    stop = np.repeat(np.arange(len(walks.ptr) - 1), np.diff(walks.ptr))
    return pd.DataFrame(
        {"stop": stop, "to": walks.stop.astype(np.int64), "cost": walks.cost_cs.astype(np.int64)}
    )


def _passages(
    ways: Sequence[Way],
    places: Mapping[int, Sequence[int]],
    others: Mapping[int, Sequence[int]],
    n_rows: int,
) -> Passages:
    """Compress ways between rows of stops to those between places that stand for the rows."""
    spread = sorted(
        way._replace(here=one, there=other)
        for way in ways
        for one in places[way.here]
        for other in others[way.there]
    )
    ptr = np.append(0, np.cumsum(np.bincount([way.here for way in spread], minlength=n_rows)))
    costs = np.rint(np.array([way.time_s for way in spread]) * CENTISECONDS_PER_S)
    return Passages(
        ptr.astype(np.int32),
        np.array([way.there for way in spread], dtype=np.int32),
        costs.astype(np.int32),
        np.array([way.length_m for way in spread], dtype=np.float64),
    )


def _stations(stops: gpd.GeoDataFrame) -> LongArray:
    """Give each stop the row of what stands above it all: its station, or itself."""
    if "parent_station" not in stops:
        return np.arange(len(stops))
    parent = index_in(stops["parent_station"], stops["stop_id"])
    top = np.where(parent >= 0, parent, np.arange(len(stops)))
    # a boarding area stands below a platform, that below a station
    return np.asarray(top[top])


def _entrances(stops: gpd.GeoDataFrame) -> dict[int, list[int]]:
    """List the entrances of each station, by row."""
    station = _stations(stops)
    found: dict[int, list[int]] = {}
    is_entrance = (stops["location_type"] == _ENTRANCE).to_numpy(dtype=bool)
    for row in np.flatnonzero(is_entrance & stops.geometry.notna().to_numpy()):
        if station[row] != row:
            found.setdefault(int(station[row]), []).append(int(row))
    return found


@dataclass(frozen=True)
class _Within:
    """Ways by rows of stops: entrance to platform, platform to entrance, between platforms [s]."""

    inward: list[Way]
    outward: list[Way]
    inside: list[Way]
    own: list[int]


class _Station:
    """Find ways within stations."""

    def __init__(
        self,
        stops: gpd.GeoDataFrame,
        station: LongArray,
        entrances: Mapping[int, list[int]],
        pathways: pd.DataFrame | None,
        walk_speed_mps: float,
    ) -> None:
        self._station, self._entrances = station, entrances
        self._x, self._y = stops.geometry.x.to_numpy(), stops.geometry.y.to_numpy()
        self._speed = walk_speed_mps
        self._graph, self._length_m = self._lay_out(stops, pathways)
        _, self._part = connected_components(self._graph, directed=False)
        self._has_ways = np.bincount(self._part)[self._part] > 1

    def _line_m(self, here: LongArray, there: LongArray) -> FloatArray:
        """Length of a straight line [m]; nan where an end has no position."""
        return np.hypot(self._x[here] - self._x[there], self._y[here] - self._y[there])

    def _lay_out(
        self, stops: gpd.GeoDataFrame, pathways: pd.DataFrame | None
    ) -> tuple[csr_matrix, dict[tuple[int, int], float]]:
        """Make the graph of pathways [s], and the length of each of its arcs [m]."""
        size = (len(stops), len(stops))
        if pathways is None or pathways.empty:
            return csr_matrix(size), {}
        here, there = (index_in(pathways[f"{end}_stop_id"], stops["stop_id"]) for end in
                       ("from", "to"))  # fmt: skip
        stated = pathways["traversal_time_s"].to_numpy(dtype=np.float64, na_value=np.nan)
        length_m = pathways["length_m"].to_numpy(dtype=np.float64)
        line_m = np.nan_to_num(self._line_m(here, there))
        steps = np.abs(pathways["stair_count"].to_numpy(dtype=np.float64, na_value=0.0))
        (row,) = packaged_rows("station_ways")
        straight = line_m / self._speed + steps * float(row["value"])
        walked = np.where(np.isnan(length_m), straight, length_m / self._speed)
        cost = np.where(np.isnan(stated), walked, stated)
        length_m = np.where(np.isnan(length_m), line_m, length_m)
        both = (pathways["is_bidirectional"] == 1).to_numpy()
        ends = pd.DataFrame(
            {
                "here": np.append(here, there[both]),
                "there": np.append(there, here[both]),
                # a way of nothing would be no way to the solver
                "cost": np.maximum(np.append(cost, cost[both]), 0.01),
                "length_m": np.append(length_m, length_m[both]),
            }
        )
        least = ends.sort_values(["here", "there", "cost"]).drop_duplicates(["here", "there"])
        pairs = zip(least["here"].tolist(), least["there"].tolist(), strict=True)
        graph = csr_matrix((least["cost"], (least["here"], least["there"])), shape=size)
        return graph, dict(zip(pairs, least["length_m"].tolist(), strict=True))

    def between(self, platforms: LongArray) -> _Within:
        """Find all ways between these platforms and the entrances of their stations."""
        within = _Within([], [], [], [])
        by_station: dict[int, list[int]] = {}
        for row in platforms.tolist():
            by_station.setdefault(int(self._station[row]), []).append(row)
        for station, rows in by_station.items():
            doors = self._entrances.get(station, [])
            joined = self._paths(rows, doors, within)
            for row in rows:
                if row in joined:
                    continue
                straight = [] if self._has_ways[row] else list(self._straight(row, doors))
                within.inward.extend(straight)
                within.outward.extend(
                    way._replace(here=way.there, there=way.here) for way in straight
                )
                if not straight:
                    within.own.append(row)
        return within

    def _straight(self, row: int, doors: Sequence[int]) -> Iterator[Way]:
        """Give the straight ways from doors to a platform."""
        for door in doors:
            length_m = float(self._line_m(np.array([row]), np.array([door]))[0])
            if np.isfinite(length_m):
                yield Way(door, row, length_m / self._speed, length_m)

    def _paths(self, rows: Sequence[int], doors: Sequence[int], within: _Within) -> set[int]:
        """Follow the pathways of a station; return the platforms an entrance leads to."""
        joined: set[int] = set()
        if not self._has_ways[[*rows, *doors]].any():
            return joined
        nodes = np.flatnonzero(np.isin(self._part, self._part[[*rows, *doors]]))
        place = {int(node): number for number, node in enumerate(nodes)}
        starts = [*rows, *doors]
        kinds = {
            (False, False): within.inside, (False, True): within.outward,
            (True, False): within.inward, (True, True): None,
        }  # fmt: skip
        costs, before = dijkstra(
            self._graph[nodes][:, nodes], indices=[place[row] for row in starts],
            return_predecessors=True,
        )  # fmt: skip
        for one, here in enumerate(starts):
            for other, there in enumerate(starts):
                cost = float(costs[one, place[there]])
                kind = kinds[one >= len(rows), other >= len(rows)]
                if one == other or kind is None or not np.isfinite(cost):
                    continue
                length_m = self._followed_m(before[one], nodes, place[here], place[there])
                kind.append(Way(here, there, cost, length_m))
        joined |= {way.there for way in within.inward} | {way.here for way in within.outward}
        return joined & set(rows)

    def _followed_m(self, before: IntArray, nodes: LongArray, start: int, end: int) -> float:
        """Add up the lengths of the pathways of a quickest way [m]."""
        length_m = 0.0
        while end != start:
            last = int(before[end])
            length_m += self._length_m[int(nodes[last]), int(nodes[end])]
            end = last
        return length_m
