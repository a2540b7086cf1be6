"""The pipeline: from a region to access of zones, businesses and sites, and a score of sites.

Access is computed once per mode, from all zones (study and hinterland) to all workplaces and
sites: sums over workplaces give the jobs each zone reaches, sums over zones give the workers who
reach each workplace and site.
"""

import tempfile
import time
import weakref
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import (
    Access,
    Catchment,
    Measure,
    anchor_points,
    balanced_floating_catchment,
    cumulative,
    gravity,
    sweep_access,
)
from geo_planner.analysis.people import WORKERS_BY_EDUCATION, edge_share, equity_table
from geo_planner.analysis.result import AnalysisResult, settings_of
from geo_planner.analysis.sites import COMPETITION_COLUMN, judge_sites
from geo_planner.analysis.summary import RunLog, summary_of
from geo_planner.config import TRANSIT_MODES, Mode, Study, read_study
from geo_planner.region import Region
from geo_planner.region.build import build_region
from geo_planner.siting import Reference
from geo_planner.travel_time import Router, open_router
from geo_planner.travel_time.blocks import default_threads
from geo_planner.travel_time.remembered import RememberedRouter

COMPETITION_MODE: Mode = "transit"
MEDIAN = "travel_time_s_p50"
Progress = Callable[[str, int, int], None]


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
    """
    settings = study if isinstance(study, Study) else read_study(Path(study))
    started = time.perf_counter()
    folder = Path(region_folder) if region_folder else Path(tempfile.mkdtemp(prefix="geo_planner-"))
    region = build_region(settings, folder, progress=lambda step: progress(step, 0, 0))
    if region_folder is None:
        weakref.finalize(region, _remove, folder)
    built = round(time.perf_counter() - started, 2)
    result = analyse(region, settings, threads=threads, progress=progress)
    result.summary["seconds"] = {"build": built, **result.summary["seconds"]}
    return result


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def analyse(
    region: Region,
    study: Study | None = None,
    *,
    threads: int | None = None,
    reference: Reference | None = None,
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
    reference
        Frozen points of a baseline, for a scenario to be scored by; None: the region's own.
    progress
        Called with the step, what is done of it and what there is to do.

    Raises
    ------
    InputError
        When the settings ask for what the region cannot give.
    """
    settings = study or settings_of(region)
    n_threads = threads or default_threads()
    log = RunLog()
    zones = region.geo_table("zones").set_index("zone_id")
    businesses = region.geo_table("businesses").set_index("business_id")
    sites = region.geo_table("sites").set_index("site_id")
    routers: dict[Mode, Router] = {}
    for mode in _possible_modes(region, settings):
        routers[mode] = open_router(region, mode, settings.travel)
        log.findings += routers[mode].findings
        log.lap(f"network_{mode}")
        access = _access_of_mode(
            mode,
            routers[mode],
            zones=zones,
            businesses=businesses,
            sites=sites,
            study=settings,
            threads=n_threads,
            log=log,
            progress=progress,
        )
        zones = zones.join(access.reached)
        businesses = businesses.join(access.reaching.iloc[: len(businesses)])
        sites = sites.join(access.reaching.iloc[len(businesses) :])
        log.lap(f"access_{mode}")
    cut = None
    headline = settings.access.headline_mode
    if headline in routers:
        cut = edge_share(region, routers[headline], headline, zones, settings, n_threads)
        log.lap("edge")
    judged = judge_sites(
        region, routers, sites, businesses, settings, threads=n_threads, reference=reference
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
        snaps=pd.concat(log.snaps, ignore_index=True) if log.snaps else pd.DataFrame(),
        details={**judged.details, "equity": equity_table(zones)},
        reference=judged.reference,
        summary=summary_of(region, settings, zones, businesses, judged, log, cut),
    )


def _possible_modes(region: Region, study: Study) -> list[Mode]:
    """Keep the modes the region has a network for."""
    return [
        mode
        for mode in study.access.modes
        if region.has("streets") and (mode not in TRANSIT_MODES or region.has("stop_times"))
    ]


def measures_of(study: Study, mode: Mode) -> list[Measure]:
    """List the measures a study asks for in one mode."""
    return [
        *(cumulative(cutoff) for cutoff in study.access.cutoffs_min),
        gravity(study.access.half_weight_min[mode]),
    ]


def _access_of_mode(
    mode: Mode,
    router: Router,
    *,
    zones: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
    study: Study,
    threads: int,
    log: RunLog,
    progress: Progress,
) -> Access:
    """Run one mode from all zones to all workplaces and sites; names carry the mode."""
    ends = pd.concat([anchor_points(businesses), anchor_points(sites)])
    origins = router.snap_origins(anchor_points(zones))
    destinations = router.snap_destinations(gpd.GeoSeries(ends, crs=zones.crs))
    jobs = np.concatenate([businesses["employees_count"].to_numpy(float), np.zeros(len(sites))])
    workers = zones["workers_count"].to_numpy(float)
    people = {f"workers_{mode}": workers}
    if mode == study.access.headline_mode:
        people |= {
            f"{name}_{mode}": zones[column].to_numpy(float)
            for name, column in WORKERS_BY_EDUCATION.items()
            if zones[column].notna().any()
        }
    asked = RememberedRouter(router) if mode == COMPETITION_MODE else router
    access = sweep_access(
        asked,
        origins,
        destinations,
        measures_of(study, mode),
        opportunities={f"jobs_{mode}": jobs},
        people=people,
        threads=threads,
        progress=lambda done, total: progress(f"access by {mode}", done, total),
    )
    if mode == COMPETITION_MODE and len(zones) and len(ends):
        catchment = Catchment(
            asked,
            origins,
            destinations,
            gravity(study.access.half_weight_min[mode]),
            demand_at="destinations",
            threads=threads,
            column=asked.columns.index(MEDIAN) if MEDIAN in asked.columns else 0,
        )
        is_workplace = np.arange(len(ends)) < len(businesses)
        access.reaching[COMPETITION_COLUMN] = balanced_floating_catchment(
            catchment, jobs, workers, competes=is_workplace
        )
    tables = np.repeat(["businesses", "sites"], [len(businesses), len(sites)])
    log.snaps += [
        origins.ledger.assign(table="zones", mode=mode),
        destinations.ledger.assign(table=tables, mode=mode),
    ]
    log.modes[mode] = {
        "origins": len(origins),
        "reached_pairs": access.n_reached_pairs,
        "unsnapped": origins.n_unsnapped + destinations.n_unsnapped,
    }
    return access
