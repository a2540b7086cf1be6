"""The difference of any two results: rows, people, sites, totals, and whether it is fair."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
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

__getattr__ = names_on_use(
    __name__,
    {
        "comparison": ("Comparison", "compare_results", "reversed_comparison"),
        "fairness": ("differences_in_kind",),
        "text": ("summary_of",),
    },
)
