"""Robustness: how ranks fare when weights are drawn at random instead of chosen.

Two spaces of weights. ``near``: every weight within half and one and a half of its own, then
scaled to sum to 1. ``simplex``: all weightings alike; by ``groups`` the weights of the groups are
drawn uniformly first and those within each group after them, so that a group of four related
criteria counts no more than a group of one; ``flat`` draws all criteria at once.
A site with unknown values takes part with the lower end of its range.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray, IntArray
from geo_planner.siting.aggregation import Method, log_values
from geo_planner.siting.criteria import groups_of

Space = Literal["simplex", "near"]
Structure = Literal["groups", "flat"]

DRAWS = 10_000
NEAR_SHARE = 0.5
_TIE = 1e-11
_DRAWS_AT_ONCE = 256
_TOP = 3
_TAILS = (0.05, 0.95)


@dataclass(frozen=True)
class Acceptability:
    """Hold what random weightings made of the ranks.

    Parameters
    ----------
    frame
        One row per site: ``first_share`` and ``top3_share`` of the draws, ``rank_p05`` and
        ``rank_p95`` (nine draws in ten lie between), ``rank_least`` and ``rank_most``.
    rank_shares
        Share of the draws that gave a site each rank; columns 1 to the number of sites.
    central_weights
        Mean weighting of the draws that put a site first; missing where none did.
    space, structure, n_draws
        How the weights were drawn.
    """

    frame: pd.DataFrame
    rank_shares: pd.DataFrame
    central_weights: pd.DataFrame
    space: Space
    structure: Structure
    n_draws: int


def rank_acceptability(
    values: pd.DataFrame,
    weights: pd.Series,
    rng: np.random.Generator,
    *,
    space: Space = "simplex",
    structure: Structure = "groups",
    method: Method = "additive",
    n_draws: int = DRAWS,
) -> Acceptability:
    """Rank the sites under many random weightings.

    Parameters
    ----------
    values
        Values in [0, 1] of the sites that are ranked, one column per criterion; nan if unknown.
    weights
        Weight by criterion; one of zero stays zero in every draw.
    rng
        Source of the draws; the same seed gives the same draws whatever the sites.
    space, structure
        Which weightings are drawn, see the module.
    method
        How values make up for each other.
    n_draws
        Number of weightings.

    References
    ----------
    Lahdelma, R., Hokkanen, J., Salminen, P. (1998). SMAA - stochastic multiobjective acceptability
    analysis. European Journal of Operational Research 106. doi:10.1016/S0377-2217(97)00163-X
    """
    keys = weights.index[weights > 0]
    drawn = _draw(weights[keys], rng, space, structure, n_draws)
    counts, central = _count(values[keys].to_numpy(float), drawn, method)
    n_first = counts[:, :1].astype(float)
    means = np.divide(central, n_first, out=np.full_like(central, np.nan), where=n_first > 0)
    return Acceptability(
        frame=_summarise(counts, values.index, n_draws),
        rank_shares=pd.DataFrame(
            counts / n_draws, index=values.index, columns=range(1, counts.shape[1] + 1)
        ),
        central_weights=pd.DataFrame(means, index=values.index, columns=keys),
        space=space,
        structure=structure,
        n_draws=n_draws,
    )


def robustness(
    values: pd.DataFrame,
    weights: pd.Series,
    seed: int,
    *,
    structure: Structure = "groups",
    method: Method = "additive",
    n_draws: int = DRAWS,
) -> pd.DataFrame:
    """Tabulate rank acceptability over both spaces of weights.

    Returns
    -------
    DataFrame
        Columns of :class:`Acceptability` with ``_simplex`` and ``_near`` at the end, and
        ``rank_shares_simplex``: share of the draws by rank, those above zero, as JSON; index of
        ``values``.
    """
    spaces: tuple[Space, ...] = ("simplex", "near")
    simplex, near = (
        rank_acceptability(
            values,
            weights,
            np.random.default_rng(seed),
            space=space,
            structure=structure,
            method=method,
            n_draws=n_draws,
        )
        for space in spaces
    )
    frames = [simplex.frame.add_suffix("_simplex"), near.frame.add_suffix("_near")]
    # by rank, leaving out ranks the site never had
    texts = [
        json.dumps({str(k + 1): row[k] for k in np.flatnonzero(row)})
        for row in simplex.rank_shares.to_numpy()
    ]
    by_rank = pd.Series(texts, simplex.rank_shares.index, dtype="str", name="rank_shares_simplex")
    return pd.concat([*frames, by_rank], axis=1)


def _draw(
    weights: pd.Series, rng: np.random.Generator, space: Space, structure: Structure, n_draws: int
) -> FloatArray:
    """Draw weightings that sum to 1, ``(n_draws, n_criteria)``."""
    if space == "near":
        factors = rng.uniform(1 - NEAR_SHARE, 1 + NEAR_SHARE, (n_draws, len(weights)))
        drawn = factors * weights.to_numpy(float)
        return drawn / drawn.sum(axis=1, keepdims=True)
    if structure == "flat":
        return rng.dirichlet(np.ones(len(weights)), n_draws)
    of_group, names = pd.factorize(groups_of(weights.index))
    drawn = rng.dirichlet(np.ones(len(names)), n_draws)[:, of_group]
    for group in range(len(names)):
        mine = np.flatnonzero(of_group == group)
        drawn[:, mine] *= rng.dirichlet(np.ones(len(mine)), n_draws)
    return drawn


def _count(values: FloatArray, drawn: FloatArray, method: Method) -> tuple[IntArray, FloatArray]:
    """Count ranks and sum the weightings that put a site first, half of the draws at a time."""
    from geo_planner.kernels.ranking import count_ranks

    parts = _parts(values, method)

    def count_half(half: FloatArray) -> tuple[IntArray, FloatArray]:
        counts = np.zeros((len(values), max(len(values), 1)), np.int32)
        central = np.zeros(values.shape)
        for start in range(0, len(half) if len(values) else 0, _DRAWS_AT_ONCE):
            block = half[start : start + _DRAWS_AT_ONCE]
            scores = _scores(parts, block, method)
            order = np.argsort(-scores, axis=1)
            count_ranks(scores, order, block, _TIE, counts, central)
        return counts, central

    with ThreadPoolExecutor(2) as pool:
        (counts, central), (more, more_central) = pool.map(count_half, np.array_split(drawn, 2))
    return counts + more, central + more_central


def _parts(values: FloatArray, method: Method) -> tuple[FloatArray, ...]:
    """Prepare what weightings are multiplied with, each ``(n_criteria, n_sites)``."""
    if method == "additive":
        return (np.ascontiguousarray(np.nan_to_num(values).T),)
    if method == "geometric":
        return (np.ascontiguousarray(log_values(values).T),)
    filled = np.nan_to_num(values)
    norm = np.sqrt((filled**2).sum(axis=0))
    normal = np.divide(filled, norm, out=np.zeros_like(filled), where=norm > 0)
    return ((normal - normal.min(axis=0)).T ** 2, (normal.max(axis=0) - normal).T ** 2)


def _scores(parts: tuple[FloatArray, ...], weights: FloatArray, method: Method) -> FloatArray:
    """Score the sites under each weighting, ``(n_draws, n_sites)``."""
    if method != "topsis":
        return _times(weights, parts[0])
    to_worst, to_best = (np.sqrt(_times(weights**2, part)) for part in parts)
    total = to_worst + to_best
    return np.divide(to_worst, total, out=np.zeros_like(total), where=total > 0)


def _times(weights: FloatArray, part: FloatArray) -> FloatArray:
    """Multiply without the threads of a linear-algebra library, which crowd out our own two."""
    return np.einsum("dk,ks->ds", weights, part)


def _summarise(counts: IntArray, index: pd.Index, n_draws: int) -> pd.DataFrame:
    """Read shares and rank intervals from the counts of ranks, ``(n_sites, n_ranks)``."""
    up_to = counts.cumsum(axis=1)
    low, high = ((up_to >= np.ceil(tail * n_draws)).argmax(axis=1) + 1 for tail in _TAILS)
    seen = counts > 0
    return pd.DataFrame(
        {
            "first_share": counts[:, :1].sum(axis=1) / n_draws,
            "top3_share": counts[:, :_TOP].sum(axis=1) / n_draws,
            "rank_p05": low,
            "rank_p95": high,
            "rank_least": seen.argmax(axis=1) + 1,
            "rank_most": seen.shape[1] - seen[:, ::-1].argmax(axis=1),
        },
        index=index,
    )
