"""Measures of access of any travel matrix: a frame of origins, destinations and costs.

A cost is a time, a length or money, in any unit; what says within or how much, such as a cutoff or
a decay, is in the same. A pair that is absent, or whose cost is missing or infinite, is out of
reach. An unknown count adds nothing to a sum. Results are series in the order in which the matrix
first names the origins.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from geo_planner.accessibility.competition import (
    balanced_floating_catchment,
    spatial_availability,
    two_step_floating_catchment,
)
from geo_planner.accessibility.travel_matrix import COST, Decay, TravelMatrix
from geo_planner.arrays import FloatArray
from geo_planner.errors import InputError


def cumulative_access(
    matrix: pd.DataFrame,
    opportunities: pd.Series,
    cutoff: float,
    *,
    cost: str = COST,
    is_strict: bool = False,
) -> pd.Series:
    """Count the opportunities within a cutoff.

    Parameters
    ----------
    matrix
        Columns from_id, to_id and costs.
    opportunities
        Counts, index = ids of destinations.
    cutoff
        Highest cost that counts, itself included unless strict.
    cost
        Column of the costs.
    is_strict
        Count only what costs less than the cutoff.

    Returns
    -------
    Series
        Index from_id; 0 where nothing is within reach.

    Raises
    ------
    InputError
        When the matrix or the counts are not sound.

    Examples
    --------
    >>> matrix = pd.DataFrame(
    ...     {"from_id": list("aab"), "to_id": list("xyx"), "minutes": [9, 30, 31]})
    >>> jobs = pd.Series({"x": 100.0, "y": 40.0})
    >>> cumulative_access(matrix, jobs, 30, cost="minutes").to_dict()
    {'a': 140.0, 'b': 0.0}
    """

    def within(costs: FloatArray) -> FloatArray:
        return (costs < cutoff if is_strict else costs <= cutoff).astype(float)

    return gravity_access(matrix, opportunities, within, cost=cost)


def gravity_access(
    matrix: pd.DataFrame, opportunities: pd.Series, weigh: Decay, *, cost: str = COST
) -> pd.Series:
    """Add up opportunities, each weighed by what it costs to get there.

    Parameters
    ----------
    matrix, opportunities, cost
        As for :func:`cumulative_access`.
    weigh
        Gives the weights of costs, such as one of :mod:`geo_planner.decay` with its parameters.

    Examples
    --------
    >>> matrix = pd.DataFrame({"from_id": list("aa"), "to_id": list("xy"), "minutes": [0, 10]})
    >>> jobs = pd.Series({"x": 100.0, "y": 40.0})
    >>> gravity_access(matrix, jobs, lambda cost: 0.5 ** (cost / 10), cost="minutes").to_dict()
    {'a': 120.0}
    """
    pairs = TravelMatrix.read(matrix, cost=cost)
    counts = np.nan_to_num(pairs.at_destinations(opportunities, "opportunities"))
    return pd.Series(pairs.weighed(weigh) @ counts, index=pairs.origin_ids)


def cost_to_closest(
    matrix: pd.DataFrame, opportunities: pd.Series, n: float = 1, *, cost: str = COST
) -> pd.Series:
    """Give the least cost within which there are ``n`` opportunities.

    Parameters
    ----------
    matrix, opportunities, cost
        As for :func:`cumulative_access`.
    n
        How many, more than 0.

    Returns
    -------
    Series
        Index from_id; inf where so many are not within reach at all.

    Examples
    --------
    >>> matrix = pd.DataFrame(
    ...     {"from_id": list("aab"), "to_id": list("xyx"), "minutes": [9, 30, 31]})
    >>> schools = pd.Series({"x": 0, "y": 2})
    >>> cost_to_closest(matrix, schools, cost="minutes").to_dict()
    {'a': 30.0, 'b': inf}
    """
    if not n > 0:
        raise InputError(f"n = {n!r}: ask for more than 0 opportunities")
    pairs = TravelMatrix.read(matrix, cost=cost)
    counts = pairs.at_destinations(opportunities, "opportunities")
    return _cost_of(pairs, counts, np.full(len(pairs.origin_ids), float(n)))


def balancing_cost(
    matrix: pd.DataFrame,
    opportunities: pd.Series,
    demand: pd.Series,
    *,
    increment: float | None = None,
    cost: str = COST,
) -> pd.Series:
    """Give the least cost within which there are as many opportunities as people at the origin.

    Parameters
    ----------
    matrix, opportunities, cost
        As for :func:`cumulative_access`.
    demand
        People who look for one each, index = ids of origins.
    increment
        Round costs up to a multiple of this, as Ipea's package does with 1; None: as they are.

    Returns
    -------
    Series
        Index from_id; 0 where nobody looks, inf where so many are not within reach at all, nan
        where the demand is unknown.

    References
    ----------
    Barboza, M. H. C., Carneiro, M. S., Falavigna, C., Luz, G., Orrico, R. (2021). Balancing time:
    Using a new accessibility measure in Rio de Janeiro. doi:10.1016/j.jtrangeo.2020.102924

    Examples
    --------
    >>> matrix = pd.DataFrame(
    ...     {"from_id": list("aab"), "to_id": list("xyx"), "minutes": [9, 30, 31]})
    >>> jobs, people = pd.Series({"x": 100, "y": 40}), pd.Series({"a": 120, "b": 120})
    >>> balancing_cost(matrix, jobs, people, cost="minutes").to_dict()
    {'a': 30.0, 'b': inf}
    """
    if increment is not None and not increment > 0:
        raise InputError(f"increment = {increment!r}: give more than 0, or None")
    pairs = TravelMatrix.read(matrix, cost=cost)
    counts = pairs.at_destinations(opportunities, "opportunities")
    found = _cost_of(pairs, counts, pairs.at_origins(demand, "demand"))
    return found if increment is None else np.ceil(found / increment) * increment


def floating_catchment_access(
    matrix: pd.DataFrame,
    supply: pd.Series,
    demand: pd.Series,
    weigh: Decay,
    *,
    method: Literal["two_step", "balanced"] = "balanced",
    cost: str = COST,
) -> pd.Series:
    """Give the supply per competing unit of demand within reach.

    Parameters
    ----------
    matrix, cost
        As for :func:`cumulative_access`.
    supply
        What is competed for, index = ids of destinations.
    demand
        Who competes for it, index = ids of origins.
    weigh
        Gives the weights of costs.
    method
        two_step: 2SFCA, or E2SFCA with weights that fall; balanced: everyone is counted once.

    References
    ----------
    Luo, W., Wang, F. (2003). doi:10.1068/b29120. Paez, A., Higgins, C. D., Vivona, S. F. (2019).
    doi:10.1371/journal.pone.0218773

    Examples
    --------
    One doctor for 10 and 30 people within reach, a second for the 30 alone:

    >>> matrix = pd.DataFrame({"from_id": list("abb"), "to_id": list("xxy"), "minutes": [5, 5, 5]})
    >>> doctors, people = pd.Series({"x": 1, "y": 1}), pd.Series({"a": 10, "b": 30})
    >>> within = lambda cost: (cost <= 15).astype(float)
    >>> floating_catchment_access(
    ...     matrix, doctors, people, within, method="two_step", cost="minutes").round(4).to_dict()
    {'a': 0.025, 'b': 0.0583}
    """
    measures = {"two_step": two_step_floating_catchment, "balanced": balanced_floating_catchment}
    if method not in measures:
        raise InputError(f"method = {method!r}: take one of {', '.join(measures)}")
    sides, people, places = _sides(matrix, supply, demand, weigh, cost)
    return pd.Series(measures[method](sides, people, places), index=sides.pairs.origin_ids)


def spatial_availability_access(
    matrix: pd.DataFrame,
    supply: pd.Series,
    demand: pd.Series,
    weigh: Decay,
    *,
    cost: str = COST,
) -> pd.Series:
    """Share the supply out among the demand; what is within reach is given out once.

    Parameters
    ----------
    matrix, supply, demand, weigh, cost
        As for :func:`floating_catchment_access`.

    References
    ----------
    Soukhov, A., Paez, A., Higgins, C. D., Mohamed, M. (2023). doi:10.1371/journal.pone.0278468

    Examples
    --------
    >>> matrix = pd.DataFrame({"from_id": list("abb"), "to_id": list("xxy"), "minutes": [5, 5, 5]})
    >>> jobs, people = pd.Series({"x": 40, "y": 60}), pd.Series({"a": 10, "b": 30})
    >>> within = lambda cost: (cost <= 15).astype(float)
    >>> spatial_availability_access(matrix, jobs, people, within, cost="minutes").to_dict()
    {'a': 10.0, 'b': 90.0}
    """
    sides, people, places = _sides(matrix, supply, demand, weigh, cost)
    return pd.Series(spatial_availability(sides, people, places), index=sides.pairs.origin_ids)


@dataclass(frozen=True)
class _MatrixSides:
    """Hold demand at the origins and supply at the destinations of a weighed matrix."""

    pairs: TravelMatrix
    weights: csr_matrix

    @property
    def n_demand(self) -> int:
        """Count the points that compete."""
        return len(self.pairs.origin_ids)

    @property
    def n_supply(self) -> int:
        """Count the points that are competed for."""
        return len(self.pairs.destination_ids)

    def over_supply(self, values: FloatArray) -> FloatArray:
        """Sum values of supply points, weighted, for every demand point."""
        return np.asarray(self.weights @ np.nan_to_num(values))

    def over_demand(self, values: FloatArray) -> FloatArray:
        """Sum values of demand points, weighted, for every supply point."""
        return np.asarray(self.weights.T @ np.nan_to_num(values))


def _sides(
    matrix: pd.DataFrame, supply: pd.Series, demand: pd.Series, weigh: Decay, cost: str
) -> tuple[_MatrixSides, FloatArray, FloatArray]:
    pairs = TravelMatrix.read(matrix, cost=cost)
    sides = _MatrixSides(pairs, pairs.weighed(weigh))
    return sides, pairs.at_origins(demand, "demand"), pairs.at_destinations(supply, "supply")


def _cost_of(pairs: TravelMatrix, counts: FloatArray, wanted: FloatArray) -> pd.Series:
    """Give the least cost at which the counts of each origin add up to what it wants."""
    order = np.lexsort((pairs.cost, pairs.origin))
    origin, cost = pairs.origin[order], pairs.cost[order]
    found = np.nan_to_num(counts)[pairs.destination[order]]
    run = np.cumsum(found)
    ends = np.searchsorted(origin, np.arange(len(wanted)), side="right")
    starts = np.searchsorted(origin, np.arange(len(wanted)), side="left")
    before = np.append(0.0, run)[starts]
    is_enough = run - before[origin] >= wanted[origin]
    # the first pair of each origin at which it is enough
    place = np.append(np.where(is_enough, np.arange(len(run)), len(run)), len(run))
    first = np.array(
        [place[start:end].min(initial=len(run)) for start, end in zip(starts, ends, strict=True)],
        dtype=np.intp,
    )
    costs = np.append(cost, np.inf)[first]
    costs = np.where(wanted == 0, 0.0, np.where(np.isnan(wanted), np.nan, costs))
    return pd.Series(costs, index=pairs.origin_ids)
