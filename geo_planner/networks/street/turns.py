"""What turning costs: cars by the angle of the turn, bicycles at signals and where they give way.

The angle lies between the directions of the streets 10 m before and 10 m after the crossing. It
costs nothing to go on along the same way, so that it does not matter into how many pieces a bend is
cut, nor to go on round a roundabout. Cars may turn round wherever streets end or meet. Numbers
stand in ``data/turn_costs.csv``.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import BoolArray, FloatArray, IntArray, LongArray
from geo_planner.packaged import ANY_COUNTRY, country_facts, described_countries, packaged_rows
from geo_planner.region.country import country_of_streets
from geo_planner.units import CENTISECONDS_PER_S

_LOOK_M = 10.0
_NO_WAY = -1
_HALF_TURN_DEG, _TURN_DEG = 180.0, 360.0
_MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
_ROAD_RANK = {
    name: rank
    for rank, road in enumerate(reversed(_MAIN_ROADS), start=1)
    for name in (road, f"{road}_link")
}


def driving_side(stated: str, country: str | None, streets: gpd.GeoDataFrame) -> str:
    """Say on which side cars keep: as stated, else by country, else by where the streets lie."""
    if stated != "country":
        return stated
    if country in (None, ANY_COUNTRY) and len(streets):
        country = country_of_streets(streets)
    sides = driving_sides()
    return sides.get(country or ANY_COUNTRY, sides[ANY_COUNTRY])


def driving_sides() -> dict[str, str]:
    """Give the side by country, and of any other; what a country's own tables state comes first."""
    listed = {row["country"]: row["side"] for row in packaged_rows("driving_sides")}
    described = (ANY_COUNTRY, *described_countries())
    return listed | {name: country_facts(name)["driving_side"] for name in described}


@dataclass(frozen=True)
class Turning:
    """Hold what the cost of a turn depends on; arrays by directed street, ``(2 * n_streets,)``.

    Parameters
    ----------
    in_deg, out_deg
        Direction in which a vehicle arrives and leaves, counter-clockwise from east [degrees].
    is_roundabout
        Whether it is part of a roundabout.
    way_of
        Number of the way it is a piece of; below 0: not known.
    across
        Sign of an angle that crosses oncoming traffic: 1 left, -1 right.
    """

    in_deg: FloatArray
    out_deg: FloatArray
    is_roundabout: BoolArray
    way_of: LongArray
    across: int

    def cost_cs(self, arriving: LongArray, leaving: LongArray) -> IntArray:
        """Give the cost of turns between directed streets that meet [cs]."""
        change_deg = self.out_deg[leaving] - self.in_deg[arriving]
        # above -180, up to 180 degrees; nearly straight on stays straight
        angle = _HALF_TURN_DEG - (_HALF_TURN_DEG - change_deg) % _TURN_DEG
        angle[arriving >> 1 == leaving >> 1] = _HALF_TURN_DEG
        cost = np.zeros(len(arriving), np.int32)
        size = np.abs(angle)
        to_side = {"across": angle * self.across > 0, "near_side": angle * self.across < 0}
        for row in packaged_rows("turn_costs"):
            if row["mode"] == "car":
                fits = (size >= float(row["from_deg"])) & (size <= float(row["to_deg"]))
                fits &= to_side.get(row["turn"], True)
                cost[fits] = round(float(row["cost_s"]) * CENTISECONDS_PER_S)
        goes_on = self.is_roundabout[arriving] & self.is_roundabout[leaving]
        goes_on |= (self.way_of[arriving] >= 0) & (self.way_of[arriving] == self.way_of[leaving])
        cost[goes_on & (arriving >> 1 != leaving >> 1)] = 0
        return cost


def car_turning(
    streets: gpd.GeoDataFrame, side: str, *, is_free_along_ways: bool = True
) -> Turning:
    """Measure what the turns of cars depend on.

    Parameters
    ----------
    streets
        Rows of the streets table, in metres.
    side
        Side of the road that cars keep to: right or left.
    is_free_along_ways
        Whether it costs nothing to go on along the same way, and round a roundabout.
    """
    in_deg, out_deg = _directions(streets)
    way_of, _ = pd.factorize(streets["osm_way_id"])
    is_free = np.full(len(way_of), is_free_along_ways)
    return Turning(
        in_deg=in_deg,
        out_deg=out_deg,
        is_roundabout=(streets["is_roundabout"].to_numpy(bool) & is_free).repeat(2),
        way_of=np.where(is_free, way_of, _NO_WAY).astype(np.int64).repeat(2),
        across=1 if side == "right" else -1,
    )


def bicycle_delays_cs(
    streets: pd.DataFrame, nodes: pd.DataFrame, head: LongArray, is_usable: BoolArray
) -> IntArray:
    """Give what passing the end of each directed street costs a cyclist, ``(2 * n_streets,)`` [cs].

    Parameters
    ----------
    streets
        Rows of the streets table.
    nodes
        Rows of the street_nodes table, numbered as ``head`` has them.
    head
        Node each directed street ends at; -1 where it ends nowhere.
    is_usable
        Whether cyclists may use the directed street.

    Notes
    -----
    Riders give way where they come from a street that is not a main road (tertiary or higher) or a
    lesser one, to a greater one, at a crossing without signals.
    """
    cost_s = {r["turn"]: float(r["cost_s"]) for r in packaged_rows("turn_costs")}
    rank = streets["road_class"].map(_ROAD_RANK).fillna(0).to_numpy(np.int64).repeat(2)
    highest = np.zeros(len(nodes) + 1, np.int64)
    np.maximum.at(highest, head, rank)
    highest[-1] = 0
    is_signal = np.append(nodes["is_signal"].to_numpy(bool), False)[head]
    gives_way = rank < highest[head]
    delay_s = np.select([is_signal, gives_way], [cost_s["signal"], cost_s["give_way"]], 0.0)
    delay_cs = np.where(is_usable & (head >= 0), delay_s * CENTISECONDS_PER_S, 0.0)
    return np.rint(delay_cs).astype(np.int32)


def _directions(streets: gpd.GeoDataFrame) -> tuple[FloatArray, FloatArray]:
    """Measure the direction at the end and at the start of each directed street [degrees]."""
    lines = streets.geometry.to_numpy()
    length = shapely.length(lines)
    look = np.minimum(_LOOK_M, length)
    first, last = (shapely.get_point(lines, place) for place in (0, -1))
    after_first = shapely.line_interpolate_point(lines, look)
    before_last = shapely.line_interpolate_point(lines, length - look)
    from_start, from_end = _bearing(first, after_first), _bearing(last, before_last)
    leaving = np.column_stack([from_start, from_end]).ravel()
    arriving = np.column_stack([from_end, from_start]).ravel() + _HALF_TURN_DEG
    return arriving, leaving


def _bearing(start: npt.NDArray[np.object_], end: npt.NDArray[np.object_]) -> FloatArray:
    (x, y), (to_x, to_y) = shapely.get_coordinates(start).T, shapely.get_coordinates(end).T
    return np.degrees(np.arctan2(to_y - y, to_x - x))
