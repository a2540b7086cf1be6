"""The real frame: coordinates, municipal outline, stations, and the seed of everything invented.

Hand-drawn tables are in hectometres (hm) from the origin (700 000 E, 6 170 000 N) of EPSG:25832;
`metres` turns them into metres. Real facts are rounded: the outline to 100 m and generalised by
hand (source: DAGI municipal boundaries, Danish Agency for Climate Data), stations to about 10 m
(source: Rejseplanen timetable of 2023). Everything else in the package is invented.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import Transformer
from shapely.geometry import LineString, Polygon

CRS = "EPSG:25832"
SEED = 20260101
SYNTHETIC = "Demo (synthetic)"
MUNICIPALITY_CODE = 151
ORIGIN_EAST_M = 700_000.0
ORIGIN_NORTH_M = 6_170_000.0
HECTOMETRE_M = 100.0
SIMPLIFY_M = 1.2  # lines are thinned where they are drawn, before anything is joined to them

Pairs = Sequence[tuple[float, float]]

OUTLINE_HM: Pairs = (
    (93, 115), (91, 124), (82, 122), (80, 131), (75, 133), (64, 133), (52, 128), (48, 128),
    (52, 134), (50, 138), (55, 142), (65, 140), (70, 147), (78, 143), (91, 144), (95, 141),
    (101, 141), (107, 138), (119, 141), (121, 147), (130, 144), (130, 136), (135, 121),
    (138, 122), (140, 119), (139, 112), (144, 109), (152, 99), (152, 90), (142, 90), (136, 85),
    (129, 87), (129, 76), (109, 87), (106, 83), (99, 88), (100, 91), (91, 92), (87, 96),
    (85, 109), (87, 113),
)  # fmt: skip


class Station(NamedTuple):
    """A station of the S-train line: its name, real position, and its minute on the two lines."""

    name: str
    longitude: float
    latitude: float
    minute_h: int
    minute_c: int | None


# Longitude and latitude: Rejseplanen 2023, rounded to about 10 m. Minutes: our own timetable,
# counted from Frederikssund; line C passes four stops (None) and so gains three minutes.
STATIONS: tuple[Station, ...] = (
    Station("Frederikssund", 12.0656, 55.8358, 0, 0),
    Station("Vinge", 12.1152, 55.8103, 3, 3),
    Station("Ølstykke", 12.1597, 55.7956, 6, 6),
    Station("Egedal", 12.1855, 55.7800, 9, 9),
    Station("Stenløse", 12.1906, 55.7664, 11, 11),
    Station("Veksø", 12.2384, 55.7502, 14, 14),
    Station("Kildedal", 12.2866, 55.7520, 17, 17),
    Station("Måløv", 12.3183, 55.7475, 20, 20),
    Station("Ballerup", 12.3583, 55.7299, 23, 23),
    Station("Malmparken", 12.3860, 55.7246, 25, 25),
    Station("Skovlunde", 12.4035, 55.7228, 27, 27),
    Station("Herlev", 12.4437, 55.7189, 30, 30),
    Station("Husum", 12.4640, 55.7094, 32, 32),
    Station("Islev", 12.4694, 55.6995, 33, None),
    Station("Jyllingevej", 12.4772, 55.6908, 35, None),
    Station("Vanløse", 12.4906, 55.6874, 37, 35),
    Station("Flintholm", 12.4995, 55.6859, 38, 36),
    Station("Peter Bangs Vej", 12.5034, 55.6786, 40, None),
    Station("Langgade", 12.5042, 55.6671, 42, None),
    Station("Valby", 12.5145, 55.6640, 44, 41),
    Station("Carlsberg", 12.5374, 55.6633, 46, 43),
    Station("Dybbølsbro", 12.5595, 55.6648, 48, 45),
    Station("København H", 12.5656, 55.6731, 52, 49),
    Station("Vesterport", 12.5621, 55.6760, 53, 50),
    Station("Nørreport", 12.5718, 55.6835, 55, 52),
    Station("Østerport", 12.5878, 55.6925, 58, 55),
)
HOME_STATIONS = ("Kildedal", "Måløv", "Ballerup", "Malmparken", "Skovlunde")

_TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


def rng_for(subject: str) -> np.random.Generator:
    """Return the random generator of one subject, so that subjects do not disturb each other."""
    return np.random.default_rng([SEED, *subject.encode("utf-8")])


def metres(points_hm: Iterable[tuple[float, float]]) -> np.ndarray:
    """Turn hectometre pairs into metres of EPSG:25832, shape (n_points, 2)."""
    return np.asarray(list(points_hm), dtype=float).reshape(-1, 2) * HECTOMETRE_M + (
        ORIGIN_EAST_M,
        ORIGIN_NORTH_M,
    )


def area(points_hm: Pairs) -> Polygon:
    """Return the polygon of a hand-drawn hectometre ring, in metres."""
    return Polygon(metres(points_hm))


def to_degrees(points: np.ndarray) -> np.ndarray:
    """Turn metres of EPSG:25832 into longitude, latitude with seven decimals."""
    longitude, latitude = _TO_DEGREES.transform(points[:, 0], points[:, 1])
    return np.round(np.column_stack([longitude, latitude]), 7)


def to_metres(longitude: float, latitude: float) -> np.ndarray:
    """Turn one longitude, latitude into metres of EPSG:25832, shape (2,)."""
    return np.array(_TO_METRES.transform(longitude, latitude))


def municipality() -> Polygon:
    """Return the generalised municipal outline."""
    return area(OUTLINE_HM)


def station_points() -> dict[str, np.ndarray]:
    """Return each station's position in metres, in line order."""
    return {s.name: to_metres(s.longitude, s.latitude) for s in STATIONS}


def smooth(points: np.ndarray, step_m: float = 40.0) -> np.ndarray:
    """Draw a centripetal Catmull-Rom curve through points, one vertex about every step.

    The curve passes through every given point; two points give a straight line.
    """
    if len(points) == 2:
        return _resample(points, step_m)
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = [_catmull_rom(ends[i : i + 4], step_m) for i in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def _catmull_rom(four: np.ndarray, step_m: float) -> np.ndarray:
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(_gaps(four)))])
    n_steps = max(1, round(float(np.hypot(*(four[2] - four[1]))) / step_m))
    at = np.linspace(knots[1], knots[2], n_steps, endpoint=False)[:, None]
    first = [_blend(four[i], four[i + 1], knots[i], knots[i + 1], at) for i in range(3)]
    second = [_blend(first[i], first[i + 1], knots[i], knots[i + 2], at) for i in range(2)]
    return _blend(second[0], second[1], knots[1], knots[2], at)


def _blend(a: np.ndarray, b: np.ndarray, ta: float, tb: float, at: np.ndarray) -> np.ndarray:
    return ((tb - at) * a + (at - ta) * b) / (tb - ta)


def _gaps(points: np.ndarray) -> np.ndarray:
    return np.hypot(*np.diff(points, axis=0).T)


def _resample(points: np.ndarray, step_m: float) -> np.ndarray:
    at = np.concatenate([[0.0], np.cumsum(_gaps(points))])
    n_steps = max(1, round(at[-1] / step_m))
    wanted = np.linspace(0.0, at[-1], n_steps + 1)
    return np.column_stack(
        [np.interp(wanted, at, points[:, 0]), np.interp(wanted, at, points[:, 1])]
    )


def sample_every(line: LineString, step_m: float) -> np.ndarray:
    """Return points about every step along a line, both ends included."""
    return _resample(shapely.get_coordinates(line), step_m)


def share_out(total: int, weights: np.ndarray) -> np.ndarray:
    """Share a whole total by weights with the largest-remainder rule; the sum is exact."""
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(int)
    missing = total - int(whole.sum())
    order = np.argsort(whole - exact, kind="stable")
    whole[order[:missing]] += 1
    return whole
