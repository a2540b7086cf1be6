"""Ground, people and workplaces that stand more than once in the tables of a region.

Sources are checked one by one when they are read; what one source says again of what another said,
or a layer of itself, shows only when the tables are whole. Nothing is changed: it is told what
stands twice, how much of it, and what to do.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN

_OVERLAP_SHARE = 0.01  # borders drawn twice overlap by slivers
_SAME_PLACE_M = 1.0
_GROUND = {"sites": "sites_overlap", "parcels": "parcels_overlap"}
_KEYS = {"sites": "site_id", "parcels": "parcel_id", "zones": "zone_id"}


def overlap_findings(tables: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, Finding]]:
    """Tell what stands more than once, as pairs of table and finding.

    Parameters
    ----------
    tables
        Validated tables of a region, by name.
    """
    for name, code in _GROUND.items():
        frame = tables.get(name)
        if isinstance(frame, gpd.GeoDataFrame) and len(frame):
            yield from _ground_twice(name, code, frame)
    plans = tables.get("plans")
    if isinstance(plans, gpd.GeoDataFrame) and len(plans):
        yield from _fields_twice(plans)
    zones = tables.get("zones")
    if isinstance(zones, gpd.GeoDataFrame) and len(zones):
        yield from _people_twice(zones)
    businesses = tables.get("businesses")
    if isinstance(businesses, gpd.GeoDataFrame) and len(businesses):
        yield from _workplaces_twice(businesses)


def overlapping_pairs(
    shapes: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Find pairs of shapes that share ground, or of a point and what it lies in or on.

    Returns
    -------
    tuple
        Positions of both, the first smaller, and shared ground [m2], 0 for points.
    """
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = left < right
    left, right = left[apart], right[apart]
    areas = shapely.area(shapes)
    shared_m2 = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    smaller_m2 = np.minimum(areas[left], areas[right])
    is_double = (shared_m2 > _OVERLAP_SHARE * smaller_m2) | (smaller_m2 == 0)
    return left[is_double], right[is_double], shared_m2[is_double]


def _ground_twice(name: str, code: str, frame: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    left, right, shared_m2 = overlapping_pairs(frame.geometry.to_numpy())
    if len(left):
        rows = np.unique(np.append(left, right))
        ids = tuple(map(str, frame[_KEYS[name]].to_numpy()[rows][:MAX_IDS_SHOWN]))
        what = Reason(code, ground=float(shared_m2.sum()))
        yield name, Finding(name, "warning", len(rows), what, ids)


def _fields_twice(plans: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    """Tell of building fields of one status that lie on one another."""
    fields = plans[plans["level"] == "building_field"]
    for _, of_status in fields.groupby("status"):
        left, right, shared_m2 = overlapping_pairs(of_status.geometry.to_numpy())
        if len(left):
            rows = np.unique(np.append(left, right))
            ids = tuple(map(str, of_status["plan_id"].to_numpy()[rows][:MAX_IDS_SHOWN]))
            what = Reason("fields_overlap", ground=float(shared_m2.sum()))
            yield "plans", Finding("plans", "warning", len(rows), what, ids)


def _people_twice(zones: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    """Tell of zones on one another, within a role and across roles apart."""
    left, right, shared_m2 = overlapping_pairs(zones.geometry.to_numpy())
    role = zones["role"].to_numpy(object)
    areas_m2 = shapely.area(zones.geometry.to_numpy())
    smaller_m2 = np.minimum(areas_m2[left], areas_m2[right])
    share = np.divide(shared_m2, smaller_m2, out=np.ones(len(left)), where=smaller_m2 > 0)
    across = role[left] != role[right]
    for pairs, code in ((across, "zones_overlap_roles"), (~across, "zones_overlap")):
        rows = np.unique(np.append(left[pairs], right[pairs]))
        if code == "zones_overlap_roles":
            rows = rows[role[rows] == "hinterland"]
        if len(rows):
            people, workers = (
                _counted_twice(zones[name], left[pairs], right[pairs], share[pairs])
                for name in ("population_count", "workers_count")
            )
            ids = tuple(map(str, zones["zone_id"].to_numpy()[rows][:MAX_IDS_SHOWN]))
            what = Reason(code, people=people, workers=workers)
            yield "zones", Finding("zones", "warning", len(rows), what, ids)


def _counted_twice(
    counts: pd.Series, left: npt.NDArray[Any], right: npt.NDArray[Any], share: npt.NDArray[Any]
) -> float:
    """Sum what pairs of zones may both count: the lesser count, by the share of ground in both."""
    known = counts.to_numpy(float, na_value=0)
    return float((share * np.minimum(known[left], known[right])).sum())


def _workplaces_twice(businesses: gpd.GeoDataFrame) -> Iterator[tuple[str, Finding]]:
    """Tell of workplaces that are likely the same: place, name or branch, and size agree."""
    place = np.round(shapely.get_coordinates(businesses.geometry.to_numpy()) / _SAME_PLACE_M)
    name = businesses["name"].map(
        lambda text: " ".join(text.casefold().split()), na_action="ignore"
    )
    label = name.astype(object).where(name.notna(), businesses["branch_code"])
    alike = pd.DataFrame(
        {"x": place[:, 0], "y": place[:, 1], "label": label.to_numpy(),
         "size": businesses["employees_count"].to_numpy(float, na_value=np.nan)}
    )  # fmt: skip
    again = (alike.duplicated() & alike["label"].notna()).to_numpy()
    if again.any():
        jobs = float(np.nansum(alike["size"].to_numpy()[again]))
        ids = tuple(map(str, businesses["business_id"].to_numpy()[again][:MAX_IDS_SHOWN]))
        what = Reason("businesses_twice", jobs=jobs)
        yield "businesses", Finding("businesses", "warning", int(again.sum()), what, ids)
