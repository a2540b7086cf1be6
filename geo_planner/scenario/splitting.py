"""Streets cut where a new one joins them: pieces, new nodes, and turn restrictions that follow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point
from shapely.ops import substring

from geo_planner.scenario.draft import Draft
from geo_planner.scenario.streets import STREET_MODES

SAME_PLACE_M = 1.0


@dataclass
class Cuts:
    """Collect where streets are cut.

    Parameters
    ----------
    streets
        Rows of the streets table.
    added_id
        Start of the ids of new nodes and pieces.
    """

    streets: gpd.GeoDataFrame
    added_id: str
    places: dict[int, dict[float, str]] = field(default_factory=dict)
    new_nodes: dict[str, tuple[Point, int | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shapes = self.streets.geometry.to_numpy()
        self.street_ids = self.streets["street_id"].tolist()

    def name_of(self, row: int) -> str:
        """Name a street in messages."""
        name = self.streets["name"].iloc[row]
        return self.street_ids[row] if pd.isna(name) else f"{name} ({self.street_ids[row]})"

    def place_on(self, row: int, point: Point) -> Point:
        """Give the place on a street nearest to a point."""
        shape = self.shapes[row]
        return shape.interpolate(_along_m(shape, point))

    def node_on(self, row: int, point: Point) -> str:
        """Name the node of a place on a street: its end, or a new one that cuts it."""
        shape = self.shapes[row]
        along_m = _along_m(shape, point)
        if along_m == 0.0:
            return str(self.streets["from_node"].iloc[row])
        if along_m == shape.length:
            return str(self.streets["to_node"].iloc[row])
        cuts = self.places.setdefault(row, {})
        for earlier_m, node in cuts.items():
            if abs(earlier_m - along_m) < SAME_PLACE_M:
                return node
        cuts[along_m] = self.new_node(shape.interpolate(along_m), row)
        return cuts[along_m]

    def new_node(self, point: Point, row: int | None = None) -> str:
        """Name a new node, on a street or free."""
        node = f"{self.added_id}:{len(self.new_nodes)}"
        self.new_nodes[node] = point, row
        return node

    def node_rows(self, nodes: pd.DataFrame) -> list[dict[str, Any]]:
        """Make rows of new nodes; on a street the height lies between those of its ends."""
        heights = pd.Series(nodes["elevation_m"].to_numpy(float), index=nodes["node_id"])
        closed = {f"blocks_{mode}": False for mode in STREET_MODES}
        return [
            {
                "node_id": node, "is_signal": False, "geometry": point, **closed,
                "elevation_m": np.nan if row is None else self._height_m(row, point, heights),
            }
            for node, (point, row) in self.new_nodes.items()
        ]  # fmt: skip

    def _height_m(self, row: int, point: Point, heights: "pd.Series[float]") -> float:
        low, high = (
            float(heights[self.streets[end].iloc[row]]) for end in ("from_node", "to_node")
        )
        return low + (high - low) * float(self.shapes[row].project(point, normalized=True))

    def pieces(self) -> list[dict[str, Any]]:
        """Give the rows that take the place of the streets cut."""
        return [piece for row in sorted(self.places) for piece in self._split(row)]

    def _split(self, row: int) -> Iterator[dict[str, Any]]:
        """Cut one street; lengths on the ground are shared out and add up to the old one."""
        old = self.streets.iloc[row]
        shape = self.shapes[row]
        inner = sorted(self.places[row].items())
        places = [0.0, *(along for along, _ in inner), shape.length]
        nodes = [old["from_node"], *(node for _, node in inner), old["to_node"]]
        for number in range(len(nodes) - 1):
            start_m, end_m = places[number], places[number + 1]
            share = (end_m - start_m) / shape.length
            yield dict(old) | {
                "street_id": f"{old['street_id']}/{self.added_id}:{number}",
                "from_node": nodes[number], "to_node": nodes[number + 1],
                "length_m": old["length_m"] * share, "duration_s": old["duration_s"] * share,
                "geometry": substring(shape, start_m, end_m),
            }  # fmt: skip

    def move_restrictions(self, draft: Draft) -> None:
        """Let turn restrictions name the pieces that touch the turn."""
        turns = draft.frame("turn_restrictions")
        if not len(turns):
            return
        split_ids = {self.street_ids[row] for row in self.places}
        pieces = pd.DataFrame(self.pieces())
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
        draft.replace("turn_restrictions", moved)


def _along_m(shape: LineString, point: Point) -> float:
    """Measure where along a street a point lies; close to an end it is the end."""
    along_m = float(shape.project(point))
    if along_m < SAME_PLACE_M:
        return 0.0
    return float(shape.length) if shape.length - along_m < SAME_PLACE_M else along_m


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
