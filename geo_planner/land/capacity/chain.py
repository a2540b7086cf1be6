"""From what plans allow to jobs, every factor its own column.

allowed (the smallest stated limit) -> remaining (less what stands there: ``add``; or all of it:
``redevelop``, then the jobs there are lost) -> business share -> realisation -> occupancy -> floor
area per job -> gross jobs -> less jobs removed -> net new jobs -> private share. Floor area is
gross, jobs are persons. Low takes low factors and spacious floor area per job, high the contrary.
Floor area that stands on a site counts against what is allowed for the use, wherever it stands.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.config import Land
from geo_planner.errors import InputError
from geo_planner.land.capacity.limits import (
    CAPACITY_STATES,
    Allowed,
    Buildable,
    allowed_floor_area,
)
from geo_planner.land.capacity.parking import parking_columns
from geo_planner.land.capacity.plots import Plots
from geo_planner.land.factors import ENDS, Factors, all_uses
from geo_planner.land.plans.resolving import PlanResult
from geo_planner.reasons import Reason, join_reasons

VARIANTS = ("add", "redevelop")
KEYS = ("site_id", "state", "use", "variant")
_LIKELY = ENDS.index("likely")


def site_capacity(
    result: PlanResult,
    *,
    land: Land | None = None,
    uses: Sequence[str] | None = None,
    states: Sequence[str] = CAPACITY_STATES,
    existing_jobs: pd.Series | None = None,
    ground: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Compute floor area and jobs of every site, per reading of the plans, use and variant.

    Parameters
    ----------
    result
        Resolved plans.
    land
        Settings: factors replaced, parcel cover.
    uses
        Uses of ``m2_per_job.csv``; None: all.
    states
        Readings among ``now``, ``potential``, ``if_adopted``, ``potential_if_adopted`` and
        ``building_right`` (the fallback where no plan states a ratio; never summed with others).
    existing_jobs
        Jobs on each site, by site_id; absent or nan: unknown.
    ground
        By site_id: ``net_area_m2`` (what nothing excludes) and ``max_height_m`` (a constraint's
        cap), both optional; without it all ground counts as buildable.

    Returns
    -------
    DataFrame
        Index site_id, state, use, variant. Every quantity with an interval has columns
        ``_low``, ``_likely``, ``_high``; what is unknown is nan and ``unknown_reason`` says why.

    Raises
    ------
    InputError
        When a use or a state is unknown.

    Notes
    -----
    The net private jobs follow the chain: net new jobs times private share, also where jobs are
    lost. ``allowed_known_parts_m2`` is what the parts that are known allow: a least value where
    ``allowed_likely_m2`` is unknown.
    """
    chosen = tuple(uses) if uses is not None else all_uses()
    problems = [f"no use {use!r}" for use in chosen if use not in all_uses()]
    problems += [f"no state {state!r}" for state in states if state not in CAPACITY_STATES]
    if problems:
        raise InputError("capacity cannot be computed", problems)
    settings = land or Land()
    factors = Factors(settings)
    plots = Plots(result, settings.parcel_cover_share)
    site_columns = _site_columns(result, plots, existing_jobs, ground)
    buildable = Buildable(site_columns["net_share"], site_columns["height_cap_m"])
    if not states or not chosen:
        return pd.DataFrame(index=pd.MultiIndex.from_arrays([[]] * len(KEYS), names=list(KEYS)))
    of_states = []
    for state in states:
        allowed = allowed_floor_area(result, state, chosen, factors, plots, buildable)
        columns = _allowed_columns(allowed) | _share_columns(allowed, factors)
        of_states.append(
            columns | parking_columns(allowed, chosen, factors, site_columns["net_area_m2"])
        )
    common = {
        name: np.concatenate([columns[name] for columns in of_states]) for name in of_states[0]
    }
    n_sites = len(result.sites)
    along = {
        name: np.tile(values, len(states) * len(chosen)) for name, values in site_columns.items()
    }
    keys = {
        "state": np.repeat(states, len(chosen) * n_sites),
        "use": np.tile(np.repeat(chosen, n_sites), len(states)),
    }
    jobs_m2 = np.array([factors.m2_per_job(use) for use in chosen])
    m2_per_job = np.tile(np.repeat(jobs_m2, n_sites, axis=0), (len(states), 1))
    ids = result.site_ids()
    index = ids.take(np.tile(np.arange(n_sites), len(states) * len(chosen)))
    frames = [
        pd.DataFrame(
            keys
            | {"variant": variant}
            | common
            | _job_columns(common, along, m2_per_job, factors, is_add=variant == "add"),
            index=index,
        )
        for variant in VARIANTS
    ]
    # by site, then reading, use and variant
    case = np.arange(len(index)) // n_sites
    site = np.unique(ids, return_inverse=True)[1][np.arange(len(index)) % n_sites]
    order = np.lexsort(
        (
            np.repeat(np.arange(len(VARIANTS)), len(index)),
            np.tile(case, len(VARIANTS)),
            np.tile(site, len(VARIANTS)),
        )
    )
    return pd.concat(frames).iloc[order].set_index(list(KEYS[1:]), append=True)


def _site_columns(
    result: PlanResult,
    plots: Plots,
    existing_jobs: pd.Series | None,
    ground: pd.DataFrame | None,
) -> dict[str, FloatArray]:
    ids = result.site_ids()
    area_m2 = result.sites.geometry.area.to_numpy()
    stated = result.sites["existing_floor_area_m2"].to_numpy(float, na_value=np.nan)
    on_parcels = plots.existing_m2(len(ids))
    net_m2 = _of_ground(ground, "net_area_m2", ids, area_m2)
    jobs = pd.Series(dtype=float) if existing_jobs is None else existing_jobs
    return {
        "existing_m2": np.where(np.isnan(stated), on_parcels, stated),
        "existing_jobs": jobs.reindex(ids).to_numpy(float),
        "net_area_m2": net_m2,
        "net_share": np.clip(net_m2 / area_m2, 0.0, 1.0),
        "height_cap_m": _of_ground(ground, "max_height_m", ids, np.full(len(ids), np.inf)),
    }


def _of_ground(
    ground: pd.DataFrame | None, column: str, ids: pd.Index, default: FloatArray
) -> FloatArray:
    if ground is None or column not in ground:
        return default
    given = ground[column].reindex(ids).to_numpy(float, na_value=np.nan)
    return np.where(np.isnan(given), default, given)


def _allowed_columns(allowed: Allowed) -> dict[str, Any]:
    """Sum the parts of each site by use; a part in doubt leaves the site in doubt."""
    is_known = ~np.isnan(allowed.floor_m2).any(axis=1)
    known_m2 = np.where(is_known, allowed.floor_m2[:, _LIKELY], 0.0)
    columns: dict[str, Any] = {
        f"allowed_{end}_m2": allowed.summed(allowed.floor_m2[:, k]) for k, end in enumerate(ENDS)
    }
    columns["binding_limit"] = np.where(
        np.isnan(columns["allowed_likely_m2"]),
        "",
        _by_size(allowed, allowed.limit, known_m2, "; ".join),
    )
    columns["allowed_known_parts_m2"] = allowed.summed(known_m2)
    columns["known_share"] = allowed.summed(allowed.area_m2 * is_known) / allowed.summed(
        allowed.area_m2
    )
    columns["allowed_whole_area_m2"] = allowed.summed(allowed.whole_area_m2)
    columns["is_bound"] = allowed.summed(allowed.bound != "") > 0
    columns["bound_reason"] = _by_size(allowed, allowed.bound, allowed.area_m2, join_reasons)
    columns["unknown_plan_reason"] = _by_size(
        allowed, allowed.reason, allowed.area_m2, join_reasons
    )
    return columns


def _by_size(
    allowed: Allowed,
    texts: npt.NDArray[np.object_],
    size: FloatArray,
    join: Callable[[list[str]], str | None],
) -> npt.NDArray[np.object_]:
    """Join each site's texts, the one of the largest sum first; empty where there are none."""
    joined = np.full(math.prod(allowed.shape), "", dtype=object)
    is_filled = texts != ""
    if not is_filled.any():
        return joined
    row = allowed.row[is_filled]
    codes, names = pd.factorize(texts[is_filled])
    # of equal sums the text that comes first in the use
    turns, cases = pd.factorize(row // allowed.shape[1] * len(names) + codes)
    pairs, of_pair = np.unique(row * len(cases) + turns, return_inverse=True)
    total = np.bincount(of_pair, weights=size[is_filled])
    owner, turn = np.divmod(pairs, len(cases))
    by_owner: dict[int, list[str]] = {}
    for k in np.lexsort((turn, -total, owner)):
        by_owner.setdefault(int(owner[k]), []).append(names[cases[turn[k]] % len(names)])
    for place, filled in by_owner.items():
        joined[place] = filled[0] if len(filled) == 1 else join(filled)
    return joined


def _share_columns(allowed: Allowed, factors: Factors) -> dict[str, FloatArray]:
    """Weigh business and private share by the floor area of the parts (by ground where none)."""
    business = factors.by_code("business_share", allowed.use_code)
    private = factors.by_code("private_share", allowed.use_code)
    floor_m2 = allowed.floor_m2[:, _LIKELY]
    has_floor = allowed.summed(np.nan_to_num(floor_m2)) > 0
    weight = np.where(has_floor[allowed.row], floor_m2, allowed.area_m2)
    columns = {}
    jobs_weight = weight * business[:, _LIKELY]
    for k, end in enumerate(ENDS):
        columns[f"business_share_{end}"] = _weighted(allowed, business[:, k], weight)
        columns[f"private_share_{end}"] = _weighted(allowed, private[:, k], jobs_weight)
    return columns


def _weighted(allowed: Allowed, value: FloatArray, weight: FloatArray) -> FloatArray:
    total, summed = allowed.summed(weight), allowed.summed(value * weight)
    return np.divide(summed, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)


def _job_columns(
    common: Mapping[str, Any],
    site_columns: Mapping[str, FloatArray],
    m2_per_job: FloatArray,
    factors: Factors,
    *,
    is_add: bool,
) -> dict[str, Any]:
    """Follow the chain from allowed floor area to net private jobs."""
    existing_m2 = site_columns["existing_m2"]
    removed = np.zeros(len(existing_m2)) if is_add else site_columns["existing_jobs"]
    realisation = factors.interval("realisation", "all")
    occupancy = factors.interval("occupancy", "all")
    columns: dict[str, Any] = {
        "existing_floor_area_m2": existing_m2,
        "jobs_removed": removed,
    }
    for k, end in enumerate(ENDS):
        allowed_m2 = common[f"allowed_{end}_m2"]
        remaining_m2 = np.maximum(allowed_m2 - existing_m2, 0.0) if is_add else allowed_m2
        rate = realisation[k] * occupancy[k] / m2_per_job[:, k]
        columns[f"remaining_{end}_m2"] = remaining_m2
        columns[f"realisation_{end}"] = realisation[k]
        columns[f"occupancy_{end}"] = occupancy[k]
        columns[f"m2_per_job_{end}"] = m2_per_job[:, k]
        columns[f"gross_jobs_{end}"] = remaining_m2 * common[f"business_share_{end}"] * rate
        columns[f"net_jobs_{end}"] = columns[f"gross_jobs_{end}"] - removed
    columns["overbuilt_m2"] = np.maximum(existing_m2 - common["allowed_likely_m2"], 0.0)
    least, most = common["private_share_low"], common["private_share_high"]
    low, high = columns["net_jobs_low"], columns["net_jobs_high"]
    # where jobs are lost the ends of the share change places
    columns |= {
        "net_private_jobs_low": low * np.where(low < 0, most, least),
        "net_private_jobs_likely": columns["net_jobs_likely"] * common["private_share_likely"],
        "net_private_jobs_high": high * np.where(high < 0, least, most),
    }
    columns["unknown_reason"] = _why_unknown(common, columns, is_add=is_add)
    return columns


def _why_unknown(
    common: Mapping[str, Any], columns: Mapping[str, Any], *, is_add: bool
) -> npt.NDArray[np.object_]:
    reason: npt.NDArray[np.object_] = common["unknown_plan_reason"].copy()
    lacks = columns["existing_floor_area_m2"] if is_add else columns["jobs_removed"]
    lacking = str(Reason("existing_floor_area_unknown" if is_add else "site_jobs_unknown"))
    for row in np.flatnonzero(np.isnan(lacks)):
        reason[row] = join_reasons([reason[row], lacking])
    return reason
