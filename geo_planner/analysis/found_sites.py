"""Sites that were found: scored by the study's own criteria, beside the sites that were given."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.analysis.access import Progress
from geo_planner.analysis.pipeline import analyse
from geo_planner.analysis.ranking_table import ranking_table
from geo_planner.analysis.result import settings_of
from geo_planner.analysis.site_names import names_by_place
from geo_planner.config import Study, require_study
from geo_planner.finder import FoundGround, SiteSearch, find_ground
from geo_planner.land.plans.overlay import overlaps
from geo_planner.region import Region, require_region
from geo_planner.siting import Reference
from geo_planner.travel_time.blocks import chosen_threads

_BESIDE = ("use_profile", "n_parcels", "given_site_id", "given_share")
_OF_LAND = (
    "unknown_reason", "is_upper_bound", "excluding_not_checked", "stage_shares", "station_walk_m",
)  # fmt: skip


@dataclass(frozen=True)
class FoundSites:
    """Hold sites that were found, ranked, and the ground they were found on.

    Parameters
    ----------
    sites
        As the table of a ranking, the best first, with ``origin`` (found), ``rank`` among the
        found, ``rank_with_given`` among found and given sites, ``given_site_id`` and
        ``given_share`` (given site that most of it lies in, and how much of it does) and
        ``n_parcels``. Sites that a hard constraint excludes stand last, without a rank.
    ground
        What the rules took and left.

    Examples
    --------
    >>> from geo_planner import SiteSearch, example_region, find_sites
    >>> search = SiteSearch(use="office_tenants", stage="potential")
    >>> found = find_sites(example_region(), search, threads=1)
    >>> found.ground.funnel["rule"].tolist()
    ['study_area', 'plan', 'excluded', 'built', 'unknown', 'cut', 'area']
    """

    sites: gpd.GeoDataFrame
    ground: FoundGround

    def __repr__(self) -> str:
        return f"FoundSites({len(self.sites)} sites of {self.ground!r})"


def find_sites(
    region: Region,
    search: SiteSearch,
    study: Study | None = None,
    *,
    reference: Reference | None = None,
    footprints: gpd.GeoSeries | None = None,
    threads: int | None = None,
    progress: Progress = lambda _step, _done, _all: None,
) -> FoundSites:
    """Find sites for a use in the study area, and score them as the given ones are scored.

    Parameters
    ----------
    region
        Region with plans.
    search
        What is looked for.
    study
        Settings; None: those the region was built with.
    reference
        Frozen points of a run, for scores that compare with it; None: the region's own.
    footprints
        Buildings, for ground on which parcels do not say what stands; None: that is unknown there.
    threads
        Searches at once; None: one per core.
    progress
        Called with the step, what is done of it and what there is to do.

    Raises
    ------
    InputError
        When the region lacks what the search asks for.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo_planner import SiteSearch, example_region, find_sites
    >>> region = example_region()
    >>> search = SiteSearch(use="office_tenants", stage="potential")
    >>> no_buildings = gpd.GeoSeries([], crs=region.crs)
    >>> find_sites(region, search, footprints=no_buildings, threads=1)
    FoundSites(25 sites of FoundGround(25 places, 883598 of 1000000 m2))
    """
    require_region(region)
    settings = settings_of(region) if study is None else require_study(study)
    n_threads = chosen_threads(threads)
    ground = find_ground(region, search, settings, footprints=footprints, threads=n_threads)
    found = ground.sites.assign(name=names_by_place(region, ground.sites))
    given = region.geo_table("sites").set_index("site_id")
    found = found.join(_given_below(found, given))
    if not len(found):
        return FoundSites(found.reset_index(), ground)
    if settings.land.use_profile is not None:
        given = given.assign(use_profile=settings.land.use_profile)
    own_uses = settings.land.model_copy(update={"use_profile": None})
    judged = analyse(
        region,
        settings.model_copy(update={"land": own_uses}),
        sites=gpd.GeoDataFrame(pd.concat([given, found]), geometry="geometry", crs=region.crs),
        reference=reference,
        threads=n_threads,
        progress=progress,
    )
    scored = judged.sites.loc[found.index].assign(name=found["name"])
    return FoundSites(_table(scored, judged.criteria), ground)


def _given_below(found: gpd.GeoDataFrame, given: gpd.GeoDataFrame) -> pd.DataFrame:
    """Name the given site that most of each found one lies in, and the share that does."""
    shapes, others = (np.asarray(sites.geometry.array, dtype=object) for sites in (found, given))
    at, other, shared_m2 = overlaps(shapes, others)
    pairs = pd.DataFrame(
        {
            "site_id": found.index[at],
            "given_site_id": given.index[other],
            "given_share": shared_m2 / shapely.area(shapes)[at],
        }
    )
    largest = pairs.sort_values(["given_share", "given_site_id"], ascending=[False, True])
    return largest.drop_duplicates("site_id").set_index("site_id").reindex(found.index)


def _table(scored: gpd.GeoDataFrame, criteria: pd.DataFrame) -> gpd.GeoDataFrame:
    """Lay out the found sites; without any criterion they have no score."""
    if "rank" not in scored:
        return scored.reset_index().assign(origin="found")
    with_given = scored["rank"]
    ranked = scored.assign(rank=with_given.rank(method="min").astype("Int64"))
    table = ranking_table(ranked, criteria)
    beside = [name for name in (*_BESIDE, *_OF_LAND) if name in scored and name not in table]
    columns = scored[beside].assign(rank_with_given=with_given, origin="found")
    joined = table.join(columns, on="site_id")
    last = [name for name in joined if name != "geometry"]
    return joined[[*last, "geometry"]]
