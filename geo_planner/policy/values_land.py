"""Indicators told by sites: floor area left, nearness to stations, constraints, capacity."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from geo_planner.land.stations.office_rule import NO_RULE
from geo_planner.policy.answers import Answer, Compute, Known, Unknown, lacks, noted, numbers
from geo_planner.policy.frames import PolicyFrames
from geo_planner.policy.rules import JOBS_GOAL
from geo_planner.reasons import Reason

_LAST_STAGE = 5
_CLASS_BOUNDS = ("env_class_possible", "env_class_plan_max", "env_class_distance")


def _site_sum(
    frames: PolicyFrames, column: str, is_in: Callable[[pd.DataFrame], pd.Series]
) -> Answer:
    """Sum a column over the sites that fulfil a condition; those unknown are counted."""
    values = numbers(frames.sites, column)
    if values is None:
        return lacks("sites", column)
    chosen = is_in(frames.sites).to_numpy(bool)
    n_unknown = int(np.isnan(values[chosen]).sum())
    n_sites = int(chosen.sum())
    note = Reason("sites_unknown_least", unknown=n_unknown, sites=n_sites) if n_unknown else None
    return Known(float(np.nansum(values[chosen])), frames.years.get("sites"), noted(note))


def _cluster_ready(frames: PolicyFrames, state: str, env_class: int) -> Answer:
    """Sum floor area where a class is possible; a site that may fit or not counts as unknown."""
    column, sites = f"{state}_remaining_likely_m2", frames.sites
    for name in ("env_class_possible", column):
        if numbers(sites, name) is None:
            return lacks("sites", name)
    classed_m2 = sites[column].where(sites["env_class_possible"].notna())
    return _site_sum(
        replace(frames, sites=sites.assign(**{column: classed_m2})),
        column,
        lambda s: ~(s.reindex(columns=list(_CLASS_BOUNDS)) < env_class).any(axis=1),
    )


def _station_share(frames: PolicyFrames, place: str) -> Answer:
    values = numbers(frames.sites, "remaining_m2")
    if values is None or "place" not in frames.sites:
        return lacks("sites", "remaining_m2" if values is None else "place")
    if frames.sites.get("office_rule", pd.Series(dtype=str)).eq(NO_RULE).any():
        return Unknown(Reason("no_station_rule"))
    places = frames.sites["place"]
    is_known = ~np.isnan(values) & (places != "unknown").to_numpy(bool)
    total = values[is_known].sum()
    if total == 0:
        return Unknown(Reason("no_floor_area_left"))
    n_out = int((~is_known).sum())
    note = Reason("sites_unknown_left_out", unknown=n_out, sites=len(values)) if n_out else None
    share = values[is_known & (places == place).to_numpy(bool)].sum() / total
    return Known(float(share), frames.years.get("sites"), noted(note))


def _unconstrained(frames: PolicyFrames) -> Answer:
    net, gross = (numbers(frames.sites, name) for name in ("net_area_m2", "gross_area_m2"))
    if net is None or gross is None:
        return lacks("sites", "net_area_m2")
    bound = frames.sites.get("is_upper_bound", pd.Series(data=False, index=frames.sites.index))
    note = Reason("upper_bound_unchecked") if bound.any() else None
    return Known(float(np.nansum(net) / np.nansum(gross)), frames.years.get("sites"), noted(note))


def _cover(frames: PolicyFrames, end: str) -> Answer:
    def counts(sites: pd.DataFrame) -> pd.Series:
        stage = sites.get("stage", pd.Series(np.nan, index=sites.index))
        return pd.to_numeric(stage).fillna(0) < _LAST_STAGE

    found = _site_sum(frames, f"jobs_{end}", counts)
    goal = frames.policy.goal_of(JOBS_GOAL)
    if isinstance(found, Unknown):
        return found
    if goal is None or goal.target <= 0:
        return Unknown(Reason("no_goal_stated", indicator=JOBS_GOAL))
    return replace(found, value=found.value / goal.target)


def _chance(frames: PolicyFrames) -> Answer:
    goal = frames.policy.goal_of(JOBS_GOAL)
    if goal is None:
        return Unknown(Reason("no_goal_stated", indicator=JOBS_GOAL))
    if frames.draws is None or not len(frames.draws):
        return Unknown(Reason("no_draws_of_jobs"))
    jobs = frames.draws[~np.isnan(frames.draws)]
    if not len(jobs):
        return Unknown(Reason("site_capacity_unknown"))
    return Known(
        float((jobs >= goal.target).mean()),
        frames.years.get("sites"),
        (Reason("chance_of_land_only"),),
    )


LAND_VALUES: Mapping[str, Compute] = {
    "unconstrained_share": _unconstrained,
    "chance_land_suffices": _chance,
    **{
        f"cluster_ready_{state}_class_{env_class}": partial(
            _cluster_ready, state=state, env_class=env_class
        )
        for state in ("now", "potential")
        for env_class in (2, 6)
    },
    **{
        f"capacity_{place}_share": partial(_station_share, place=place)
        for place in ("core", "zone", "outside")
    },
    **{f"capacity_cover_{end}": partial(_cover, end=end) for end in ("low", "likely", "high")},
}
