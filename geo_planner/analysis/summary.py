"""What a run did and found, in figures: the log of its steps and its summary."""

import json
import math
import time
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.analysis.sites import JudgedSites
from geo_planner.analysis.totals import study_totals
from geo_planner.config import Study
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.version import __version__


@dataclass
class RunLog:
    """Collect what the steps of one run leave behind."""

    seconds: dict[str, float] = field(default_factory=dict)
    snaps: list[pd.DataFrame] = field(default_factory=list)
    modes: dict[str, dict[str, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    started: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        """Book the time since the last step [s]."""
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0.0) + now - self.started, 2)
        self.started = now


def summary_of(
    region: Region,
    study: Study,
    zones: gpd.GeoDataFrame,
    businesses: gpd.GeoDataFrame,
    judged: JudgedSites,
    log: RunLog,
    cut_share: float | None,
) -> dict[str, Any]:
    """Collect what ``summary.json`` holds: figures, settings and criteria, all plain values."""
    sites = judged.sites
    totals = study_totals(zones, businesses, sites)
    ranked = sites[sites["rank"].notna()] if "rank" in sites else sites.iloc[:0]
    top = ranked.sort_values(["rank", "score"]).iloc[0] if len(ranked) else None
    window = study.travel.window
    return {
        "study": study.study.id,
        "name": study.study.name,
        "badge": study.study.badge,
        "region_digest": region.digest,
        "sites": len(sites),
        "zones": int(totals["zones", "rows"]),
        "zones_hinterland": len(zones) - int(totals["zones", "rows"]),
        "businesses": int(totals["businesses", "rows"]),
        "residents": _whole(totals["zones", "population_count"]),
        "workers": _whole(totals["zones", "workers_count"]),
        "jobs": _whole(totals["businesses", "employees_count"]),
        "departure": None if window is None else window[0].isoformat(timespec="minutes"),
        "window_of": "departures" if study.travel.arrive is None else "arrivals",
        "window_min": study.travel.window_min,
        "modes": log.modes,
        "edge_effect_share": cut_share,
        "edge_effect": _edge_effect(cut_share, study),
        "top_site": None if top is None else str(top.name),
        "top_site_name": None if top is None else top["name"],
        "criteria_left_out": {key: str(why) for key, why in judged.left_out.items()},
        "sites_excluded": int(sites["excluded_because"].notna().sum()) if "rank" in sites else 0,
        "network_findings": [finding.to_json() for finding in dict.fromkeys(log.findings)],
        "seconds": log.seconds,
        "settings": study.model_dump(mode="json", exclude={"study", "sources"}),
        "criteria": json.loads(judged.criteria.reset_index().to_json(orient="records")),
        "geo_planner_version": __version__,
    }


def _edge_effect(share: float | None, study: Study) -> str | None:
    if share is None:
        return None
    access = study.access
    reason = Reason(
        "edge_effect",
        share=share,
        minutes=access.headline_cutoff_min,
        mode=access.headline_mode,
    )
    return str(reason)


def _whole(total: float) -> int | None:
    """Round a total; None where it is unknown."""
    return None if math.isnan(total) else round(total)
