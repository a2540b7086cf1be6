"""Portfolios: which sites, developed how far, reach a target of jobs."""

from geo_planner.portfolio.frames import (
    NEEDED_OF_LAND,
    portfolio_frame,
    station_near_shares,
    workers_mean_minutes,
)
from geo_planner.portfolio.limits import CASES, OBJECTIVES, Case, Objective, PortfolioLimits
from geo_planner.portfolio.solving import PortfolioResult, TargetError, solve_portfolio

__all__ = [
    "CASES",
    "NEEDED_OF_LAND",
    "OBJECTIVES",
    "Case",
    "Objective",
    "PortfolioLimits",
    "PortfolioResult",
    "TargetError",
    "portfolio_frame",
    "solve_portfolio",
    "station_near_shares",
    "workers_mean_minutes",
]
