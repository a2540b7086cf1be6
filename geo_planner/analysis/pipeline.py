"""The pipeline: from a region to access of zones, businesses and sites, and a score of sites.

Access is computed once per mode, from all zones (study and hinterland) to all workplaces and
sites: sums over workplaces give the jobs each zone reaches, sums over zones give the workers who
reach each workplace and site.
"""

import shutil
import tempfile
import time
import weakref
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo_planner.analysis.access import (
    ModeAccess,
    Progress,
    TravelEnds,
    access_by_mode,
    ends_of,
    measures_of,
)
from geo_planner.analysis.people import edge_share, equity_table
from geo_planner.analysis.result import AnalysisResult, settings_of
from geo_planner.analysis.run_cache import RunCache
from geo_planner.analysis.service import service_at
from geo_planner.analysis.sites import judge_sites
from geo_planner.analysis.summary import RunLog, summary_of
from geo_planner.config import TRANSIT_MODES, Mode, Study, read_study, require_study
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.region import Region, require_region
from geo_planner.region.build import build_region
from geo_planner.siting import Reference
from geo_planner.travel_time import Router, open_router
from geo_planner.travel_time.blocks import chosen_threads

__all__ = ["Progress", "analyse", "measures_of", "run"]


def run(
    study: Study | Path | str,
    region_folder: Path | str | None = None,
    *,
    threads: int | None = None,
    progress: Progress = lambda _step, _done, _all: None,
) -> AnalysisResult:
    """Build the region of a study and analyse it.

    Parameters
    ----------
    study
        Study, or the path of a study file.
    region_folder
        Where to write the region; None: a temporary folder that goes with the result.
    threads
        Searches at once; None: one per core.
    progress
        Called with the step, what is done of it and what there is to do.

    Raises
    ------
    ConfigError, InputError
        With everything that is wrong with the study or its sources.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import run, write_example
    >>> result = run(write_example(mkdtemp()))
    >>> result.summary["residents"], result.summary["jobs"]
    (2500, 150)
    """
    settings = study if isinstance(study, Study) else read_study(study)
    started = time.perf_counter()
    folder = Path(region_folder) if region_folder else Path(tempfile.mkdtemp(prefix="geo_planner-"))
    region = build_region(settings, folder, progress=lambda step: progress(step, 0, 0))
    if region_folder is None:
        weakref.finalize(region, shutil.rmtree, folder, ignore_errors=True)
    built = round(time.perf_counter() - started, 2)
    result = analyse(region, settings, threads=threads, progress=progress)
    result.summary["seconds"] = {"build": built, **result.summary["seconds"]}
    return result


def analyse(
    region: Region,
    study: Study | None = None,
    *,
    threads: int | None = None,
    sites: gpd.GeoDataFrame | None = None,
    reference: Reference | None = None,
    earlier: AnalysisResult | None = None,
    progress: Progress = lambda _step, _done, _all: None,
) -> AnalysisResult:
    """Compute access and site scores of a region.

    Parameters
    ----------
    region
        Region to analyse.
    study
        Settings; None: those the region was built with.
    threads
        Searches at once; None: one per core.
    sites
        Sites to judge, as rows of the table ``sites`` with index site_id; None: the region's.
    reference
        Frozen points of a baseline, for a scenario to be scored by; None: the region's own.
    earlier
        Result of another run, such as the baseline of a scenario: what of it rests on nothing
        that differs is taken over in place of being computed again. The result is the same.
    progress
        Called with the step, what is done of it and what there is to do.

    Raises
    ------
    InputError
        When the settings ask for what the region cannot give.

    Examples
    --------
    The same region with people who walk half as fast, without building it again:

    >>> from geo_planner import Travel, analyse, example_region, settings_of
    >>> region = example_region()
    >>> slow = settings_of(region).model_copy(update={"travel": Travel(walk_speed_kmh=2.4)})
    >>> [float(analyse(region, study).zones.loc["zone-00", "jobs_walk_10min"])
    ...     for study in (None, slow)]
    [70.0, 10.0]
    """
    require_region(region)
    settings = settings_of(region) if study is None else require_study(study)
    n_threads = chosen_threads(threads)
    log = RunLog()
    ends = ends_of(region) if sites is None else replace(ends_of(region), sites=sites)
    own_cache = RunCache(region, settings, ends)
    cached = None if earlier is None else earlier.run_cache
    reusable = own_cache if cached is None else cached.reusable_for(own_cache)
    routers, access = _measure_access(reusable, n_threads, progress, log)
    snaps = pd.concat(log.snaps, ignore_index=True) if log.snaps else pd.DataFrame()
    log.findings += far_link_findings(snaps, "table")
    service = reusable.service
    if any(mode in TRANSIT_MODES for mode in routers):
        service = service or service_at(
            region, settings.travel, ends.zones, ends.businesses, ends.sites, threads=n_threads
        )
        log.lap("service")
    zones, businesses, with_access = _with_access(ends, access, service)
    cut = reusable.edge_share
    headline = settings.access.headline_mode
    if headline in routers and cut is None:
        cut = edge_share(region, routers[headline], headline, zones, settings, n_threads)
        log.lap("edge")
    judged = judge_sites(
        region,
        routers,
        with_access,
        businesses,
        settings,
        threads=n_threads,
        reference=reference,
        stations=reusable.stations,
    )
    log.findings += judged.findings
    log.lap("sites")
    return AnalysisResult(
        study=settings,
        region=region,
        zones=zones,
        businesses=businesses,
        sites=judged.sites,
        criteria=judged.criteria,
        snaps=snaps,
        details={**judged.details, "equity": equity_table(zones)},
        reference=judged.reference,
        summary=summary_of(region, settings, zones, businesses, judged, log, cut),
        run_cache=replace(
            own_cache,
            routers=routers,
            access=access,
            service=service,
            edge_share=cut,
            stations=judged.stations,
        ),
    )


def _measure_access(
    reusable: RunCache, threads: int, progress: Progress, log: RunLog
) -> tuple[dict[Mode, Router], dict[Mode, ModeAccess]]:
    """Measure access by every mode the region has a network for, where no other run has it."""
    region, study = reusable.region, reusable.study
    routers: dict[Mode, Router] = {}
    access: dict[Mode, ModeAccess] = {}
    for mode in study.access.modes:
        tables = ("streets", "stop_times") if mode in TRANSIT_MODES else ("streets",)
        if not all(region.has(table) for table in tables):
            continue
        routers[mode] = reusable.routers.get(mode) or open_router(region, mode, study.travel)
        log.findings += routers[mode].findings
        log.lap(f"network_{mode}")
        access[mode] = reusable.access.get(mode) or access_by_mode(
            mode, routers[mode], reusable.ends, study, threads, progress
        )
        log.snaps.append(access[mode].snaps)
        log.modes[mode] = access[mode].counts
        log.lap(f"access_{mode}")
    return routers, access


def _with_access(
    ends: TravelEnds, access: Mapping[Mode, ModeAccess], service: tuple[pd.DataFrame, ...] | None
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Join the columns of every mode, and of public-transport service, to the three frames."""
    zones, businesses, sites = ends.zones, ends.businesses, ends.sites
    for columns in access.values():
        zones = zones.join(columns.zones)
        businesses = businesses.join(columns.businesses)
        sites = sites.join(columns.sites)
    if service is None:
        return zones, businesses, sites
    return zones.join(service[0]), businesses.join(service[1]), sites.join(service[2])
