"""Robustness: how ranks fare when weights are drawn at random instead of chosen.

Two spaces of weights. ``near``: every weight within half and one and a half of its own, then
scaled to sum to 1. ``simplex``: all weightings alike; by ``groups`` the weights of the groups are
drawn uniformly first and those within each group after them, so that a group of four related
criteria counts no more than a group of one; ``flat`` draws all criteria at once.
A site with unknown values takes part with the lower end of its range.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.siting.aggregation import Method, log_values
from geo_planner.siting.criteria import FloatArray, groups_of

Space = Literal["simplex", "near"]
Structure = Literal["groups", "flat"]
IntArray = npt.NDArray[np.int64]

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
    central_weights
        Mean weighting of the draws that put a site first; missing where none did.
    space, structure, n_draws
        How the weights were drawn.
    """

    frame: pd.DataFrame
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
    n_sites = len(values)
    blocks = [drawn[start : start + _DRAWS_AT_ONCE] for start in range(0, n_draws, _DRAWS_AT_ONCE)]
    measured = values[keys].to_numpy(float)
    counts = np.zeros((n_sites, n_sites), np.int64)
    central = np.zeros((n_sites, len(keys)))
    for counted, summed in _ranked_blocks(measured, blocks, method):
        counts += counted
        central += summed
    n_first = counts[:, :1] if n_sites else np.zeros((0, 1))
    means = np.divide(central, n_first, out=np.full_like(central, np.nan), where=n_first > 0)
    return Acceptability(
        frame=_summarise(counts, values.index, n_draws),
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
        Columns of :class:`Acceptability` with ``_simplex`` and ``_near`` at the end, index of
        ``values``.
    """
    spaces: tuple[Space, ...] = ("simplex", "near")
    found = [
        rank_acceptability(
            values,
            weights,
            np.random.default_rng(seed),
            space=space,
            structure=structure,
            method=method,
            n_draws=n_draws,
        ).frame.add_suffix(f"_{space}")
        for space in spaces
    ]
    return pd.concat(found, axis=1)


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


def _ranked_blocks(
    values: FloatArray, blocks: list[FloatArray], method: Method
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Rank the sites under blocks of weightings, two blocks at once."""
    parts = _parts(values, method)
    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(lambda block: _rank_block(parts, block, method), blocks)


def _parts(values: FloatArray, method: Method) -> tuple[FloatArray, ...]:
    """Prepare what weightings are multiplied with, each ``(n_criteria, n_sites)``."""
    if method == "additive":
        return (np.ascontiguousarray(np.nan_to_num(values).T),)
    if method == "geometric":
        return (np.ascontiguousarray(log_values(values).T),)
    known = np.nan_to_num(values)
    norm = np.sqrt((known**2).sum(axis=0))
    normal = np.divide(known, norm, out=np.zeros_like(known), where=norm > 0)
    return ((normal - normal.min(axis=0)).T ** 2, (normal.max(axis=0) - normal).T ** 2)


def _rank_block(
    parts: tuple[FloatArray, ...], weights: FloatArray, method: Method
) -> tuple[IntArray, FloatArray]:
    """Count each site's ranks, and sum the weightings that put it first; ties share the better."""
    if method == "topsis":
        to_worst, to_best = (np.sqrt(weights**2 @ part) for part in parts)
        total = to_worst + to_best
        scores = np.divide(to_worst, total, out=np.zeros_like(total), where=total > 0)
    else:
        scores = weights @ parts[0]
    n_sites = scores.shape[1]
    np.negative(scores, out=scores)
    order = np.argsort(scores, axis=1)
    falling = np.take_along_axis(scores, order, axis=1)
    place = np.zeros(scores.shape, np.int64)
    place[:, 1:] = np.where(np.diff(falling, axis=1) > _TIE, np.arange(1, n_sites), 0)
    np.maximum.accumulate(place, axis=1, out=place)
    counts = np.bincount((order * n_sites + place).ravel(), minlength=n_sites * n_sites)
    central = np.zeros((n_sites, weights.shape[1]))
    draws, places = np.nonzero(place == 0)
    np.add.at(central, order[draws, places], weights[draws])
    return counts.reshape(n_sites, n_sites), central


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
