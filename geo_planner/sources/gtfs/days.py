"""Days of a timetable: how much runs on each, and which of them stands for all.

Trips that run by frequency count once a departure. The typical day is the Tuesday, Wednesday or
Thursday with the median number of trips, holidays left out as ``data/typical_day.csv`` has it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.tables import WEEKDAYS

MAX_DAYS = 2 * 366


@dataclass(frozen=True)
class TypicalDay:
    """Say which day stands for all, and of how many.

    Parameters
    ----------
    day
        The day.
    n_trips
        Trips that run on it: the median.
    n_days
        Days it was chosen from.
    is_holiday_time
        Whether all days with trips lie in holidays, so that none could be left out.
    """

    day: dt.date
    n_trips: int
    n_days: int
    is_holiday_time: bool

    def to_reason(self) -> Reason:
        """Name the day and say how it was chosen."""
        code = "typical_day_of_holidays" if self.is_holiday_time else "typical_day"
        return Reason(code, day=self.day.isoformat(), trips=self.n_trips, days=self.n_days)


def trips_by_day(
    tables: Mapping[str, pd.DataFrame], first: dt.date | None = None, last: dt.date | None = None
) -> pd.Series:
    """Count the trips of every day between two dates.

    Parameters
    ----------
    tables
        Tables of the schema: feeds, trips, calendar, calendar_dates; frequencies if there are any.
    first, last
        Dates; by default those the feeds' services span, at most two years.

    Returns
    -------
    pandas.Series
        Trips by date; without rows where no feed has any service.
    """
    feeds = tables["feeds"]
    stated = feeds[feeds["first_date"].notna()]
    if stated.empty and (first is None or last is None):
        return pd.Series([], index=pd.DatetimeIndex([]), dtype=np.int64)
    days = pd.date_range(first or stated["first_date"].min(), last or stated["last_date"].max())[
        :MAX_DAYS
    ]
    per_service = _trips_by_service(tables)
    weekly = tables["calendar"]
    start, end = (pd.to_datetime(weekly[f"{side}_date"]) for side in ("start", "end"))
    n_trips = weekly["service_id"].map(per_service).fillna(0).to_numpy()
    on_weekday = weekly[list(WEEKDAYS)].to_numpy(dtype=np.int64)
    counts = np.array(
        [
            n_trips[(start <= day) & (end >= day) & (on_weekday[:, day.day_of_week] == 1)].sum()
            for day in days
        ],
        dtype=np.int64,
    )
    by_date = pd.Series(counts, index=days)
    return by_date.add(_exceptions(tables, per_service, days), fill_value=0).astype(np.int64)


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


def _trips_by_service(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    trips, frequencies = tables["trips"], tables.get("frequencies")
    count = pd.Series(1, index=trips["trip_id"])
    if frequencies is not None and len(frequencies):
        span_s = (frequencies["end_time_s"] - frequencies["start_time_s"]).astype(np.int64)
        runs = -(-span_s // frequencies["headway_s"].astype(np.int64))
        repeated = runs.groupby(frequencies["trip_id"].to_numpy()).sum()
        count.loc[repeated.index.intersection(count.index)] = repeated
    counted: pd.Series = count.groupby(trips["service_id"].to_numpy()).sum()
    return counted


def choose_typical_day(
    tables: Mapping[str, pd.DataFrame], country: str | None = "DK"
) -> TypicalDay:
    """Choose the Tuesday, Wednesday or Thursday with the median number of trips in all feeds.

    Parameters
    ----------
    tables
        As for :func:`trips_by_day`.
    country
        Whose holidays are left out; None or a country without rules: only weekends are.

    Notes
    -----
    Of an even number of days the one with fewer trips; of equal days the earliest. Where all days
    with trips lie in holidays, one of them is chosen and marked.

    Raises
    ------
    InputError
        When the feeds share no such day with trips.
    """
    feeds = tables["feeds"]
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
    is_off = np.array([is_holiday(day.date(), country) for day in running.index])
    chosen = (running if is_off.all() else running[~is_off]).sort_values(kind="stable")
    place = (len(chosen) - 1) // 2
    day: dt.date = chosen.index[place].date()
    return TypicalDay(day, int(chosen.iloc[place]), len(chosen), bool(is_off.all()))


def is_holiday(day: dt.date, country: str | None) -> bool:
    """Tell whether a day lies in the holidays of a country, of schools too.

    Examples
    --------
    >>> [is_holiday(dt.date(2026, 4, day), "DK") for day in (1, 2, 6)]
    [False, True, True]
    """
    if country is None:
        return False
    after_easter = (day - easter(day.year)).days
    return (
        str(day.isocalendar().week) in _values(country, "left_out_week")
        or str(day.month) in _values(country, "left_out_month")
        or day.strftime("%m-%d") in _values(country, "holiday")
        or str(after_easter) in _values(country, "days_after_easter")
    )


def easter(year: int) -> dt.date:
    """Give the date of Easter Sunday.

    References
    ----------
    Anonymous, "To find Easter", Nature 13, 487 (1876). doi:10.1038/013487c0

    Examples
    --------
    >>> easter(2026).isoformat(), easter(2024).isoformat()
    ('2026-04-05', '2024-03-31')
    """
    century, place = divmod(year, 100)
    golden = year % 19
    leap, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap - correction + 15) % 30
    weekday = (32 + 2 * rest + 2 * (place // 4) - moon - place % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return dt.date(year, month, day + 1)


@cache
def _values(country: str, rule: str) -> frozenset[str]:
    return frozenset(
        row["value"]
        for row in packaged_rows("typical_day")
        if (row["country"], row["rule"]) == (country, rule)
    )
