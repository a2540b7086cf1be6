"""Portfolios: which sites, developed how far, reach a target of jobs."""

from geo_planner.portfolio.limits import CASES, OBJECTIVES, Case, Limits, Objective
from geo_planner.portfolio.solving import PortfolioResult, solve_portfolio

__all__ = [
    "CASES",
    "OBJECTIVES",
    "Case",
    "Limits",
    "Objective",
    "PortfolioResult",
    "solve_portfolio",
]
