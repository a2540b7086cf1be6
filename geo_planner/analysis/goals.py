"""The policy's indicators of a run: computed once, kept with the run's tables."""

from dataclasses import replace

import pandas as pd

from geo_planner.analysis.result import AnalysisResult

POLICY = "policy"


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
    kept = result.details.get(POLICY)
    if kept is not None and len(kept):
        return kept
    from geo_planner.policy import collect_policy_frames, policy_indicators

    frames = collect_policy_frames(
        result.region,
        result.zones,
        result.businesses,
        result.sites,
        result.study.travel,
        land=result.study.land,
        threads=threads,
    )
    return policy_indicators(frames)


def with_policy(result: AnalysisResult, threads: int | None = None) -> AnalysisResult:
    """Put the policy's indicators to the tables of a result."""
    table = policy_of(result, threads)
    return replace(result, details={**result.details, POLICY: table})
