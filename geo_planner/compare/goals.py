"""Goals before and after: indicators of the policy, and what reaches a number of jobs."""

import pandas as pd

from geo_planner.analysis import AnalysisResult
from geo_planner.errors import InputError
from geo_planner.policy import collect_policy_frames, policy_indicators
from geo_planner.portfolio import CASES, portfolio_frame, solve_portfolio

_TOLD = ("statement", "label_en", "label_da", "unit", "target_value", "target_year")
_BOTH = ("value", "status", "reason")
_KEYS = ["id", "area"]
_FIGURES = ("jobs", "n_sites", "floor_area_m2", "land_take_m2", "mean_score")


def policy_before_and_after(
    a: AnalysisResult, b: AnalysisResult, threads: int | None = None
) -> pd.DataFrame:
    """Compute the indicators of the policy for both results.

    Returns
    -------
    DataFrame
        One row per indicator and area, in the policy's order: what it is, ``value_a``,
        ``value_b``, ``difference``, and status and reason of both; what needs data is unknown.
    """
    tables = [_indicators(result, threads) for result in (a, b)]
    index = tables[1].index.union(tables[0].index, sort=False)
    sides = [table.reindex(index) for table in tables]
    columns = {name: sides[1][name].combine_first(sides[0][name]) for name in _TOLD}
    for name in _BOTH:
        columns |= {f"{name}_{side}": table[name] for side, table in zip("ab", sides, strict=True)}
    frame = pd.DataFrame(columns, index=index)
    frame["difference"] = frame["value_b"].astype(float) - frame["value_a"].astype(float)
    return frame.reset_index()


def _indicators(result: AnalysisResult, threads: int | None) -> pd.DataFrame:
    frames = collect_policy_frames(
        result.region,
        result.zones,
        result.businesses,
        result.study.travel,
        land=result.study.land,
        siting=result.study.siting,
        threads=threads,
    )
    return policy_indicators(frames).set_index(_KEYS)


def target_before_and_after(
    a: AnalysisResult, b: AnalysisResult, target_jobs: float
) -> pd.DataFrame:
    """Find the best portfolio of sites that reaches a number of jobs, for both results.

    Parameters
    ----------
    a, b
        Results with scored sites.
    target_jobs
        Net new private jobs to deliver.

    Returns
    -------
    DataFrame
        One row per case (low, likely, high) and figure: ``a``, ``b``, ``difference`` of
        ``reachable_jobs``, ``jobs``, ``n_sites``, ``floor_area_m2``, ``land_take_m2``,
        ``mean_score``; ``sites_a`` and ``sites_b``: the sites opened, by id; ``told_a`` and
        ``told_b``: why a case or all of them cannot be reached.
    """
    rows = [_portfolios(result, target_jobs) for result in (a, b)]
    keys = [(case, figure) for case in CASES for figure in ("reachable_jobs", *_FIGURES)]
    index = pd.MultiIndex.from_tuples(keys, names=["case", "figure"])
    sides = [row.reindex(index) for row in rows]
    frame = pd.DataFrame(
        {
            "a": sides[0]["value"].astype(float),
            "b": sides[1]["value"].astype(float),
            **{
                f"{name}_{side}": part[name]
                for name in ("sites", "told")
                for side, part in zip("ab", sides, strict=True)
            },
        },
        index=index,
    )
    frame.insert(2, "difference", frame["b"] - frame["a"])
    return frame.reset_index()


def _portfolios(result: AnalysisResult, target_jobs: float) -> pd.DataFrame:
    """Solve all cases of one result; what cannot be reached has a reason and no figures."""
    columns = ["case", "figure", "value", "sites", "told"]
    try:
        frame = portfolio_frame(result.sites, result.sites)
        solved = solve_portfolio(frame, target_jobs, must_hold="high")
    except (InputError, KeyError) as error:
        told = str(error) if isinstance(error, InputError) else f"sites have no column {error}"
        rows = [(case, "reachable_jobs", float("nan"), "", told) for case in CASES]
        return pd.DataFrame(rows, columns=columns).set_index(["case", "figure"])
    rows = []
    best = solved.portfolios[solved.portfolios["alternative"] == 1].set_index("case")
    opened = solved.alternatives[solved.alternatives["alternative"] == 1]
    for case, answer in solved.summary["cases"].items():
        sites = " ".join(sorted(opened.loc[opened["case"] == case, "site_id"].astype(str)))
        told = "; ".join(answer["binding"])
        rows.append((case, "reachable_jobs", answer["reachable_jobs"], sites, told))
        if case in best.index:
            rows += [
                (case, name, best.loc[case, name], sites, told) for name in _FIGURES if name in best
            ]
    return pd.DataFrame(rows, columns=columns).set_index(["case", "figure"])
