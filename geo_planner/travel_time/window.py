"""The minutes a search by timetable answers for: departures from a time on, or arrivals by one."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from geo_planner.arrays import IntArray
from geo_planner.config import Travel
from geo_planner.kernels.service import TURN_CS
from geo_planner.networks.transit.service_days import service_seconds
from geo_planner.units import CENTISECONDS_PER_S, SECONDS_PER_MIN


@dataclass(frozen=True)
class Window:
    """Hold every minute of a window.

    Parameters
    ----------
    first
        First minute, local time of the region.
    day
        Service day that times count from: that of the moment asked for.
    first_s
        First minute, counted from the start of that service day [s].
    n_minutes
        How many minutes.
    is_arrival
        Whether journeys are to arrive by each minute, or may leave from it on.
    max_time_s
        Longest journey [s].
    """

    first: datetime
    day: date
    first_s: float
    n_minutes: int
    is_arrival: bool
    max_time_s: float

    @property
    def minutes_cs(self) -> IntArray:
        """Every minute, rising, ``(n_minutes,)`` [cs of the day]."""
        minutes_s = self.first_s + SECONDS_PER_MIN * np.arange(self.n_minutes)
        return np.asarray(minutes_s * CENTISECONDS_PER_S, dtype=np.int32)

    @property
    def lanes_cs(self) -> IntArray:
        """The same as the search takes them: turned round for arrivals, rising."""
        return TURN_CS - self.minutes_cs[::-1] if self.is_arrival else self.minutes_cs

    @property
    def asked_from_s(self) -> int:
        """Earliest time of any journey, of any day [s of the day]."""
        return math.floor(self.first_s - (self.max_time_s if self.is_arrival else 0.0))

    @property
    def from_s(self) -> int:
        """Earliest time of any journey [s of the day], at most 0."""
        return min(0, self.asked_from_s)

    @property
    def until_s(self) -> int:
        """Latest time of any journey [s of the day]."""
        last_s = self.first_s + self.n_minutes * SECONDS_PER_MIN
        return math.ceil(last_s if self.is_arrival else last_s + self.max_time_s)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name every minute, as ``07:30``."""
        return tuple(
            (self.first + timedelta(minutes=place)).strftime("%H:%M")
            for place in range(self.n_minutes)
        )


def window_of(travel: Travel, moment: datetime, timezone: str) -> Window:
    """Lay out the window that starts, or for arrivals ends, at a local moment."""
    is_arrival = travel.arrive is not None
    back = travel.window_min - 1 if is_arrival else 0
    first_s = service_seconds(moment, timezone) - back * SECONDS_PER_MIN
    return Window(
        moment - timedelta(minutes=back), moment.date(), first_s, travel.window_min, is_arrival,
        travel.max_time_s,
    )  # fmt: skip
