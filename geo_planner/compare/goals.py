"""Goals before and after: indicators of the policy, and what reaches a number of jobs."""

import pandas as pd

from geo_planner.analysis import AnalysisResult, policy_of
from geo_planner.portfolio import (
    CASES,
    NEEDED_OF_LAND,
    TargetError,
    portfolio_frame,
    solve_portfolio,
)
from geo_planner.reasons import Reason, join_reasons, write_reasons

_DESCRIBED = ("statement", "label_en", "label_da", "unit", "target_value", "target_year")
_BOTH = ("value", "status", "reason")
_KEYS = ["id", "area"]
_NEEDED = ("score", *(f"jobs_{case}" for case in CASES), "stage", *NEEDED_OF_LAND)
_FIGURES = ("jobs", "n_sites", "floor_area_m2", "land_take_m2", "mean_score")


def policy_before_and_after(
    a: AnalysisResult, b: AnalysisResult, threads: int | None = None
) -> pd.DataFrame:
    """Set the indicators of the policy of both results side by side.

    Returns
    -------
    DataFrame
        One row per indicator and area, in the policy's order: what it is, ``value_a``,
        ``value_b``, ``difference``, and status and reason of both; what needs data is unknown.
    """
    tables = [policy_of(result, threads).set_index(_KEYS) for result in (a, b)]
    index = tables[1].index.union(tables[0].index, sort=False)
    sides = [table.reindex(index) for table in tables]
    columns = {name: sides[1][name].combine_first(sides[0][name]) for name in _DESCRIBED}
    for name in _BOTH:
        columns |= {f"{name}_{side}": table[name] for side, table in zip("ab", sides, strict=True)}
    frame = pd.DataFrame(columns, index=index)
    frame["difference"] = frame["value_b"].astype(float) - frame["value_a"].astype(float)
    return frame.reset_index()


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
        ``mean_score``; ``sites_a`` and ``sites_b``: the sites opened, by id; ``reasons_a``
        and ``reasons_b``: why a case or all of them cannot be reached, as tables hold reasons.
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
                for name in ("sites", "reasons")
                for side, part in zip("ab", sides, strict=True)
            },
        },
        index=index,
    )
    frame.insert(2, "difference", frame["b"] - frame["a"])
    return frame.reset_index()


def _portfolios(result: AnalysisResult, target_jobs: float) -> pd.DataFrame:
    """Solve all cases of one result; what cannot be reached has a reason and no figures."""
    absent = [name for name in _NEEDED if name not in result.sites]
    if absent:
        return _unreached([Reason("table_lacks", table="sites", columns=tuple(absent))])
    frame = portfolio_frame(result.sites, result.sites)
    try:
        solved = solve_portfolio(frame, target_jobs, must_hold="high")
    except TargetError as error:
        short = Reason("jobs_out_of_reach", target=target_jobs, jobs=error.reachable_jobs)
        return _unreached([short, *error.binding])
    rows: list[tuple[str, str, float, str, str]] = []
    best = solved.portfolios[solved.portfolios["alternative"] == 1].set_index("case")
    opened = solved.alternatives[solved.alternatives["alternative"] == 1]
    for case, answer in solved.summary["cases"].items():
        sites = " ".join(sorted(opened.loc[opened["case"] == case, "site_id"].astype(str)))
        reasons = join_reasons(answer["binding"]) or ""
        rows.append((case, "reachable_jobs", answer["reachable_jobs"], sites, reasons))
        if case in best.index:
            rows += [
                (case, name, best.loc[case, name], sites, reasons)
                for name in _FIGURES
                if name in best
            ]
    return _portfolio_rows(rows)


def _unreached(reasons: list[Reason]) -> pd.DataFrame:
    cell = write_reasons(reasons) or ""
    return _portfolio_rows([(case, "reachable_jobs", float("nan"), "", cell) for case in CASES])


def _portfolio_rows(rows: list[tuple[str, str, float, str, str]]) -> pd.DataFrame:
    columns = ["case", "figure", "value", "sites", "reasons"]
    return pd.DataFrame(rows, columns=columns).set_index(["case", "figure"])
