"""The difference of any two results: rows, people, sites, totals, and whether it is fair."""

from geo_planner.compare.comparison import Comparison, compare_results, reversed_comparison
from geo_planner.compare.fairness import differences_in_kind
from geo_planner.compare.text import summary_of

__all__ = [
    "Comparison",
    "compare_results",
    "differences_in_kind",
    "reversed_comparison",
    "summary_of",
]
