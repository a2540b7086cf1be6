"""A new street, joined to the network: streets it meets are split, its ends become junctions."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft, Mask, Refused
from geo_planner.scenario.streets import STREET_MODES
from geo_planner.scenario.values import LineShape
from geo_planner.sources.lines.frames import ground_lengths_m
from geo_planner.sources.street_classes import closed_classes
from geo_planner.units import mps_from_kmh

RoadClass = Literal[
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street",
    "service", "pedestrian", "footway", "cycleway", "path", "track", "steps",
]  # fmt: skip
_SAME_PLACE_M = 1.0
_WAYS = ("forward", "backward")


class AddStreet(Modification):
    """Build a street or path; its ends, and crossings if asked, join the streets that are there."""

    touches: ClassVar = ("streets", "street_nodes", "turn_restrictions")
    cannot: ClassVar = "It takes no street away; close those it replaces with CloseStreet."

    do: Literal["AddStreet"] = "AddStreet"
    name: str = Field(description="Name of the street.")
    course: LineShape = Field(description="Its course.")
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
        builder.join_ends()
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
            "is_bridge": self.level > 0, "is_tunnel": self.level < 0, "level": self.level,
            "cycle_facility": self.cycle_facility, "surface": self.surface, **access,
        }  # fmt: skip


@dataclass
class _Builder:
    """Collect where the new street meets others, then write all tables once."""

    plan: AddStreet
    draft: Draft
    course: LineString
    joints: dict[float, str] = field(default_factory=dict)
    new_nodes: dict[str, Point] = field(default_factory=dict)
    cuts: dict[int, dict[float, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.streets = gpd.GeoDataFrame(self.draft.frame("streets"))
        self.shapes = self.streets.geometry.to_numpy()
        self.tree = shapely.STRtree(self.shapes)

    def join_ends(self) -> None:
        """Join both ends where a street lies near enough; at least one must.

        An end that joins is moved onto the street it meets.
        """
        ends = [Point(self.course.coords[0]), Point(self.course.coords[-1])]
        met = [self._nearest(end) for end in ends]
        if not any(met):
            raise Refused(
                f"neither end of {self.plan.name!r} lies within {self.plan.join_within_m:g} m of a "
                "street its users may enter: move the ends or raise join_within_m"
            )
        points = [found[1] if found else end for found, end in zip(met, ends, strict=True)]
        inner = list(self.course.coords)[1:-1]
        places = [points[0].coords[0], *inner, points[1].coords[0]]
        self.course = LineString(places)
        if self.course.length < _SAME_PLACE_M or not self.course.is_valid:
            raise Refused(f"the course of {self.plan.name!r} has no length")
        for found, point, along_m in zip(met, points, (0.0, self.course.length), strict=True):
            self.joints[along_m] = self._node_on(*found) if found else self._new_node(point)
        if self.joints[0.0] == self.joints[self.course.length]:
            raise Refused(f"both ends of {self.plan.name!r} join the same place")

    def join_crossings(self) -> None:
        """Join the streets crossed between the ends."""
        for row in sorted(int(i) for i in self.tree.query(self.course, predicate="crosses")):
            if not self._may_join()[row]:
                continue
            for point in _points_of(shapely.intersection(self.course, self.shapes[row])):
                along_m = self.course.project(point)
                if _is_near(along_m, self.joints):
                    continue
                self.joints[along_m] = self._node_on(row, point)

    def _may_join(self) -> Mask:
        """Mark streets on the same level that share a mode with the new one."""
        streets = self.streets
        shares = np.zeros(len(streets), dtype=bool)
        for mode in STREET_MODES:
            if self.plan.opens(mode):
                shares |= (streets[f"{mode}_forward"] | streets[f"{mode}_backward"]).to_numpy(bool)
        is_level = (streets["level"] == self.plan.level).to_numpy(bool)
        is_road = ~streets["road_class"].isin(["ferry", "platform"]).to_numpy(bool)
        joined: Mask = shares & is_road & (is_level | ~np.bool_(self.plan.join_crossings))
        return joined

    def _nearest(self, end: Point) -> tuple[int, Point] | None:
        """Find the nearest street an end may join, and the place on it."""
        may = self._may_join()
        near = self.tree.query(end, predicate="dwithin", distance=self.plan.join_within_m)
        near = np.sort(near[may[near]])
        if not len(near):
            return None
        row = int(near[np.argmin(shapely.distance(self.shapes[near], end))])
        shape = self.shapes[row]
        return row, shape.interpolate(self._place_on(shape, end))

    @staticmethod
    def _place_on(shape: LineString, point: Point) -> float:
        """Measure where along a street a point lies; close to an end it is the end."""
        along_m = float(shape.project(point))
        if along_m < _SAME_PLACE_M:
            return 0.0
        return shape.length if shape.length - along_m < _SAME_PLACE_M else along_m

    def _node_on(self, row: int, point: Point) -> str:
        """Name the node of a place on a street: its end, or a new one that cuts it."""
        shape = self.shapes[row]
        along_m = self._place_on(shape, point)
        if along_m == 0.0:
            return str(self.streets["from_node"].iloc[row])
        if along_m == shape.length:
            return str(self.streets["to_node"].iloc[row])
        cuts = self.cuts.setdefault(row, {})
        for earlier_m, node in cuts.items():
            if abs(earlier_m - along_m) < _SAME_PLACE_M:
                return node
        cuts[along_m] = self._new_node(shape.interpolate(along_m))
        return cuts[along_m]

    def _new_node(self, point: Point) -> str:
        node = f"{self.plan.added_id}:{len(self.new_nodes)}"
        self.new_nodes[node] = point
        return node

    def write(self) -> None:
        """Replace split streets by their pieces and add the new street and nodes."""
        pieces = [piece for row in sorted(self.cuts) for piece in self._split(row)]
        split_ids = self.streets["street_id"].iloc[sorted(self.cuts)]
        if pieces:
            self._move_restrictions(set(split_ids), pd.DataFrame(pieces))
            self.draft.keep("streets", ~self.streets["street_id"].isin(split_ids))
        if self.new_nodes:
            self.draft.add("street_nodes", [_node_row(*item) for item in self.new_nodes.items()])
        self.draft.add("streets", [*pieces, *self._own_pieces()])

    def _own_pieces(self) -> list[dict[str, Any]]:
        places = sorted(self.joints)
        shapes = [substring(self.course, *pair) for pair in itertools.pairwise(places)]
        lengths = ground_lengths_m(np.array(shapes, dtype=object), self.draft.region.crs)
        own = self.plan.row()
        return [
            own | {
                "street_id": f"{self.plan.added_id}:{number}", "geometry": shape,
                "from_node": self.joints[places[number]],
                "to_node": self.joints[places[number + 1]], "length_m": float(lengths[number]),
            }
            for number, shape in enumerate(shapes)
        ]  # fmt: skip

    def _split(self, row: int) -> Iterator[dict[str, Any]]:
        """Cut one street; lengths on the ground are shared out and add up to the old one."""
        old = self.streets.iloc[row]
        shape = self.shapes[row]
        inner = sorted(self.cuts[row].items())
        places = [0.0, *(along for along, _ in inner), shape.length]
        nodes = [old["from_node"], *(node for _, node in inner), old["to_node"]]
        for number in range(len(nodes) - 1):
            start_m, end_m = places[number], places[number + 1]
            share = (end_m - start_m) / shape.length
            yield dict(old) | {
                "street_id": f"{old['street_id']}/{self.plan.added_id}:{number}",
                "from_node": nodes[number], "to_node": nodes[number + 1],
                "length_m": old["length_m"] * share, "duration_s": old["duration_s"] * share,
                "geometry": substring(shape, start_m, end_m),
            }  # fmt: skip

    def _move_restrictions(self, split_ids: set[str], pieces: pd.DataFrame) -> None:
        """Let turn restrictions name the pieces that touch the turn."""
        turns = self.draft.frame("turn_restrictions")
        if not len(turns):
            return
        parents = pieces["street_id"].str.rsplit("/", n=1).str[0]
        old = self.streets.set_index("street_id")
        pieces_of = {name: pieces[parents == name] for name in split_ids}
        moved = turns.copy()
        for index, turn in turns.iterrows():
            chain = [
                turn["from_street_id"],
                *(str(turn["via_street_ids"]).split() if pd.notna(turn["via_street_ids"]) else []),
                turn["to_street_id"],
            ]
            if not split_ids & set(chain):
                continue
            named = _chain_of_pieces(chain, turn["via_node_id"], pieces_of, old)
            moved.loc[index, "from_street_id"] = named[0]
            moved.loc[index, "to_street_id"] = named[-1]
            if len(named) > 2:  # noqa: PLR2004 -- from and to, and what lies between
                moved.loc[index, "via_street_ids"] = " ".join(named[1:-1])
        self.draft.replace("turn_restrictions", moved)


def _chain_of_pieces(
    chain: list[str], via_node: Any, pieces_of: dict[str, pd.DataFrame], streets: pd.DataFrame
) -> list[str]:
    """Name the pieces a turn leads over: of its first and last street, those at the turn."""
    ends = [set(streets.loc[name, ["from_node", "to_node"]]) for name in chain]
    named: list[str] = []
    for place, name in enumerate(chain):
        if name not in pieces_of:
            named.append(name)
            continue
        pieces = pieces_of[name]
        if 0 < place < len(chain) - 1:
            order = list(pieces["street_id"])
            is_along = streets.loc[name, "from_node"] in ends[place - 1]
            named += order if is_along else order[::-1]
            continue
        beside = ends[1] if place == 0 else ends[-2]
        turn = {via_node} if isinstance(via_node, str) else beside & ends[place]
        at_turn = pieces["from_node"].isin(turn) | pieces["to_node"].isin(turn)
        named.append(str(pieces.loc[at_turn, "street_id"].iloc[0]))
    return named


def _node_row(node: str, point: Point) -> dict[str, Any]:
    closed = {f"blocks_{mode}": False for mode in STREET_MODES}
    return {"node_id": node, "is_signal": False, "geometry": point, **closed}


def _points_of(shape: Any) -> list[Point]:
    parts = getattr(shape, "geoms", [shape])
    return [part for part in parts if isinstance(part, Point)]


def _is_near(along_m: float, joints: dict[float, str]) -> bool:
    return any(abs(along_m - other) < _SAME_PLACE_M for other in joints)
