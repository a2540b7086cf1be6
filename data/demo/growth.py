"""Grow local streets in a built area: long curved streets first, then side streets and dead ends.

Long streets follow a smooth direction field: the area's own angle, a slow wave, the pull of the
nearest main road, or circles about a fan's centre. Side streets leave them at right angles and
either run through to the next street or stop short as a dead end. No two areas look alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Point, Polygon

from demo.areas import Area, Texture
from demo.frame import SIMPLIFY_M, metres, sample_every

STEP_M = 11.0
PULL_M = 170.0
REACH_M = 75.0
STUB_M = 45.0
EDGE_GAP_M = 16.0
ROAD_GAP_SHARE = 0.6
# A sharper bend between two steps means two pulls fight: the street ends there.
SHARPEST_COS = 0.86


@dataclass(frozen=True)
class Grown:
    """Streets of one area: long streets, side streets, dead ends, and where dead ends stop."""

    long: tuple[LineString, ...]
    side: tuple[LineString, ...]
    dead_end: tuple[LineString, ...]


@dataclass(frozen=True)
class Field:
    """The direction of long streets at a point of an area."""

    angle: float
    wave: float
    phase: tuple[float, float]
    centre: np.ndarray | None
    tree: cKDTree
    headings: np.ndarray

    def along(self, at: np.ndarray) -> np.ndarray:
        """Return the unit direction of the long street through a point."""
        angle = self.angle + self.wave * (
            np.sin(at[0] / 260.0 + self.phase[0]) + np.sin(at[1] / 310.0 + self.phase[1])
        )
        if self.centre is not None:
            radial = at - self.centre
            angle = np.arctan2(radial[0], -radial[1])
        distance, nearest = self.tree.query(at)
        weight = np.exp(-((distance / PULL_M) ** 2))
        double = (1 - weight) * _double(angle) + weight * _double(self.headings[nearest])
        half = np.arctan2(double[1], double[0]) / 2.0
        return np.array([np.cos(half), np.sin(half)])


def _double(angle: float) -> np.ndarray:
    return np.array([np.cos(2 * angle), np.sin(2 * angle)])


def direction_field(area: Area, main: Sequence[LineString], rng: np.random.Generator) -> Field:
    """Build the direction field of an area from its angle and the main roads around it."""
    points = [sample_every(line, 25.0) for line in main]
    steps = [np.diff(p, axis=0) for p in points]
    headings = np.concatenate([np.arctan2(d[:, 1], d[:, 0]) for d in steps])
    centre = None if area.fan_hm is None else metres([area.fan_hm])[0]
    phase = tuple(float(v) for v in rng.uniform(0, 2 * np.pi, 2))
    starts = np.vstack([p[:-1] for p in points])
    return Field(
        np.radians(area.angle_deg), area.texture.wave, phase, centre, cKDTree(starts), headings
    )


def grow(
    area: Area, ground: Polygon, main: Sequence[LineString], rng: np.random.Generator
) -> Grown:
    """Grow the streets of one area within its ground; ends may join the main roads beside it."""
    field = direction_field(area, main, rng)
    near = [line for line in main if line.distance(ground) < REACH_M]
    long = _long_streets(area.texture, ground, field, near, rng)
    side, dead_end = _side_streets(area.texture, ground, long, near, rng)
    return Grown(tuple(long), tuple(side), tuple(dead_end))


def _long_streets(
    texture: Texture,
    ground: Polygon,
    field: Field,
    near: Sequence[LineString],
    rng: np.random.Generator,
) -> list[LineString]:
    shapely.prepare(ground)
    seeds = _seeds(ground, texture.long_m * 0.4, rng)
    roads = np.vstack([np.full((1, 2), -1e9), *[sample_every(n, STEP_M) for n in near]])
    taken = roads
    lines: list[LineString] = []
    for seed in seeds:
        apart = _gap(taken[len(roads) :], seed) if lines else np.inf
        if apart < texture.long_m * 0.92 or _gap(roads, seed) < texture.long_m * ROAD_GAP_SHARE:
            continue
        line = _trace(seed, ground, field, taken, texture.long_m * 0.45)
        if line is None or line.length < texture.long_m * 1.2:
            continue
        line = _reach_out(line.simplify(SIMPLIFY_M), [*near, *lines])
        lines.append(line)
        taken = np.vstack([taken, sample_every(line, STEP_M)])
    return lines


def _seeds(ground: Polygon, step_m: float, rng: np.random.Generator) -> np.ndarray:
    west, south, east, north = ground.bounds
    grid = np.stack(np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m)), -1)
    points = grid.reshape(-1, 2) + rng.uniform(-0.3, 0.3, (grid.size // 2, 2)) * step_m
    inside = points[shapely.contains_xy(ground, points)]
    # From the middle outwards: the first street is the backbone of the area.
    from_middle = np.hypot(*(inside - shapely.get_coordinates(ground.centroid)).T)
    return inside[np.argsort(from_middle, kind="stable")]


def _gap(taken: np.ndarray, at: np.ndarray) -> float:
    return float(np.sqrt(((taken - at) ** 2).sum(axis=1).min()))


def _trace(
    seed: np.ndarray, ground: Polygon, field: Field, taken: np.ndarray, stop_m: float
) -> LineString | None:
    tree = cKDTree(taken)
    halves = []
    for sign in (1.0, -1.0):
        at, heading, points = seed, sign * field.along(seed), []
        for _ in range(160):
            step = field.along(at)
            step = step if step @ heading >= 0 else -step
            if step @ heading < SHARPEST_COS:
                break
            heading = step
            at = at + STEP_M * heading
            if not shapely.contains_xy(ground, *at) or tree.query(at)[0] < stop_m:
                break
            points.append(at)
        halves.append(points)
    course = [*reversed(halves[1]), seed, *halves[0]]
    return LineString(course) if len(course) > 3 else None


def _reach_out(line: LineString, others: Sequence[LineString]) -> LineString:
    points = shapely.get_coordinates(line)
    for _ in range(2):
        points = points[::-1]
        way = points[-1] - points[-2]
        end = points[-1] + way / np.hypot(*way) * REACH_M
        hit = _first_hit(points[-1], end, others)
        if hit is not None:
            points = np.vstack([points, hit])
    return LineString(points)


def _first_hit(
    start: np.ndarray, end: np.ndarray, others: Sequence[LineString]
) -> np.ndarray | None:
    if not len(others):
        return None
    crossing = shapely.intersection(LineString([start, end]), np.asarray(others))
    hits = shapely.get_coordinates(crossing)
    if not len(hits):
        return None
    return hits[np.argmin(np.hypot(*(hits - start).T))]


def _side_streets(
    texture: Texture,
    ground: Polygon,
    long: Sequence[LineString],
    near: Sequence[LineString],
    rng: np.random.Generator,
) -> tuple[list[LineString], list[LineString]]:
    targets = [*long, *near]
    within = ground.buffer(EDGE_GAP_M + 8.0)
    shapely.prepare(within)
    side: list[LineString] = []
    dead_end: list[LineString] = []
    for line in long:
        hand = 1.0
        at_m = texture.side_m * rng.uniform(0.35, 0.7)
        while at_m < line.length - 25.0:
            start, normal = _foot(line, at_m, hand)
            is_dead_end = rng.random() < texture.dead_end_share
            length = texture.dead_end_m * rng.uniform(0.75, 1.25)
            new = _side_street(start, normal, length, texture, within, [*targets, *side])
            blocked = new is None or _too_near(new[0], [*side, *dead_end], texture.side_m * 0.42)
            if new is not None and not blocked:
                street, runs_through = new
                if is_dead_end or not runs_through:
                    dead_end += [_shorten(street, length)]
                else:
                    side += [street]
            hand = -hand
            at_m += texture.side_m * rng.uniform(0.42, 0.72)
    return side, dead_end


def _foot(line: LineString, at_m: float, hand: float) -> tuple[np.ndarray, np.ndarray]:
    before, at, after = shapely.get_coordinates(
        shapely.line_interpolate_point(line, [at_m - 5.0, at_m, at_m + 5.0])
    )
    way = (after - before) / np.hypot(*(after - before))
    return at, hand * np.array([-way[1], way[0]])


def _side_street(
    start: np.ndarray,
    normal: np.ndarray,
    length: float,
    texture: Texture,
    within: Polygon,
    targets: Sequence[LineString],
) -> tuple[LineString, bool] | None:
    """Return a side street and whether it runs through to another street."""
    clear = start + 6.0 * normal
    hit = _first_hit(clear, start + 2.1 * texture.long_m * normal, targets)
    if hit is not None and np.hypot(*(hit - start)) > STUB_M:
        street = LineString([start, hit])
        if within.contains(street):
            return street, True
    reach = length if hit is None else min(length, 0.62 * float(np.hypot(*(hit - start))))
    street = LineString([start, start + reach * normal])
    if reach < STUB_M * 0.7 or not within.contains(Point(street.coords[-1])):
        return None
    return street, False


def _shorten(street: LineString, length: float) -> LineString:
    reach = min(length, 0.62 * street.length) if street.length > length else street.length
    start, end = shapely.get_coordinates(street)
    return LineString([start, start + (end - start) / street.length * reach])


def _too_near(street: LineString, others: Sequence[LineString], gap_m: float) -> bool:
    if not others:
        return False
    middle = street.interpolate(0.6, normalized=True)
    return bool(shapely.distance(middle, np.asarray(others)).min() < gap_m)
