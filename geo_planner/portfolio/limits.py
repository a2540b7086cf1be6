"""What is asked of a portfolio of sites, and what it may not exceed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from geo_planner.errors import InputError
from geo_planner.reasons import Reason

Objective = Literal["score", "travel_time", "land_take", "station_near"]
Case = Literal["low", "likely", "high"]

OBJECTIVES: tuple[Objective, ...] = ("score", "travel_time", "land_take", "station_near")
CASES: tuple[Case, ...] = ("low", "likely", "high")


@dataclass(frozen=True)
class PortfolioLimits:
    """Hold the limits of a portfolio; None: no limit.

    Parameters
    ----------
    max_sites
        Most sites to open.
    max_per_cluster
        Most sites to open by cluster; a cluster not named is not limited.
    from_year, by_year
        Year that the years to readiness count from, and the year the jobs must be there by. A
        site counts if its floor area can stand by then.
    take_up_m2_per_year
        Most floor area that the market takes up in a year, all sites together [m2]. Needs years.
    min_share
        Least share of a site's capacity to develop once it is opened, above 0 and up to 1.
    shares
        Shares a site can be developed to, in stages; None: any from ``min_share`` to 1.

    Examples
    --------
    >>> from geo_planner import PortfolioLimits
    >>> PortfolioLimits(max_sites=3, from_year=2026, by_year=2034).horizon_years
    8.0
    """

    max_sites: int | None = None
    max_per_cluster: Mapping[str, int] = field(default_factory=dict)
    from_year: int | None = None
    by_year: int | None = None
    take_up_m2_per_year: float | None = None
    min_share: float = 0.1
    shares: tuple[float, ...] | None = None

    @property
    def horizon_years(self) -> float | None:
        """Years from the start to the target; None where no year is set."""
        if self.from_year is None or self.by_year is None:
            return None
        return float(self.by_year - self.from_year)

    @property
    def stages(self) -> tuple[float, ...] | None:
        """Shares in rising order, those below the least share left out."""
        if self.shares is None:
            return None
        return tuple(sorted({share for share in self.shares if share >= self.min_share}))

    def each_lifted(self) -> Mapping[Reason, "PortfolioLimits"]:
        """Name every limit that is set, with the limits that are left without it."""
        lifted: dict[Reason, PortfolioLimits] = {}
        if self.max_sites is not None:
            lifted[Reason("limit_of_sites", count=self.max_sites)] = replace(self, max_sites=None)
        for cluster, most in self.max_per_cluster.items():
            others = {name: n for name, n in self.max_per_cluster.items() if name != cluster}
            name = Reason("limit_of_sites_in", count=most, cluster=cluster)
            lifted[name] = replace(self, max_per_cluster=others)
        if self.take_up_m2_per_year is not None:
            name = Reason("limit_of_take_up", area=self.take_up_m2_per_year)
            lifted[name] = replace(self, take_up_m2_per_year=None)
        if self.by_year is not None:
            name = Reason("limit_of_year", year=self.by_year)
            lifted[name] = replace(self, by_year=None, take_up_m2_per_year=None)
        return lifted


NO_LIMITS = PortfolioLimits()


def require_sound(target_jobs: float, limits: PortfolioLimits, alternatives: int) -> None:
    """Refuse what cannot be asked, all at once.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = [
        problem for problem, is_wrong in _checks(target_jobs, limits, alternatives) if is_wrong
    ]
    if problems:
        raise InputError("the portfolio cannot be asked for like this", problems)


def _checks(
    target_jobs: float, limits: PortfolioLimits, alternatives: int
) -> list[tuple[str, bool]]:
    shares, horizon = limits.shares, limits.horizon_years
    return [
        (f"target jobs {target_jobs!r}: ask for more than 0", not target_jobs > 0),
        (f"{alternatives} alternatives: ask for at least 1", alternatives < 1),
        (f"min share {limits.min_share!r}: must lie above 0 and up to 1",
         not 0 < limits.min_share <= 1),
        (f"shares {shares!r}: must lie above 0 and up to 1, one at least at the min share",
         shares is not None
         and (not limits.stages or not all(0 < share <= 1 for share in shares))),
        ("by year: say from which year the years to readiness count",
         limits.by_year is not None and limits.from_year is None),
        (f"by year {limits.by_year}: lies before {limits.from_year}",
         horizon is not None and horizon < 0),
        ("take-up a year: say by which year the jobs must be there",
         limits.take_up_m2_per_year is not None and horizon is None),
        (f"take-up {limits.take_up_m2_per_year!r} m2 a year: must be more than 0",
         limits.take_up_m2_per_year is not None and not limits.take_up_m2_per_year > 0),
        (f"max sites {limits.max_sites!r}: must be at least 1",
         limits.max_sites is not None and limits.max_sites < 1),
        ("sites per cluster: must not be negative",
         any(most < 0 for most in limits.max_per_cluster.values())),
    ]  # fmt: skip
