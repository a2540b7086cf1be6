"""Finding ground: rule after rule takes its part of the study area, and what is left is found."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import LongArray
from geo_planner.config import Study, require_study
from geo_planner.errors import InputError
from geo_planner.finder.ground import StudyGround, study_ground
from geo_planner.finder.places import PlaceMeasures, as_sites
from geo_planner.finder.rules import SETTING_ASIDE, Rules, rule_texts, rules_of
from geo_planner.finder.search import SiteSearch
from geo_planner.findings import Finding
from geo_planner.land.constraints.ground import Shapes
from geo_planner.land.stations.points import listed_stations
from geo_planner.reasons import Reason, write_reasons
from geo_planner.region import Region, require_region
from geo_planner.sources.shape_ids import shape_ids


@dataclass(frozen=True)
class FoundGround:
    """Hold what was found, and what each rule took.

    Parameters
    ----------
    sites
        Places found, as rows of the table ``sites``, index site_id, the largest first.
    set_aside
        Places that would be found if what is unknown of them were favourable: ``area_m2`` and
        ``reason``, index site_id.
    funnel
        One row per rule, in order: ``rule``, ``what`` (a reason), ``taken_m2``, ``left_m2``,
        ``without_m2`` and ``without_places`` (what would be found besides if this rule alone were
        left out; less where places grow past a limit; unknown for rules that set aside).
        The first row is the whole study area.
    not_checked
        Kinds of constraint that exclude and that no source tells of.
    findings
        What was left out of plans and constraints on the way.

    Examples
    --------
    Where nothing says what stands on the ground, all of it is set aside:

    >>> from geo_planner import SiteSearch, example_region, find_ground, settings_of
    >>> region = example_region()
    >>> search = SiteSearch(use="office", stage="potential")
    >>> ground = find_ground(region, search, settings_of(region))
    >>> ground, len(ground.set_aside)
    (FoundGround(0 places, 0 of 1000000 m2), 25)
    """

    sites: gpd.GeoDataFrame
    set_aside: gpd.GeoDataFrame
    funnel: pd.DataFrame
    not_checked: tuple[str, ...]
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        n_places, found_m2 = len(self.sites), self.sites.area.sum()
        return f"FoundGround({n_places} places, {found_m2:.0f} of {self.study_area_m2:.0f} m2)"

    @property
    def study_area_m2(self) -> float:
        """Ground that was looked at [m2]."""
        return float(self.funnel["left_m2"].iloc[0])


def find_ground(
    region: Region,
    search: SiteSearch,
    study: Study,
    *,
    footprints: gpd.GeoSeries | None = None,
    threads: int = 1,
) -> FoundGround:
    """Find ground for a use.

    Parameters
    ----------
    region
        Region with plans.
    search
        What is looked for.
    study
        Settings of land and travel.
    footprints
        Buildings where parcels do not say what stands on them, in the CRS of the region; None: what
        stands there is unknown.
    threads
        Searches at once.

    Raises
    ------
    InputError
        When the region lacks what the search asks for.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from geo_planner import SiteSearch, example_region, find_ground, settings_of
    >>> region = example_region()
    >>> no_buildings = gpd.GeoSeries([], crs=region.crs)
    >>> search = SiteSearch(use="office", stage="potential")
    >>> find_ground(region, search, settings_of(region), footprints=no_buildings)
    FoundGround(25 places, 883598 of 1000000 m2)
    """
    require_region(region)
    require_study(study)
    if search.max_station_walk_m is not None and not len(listed_stations(region)):
        raise InputError(f"{region.path}: no listed station to walk to; leave the limit out")
    ground = study_ground(region, search.use, study.land, footprints)
    measures = PlaceMeasures(region, study, search, ground, threads)
    rules = rules_of(search, ground, measures)
    measures.remember(rules.to_measure())
    places = rules.places()
    sites = as_sites(region, search, ground, places)
    aside, reasons = rules.set_aside()
    return FoundGround(
        sites=sites.assign(n_parcels=_n_parcels(ground, sites)),
        set_aside=gpd.GeoDataFrame(
            {"area_m2": shapely.area(aside), "reason": [str(reason) for reason in reasons]},
            index=pd.Index(shape_ids(aside), name="site_id", dtype="str"),
            geometry=aside,
            crs=region.crs,
        ),
        funnel=_funnel(rules, places, rule_texts(search)),
        not_checked=ground.not_checked,
        findings=ground.findings,
    )


def _funnel(rules: Rules, places: Shapes, texts: Mapping[str, Reason]) -> pd.DataFrame:
    """Lay out what each rule took in its turn, and what would be found without it alone."""
    before_m2 = float(rules.ground.area_m2.sum())
    found_m2 = float(shapely.area(places).sum())
    rows = []
    for rule, left_m2 in {"study_area": before_m2, **rules.left_m2()}.items():
        row: dict[str, object] = {"rule": rule, "what": write_reasons([texts[rule]])}
        row |= {"taken_m2": before_m2 - left_m2, "left_m2": left_m2}
        row |= {"without_m2": np.nan, "without_places": None}
        if rule not in ("study_area", *SETTING_ASIDE):
            without = rules.places(but=rule)
            row["without_m2"] = float(shapely.area(without).sum()) - found_m2
            row["without_places"] = len(without) - len(places)
        rows.append(row)
        before_m2 = left_m2
    return pd.DataFrame(rows).astype({"without_places": "Int64"})


def _n_parcels(ground: StudyGround, sites: gpd.GeoDataFrame) -> LongArray:
    """Count the parcels that each place has ground of."""
    points = shapely.point_on_surface(ground.shapes)
    piece, site = sites.sindex.query(points, predicate="intersects")
    pairs = np.unique(np.column_stack([site, ground.parcel[piece]]), axis=0)
    return np.bincount(pairs[pairs[:, 1] >= 0, 0], minlength=len(sites))
