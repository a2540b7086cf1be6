"""What land changes: floor area and jobs of sites, breaches, and classes that new homes lower."""

from collections.abc import Sequence

import geopandas as gpd
import pandas as pd

from geo_planner.analysis import AnalysisResult
from geo_planner.compare.rows import compare_rows
from geo_planner.land import classes_lowered_by, resolve_plans, sensitive_uses
from geo_planner.region import Region
from geo_planner.scenario import areas_rezoned_to_homes

LAND_FIGURES = (
    "remaining_m2", "jobs_low", "jobs_likely", "jobs_high", "existing_floor_area_m2",
    "overbuilt_m2", "stage", "env_class_possible",
)  # fmt: skip
_TEXTS = ("capacity_state", "binding_limit")
_TABLES = ("landscape", "zones", "schools", "amenities")
_LEAST_BREACH_M2 = 1.0


def land_before_and_after(a: AnalysisResult, b: AnalysisResult) -> gpd.GeoDataFrame:
    """Tell of every site what it can take before and after, and what is breached.

    Returns
    -------
    GeoDataFrame
        Index site_id; as :func:`geo_planner.compare.rows.compare_rows` for remaining floor area,
        jobs (net new private, three cases), floor area that stands, ``overbuilt_m2`` (what stands
        above what plans allow), stage and possible environmental class; ``capacity_state`` and
        ``binding_limit`` of both; ``is_breached``: overbuilt in B by more than in A.
        ``env_class_before``, ``env_class_after`` and ``homes_distance_m`` where homes newly
        planned lower the class by distance.
    """
    rows = compare_rows(a.sites, b.sites, LAND_FIGURES)
    for text in _TEXTS:
        for side, result in (("a", a), ("b", b)):
            texts = result.sites[text] if text in result.sites else pd.Series(dtype=object)
            rows[f"{text}_{side}"] = texts.astype(object).reindex(rows.index)
    over = rows[["overbuilt_m2_a", "overbuilt_m2_b"]]
    grown = over["overbuilt_m2_b"] - over["overbuilt_m2_a"].fillna(0.0)
    rows["is_breached"] = (grown >= _LEAST_BREACH_M2).astype(bool)
    lowered = classes_lowered(a.region, b.region)
    for column, shown in (
        ("class_before", "env_class_before"),
        ("class_after", "env_class_after"),
        ("distance_m", "homes_distance_m"),
    ):
        rows[shown] = lowered[column].astype(float).reindex(rows.index)
    return rows


def classes_lowered(before: Region, after: Region) -> pd.DataFrame:
    """Name the sites that lose environmental class to homes that one region plans anew.

    Returns
    -------
    DataFrame
        As :func:`geo_planner.land.classes_lowered_by`; sites of the region before.
    """
    homes = areas_rezoned_to_homes(before, after)
    sites = before.geo_table("sites")
    if not len(homes) or not len(sites):
        return pd.DataFrame(columns=["class_before", "class_after", "distance_m"], dtype=float)
    plans = resolve_plans(sites, before.geo_table("plans")).plans
    around = sensitive_uses(plans, {name: before.geo_table(name) for name in _TABLES})
    return classes_lowered_by(sites, around.places, homes)


def land_summary(land: pd.DataFrame) -> dict[str, list[str]]:
    """Name the sites that are breached, change stage, or lose class.

    Parameters
    ----------
    land
        As :func:`land_before_and_after` gives it.
    """
    moved = land["stage_difference"].fillna(0.0) != 0
    return {
        "sites_breached": _ids(land.index[land["is_breached"]]),
        "sites_that_change_stage": _ids(land.index[moved]),
        "sites_that_lose_class": _ids(land.index[land["env_class_after"].notna()]),
    }


def _ids(index: pd.Index) -> list[str]:
    chosen: Sequence[object] = index.tolist()
    return [str(name) for name in chosen]
