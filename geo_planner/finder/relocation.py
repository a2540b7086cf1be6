"""Moving a workplace: what the commute of its staff would be at each site, against today's.

Times are those of ``travel_times`` from the middle of each group of staff to the address, the
median of the window. Kilometres are straight lines times a detour factor, not lengths of routes;
both they and emissions are those of all staff going by one mode: what staff will choose is not
computed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.points import anchor_points
from geo_planner.arrays import BoolArray, FloatArray, LongArray
from geo_planner.config import Mode, Travel
from geo_planner.errors import InputError
from geo_planner.finder.staff import Staff
from geo_planner.findings import Finding
from geo_planner.packaged import packaged_rows
from geo_planner.region import Region, require_region
from geo_planner.travel_time import travel_times
from geo_planner.travel_time.columns import MEDIAN, percentile_place
from geo_planner.travel_time.inputs import travel_in
from geo_planner.units import SECONDS_PER_MIN

LIMITS_MIN = (30, 45, 60)
TODAY = "today"
_NOTICED_MIN = 1.0
_WAYS_A_DAY = 2
_KILOMETRE_M, _KILOGRAM_G = 1_000.0, 1_000.0

Columns = dict[str, FloatArray | LongArray]
Step = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Relocation:
    """Hold the commute of staff at today's address and at sites.

    Parameters
    ----------
    addresses
        One row per address, index address_id, ranked, today's first and without a rank. ``name``,
        ``rank`` and for every mode ``<mode>_mean_min`` (of staff with a route),
        ``<mode>_share_30min``, ``_45min`` and ``_60min`` (of all staff), ``<mode>_no_route_count``,
        ``<mode>_km_day`` and ``<mode>_co2_kg_day`` (all staff there and back, were all to go so);
        against today, missing where today is not given: ``<mode>_gain_count`` and
        ``<mode>_lose_count`` (staff more than a minute faster or slower, or with a route gained or
        lost), ``<mode>_gain_mean_min``, ``<mode>_lose_mean_min`` and ``<mode>_change_mean_min`` (of
        those with a route to both). Geometry is the point that times are measured to.
    staff
        Groups of staff; none has fewer than five people.
    ranked_by
        Mode of the ranking: by share within 45 minutes, then by mean minutes.
    findings
        What is doubtful of networks and links.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from geo_planner import example_region, merged_staff, relocate
    >>> region = example_region()
    >>> homes = region.geo_table("zones").geometry.centroid[[0, 24]]
    >>> relocate(region, merged_staff(homes, np.array([10, 30])), modes=["walk"], ranked_by="walk")
    Relocation(3 sites for 40 people, first is yard)
    """

    addresses: gpd.GeoDataFrame
    staff: Staff
    ranked_by: Mode
    findings: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        sites = self.addresses[self.addresses["rank"].notna()]
        first = sites.index[0] if len(sites) else "none"
        return (
            f"Relocation({len(sites)} sites for {self.staff.people.sum()} people, first is {first})"
        )


def relocate(
    region: Region,
    staff: Staff,
    sites: gpd.GeoDataFrame | None = None,
    today: gpd.GeoSeries | None = None,
    *,
    modes: Sequence[Mode] = ("walk", "bicycle", "car", "transit"),
    ranked_by: Mode = "transit",
    travel: Travel | None = None,
    threads: int | None = None,
    progress: Step = lambda _step, _done, _all: None,
) -> Relocation:
    """Compare the commute of staff at candidate sites with that to today's address.

    Parameters
    ----------
    region
        Region with the networks of the modes.
    staff
        Groups of staff, as :func:`read_staff` or :func:`merged_staff` make them.
    sites
        Candidate sites, index site_id; None: the region's.
    today
        Today's address, one point; None: nothing to compare with.
    modes
        Modes to measure.
    ranked_by
        Mode that ranks the sites.
    travel
        Settings, such as the window of the shift; None: those the region was built with.
    threads
        Searches at once; None: one per core.
    progress
        Called with the step, origins done and all origins.

    Raises
    ------
    InputError
        When there are no sites, the ranking's mode is not measured, or a mode lacks its network.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from geo_planner import example_region, merged_staff, relocate
    >>> region = example_region()
    >>> homes = region.geo_table("zones").geometry.centroid[[0, 24]]
    >>> staff = merged_staff(homes, np.array([10, 30]))
    >>> today = homes[[0]]
    >>> moved = relocate(region, staff, today=today, modes=["walk"], ranked_by="walk").addresses
    >>> moved["walk_lose_count"].astype(int).tolist()
    [0, 10, 10, 10]
    """
    require_region(region)
    given = region.geo_table("sites").set_index("site_id") if sites is None else sites
    if not len(given):
        raise InputError("there are no sites to move to; add a layer for the table 'sites'")
    if ranked_by not in modes:
        raise InputError(f"the sites are ranked by {ranked_by}: measure it too")
    points = anchor_points(given)
    names = given["name"].astype(object).where(given["name"].notna(), given.index.astype(str))
    if today is not None:
        place = gpd.GeoSeries(today.to_crs(region.crs).to_numpy()[:1], [TODAY], crs=region.crs)
        points = gpd.GeoSeries(pd.concat([place, points]), crs=region.crs)
        names = pd.concat([pd.Series([TODAY], [TODAY], dtype=object), names])
    frame = gpd.GeoDataFrame({"name": names.astype("str")}, geometry=points, crs=region.crs)
    settings = travel_in(region, travel).model_copy(update={"percentiles": (MEDIAN,)})
    findings: list[Finding] = []
    for mode in modes:
        found = travel_times(
            region,
            staff.homes,
            points,
            mode,
            settings,
            threads=threads,
            progress=lambda done, total, mode=mode: progress(f"commute by {mode}", done, total),  # type: ignore[misc]
        )
        findings += found.findings
        minutes = found.times_s[:, :, percentile_place(found.columns, MEDIAN) or 0]
        columns = _commute(minutes / SECONDS_PER_MIN, staff.people, settings)
        columns |= _distance(staff, points, mode)
        if today is not None:
            columns |= _against_today(minutes / SECONDS_PER_MIN, staff.people)
        frame = frame.assign(**{f"{mode}_{name}": values for name, values in columns.items()})
    return Relocation(_ranked(frame, ranked_by), staff, ranked_by, tuple(dict.fromkeys(findings)))


def _commute(minutes: FloatArray, people: LongArray, travel: Travel) -> Columns:
    """Sum up ``(n_groups, n_addresses)`` minutes by address."""
    has_route = np.isfinite(minutes)
    columns: Columns = {"mean_min": _mean(minutes, has_route, people)}
    for limit in LIMITS_MIN:
        is_within = minutes < limit if travel.strict_cutoffs else minutes <= limit
        columns[f"share_{limit}min"] = people @ is_within / people.sum()
    return columns | {"no_route_count": people @ ~has_route}


def _against_today(minutes: FloatArray, people: LongArray) -> Columns:
    """Count who gains and who loses against the first address; a route is gained or lost whole."""
    today = minutes[:, :1]
    change = np.subtract(minutes, today, out=np.zeros_like(minutes), where=minutes != today)
    gains, loses = change < -_NOTICED_MIN, change > _NOTICED_MIN
    has_both = np.isfinite(minutes) & np.isfinite(today)
    return {
        "gain_count": people @ gains,
        "lose_count": people @ loses,
        "gain_mean_min": _mean(-change, gains & has_both, people),
        "lose_mean_min": _mean(change, loses & has_both, people),
        "change_mean_min": _mean(change, has_both, people),
    }


def _mean(values: FloatArray, counted: BoolArray, people: LongArray) -> FloatArray:
    """Average over the people who count, nan where none does."""
    n_people = people @ counted
    total = people @ np.where(counted, values, 0.0)
    return np.divide(total, n_people, out=np.full(len(total), np.nan), where=n_people > 0)


def _distance(staff: Staff, points: gpd.GeoSeries, mode: Mode) -> Columns:
    row = next(row for row in packaged_rows("commute_factors") if row["mode"] == mode)
    starts, ends = (np.column_stack([some.x, some.y]) for some in (staff.homes, points))
    apart_m = np.hypot(*(starts[:, None] - ends[None]).transpose(2, 0, 1))
    km_day = staff.people @ apart_m * float(row["detour_factor"]) * _WAYS_A_DAY / _KILOMETRE_M
    return {
        "km_day": km_day,
        "co2_kg_day": km_day * float(row["co2_g_per_person_km"]) / _KILOGRAM_G,
    }


def _ranked(frame: gpd.GeoDataFrame, mode: Mode) -> gpd.GeoDataFrame:
    """Rank the sites by the share within 45 minutes, then by mean minutes; today stands first."""
    is_today = frame.index == TODAY
    share, mean_min = frame[f"{mode}_share_45min"], frame[f"{mode}_mean_min"].fillna(np.inf)
    keys = pd.Series([*zip(-share.round(9), mean_min.round(9), strict=True)], frame.index)
    ranks = keys[~is_today].rank(method="min").reindex(frame.index).astype("Int64")
    frame.insert(1, "rank", ranks)
    order = np.lexsort((frame.index.astype(str), ranks.fillna(0)))
    return frame.iloc[order].rename_axis("address_id")
