"""The pipeline: from a region to access of zones, businesses and sites, and a score of sites."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.analysis.found_sites import FoundSites, find_sites
    from geo_planner.analysis.goals import policy_figures_of, policy_of, with_policy
    from geo_planner.analysis.pipeline import Progress, analyse, measures_of, run
    from geo_planner.analysis.result import DETAILS, AnalysisResult, read_result, settings_of

__all__ = [
    "DETAILS",
    "AnalysisResult",
    "FoundSites",
    "Progress",
    "analyse",
    "find_sites",
    "measures_of",
    "policy_figures_of",
    "policy_of",
    "read_result",
    "run",
    "settings_of",
    "with_policy",
]

__getattr__ = names_on_use(
    __name__,
    {
        "found_sites": ("FoundSites", "find_sites"),
        "goals": ("policy_figures_of", "policy_of", "with_policy"),
        "pipeline": ("Progress", "analyse", "measures_of", "run"),
        "result": ("DETAILS", "AnalysisResult", "read_result", "settings_of"),
    },
)
