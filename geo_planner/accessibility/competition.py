"""Access under competition: supply that many share is worth less to each of them.

Three measures of one family. Demand and supply stand at the two sides of a router's matrix, either
way round; the weights always come from the trip as it is made, so that one-way streets and
timetables may make a matrix asymmetric. No matrix is held: each measure is two or three sweeps.
"""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import Measure
from geo_planner.arrays import FloatArray
from geo_planner.config import Mode, Travel
from geo_planner.errors import InputError, require_kind
from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.region import Region, require_region
from geo_planner.travel_time import Router, open_router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.inputs import Points, points_of, travel_in

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
        Searches at once; None: one per core.
    column
        Which of the router's columns (percentiles) counts.

    Examples
    --------
    >>> from geo_planner import cumulative, example_region, open_catchment
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> open_catchment(region, work, work, "walk", cumulative(6))
    Catchment(4 origins compete for 4 destinations, 6min)
    """

    router: Router
    origins: SnappedPoints
    destinations: SnappedPoints
    measure: Measure
    demand_at: Side = "origins"
    threads: int | None = None
    column: int = 0

    def __repr__(self) -> str:
        sides = {"origins": self.origins, "destinations": self.destinations}
        demand, supply = self.demand_at, next(side for side in sides if side != self.demand_at)
        rivals, wanted = (
            f"{len(sides[side])} {side.removesuffix('s') if len(sides[side]) == 1 else side}"
            for side in (demand, supply)
        )
        verb = "competes" if len(sides[demand]) == 1 else "compete"
        counts = f"{rivals} {verb} for {wanted}"
        return f"Catchment({counts}, {self.measure.name})"

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
            threads=chosen_threads(self.threads),
        )
        frame = access.reached if to_origins else access.reaching
        return frame.iloc[:, self.column].to_numpy(float)


def open_catchment(
    region: Region,
    origins: Points,
    destinations: Points,
    mode: Mode,
    measure: Measure,
    travel: Travel | None = None,
    *,
    demand_at: Side = "origins",
    threads: int | None = None,
) -> Catchment:
    """Lay out who can reach whom, for the measures of competition.

    Parameters
    ----------
    region, origins, destinations, mode, travel
        As for :func:`geo_planner.travel_times`.
    measure
        How much an opportunity counts by its travel time: :func:`cumulative` for 2SFCA,
        :func:`gravity`, or any :class:`Measure` that falls with time, for E2SFCA.
    demand_at, threads
        As in :class:`Catchment`.

    Raises
    ------
    InputError
        As for :func:`geo_planner.travel_times`.

    Examples
    --------
    >>> from geo_planner import example_region, gravity, open_catchment
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> open_catchment(region, work[:1], work, "walk", gravity(10), demand_at="destinations")
    Catchment(4 destinations compete for 1 origin, gravity)
    """
    settings = travel_in(require_region(region), travel)
    starts = points_of(origins, region, "origins")
    ends = points_of(destinations, region, "destinations")
    require_kind(measure, Measure, "measure", "take cumulative(30) or gravity(20)")
    if demand_at not in get_args(Side):
        raise InputError(f"demand_at = {demand_at!r}: choose from {', '.join(get_args(Side))}")
    router = open_router(region, mode, settings)
    return Catchment(
        router,
        router.snap_origins(starts),
        router.snap_destinations(ends),
        measure,
        demand_at,
        chosen_threads(threads),
    )


def balanced_floating_catchment(
    catchment: Sides,
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    *,
    competes: npt.ArrayLike | None = None,
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

    Examples
    --------
    Within six minutes, bakery and clinic reach each other, depot and office only themselves.

    >>> from geo_planner import cumulative, example_region, open_catchment
    >>> from geo_planner import balanced_floating_catchment
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> catchment = open_catchment(region, work, work, "walk", cumulative(6))
    >>> balanced_floating_catchment(catchment, [10, 20, 40, 80], [30, 0, 40, 0])
    array([1., 1., 1., 0.])
    """
    demand, supply, counted = _counted(catchment, demand, supply, competes)
    if _is_unknown(demand) or _is_unknown(supply):
        return np.full(catchment.n_demand, np.nan)
    demand = np.where(counted, demand, 0.0)
    of_demand = catchment.over_supply(np.ones(catchment.n_supply))
    served = catchment.over_demand(_ratio(demand, of_demand))
    of_supply = catchment.over_demand(counted.astype(float))
    return catchment.over_supply(_ratio(_ratio(supply, served), of_supply))


def two_step_floating_catchment(
    catchment: Sides, demand: npt.ArrayLike, supply: npt.ArrayLike
) -> FloatArray:
    """Give supply per unit of demand within reach, ``(n_demand,)``; nan off the network.

    With a cumulative measure this is 2SFCA, with one that decays E2SFCA.

    References
    ----------
    Luo, W., Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. doi:10.1068/b29120

    Examples
    --------
    Within six minutes, bakery and clinic reach each other, depot and office only themselves.

    >>> from geo_planner import cumulative, example_region, open_catchment
    >>> from geo_planner import two_step_floating_catchment
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> catchment = open_catchment(region, work, work, "walk", cumulative(6))
    >>> two_step_floating_catchment(catchment, [10, 20, 40, 80], [30, 0, 40, 0])
    array([1., 1., 1., 0.])
    """
    demand, supply, _ = _counted(catchment, demand, supply, None)
    if _is_unknown(demand) or _is_unknown(supply):
        return np.full(catchment.n_demand, np.nan)
    return catchment.over_supply(_ratio(supply, catchment.over_demand(demand)))


def spatial_availability(
    catchment: Sides, demand: npt.ArrayLike, supply: npt.ArrayLike
) -> FloatArray:
    """Share the supply out among the demand, ``(n_demand,)``; what is in reach is given out once.

    The share of a demand that is not known is not known either: nan.

    References
    ----------
    Soukhov, A., Paez, A., Higgins, C. D., Mohamed, M. (2023). Introducing spatial availability, a
    singly-constrained measure of competitive accessibility. doi:10.1371/journal.pone.0278468

    Examples
    --------
    Within six minutes, bakery and clinic reach each other, depot and office only themselves.

    >>> from geo_planner import cumulative, example_region, open_catchment
    >>> from geo_planner import spatial_availability
    >>> region = example_region()
    >>> work = region.geo_table("businesses").set_index("business_id")
    >>> catchment = open_catchment(region, work, work, "walk", cumulative(6))
    >>> spatial_availability(catchment, [10, 20, 40, 80], [30, 0, 40, 0])
    array([10., 20., 40.,  0.])
    """
    return np.asarray(demand, float) * two_step_floating_catchment(catchment, demand, supply)


def _counted(
    catchment: Sides,
    demand: npt.ArrayLike,
    supply: npt.ArrayLike,
    competes: npt.ArrayLike | None,
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """Return counts that fit the points, and which demand competes."""
    try:
        demand, supply = np.asarray(demand, float), np.asarray(supply, float)
    except (TypeError, ValueError) as error:
        raise InputError(f"competition cannot be computed: counts are numbers ({error})") from None
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
    if competes is not None and np.shape(competes) != (catchment.n_demand,):
        problems.append(f"competes: one value for each of {catchment.n_demand} points is wanted")
    if problems:
        raise InputError("competition cannot be computed", problems)
    everyone = np.ones(catchment.n_demand, bool)
    return demand, supply, everyone if competes is None else np.asarray(competes, bool)


def _is_unknown(values: FloatArray) -> bool:
    """Tell whether a count is known nowhere: what rests on it is unknown, not 0."""
    return bool(np.isnan(values).all())


def _ratio(values: FloatArray, by: FloatArray) -> FloatArray:
    """Divide; what nobody weighs counts for nobody."""
    quotient = np.zeros(len(values))
    np.divide(np.nan_to_num(values), by, out=quotient, where=by > 0)
    return quotient
