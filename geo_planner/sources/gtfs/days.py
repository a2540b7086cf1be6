"""Days of a timetable: how much runs on each, and which of them stands for all.

Trips that run by frequency count once a departure. The typical day is the Tuesday, Wednesday or
Thursday with the median number of trips, each day counted by its trips, public holidays of the
region's country and what ``data/typical_day.csv`` names besides left out.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import holidays
import numpy as np
import pandas as pd

from geo_planner.countries import country_of_timezone
from geo_planner.errors import InputError
from geo_planner.packaged import country_rows
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.tables import WEEKDAYS

# shorter rests are holidays and weekends
REST_DAYS = 14
NOBODYS = "none"


@dataclass(frozen=True)
class TypicalDay:
    """Say which day stands for all, and of how many.

    Parameters
    ----------
    day
        The day.
    n_trips
        Trips that run on it: half of all trips run on days with no more.
    n_days
        Days it was chosen from.
    is_holiday_time
        Whether all days with trips lie in holidays, so that none could be left out.
    holidays
        Whose holidays were left out, such as DK or US-CA; None: nobody's.
    """

    day: dt.date
    n_trips: int
    n_days: int
    is_holiday_time: bool
    holidays: str | None

    def to_reason(self) -> Reason:
        """Name the day and say how it was chosen."""
        figures: dict[str, Any] = {
            "day": self.day.isoformat(), "trips": self.n_trips, "days": self.n_days
        }  # fmt: skip
        if self.holidays is None:
            return Reason("typical_day_any", **figures)
        code = "typical_day_of_holidays" if self.is_holiday_time else "typical_day"
        return Reason(code, **figures, place=self.holidays)


def trips_by_day(
    tables: Mapping[str, pd.DataFrame], first: dt.date | None = None, last: dt.date | None = None
) -> pd.Series:
    """Count the trips of every day between two dates.

    Parameters
    ----------
    tables
        Tables of the schema: trips, calendar, calendar_dates; frequencies if there are any.
    first, last
        Dates; by default those of the first and of the last day with any service.

    Returns
    -------
    pandas.Series
        Trips by date, every day in between; without rows where no feed has any service.
    """
    trips, frequencies = tables["trips"], tables.get("frequencies")
    count = pd.Series(1, index=trips["trip_id"])
    if frequencies is not None and len(frequencies):
        span_s = (frequencies["end_time_s"] - frequencies["start_time_s"]).astype(np.int64)
        running = -(-span_s // frequencies["headway_s"].astype(np.int64))
        repeated = running.groupby(frequencies["trip_id"].to_numpy()).sum()
        count.loc[repeated.index.intersection(count.index)] = repeated
    per_service: pd.Series = count.groupby(trips["service_id"].to_numpy()).sum()
    weekly = tables["calendar"]
    start, end = (pd.to_datetime(weekly[f"{side}_date"]) for side in ("start", "end"))
    runs = runs_weekly(weekly)
    added = tables["calendar_dates"]
    added = pd.to_datetime(added.loc[added["exception_type"] == 1, "date"])
    first = first or min([*start[runs], *added], default=None)
    last = last or max([*end[runs], *added], default=None)
    if first is None or last is None:
        return pd.Series([], index=pd.DatetimeIndex([]), dtype=np.int64)
    days = pd.date_range(first, last)
    n_trips = weekly["service_id"].map(per_service).fillna(0).to_numpy(dtype=np.int64)
    on_weekday = weekly[list(WEEKDAYS)].to_numpy(dtype=np.int64)
    # what starts and ends on each day, weekday by weekday
    change = np.zeros((len(days) + 1, len(WEEKDAYS)), dtype=np.int64)
    from_ = np.clip((start - days[0]).dt.days, 0, len(days)).to_numpy(dtype=np.int64)
    until = np.clip((end - days[0]).dt.days + 1, 0, len(days)).to_numpy(dtype=np.int64)
    weights = on_weekday * (n_trips * (until > from_))[:, np.newaxis]
    np.add.at(change, from_, weights)
    np.add.at(change, until, -weights)
    counts = np.cumsum(change, axis=0)[np.arange(len(days)), days.day_of_week]
    by_date = pd.Series(counts, index=days)
    return by_date.add(_exceptions(tables, per_service, days), fill_value=0).astype(np.int64)


def runs_weekly(calendar: pd.DataFrame) -> pd.Series:
    """Mark the services that run on a weekday at all."""
    return (calendar[list(WEEKDAYS)] == 1).any(axis=1) & ~ends_early(calendar)


def ends_early(calendar: pd.DataFrame) -> pd.Series:
    """Mark services that end before they begin: their weekdays never come, added dates may."""
    begins, ends = (calendar[f"{side}_date"].astype("str") for side in ("start", "end"))
    return ends < begins


def service_spans(tables: Mapping[str, pd.DataFrame]) -> list[tuple[dt.date, dt.date]]:
    """List the first and last day of every stretch of service, parted by long rests.

    A rest is one of at least 14 days without a trip; weekends and holidays part nothing.
    """
    counts = trips_by_day(tables)
    days = counts.index[counts.to_numpy() > 0]
    if not len(days):
        return []
    is_new = np.diff(days) > np.timedelta64(REST_DAYS, "D")
    firsts = days[np.append(True, is_new)]
    lasts = days[np.append(is_new, True)]
    return [(one.date(), other.date()) for one, other in zip(firsts, lasts, strict=True)]


def _exceptions(
    tables: Mapping[str, pd.DataFrame], per_service: pd.Series, days: pd.DatetimeIndex
) -> pd.Series:
    """Count what dates add to the weekly calendar and take from it."""
    rows = tables["calendar_dates"]
    rows = rows.assign(day=pd.to_datetime(rows["date"]))
    rows = rows[rows["day"].isin(days)]
    weekly = rows.merge(tables["calendar"], on="service_id", how="left")
    place = weekly["day"].dt.day_of_week.to_numpy()
    marks = weekly[list(WEEKDAYS)].to_numpy(dtype=np.float64, na_value=0.0)
    runs = marks[np.arange(len(weekly)), place] == 1 if len(weekly) else np.zeros(0, dtype=bool)
    within = (weekly["start_date"] <= weekly["date"]) & (weekly["end_date"] >= weekly["date"])
    runs &= within.to_numpy(dtype=bool, na_value=False)
    is_added = (weekly["exception_type"] == 1).to_numpy()
    change = np.where(is_added & ~runs, 1, np.where(~is_added & runs, -1, 0))
    n_trips = weekly["service_id"].map(per_service).fillna(0).to_numpy()
    return pd.Series(change * n_trips, index=weekly["day"]).groupby(level=0).sum()


def choose_typical_day(
    tables: Mapping[str, pd.DataFrame], holidays_of: str | None = None
) -> TypicalDay:
    """Choose the Tuesday, Wednesday or Thursday that is typical of all trips.

    Parameters
    ----------
    tables
        As for :func:`trips_by_day`.
    holidays_of
        Whose holidays are left out: a code such as DK, or with a part of the country US-CA; none:
        nobody's; None: those of the country whose clock the feeds keep, where it has any.

    Notes
    -----
    Days are ordered by their trips and counted by them: half of all trips run on days with no more
    than the day chosen has, so that stray days with hardly a trip do not count as much as full
    ones. Of days with as many trips it is the middle one. Where all days with trips lie in
    holidays, one of them is chosen and marked.

    Raises
    ------
    InputError
        When the feeds share no such day with trips, or there is no such country.
    """
    feeds = tables["feeds"]
    place = _holidays_of(feeds) if holidays_of is None else holidays_of
    place = None if place == NOBODYS else place
    stated = feeds[feeds["first_date"].notna()]
    first, last = stated["first_date"].max(), stated["last_date"].min()
    counts = trips_by_day(tables, first, last) if len(stated) else pd.Series([], dtype=np.int64)
    weekdays = {int(value) - 1 for value in _values("any", "weekday")}
    running = counts[[day.day_of_week in weekdays for day in counts.index]]
    running = running[running > 0]
    if not len(running):
        raise InputError(
            f"no Tuesday, Wednesday or Thursday with trips lies in all feeds ({first} to {last}): "
            "name a departure, such as --depart 2026-03-10T07:30"
        )
    is_off = np.array([is_holiday(day.date(), place) for day in running.index])
    chosen = (running if is_off.all() else running[~is_off]).sort_values(kind="stable")
    up_to = np.cumsum(chosen.to_numpy())
    middle = int(np.searchsorted(2 * up_to, up_to[-1]))
    day: dt.date = chosen.index[middle].date()
    return TypicalDay(day, int(chosen.iloc[middle]), len(chosen), bool(is_off.all()), place)


def _holidays_of(feeds: pd.DataFrame) -> str | None:
    """Name the country of the feeds' clock, where its holidays are known."""
    country = country_of_timezone(str(feeds["timezone"].iloc[0])) if len(feeds) else None
    return country if country in holidays.list_supported_countries() else None


def is_holiday(day: dt.date, country: str | None) -> bool:
    """Tell whether a day lies in the holidays of a country, of schools too where we know them.

    Examples
    --------
    >>> [is_holiday(dt.date(2026, 4, day), "DK") for day in (1, 2, 6)]
    [False, True, True]
    >>> [is_holiday(dt.date(2026, 7, day), "US") for day in (3, 15)]
    [True, False]
    """
    if country is None:
        return False
    code = country.partition("-")[0]
    return (
        day in _public_holidays(country, day.year)
        or str(day.isocalendar().week) in _values(code, "left_out_week")
        or str(day.month) in _values(code, "left_out_month")
        or day.strftime("%m-%d") in _values(code, "left_out_day")
    )


@cache
def _public_holidays(country: str, year: int) -> holidays.HolidayBase:
    """Look the public holidays of a country, or of a part of it, up.

    Raises
    ------
    InputError
        When there is no such country, or no such part.
    """
    code, _, part = country.partition("-")
    try:
        return holidays.country_holidays(code, subdiv=part or None, years=year)
    except NotImplementedError as error:
        raise InputError(
            f"holidays of {country!r}: {error}; write a code of ISO 3166 such as DK or US-CA"
        ) from None


@cache
def _values(country: str, rule: str) -> frozenset[str]:
    return frozenset(
        row["value"] for row in country_rows(country, "typical_day") if row["rule"] == rule
    )
