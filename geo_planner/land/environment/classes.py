"""Environmental class: what the plan admits, what the distance to homes admits, the lower rules.

The class (1 to 7) says which kinds of enterprise an area may hold; each has an advisory distance
from the enterprise's edge to sensitive use: homes, schools, day care, summer houses, that stand
there or are planned. It is guidance, no limit: cleaner technology may lower it, a bad case raise
it. Laboratories need class 2, making of active substances 6 to 7.
"""

from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray
from geo_planner.crs import require_metric, require_same
from geo_planner.land.environment.sensitive import SensitiveUses
from geo_planner.land.factors import class_needed
from geo_planner.land.plans.resolving import PlanResult
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason, write_reasons

_OFFICE_CLASS_MIN = 2


@cache
def class_distances_m() -> FloatArray:
    """Read the advisory distance of each class, class 1 first [m]."""
    return np.array([float(row["distance_m"]) for row in packaged_rows("env_classes")])


def class_at_distance(distance_m: FloatArray) -> FloatArray:
    """Give the highest class whose distance is kept; nan stays nan.

    Examples
    --------
    >>> class_at_distance(np.array([0.0, 19.9, 20.0, 299.0, 300.0, 5000.0, np.nan]))
    array([ 1.,  1.,  2.,  5.,  6.,  7., nan])
    """
    classes = np.searchsorted(class_distances_m(), distance_m, side="right").astype(float)
    return np.where(np.isnan(distance_m), np.nan, classes)


def distance_to_sensitive(sites: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure from each site's edge to the nearest sensitive use; 0 where it lies in the site.

    Parameters
    ----------
    sites
        Sites with ``site_id``, in one metric CRS with the places.
    places
        Rows of :class:`SensitiveUses`.

    Returns
    -------
    DataFrame
        Index site_id: ``distance_m``, ``nearest_kind``, ``nearest_id``; nan where there is none.

    Raises
    ------
    CRSError
        When the layers differ in CRS or it is not metric.
    """
    require_metric(require_same(sites, places))
    ids = pd.Index(sites["site_id"], name="site_id")
    found = pd.DataFrame(
        {"distance_m": np.nan, "nearest_kind": None, "nearest_id": None}, index=ids
    ).astype({"nearest_kind": object, "nearest_id": object})
    if not len(places) or not len(sites):
        return found
    tree = shapely.STRtree(np.asarray(places.geometry.array, dtype=object))
    (site, place), distance_m = tree.query_nearest(
        np.asarray(sites.geometry.array, dtype=object), return_distance=True, all_matches=True
    )
    nearest = pd.DataFrame({"site": site, "place": place, "m": distance_m})
    nearest = nearest.sort_values(["site", "m", "place"]).drop_duplicates("site")
    at, of = nearest["site"].to_numpy(), nearest["place"].to_numpy()
    found.iloc[at, 0] = nearest["m"].to_numpy()
    found.iloc[at, 1] = places["kind"].to_numpy(object)[of]
    found.iloc[at, 2] = places["source_id"].to_numpy(object)[of]
    return found


def environment_classes(
    result: PlanResult, sensitive: SensitiveUses, max_class: pd.Series | None = None
) -> pd.DataFrame:
    """Give each site's class by plan, by distance, and the lower of the two.

    Parameters
    ----------
    result
        Resolved plans.
    sensitive
        Homes and institutions around.
    max_class
        Cap of a constraint by site_id, nan where none.

    Returns
    -------
    DataFrame
        Index site_id: ``env_class_plan_min`` and ``_max`` (over the parts of a site the strictest
        of each; nan unless all parts are known), ``env_class_distance``,
        ``env_class_distance_if_adopted`` (proposed homes too), ``sensitive_distance_m``,
        ``sensitive_kind``, ``sensitive_id``, ``env_class_possible``, ``env_class_rules`` (plan,
        distance, constraint), ``env_class_reason`` (why unknown), ``env_class_note``, and
        ``fits_<profile>`` yes, no or unknown.
    """
    places = sensitive.places
    now = distance_to_sensitive(result.sites, places[~places["is_proposed"].astype(bool)])
    later = distance_to_sensitive(result.sites, places)
    if not sensitive.has_existing_homes and not len(places):
        now["distance_m"] = later["distance_m"] = np.nan
    ids = result.site_ids()
    plan_min = _strictest(result, "env_class_min", np.fmax)
    plan_max = _strictest(result, "env_class_max", np.fmin)
    by_distance = class_at_distance(now["distance_m"].to_numpy(float))
    cap = np.full(len(ids), np.inf)
    if max_class is not None:
        given = max_class.reindex(ids).to_numpy(float, na_value=np.nan)
        cap = np.where(np.isnan(given), np.inf, given)
    limits = np.column_stack([plan_max, by_distance, cap])
    at_most = np.where(np.isnan(limits), np.inf, limits).min(axis=1)
    possible = np.where(at_most == 1, 1.0, limits.min(axis=1))
    names = np.array(["plan", "distance", "constraint"])
    bars, missing = Reason("env_class_bars_offices"), Reason("existing_homes_missing")
    always = [] if sensitive.has_existing_homes else [missing]
    frame = pd.DataFrame(
        {
            "env_class_plan_min": plan_min,
            "env_class_plan_max": plan_max,
            "env_class_distance": by_distance,
            "env_class_distance_if_adopted": class_at_distance(later["distance_m"].to_numpy(float)),
            "sensitive_distance_m": now["distance_m"].to_numpy(float),
            "sensitive_kind": now["nearest_kind"].to_numpy(object),
            "sensitive_id": now["nearest_id"].to_numpy(object),
            "env_class_possible": possible,
            "env_class_rules": [
                "" if np.isnan(lowest) else " and ".join(names[row == lowest])
                for row, lowest in zip(limits, possible, strict=True)
            ],
            "env_class_reason": np.where(
                np.isnan(possible), _why_unknown(plan_max, by_distance), ""
            ),
            "env_class_note": np.where(
                plan_min > _OFFICE_CLASS_MIN,
                write_reasons([bars, *always]) or "",
                write_reasons(always) or "",
            ),
        },
        index=ids,
    )
    for profile, needed in class_needed().items():
        frame[f"fits_{profile}"] = np.select(
            [at_most < needed, (possible >= needed) | (needed == 1)],
            ["no", "yes"],
            default="unknown",
        )
    return frame


def _strictest(result: PlanResult, quantity: str, choose: np.ufunc) -> FloatArray:
    """Take the strictest value over the parts of each site; nan unless all are known."""
    site = result.parts["site_idx"].to_numpy()
    value = result.value("ruling", quantity)
    found = np.full(len(result.sites), np.nan)
    with np.errstate(invalid="ignore"):
        choose.at(found, site, value)
    is_open = np.bincount(site, weights=np.isnan(value), minlength=len(found)) > 0
    return np.where(is_open, np.nan, found)


def _why_unknown(plan_max: FloatArray, by_distance: FloatArray) -> np.ndarray:
    no_plan, no_distance = np.isnan(plan_max), np.isnan(by_distance)
    return np.select(
        [no_plan & no_distance, no_plan, no_distance],
        [
            str(Reason("env_class_unknown")),
            str(Reason("env_class_by_distance")),
            str(Reason("env_class_by_plan")),
        ],
        default="",
    )


def classes_lowered_by(
    sites: gpd.GeoDataFrame, places: gpd.GeoDataFrame, new_homes: gpd.GeoSeries
) -> pd.DataFrame:
    """Name the sites whose class by distance falls when homes are planned somewhere.

    Parameters
    ----------
    sites, places
        Sites with ``site_id``, and sensitive uses as they are.
    new_homes
        Areas rezoned to homes.

    Returns
    -------
    DataFrame
        Index site_id, only sites that lose: ``class_before``, ``class_after``, ``distance_m``.
    """
    require_same(sites, new_homes)
    before = distance_to_sensitive(sites, places)["distance_m"]
    added = gpd.GeoDataFrame(
        {"kind": "new homes", "source_id": new_homes.index.astype(str)},
        geometry=new_homes.to_numpy(),
        crs=new_homes.crs,
    )
    to_new = distance_to_sensitive(sites, added)["distance_m"]
    after = np.fmin(before, to_new)
    frame = pd.DataFrame(
        {
            "class_before": class_at_distance(before.fillna(np.inf).to_numpy(float)),
            "class_after": class_at_distance(after.fillna(np.inf).to_numpy(float)),
            "distance_m": to_new,
        }
    )
    return frame[frame["class_after"] < frame["class_before"]]
