"""Access: what can be reached from where, and by how many."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.accessibility.competition import (
        Catchment,
        balanced_floating_catchment,
        open_catchment,
        spatial_availability,
        two_step_floating_catchment,
    )
    from geo_planner.accessibility.edge import cut_by_edge
    from geo_planner.accessibility.equity import Equity, equity_by_district, equity_of
    from geo_planner.accessibility.keys import COUNTED
    from geo_planner.accessibility.of_matrix import (
        balancing_cost,
        cost_to_closest,
        cumulative_access,
        floating_catchment_access,
        gravity_access,
        spatial_availability_access,
    )
    from geo_planner.accessibility.points import access_of_points, anchor_points
    from geo_planner.accessibility.ptal import ptal_window_s, ptal_windows
    from geo_planner.accessibility.reach import ReachCurves, Reaching, every_minute
    from geo_planner.accessibility.service import service_of, service_points
    from geo_planner.accessibility.service_level import service_level_of, service_levels
    from geo_planner.accessibility.sweep import AccessSums, sweep_access
    from geo_planner.accessibility.travel_matrix import TravelMatrix
    from geo_planner.accessibility.weighing import Measure, cumulative, gravity

__all__ = [
    "COUNTED",
    "AccessSums",
    "Catchment",
    "Equity",
    "Measure",
    "ReachCurves",
    "Reaching",
    "TravelMatrix",
    "access_of_points",
    "anchor_points",
    "balanced_floating_catchment",
    "balancing_cost",
    "cost_to_closest",
    "cumulative",
    "cumulative_access",
    "cut_by_edge",
    "equity_by_district",
    "equity_of",
    "every_minute",
    "floating_catchment_access",
    "gravity",
    "gravity_access",
    "open_catchment",
    "ptal_window_s",
    "ptal_windows",
    "service_level_of",
    "service_levels",
    "service_of",
    "service_points",
    "spatial_availability",
    "spatial_availability_access",
    "sweep_access",
    "two_step_floating_catchment",
]

__getattr__ = names_on_use(
    __name__,
    {
        "competition": (
            "Catchment",
            "balanced_floating_catchment",
            "open_catchment",
            "spatial_availability",
            "two_step_floating_catchment",
        ),
        "edge": ("cut_by_edge",),
        "equity": ("Equity", "equity_by_district", "equity_of"),
        "keys": ("COUNTED",),
        "of_matrix": (
            "balancing_cost",
            "cost_to_closest",
            "cumulative_access",
            "floating_catchment_access",
            "gravity_access",
            "spatial_availability_access",
        ),
        "points": ("access_of_points", "anchor_points"),
        "ptal": ("ptal_window_s", "ptal_windows"),
        "reach": ("ReachCurves", "Reaching", "every_minute"),
        "service": ("service_of", "service_points"),
        "service_level": ("service_level_of", "service_levels"),
        "sweep": ("AccessSums", "sweep_access"),
        "travel_matrix": ("TravelMatrix",),
        "weighing": ("Measure", "cumulative", "gravity"),
    },
)
