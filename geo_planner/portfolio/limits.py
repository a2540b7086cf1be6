"""What is asked of a portfolio of sites, and what it may not exceed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

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
    exclusive
        Groups of sites, by id, of which one at most is opened. Sites that share ground exclude
        each other without being named.
    from_year, by_year
        Year that the years to readiness count from, and the year by whose end the jobs must be
        there. A site counts if it is ready when that year begins.
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
    exclusive: tuple[tuple[str, ...], ...] = ()
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
    def building_years(self) -> float | None:
        """Years in which floor area can be taken up: the last is the target's own, whole."""
        return None if self.horizon_years is None else self.horizon_years + 1.0

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
        for group in self.exclusive:
            left = tuple(other for other in self.exclusive if other != group)
            name = Reason("limit_of_exclusive", sites=", ".join(group))
            lifted[name] = replace(self, exclusive=left)
        if self.take_up_m2_per_year is not None:
            name = Reason("limit_of_take_up", area=self.take_up_m2_per_year)
            lifted[name] = replace(self, take_up_m2_per_year=None)
        if self.by_year is not None:
            name = Reason("limit_of_year", year=self.by_year)
            lifted[name] = replace(self, by_year=None, take_up_m2_per_year=None)
        return lifted


# the name it had before the field's words were settled
Limits = PortfolioLimits
NO_LIMITS = PortfolioLimits()
_MOST_LISTED = 12


def require_sound(
    sites: pd.DataFrame,
    target_jobs: float,
    limits: PortfolioLimits,
    alternatives: int,
    named: Mapping[str, Sequence[str]],
) -> None:
    """Refuse what cannot be asked, all at once.

    Parameters
    ----------
    sites
        Frame of sites, whose ids and clusters may be named.
    target_jobs, limits, alternatives
        What is asked.
    named
        Names given as ``objective`` and as ``case``.

    Raises
    ------
    InputError
        With every problem, and every name that nothing answers to with those there are.
    """
    problems = [
        problem for problem, is_wrong in _checks(target_jobs, limits, alternatives) if is_wrong
    ]
    problems += _unknown_names(sites, limits, named)
    if problems:
        raise InputError("the portfolio cannot be asked for like this", problems)


def _unknown_names(
    sites: pd.DataFrame, limits: PortfolioLimits, named: Mapping[str, Sequence[str]]
) -> list[str]:
    clusters = sorted(sites["cluster"].dropna().unique()) if "cluster" in sites else None
    listed: dict[str, Sequence[object]] = {
        "objective": OBJECTIVES, "case": CASES, "site": sites.index.tolist()
    }  # fmt: skip
    asked = {**named, "site": [name for group in limits.exclusive for name in group]}
    if clusters is not None:
        listed["cluster"], asked["cluster"] = clusters, list(limits.max_per_cluster)
    return [
        f"unknown {what} {name!r}: there are {', '.join(map(str, there[:_MOST_LISTED])) or 'none'}"
        for what, there in listed.items()
        for name in dict.fromkeys(asked[what])
        if name not in there
    ]


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
        ("sites that exclude each other: name two different ones at least",
         any(len(set(group)) < 2 for group in limits.exclusive)),  # noqa: PLR2004 -- a pair
    ]  # fmt: skip
