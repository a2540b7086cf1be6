"""Values that are taken but look like those of another unit: noted beside the modification.

Usual ranges stand in ``data/plausible_values.csv``. A value outside is no error: there are lines at
walking pace and plans with a ratio of 8.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pandas as pd
import shapely

from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.scenario.areas import Rezone
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft
from geo_planner.scenario.growth import COUNTS, AddDevelopment, GrowZones
from geo_planner.scenario.places import AddSite
from geo_planner.scenario.stops import MoveStop
from geo_planner.scenario.values import Period
from geo_planner.units import SECONDS_PER_MIN

_MOST_FLOOR_PER_GROUND = 10.0
_MOST_GROWTH = 4.0
_MOST_OFF_MEASURE = 2.0
_LEAST_FLOOR_PER_JOB_M2 = 5.0
_MOST_MOVED_M = 1000.0


def notes_on_values(item: Modification, before: Draft, after: Draft) -> Iterator[Reason]:
    """Tell which values of a modification are unusual, and what they may have been meant as."""
    for row in plausible_values().get(type(item).__name__, ()):
        value = getattr(item, row["key"])
        # nothing is a statement of its own: no dwell, nobody left
        if value is not None and value != 0 and not row["low"] <= value <= row["high"]:
            yield Reason(
                "scenario_unusual", key=row["key"], value=value, low=row["low"], high=row["high"],
                hint=Reason(row["hint"]),
            )  # fmt: skip
    service = getattr(item, "service", ())
    for period in (service,) if isinstance(service, Period) else service:
        yield from _headway_notes(period)
    if isinstance(item, GrowZones):
        yield from _growth_notes(item, before, after)
    if isinstance(item, MoveStop):
        yield from _move_notes(before, after)
    if isinstance(item, AddSite | AddDevelopment | Rezone) and item.area is not None:
        yield from _ground_notes(item, shapely.area(after.place(item.area)))


@cache
def plausible_values() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Read the usual ranges, by modification."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for row in packaged_rows("plausible_values"):
        typed = {**row, "low": float(row["low"]), "high": float(row["high"])}
        found[row["modification"]] = (*found.get(row["modification"], ()), typed)
    return found


def _headway_notes(period: Period) -> Iterator[Reason]:
    figures: dict[str, float | str] = {
        "headway": period.headway_min,
        "start": period.start,
        "end": period.end,
    }
    if period.headway_s >= period.end_s - period.start_s:
        yield Reason("scenario_one_departure", **figures)
    elif period.headway_s < SECONDS_PER_MIN:
        yield Reason("scenario_dense_headway", seconds=period.headway_s, **figures)


def _growth_notes(item: GrowZones, before: Draft, after: Draft) -> Iterator[Reason]:
    """Tell of forecasts that multiply what was."""
    if item.forecast is None:
        return
    for name in COUNTS:
        old, new = before.frame("zones")[name], after.frame("zones")[name]
        changed = (old != new).fillna(value=False) & old.notna() & new.notna()
        earlier, later = float(old[changed].sum()), float(new[changed].sum())
        if earlier and not 1 / _MOST_GROWTH <= later / earlier <= _MOST_GROWTH:
            yield Reason("scenario_growth_odd", column=name, before=earlier, after=later)


def _move_notes(before: Draft, after: Draft) -> Iterator[Reason]:
    """Tell of stops with calls that move farther than run times can be left as they are."""
    old = before.frame("stops").set_index("stop_id")["geometry"]
    new = after.frame("stops").set_index("stop_id")["geometry"].reindex(old.index)
    away_m = pd.Series(shapely.distance(old.to_numpy(), new.to_numpy()), old.index)
    called = set(after.frame("stop_times")["stop_id"])
    far = away_m[(away_m > _MOST_MOVED_M) & away_m.index.isin(called)]
    for stop_id, distance_m in far.items():
        yield Reason("scenario_moved_far", stop=str(stop_id), distance=float(distance_m))


def _ground_notes(item: AddSite | AddDevelopment | Rezone, ground_m2: float) -> Iterator[Reason]:
    """Tell of floor area, people and jobs that the ground can hardly hold."""
    if isinstance(item, AddSite):
        stated = item.area_m2 or ground_m2
        if not 1 / _MOST_OFF_MEASURE <= stated / ground_m2 <= _MOST_OFF_MEASURE:
            yield Reason("scenario_area_off", given=stated, measured=ground_m2)
    floors = {
        name: getattr(item, name, None) or 0.0
        for name in ("existing_floor_area_m2", "floor_area_m2", "max_floor_area_m2")
    }
    for name, floor_m2 in floors.items():
        if floor_m2 > _MOST_FLOOR_PER_GROUND * ground_m2:
            yield Reason("scenario_floor_beyond", key=name, floor=floor_m2, ground=ground_m2)
    if isinstance(item, AddDevelopment):
        for name in ("jobs_count", "homes_count"):
            needed_m2 = getattr(item, name) * _LEAST_FLOOR_PER_JOB_M2
            if needed_m2 > _MOST_FLOOR_PER_GROUND * ground_m2:
                count = getattr(item, name)
                yield Reason("scenario_count_beyond", key=name, count=count, ground=ground_m2)
