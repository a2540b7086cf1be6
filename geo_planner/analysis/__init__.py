"""The pipeline: from a region to access of zones, businesses and sites, and a score of sites."""

from geo_planner.analysis.goals import policy_figures_of, policy_of, with_policy
from geo_planner.analysis.pipeline import Progress, analyse, measures_of, run
from geo_planner.analysis.result import DETAILS, AnalysisResult, read_result, settings_of

__all__ = [
    "DETAILS",
    "AnalysisResult",
    "Progress",
    "analyse",
    "measures_of",
    "policy_figures_of",
    "policy_of",
    "read_result",
    "run",
    "settings_of",
    "with_policy",
]
