"""Access: what can be reached from where, and by how many."""

from geo_planner.accessibility.points import access_of_points, anchor_points
from geo_planner.accessibility.sweep import Access, Measure, cumulative, gravity, sweep_access

__all__ = [
    "Access",
    "Measure",
    "access_of_points",
    "anchor_points",
    "cumulative",
    "gravity",
    "sweep_access",
]
