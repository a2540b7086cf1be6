"""A new street, joined to the network: streets it meets are split, its ends become junctions.

An end joins the nearest street of the new street's own level within reach, on other levels only
where there is none, and told. A vertex of the course on a street of its level, or on a junction
of one, joins it. Streets crossed between vertices are joined only when asked for.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.reasons import Reason
from geo_planner.region.grades import with_grades
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft, Mask
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.splitting import SAME_PLACE_M, Cuts
from geo_planner.scenario.streets import STREET_MODES
from geo_planner.scenario.values import LineShape
from geo_planner.sources.lines.frames import ground_lengths_m
from geo_planner.sources.osm.speeds import is_urban
from geo_planner.sources.osm.streets import fill_urban
from geo_planner.sources.street_classes import closed_classes
from geo_planner.units import mps_from_kmh

RoadClass = Literal[
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street",
    "service", "pedestrian", "footway", "cycleway", "path", "track", "steps",
]  # fmt: skip
_JOIN_MOTORWAYS = ("motorway", "motorway_link", "trunk", "trunk_link")
_NEVER_JOINED = ("ferry", "platform")
_WAYS = ("forward", "backward")


class AddStreet(Modification):
    """Build a street or path; its ends, and crossings if asked, join the streets that are there."""

    touches: ClassVar = ("streets", "street_nodes", "turn_restrictions")
    cannot: ClassVar = "It takes no street away; close those it replaces with CloseStreet."

    do: Literal["AddStreet"] = "AddStreet"
    name: str = Field(description="Name of the street.")
    course: LineShape = Field(
        description="Its course; a vertex on a street of its level is a junction."
    )
    road_class: RoadClass = Field(description="Class, as the streets table has it.")
    speed_kmh: float | None = Field(None, gt=0, le=300, description="Speed limit for cars.")
    modes: tuple[Literal["walk", "bicycle", "car"], ...] | None = Field(
        None, min_length=1, description="Modes that may use it; by default those of its class."
    )
    one_way: bool = Field(default=False, description="Bicycles and cars only along the course.")
    level: int = Field(0, ge=-5, le=5, description="Stacking order: 1 bridge, -1 tunnel.")
    cycle_facility: Literal["track", "lane", "shared"] | None = Field(
        None, description="Cycle track or lane that belongs to it."
    )
    surface: str | None = Field(None, description="Surface value of OpenStreetMap.")
    join_crossings: bool = Field(
        default=False, description="Also join streets crossed on its level."
    )
    join_within_m: float = Field(
        25.0, ge=0, le=500, description="Farthest an end may lie from the street it joins."
    )

    def apply(self, draft: Draft) -> None:
        """Split what it meets, add nodes and pieces."""
        course = draft.place(self.course)
        builder = _Builder(self, draft, LineString(shapely.force_2d(course).coords))
        builder.join_vertices()
        if self.join_crossings:
            builder.join_crossings()
        builder.write()

    def opens(self, mode: str) -> bool:
        """Tell whether a mode may use the street."""
        if self.modes is not None:
            return mode in self.modes
        return self.road_class not in closed_classes(mode)

    def row(self) -> dict[str, Any]:
        """Give the columns all its pieces share."""
        limit = mps_from_kmh(self.speed_kmh) if self.speed_kmh else np.nan
        access = {
            f"{mode}_{way}": self.opens(mode)
            and not (self.one_way and way == "backward" and mode != "walk")
            for mode in STREET_MODES
            for way in _WAYS
        }
        return {
            "name": self.name, "road_class": self.road_class,
            "maxspeed_forward_mps": limit, "maxspeed_backward_mps": limit,
            "is_destination_only": False, "is_roundabout": False,
            "is_urban": is_urban({"highway": self.road_class}), "grade": np.nan,
            "is_bridge": self.level > 0, "is_tunnel": self.level < 0, "level": self.level,
            "cycle_facility": self.cycle_facility, "surface": self.surface, **access,
        }  # fmt: skip


class _Meeting(NamedTuple):
    """Hold the street a vertex meets and the place on it."""

    row: int
    point: Point


@dataclass
class _Builder:
    """Collect where the new street meets others, then write all tables once."""

    plan: AddStreet
    draft: Draft
    course: LineString
    joints: dict[float, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        streets = gpd.GeoDataFrame(self.draft.frame("streets"))
        self.cuts = Cuts(streets, self.plan.added_id)
        self.shapes = self.cuts.shapes
        self.tree = shapely.STRtree(self.shapes)
        self.levels = streets["level"].to_numpy(int)
        shares = np.zeros(len(streets), dtype=bool)
        for mode in STREET_MODES:
            if self.plan.opens(mode):
                shares |= (streets[f"{mode}_forward"] | streets[f"{mode}_backward"]).to_numpy(bool)
        never = list(_NEVER_JOINED)
        if self.plan.road_class not in _JOIN_MOTORWAYS:
            never.append("motorway")
        self.may_join: Mask = shares & ~streets["road_class"].isin(never).to_numpy(bool)

    def join_vertices(self) -> None:
        """Join both ends where a street lies near enough, at least one, and vertices on streets.

        A vertex that joins is moved onto the street it meets.
        """
        points = [Point(place) for place in self.course.coords]
        last = len(points) - 1
        met = [
            self._of_end(point) if i in (0, last) else self._on(point)
            for i, point in enumerate(points)
        ]
        if met[0] is None and met[-1] is None:
            raise Refused(
                Reason(
                    "scenario_no_street_near",
                    name=self.plan.name,
                    distance=self.plan.join_within_m,
                )
            )
        self._note_moves(points, met)
        moved = [found.point if found else point for found, point in zip(met, points, strict=True)]
        self.course = LineString(moved)
        if self.course.length < SAME_PLACE_M or not self.course.is_valid:
            raise Refused(Reason("scenario_no_length", name=self.plan.name))
        along_m = np.cumsum([0.0, *map(shapely.distance, moved, moved[1:])])
        along_m[-1] = self.course.length
        for i, found in enumerate(met):
            if found is not None:
                self.joints[float(along_m[i])] = self.cuts.node_on(*found)
            elif i in (0, last):
                self.joints[float(along_m[i])] = self.cuts.new_node(moved[i])
        self._drop_repeats()

    def _drop_repeats(self) -> None:
        """Leave out joints at the node of the one before: no piece leads from a node to itself."""
        places = sorted(self.joints)
        for before, place in itertools.pairwise(places):
            if self.joints[before] == self.joints[place]:
                inner = before if place == places[-1] else place
                if inner == 0.0:
                    raise Refused(Reason("scenario_same_ends", name=self.plan.name))
                del self.joints[inner]
                self._drop_repeats()
                return

    def _note_moves(self, points: list[Point], met: list[_Meeting | None]) -> None:
        for end, point, found in (
            ("start", points[0], met[0]), ("end", points[-1], met[-1])
        ):  # fmt: skip
            if found is None:
                continue
            level = int(self.levels[found.row])
            name = self.cuts.name_of(found.row)
            if level not in (0, self.plan.level):
                self.draft.note(
                    Reason(
                        "scenario_end_level",
                        end=end,
                        street=name,
                        level=level,
                        own_level=self.plan.level,
                        distance=self.plan.join_within_m,
                    )
                )
            elif point.distance(found.point) >= SAME_PLACE_M:
                distance_m = float(point.distance(found.point))
                self.draft.note(
                    Reason("scenario_end_moved", end=end, street=name, distance=distance_m)
                )

    def _of_end(self, end: Point) -> _Meeting | None:
        """Find what an end joins: a junction it lies on, its own level, the ground, what is left.

        A bridge may land on the ground, and a street may begin where a bridge ends.
        """
        reach = self.tree.query(end, predicate="dwithin", distance=self.plan.join_within_m)
        near = np.sort(reach[self.may_join[reach]])
        on_level = self.levels[near] == self.plan.level
        choices = (
            near[on_level & self._ends_at(near, end)], near[self._ends_at(near, end)],
            near[on_level], near[self.levels[near] == 0], near,
        )  # fmt: skip
        chosen = next((rows for rows in choices if len(rows)), None)
        return None if chosen is None else self._nearest(chosen, end)

    def _ends_at(self, rows: np.ndarray, point: Point) -> Mask:
        """Mark streets with an end on a place."""
        at: Mask = shapely.dwithin(
            shapely.boundary(self.shapes[rows]), point, min(SAME_PLACE_M, self.plan.join_within_m)
        )
        return at

    def _on(self, vertex: Point) -> _Meeting | None:
        """Find the street of its own level that an inner vertex lies on."""
        rows = self.tree.query(vertex, predicate="dwithin", distance=SAME_PLACE_M)
        rows = np.sort(rows[self.may_join[rows] & (self.levels[rows] == self.plan.level)])
        return self._nearest(rows, vertex) if len(rows) else None

    def _nearest(self, rows: np.ndarray, point: Point) -> _Meeting:
        row = int(rows[np.argmin(shapely.distance(self.shapes[rows], point))])
        return _Meeting(row, self.cuts.place_on(row, point))

    def join_crossings(self) -> None:
        """Join the streets crossed between vertices."""
        for row in sorted(int(i) for i in self.tree.query(self.course, predicate="intersects")):
            if not self.may_join[row] or self.levels[row] != self.plan.level:
                continue
            for point in _points_of(shapely.intersection(self.course, self.shapes[row])):
                along_m = self.course.project(point)
                if all(abs(along_m - other) >= SAME_PLACE_M for other in self.joints):
                    self.joints[along_m] = self.cuts.node_on(row, point)
        self._drop_repeats()

    def write(self) -> None:
        """Replace split streets by their pieces and add the new street and nodes."""
        nodes = self.draft.frame("street_nodes")
        new_nodes = self.cuts.node_rows(nodes)
        pieces = self.cuts.pieces()
        if pieces:
            self.cuts.move_restrictions(self.draft)
            ids = [self.cuts.street_ids[row] for row in self.cuts.places]
            self.draft.keep("streets", ~self.draft.frame("streets")["street_id"].isin(ids))
        if new_nodes:
            self._note_heights(new_nodes)
            self.draft.add("street_nodes", new_nodes)
        self.draft.add("streets", [*pieces, *self._own_pieces()])

    def _note_heights(self, new_nodes: list[dict[str, Any]]) -> None:
        """Tell of junctions whose height is that of a line between the ends of their street."""
        between = sum(bool(np.isfinite(node["elevation_m"])) for node in new_nodes)
        if between:
            self.draft.note(Reason("scenario_height_between", nodes=between))

    def _own_pieces(self) -> list[dict[str, Any]]:
        """Make the new street's rows, with what a build derives: slopes, and what is in town."""
        places = sorted(self.joints)
        shapes = [substring(self.course, *pair) for pair in itertools.pairwise(places)]
        own = pd.DataFrame(
            {
                "street_id": f"{self.plan.added_id}:{number}",
                "from_node": self.joints[places[number]],
                "to_node": self.joints[places[number + 1]],
            }
            | self.plan.row()
            for number in range(len(shapes))
        )
        crs = self.draft.region.crs
        frame = gpd.GeoDataFrame(own, geometry=shapes, crs=crs)
        frame["length_m"] = ground_lengths_m(np.array(shapes, dtype=object), crs)
        frame["is_urban"] = frame["is_urban"].astype("boolean")
        landscape = gpd.GeoDataFrame(self.draft.frame("landscape"))
        nodes = self.draft.frame("street_nodes")
        sloped, _ = with_grades(fill_urban(frame, landscape), nodes)
        is_flat = sloped["grade"].isna() & ~sloped["is_bridge"] & ~sloped["is_tunnel"]
        if nodes["elevation_m"].notna().any() and is_flat.any():
            self.draft.note(
                Reason("scenario_no_slope", pieces=int(is_flat.sum()), name=self.plan.name)
            )
        rows: list[dict[str, Any]] = sloped.to_dict("records")
        return rows


def _points_of(shape: Any) -> list[Point]:
    """List the places two lines share: points, and the ends of stretches along each other."""
    parts = shapely.get_parts(shape)
    return [
        Point(place)
        for part in parts
        for place in (part.coords if isinstance(part, Point) else part.boundary.geoms)
    ]
