"""Journeys as people read them: legs, their times, and tables of them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo_planner.findings import Finding
from geo_planner.itinerary.street import Step
from geo_planner.packaged import packaged_rows
from geo_planner.travel_time.shared_bicycles import SHARED
from geo_planner.units import SECONDS_PER_MIN

_SHOWN = 3
_LEG_COLUMNS = [
    "journey", "leg", "mode", "line", "headsign", "from_name", "to_name", "start", "end", "time_s",
    "wait_s", "distance_m", "n_stops", "route_id", "trip_id", "from_stop_id", "to_stop_id",
    "journey_departure", "journey_arrival", "journey_time_s", "journey_rides", "journey_walk_m",
    "journey_generalised_s", "journey_fare", "geometry",
]  # fmt: skip


@dataclass(frozen=True)
class Leg:
    """Hold one part of a journey.

    Parameters
    ----------
    mode
        Street mode, ``ride``, or ``shared_bicycle``.
    start, end
        Local times; a ride starts when the vehicle leaves, a shared bicycle is taken and given back
        within them.
    from_name, to_name
        Stops, stations of shared bicycles, or origin and destination.
    geometry
        Course in the CRS of the region.
    distance_m
        Length along streets, or of the drawn course of a ride [m].
    wait_s
        Time between reaching the stop and the departure of a ride [s].
    line, headsign, route_id, trip_id, from_stop_id, to_stop_id, n_stops
        Of a ride: name of the line, destination shown, ids, and calls after the first.
    steps
        Along streets: stretches by street name.
    """

    mode: str
    start: datetime
    end: datetime
    from_name: str
    to_name: str
    geometry: BaseGeometry
    distance_m: float
    wait_s: float = 0.0
    line: str | None = None
    headsign: str | None = None
    route_id: str | None = None
    trip_id: str | None = None
    from_stop_id: str | None = None
    to_stop_id: str | None = None
    n_stops: int | None = None
    steps: tuple[Step, ...] = ()

    @property
    def time_s(self) -> float:
        """Time on the way, waits left out [s]."""
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class Journey:
    """Hold a way from door to door.

    Parameters
    ----------
    departure, arrival
        Local times.
    legs
        Its parts, in order.
    fare
        What it costs, in the currency of the fares; None where they are not known.
    """

    departure: datetime
    arrival: datetime
    legs: tuple[Leg, ...]
    fare: Decimal | None = None

    def __repr__(self) -> str:
        ways = " > ".join(str(leg.line or leg.mode) for leg in self.legs)
        clock = f"{self.departure:%H:%M}-{self.arrival:%H:%M}"
        return f"Journey({clock}, {self.time_s / SECONDS_PER_MIN:.1f} min: {ways})"

    @property
    def time_s(self) -> float:
        """Time from door to door [s]."""
        return (self.arrival - self.departure).total_seconds()

    @property
    def n_rides(self) -> int:
        """Count the vehicles ridden."""
        return sum(leg.mode == "ride" for leg in self.legs)

    @property
    def walk_m(self) -> float:
        """Distance on foot [m]."""
        return sum(leg.distance_m for leg in self.legs if leg.mode == "walk")

    @property
    def generalised_s(self) -> float:
        """Time as people feel it [s]: weights of ``generalised_time.csv`` on its parts.

        A part of a journey weighs more or less than a second in a vehicle; a transfer counts
        besides. What it costs is told apart, in :attr:`fare`.
        """
        rows = packaged_rows("generalised_time")
        weights = {row["part"]: float(row["weight"]) for row in rows}
        waits = [leg.wait_s for leg in self.legs if leg.mode == "ride"]
        ridden = sum(leg.time_s for leg in self.legs if leg.mode == "ride")
        on_streets = sum(leg.time_s for leg in self.legs if leg.mode != "ride")
        return (
            weights["ride"] * ridden
            + weights["walk"] * on_streets
            + weights["first_wait"] * sum(waits[:1])
            + weights["transfer_wait"] * sum(waits[1:])
            + weights["transfer_s"] * max(0, len(waits) - 1)
        )


class Journeys(list[Journey]):
    """List the journeys between two points.

    Parameters
    ----------
    journeys
        In order of departure and arrival.
    crs
        CRS of their courses.
    findings
        What is left out of the network or the timetable, or doubtful in them; and points linked
        from afar.
    """

    def __init__(
        self, journeys: Iterable[Journey], crs: CRS, findings: tuple[Finding, ...] = ()
    ) -> None:
        super().__init__(journeys)
        self.crs, self.findings = crs, findings

    def __repr__(self) -> str:
        shown = ", ".join(map(repr, self[:_SHOWN]))
        more = f", ... {len(self) - _SHOWN} more" if len(self) > _SHOWN else ""
        return f"Journeys([{shown}{more}])"

    def to_frame(self) -> gpd.GeoDataFrame:
        """Lay the journeys out, one row a leg, in EPSG:4326; see :func:`legs_frame`."""
        return legs_frame(self, self.crs)


def legs_frame(journeys: Sequence[Journey], crs: CRS) -> gpd.GeoDataFrame:
    """Lay journeys out, one row a leg, in EPSG:4326; no journey gives no row."""
    rows = [
        {
            "journey": number,
            "leg": place,
            "mode": leg.mode,
            "line": leg.line,
            "headsign": leg.headsign,
            "from_name": leg.from_name,
            "to_name": leg.to_name,
            "start": _clock(leg.start),
            "end": _clock(leg.end),
            "time_s": leg.time_s,
            "wait_s": leg.wait_s,
            "distance_m": round(leg.distance_m, 1),
            "n_stops": leg.n_stops,
            "route_id": leg.route_id,
            "trip_id": leg.trip_id,
            "from_stop_id": leg.from_stop_id,
            "to_stop_id": leg.to_stop_id,
            "journey_departure": _clock(journey.departure),
            "journey_arrival": _clock(journey.arrival),
            "journey_time_s": journey.time_s,
            "journey_rides": journey.n_rides,
            "journey_walk_m": round(journey.walk_m, 1),
            "journey_generalised_s": round(journey.generalised_s, 1),
            "journey_fare": None if journey.fare is None else float(journey.fare),
            "geometry": leg.geometry,
        }
        for number, journey in enumerate(journeys, 1)
        for place, leg in enumerate(journey.legs, 1)
    ]
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=_LEG_COLUMNS), geometry="geometry", crs=crs
    ).to_crs(4326)
    return frame.astype({"n_stops": "Int64", "journey_fare": float})


def steps_frame(journeys: Sequence[Journey]) -> pd.DataFrame:
    """Lay the steps along streets out, one row each."""
    rows = [
        {"journey": number, "leg": place, "step": count, **asdict(step)}
        for number, journey in enumerate(journeys, 1)
        for place, leg in enumerate(journey.legs, 1)
        for count, step in enumerate(leg.steps, 1)
    ]
    names = ["journey", "leg", "step", "street", "turn", "distance_m", "time_s"]
    return pd.DataFrame(rows, columns=names)


def to_json(journeys: Sequence[Journey], crs: CRS) -> list[dict[str, Any]]:
    """Nest journeys, legs and steps, with courses as GeoJSON in EPSG:4326."""
    nested = []
    for journey in journeys:
        courses = gpd.GeoSeries([leg.geometry for leg in journey.legs], crs=crs).to_crs(4326)
        legs = [
            {
                **{k: v for k, v in vars(leg).items() if k not in ("geometry", "steps")},
                "start": leg.start.isoformat(),
                "end": leg.end.isoformat(),
                "time_s": leg.time_s,
                "steps": [asdict(step) for step in leg.steps],
                "geometry": course.__geo_interface__,
            }
            for leg, course in zip(journey.legs, courses, strict=True)
        ]
        nested.append(
            {
                "departure": journey.departure.isoformat(),
                "arrival": journey.arrival.isoformat(),
                "time_s": journey.time_s,
                "n_rides": journey.n_rides,
                "walk_m": round(journey.walk_m, 1),
                "generalised_s": round(journey.generalised_s, 1),
                "fare": None if journey.fare is None else float(journey.fare),
                "legs": legs,
            }
        )
    return nested


def to_text(journeys: Sequence[Journey], currency: str = "") -> str:
    """Write journeys as a table, one line each, with fares where they are known."""
    lines = []
    for journey in journeys:
        parts = [_leg_text(leg) for leg in journey.legs]
        lines.append(
            f"{journey.departure:%H:%M:%S} - {journey.arrival:%H:%M:%S}  "
            f"{journey.time_s / 60:5.1f} min  {journey.n_rides} "
            f"{'ride ' if journey.n_rides == 1 else 'rides'}  "
            + ("" if journey.fare is None else f"{journey.fare:6.2f} {currency}  ")
            + " > ".join(parts)
        )
    return "\n".join(lines)


def _leg_text(leg: Leg) -> str:
    if leg.mode == "ride":
        sign = f" to {leg.headsign}" if leg.headsign else ""
        return (
            f"{leg.line or leg.route_id}{sign}: {leg.from_name} {leg.start:%H:%M} - "
            f"{leg.to_name} {leg.end:%H:%M}"
        )
    ends = f" {leg.from_name} - {leg.to_name}" if leg.mode == SHARED else ""
    return f"{leg.mode}{ends} {leg.distance_m:.0f} m ({leg.time_s / 60:.1f} min)"


def _clock(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
