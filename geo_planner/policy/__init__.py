"""The policy's goals in figures: clusters, indicators, and what became of the goals."""

from geo_planner.policy.clusters import (
    cluster_jobs,
    location_quotients,
    specialisation,
)
from geo_planner.policy.collect import collect_policy_frames
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.hot_spots import hot_spots
from geo_planner.policy.indicators import (
    PolicyFigures,
    policy_figures,
    policy_indicators,
)
from geo_planner.policy.key_times import minutes_to_places, minutes_to_school
from geo_planner.policy.neighbours import same_cluster_jobs
from geo_planner.policy.text import indicator_records

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
