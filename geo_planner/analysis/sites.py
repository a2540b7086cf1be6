"""Judging sites: what they offer, what excludes them, their score, and how sure their rank is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from geo_planner.analysis.land import measure_land
from geo_planner.analysis.site_names import distinct_names
from geo_planner.config import Mode, Study
from geo_planner.findings import Finding
from geo_planner.land.stations.proximity import StationProximity
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.siting import (
    Reference,
    SiteMeasures,
    correlation_warnings,
    criteria_correlation,
    criteria_frame,
    criterion_weights,
    measure_criteria,
    robustness,
    score_sites,
    values_frame,
    width_warnings,
)
from geo_planner.siting.places import place_name
from geo_planner.travel_time import Router


@dataclass(frozen=True)
class JudgedSites:
    """Hold what is known of the sites.

    Parameters
    ----------
    sites
        The sites with land, score, rank, criteria, contributions and robustness.
    criteria
        Criteria in use, index criterion_id.
    details
        Side tables: ``constraints`` (site and kind), ``stations`` (site and measure),
        ``station_uses`` (what each use may be), ``station_areas``, ``correlation`` of criteria.
    left_out
        Reason by criterion that could not be measured.
    reference
        Frozen points the scores rest on; None where nothing was scored.
    findings
        What was left out of the land data, and criteria that say the same twice.
    stations
        Nearness to stations; None where there are no sites.
    """

    sites: gpd.GeoDataFrame
    criteria: pd.DataFrame = field(default_factory=pd.DataFrame)
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    left_out: Mapping[str, Reason] = field(default_factory=dict)
    reference: Reference | None = None
    findings: tuple[Finding, ...] = ()
    stations: StationProximity | None = None


def judge_sites(
    region: Region,
    routers: Mapping[Mode, Router],
    sites: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    study: Study,
    *,
    threads: int,
    reference: Reference | None = None,
    stations: StationProximity | None = None,
) -> JudgedSites:
    """Measure land and criteria of sites, score and rank them.

    Parameters
    ----------
    region, routers
        Region and the routers of the modes that are computed.
    sites, businesses
        Frames with the columns of the access pass.
    study
        Settings.
    threads
        Searches at once.
    reference
        Frozen points of a baseline; None: the region's own.
    stations
        Nearness of these sites to stations, where it is known already.
    """
    if not len(sites):
        return JudgedSites(sites)
    sites = sites.assign(name=distinct_names(region, sites))
    land = measure_land(region, sites, study, stations)
    measured = measure_criteria(
        region,
        routers,
        sites,
        businesses,
        study,
        threads=threads,
        land=land.frame,
        reference=reference,
    )
    details = {
        "constraints": land.constraints.kinds,
        "stations": land.stations.methods,
        "station_uses": land.stations.uses,
        "station_areas": land.stations.areas,
    }
    with_land = sites.join(land.frame[[name for name in land.frame if name not in sites]])
    unscored = JudgedSites(
        with_land,
        details=details,
        left_out=measured.left_out,
        findings=land.findings,
        stations=land.stations,
    )
    if not len(measured.raw.columns):
        return unscored
    return _scored(unscored, measured, land.frame["excluded_because"], region, study)


def _scored(
    unscored: JudgedSites,
    measured: SiteMeasures,
    excluded_because: pd.Series,
    region: Region,
    study: Study,
) -> JudgedSites:
    """Weigh and score the criteria, rank the sites, and say how firm their ranks are."""
    siting = study.siting
    of_group = {str(group): weight for group, weight in siting.group_weights.items()}
    weights = criterion_weights(
        list(measured.raw.columns), siting.profile, siting.weights, of_group
    )
    scores = score_sites(
        measured.raw,
        weights,
        measured.frozen,
        method=siting.aggregation,
        unknown=siting.unknown,
        excluded_because=excluded_because,
    )
    values = values_frame(measured.raw, measured.frozen)
    ranked = values[scores["rank"].notna()]
    confidence = robustness(
        ranked, weights, siting.seed, method=siting.aggregation, n_draws=siting.draws
    )
    correlation = criteria_correlation(values)
    sites = unscored.sites
    return replace(
        unscored,
        sites=sites.drop(columns=[name for name in scores if name in sites])
        .join(scores)
        .join(confidence),
        criteria=criteria_frame(
            weights,
            measured.frozen,
            study.travel.car_traffic,
            place_name(region, "city_centre"),
        ),
        details={**unscored.details, "correlation": correlation.reset_index()},
        reference=measured.reference,
        findings=(
            *unscored.findings,
            *correlation_warnings(correlation, weights),
            *width_warnings(measured.frozen, weights),
        ),
    )
