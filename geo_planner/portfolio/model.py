"""The model: a mixed-integer programme over which sites open and how far they are developed.

Variables: for each site its share developed, and whether it is opened; where sites develop in
stages, one choice per site and stage in place of the share.

    least   sum of cost x share
    so that sum of jobs x share >= target
            min_share x opened <= share <= opened        (or share = the stage chosen)
            sum of opened <= limit, all together and by cluster
            opened of sites that share ground, or are said to exclude each other <= 1
            for every year t: floor area of sites not ready before t <= take-up x (end - t)

The last, with the end of the target year, holds exactly when floor area can be phased so that no
year takes up more than its limit, for every site's area may be built in any year from its readiness
to that end.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from geo_planner.arrays import BoolArray, FloatArray
from geo_planner.portfolio.candidates import Candidates
from geo_planner.portfolio.limits import PortfolioLimits

_INFEASIBLE = 2
_HALF = 0.5
_GAP = 1e-6
_SAME_COST = 1e-6


@dataclass(frozen=True)
class Model:
    """Hold the programme.

    Parameters
    ----------
    share_of
        Share of each site from the variables, ``(n_sites, n_variables)``.
    opened_of
        Whether each site is opened, from the variables, same shape.
    integrality, bounds, constraints
        As :func:`scipy.optimize.milp` wants them.
    """

    share_of: sparse.csr_array
    opened_of: sparse.csr_array
    integrality: FloatArray
    bounds: Bounds
    constraints: tuple[LinearConstraint, ...]


@dataclass(frozen=True)
class Solution:
    """Hold one answer: shares and which sites are opened, ``(n_sites,)``."""

    shares: FloatArray
    opened: BoolArray


def build_model(candidates: Candidates, limits: PortfolioLimits) -> Model:
    """Lay out variables and limits of the sites."""
    n = len(candidates.site_ids)
    stages = limits.stages
    if stages is None:
        unit, nothing = sparse.eye_array(n), sparse.csr_array((n, n))
        share_of, opened_of = sparse.hstack([unit, nothing]), sparse.hstack([nothing, unit])
        integrality = np.repeat([0.0, 1.0], n)
        links = [
            LinearConstraint(share_of - opened_of, ub=np.zeros(n)),
            LinearConstraint(share_of - limits.min_share * opened_of, lb=np.zeros(n)),
        ]
    else:
        share_of = sparse.kron(sparse.eye_array(n), np.array([stages]))
        opened_of = sparse.kron(sparse.eye_array(n), np.ones((1, len(stages))))
        integrality = np.ones(n * len(stages))
        links = [LinearConstraint(opened_of, ub=np.ones(n))]
    share_of, opened_of = sparse.csr_array(share_of), sparse.csr_array(opened_of)
    return Model(
        share_of=share_of,
        opened_of=opened_of,
        integrality=integrality,
        bounds=Bounds(0.0, 1.0),
        constraints=(
            *links,
            *_counts(candidates, limits, opened_of),
            *_take_up(candidates, limits, share_of),
        ),
    )


def _counts(
    candidates: Candidates, limits: PortfolioLimits, opened_of: sparse.csr_array
) -> list[LinearConstraint]:
    found = []
    if limits.max_sites is not None:
        found.append(LinearConstraint(_row(opened_of.sum(axis=0)), ub=limits.max_sites))
    for cluster, most in limits.max_per_cluster.items():
        is_in = (candidates.clusters == cluster).to_numpy(float)
        found.append(LinearConstraint(_row(is_in @ opened_of), ub=most))
    for group in candidates.exclusive:
        is_in = np.isin(np.arange(len(candidates.site_ids)), group).astype(float)
        found.append(LinearConstraint(_row(is_in @ opened_of), ub=1))
    return found


def _take_up(
    candidates: Candidates, limits: PortfolioLimits, share_of: sparse.csr_array
) -> list[LinearConstraint]:
    if limits.take_up_m2_per_year is None or limits.building_years is None:
        return []
    ready, area = candidates.ready_years, candidates.floor_area_m2
    return [
        LinearConstraint(
            _row(np.where(ready >= year, area, 0.0) @ share_of),
            ub=limits.take_up_m2_per_year * (limits.building_years - year),
        )
        for year in np.unique(ready)
    ]


def _row(values: FloatArray) -> FloatArray:
    return np.asarray(values).reshape(1, -1)


def solve(
    model: Model, candidates: Candidates, target_jobs: float, tabu: list[BoolArray]
) -> Solution | None:
    """Find the cheapest shares that reach the target, or None where none reach it.

    Where some sites cost nothing, the fewest sites of those equally cheap.

    Parameters
    ----------
    tabu
        Sets of opened sites that may not come again.
    """
    scale = max(float(np.abs(candidates.costs).max(initial=0.0)), 1.0)
    costs = candidates.costs / scale @ model.share_of
    target = LinearConstraint(_row(candidates.jobs / target_jobs @ model.share_of), lb=1.0)
    further = (target, *(_other_than(model, opened) for opened in tabu))
    best = _run(model, costs, further)
    if best is None or candidates.costs.all():
        return best
    least = float(candidates.costs / scale @ best.shares)
    as_cheap = LinearConstraint(_row(costs), ub=least + _SAME_COST * max(1.0, least))
    return _run(model, _row(model.opened_of.sum(axis=0))[0], (*further, as_cheap)) or best


def most_jobs(model: Model, candidates: Candidates) -> float:
    """Give the most jobs that the limits allow."""
    if not len(candidates.site_ids):
        return 0.0
    scale = float(candidates.jobs.max())
    found = _run(model, -candidates.jobs / scale @ model.share_of, ())
    return 0.0 if found is None else float(candidates.jobs @ found.shares)


def _other_than(model: Model, opened: BoolArray) -> LinearConstraint:
    """Ask for at least one site more or less than a set."""
    signs = np.where(opened, -1.0, 1.0)
    return LinearConstraint(_row(signs @ model.opened_of), lb=1.0 - opened.sum())


def _run(model: Model, costs: FloatArray, further: tuple[LinearConstraint, ...]) -> Solution | None:
    """Solve to an optimum proven to one part in a million.

    Raises
    ------
    RuntimeError
        When the solver gives up for another reason than that there is no answer.
    """
    found = milp(
        costs,
        integrality=model.integrality,
        bounds=model.bounds,
        constraints=(*model.constraints, *further),
        options={"mip_rel_gap": _GAP},
    )
    if found.status == _INFEASIBLE:
        return None
    if found.x is None:
        raise RuntimeError(found.message)
    opened = (model.opened_of @ found.x) > _HALF
    shares = np.clip(model.share_of @ found.x, 0.0, 1.0)
    return Solution(np.where(opened, shares, 0.0), opened)
