"""The calls of every trip with all times known: blank times are filled in here.

A blank time lies between the known ones in proportion to the great-circle distance between
consecutive stops, as R5 has it; distances count in whole millimetres and times in whole
centiseconds (halves up), so that the result is the same on every machine. A stop without a position
is taken to lie evenly between its neighbours in the trip; where stops do not differ in place, a
blank time is shared out evenly by hops.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import LongArray
from geo_planner.crs import WGS84
from geo_planner.findings import Finding, FindingKind
from geo_planner.networks.transit.service_days import index_in
from geo_planner.reasons import Reason
from geo_planner.units import CENTISECONDS_PER_S

NO_BOARDING, NO_ALIGHTING = 2, 1
EARTH_RADIUS_MM = 6_371_008_800
# 1: no one may; 2: the agency must be called beforehand, which no timetable can promise. Asking
# the driver (3) needs no more than being there.
_NOT_ALLOWED = (1, 2)
_BY_PHONE, _BY_ASKING = 2, 3
_PLATFORM_TYPES = (0, 4)
_MAX_EXAMPLES = 5


@dataclass(frozen=True)
class Trips:
    """Hold the calls of all usable trips, trip after trip.

    Parameters
    ----------
    row
        Row of the trips table, ``(n_trips,)``, rising.
    ptr
        ``(n_trips + 1,)``: calls of trip ``t`` are ``ptr[t]:ptr[t + 1]``.
    stop_idx
        Row among the platforms, ``(n_calls,)``.
    rules
        ``NO_BOARDING`` plus ``NO_ALIGHTING`` where they hold, ``(n_calls,)``.
    arrival_cs, departure_cs
        Times of the trip's service day [cs], ``(n_calls,)``.
    """

    row: LongArray
    ptr: LongArray
    stop_idx: LongArray
    rules: LongArray
    arrival_cs: LongArray
    departure_cs: LongArray

    @property
    def n_calls(self) -> LongArray:
        """Count the calls of each trip."""
        return np.diff(self.ptr)


def platforms(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Choose the stops vehicles may call at, in an order that keeps neighbours together.

    The search then touches memory that lies together. Stops without a position come last.
    """
    stops = tables["stops"]
    is_platform = stops["location_type"].isin(_PLATFORM_TYPES).to_numpy(dtype=bool)
    if not is_platform.all():
        # some feeds let trips call at a station: whatever is called at is a stop
        is_platform = (
            is_platform | stops["stop_id"].isin(tables["stop_times"]["stop_id"].unique()).to_numpy()
        )
    chosen = stops[is_platform]
    is_placed = chosen.geometry.notna()
    placed = chosen[is_placed]
    if placed.empty:
        return gpd.GeoDataFrame(chosen).reset_index(drop=True)
    along = np.argsort(placed.geometry.hilbert_distance().to_numpy(), kind="stable")
    ordered = pd.concat([placed.iloc[along], chosen[~is_placed]])
    return gpd.GeoDataFrame(ordered).reset_index(drop=True)


def read_trips(
    tables: Mapping[str, pd.DataFrame], stops: gpd.GeoDataFrame
) -> tuple[Trips, tuple[Finding, ...]]:
    """Sort all stop times by trip and fill in their blanks.

    Calls before the first and after the last known time of a trip have no place in time: they are
    left out, and trips without two other calls. No one gets on or off where that must be arranged
    by phone (types 2); asking the driver (3) is open to all. All of these are findings.
    """
    frame = tables["stop_times"]
    trip_row = index_in(frame["trip_id"], tables["trips"]["trip_id"])
    sequence = frame["stop_sequence"].to_numpy(dtype=np.int64)
    rank = trip_row << 32 | sequence
    if (np.diff(rank) <= 0).any() or (trip_row[:1] < 0).any():
        order = np.argsort(rank, kind="stable")
        order = order[trip_row[order] >= 0]
        frame, trip_row = frame.iloc[order], trip_row[order]
    arrival_s, departure_s = (
        frame[name].to_numpy(dtype=np.int64, na_value=-1)
        for name in ("arrival_time_s", "departure_time_s")
    )
    arrival_s, departure_s = (
        np.where(arrival_s < 0, departure_s, arrival_s),
        np.where(departure_s < 0, arrival_s, departure_s),
    )
    kept, cut, lost = _within_stated_times(trip_row, arrival_s)
    if not kept.all():
        frame, trip_row = frame[kept], trip_row[kept]
        arrival_s, departure_s = arrival_s[kept], departure_s[kept]
    row, start = np.unique(trip_row, return_index=True)
    stop_idx = index_in(frame["stop_id"], stops["stop_id"])
    ptr = np.append(start, len(trip_row)).astype(np.int64)
    arrival_cs, departure_cs = _fill(arrival_s, departure_s, trip_row, stop_idx, stops)
    rules = NO_BOARDING * frame["pickup_type"].isin(_NOT_ALLOWED).to_numpy(dtype=np.int64)
    rules += NO_ALIGHTING * frame["drop_off_type"].isin(_NOT_ALLOWED).to_numpy(dtype=np.int64)
    trips = Trips(row, ptr, stop_idx, rules, arrival_cs, departure_cs)
    return trips, (*_timeless(tables["trips"]["trip_id"], cut, lost), *_arranged(frame))


def _within_stated_times(
    trip_row: LongArray, arrival_s: LongArray
) -> tuple[npt.NDArray[np.bool_], LongArray, LongArray]:
    """Mark the calls between known times; name the trips that are cut to them, and those lost."""
    is_known = arrival_s >= 0
    trips, start, place, n_calls = np.unique(
        trip_row, return_index=True, return_inverse=True, return_counts=True
    )
    if not len(trips):
        return is_known, trips, trips
    call = np.arange(len(trip_row))
    first = np.minimum.reduceat(np.where(is_known, call, len(call)), start)
    last = np.maximum.reduceat(np.where(is_known, call, -1), start)
    is_usable = first < last
    kept = (call >= first[place]) & (call <= last[place]) & is_usable[place]
    is_cut = is_usable & (last - first + 1 < n_calls)
    return kept, trips[is_cut], trips[~is_usable]


def _timeless(trip_ids: pd.Series, cut: LongArray, lost: LongArray) -> Iterator[Finding]:
    """Count the trips that lack times at their ends, or but for one everywhere."""
    cases: tuple[tuple[LongArray, FindingKind, Reason], ...] = (
        (cut, "repaired", Reason("transit_trips_cut")),
        (lost, "left_out", Reason("transit_trips_no_end_time")),
    )
    for rows, kind, what in cases:
        if len(rows):
            examples = tuple(trip_ids.iloc[rows[:_MAX_EXAMPLES]])
            yield Finding("stop_times", kind, len(rows), what, examples)


def _arranged(calls: pd.DataFrame) -> Iterator[Finding]:
    """Count the calls that must be arranged with someone, and say what becomes of them."""
    kinds: tuple[tuple[int, FindingKind, Reason], ...] = (
        (_BY_PHONE, "left_out", Reason("transit_calls_by_phone")),
        (_BY_ASKING, "warning", Reason("transit_calls_by_driver")),
    )
    for kind, finding, what in kinds:
        is_so = ((calls["pickup_type"] == kind) | (calls["drop_off_type"] == kind)).to_numpy()
        if is_so.any():
            examples = tuple(calls.loc[is_so, "trip_id"].unique()[:_MAX_EXAMPLES])
            yield Finding("stop_times", finding, int(is_so.sum()), what, examples)


def _fill(
    arrival_s: LongArray,
    departure_s: LongArray,
    trip_row: LongArray,
    stop_idx: LongArray,
    stops: gpd.GeoDataFrame,
) -> tuple[LongArray, LongArray]:
    """Return all times [cs], blanks filled between the known calls before and after."""
    arrival_cs, departure_cs = arrival_s * CENTISECONDS_PER_S, departure_s * CENTISECONDS_PER_S
    is_blank = arrival_s < 0
    blank = np.flatnonzero(is_blank)
    if not len(blank):
        return arrival_cs, departure_cs
    place = np.arange(len(arrival_s))
    before = np.maximum.accumulate(np.where(is_blank, 0, place))[blank]
    after = np.minimum.accumulate(np.where(is_blank, len(place), place)[::-1])[::-1][blank]
    along_mm = np.cumsum(_hop_lengths_mm(is_blank, trip_row, stop_idx, stops))
    part = along_mm[blank] - along_mm[before]
    whole = along_mm[after] - along_mm[before]
    is_still = whole == 0
    part = np.where(is_still, blank - before, part)
    whole = np.where(is_still, after - before, whole)
    span_cs = arrival_cs[after] - departure_cs[before]
    times = departure_cs[before] + (2 * span_cs * part + whole) // (2 * whole)
    arrival_cs[blank] = departure_cs[blank] = times
    return arrival_cs, departure_cs


def _hop_lengths_mm(
    is_blank: npt.NDArray[np.bool_],
    trip_row: LongArray,
    stop_idx: LongArray,
    stops: gpd.GeoDataFrame,
) -> LongArray:
    """Measure the way to each call from the call before it, where either is blank [mm]."""
    degrees = stops.geometry.to_crs(WGS84)
    longitude, latitude = (
        _placed(values.to_numpy()[stop_idx], trip_row) for values in (degrees.x, degrees.y)
    )
    lengths = np.zeros(len(trip_row), dtype=np.int64)
    hop = np.flatnonzero((is_blank[1:] | is_blank[:-1]) & (trip_row[1:] == trip_row[:-1])) + 1
    lon, lat = np.radians(longitude), np.radians(latitude)
    haversine = (
        np.sin((lat[hop] - lat[hop - 1]) / 2) ** 2
        + np.cos(lat[hop]) * np.cos(lat[hop - 1]) * np.sin((lon[hop] - lon[hop - 1]) / 2) ** 2
    )
    lengths[hop] = np.rint(2 * EARTH_RADIUS_MM * np.arcsin(np.sqrt(haversine)))
    return lengths


def _placed(degrees: npt.NDArray[np.float64], trip_row: LongArray) -> npt.NDArray[np.float64]:
    """Put calls at stops without a position evenly between those of the trip that have one."""
    is_absent = np.isnan(degrees)
    if not is_absent.any():
        return degrees
    place = np.arange(len(degrees))
    absent = np.flatnonzero(is_absent)
    before = np.maximum.accumulate(np.where(is_absent, -1, place))[absent]
    after = np.minimum.accumulate(np.where(is_absent, len(place), place)[::-1])[::-1][absent]
    has_before = (before >= 0) & (trip_row[before] == trip_row[absent])
    after_row = np.append(trip_row, -1)[after]
    has_after = after_row == trip_row[absent]
    from_ = np.where(has_before, degrees[before], np.append(degrees, 0)[after])
    to = np.where(has_after, np.append(degrees, 0)[after], degrees[before])
    share = np.where(has_before & has_after, (absent - before) / np.maximum(after - before, 1), 0.0)
    filled = degrees.copy()
    filled[absent] = np.where(has_before | has_after, from_ + (to - from_) * share, 0.0)
    return filled
