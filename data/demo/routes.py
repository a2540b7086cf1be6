"""Bus lines drawn along the street network: stops by the road and the way the bus takes."""

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Point

from demo.assemble import network
from demo.frame import metres
from demo.network import Network, Way
from demo.rail import station_places

BUS_CLASSES = (
    "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
)  # fmt: skip
SLOWNESS = {"trunk": 0.8, "primary": 0.85, "secondary": 0.9, "tertiary": 1.0}
STOP_GAP_M = 480.0
BESIDE_M = 5.0
STATION_REACH_M = 240.0
SIDE_STREET_M = 220.0


class BusLine(NamedTuple):
    """An invented bus line: via points in hm, headway [min] by day and in the evening."""

    ref: str
    name: str
    headway_min: int
    evening_min: int
    via_hm: tuple[tuple[float, float], ...]
    by_frequency: bool = False


BUS_LINES: tuple[BusLine, ...] = (
    BusLine("D1", "Ballerup St. – Lautrupparken – Malmparken St.", 10, 20, (
        (110, 112.1), (110, 114.9), (114, 114.4), (117, 116.2), (121.5, 114.8), (123, 118.2),
        (129.3, 118), (131.8, 116.6), (131.5, 113.6), (128, 114), (127.2, 108.4), (126.4, 105),
    )),
    BusLine("D2", "Kildedal St. – Måløv St. – Måløv Skovby", 20, 30, (
        (60.9, 133.4), (62, 136.8), (69.5, 138.6), (74.6, 135), (82, 131.3), (82.8, 135),
        (88.5, 140.5), (95.5, 138.4),
    )),
    BusLine("D3", "Ballerup St. – Egebjerg – Jonstrup", 15, 30, (
        (110, 112.1), (110.5, 117.2), (114, 126), (116, 132), (119.5, 130.5), (126.2, 132.3),
        (126, 139.2), (120, 137.4), (114, 142.5), (111.8, 153),
    )),
    BusLine("D4", "Ejbyvang – Skovlunde St. – Herlev St.", 15, 30, (
        (125.6, 98.6), (128.4, 95), (133.4, 97), (134, 101.6), (137.4, 103.2), (144, 102.3),
        (149, 101), (158.6, 98.4), (160.5, 102.5), (162.6, 102),
    )),
    BusLine("D5", "Måløv St. – Ballerup St. – Skovlunde – Herlev", 20, 30, (
        (82.4, 131), (91, 125.5), (104, 118.5), (110, 114.9), (110, 112.4), (116.8, 110),
        (121, 111.7), (133, 109.5), (147, 108.2), (160.2, 106.6), (163, 105.6),
    )),
    BusLine("D6", "Ballerup St. – Baltorp – Grantoften – Skovlunde", 10, 20, (
        (110.6, 112), (110.2, 109.8), (104.6, 106.7), (101.2, 106.4), (102.5, 99), (109.5, 102),
        (111.5, 105), (125, 102.8), (134, 101.6), (137.4, 103.2),
    ), by_frequency=True),
    BusLine("D7", "Ballerup St. – Pederstrup – Østerhøj – Måløv", 30, 60, (
        (110, 112.1), (104, 118.4), (106.3, 127), (105.3, 122.8), (99.5, 124.4), (96, 123),
        (91.8, 130), (92.6, 135), (84.6, 138.5), (82.4, 131),
    )),
    BusLine("D8", "Ballerup St. – Industriparken – Smørumnedre", 20, 60, (
        (109.4, 112.5), (104, 118.4), (101.8, 113.2), (94.3, 113.8), (88.6, 110.3), (78.2, 109.5),
        (70, 120), (67, 114),
    )),
)  # fmt: skip


class BusStop(NamedTuple):
    """A stop post beside the road: id, name, its point, and the node it serves."""

    stop_id: str
    name: str
    xy: np.ndarray
    at_m: float


class BusRoute(NamedTuple):
    """One direction of a line: the street course, its ways, and its stops in order."""

    line: BusLine
    direction: int
    course: LineString
    way_idx: tuple[int, ...]
    stops: tuple[BusStop, ...]


@cache
def _graph() -> tuple[csr_array, np.ndarray, dict[tuple[int, int], int], cKDTree]:
    net = network()
    rows, columns, costs = [], [], []
    way_of: dict[tuple[int, int], int] = {}
    for i, way in enumerate(net.ways):
        if way.tags.get("highway") not in BUS_CLASSES:
            continue
        factor = SLOWNESS.get(way.tags["highway"], 1.25)
        for a, b in zip(way.nodes[:-1], way.nodes[1:], strict=True):
            cost = factor * float(np.hypot(*(net.xy[a] - net.xy[b])))
            for start, end in _directions(way, a, b):
                rows.append(start)
                columns.append(end)
                costs.append(cost)
                way_of[start, end] = i
    n_nodes = len(net.xy)
    graph = csr_array((costs, (rows, columns)), shape=(n_nodes, n_nodes))
    nodes = np.unique(np.array(rows))
    return graph, nodes, way_of, cKDTree(net.xy[nodes])


def _directions(way: Way, a: int, b: int) -> tuple[tuple[int, int], ...]:
    return ((a, b),) if way.tags.get("oneway") == "yes" else ((a, b), (b, a))


@cache
def bus_routes() -> tuple[BusRoute, ...]:
    """Return both directions of every bus line."""
    return tuple(_route(line, direction) for line in BUS_LINES for direction in (0, 1))


def _route(line: BusLine, direction: int) -> BusRoute:
    net = network()
    graph, nodes, way_of, tree = _graph()
    via = metres(line.via_hm)[:: -1 if direction else 1]
    marks = [int(nodes[tree.query(p)[1]]) for p in via]
    chain = [marks[0]]
    for a, b in itertools.pairwise(marks):
        chain += _shortest(graph, a, b)[1:]
    ways: list[int] = []
    for a, b in itertools.pairwise(chain):
        if not ways or ways[-1] != way_of[a, b]:
            ways.append(way_of[a, b])
    course = LineString(net.xy[chain])
    return BusRoute(
        line, direction, course, tuple(ways), _stops(net, line, direction, course, way_of, chain)
    )


def _shortest(graph: csr_array, start: int, end: int) -> list[int]:
    _, before = dijkstra(graph, indices=start, return_predecessors=True)
    chain = [end]
    while chain[-1] != start:
        if before[chain[-1]] < 0:
            message = f"no bus way from node {start} to node {end}"
            raise ValueError(message)
        chain.append(int(before[chain[-1]]))
    return chain[::-1]


def _stops(
    net: Network,
    line: BusLine,
    direction: int,
    course: LineString,
    way_of: dict[tuple[int, int], int],
    chain: list[int],
) -> tuple[BusStop, ...]:
    n_gaps = max(2, round(course.length / STOP_GAP_M))
    places = _at_stations(course, np.linspace(0.0, course.length, n_gaps + 1))
    at_nodes = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(net.xy[chain], axis=0).T))])
    stops = []
    for i, at in enumerate(places):
        k = int(np.clip(np.searchsorted(at_nodes, at) - 1, 0, len(chain) - 2))
        way = net.ways[way_of[chain[k], chain[k + 1]]]
        here, ahead = shapely.get_coordinates(
            shapely.line_interpolate_point(
                course, [max(at - 6.0, 0.0), min(at + 6.0, course.length)]
            )
        )
        heading = (ahead - here) / np.hypot(*(ahead - here))
        on = shapely.get_coordinates(course.interpolate(at))[0]
        beside = on + BESIDE_M * np.array([heading[1], -heading[0]])
        name = _stop_name(way, on)
        stops.append(BusStop(f"{line.ref}-{direction}-{i + 1:02d}", name, beside, float(at)))
    return _near_stations(tuple(stops))


def _at_stations(course: LineString, places: np.ndarray) -> np.ndarray:
    """Move the nearest stop of a course to each station it passes close by."""
    places = places.copy()
    for station in station_places():
        point = Point(station.xy)
        if course.distance(point) < STATION_REACH_M:
            at = course.project(point)
            places[np.argmin(np.abs(places - at))] = at
    return np.sort(places)


def _stop_name(way: Way, on: np.ndarray) -> str:
    """Name a stop after its street and the nearest other named street, as Danish stops are."""
    names, tree = _named_lines()
    own = way.tags.get("name", "")
    near = tree.query(Point(on), predicate="dwithin", distance=SIDE_STREET_M)
    others = sorted(
        (tree.geometries[i].distance(Point(on)), names[i]) for i in near if names[i] != own
    )
    if not own or not others:
        return own or others[0][1]
    return f"{own} ({others[0][1]})"


@cache
def _named_lines() -> tuple[list[str], shapely.STRtree]:
    net = network()
    named = [w for w in net.ways if w.tags.get("highway") in BUS_CLASSES and "name" in w.tags]
    lines = [LineString(net.xy[list(w.nodes)]) for w in named]
    return [w.tags["name"] for w in named], shapely.STRtree(lines)


def _near_stations(stops: tuple[BusStop, ...]) -> tuple[BusStop, ...]:
    named = []
    for stop in stops:
        near = [
            p for p in station_places() if Point(p.xy).distance(Point(stop.xy)) < STATION_REACH_M
        ]
        named.append(stop._replace(name=f"{near[0].name} St.") if near else stop)
    return tuple(named)
