"""Access under competition: supply that many share is worth less to each of them.

Three measures of one family. Demand and supply stand at the two sides of a router's matrix, either
way round; the weights always come from the trip as it is made, so that one-way streets and
timetables may make a matrix asymmetric. No matrix is held: each measure is two or three sweeps.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import Measure
from geo_planner.errors import InputError
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time import Router

FloatArray = npt.NDArray[np.float64]
Side = Literal["origins", "destinations"]


class Sides(Protocol):
    """Promise weighted sums between those who compete and what they compete for."""

    @property
    def n_demand(self) -> int:
        """Count the points that compete."""
        ...

    @property
    def n_supply(self) -> int:
        """Count the points that are competed for."""
        ...

    def over_supply(self, values: FloatArray) -> FloatArray:
        """Sum values of supply points, weighted, for every demand point."""
        ...

    def over_demand(self, values: FloatArray) -> FloatArray:
        """Sum values of demand points, weighted, for every supply point."""
        ...


@dataclass(frozen=True)
class Catchment:
    """Hold who competes for what, and how distance weighs.

    Parameters
    ----------
    router
        Router of one mode.
    origins, destinations
        Snapped points that trips start and end at.
    measure
        Weight of a pair by its travel time.
    demand_at
        Side that competes: residents travel to schools (origins), employers draw workers
        (destinations).
    threads
        Searches at once.
    column
        Which of the router's columns (percentiles) counts.
    """

    router: Router
    origins: SnappedPoints
    destinations: SnappedPoints
    measure: Measure
    demand_at: Side
    threads: int
    column: int = 0

    @property
    def n_demand(self) -> int:
        """Count the points that compete."""
        return len(self.origins if self.demand_at == "origins" else self.destinations)

    @property
    def n_supply(self) -> int:
        """Count the points that are competed for."""
        return len(self.destinations if self.demand_at == "origins" else self.origins)

    def over_supply(self, values: FloatArray) -> FloatArray:
        """Sum values of supply points, weighted, for every demand point."""
        return self._sums(values, to_origins=self.demand_at == "origins")

    def over_demand(self, values: FloatArray) -> FloatArray:
        """Sum values of demand points, weighted, for every supply point."""
        return self._sums(values, to_origins=self.demand_at != "origins")

    def _sums(self, values: FloatArray, *, to_origins: bool) -> FloatArray:
        access = sweep_access(
            self.router,
            self.origins,
            self.destinations,
            [self.measure],
            opportunities={"sum": values} if to_origins else {},
            people={} if to_origins else {"sum": values},
            threads=self.threads,
        )
        frame = access.reached if to_origins else access.reaching
        return frame.iloc[:, self.column].to_numpy(float)


def balanced_floating_catchment(
    catchment: Sides,
    demand: FloatArray,
    supply: FloatArray,
    *,
    competes: npt.NDArray[np.bool_] | None = None,
) -> FloatArray:
    """Give supply per competing unit of demand, everyone counted once.

    Parameters
    ----------
    catchment
        Who can reach whom.
    demand, supply
        Counts at the two sides, ``(n_demand,)`` and ``(n_supply,)``; unknown ones add nothing.
    competes
        Demand points whose weights count; others, such as candidate sites, only look on and
        change nobody's figure. None: all.

    Returns
    -------
    ndarray
        ``(n_demand,)``; nan off the network.

    References
    ----------
    Paez, A., Higgins, C. D., Vivona, S. F. (2019). Demand and level of service inflation in
    floating catchment area methods. doi:10.1371/journal.pone.0218773
    """
    counted = _counted(catchment, demand, supply, competes)
    if _is_unknown(demand) or _is_unknown(supply):
        return np.full(catchment.n_demand, np.nan)
    demand = np.where(counted, demand, 0.0)
    of_demand = catchment.over_supply(np.ones(catchment.n_supply))
    served = catchment.over_demand(_ratio(demand, of_demand))
    of_supply = catchment.over_demand(counted.astype(float))
    return catchment.over_supply(_ratio(_ratio(supply, served), of_supply))


def two_step_floating_catchment(
    catchment: Sides, demand: FloatArray, supply: FloatArray
) -> FloatArray:
    """Give supply per unit of demand within reach, ``(n_demand,)``; nan off the network.

    With a cumulative measure this is 2SFCA, with one that decays E2SFCA.

    References
    ----------
    Luo, W., Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. doi:10.1068/b29120
    """
    _counted(catchment, demand, supply, None)
    if _is_unknown(demand) or _is_unknown(supply):
        return np.full(catchment.n_demand, np.nan)
    return catchment.over_supply(_ratio(supply, catchment.over_demand(demand)))


def spatial_availability(catchment: Sides, demand: FloatArray, supply: FloatArray) -> FloatArray:
    """Share the supply out among the demand, ``(n_demand,)``; what is in reach is given out once.

    The share of a demand that is not known is not known either: nan.

    References
    ----------
    Soukhov, A., Paez, A., Higgins, C. D., Mohamed, M. (2023). Introducing spatial availability, a
    singly-constrained measure of competitive accessibility. doi:10.1371/journal.pone.0278468
    """
    return demand * two_step_floating_catchment(catchment, demand, supply)


def _counted(
    catchment: Sides,
    demand: FloatArray,
    supply: FloatArray,
    competes: npt.NDArray[np.bool_] | None,
) -> npt.NDArray[np.bool_]:
    """Refuse counts that do not fit the points; say which demand competes."""
    problems = [
        f"{name}: {len(values)} counts for {n_points} points"
        for name, values, n_points in (
            ("demand", demand, catchment.n_demand),
            ("supply", supply, catchment.n_supply),
        )
        if len(values) != n_points
    ]
    problems += [
        f"{name}: {int((values < 0).sum())} counts are below zero"
        for name, values in (("demand", demand), ("supply", supply))
        if (values < 0).any()
    ]
    if problems:
        raise InputError("competition cannot be computed", problems)
    return np.ones(catchment.n_demand, bool) if competes is None else competes


def _is_unknown(values: FloatArray) -> bool:
    """Tell whether a count is known nowhere: what rests on it is unknown, not 0."""
    return bool(np.isnan(values).all())


def _ratio(values: FloatArray, by: FloatArray) -> FloatArray:
    """Divide; what nobody weighs counts for nobody."""
    quotient = np.zeros(len(values))
    np.divide(np.nan_to_num(values), by, out=quotient, where=by > 0)
    return quotient
