"""Portfolios: which sites, developed how far, reach a target of jobs."""

from geo_planner.portfolio.frames import (
    portfolio_frame,
    station_near_shares,
    workers_mean_minutes,
)
from geo_planner.portfolio.limits import CASES, OBJECTIVES, Case, Objective, PortfolioLimits
from geo_planner.portfolio.solving import PortfolioResult, solve_portfolio

__all__ = [
    "CASES",
    "OBJECTIVES",
    "Case",
    "Objective",
    "PortfolioLimits",
    "PortfolioResult",
    "portfolio_frame",
    "solve_portfolio",
    "station_near_shares",
    "workers_mean_minutes",
]
