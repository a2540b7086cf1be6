"""What enterprises keep a distance to: homes and institutions, existing and planned."""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.land.plans.ruling import LEVELS

PLANNED_HOMES = {11: "homes", 21: "mixed homes and business", 61: "summer houses"}
_CARE = ("kindergarten", "childcare", "nursing_home", "social_facility", "hospital", "school")


@dataclass(frozen=True)
class SensitiveUses:
    """Hold what enterprises keep a distance to.

    Parameters
    ----------
    places
        ``kind``, ``source_id``, ``is_planned``, ``is_proposed`` and geometry, one row each.
    has_existing_homes
        Whether the data show where homes stand; if not, only planned ones are known.
    """

    places: gpd.GeoDataFrame
    has_existing_homes: bool


def sensitive_uses(
    plans: gpd.GeoDataFrame, tables: Mapping[str, gpd.GeoDataFrame]
) -> SensitiveUses:
    """Gather homes and institutions, existing and planned.

    Parameters
    ----------
    plans
        Table of plans. Areas planned for homes count where no more detailed plan in force gives
        the ground another use.
    tables
        As far as there are any: ``landscape`` (built-up patches are homes), ``zones`` (cells with
        residents, where no landscape shows homes), ``schools``, ``amenities`` (day care, care).
    """
    found = [_planned(plans)]
    landscape = tables.get("landscape")
    homes = None if landscape is None else landscape[landscape["kind"] == "built_up"]
    if homes is None or not len(homes):
        zones = tables.get("zones")
        homes = None if zones is None else zones[zones["population_count"] > 0]
    has_homes = homes is not None and len(homes) > 0
    if homes is not None and has_homes:
        found.append(_rows(homes, "existing homes", homes.columns[0]))
    schools = tables.get("schools")
    if schools is not None and len(schools):
        found.append(_rows(schools, "school", "school_id"))
    amenities = tables.get("amenities")
    if amenities is not None and len(amenities):
        care = amenities[amenities["kind"].str.split(":").str[-1].isin(_CARE)]
        found.append(_rows(care, "care or school", "amenity_id"))
    places = gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=plans.crs)
    return SensitiveUses(places, has_homes)


def _rows(
    layer: gpd.GeoDataFrame, kind: str, id_column: str, *, is_planned: bool = False
) -> gpd.GeoDataFrame:
    columns = {
        "kind": kind,
        "source_id": layer[id_column].to_numpy(str),
        "is_planned": is_planned,
        "is_proposed": False,
    }
    return gpd.GeoDataFrame(columns, geometry=layer.geometry.to_numpy(), crs=layer.crs)


def _planned(plans: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take areas planned for homes, less what a more detailed plan in force uses otherwise."""
    in_play = plans[plans["status"] != "cancelled"].reset_index(drop=True)
    code = in_play["use_code"].to_numpy(float, na_value=np.nan)
    is_home = np.isin(code, list(PLANNED_HOMES))
    rank = in_play["level"].map(LEVELS.index).to_numpy(np.int64)
    is_proposed = (in_play["status"] == "proposed").to_numpy()
    overrules = ~is_home & ~np.isnan(code) & ~is_proposed
    shapes = np.asarray(in_play.geometry.array, dtype=object).copy()
    homes, others = np.flatnonzero(is_home), np.flatnonzero(overrules)
    at, by = shapely.STRtree(shapes[others]).query(shapes[homes], predicate="intersects")
    is_finer = rank[others[by]] > rank[homes[at]]
    for home, pairs in pd.Series(others[by[is_finer]]).groupby(homes[at[is_finer]]):
        taken = shapely.union_all(shapes[pairs.to_numpy()])
        shapes[home] = shapely.difference(shapes[home], taken)
    kept = homes[~shapely.is_empty(shapes[homes])]
    columns = {
        "kind": [f"planned: {PLANNED_HOMES[int(code[i])]}" for i in kept],
        "source_id": in_play["plan_id"].to_numpy(str)[kept],
        "is_planned": True,
        "is_proposed": is_proposed[kept],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes[kept], crs=plans.crs)
