"""Motorways as pairs of one-way carriageways, and their junctions with every ramp drawn.

A diamond has four ramps that end on the crossing road, which passes over on a bridge. A clover
joins two motorways by four outer ramps (right turns) and four loops (left turns).
"""

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.ops import substring

from demo.frame import SIMPLIFY_M, metres, smooth
from demo.network import MOTORWAY, SURFACE, Street
from demo.roads import JUNCTIONS, MOTORWAYS, ROADS, Road

HALF_GAP_M = 12.0
TAPER_M = 260.0
RAMP_M = 360.0
RAMP_FOOT_M = 74.0
TAIL_M = 45.0
LOOP_RADIUS_M = 58.0
OUTER_M = 330.0
SURFACE_CLASSES = ("primary", "secondary", "trunk")


def centre_line(road: Road) -> LineString:
    """Return the smooth centre line of a hand-drawn road."""
    return LineString(smooth(metres(road.via_hm), 35.0)).simplify(SIMPLIFY_M)


def carriageways(road: Road) -> tuple[LineString, LineString]:
    """Return the forward and the backward carriageway, which meet at both ends of the road."""
    line = centre_line(road)
    at = np.linspace(0.0, line.length, round(line.length / 60.0) + 1)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    way = np.gradient(points, axis=0)
    normal = np.column_stack([way[:, 1], -way[:, 0]]) / np.hypot(*way.T)[:, None]
    from_end = np.minimum(at, line.length - at)
    offset = HALF_GAP_M * np.clip(from_end / TAPER_M, 0.0, 1.0)[:, None]
    return LineString(points + offset * normal), LineString((points - offset * normal)[::-1])


def motorway_streets() -> list[Street]:
    """Return all carriageways and ramps."""
    by_name = {road.name: road for road in (*MOTORWAYS, *ROADS)}
    pairs = {road.name: carriageways(road) for road in MOTORWAYS}
    streets = [
        Street(line, _carriageway_tags(by_name[name]), MOTORWAY)
        for name, pair in pairs.items()
        for line in pair
    ]
    for name, other, form in JUNCTIONS:
        if form == "diamond":
            streets += _diamond(pairs[name], centre_line(by_name[other]))
        else:
            streets += _clover(pairs[name], pairs[other])
    return streets


def _carriageway_tags(road: Road) -> dict[str, str]:
    return {
        "highway": "motorway", "name": road.name, "ref": road.ref, "oneway": "yes", "lanes": "2",
        "maxspeed": str(road.speed_kmh), "surface": "asphalt",
    }  # fmt: skip


def _ramp_tags() -> dict[str, str]:
    return {"highway": "motorway_link", "oneway": "yes", "lanes": "1", "maxspeed": "60"}


def _diamond(pair: tuple[LineString, LineString], cross: LineString) -> list[Street]:
    ramps = []
    for line in pair:
        point = line.intersection(cross)
        if point.is_empty:
            message = "a junction's roads do not cross"
            raise ValueError(message)
        point = shapely.get_parts(point)[0]
        at, on_cross = line.project(point), cross.project(point)
        foot = _right_foot(line, at, cross, on_cross)
        leave = _bend(line, at - RAMP_M, foot)
        enter = _bend(line, at + RAMP_M, foot)
        ramps += _with_tail(LineString(leave))
        ramps += [
            Street(LineString(s.line.coords[::-1]), s.tags, s.level)
            for s in _with_tail(LineString(enter))
        ]
    return ramps


def _right_foot(line: LineString, at: float, cross: LineString, on_cross: float) -> np.ndarray:
    here, ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, [at, at + 20.0]))
    right = np.array([(ahead - here)[1], -(ahead - here)[0]])
    feet = shapely.get_coordinates(
        shapely.line_interpolate_point(cross, [on_cross - RAMP_FOOT_M, on_cross + RAMP_FOOT_M])
    )
    return feet[np.argmax((feet - here) @ right)]


def _bend(line: LineString, at: float, foot: np.ndarray) -> np.ndarray:
    """Draw a ramp from a place on a carriageway to its foot, leaving along the carriageway."""
    middle = line.project(shapely.Point(foot))
    start, knee = shapely.get_coordinates(
        shapely.line_interpolate_point(line, [at, at + 0.55 * (middle - at)])
    )
    knee = knee + 0.34 * (foot - knee)
    return _bezier(start, knee, foot)


def _bezier(start: np.ndarray, knee: np.ndarray, end: np.ndarray) -> np.ndarray:
    t = np.linspace(0.0, 1.0, 11)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * knee + t**2 * end


def _with_tail(ramp: LineString) -> list[Street]:
    """Split off the last metres of a ramp: there it is an ordinary street that others may cross."""
    split = ramp.length - TAIL_M
    tail = substring(ramp, split, ramp.length)
    return [
        Street(substring(ramp, 0.0, split), _ramp_tags(), MOTORWAY),
        Street(tail, _ramp_tags(), SURFACE),
    ]


def _clover(one: tuple[LineString, LineString], two: tuple[LineString, LineString]) -> list[Street]:
    ramps = []
    for first, second in [(a, b) for a in one for b in two] + [(b, a) for a in one for b in two]:
        point = shapely.get_parts(first.intersection(second))[0]
        at, on = first.project(point), second.project(point)
        d_first, d_second = _heading(first, at), _heading(second, on)
        turns_right = d_first[0] * d_second[1] - d_first[1] * d_second[0] < 0
        course = _outer(first, at, second, on) if turns_right else _loop(first, at, second, on)
        ramps.append(Street(LineString(course), _ramp_tags(), MOTORWAY))
    return ramps


def _heading(line: LineString, at: float) -> np.ndarray:
    a, b = shapely.get_coordinates(shapely.line_interpolate_point(line, [at - 15.0, at + 15.0]))
    return (b - a) / np.hypot(*(b - a))


def _outer(first: LineString, at: float, second: LineString, on: float) -> np.ndarray:
    start = shapely.get_coordinates(first.interpolate(at - OUTER_M))[0]
    end = shapely.get_coordinates(second.interpolate(on + OUTER_M))[0]
    corner = shapely.get_coordinates(first.interpolate(at))[0]
    return _bezier(start, 0.62 * corner + 0.19 * (start + end), end)


def _loop(first: LineString, at: float, second: LineString, on: float) -> np.ndarray:
    """Pass the crossing, leave to the right, turn about, and join from the far side."""
    leave, join = at + 1.7 * LOOP_RADIUS_M, on - 1.7 * LOOP_RADIUS_M
    start = shapely.get_coordinates(first.interpolate(leave))[0]
    end = shapely.get_coordinates(second.interpolate(join))[0]
    reach = 3.9 * LOOP_RADIUS_M
    knee_1 = start + reach * _heading(first, leave)
    knee_2 = end - reach * _heading(second, join)
    t = np.linspace(0.0, 1.0, 17)[:, None]
    return (
        (1 - t) ** 3 * start
        + 3 * t * (1 - t) ** 2 * knee_1
        + 3 * t**2 * (1 - t) * knee_2
        + t**3 * end
    )
