"""Candidate sites: what is measured of them, and how that becomes a score and a rank."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use
from geo_planner.siting.aggregation import MAY_REVERSE_RANKS, aggregate
from geo_planner.siting.correlation import correlation_warnings, criteria_correlation
from geo_planner.siting.criteria import criteria_frame, values_frame
from geo_planner.siting.hard_constraints import hard_constraints
from geo_planner.siting.profiles import Profile, criterion_weights, profiles
from geo_planner.siting.reference import Reference, load_reference, save_reference, width_warnings
from geo_planner.siting.robustness import Acceptability, rank_acceptability, robustness
from geo_planner.siting.scoring import score_sites
from geo_planner.siting.sensitivity import score_cases

if TYPE_CHECKING:
    from geo_planner.siting.explanation import Winning, what_would_make_first
    from geo_planner.siting.measuring import SiteMeasures, measure_criteria

__all__ = [
    "MAY_REVERSE_RANKS",
    "Acceptability",
    "Profile",
    "Reference",
    "SiteMeasures",
    "Winning",
    "aggregate",
    "correlation_warnings",
    "criteria_correlation",
    "criteria_frame",
    "criterion_weights",
    "hard_constraints",
    "load_reference",
    "measure_criteria",
    "profiles",
    "rank_acceptability",
    "robustness",
    "save_reference",
    "score_cases",
    "score_sites",
    "values_frame",
    "what_would_make_first",
    "width_warnings",
]

__getattr__ = names_on_use(
    __name__,
    {
        "explanation": ("Winning", "what_would_make_first"),
        "measuring": ("SiteMeasures", "measure_criteria"),
    },
)
