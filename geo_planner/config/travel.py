"""Speeds, limits and the window of departures or arrivals."""

from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from geo_planner.config.base import Minutes, Percentile, Settings
from geo_planner.config.fares import Fares, Price
from geo_planner.units import mps_from_kmh, seconds_from_min

# what says when people travel, and nothing of how
WINDOW_SETTINGS = (
    "depart", "arrive", "day", "depart_time", "arrive_time", "window_min", "percentiles",
)  # fmt: skip


class Travel(Settings):
    """Set speeds, limits and the window of departures or arrivals.

    Examples
    --------
    >>> from geo_planner import Travel
    >>> travel = Travel(walk_speed_kmh=4.5, depart="2026-03-10T07:30", percentiles=[25, 75])
    >>> travel.walk_speed_mps, travel.max_rides
    (1.25, 4)
    >>> Travel(walk_speed_kmh=-1)
    Traceback (most recent call last):
    geo_planner.errors.ConfigError: Travel: these settings are wrong:
      - walk_speed_kmh: Input should be greater than 0 (given -1)
    """

    walk_speed_kmh: float = Field(4.8, gt=0, le=15, description="Walking speed [km/h].")
    bicycle_speed_kmh: float = Field(16.0, gt=0, le=60, description="Cycling speed [km/h].")
    ebike_speed_kmh: float = Field(20.0, gt=0, le=60, description="Speed of e-bikes [km/h].")
    max_traffic_stress: int = Field(
        4,
        ge=1,
        le=4,
        description="Highest level of traffic stress that cyclists take, 1 (all) to 4 (no limit).",
    )
    bicycle_parking_min: float = Field(
        1.0, ge=0, le=30, description="Time to park a bicycle at each end [min]."
    )
    car_parking_min: float = Field(
        3.0, ge=0, le=60, description="Time to park and walk at the end of a car trip [min]."
    )
    car_traffic: Literal["free_flow", "peak"] = Field(
        "free_flow", description="Speed of cars: on empty roads, or slowed by class of road."
    )
    car_peak_hour: int = Field(
        8, ge=0, le=23, description="Hour of the day that car_traffic = peak stands for."
    )
    turn_costs: bool = Field(
        default=True,
        description="Charge cars for turns, and bicycles for signals and for giving way.",
    )
    drive_through_access: bool = Field(
        default=False,
        description="Let cars drive through streets that may be entered only to stop there.",
    )
    driving_side: Literal["country", "right", "left"] = Field(
        "country", description="Side of the road that cars keep to."
    )
    whole_second_streets: bool = Field(
        default=False,
        description="Let every street take whole seconds, rounded up, and not hundredths.",
    )
    street_rules: Literal["tags", "r5"] = Field(
        "tags",
        description="Rules of streets: those of this project, or R5's: its speeds by class without "
        "a share of them, turns along ways, bicycles pushed where they may not be ridden, no waits "
        "of cyclists, no gates, and streets of access alone closed.",
    )
    missing_limits: Literal["country", "observed"] = Field(
        "country",
        description="Speed limit of streets that state none: the country's default for the class, "
        "or the mean stated on streets of the class (as OSMnx imputes it).",
    )
    max_time_min: Minutes = Field(120, description="Longer times count as unreachable [min].")
    strict_cutoffs: bool = Field(
        default=False,
        description="Let sums of access count within a time limit only what takes less, not what "
        "takes just as long; areas, criteria and shares count both.",
    )
    max_walk_min: Minutes = Field(30, description="Longest walk to or from a stop [min].")
    walk_limit_without_ride: bool = Field(
        default=False,
        description="Let max_walk_min limit the whole way on foot of journeys by public transport "
        "without any ride too; else max_time_min alone does.",
    )
    max_transfer_min: float = Field(
        15, ge=0, le=120, description="Longest walk between two rides [min]."
    )
    to_stop_by: Literal["walk", "bicycle", "ebike", "shared_bicycle"] = Field(
        "walk",
        description="How people get to stops, besides walking; bicycle, ebike: one's own, parked "
        "there; shared_bicycle: from station to station, also without any ride.",
    )
    from_stop_by: Literal["walk", "bicycle", "shared_bicycle"] = Field(
        "walk",
        description="How people get on from stops, besides walking; bicycle: one that stands at "
        "every stop, one's own second or free-floating; shared_bicycle: from station to station.",
    )
    max_bicycle_min: Minutes = Field(
        20, description="Longest ride by bicycle to or from a stop [min]."
    )
    max_shared_bicycle_walk_min: Minutes = Field(
        10, description="Longest walk to or from a station of shared bicycles [min]."
    )
    shared_bicycle_take_s: int = Field(
        60, ge=0, le=1800, description="Time to take a shared bicycle at a station [s]."
    )
    shared_bicycle_return_s: int = Field(
        30, ge=0, le=1800, description="Time to give a shared bicycle back at a station [s]."
    )
    max_drive_min: Minutes = Field(
        30, description="Longest drive to a stop, for park and ride [min]."
    )
    max_rides: int = Field(4, ge=1, le=8, description="Most vehicles used in one journey.")
    board_wait_s: int = Field(
        60, ge=0, le=3600, description="Least wait at the first boarding [s]."
    )
    transfer_slack_s: int = Field(120, ge=0, le=3600, description="Least wait at a transfer [s].")
    max_snap_m: float = Field(
        500, gt=0, le=5000, description="Farthest a point may lie from a usable street [m]."
    )
    depart: datetime | None = Field(
        None, description="Start of the departure window, local time of the region."
    )
    arrive: datetime | None = Field(
        None,
        description="End of the arrival window, local time of the region; in place of depart.",
    )
    day: date | Literal["typical"] | None = Field(
        None,
        description="Day of a depart or arrive that is a time only (07:30): a date, or typical, "
        "the Tuesday to Thursday with the median number of trips, holidays left out.",
    )
    depart_time: time | None = Field(
        None, description="Start of the departure window on a typical day: depart as a time."
    )
    arrive_time: time | None = Field(
        None, description="End of the arrival window on a typical day: arrive as a time."
    )
    frequency_draws: int = Field(
        1,
        ge=1,
        le=1000,
        description="Draws of what is not known of frequencies without exact times; percentiles "
        "are taken over minutes and draws. 1: they depart at start_time and every headway on.",
    )
    seed: int = Field(0, ge=0, description="Start of the random numbers of those draws.")
    wheelchair: bool = Field(
        default=False,
        description="Ride only trips stated to carry wheelchairs, and use no stop stated not to.",
    )
    window_min: int = Field(
        60, ge=1, le=24 * 60, description="Minutes from depart on, or up to arrive [min]."
    )
    percentiles: tuple[Percentile, ...] = Field(
        (50,), description="Percentiles of the window's travel times."
    )
    fares: Fares | None = Field(None, description="What journeys by public transport cost.")
    max_fare: Price | None = Field(
        None, description="Journeys that cost more do not count; needs fares."
    )

    @model_validator(mode="before")
    @classmethod
    def _day_and_time(cls, given: Any) -> Any:
        """Put a day and a time together; a time alone stands for a typical day."""
        if not isinstance(given, dict):
            return given
        content = dict(given)
        for name in ("depart", "arrive"):
            clock = _clock(content.get(name))
            if clock is None:
                continue
            day = _date(content.get("day"))
            if day is None:
                del content[name]
                content[f"{name}_time"] = clock
            else:
                content[name] = datetime.combine(day, clock)
                del content["day"]
        return content

    @field_validator("depart", "arrive")
    @classmethod
    def _local_time(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and moment.tzinfo is not None:
            msg = "write the local time of the region, without an offset"
            raise ValueError(msg)
        return moment

    @field_validator("percentiles")
    @classmethod
    def _in_order(cls, percentiles: tuple[int, ...]) -> tuple[int, ...]:
        if not percentiles or list(percentiles) != sorted(set(percentiles)):
            msg = "give percentiles in rising order, each once"
            raise ValueError(msg)
        return percentiles

    @model_validator(mode="after")
    def _one_window_and_fare(self) -> Self:
        ends = (self.depart, self.arrive, self.depart_time, self.arrive_time)
        if sum(end is not None for end in ends) > 1:
            msg = "give either depart or arrive"
            raise ValueError(msg)
        if self.max_fare is not None and self.fares is None:
            msg = "max_fare needs fares: say what journeys cost"
            raise ValueError(msg)
        if self.day is not None and (self.depart or self.arrive):
            msg = "day goes with a depart or arrive that is a time only, such as 07:30"
            raise ValueError(msg)
        return self

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """Start and end of the window; None where a typical day is still to be chosen."""
        length = timedelta(minutes=self.window_min)
        if self.depart is not None:
            return self.depart, self.depart + length
        return None if self.arrive is None else (self.arrive - length, self.arrive)

    @property
    def walk_speed_mps(self) -> float:
        """Walking speed [m/s]."""
        return mps_from_kmh(self.walk_speed_kmh)

    @property
    def bicycle_speed_mps(self) -> float:
        """Cycling speed [m/s]."""
        return mps_from_kmh(self.bicycle_speed_kmh)

    @property
    def ebike_speed_mps(self) -> float:
        """Speed of e-bikes [m/s]."""
        return mps_from_kmh(self.ebike_speed_kmh)

    @property
    def max_time_s(self) -> float:
        """Longest time that counts as reached [s]."""
        return seconds_from_min(self.max_time_min)

    @property
    def max_walk_s(self) -> float:
        """Longest walk to, from or without a stop [s]."""
        return seconds_from_min(self.max_walk_min)

    @property
    def max_bicycle_s(self) -> float:
        """Longest ride by bicycle to or from a stop [s]."""
        return seconds_from_min(self.max_bicycle_min)

    @property
    def max_shared_bicycle_walk_s(self) -> float:
        """Longest walk to or from a station of shared bicycles [s]."""
        return seconds_from_min(self.max_shared_bicycle_walk_min)

    @property
    def max_drive_s(self) -> float:
        """Longest drive to a stop [s]."""
        return seconds_from_min(self.max_drive_min)

    @property
    def max_transfer_s(self) -> float:
        """Longest walk between two rides [s]."""
        return seconds_from_min(self.max_transfer_min)


def _clock(value: Any) -> time | None:
    """Read a time of day; None for whatever else."""
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _date(value: Any) -> date | None:
    """Read a date; None for whatever else."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
