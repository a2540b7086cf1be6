"""The course of a line on streets: the shortest that cars may drive from stop to stop.

Ways, one-ways and streets closed to cars hold for buses as for cars; turn restrictions do not. A
stop is served from the nearest street that leads on to the rest of the network and back.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.reasons import Reason
from geo_planner.scenario.draft import Draft
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.splitting import SAME_PLACE_M

MAX_OFF_STREET_M = 250.0
_NO_STOPS = ("motorway", "motorway_link")
_LEAST_M = 1e-6


def course_on_streets(draft: Draft, points: Sequence[Point], name: str) -> list[LineString]:
    """Lead a line over streets from each stop to the next.

    Raises
    ------
    Refused
        When a stop lies off all streets, or no street leads to the next.
    """
    streets = _streets_for_cars(draft)
    rows = [_street_of(streets, point, number, name) for number, point in enumerate(points, 1)]
    arcs = _arcs(streets, points, rows)
    n_nodes = int(arcs[["tail", "head"]].to_numpy().max()) + 1
    graph = coo_array((arcs["metres"], (arcs["tail"], arcs["head"])), (n_nodes, n_nodes)).tocsr()
    stops = n_nodes - len(points) + np.arange(len(points))
    metres, before = dijkstra(graph, indices=stops[:-1], return_predecessors=True)
    by_ends = arcs.set_index(["tail", "head"]).sort_index()
    pieces = []
    for i in range(len(points) - 1):
        if not np.isfinite(metres[i, stops[i + 1]]):
            raise Refused(Reason("scenario_no_street_between", one=i + 1, other=i + 2, name=name))
        path = _path(before[i], int(stops[i]), int(stops[i + 1]))
        pieces.append(_joined(by_ends.loc[path], streets))
    return pieces


@dataclass(frozen=True)
class _Streets:
    """Hold streets that lead cars on and back: ends by number, open along and against."""

    frame: gpd.GeoDataFrame
    ends: npt.NDArray[np.intp]
    is_open: npt.NDArray[np.bool_]


def _streets_for_cars(draft: Draft) -> _Streets:
    """Choose the largest part of the network in which every street reaches every other."""
    streets = gpd.GeoDataFrame(draft.frame("streets"))
    is_open = streets[["car_forward", "car_backward"]].to_numpy(bool, copy=True)
    is_through = ~(streets["is_destination_only"] | (streets["road_class"] == "ferry"))
    is_open &= is_through.to_numpy(bool)[:, None]
    chosen = streets[is_open.any(axis=1)]
    is_open = is_open[is_open.any(axis=1)]
    if not len(chosen):
        raise Refused(Reason("scenario_no_car_streets"))
    numbers, _ = pd.factorize(chosen[["from_node", "to_node"]].to_numpy().ravel())
    ends = numbers.reshape(-1, 2)
    forth, back = ends[is_open[:, 0]], ends[is_open[:, 1]][:, ::-1]
    tails, heads = np.concatenate([forth, back]).T
    n_nodes = int(ends.max()) + 1
    links = coo_array((np.ones(len(tails)), (tails, heads)), (n_nodes, n_nodes))
    _, part = connected_components(links, directed=True, connection="strong")
    is_main = (part == np.bincount(part).argmax())[ends].all(axis=1)
    return _Streets(chosen[is_main].reset_index(drop=True), ends[is_main], is_open[is_main])


def _street_of(streets: _Streets, point: Point, number: int, name: str) -> int:
    """Find the street a stop is served from."""
    away_m = shapely.distance(streets.frame.geometry.to_numpy(), point)
    away_m[streets.frame["road_class"].isin(_NO_STOPS)] = np.inf
    if not len(away_m) or away_m.min() > MAX_OFF_STREET_M:
        raise Refused(
            Reason("scenario_stop_off_streets", number=number, name=name, limit=MAX_OFF_STREET_M)
        )
    return int(away_m.argmin())


def _arcs(streets: _Streets, points: Sequence[Point], rows: Sequence[int]) -> pd.DataFrame:
    """List every way along a street or part of one: ends by number, street, from and to [m].

    Stops are the last nodes; they cut their street, or stand at its junction. Of arcs between the
    same ends the shortest is kept.
    """
    n_nodes = int(streets.ends.max()) + 1
    whole = np.setdiff1d(np.arange(len(streets.ends)), rows)
    lengths_m = shapely.length(streets.frame.geometry.to_numpy())
    parts = [np.column_stack([streets.ends[whole], whole, np.zeros(len(whole)), lengths_m[whole]])]
    doors: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        shape = streets.frame.geometry.iloc[row]
        stops = []
        for i in (i for i, of_stop in enumerate(rows) if of_stop == row):
            along_m = float(shape.project(points[i]))
            if along_m < SAME_PLACE_M or along_m > lengths_m[row] - SAME_PLACE_M:
                doors.append((n_nodes + i, int(streets.ends[row, int(along_m > SAME_PLACE_M)])))
            else:
                stops.append((along_m, n_nodes + i))
        stops.sort()
        tail, head = streets.ends[row]
        places = [(0.0, tail), *stops, (lengths_m[row], head)]
        parts.append(np.array(
            [(a, b, row, start_m, end_m)
             for (start_m, a), (end_m, b) in itertools.pairwise(places)]
        ))  # fmt: skip
    along = pd.DataFrame(np.concatenate(parts), columns=["tail", "head", "row", "start", "end"])
    along = along.astype({"tail": int, "head": int, "row": int})
    against = along.rename(columns={"tail": "head", "head": "tail", "start": "end", "end": "start"})
    arcs = pd.concat(
        [along[streets.is_open[along["row"], 0]], against[streets.is_open[against["row"], 1]]]
    )
    # stops at a junction leave it by every street: arcs of no length, on no street
    both_ways = [*doors, *((junction, stop) for stop, junction in doors)]
    ends = np.array(both_ways, dtype=int).reshape(-1, 2)
    at_junctions = {"tail": ends[:, 0], "head": ends[:, 1], "row": -1, "start": 0.0, "end": 0.0}
    arcs = pd.concat([arcs, pd.DataFrame(at_junctions)])
    # a way of no length would be none to the search
    arcs["metres"] = np.maximum((arcs["end"] - arcs["start"]).abs(), _LEAST_M)
    return arcs.sort_values("metres", kind="stable").drop_duplicates(["tail", "head"])


def _path(before: npt.NDArray[np.int32], start: int, end: int) -> list[tuple[int, int]]:
    """Walk back from an end; return the arcs in order of travel."""
    arcs: list[tuple[int, int]] = []
    while end != start:
        arcs.append((int(before[end]), int(end)))
        end = int(before[end])
    return arcs[::-1]


def _joined(arcs: pd.DataFrame, streets: _Streets) -> LineString:
    """Draw one line of arcs in order."""
    shapes = streets.frame.geometry.to_numpy()
    places = [
        place
        for arc in arcs[arcs["row"] >= 0].itertuples()
        for place in substring(shapes[arc.row], arc.start, arc.end).coords
    ]
    kept = [place for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
    return LineString(kept) if len(kept) > 1 else LineString()
