"""The policy in figures of a run: computed once, kept with the run's tables."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.analysis.result import AnalysisResult

if TYPE_CHECKING:
    from geo_planner.policy import PolicyFigures

POLICY, POLICY_TRENDS, POLICY_GOALS = "policy", "policy_trends", "policy_goals"


def policy_of(result: AnalysisResult, threads: int | None = None) -> pd.DataFrame:
    """Give the policy's indicators of a result: those kept with it, or else computed now.

    Parameters
    ----------
    result
        Result of a run.
    threads
        Searches at once; None: one per core.

    Returns
    -------
    DataFrame
        As :func:`geo_planner.policy.policy_indicators`.
    """
    return policy_figures_of(result, threads).indicators


def policy_figures_of(result: AnalysisResult, threads: int | None = None) -> "PolicyFigures":
    """Give indicators, their years and the goals of a result: as kept, or else computed now.

    Parameters
    ----------
    result
        Result of a run.
    threads
        Searches at once; None: one per core.
    """
    from geo_planner.policy import PolicyFigures

    kept = result.details.get(POLICY)
    if kept is not None and len(kept):
        none = pd.DataFrame()
        return PolicyFigures(
            kept, result.details.get(POLICY_TRENDS, none), result.details.get(POLICY_GOALS, none)
        )
    # slow to import, and of no use to figures that are kept
    from geo_planner.policy import collect_policy_frames, policy_figures

    frames = collect_policy_frames(
        result.region,
        result.zones,
        result.businesses,
        result.sites,
        result.study.travel,
        land=result.study.land,
        policy=result.study.policy,
        threads=threads,
    )
    return policy_figures(frames)


def with_policy(result: AnalysisResult, threads: int | None = None) -> AnalysisResult:
    """Put the policy in figures to the tables of a result."""
    figures = policy_figures_of(result, threads)
    own = {
        POLICY: figures.indicators,
        POLICY_TRENDS: figures.trends,
        POLICY_GOALS: figures.goals,
    }
    return replace(result, details={**result.details, **own})
