"""Candidate sites: what is measured of them, and how that becomes a score and a rank."""

from geo_planner.siting.measuring import SiteMeasures, measure_criteria
from geo_planner.siting.scoring import criteria_frame, criterion_weights, score_sites

__all__ = [
    "SiteMeasures",
    "criteria_frame",
    "criterion_weights",
    "measure_criteria",
    "score_sites",
]
