"""Which trips run when: calendars, service days around a date, and frequencies.

Times are counted from the start of the day's service: noon less twelve hours, by the clock of the
time zone. A trip of the day before that runs past 24:00 has small times here, a trip of the next
day large ones; on the two nights a year when clocks change, service days are 23 or 25 hours apart.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import compute

from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.feed import active_services
from geo_planner.units import SECONDS_PER_DAY

_HALF_DAY = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Runs:
    """List every run of a trip, ``(n_runs,)`` each.

    Parameters
    ----------
    trip_row
        Row of the trips table the run follows.
    shift_s
        What to add to the trip's times, to count from the start of the day asked for [s].
    day_offset
        Service day of the run: 0 the day asked for, -1 the day before.
    """

    trip_row: npt.NDArray[np.int64]
    shift_s: npt.NDArray[np.int64]
    day_offset: npt.NDArray[np.int64]

    def take(self, which: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> "Runs":
        """Choose runs by index or mask."""
        return Runs(self.trip_row[which], self.shift_s[which], self.day_offset[which])


@dataclass(frozen=True)
class Phases:
    """Draw at random when frequencies without exact times first depart.

    Parameters
    ----------
    seed, draw
        The same two numbers give the same departures; each draw is another day.
    """

    seed: int
    draw: int

    def first_s(self, frequencies: pd.DataFrame) -> npt.NDArray[np.int64]:
        """Draw what lies between start_time and the first departure of each row [s]."""
        rng = np.random.default_rng([self.seed, self.draw])
        share = rng.random(len(frequencies))
        headway_s = frequencies["headway_s"].to_numpy(dtype=np.int64)
        is_exact = frequencies["exact_times"].to_numpy(dtype=np.int64) == 1
        return np.where(is_exact, 0, share * headway_s).astype(np.int64)


def has_loose_frequencies(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Tell whether the departures of some frequencies are not known exactly."""
    frequencies = tables.get("frequencies")
    return frequencies is not None and bool((frequencies["exact_times"] == 0).any())


def is_repeated(tables: Mapping[str, pd.DataFrame]) -> npt.NDArray[np.bool_]:
    """Tell which rows of trips run by frequency."""
    trips, frequencies = tables["trips"], tables.get("frequencies")
    if frequencies is None or frequencies.empty:
        return np.zeros(len(trips), dtype=bool)
    return index_in(trips["trip_id"], frequencies["trip_id"].drop_duplicates()) >= 0


def index_in(values: pd.Series, ids: pd.Series) -> npt.NDArray[np.int64]:
    """Find each value's place among unique ids; -1 where it is null or absent."""
    found = compute.index_in(
        pa.array(values, type=pa.large_string()), value_set=pa.array(ids, type=pa.large_string())
    )
    places: npt.NDArray[np.int64] = found.fill_null(-1).to_numpy(zero_copy_only=False)
    return places.astype(np.int64)


def service_start(day: dt.date, timezone: str) -> dt.datetime:
    """Give the moment GTFS counts a service day's times from: noon less twelve hours, in UTC.

    Examples
    --------
    >>> service_start(dt.date(2024, 5, 15), "Europe/Copenhagen").isoformat()
    '2024-05-14T22:00:00+00:00'
    """
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=ZoneInfo(timezone))
    return noon.astimezone(dt.UTC) - _HALF_DAY


def service_seconds(moment: dt.datetime, timezone: str) -> float:
    """Count a local moment (without offset) from the start of its own service day [s].

    Examples
    --------
    >>> service_seconds(dt.datetime(2024, 5, 15, 8, 30), "Europe/Copenhagen")
    30600.0

    On a night when clocks go forward, the hours before the change are one hour further on:

    >>> service_seconds(dt.datetime(2024, 3, 31, 1, 0), "Europe/Copenhagen")
    7200.0
    """
    local = moment.replace(tzinfo=ZoneInfo(timezone))
    return (local - service_start(moment.date(), timezone)).total_seconds()


def require_service(
    tables: Mapping[str, pd.DataFrame], day: dt.date, overnight: Collection[str] = ()
) -> None:
    """Refuse a day outside a feed's dates, or a day without any trip.

    Parameters
    ----------
    tables, day
        Tables of the feeds, and the day asked for.
    overnight
        Feeds with trips of the evening before that are still under way when it is asked for: they
        hold for that night.

    Raises
    ------
    InputError
        Naming the dates of each feed concerned.
    """
    feeds = tables["feeds"]
    text = day.isoformat()
    spans = feeds[feeds["first_date"].notna()]
    is_outside = (spans["first_date"] > text) | (spans["last_date"] < text)
    is_outside &= ~spans["feed"].isin(list(overnight))
    if is_outside.any():
        raise InputError(
            f"the timetable does not hold for {text}: choose a date within",
            [_span(feed) for feed in spans[is_outside].to_dict("records")],
        )
    services = active_services(tables["calendar"], tables["calendar_dates"], day)
    if not overnight and not tables["trips"]["service_id"].isin(services).any():
        raise InputError(
            f"no trips run on {text}: choose another date within",
            [_span(feed) for feed in spans.to_dict("records")]
            or ["no feed of the region has any service"],
        )


def _span(feed: Mapping[str, object]) -> str:
    return f"feed {feed['feed']!r} runs from {feed['first_date']} to {feed['last_date']}"


def list_runs(
    tables: Mapping[str, pd.DataFrame],
    day: dt.date,
    first_departure_s: npt.NDArray[np.int64],
    last_arrival_s: npt.NDArray[np.int64],
    *,
    from_s: int,
    until_s: int,
    timezone: str,
    phases: Phases | None = None,
) -> tuple[Runs, tuple[Finding, ...]]:
    """List the runs of all trips that are under way at some time between two times.

    Parameters
    ----------
    tables
        Tables of the schema: trips, calendar, calendar_dates, feeds; frequencies if there are any.
    day
        Date that times count from.
    first_departure_s, last_arrival_s
        First and last time of each row of trips [s of its service day]; -1 leaves the trip out.
    from_s, until_s
        The time asked for, counted from the start of ``day``'s service [s].
    timezone
        Time zone of the region, that ``day`` is a date in.
    phases
        How frequencies without exact times are drawn.

    Notes
    -----
    Frequencies are spelled out as trips: departures at ``start_time`` and every headway after it,
    before ``end_time``. That is what ``exact_times`` 1 says; with 0 the phase is not known: it is
    drawn between nothing and a headway where ``phases`` are given, else this choice of it is a
    finding.
    """
    trips = tables["trips"]
    frequencies = tables.get("frequencies")
    by_frequency = is_repeated(tables)
    if frequencies is not None and frequencies.empty:
        frequencies = None
    longest_s = int(last_arrival_s.max(initial=0))
    if frequencies is not None:
        first_s = np.zeros(len(frequencies)) if phases is None else phases.first_s(frequencies)
        start_s = frequencies["start_time_s"].to_numpy(dtype=np.int64) + first_s.astype(np.int64)
        frequencies = frequencies.assign(start_time_s=start_s)
        longest_s += int(frequencies["end_time_s"].max())
    is_usable = first_departure_s >= 0
    parts = []
    for running, shift_s, offset in _days(tables, day, longest_s, until_s, timezone):
        rows = np.flatnonzero(running & is_usable & ~by_frequency)
        parts.append(Runs(rows, shift_s[rows], np.full(len(rows), offset)))
        if frequencies is not None:
            is_active = running & is_usable
            parts.append(_repeat(frequencies, trips, is_active, first_departure_s, shift_s, offset))
    runs = Runs(
        np.concatenate([part.trip_row for part in parts]),
        np.concatenate([part.shift_s for part in parts]),
        np.concatenate([part.day_offset for part in parts]),
    )
    is_under_way = (last_arrival_s[runs.trip_row] + runs.shift_s >= from_s) & (
        first_departure_s[runs.trip_row] + runs.shift_s <= until_s
    )
    return runs.take(is_under_way), _phase_findings(frequencies, phases)


def _days(
    tables: Mapping[str, pd.DataFrame],
    day: dt.date,
    longest_s: int,
    until_s: int,
    timezone: str,
) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64], int]]:
    """Give, for each service day that may matter, the trips that run and what to add to times."""
    trips, feeds = tables["trips"], tables["feeds"]
    feed_idx = index_in(trips["feed"], feeds["feed"])
    start = service_start(day, timezone)
    # an hour more on either side, for the nights when clocks change
    first = -((longest_s + 3600) // SECONDS_PER_DAY)
    last = (until_s + 3600) // SECONDS_PER_DAY
    for offset in range(first, last + 1):
        date = day + dt.timedelta(days=offset)
        services = active_services(tables["calendar"], tables["calendar_dates"], date)
        shifts = [
            round((service_start(date, zone) - start).total_seconds()) for zone in feeds["timezone"]
        ]
        running = trips["service_id"].isin(services).to_numpy(dtype=bool)
        yield running, np.array(shifts, dtype=np.int64)[feed_idx], offset


def _repeat(
    frequencies: pd.DataFrame,
    trips: pd.DataFrame,
    is_active: npt.NDArray[np.bool_],
    first_departure_s: npt.NDArray[np.int64],
    shift_s: npt.NDArray[np.int64],
    offset: int,
) -> Runs:
    """Spell out the departures of all frequencies of one service day."""
    row = index_in(frequencies["trip_id"], trips["trip_id"])
    frequencies = frequencies[(row >= 0) & is_active[row]]
    row = row[(row >= 0) & is_active[row]]
    start_s, end_s, headway_s = (
        frequencies[name].to_numpy(dtype=np.int64)
        for name in ("start_time_s", "end_time_s", "headway_s")
    )
    n_departures = np.maximum(0, -((start_s - end_s) // headway_s))
    n_before = np.cumsum(n_departures) - n_departures
    place = np.arange(n_departures.sum()) - np.repeat(n_before, n_departures)
    departure_s = np.repeat(start_s, n_departures) + place * np.repeat(headway_s, n_departures)
    trip_row = np.repeat(row, n_departures)
    return Runs(
        trip_row,
        shift_s[trip_row] + departure_s - first_departure_s[trip_row],
        np.full(len(trip_row), offset),
    )


def _phase_findings(frequencies: pd.DataFrame | None, phases: Phases | None) -> tuple[Finding, ...]:
    if frequencies is None:
        return ()
    is_loose = frequencies["exact_times"] == 0
    if not is_loose.any():
        return ()
    return (
        Finding(
            "frequencies",
            "warning",
            int(is_loose.sum()),
            Reason("transit_phases_taken" if phases is None else "transit_phases_drawn"),
            tuple(frequencies.loc[is_loose, "trip_id"].unique()[:5]),
        ),
    )
