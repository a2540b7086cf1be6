"""Which sites, developed how far, deliver a number of net new private jobs by a year.

Under the low, the likely and the high case of jobs per site; the best portfolio and the next best
ones that open another set of sites. A target out of reach is told with what is reachable and the
limit that binds. Capacity is what land allows, not a promise that jobs come.
"""

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.arrays import BoolArray
from geo_planner.errors import InputError, require_kind
from geo_planner.portfolio.candidates import Candidates, candidates_of, sharing_ground
from geo_planner.portfolio.limits import (
    CASES,
    NO_LIMITS,
    Case,
    Objective,
    PortfolioLimits,
    require_sound,
)
from geo_planner.portfolio.model import Solution, build_model, most_jobs, solve
from geo_planner.portfolio.phasing import phase
from geo_planner.reasons import Reason, reasons_or_text
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording

_ENOUGH = 1e-9


@dataclass(frozen=True)
class PortfolioResult:
    """Hold portfolios that reach the target.

    Parameters
    ----------
    alternatives
        One row per case, alternative (1 is best) and opened site: ``case``, ``alternative``,
        ``site_id``, ``share``, ``jobs`` of the case, ``jobs_low``, ``jobs_likely``, ``jobs_high``,
        ``floor_area_m2``, ``area_m2`` (the whole site is taken in proportion to its share),
        ``stage``, ``ready_year``.
    portfolios
        One row per case and alternative: ``n_sites``, ``jobs``, jobs of all cases,
        ``mean_score``, ``mean_travel_time_min``, ``station_near_share`` (weighted by jobs),
        ``land_take_m2``, ``floor_area_m2``; missing where a site's figure is unknown.
    phases
        One row per case, alternative and year: floor area taken up and jobs there by its end;
        empty where no year is asked for.
    left_out
        Reason by site and case that did not take part.
    summary
        The question, and by case whether it can be reached, how many jobs are, and what binds
        (reasons as tables hold them).

    Examples
    --------
    >>> import pandas as pd
    >>> from geo_planner import solve_portfolio
    >>> sites = pd.DataFrame(
    ...     {"jobs_low": [60, 80], "jobs_likely": [100, 150], "jobs_high": [150, 200],
    ...      "score": [70, 50], "area_m2": [5000, 4000], "stage": [1, 2]},
    ...     index=pd.Index(["yard", "quay"], name="site_id"),
    ... )
    >>> solve_portfolio(sites, 200, cases=("likely",))
    PortfolioResult(200 jobs by score: likely 2 sites)
    """

    alternatives: pd.DataFrame
    portfolios: pd.DataFrame
    phases: pd.DataFrame
    left_out: pd.DataFrame
    summary: dict[str, Any]

    def __repr__(self) -> str:
        best = self.portfolios[self.portfolios["alternative"] == 1]
        found = ", ".join(f"{row.case} {row.n_sites} sites" for row in best.itertuples())
        asked = f"{self.summary['target_jobs']:g} jobs by {self.summary['objective']}"
        return f"PortfolioResult({asked}: {found or 'none'})"


@dataclass(frozen=True)
class _Question:
    sites: pd.DataFrame
    target_jobs: float
    objective: Objective
    limits: PortfolioLimits
    n_alternatives: int


class TargetError(InputError):
    """Say that a target cannot be reached, how many jobs can, and what binds.

    Parameters
    ----------
    target_jobs
        Jobs asked for.
    case
        Case that must hold.
    reachable_jobs
        Jobs that can be reached in it.
    binding
        What binds.
    """

    def __init__(
        self, target_jobs: float, case: Case, reachable_jobs: float, binding: tuple[Reason, ...]
    ) -> None:
        english = Wording("en")
        super().__init__(
            f"{target_jobs:g} net new private jobs cannot be reached ({case} case): "
            f"{reachable_jobs:.0f} can",
            [reason_words(reason, english) for reason in binding],
        )
        self.reachable_jobs = reachable_jobs
        self.binding = binding
        self.args = (target_jobs, case, reachable_jobs, binding)  # survives pickling


def solve_portfolio(
    sites: pd.DataFrame,
    target_jobs: float,
    *,
    objective: Objective = "score",
    limits: PortfolioLimits = NO_LIMITS,
    alternatives: int = 1,
    cases: tuple[Case, ...] = CASES,
    must_hold: Case = "likely",
) -> PortfolioResult:
    """Find the sites that reach a target, best first.

    Parameters
    ----------
    sites
        One row per site, index site_id. ``jobs_low``, ``jobs_likely``, ``jobs_high``: net new
        private jobs when fully developed. ``stage``: readiness 1-5. As the question needs them:
        ``years`` until floor area can stand, ``floor_area_m2`` (new), ``area_m2`` (ground),
        ``score`` (0-100), ``travel_time_min`` (of workers), ``station_near_share`` (0-1),
        ``cluster``, ``excluded_because`` (reasons, or a text of one's own). What is
        unknown is missing: such a site is left out. Of sites whose shapes share ground one at most
        is opened.
    target_jobs
        Net new private jobs to deliver.
    objective
        What is to be best: the jobs' mean score, the workers' mean travel time, the land taken, or
        the share of jobs near stations. Sums over jobs are minimised (of points missed, minutes,
        jobs away from stations), so jobs beyond the target count too.
    limits
        What must not be exceeded.
    alternatives
        Portfolios per case, each opening another set of sites.
    cases
        Cases to solve.
    must_hold
        Case in which the target must be reachable; others only tell.

    Raises
    ------
    InputError
        When the question is not sound or a column is absent.
    TargetError
        When the target cannot be reached in the case that must hold: with the jobs that are
        reachable and the limits that bind.

    Examples
    --------
    >>> import pandas as pd
    >>> from geo_planner import solve_portfolio
    >>> sites = pd.DataFrame(
    ...     {"jobs_low": [60, 80], "jobs_likely": [100, 150], "jobs_high": [150, 200],
    ...      "score": [70, 50], "area_m2": [5000, 4000], "stage": [1, 2]},
    ...     index=pd.Index(["yard", "quay"], name="site_id"),
    ... )
    >>> found = solve_portfolio(sites, 120, objective="land_take", cases=("likely",))
    >>> found.alternatives[["site_id", "share", "jobs"]]
      site_id  share   jobs
    0    quay    0.8  120.0
    """
    named: dict[str, list[str]] = {"objective": [objective], "case": [*cases, must_hold]}
    require_kind(sites, pd.DataFrame, "sites", "lay it out with portfolio_frame(...)")
    require_kind(limits, PortfolioLimits, "limits", "write PortfolioLimits(max_sites=3)")
    _require_number(target_jobs)
    require_sound(sites, target_jobs, limits, alternatives, named)
    # of answers equally good the solver takes one by the order of the sites: that of their ids
    sites = sites.sort_index()
    question = _Question(sites, target_jobs, objective, limits, alternatives)
    asked = tuple(dict.fromkeys((must_hold, *cases)))
    answers = {case: _answer(question, case) for case in asked}
    must = answers[must_hold]
    if not must.solutions:
        raise TargetError(target_jobs, must_hold, must.summary["reachable_jobs"], must.binding)
    ordered = {case: answers[case] for case in CASES if case in answers}
    return PortfolioResult(
        alternatives=_stack([a.rows(question, case) for case, a in ordered.items()]),
        portfolios=_stack([a.totals(question, case) for case, a in ordered.items()]),
        phases=_stack([a.phases(question, case) for case, a in ordered.items()]),
        left_out=_stack([a.left_out(case) for case, a in ordered.items()]),
        summary={
            "target_jobs": target_jobs,
            "objective": objective,
            "from_year": limits.from_year,
            "by_year": limits.by_year,
            "share_ground": [list(pair) for pair in sharing_ground(sites)],
            "cases": {case: a.summary for case, a in ordered.items()},
        },
    )


def _require_number(target_jobs: Any) -> None:
    if not isinstance(target_jobs, Real):
        raise InputError(f"target_jobs = {target_jobs!r}: ask for a number of jobs")


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


@dataclass(frozen=True)
class _Answer:
    """Hold what one case gave."""

    candidates: Candidates
    solutions: list[Solution]
    binding: tuple[Reason, ...]
    summary: dict[str, Any]

    def rows(self, question: _Question, case: Case) -> pd.DataFrame:
        n_sites = len(self.candidates.site_ids)
        no_site = Solution(np.zeros(n_sites), np.zeros(n_sites, bool))
        return _stack(
            [_rows(question, self.candidates, one, case, i) for i, one in self._numbered()]
            or [_rows(question, self.candidates, no_site, case, 0)]
        )

    def left_out(self, case: Case) -> pd.DataFrame:
        reasons = self.candidates.left_out
        return pd.DataFrame({"case": case, "site_id": reasons.index, "reason": reasons.to_numpy()})

    def totals(self, question: _Question, case: Case) -> pd.DataFrame:
        rows = self.rows(question, case)
        parts = [_totals(part, question.sites) for _, part in rows.groupby("alternative")]
        return pd.DataFrame(parts)

    def phases(self, question: _Question, case: Case) -> pd.DataFrame:
        return _stack(
            [
                phase(self.candidates, one.shares, question.limits).assign(case=case, alternative=i)
                for i, one in self._numbered()
            ]
            or [pd.DataFrame()]
        )

    def _numbered(self) -> list[tuple[int, Solution]]:
        return list(enumerate(self.solutions, start=1))


def _answer(question: _Question, case: Case) -> _Answer:
    """Solve one case: the best portfolio, then others by forbidding the sets found."""
    candidates = candidates_of(question.sites, case, question.objective, question.limits)
    model = build_model(candidates, question.limits)
    reachable = most_jobs(model, candidates)
    is_reachable = reachable >= question.target_jobs * (1 - _ENOUGH)
    binding = () if is_reachable else _binding(question, case, candidates, reachable)
    summary: dict[str, Any] = {
        "is_reachable": is_reachable,
        "reachable_jobs": reachable,
        "candidates": len(candidates.site_ids),
        "left_out": len(candidates.left_out),
        "binding": [str(reason) for reason in binding],
    }
    solutions: list[Solution] = []
    tabu: list[BoolArray] = []
    while is_reachable and len(solutions) < question.n_alternatives:
        found = solve(model, candidates, min(question.target_jobs, reachable), tabu)
        if found is None:
            break
        solutions.append(found)
        tabu.append(found.opened)
    return _Answer(candidates, solutions, binding, summary)


def _binding(
    question: _Question, case: Case, candidates: Candidates, reachable: float
) -> tuple[Reason, ...]:
    """Say which limits, lifted alone, would let more jobs be reached; else that land is short."""
    found = []
    for name, limits in question.limits.each_lifted().items():
        freed = candidates_of(question.sites, case, question.objective, limits)
        more = most_jobs(build_model(freed, limits), freed)
        if more > reachable * (1 + _ENOUGH) + _ENOUGH:
            found.append(Reason("limit_binds", limit=name, jobs=more))
    if candidates.exclusive:
        groups = [", ".join(map(str, candidates.site_ids[list(g)])) for g in candidates.exclusive]
        found.append(Reason("sites_exclude_each_other", groups="; ".join(groups)))
    if not found:
        n_sites, jobs = len(candidates.site_ids), float(candidates.jobs.sum())
        found.append(Reason("no_limit_binds", sites=n_sites, jobs=jobs))
    n_left = len(candidates.left_out)
    if n_left:
        counted = tuple(
            Reason("sites_with_reason", reason=reasons_or_text(cell), count=n)
            for cell, n in candidates.left_out.value_counts().items()
        )
        found.append(Reason("sites_do_not_count", count=n_left, reasons=counted))
    return tuple(found)


def _rows(
    question: _Question, candidates: Candidates, solution: Solution, case: Case, number: int
) -> pd.DataFrame:
    """Lay out the opened sites of one portfolio, the best-filled first."""
    opened = np.flatnonzero(solution.opened)
    shares = solution.shares[opened]
    sites = question.sites.loc[candidates.site_ids[opened]]
    columns = {
        "case": case,
        "alternative": number,
        "site_id": candidates.site_ids[opened],
        "share": shares,
        "jobs": candidates.jobs[opened] * shares,
    }
    for name in ("jobs_low", "jobs_likely", "jobs_high", "floor_area_m2", "area_m2"):
        if name in sites:
            columns[name] = sites[name].to_numpy(float, na_value=np.nan) * shares
    if "stage" in sites:
        columns["stage"] = sites["stage"].to_numpy(float)
    if question.limits.from_year is not None:
        columns["ready_year"] = question.limits.from_year + candidates.ready_years[opened]
    return pd.DataFrame(columns).sort_values(["jobs", "site_id"], ascending=[False, True])


_MEANS = {
    "mean_score": "score",
    "mean_travel_time_min": "travel_time_min",
    "station_near_share": "station_near_share",
}
_SUMS = ("jobs", "jobs_low", "jobs_likely", "jobs_high", "floor_area_m2")


def _totals(rows: pd.DataFrame, sites: pd.DataFrame) -> dict[str, Any]:
    """Add one portfolio up; what is unknown of one of its sites is unknown of all."""
    first = rows.iloc[0]
    totals: dict[str, Any] = {
        "case": first["case"],
        "alternative": int(first["alternative"]),
        "n_sites": len(rows),
    }
    totals |= {name: rows[name].sum(skipna=False) for name in _SUMS if name in rows}
    if "area_m2" in rows:
        totals["land_take_m2"] = rows["area_m2"].sum(skipna=False)
    jobs = rows["jobs"].to_numpy()
    for name, column in _MEANS.items():
        if column in sites:
            figures = sites.loc[rows["site_id"], column].to_numpy(float, na_value=np.nan)
            totals[name] = float(figures @ jobs / jobs.sum())
    return totals
