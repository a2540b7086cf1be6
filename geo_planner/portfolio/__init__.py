"""Portfolios: which sites, developed how far, reach a target of jobs."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use
from geo_planner.portfolio.frames import NEEDED_OF_LAND, portfolio_frame
from geo_planner.portfolio.limits import CASES, OBJECTIVES, Case, Objective, PortfolioLimits
from geo_planner.portfolio.solving import PortfolioResult, TargetError, solve_portfolio

if TYPE_CHECKING:
    from geo_planner.portfolio.searches import station_near_shares, workers_mean_minutes

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

__getattr__ = names_on_use(__name__, {"searches": ("station_near_shares", "workers_mean_minutes")})
