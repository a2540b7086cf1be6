"""Changes of rows that change no result: of services on other days, of streets no car may enter.

A scenario that edits what nothing is measured by looks like one without effect. Each such edit is
noted beside it; it is no error, for another study of the same scenario may measure it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.scenario.draft import Draft
from geo_planner.sources.gtfs.days import choose_typical_day
from geo_planner.sources.gtfs.feed import active_services
from geo_planner.units import SECONDS_PER_DAY

_SERVICE_TABLES = ("trips", "stop_times", "frequencies", "calendar", "calendar_dates")
_CALENDAR_TABLES = ("feeds", "trips", "calendar", "calendar_dates", "frequencies")
_CAR_COLUMNS = ("maxspeed_forward_mps", "maxspeed_backward_mps", "car_speed_factor")
_BICYCLE_COLUMNS = ("bicycle_forward", "bicycle_backward")
_ANY_STRESS = 4
_SHARED = "shared_bicycle"


def notes_on_effect(before: Draft, after: Draft, changed: set[str]) -> Iterator[Reason]:
    """Tell what a modification changes without any result that the study asks for.

    Parameters
    ----------
    before, after
        Tables before and after it.
    changed
        Tables it changed.
    """
    if changed & set(_SERVICE_TABLES):
        yield from _service_notes(before, after)
    if "stops" in changed:
        yield from _stop_notes(before, after, changed)
    if "streets" in changed and len(before.frame("streets")) == len(after.frame("streets")):
        yield from _street_notes(before, after)
    for table in sorted(changed & {"plans", "constraints"}):
        yield from _ground_notes(before, after, table)
    if "shared_bicycle_stations" in changed:
        travel = _travel(after.region)
        if _SHARED not in (travel.to_stop_by, travel.from_stop_by):
            yield Reason("scenario_no_shared_rides")


def _travel(region: Region) -> Travel:
    return Travel.model_validate(region.study.get("travel", {}))


def _service_notes(before: Draft, after: Draft) -> Iterator[Reason]:
    """Tell of services that run on other days, or outside the study's window."""
    travel = _travel(after.region)
    day = _study_day(before, travel)
    if day is None:
        return
    everything = (-np.inf, np.inf)
    if _service_on(before, day, everything).equals(_service_on(after, day, everything)):
        yield Reason("scenario_not_on_day", day=day)
        return
    window = travel.window
    if window is None:
        return
    start, end = ((moment - dt.datetime.combine(day, dt.time())).total_seconds()
                  for moment in window)  # fmt: skip
    reach_s = travel.max_time_s
    first_s, last_s = (start - reach_s, end) if travel.arrive else (start, end + reach_s)
    if _service_on(before, day, (first_s, last_s)).equals(
        _service_on(after, day, (first_s, last_s))
    ):
        yield Reason("scenario_not_in_window", start=_clock(first_s), end=_clock(last_s))


def _study_day(draft: Draft, travel: Travel) -> dt.date | None:
    """Give the day journeys of the study depart or arrive on; None where there is none."""
    if travel.window is not None:
        moment = travel.depart or travel.arrive
        return None if moment is None else moment.date()
    tables: Mapping[str, Any] = {name: draft.frame(name) for name in _CALENDAR_TABLES}
    try:
        return choose_typical_day(tables, draft.region.study.get("country")).day
    except InputError:
        return None


def _service_on(draft: Draft, day: dt.date, span_s: tuple[float, float]) -> pd.DataFrame:
    """List calls and frequencies of what runs on a day between two times, and past midnight."""
    trips, calls = draft.frame("trips"), draft.frame("stop_times")
    frequencies = draft.frame("frequencies")
    found = []
    for offset in (-1, 0):
        date = day + dt.timedelta(days=offset)
        active = active_services(draft.frame("calendar"), draft.frame("calendar_dates"), date)
        running = set(trips.loc[trips["service_id"].isin(active), "trip_id"])
        own = calls[calls["trip_id"].isin(running)]
        times = own.groupby("trip_id")[["arrival_time_s", "departure_time_s"]]
        first = times.min().min(axis=1).astype(float)
        last = times.max().max(axis=1).astype(float)
        repeats = frequencies[frequencies["trip_id"].isin(running)].set_index("trip_id")
        starts = repeats.groupby(level=0)["start_time_s"].min().reindex(first.index)
        ends = repeats.groupby(level=0)["end_time_s"].max().reindex(first.index)
        last = last.where(ends.isna(), ends + last - first)
        first = first.where(starts.isna(), starts) + offset * SECONDS_PER_DAY
        last = last + offset * SECONDS_PER_DAY
        least_s = max(span_s[0], 0.0) if offset else span_s[0]
        inside = first.index[(first <= span_s[1]) & (last >= least_s)]
        found += [
            own[own["trip_id"].isin(inside)].drop(columns="shape_dist_traveled"),
            repeats[repeats.index.isin(inside)].reset_index(),
        ]
    whole = pd.concat([frame.astype(object) for frame in found], ignore_index=True)
    keys = ["trip_id", "stop_sequence", "start_time_s"]
    return whole.sort_values(keys, kind="stable").reset_index(drop=True)


def _clock(time_s: float) -> str:
    minutes = int(time_s // 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _stop_notes(before: Draft, after: Draft, changed: set[str]) -> Iterator[Reason]:
    """Tell of stops that are added or moved though nothing calls there."""
    if changed & set(_SERVICE_TABLES):
        return
    old = before.frame("stops").set_index("stop_id")["geometry"]
    new = after.frame("stops").set_index("stop_id")["geometry"]
    same = shapely.equals_identical(old.reindex(new.index).to_numpy(), new.to_numpy())
    called = set(after.frame("stop_times")["stop_id"])
    fresh = new.index[~same]
    if len(fresh) and not called & set(fresh):
        yield Reason("scenario_stop_uncalled", stops=", ".join(fresh))


def _street_notes(before: Draft, after: Draft) -> Iterator[Reason]:
    """Tell of limits on streets that are closed to cars, and of tracks that open no way."""
    old, new = before.frame("streets"), after.frame("streets")

    def differs(*columns: str) -> "pd.Series[bool]":
        pair = (frame[list(columns)].astype(float).fillna(-1.0) for frame in (old, new))
        return (next(pair) != next(pair)).any(axis=1)

    is_closed = ~(new["car_forward"] | new["car_backward"])
    n_faster = int(differs(*_CAR_COLUMNS).sum())
    n_closed = int((differs(*_CAR_COLUMNS) & is_closed).sum())
    if n_closed:
        yield Reason("scenario_closed_to_cars", closed=n_closed, streets=n_faster)
    is_marked = old["cycle_facility"].fillna("") != new["cycle_facility"].fillna("")
    is_without_limit = _travel(after.region).max_traffic_stress == _ANY_STRESS
    if is_without_limit and is_marked.any() and not differs(*_BICYCLE_COLUMNS).any():
        yield Reason("scenario_track_alone")


def _ground_notes(before: Draft, after: Draft, table: str) -> Iterator[Reason]:
    """Tell of plans and constraints that no site is touched by."""
    sites = gpd.GeoDataFrame(after.frame("sites"))
    old, new = (gpd.GeoDataFrame(draft.frame(table)) for draft in (before, after))
    if not len(sites):
        yield Reason("scenario_no_sites", table=table)
        return
    keys = [name for name in old.columns if name != "geometry"]
    shapes = [
        shapely.to_wkb(frame.geometry.to_numpy()) for frame in (old, new)
    ]  # fmt: skip
    rows = [
        pd.MultiIndex.from_frame(frame[keys].astype(str).assign(shape=wkb))
        for frame, wkb in zip((old, new), shapes, strict=True)
    ]
    touched = [
        *old.geometry[~rows[0].isin(rows[1])], *new.geometry[~rows[1].isin(rows[0])]
    ]  # fmt: skip
    ground = shapely.union_all(np.array(touched, dtype=object))
    if not sites.intersects(ground).any():
        yield Reason("scenario_no_site_there", table=table)
