"""The S-train line: two tracks through the real station positions, platforms, stop nodes."""

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from demo.frame import metres, smooth, station_points
from demo.network import RAIL, Street

TRACK_GAP_M = 2.4
PLATFORM_GAP_M = 4.8
PLATFORM_REACH_M = 170.0
PLATFORM_HALF_M = 85.0
STAIR_M = 9.0
UNDERPASS_HALF_M = 75.0
PLATFORM = "platform"
BEND_HM = {
    "Frederikssund": ((-68, 207.5),),
    "Vinge": ((-34, 186),),
    "Egedal": ((-1, 154),),
    "Stenløse": ((12, 137), (22, 131.8)),
    "Veksø": ((47, 131.3),),
    "Kildedal": ((73, 132.6),),
    "Måløv": ((92, 123.6), (101, 116.9)),
    "Skovlunde": ((150, 103.4),),
    "Herlev": ((168.6, 99), (173.5, 95.5)),
    "Islev": ((182, 76),),
    "Flintholm": ((202, 63.5),),
    "Langgade": ((205.6, 43.8),),
}


class StationPlace(NamedTuple):
    """A station on the ground: its point, distance along the line, and crossing footway."""

    name: str
    xy: np.ndarray
    at_m: float
    along: np.ndarray


@cache
def centre_track() -> LineString:
    """Return the line's centre through every station, by a few via points between them."""
    points: list[np.ndarray] = []
    for name, xy in station_points().items():
        points.append(xy)
        points += list(metres(BEND_HM.get(name, ())))
    return LineString(smooth(np.array(points), 45.0))


@cache
def station_places() -> tuple[StationPlace, ...]:
    """Return each station's place on the line."""
    line = centre_track()
    places = []
    for name, xy in station_points().items():
        at = line.project(Point(xy))
        a, b = shapely.get_coordinates(
            shapely.line_interpolate_point(line, [max(at - 20, 0), at + 20])
        )
        if at + 20 > line.length:
            a, b = shapely.get_coordinates(shapely.line_interpolate_point(line, [at - 40, at]))
        places.append(StationPlace(name, xy, at, (b - a) / np.hypot(*(b - a))))
    return tuple(places)


def track_lines() -> tuple[LineString, LineString]:
    """Return the track towards København (right of the centre) and the one away from it."""
    line = centre_track()
    stations = [place.at_m for place in station_places()]
    at = np.unique(np.concatenate([np.arange(0.0, line.length, 45.0), stations, [line.length]]))
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    way = np.gradient(points, axis=0)
    normal = np.column_stack([way[:, 1], -way[:, 0]]) / np.hypot(*way.T)[:, None]
    from_station = np.abs(at[:, None] - np.array(stations)).min(axis=1)
    gap = TRACK_GAP_M + PLATFORM_GAP_M * np.exp(-((from_station / PLATFORM_REACH_M) ** 4))
    right = LineString(points + gap[:, None] * normal)
    left = LineString((points - gap[:, None] * normal)[::-1])
    return right, left


def track_streets() -> list[Street]:
    """Return the two tracks, one way a section from station to station."""
    streets = []
    for name, line in zip(("1", "2"), track_lines(), strict=True):
        marks = [line.project(Point(place.xy)) for place in station_places()]
        marks = sorted({0.0, *marks[1:-1], line.length})
        tags = {
            "railway": "light_rail", "name": "Frederikssundbanen", "operator": "Demo (synthetic)",
            "electrified": "contact_line", "voltage": "1650", "gauge": "1435", "maxspeed": "120",
            "railway:track_ref": name, "railway:preferred_direction": "forward",
        }  # fmt: skip
        for start, end in itertools.pairwise(marks):
            streets.append(Street(substring(line, start, end), tags, RAIL))
    right, left = (shapely.get_coordinates(line) for line in track_lines())
    turning = {"railway": "light_rail", "service": "crossover", "maxspeed": "40"}
    for a, b in ((right[0], left[-1]), (right[-1], left[0])):
        streets.append(Street(LineString([a, b]), turning, RAIL))
    return streets


def stop_points(track: int) -> np.ndarray:
    """Return the stop positions of track 0 (to København) or 1 (from it), in station order."""
    line = track_lines()[track]
    places = [line.interpolate(line.project(Point(p.xy))) for p in station_places()]
    return shapely.get_coordinates(np.array(places))


def platform_streets() -> list[Street]:
    """Return platforms, the footways under the tracks, and the steps between the two."""
    streets = []
    line = centre_track()
    for place in station_places():
        normal = np.array([-place.along[1], place.along[0]])
        under = place.xy + 0.55 * PLATFORM_HALF_M * place.along
        foot = LineString(
            [under - UNDERPASS_HALF_M * normal, under, under + UNDERPASS_HALF_M * normal]
        )
        on = line.project(Point(under))
        start, end = on - STAIR_M, max(on - STAIR_M - 2 * PLATFORM_HALF_M, 0.0)
        platform = substring(line, start, end)
        head = np.array(platform.coords[0])
        name = f"{place.name} St."
        streets += [
            Street(foot, {"highway": "footway", "name": f"{name} gangtunnel", "lit": "yes"}),
            Street(
                LineString([under, head]),
                {"highway": "steps", "step_count": "28", "handrail": "yes"},
                PLATFORM,
            ),
            Street(
                platform,
                {
                    "railway": "platform", "public_transport": "platform", "train": "yes",
                    "light_rail": "yes", "name": name, "foot": "yes", "wheelchair": "yes",
                },
                PLATFORM,
            ),
        ]  # fmt: skip
    return streets
