"""Indicators told by zones: residents in work, jobs in reach, pupils."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from geo_planner.arrays import FloatArray
from geo_planner.config import Mode
from geo_planner.policy.answers import (
    NOT_REACHED,
    WHOLE_AREA,
    Answer,
    Answers,
    Compute,
    Known,
    Unknown,
    lacks,
    left_out,
    noted,
    numbers,
    reach,
    weighted_mean,
    weighted_percentile,
)
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.rules import policy_rules
from geo_planner.reasons import Reason


def _zone_sum(frames: PolicyFrames, column: str) -> Answer:
    values = numbers(frames.zones, column)
    if values is None:
        return lacks("zones", column)
    notes = left_out("zones", frames.zones, column)
    return Known(float(np.nansum(values)), frames.years.get("zones"), notes)


def _employment_rate(frames: PolicyFrames) -> Answer:
    counted = ("workers_count", "population_count")
    workers, people = (numbers(frames.zones, column) for column in counted)
    if workers is None or people is None:
        return lacks("zones", *counted)
    is_known = ~np.isnan(workers) & ~np.isnan(people)
    if not people[is_known].sum() > 0:
        return lacks("zones", *counted)
    notes = (Reason("rate_of_all_residents"), *left_out("zones", frames.zones, *counted))
    rate = float(workers[is_known].sum() / people[is_known].sum())
    return Known(rate, frames.years.get("zones"), notes)


def _jobs_in_reach(frames: PolicyFrames, mode: Mode) -> Answers:
    column = reach("jobs", mode)
    values, people = (numbers(frames.zones, name) for name in (column, "population_count"))
    if values is None or people is None:
        return lacks("zones", column if values is None else "population_count")
    year = frames.years.get("zones")
    n_off = int((np.isnan(values) & (people > 0)).sum())
    off = Reason("rows_unknown", table="zones", column="access", count=n_off) if n_off else None
    notes = (*noted(off), *left_out("zones", frames.zones, "population_count"))
    answers: dict[str, Answer] = {WHOLE_AREA: Known(weighted_mean(values, people), year, notes)}
    districts = frames.zones["district"]
    for district in sorted(districts.dropna().unique()):
        is_in = (districts == district).to_numpy(bool)
        if not np.nansum(people[is_in]) > 0:
            continue  # nobody lives there: it has no average resident
        answers[str(district)] = Known(weighted_mean(values[is_in], people[is_in]), year)
    return answers


def _pupils(frames: PolicyFrames, summarise: Callable[[FloatArray, FloatArray], float]) -> Answer:
    pupils = numbers(frames.zones, "pupils_count")
    if frames.minutes_to_school is None or pupils is None:
        what = "pupils_count" if pupils is None else "minutes_to_school"
        return lacks("zones", what)
    minutes = frames.minutes_to_school.reindex(frames.zones.index).to_numpy(float)
    value = summarise(minutes, np.nan_to_num(pupils))
    if np.isinf(value):
        return Unknown(Reason("pupils_reach_no_school"), NOT_REACHED)
    notes = (Reason("pupils_stand_in"), *left_out("zones", frames.zones, "pupils_count"))
    return Known(value, frames.years.get("zones"), notes)


def _within_norm(minutes: FloatArray, pupils: FloatArray) -> float:
    is_near = np.where(np.isnan(minutes), np.nan, minutes <= policy_rules()["commute_norm_min"])
    return weighted_mean(is_near, pupils)


RESIDENT_VALUES: Mapping[str, Compute] = {
    "residents_in_work": partial(_zone_sum, column="workers_count"),
    "employment_rate": _employment_rate,
    "minutes_to_vocational_school": partial(
        _pupils, summarise=partial(weighted_percentile, percent=50)
    ),
    "pupils_within_45_min": partial(_pupils, summarise=_within_norm),
    **{
        f"jobs_in_reach_{mode}": partial(_jobs_in_reach, mode=mode)
        for mode in ("transit", "bicycle")
    },
}
