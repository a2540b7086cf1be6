"""Ways for people on foot and by bicycle: tracks beside roads, lanes between dead ends, park paths.

Cycle tracks run beside primary, secondary and trunk roads and meet every side street they cross.
`stitch` closes what is still apart, so that everybody can walk everywhere.
"""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Point, Polygon

from demo.areas import PARKS, WETLANDS, WOODS
from demo.frame import SIMPLIFY_M, Pairs, area, metres, municipality, rng_for, smooth
from demo.motorways import motorway_streets
from demo.network import Network, Street, is_walkable, join
from demo.rail import centre_track
from demo.town import grown_areas, main_lines

TRACK_OFFSET_M = 11.0
TRUNK_OFFSET_M = 22.0
LINK_REACH_M = 110.0
LANE_SHARE = 0.75
APPROACHES: tuple[tuple[str, Pairs], ...] = (
    ("Kildedalstien", ((60.4, 133.9), (62.8, 134.3), (64.6, 135.1), (66.6, 135), (69, 135.25))),
    ("Novostien", ((64.6, 135.1), (65.2, 136.15), (66, 138.2))),
    ("Måløv Stationssti", ((82.6, 130.2), (85, 129.7), (87.4, 128.2), (89.4, 126.4))),
    ("Lautrupstien", (
        (127.3, 107.2), (128.9, 108.3), (129.4, 110.2), (130, 113.8), (130.4, 117.7), (130.6, 121),
    )),
    ("Tempostien", ((119.8, 110), (122.6, 109.1), (124.6, 107.6), (126, 106.8))),
)  # fmt: skip
STITCH_REACH_M = 900.0
PARK_STEP_M = 240.0


def cycle_tracks() -> list[Street]:
    """Return cycle tracks on both sides of the larger roads, linked to the road at their ends."""
    near = municipality().buffer(2_500.0)
    streets = []
    for road, line in main_lines():
        if road.highway not in ("primary", "secondary", "trunk") or not line.intersects(near):
            continue
        offset = TRUNK_OFFSET_M if road.highway == "trunk" else TRACK_OFFSET_M
        tags = {
            "highway": "cycleway", "foot": "yes", "segregated": "yes", "surface": "asphalt",
            "oneway": "yes", "name": f"{road.name} cykelsti", "lit": "yes",
        }  # fmt: skip
        if road.highway == "trunk":
            del tags["oneway"]
        for side in (-offset, offset):
            beside = line.offset_curve(side)
            for part in shapely.get_parts(beside):
                if part.length > 100.0:
                    # Right-hand traffic: the left track runs against the drawn direction.
                    course = part.coords if side < 0 else part.coords[::-1]
                    streets += _with_ends(LineString(course), line, tags)
    return streets


def _with_ends(track: LineString, road: LineString, tags: dict[str, str]) -> list[Street]:
    streets = [Street(track, tags)]
    linking = {k: v for k, v in tags.items() if k != "oneway"}
    for end in (track.coords[0], track.coords[-1]):
        on = road.interpolate(road.project(Point(end)))
        if on.distance(Point(end)) > 1.0:
            streets.append(Street(LineString([end, (on.x, on.y)]), linking))
    return streets


def lanes_between() -> list[Street]:
    """Return footpaths that lead on from loose street ends to the next street or track ahead."""
    tracks = [s.line for s in cycle_tracks()]
    quiet = [line for road, line in main_lines() if road.highway in ("tertiary", "unclassified")]
    around = shapely.STRtree([*tracks, *quiet])
    streets = []
    for grown_area, ground, grown in grown_areas():
        rng = rng_for(f"lanes {grown_area.name}")
        near = around.query(ground, predicate="dwithin", distance=LINK_REACH_M)
        own = [*grown.long, *grown.side, *grown.dead_end]
        others = np.asarray([*own, *[around.geometries[k] for k in np.sort(near)]])
        for line in own:
            points = shapely.get_coordinates(line)
            for before, end in ((points[1], points[0]), (points[-2], points[-1])):
                draw = rng.random()
                target = _ahead(before, end, others)
                if target is not None and draw < LANE_SHARE:
                    tags = {"highway": "footway", "bicycle": "yes", "surface": "fine_gravel"}
                    lane = LineString([end, (end + target) / 2, target])
                    streets.append(Street(lane, tags))
    return streets


def _ahead(before: np.ndarray, end: np.ndarray, others: np.ndarray) -> np.ndarray | None:
    """Return the first point straight ahead of a loose end; none ahead, or not loose: None."""
    touching = shapely.distance(Point(end), others) < 1.0
    if touching.sum() > 1:
        return None
    way = (end - before) / np.hypot(*(end - before))
    beyond = LineString([end + 2.0 * way, end + LINK_REACH_M * way])
    hits = shapely.get_coordinates(shapely.intersection(beyond, others))
    if not len(hits):
        return None
    return hits[np.argmin(np.hypot(*(hits - end).T))]


def approach_paths() -> list[Street]:
    """Return the hand-drawn shared paths that lead to stations from where people work."""
    tags = {"highway": "cycleway", "foot": "yes", "surface": "asphalt", "lit": "yes"}
    return [
        Street(LineString(smooth(metres(via), 40.0)), tags | {"name": name})
        for name, via in APPROACHES
    ]


def park_paths() -> list[Street]:
    """Return winding paths through woods and parks, drawn as chords that meet one another."""
    streets = []
    for name, ring in (
        *WOODS, *WETLANDS, *((name, ring) for name, _, ring in PARKS),
    ):  # fmt: skip
        ground = area(ring)
        rng = rng_for(f"paths {name}")
        n_paths = int(np.clip(ground.area / 120_000.0, 2, 9))
        for _ in range(n_paths):
            streets += _chord(ground, rng)
        if ground.area > 200_000.0:
            inner = ground.buffer(-60.0)
            for part in shapely.get_parts(inner):
                ring_line = LineString(shapely.get_coordinates(part.exterior.simplify(20.0)))
                streets.append(Street(ring_line, _path_tags(rng)))
    return streets


def _chord(ground: Polygon, rng: np.random.Generator) -> list[Street]:
    edge = ground.exterior
    a, b = rng.uniform(0, 1, 2)
    start, end = shapely.get_coordinates(
        [edge.interpolate(a, normalized=True), edge.interpolate(b, normalized=True)]
    )
    length = float(np.hypot(*(end - start)))
    if length < PARK_STEP_M:
        return []
    t = np.linspace(0.0, 1.0, max(5, round(length / 45.0)))[:, None]
    normal = np.array([-(end - start)[1], (end - start)[0]]) / length
    sway = rng.uniform(0.04, 0.1) * length * np.sin(rng.uniform(1, 2.4) * np.pi * t)
    course = LineString(start + t * (end - start) + sway * normal).simplify(SIMPLIFY_M)
    inside = course.intersection(ground)
    return [
        Street(part, _path_tags(rng)) for part in shapely.get_parts(inside) if part.length > 80.0
    ]


def _path_tags(rng: np.random.Generator) -> dict[str, str]:
    if rng.random() < 0.35:
        return {"highway": "path", "surface": "ground", "bicycle": "yes"}
    return {"highway": "footway", "surface": "fine_gravel", "bicycle": "yes"}


def station_links(streets: Sequence[Street]) -> list[Street]:
    """Join both mouths of each station's footway to the nearest street on their own side."""
    rail = centre_track()
    barrier = shapely.union_all([rail, *[s.line for s in motorway_streets()]])
    walkable = [s.line for s in streets if is_walkable(s.tags) and s.highway != "footway"]
    tree = shapely.STRtree(walkable)
    mouths = [
        Point(mouth)
        for s in streets
        if s.tags.get("name", "").endswith("gangtunnel")
        for mouth in (s.line.coords[0], s.line.coords[-1])
    ]
    links = []
    for mouth in mouths:
        near = tree.query(mouth, predicate="dwithin", distance=STITCH_REACH_M)
        on = [walkable[i].interpolate(walkable[i].project(mouth)) for i in np.sort(near)]
        free = [p for p in on if not LineString([mouth, p]).intersects(barrier)]
        if free:
            target = min(free, key=mouth.distance)
            tags = {"highway": "footway", "bicycle": "yes", "lit": "yes", "surface": "asphalt"}
            links.append(Street(LineString([mouth, target]), tags))
    return links


def stitch(
    streets: Sequence[Street], belongs: Callable[[dict[str, str]], bool], tags: dict[str, str]
) -> tuple[list[Street], Network]:
    """Add links with these tags until all that belongs together is one part; return both forms."""
    linked = list(streets)
    while True:
        network = join(linked)
        label = network.components([w for w in network.ways if belongs(w.tags)])
        parts, sizes = np.unique(label[label >= 0], return_counts=True)
        if len(parts) == 1:
            return linked, network
        main = parts[np.argmax(sizes)]
        links = _links_to(network, label, int(main), tags)
        if not links:
            message = f"{len(parts) - 1} parts of the network are too far off to be joined"
            raise ValueError(message)
        linked += links


def _links_to(network: Network, label: np.ndarray, main: int, tags: dict[str, str]) -> list[Street]:
    separate = [w for w in network.ways if w.tags.get("railway") or w.tags.get("tunnel")]
    label = label.copy()
    label[np.unique(network.edges(separate))] = -1
    target = np.flatnonzero(label == main)
    tree = cKDTree(network.xy[target])
    links = []
    for part in np.unique(label[(label >= 0) & (label != main)]):
        rows = np.flatnonzero(label == part)
        distance, nearest = tree.query(network.xy[rows])
        best = int(np.argmin(distance))
        if distance[best] < STITCH_REACH_M:
            ends = network.xy[[rows[best], target[nearest[best]]]]
            links.append(Street(LineString(ends), tags))
    return links
