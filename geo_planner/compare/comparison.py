"""Two results side by side, whole."""

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import COMPETITION_COLUMN, MeasureKey, measure_columns
from geo_planner.analysis import AnalysisResult
from geo_planner.analysis.totals import COUNTS, study_totals
from geo_planner.compare.fairness import differences_in_kind
from geo_planner.compare.goals import policy_before_and_after, target_before_and_after
from geo_planner.compare.land import land_before_and_after
from geo_planner.compare.people import equity_before_and_after, winners_and_losers
from geo_planner.compare.ranking import ranking_changes
from geo_planner.compare.rows import BOTH, PRESENCE, compare_rows, figures_of
from geo_planner.errors import InputError, require_kind
from geo_planner.reasons import Reason
from geo_planner.travel_time.columns import MEDIAN
from geo_planner.words.english import counted_tables


@dataclass(frozen=True)
class Comparison:
    """Hold the difference B - A.

    Parameters
    ----------
    a, b
        The results compared.
    name_a, name_b
        Their names in tables and on pages.
    zones, businesses, sites
        Rows side by side, see :func:`geo_planner.compare.rows.compare_rows`.
    people
        Winners and losers by measure, group and district.
    equity
        Equity figures before and after.
    ranking
        Ranks and scores of sites before and after, with reasons.
    totals
        As :func:`geo_planner.analysis.totals.study_totals`: index table and figure; a, b,
        difference.
    unfair
        What differs beside the scenario: empty where the comparison is fair.
    land
        Floor area, jobs, breaches, stage and environmental class of sites, see
        :func:`geo_planner.compare.land.land_before_and_after`.
    policy, target
        Indicators of the policy, and portfolios that reach a number of jobs; empty where they
        were not asked for.

    Examples
    --------
    >>> from geo_planner import analyse, compare_results, example_region
    >>> result = analyse(example_region())
    >>> comparison = compare_results(result, result, name_a="before", name_b="after")
    >>> comparison, comparison.is_empty
    (Comparison('before' to 'after': 25 zones, 4 workplaces, 3 sites, fair), True)
    """

    a: AnalysisResult
    b: AnalysisResult
    name_a: str
    name_b: str
    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    people: pd.DataFrame
    equity: pd.DataFrame
    ranking: pd.DataFrame
    totals: pd.DataFrame
    unfair: list[Reason]
    land: gpd.GeoDataFrame
    policy: pd.DataFrame = field(default_factory=pd.DataFrame)
    target: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __repr__(self) -> str:
        rows = {"zones": self.zones, "businesses": self.businesses, "sites": self.sites}
        counts = counted_tables(rows, self.b.region.study)
        differences = "difference" if len(self.unfair) == 1 else "differences"
        fair = f"{len(self.unfair)} {differences} in kind" if self.unfair else "fair"
        return f"Comparison({self.name_a!r} to {self.name_b!r}: {counts}, {fair})"

    @property
    def measures(self) -> list[str]:
        """Access measures of zones that both results hold."""
        return _common_measures(self.a, self.b)

    @property
    def headline(self) -> str | None:
        """Name the access measure shown first; None where the two share none."""
        access = self.b.study.access
        limit = (access.headline_mode, access.headline_cutoff_min)
        keys = [key for key in map(MeasureKey.read, self.measures) if key is not None]
        wanted = [key for key in keys if (key.mode, key.cutoff_min) == limit]
        median = [key for key in wanted if key.percentile == MEDIAN]
        return next((key.column for key in (*median, *wanted, *keys)), None)

    @property
    def n_sites_moved(self) -> int:
        """Count the sites whose rank differs."""
        return int((self.ranking["rank_change"].fillna(0) != 0).sum())

    @property
    def is_empty(self) -> bool:
        """Whether no row and no figure differs."""
        return all(_is_same(frame) for frame in (self.zones, self.businesses, self.sites))


def compare_results(
    a: AnalysisResult,
    b: AnalysisResult,
    *,
    name_a: str = "A",
    name_b: str = "B",
    policy: bool = False,
    target_jobs: float | None = None,
    threads: int | None = None,
) -> Comparison:
    """Compare any two results of the same place: scenarios, years, settings.

    Parameters
    ----------
    a, b
        Results; differences are B - A.
    name_a, name_b
        Names for tables and pages.
    policy
        Compute the policy's indicators for both; it takes searches of its own.
    target_jobs
        Net new private jobs to find the best sites for, before and after; None: not asked.
    threads
        Searches at once; None: one per core.

    Raises
    ------
    InputError
        When the two share no zone, workplace or site, or lie in different CRS.

    Examples
    --------
    >>> from geo_planner import analyse, apply_scenario, compare_results, example_region
    >>> region = example_region()
    >>> closed = {"id": "closed", "name": "Depot closes", "modifications": [
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}]}
    >>> found = compare_results(analyse(region), analyse(apply_scenario(region, closed)))
    >>> found.totals.loc[("businesses", "employees_count"), "difference"].item()
    -40.0
    """
    for name, result in (("a", a), ("b", b)):
        require_kind(result, AnalysisResult, name, "compute it with run(...) or analyse(...)")
    if a.region.crs != b.region.crs:
        raise InputError(
            f"{name_a} and {name_b} are in different CRS ({a.region.crs.to_string()} and "
            f"{b.region.crs.to_string()}): build both with the same crs under [study]"
        )
    zones = compare_rows(a.zones, b.zones, [*COUNTS["zones"], *_measures(a.zones, b.zones, "jobs")])
    businesses = compare_rows(
        a.businesses,
        b.businesses,
        [
            *COUNTS["businesses"],
            *_measures(a.businesses, b.businesses, "workers", COMPETITION_COLUMN),
        ],
    )
    site_columns = figures_of(a.sites, b.sites, ("",))
    site_figures = [name for name in site_columns if name not in ("name", "geometry")]
    sites = compare_rows(a.sites, b.sites, site_figures)
    rows = (zones, businesses, sites)
    if any(map(len, rows)) and not any((frame[PRESENCE] == BOTH).any() for frame in rows):
        raise InputError(f"{name_a} and {name_b} share no zone, workplace or site: other places?")
    measures = _common_measures(a, b)
    sides = [study_totals(result.zones, result.businesses, result.sites) for result in (a, b)]
    index = pd.MultiIndex.from_tuples(list(sides[0]), names=["table", "figure"])
    totals = pd.DataFrame(
        {name: list(side.values()) for name, side in zip("ab", sides, strict=True)}, index=index
    )
    return Comparison(
        a=a,
        b=b,
        name_a=name_a,
        name_b=name_b,
        zones=zones,
        businesses=businesses,
        sites=sites,
        people=winners_and_losers(zones, a.zones, measures),
        equity=equity_before_and_after(a.zones, b.zones, measures),
        ranking=ranking_changes(sites, a.criteria, b.criteria),
        totals=totals.assign(difference=totals["b"] - totals["a"]),
        unfair=differences_in_kind(a, b),
        land=land_before_and_after(a, b),
        policy=policy_before_and_after(a, b, threads) if policy else pd.DataFrame(),
        target=pd.DataFrame()
        if target_jobs is None
        else target_before_and_after(a, b, target_jobs),
    )


def reversed_comparison(comparison: Comparison) -> Comparison:
    """Write a comparison the other way round: B becomes A, and every difference its negative."""
    other = compare_results(
        comparison.b, comparison.a, name_a=comparison.name_b, name_b=comparison.name_a
    )
    goals = {name: _reversed_frame(getattr(comparison, name)) for name in ("policy", "target")}
    return replace(other, **goals)


def _reversed_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Swap the columns of A and B of a frame that took searches of its own."""
    names = {name: name for name in frame.columns}
    for one, other in ("ab", "ba"):
        names |= {name: other for name in names if name == one}
        names |= {name: f"{name[:-1]}{other}" for name in names if name.endswith(f"_{one}")}
    swapped = frame.rename(columns=names)[list(frame.columns)]
    if "difference" in swapped:
        swapped["difference"] = -swapped["difference"]
    return swapped


def _common_measures(a: AnalysisResult, b: AnalysisResult) -> list[str]:
    found = _measures(a.zones, b.zones, "jobs")
    return [name for name in found if name in a.zones and name in b.zones]


def _measures(a: pd.DataFrame, b: pd.DataFrame, what: str, *others: str) -> list[str]:
    """List the access measures of something in either frame, and other columns, in order."""
    names = figures_of(a, b, ("",))
    chosen = {*measure_columns(names, what), *others}
    return [name for name in names if name in chosen]


def _is_same(frame: pd.DataFrame) -> bool:
    """Tell whether all rows are in both and no figure changed or became known or unknown."""
    before, after = (
        frame[[name for name in frame.columns if str(name).endswith(f"_{side}")]].to_numpy(float)
        for side in ("a", "b")
    )
    return bool((frame[PRESENCE] == BOTH).all() and np.array_equal(before, after, equal_nan=True))
