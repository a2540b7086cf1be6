"""Nearness of sites to stations by three measures, side by side, and where they disagree.

*municipal*: the areas the municipality has drawn; they rule where they are given. *network*: all
ground within a walk of 600 m or 1 200 m of a listed station, along streets and then a short way
beside them. *circle*: within that straight distance. Computed areas are stand-ins for drawn ones.
The network's area lies within the circle's, since both start at the same points.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.crs import require_metric, require_same
from geo_planner.land.stations.office_rule import (
    NO_RULE,
    UNKNOWN,
    answers_per_use,
    has_station_rule,
    station_rules,
)
from geo_planner.land.stations.points import (
    StationPoints,
    listed_stations,
    station_points,
    uncounted_stations,
)
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.travel_time.walk_metres import WalkNetwork

METHODS = ("municipal", "network", "circle")
IF_COUNTED = "circle_if_counted"

_CORNERS_PER_QUARTER = 16
_LEAST_REACH_M = 1.0
_KINDS = ("core", "zone", "special")
_NO_AREAS = Reason("no_station_areas")
_NO_STATIONS = Reason("no_listed_station")
_NO_STREETS = Reason("no_streets")
_ROWS = [
    "site_id", "method", "place", "core_share", "zone_share", "special_share", "nearest_m",
    "farthest_m", "station", "measured_from", "reason",
]  # fmt: skip

Places = dict[str, shapely.Geometry]


@dataclass(frozen=True)
class StationProximity:
    """Hold how near sites are to stations.

    Parameters
    ----------
    methods
        One row per site and method: place (core, zone, outside, special; unknown where the
        method has no data), shares of the site's area, straight or walked metres to the nearest
        and the farthest point of its edge (nan for drawn areas, inf beyond the limit), nearest
        station and what it is measured from, reason of an unknown.
    sites
        One row per site, index site_id: ``place_<method>``, place (of the first method that has
        one), method, is_flip (methods disagree), station_status (existing or decided), is_assumed
        (the station is listed by assumption), office_rule (for offices above the limit; no_rule
        where none holds, and no place then).
    uses
        Answers of the office rule per site and use, see :func:`answers_per_use`.
    areas
        For maps: method, kind (core, zone, special) and the dissolved area.
    stations
        Stations that count, near enough to matter.
    """

    methods: pd.DataFrame
    sites: pd.DataFrame
    uses: pd.DataFrame
    areas: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame


def station_proximity(
    region: Region,
    sites: gpd.GeoDataFrame | None = None,
    *,
    floor_area_m2: pd.Series | None = None,
) -> StationProximity:
    """Measure the nearness of sites to listed stations.

    Parameters
    ----------
    region
        Region with stations (or rail timetables), streets and station_areas, as far as it has.
    sites
        Polygons, index site_id, CRS of the region; None: the region's sites.
    floor_area_m2
        Floor area of the building project on each site, for the office rule; None: not known.

    Raises
    ------
    CRSError
        When sites and region differ in CRS.
    """
    require_metric(region.crs)
    given = region.geo_table("sites").set_index("site_id") if sites is None else sites
    require_same(given, region)
    measure = _DistanceMeasure(region, given)
    found = measure.all_methods()
    methods = pd.concat([rows for rows, _ in found.values()], ignore_index=True)[_ROWS]
    by_site = _by_site(methods, measure.near.stations, given.index)
    has_rule = has_station_rule(region.study, len(region.table("station_areas")))
    if not has_rule:
        by_site = _without_rule(by_site)
    drawn = [
        (method, kind, shape)
        for method, (_, areas) in found.items()
        for kind, shape in areas.items()
        if not shape.is_empty
    ]
    names, kinds, shapes = zip(*drawn, strict=True) if drawn else ((), (), ())
    area_m2 = None if floor_area_m2 is None else floor_area_m2.reindex(given.index)
    return StationProximity(
        methods=methods,
        sites=by_site,
        uses=answers_per_use(by_site["place"], area_m2, has_rule=has_rule),
        areas=gpd.GeoDataFrame(
            {"method": list(names), "kind": list(kinds)}, geometry=list(shapes), crs=region.crs
        ),
        stations=measure.near.stations,
    )


class _DistanceMeasure:
    """Measure the sites of one region by every method."""

    def __init__(self, region: Region, sites: gpd.GeoDataFrame) -> None:
        self.region = region
        self.rules = station_rules()
        self.ids = sites.index
        self.shapes = sites.geometry.to_numpy()
        self.area_m2 = shapely.area(self.shapes)
        edge = shapely.segmentize(shapely.boundary(self.shapes), self.rules["sample_m"])
        corners, self.owner = shapely.get_coordinates(edge, return_index=True)
        self.edge = shapely.points(corners)
        listed = listed_stations(region)
        self.has_listed = len(listed) > 0
        self.near = self._near(listed)

    def _near(self, stations: gpd.GeoDataFrame) -> StationPoints:
        """Keep the stations whose areas may reach a site or the study area."""
        around = [*self.shapes, *self.region.geo_table("study_area").geometry.to_numpy()]
        parts = shapely.get_parts(np.array(around, dtype=object))
        polygons = [part for part in parts if part.geom_type == "Polygon"]
        reach_m = self.rules["zone_m"] + self.rules["access_m"]
        is_near = shapely.dwithin(
            stations.geometry.to_numpy(),
            shapely.MultiPolygon(polygons).convex_hull,
            reach_m,
        )
        return station_points(self.region, stations[is_near], self.rules["access_m"])

    def all_methods(self) -> dict[str, tuple[pd.DataFrame, Places]]:
        """Give the rows and areas of every method."""
        found = {
            "municipal": self._municipal(),
            "network": self._network(),
            "circle": self._circle("circle", self.near),
        }
        others = self._near(uncounted_stations(self.region))
        if len(others):
            stations = gpd.GeoDataFrame(
                pd.concat([self.near.stations, others.stations]), crs=self.near.stations.crs
            )
            owners = np.concatenate([self.near.station_idx, others.station_idx + len(self.near)])
            found[IF_COUNTED] = self._circle(
                IF_COUNTED,
                StationPoints(stations, np.concatenate([self.near.points, others.points]), owners),
            )
        return found

    def _municipal(self) -> tuple[pd.DataFrame, Places]:
        table = self.region.geo_table("station_areas")
        if table.empty:
            return self._unknown("municipal", _NO_AREAS), {}
        areas: Places = {
            kind: shapely.union_all(table.loc[table["kind"] == kind].geometry.to_numpy())
            for kind in _KINDS
        }
        areas["zone"] = areas["zone"].union(areas["core"])
        nothing = np.full(len(self.ids), np.nan)
        return self._rows("municipal", areas, nothing, nothing, [None] * len(self.ids)), areas

    def _circle(self, method: str, near: StationPoints) -> tuple[pd.DataFrame, Places]:
        if not self.has_listed and method == "circle":
            return self._unknown(method, _NO_STATIONS), {}
        areas: Places = {
            kind: shapely.union_all(
                shapely.buffer(near.points, self.rules[f"{kind}_m"], quad_segs=_CORNERS_PER_QUARTER)
            )
            for kind in ("core", "zone")
        }
        distance = np.full(len(self.edge), np.inf)
        place = np.full(len(self.edge), -1, np.intp)
        if len(near.points):
            tree = shapely.STRtree(near.points)
            (rows, found), metres = tree.query_nearest(
                self.edge, return_distance=True, all_matches=False
            )
            distance[rows], place[rows] = metres, found
        nearest, farthest, station = self._ends(distance, place, near)
        return self._rows(method, areas, nearest, farthest, station, near), areas

    def _network(self) -> tuple[pd.DataFrame, Places]:
        if not self.region.has("streets"):
            return self._unknown("network", _NO_STREETS), {}
        if not self.has_listed:
            return self._unknown("network", _NO_STATIONS), {}
        walks = WalkNetwork(self.region)
        areas = self._walked_areas(walks)
        metres, place = self._walked(walks, self.edge, _WIDEST * self.rules["zone_m"])
        nearest, farthest, station = self._ends(metres, place, self.near)
        return self._rows("network", areas, nearest, farthest, station, self.near), areas

    def _walked(
        self, walks: WalkNetwork, points: npt.NDArray[np.object_], limit_m: float
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
        """Measure walks to points from the nearest station point."""
        crs = self.region.crs
        starts, ends = (gpd.GeoSeries(shapes, crs=crs) for shapes in (self.near.points, points))
        return walks.from_nearest(starts, ends, limit_m)

    def _walked_areas(self, walks: WalkNetwork) -> Places:
        """Lay discs round points along streets, as far as the rest of the walk reaches."""
        if not len(self.near.points):
            return {"core": shapely.Polygon(), "zone": shapely.Polygon()}
        around = shapely.buffer(shapely.multipoints(self.near.points), self.rules["zone_m"])
        lines = walks.lines[shapely.intersects(walks.lines, around)]
        steps = np.maximum(np.ceil(shapely.length(lines) / self.rules["sample_m"]), 1).astype(int)
        line = np.repeat(np.arange(len(lines)), steps + 1)
        starts = np.repeat(np.cumsum(steps + 1) - steps - 1, steps + 1)
        share = (np.arange(len(line)) - starts) / np.repeat(steps, steps + 1)
        points = shapely.line_interpolate_point(lines[line], share, normalized=True)
        metres, _ = self._walked(walks, points, self.rules["zone_m"])
        areas: Places = {}
        for kind in ("core", "zone"):
            reach_m = np.minimum(self.rules[f"{kind}_m"] - metres, self.rules["off_street_m"])
            is_in = reach_m >= _LEAST_REACH_M
            discs = shapely.buffer(points[is_in], reach_m[is_in], quad_segs=4)
            areas[kind] = shapely.union_all(discs)
        return areas

    def _ends(
        self, metres: npt.NDArray[np.float64], place: npt.NDArray[np.intp], near: StationPoints
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], list[object]]:
        """Take the nearest and the farthest point of each site's edge, and the nearest station."""
        nearest, farthest = np.full(len(self.ids), np.inf), np.full(len(self.ids), -np.inf)
        np.minimum.at(nearest, self.owner, metres)
        np.maximum.at(farthest, self.owner, metres)
        station: list[object] = [None] * len(self.ids)
        for point in np.flatnonzero(np.isfinite(metres) & (metres == nearest[self.owner])):
            station[self.owner[point]] = near.stations.index[near.station_idx[place[point]]]
        return nearest, farthest, station

    def _rows(
        self,
        method: str,
        areas: Places,
        nearest: npt.NDArray[np.float64],
        farthest: npt.NDArray[np.float64],
        station: list[object],
        near: StationPoints | None = None,
    ) -> pd.DataFrame:
        shares = {
            kind: shapely.area(shapely.intersection(self.shapes, areas[kind])) / self.area_m2
            if kind in areas
            else np.zeros(len(self.ids))
            for kind in _KINDS
        }
        inside = {kind: share >= self.rules["inside_share"] for kind, share in shares.items()}
        place = np.select(
            [inside["special"], inside["core"], inside["zone"]],
            ["special", "core", "zone"],
            "outside",
        )
        measured = pd.Series(station, dtype="str")
        if near is not None:
            measured = measured.map(near.stations["measured_from"]).astype("str")
        return self._frame(
            method, place=place, nearest_m=nearest, farthest_m=farthest,
            station=pd.Series(station, dtype="str"), measured_from=measured, reason=None,
            **{f"{kind}_share": np.minimum(share, 1.0) for kind, share in shares.items()},
        )  # fmt: skip

    def _unknown(self, method: str, reason: Reason) -> pd.DataFrame:
        numbers = dict.fromkeys((f"{kind}_share" for kind in _KINDS), np.nan)
        return self._frame(
            method, place=UNKNOWN, nearest_m=np.nan, farthest_m=np.nan, station=None,
            measured_from=None, reason=str(reason), **numbers,
        )  # fmt: skip

    def _frame(self, method: str, **columns: object) -> pd.DataFrame:
        frame = pd.DataFrame({"site_id": self.ids, "method": method}).assign(**columns)
        for name in ("station", "measured_from", "reason"):
            frame[name] = frame[name].astype("str")
        return frame


_WIDEST = 4.0


def _by_site(methods: pd.DataFrame, stations: gpd.GeoDataFrame, ids: pd.Index) -> pd.DataFrame:
    """Put the methods side by side and take the first that has an answer."""
    side = methods.pivot_table(
        index="site_id", columns="method", values="place", aggfunc="first", observed=True
    ).reindex(ids)
    frame = side.add_prefix("place_")
    answers = side[list(METHODS)].where(side[list(METHODS)] != UNKNOWN)
    frame["place"] = answers.bfill(axis=1).iloc[:, 0].fillna(UNKNOWN)
    first = answers.notna().idxmax(axis=1)
    frame["method"] = first.where(answers.notna().any(axis=1))
    frame["is_flip"] = (
        answers.ne(frame["place"], axis=0).where(answers.notna(), other=False).any(axis=1)
    )
    nearest = methods[methods["method"] == "circle"].set_index("site_id")["station"].reindex(ids)
    frame["station"] = nearest
    frame["station_status"] = nearest.map(stations["status"]).astype("str")
    frame["is_assumed"] = nearest.map(stations["is_assumed"]).astype("boolean")
    large = answers_per_use(frame["place"]).query("use == 'office'").set_index("site_id")["large"]
    frame["office_rule"] = large.reindex(ids)
    return frame


def _without_rule(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave the places of a rule out where no rule holds."""
    return frame.assign(place=UNKNOWN, is_flip=False, office_rule=NO_RULE)
