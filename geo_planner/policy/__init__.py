"""The policy's goals in figures: clusters, indicators, and what became of the goals."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use
from geo_planner.policy.clusters import (
    cluster_jobs,
    location_quotients,
    specialisation,
)
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.hot_spots import hot_spots
from geo_planner.policy.indicators import (
    PolicyFigures,
    policy_figures,
    policy_indicators,
)
from geo_planner.policy.text import indicator_records

if TYPE_CHECKING:
    from geo_planner.policy.collect import collect_policy_frames
    from geo_planner.policy.key_times import minutes_to_places, minutes_to_school
    from geo_planner.policy.neighbours import same_cluster_jobs

__all__ = [
    "PolicyFigures",
    "PolicyFrames",
    "cluster_jobs",
    "collect_policy_frames",
    "hot_spots",
    "indicator_records",
    "location_quotients",
    "minutes_to_places",
    "minutes_to_school",
    "policy_figures",
    "policy_indicators",
    "same_cluster_jobs",
    "specialisation",
]

__getattr__ = names_on_use(
    __name__,
    {
        "collect": ("collect_policy_frames",),
        "key_times": ("minutes_to_places", "minutes_to_school"),
        "neighbours": ("same_cluster_jobs",),
    },
)
