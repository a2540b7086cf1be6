"""Street networks: one graph per mode, as arrays of whole centiseconds, kept beside the region."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.networks.derived import Arrays, derived_arrays
from geo_planner.networks.street.build import (
    ISLAND,
    KEPT,
    MIN_COMPONENT_NODES,
    NOT_USABLE,
    build_street_arrays,
)
from geo_planner.networks.street.r5_rules import R5
from geo_planner.networks.street.speeds import car_speed_rows
from geo_planner.networks.street.turns import driving_sides
from geo_planner.packaged import country_rows, packaged_rows
from geo_planner.region import Region

__all__ = ["ISLAND", "KEPT", "NOT_USABLE", "StreetNetwork", "street_network"]

ARRAY_LAYOUT = 6


_SETTINGS = {
    "walk": ("walk_speed_kmh",),
    "bicycle": (
        "bicycle_speed_kmh",
        "walk_speed_kmh",
        "max_traffic_stress",
        "missing_limits",
        "turn_costs",
    ),
    "ebike": (
        "ebike_speed_kmh",
        "walk_speed_kmh",
        "max_traffic_stress",
        "missing_limits",
        "turn_costs",
    ),
    "car": (
        "missing_limits",
        "car_traffic",
        "car_peak_hour",
        "turn_costs",
        "driving_side",
        "drive_through_access",
    ),
}
_NUMBERS = {
    "walk": ("grade_relations",),
    "bicycle": ("grade_relations", "turn_costs", "traffic_stress"),
    "ebike": ("grade_relations", "turn_costs", "traffic_stress"),
    "car": ("turn_costs",),
}
_TABLES = ("streets", "street_nodes", "turn_restrictions")


@dataclass(frozen=True)
class StreetNetwork:
    """Hold the graph of one mode; arrays only, memory-mapped where possible.

    Parameters
    ----------
    mode
        walk, bicycle, ebike or car.
    arc_ptr, arc_head, arc_cost
        Forward graph: ``(n_nodes + 1,)``, ``(n_arcs,)``, ``(n_arcs,)`` [cs].
    reverse_ptr, reverse_head, reverse_cost
        The same with every arc turned round, for searches towards a destination.
    leave_from, leave_to
        State from which a trip goes on that has come along a street to its first or last vertex,
        ``(n_streets,)``; -1 where closed or not kept. In a plain graph states are nodes.
    leave_from_cost, leave_to_cost
        What going on costs beside the street itself, such as the only turn there is [cs].
    enter_from, enter_to
        State in which a trip is about to enter a street at its first or last vertex; -1: never.
    stand_from, stand_to, meet_from, meet_to
        States that a trip leaves from (stand) or ends in (meet) which starts or ends exactly at the
        first or last vertex of a street: on the crossing, where it need not turn.
    street_forward, street_backward
        Cost of each street along and against its geometry [cs]; -1: not allowed.
    street_is_guarded
        Whether trips enter the street only to end there or leave it to begin, ``(n_streets,)``.
    way_out_from, way_out_to
        Least cost from the first and last vertex of each street to a street that is not so [cs].
    street_state
        0 not usable, 1 island, 2 kept; ``(n_streets,)`` in the order of the streets table.
    is_snappable
        Whether points may be linked to the street.
    node_order
        Row of the street_nodes table that each state stands at; neighbours in space lie close.
    """

    mode: str
    arc_ptr: IntArray
    arc_head: IntArray
    arc_cost: IntArray
    reverse_ptr: IntArray
    reverse_head: IntArray
    reverse_cost: IntArray
    leave_from: IntArray
    leave_to: IntArray
    leave_from_cost: IntArray
    leave_to_cost: IntArray
    enter_from: IntArray
    enter_to: IntArray
    stand_from: IntArray
    stand_to: IntArray
    meet_from: IntArray
    meet_to: IntArray
    street_forward: IntArray
    street_backward: IntArray
    street_is_guarded: npt.NDArray[np.bool_]
    way_out_from: IntArray
    way_out_to: IntArray
    street_state: npt.NDArray[np.uint8]
    is_snappable: npt.NDArray[np.bool_]
    node_order: IntArray

    @property
    def n_nodes(self) -> int:
        """Count the states: nodes, kept or not, and where turns matter directed streets."""
        return len(self.arc_ptr) - 1

    @cached_property
    def max_arc_cost(self) -> int:
        """Cost of the dearest arc, or street and turn at its end [cs]."""
        streets = np.maximum(self.street_forward, self.street_backward).max(initial=1)
        turns = max(self.leave_from_cost.max(initial=0), self.leave_to_cost.max(initial=0))
        return max(int(self.arc_cost.max(initial=1)), int(streets) + int(turns))


def street_network(
    region: Region, mode: str, travel: Travel, *, is_level: bool = False
) -> StreetNetwork:
    """Lay out the streets of a region for one mode, from the region's derived arrays if there.

    Parameters
    ----------
    region
        Region with streets and street_nodes.
    mode
        walk, bicycle, ebike or car.
    travel
        Speeds, traffic and turn costs.
    is_level
        Take no account of grades and no ferries: at 1 m/s, what a street costs is its length.
    """
    country = region.study.get("country")
    is_r5 = travel.street_rules == R5
    settings: dict[str, Any] = {
        "mode": mode,
        "country": None if mode == "walk" else country,
        **{name: getattr(travel, name) for name in _SETTINGS[mode]},
        "numbers": {name: packaged_rows(name) for name in _NUMBERS[mode]},
        "car_speeds": None if mode == "walk" else car_speed_rows(country),
        "car_peak": country_rows(country, "car_peak") if mode == "car" else None,
        "driving_sides": driving_sides() if mode == "car" else None,
        "min_component_nodes": MIN_COMPONENT_NODES,
        "layout": ARRAY_LAYOUT,
        **({"is_level": True} if is_level else {}),
        **({"whole_second_streets": True} if travel.whole_second_streets else {}),
        **({"street_rules": R5, "speeds": car_speed_rows(R5)} if is_r5 else {}),
    }

    def make() -> Arrays:
        streets = region.geo_table("streets")
        if is_level:
            is_land = streets["road_class"] != "ferry"
            ways = {n: streets[n] & is_land for n in (f"{mode}_forward", f"{mode}_backward")}
            streets = streets.assign(grade=np.nan, **ways)
        return build_street_arrays(
            streets,
            region.geo_table("street_nodes"),
            mode,
            travel,
            country,
            region.table("turn_restrictions") if region.has("turn_restrictions") else None,
        )

    tables = _TABLES[:2] if mode == "walk" else _TABLES
    arrays = derived_arrays(region, f"street-{mode}", tables, settings, make)
    return StreetNetwork(mode=mode, **arrays)
