"""Turn free-hand lines into one street network with shared nodes, bridges and tunnels.

Surface lines that cross share a node. Motorways, ramps and tracks are separate: a surface line that
crosses one is cut and carried over it (a bridge) or, for footpaths and cycle tracks, under it
(a tunnel). An end that lies on another line, whatever its kind, is joined to it.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.geometry import LineString
from shapely.ops import substring

SURFACE = "surface"
MOTORWAY = "motorway"
RAIL = "rail"
TOUCH_M = 0.7
MERGE_M = 1.6
BRIDGE_HALF_M = 34.0
TUNNEL_HALF_M = 20.0
DRIVABLE = (
    "motorway",
    "motorway_link",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
)
PATHS = ("footway", "path", "cycleway", "steps")


@dataclass(frozen=True)
class Street:
    """A line to be joined: its course [m], OSM tags, and which crossings it takes part in."""

    line: LineString
    tags: dict[str, str]
    level: str = SURFACE

    @property
    def highway(self) -> str:
        """The OSM highway class, empty for tracks and platforms."""
        return self.tags.get("highway", "")

    @property
    def is_carried(self) -> bool:
        """Whether the line lies on a bridge or in a tunnel."""
        return "bridge" in self.tags or "tunnel" in self.tags


@dataclass(frozen=True)
class Way:
    """A joined line: node indices in order, and OSM tags."""

    nodes: tuple[int, ...]
    tags: dict[str, str]


@dataclass(frozen=True)
class Network:
    """Joined ways over shared nodes; `xy` is metres of EPSG:25832, shape (n_nodes, 2)."""

    xy: np.ndarray
    ways: tuple[Way, ...]

    def edges(self, ways: Iterable[Way]) -> np.ndarray:
        """Return the node pairs of the given ways, shape (n_edges, 2)."""
        pairs = [np.column_stack([w.nodes[:-1], w.nodes[1:]]) for w in ways]
        return np.vstack(pairs) if pairs else np.empty((0, 2), dtype=int)

    def components(self, ways: Sequence[Way]) -> np.ndarray:
        """Return each node's component number over the given ways, −1 off them."""
        edges = self.edges(ways)
        n_nodes = len(self.xy)
        graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (n_nodes, n_nodes))
        labels = connected_components(graph, directed=False)[1]
        used = np.zeros(n_nodes, dtype=bool)
        used[edges.ravel()] = True
        return np.where(used, labels, -1)


def is_walkable(tags: dict[str, str]) -> bool:
    """Tell whether people walk on a way with these tags."""
    if tags.get("foot") == "no" or tags.get("highway") in ("motorway", "motorway_link"):
        return False
    return "highway" in tags or tags.get("railway") == "platform"


def is_drivable(tags: dict[str, str]) -> bool:
    """Tell whether cars drive on a way with these tags."""
    return tags.get("highway", "") in DRIVABLE and tags.get("motor_vehicle") != "no"


def join(streets: Sequence[Street]) -> Network:
    """Cut, carry over and join all streets, and return them as ways over shared nodes."""
    pieces = _carry_over([s for s in streets if s.line.length > TOUCH_M])
    cuts = _cuts(pieces)
    chains = [_with_cuts(s.line, cuts.get(i, [])) for i, s in enumerate(pieces)]
    owner = np.repeat(np.arange(len(chains)), [len(c) for c in chains])
    surface = np.array([s.level == SURFACE for s in pieces])[owner]
    node_of, xy = _merge(np.vstack(chains), surface)
    ends = np.cumsum([len(c) for c in chains])[:-1]
    ways = []
    for street, nodes in zip(pieces, np.split(node_of, ends), strict=True):
        keep = np.concatenate([[True], nodes[1:] != nodes[:-1]])
        if keep.sum() > 1:
            ways.append(Way(tuple(int(n) for n in nodes[keep]), street.tags))
    return Network(xy, tuple(ways))


def _carry_over(streets: Sequence[Street]) -> list[Street]:
    separate = [s.line for s in streets if s.level != SURFACE]
    tree = shapely.STRtree(separate)
    pieces = []
    for street in streets:
        if street.level != SURFACE:
            pieces.append(street)
            continue
        hits = tree.query(street.line, predicate="intersects")
        pieces += _split_at(street, [separate[i] for i in np.sort(hits)])
    return pieces


def _split_at(street: Street, separate: Sequence[LineString]) -> list[Street]:
    line = street.line
    crossings = [p for other in separate for p in _points(line.intersection(other))]
    places = sorted(line.project(p) for p in crossings)
    places = [d for d in places if TOUCH_M < d < line.length - TOUCH_M]
    if not places:
        return [street]
    is_path = street.highway in PATHS
    half = TUNNEL_HALF_M if is_path else BRIDGE_HALF_M
    spans: list[list[float]] = []
    for d in places:
        if spans and d - half <= spans[-1][1] + half:
            spans[-1][1] = d + half
        else:
            spans.append([d - half, d + half])
    carried = {"tunnel": "yes", "layer": "-1"} if is_path else {"bridge": "yes", "layer": "1"}
    marks = [0.0, *np.clip(np.ravel(spans), 0.0, line.length), line.length]
    pieces = []
    for i, (start, end) in enumerate(itertools.pairwise(marks)):
        if end - start > TOUCH_M:
            tags = street.tags | carried if i % 2 else street.tags
            pieces.append(Street(substring(line, start, end), tags, street.level))
    return pieces


def _points(geometry: shapely.Geometry) -> list[shapely.Point]:
    return [g for g in shapely.get_parts(geometry) if g.geom_type == "Point"]


def _cuts(pieces: Sequence[Street]) -> dict[int, list[np.ndarray]]:
    lines = np.array([s.line for s in pieces])
    tree = shapely.STRtree(lines)
    left, right = tree.query(lines, predicate="dwithin", distance=TOUCH_M)
    once = left < right
    left, right = left[once], right[once]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    crossing = shapely.intersection(lines[left], lines[right])
    cuts: dict[int, list[np.ndarray]] = {}
    for a, b, geometry in zip(left, right, crossing, strict=True):
        for end_of, on in ((a, b), (b, a)):
            for end in shapely.get_coordinates(lines[end_of])[[0, -1]]:
                if lines[on].distance(shapely.Point(end)) < TOUCH_M:
                    cuts.setdefault(int(on), []).append(end)
        if _share_nodes(pieces[a], pieces[b]):
            for point in _points(geometry):
                xy = np.array([point.x, point.y])
                cuts.setdefault(int(a), []).append(xy)
                cuts.setdefault(int(b), []).append(xy)
    return cuts


def _share_nodes(a: Street, b: Street) -> bool:
    on_surface = a.level == SURFACE and b.level == SURFACE
    return on_surface and not a.is_carried and not b.is_carried


def _with_cuts(line: LineString, cuts: list[np.ndarray]) -> np.ndarray:
    own = shapely.get_coordinates(line)
    if not cuts:
        return own
    at_own = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(own, axis=0).T))])
    extra = np.array(cuts)
    at_extra = shapely.line_locate_point(line, shapely.points(extra))
    order = np.argsort(np.concatenate([at_own, at_extra]), kind="stable")
    return np.vstack([own, extra])[order]


def _merge(points: np.ndarray, surface: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merge equal points of any kind and near points of the surface; return indices and nodes."""
    keys = np.round(points, 2)
    unique, index = np.unique(keys, axis=0, return_inverse=True)
    index = index.ravel()
    on_surface = np.zeros(len(unique), dtype=bool)
    on_surface[index[surface]] = True
    rows = np.flatnonzero(on_surface)
    near = cKDTree(unique[rows]).query_pairs(MERGE_M, output_type="ndarray")
    pairs = rows[near]
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (len(unique),) * 2)
    n_nodes, label = connected_components(graph, directed=False)
    xy = np.zeros((n_nodes, 2))
    xy[label[::-1]] = unique[::-1]
    return label[index], xy
