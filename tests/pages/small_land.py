"""What plans and robustness say of the made-up town's three sites, with a fourth excluded."""

import json
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from geo_planner.analysis import AnalysisResult
from geo_planner.reasons import Reason, write_reasons
from tests.pages.small_town import area

EXCLUDED = write_reasons(
    [Reason("in_green_wedge"), Reason("net_area_too_small", found=900.0, needed=1000.0)]
)
ASK = str(Reason("ask_office_outside_station_area", needed=1500.0))
OPEN = Reason(
    "open_in_plans",
    quantity="floor_area_ratio",
    reason=Reason("plan_absent", reading="ruling"),
    share=0.4,
)
RANK_SHARES = (
    {"1": 0.71, "2": 0.29}, {"1": 0.29, "2": 0.71}, {"3": 1.0}, None,
)  # fmt: skip
_NAN = float("nan")


def with_land(result: AnalysisResult) -> AnalysisResult:
    """Add a fourth, excluded site to a town's result, and land and robustness of all four."""
    sites = result.sites
    fourth = sites.iloc[[2]].rename(index={"C": "D"}).assign(name="Marsh", rank=None)
    fourth = fourth.set_geometry([area(600, 650, 120, 100)], crs=sites.crs)
    sites = gpd.GeoDataFrame(pd.concat([sites, fourth]), crs=sites.crs)
    sites.index.name = "site_id"
    sites["rank"] = pd.array([1, 2, 3, None], "Int64")
    details = {
        **result.details,
        "constraints": constraints(sites.index),
        "correlation": correlation(),
        "station_areas": station_areas(sites.crs),
        "equity": equity(),
    }
    summary = {**result.summary, "sites": 4, "edge_effect_share": 0.25}
    return replace(result, sites=sites.assign(**columns()), details=details, summary=summary)


def columns() -> dict[str, list]:
    """Give the columns of land and robustness, a value per site."""
    shares = [None if some is None else json.dumps(some) for some in RANK_SHARES]
    states = {
        f"{state}_{name}": values
        for state, factor in (("now", 1), ("potential", 2))
        for name, values in {
            "allowed_likely_m2": [factor * 20_000.0, factor * 4_000.0, _NAN, 0.0],
            "jobs_low": [factor * 300.0, factor * 50.0, _NAN, 7.0],
            "jobs_likely": [factor * 500.0, factor * 80.0, _NAN, 7.0],
            "jobs_high": [factor * 900.0, factor * 150.0, _NAN, 7.0],
        }.items()
    }
    return {
        **states,
        "is_tied": [False] * 4, "excluded_because": [None, None, None, EXCLUDED],
        "to_ask": [None, None, ASK, None], "first_share_simplex": [0.71, 0.29, 0.0, _NAN],
        "top3_share_simplex": [1.0, 1.0, 1.0, _NAN], "rank_p05_simplex": [1.0, 1.0, 3.0, _NAN],
        "rank_p95_simplex": [2.0, 2.0, 3.0, _NAN], "rank_shares_simplex": shares,
        "jobs_low": [300.0, 50.0, _NAN, 7.0], "jobs_likely": [500.0, 80.0, _NAN, 7.0],
        "jobs_high": [900.0, 150.0, _NAN, 7.0], "remaining_m2": [18_000.0, 3_000.0, _NAN, 0.0],
        "stage": [1.0, 3.0, _NAN, 5.0], "years_low": [0.5, 1.5, _NAN, 5.0],
        "years_high": [0.5, 2.5, _NAN, _NAN], "env_class_possible": [3.0, 1.0, _NAN, 7.0],
        "use_code": [31.0, 11.0, _NAN, 91.0], "floor_area_ratio": [0.9, 0.6, _NAN, _NAN],
        "max_floors": [6.0, 2.5, _NAN, _NAN], "max_height_m": [26.0, 8.5, _NAN, _NAN],
        "zone_status": ["urban", "urban", None, "rural"],
        "unknown": [None, None, str(OPEN), None],
        "citations": [json.dumps([{"plan_id": "p1"}])] + ["[]"] * 3,
        "binding_limit": ["ratio; floors", "height", None, None],
        "parking": ["fits on the surface", "needs parking structure", "unknown", "unknown"],
        "capacity_state": ["now", "potential", None, "potential"],
        "unknown_reason": ["", "", str(Reason("no_limit_stated")), ""],
        "env_class_plan_min": [1.0, 1.0, _NAN, _NAN], "env_class_plan_max": [4.0, 1.0, _NAN, _NAN],
        "env_class_distance": [3.0, 2.0, 3.0, 7.0], "env_class_reason": ["", "", "", ""],
        "sensitive_distance_m": [60.0, 20.0, _NAN, _NAN],
        "sensitive_kind": ["existing homes", "school", None, None],
        "place_municipal": ["unknown"] * 4, "place_network": ["zone", "core", "zone", "outside"],
        "place_circle": ["core", "core", "zone", "outside"], "is_flip": [True, False, False, False],
        "is_assumed": [True] * 4, "station": ["n1"] * 4,
        "office_rule": ["allowed", "with_measures", "unknown", "not_allowed"],
        "n_conflicts": [1, 0, 0, 1], "n_checked": [1] * 4, "n_kinds": [2] * 4,
        "net_area_m2": [12_000.0] * 3 + [900.0], "unconstrained_share": [1.0, 1.0, 1.0, 0.075],
        "is_upper_bound": [True, False, False, True],
        "excluding_not_checked": ["conservation", None, None, "conservation"],
    }  # fmt: skip


def constraints(ids: pd.Index) -> pd.DataFrame:
    """Say of two kinds what is known: one checked on every site, one on none."""
    checked = pd.DataFrame(
        {"site_id": ids, "kind": "protected_nature", "effect": "excludes", "share": 0.0,
         "state": ["conflict", "none", "none", "conflict"]}
    )  # fmt: skip
    open_kind = checked.assign(kind="conservation", state="not checked", share=_NAN)
    return pd.concat([checked, open_kind], ignore_index=True)


def correlation() -> pd.DataFrame:
    """Give two criteria that say nearly the same."""
    return pd.DataFrame(
        {"index": ["workers_transit_45", "station_walk_m"],
         "workers_transit_45": [1.0, -0.95], "station_walk_m": [-0.95, 1.0]}
    )  # fmt: skip


def station_areas(crs: object) -> gpd.GeoDataFrame:
    """Draw a square by walking and a larger one as the crow flies."""
    reaches = (100, 200, 150, 300)
    shapes = [area(400 - m, 400 - m, 2 * m, 2 * m) for m in reaches]
    return gpd.GeoDataFrame(
        {"method": ["network", "network", "circle", "circle"], "kind": ["core", "zone"] * 2},
        geometry=shapes, crs=crs,
    )  # fmt: skip


def equity() -> pd.DataFrame:
    """Say how the headline measure is shared out, in all and in two districts."""
    return pd.DataFrame(
        {
            "measure": "jobs_transit_45min_p50", "district": ["all", "North", "South"],
            "people": [1400.0, 600.0, 800.0], "mean": [100_000.0, 120_000.0, 85_000.0],
            "p10": [45_000.0] * 3, "p90": [180_000.0] * 3, "gini": [0.21, 0.15, 0.24],
            "left_behind_share": [0.25, 0.0, 0.4],
        }
    )  # fmt: skip
