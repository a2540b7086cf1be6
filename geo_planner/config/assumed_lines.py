"""Lines without a timetable: what is assumed of their service."""

from datetime import time
from typing import Self

from pydantic import Field, model_validator

from geo_planner.config.base import Provenance
from geo_planner.units import mps_from_kmh, seconds_from_min


class AssumedLine(Provenance):
    """Make a frequency service of a rail line that OpenStreetMap has and no timetable."""

    line: str = Field(description="ref or line_id of the line in the table lines.")
    headway_min: float = Field(gt=0, le=24 * 60, description="Time between departures [min].")
    from_time: time = Field(time(5), description="First departure.")
    until_time: time = Field(time(23, 59), description="No departure from here on.")
    dwell_s: float = Field(30, ge=0, le=600, description="Time at each stop [s].")
    max_speed_kmh: float = Field(
        80, gt=0, le=400, description="Highest speed, also where tracks state none [km/h]."
    )
    acceleration_mps2: float = Field(1.0, gt=0, le=3, description="Speeding up [m/s2].")
    deceleration_mps2: float = Field(0.8, gt=0, le=3, description="Braking [m/s2].")

    @model_validator(mode="after")
    def _runs(self) -> Self:
        if self.from_time >= self.until_time:
            msg = "until_time must be later than from_time"
            raise ValueError(msg)
        return self

    @property
    def label(self) -> str:
        """Name of the source in messages."""
        return f"assumed line {self.line}"

    @property
    def max_speed_mps(self) -> float:
        """Highest speed [m/s]."""
        return mps_from_kmh(self.max_speed_kmh)

    @property
    def headway_s(self) -> int:
        """Time between departures [s]."""
        return round(seconds_from_min(self.headway_min))
