"""What plans allow: the smallest of the limits that are stated, and its name.

A limit no plan states is infinite, one in doubt is nan and makes the result unknown. The ratio is
one floor area for all ground under the plan that states it; floors, height and building fields
limit each part. So the smallest is taken per site and ratio plan: sum of ratio floor area against
sum of what the parts can hold. A floor area that a plan of any level states outright binds besides,
over all its ground, where it is below all of these. Of equal limits the first is named: ratio,
floors, height, building field, floor area. Floor area is allowed for a use only where the plan's
use admits it; there is no right where no local plan lies, though a framework may.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.land.capacity.factors import (
    ENDS,
    Factors,
    building_right_ratios,
    plan_use_codes,
    storey_kind,
)
from geo_planner.land.capacity.fields import in_fields
from geo_planner.land.capacity.plots import PLOT, WHOLE_AREA, Plots
from geo_planner.land.capacity.totals import within_totals
from geo_planner.land.plans.resolving import PlanResult, fields_of, is_covered
from geo_planner.reasons import Reason

BUILDING_RIGHT = "building_right"
RIGHT_STATES = ("now", "if_adopted")
CAPACITY_STATES = ("now", "potential", "if_adopted", "potential_if_adopted", BUILDING_RIGHT)
_RATIO, _FLOORS, _HEIGHT, _FLOOR_AREA, _FIELD, _NO_GROUND = (
    "ratio",
    "floors",
    "height",
    "floor_area",
    "building_field",
    "no_buildable_ground",
)
_NO_FALLBACK = str(Reason("no_fallback"))
_NO_LIMIT = str(Reason("no_limit_stated"))
_OTHER_PART = str(Reason("other_part_in_doubt"))
_LIKELY = ENDS.index("likely")


@dataclass(frozen=True)
class Buildable:
    """Say what of a site's ground can be built on.

    Parameters
    ----------
    net_share
        Share of the ground that nothing excludes, ``(n_sites,)``.
    max_height_m
        Height cap of a constraint [m], inf where none, ``(n_sites,)``.
    """

    net_share: FloatArray
    max_height_m: FloatArray


@dataclass(frozen=True)
class Allowed:
    """Hold the floor area allowed in one reading, per use and part, ``(n_uses * n_parts,)``.

    Parameters
    ----------
    row
        Use and site each part belongs to: ``use * n_sites + site``.
    shape
        Number of uses and of sites.
    area_m2
        Ground of the part [m2].
    floor_m2
        Low, likely and high [m2], 0 where the use is not admitted, nan where unknown,
        ``(n_uses * n_parts, 3)``.
    whole_area_m2
        What the ratio would give if all ground it is reckoned on were used here [m2].
    floors
        Floors the parts may have, nan where not stated.
    limit
        Name of the limit that binds; empty where nothing is allowed or known.
    reason
        Why the floor area is unknown, as tables hold reasons; empty where known.
    bound
        Why it is only a bound, likewise; empty where it is not.
    use_code
        Plan use of the part, nan where unknown.
    """

    row: npt.NDArray[np.int64]
    shape: tuple[int, int]
    area_m2: FloatArray
    floor_m2: FloatArray
    whole_area_m2: FloatArray
    floors: FloatArray
    limit: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    bound: npt.NDArray[np.object_]
    use_code: FloatArray

    def summed(self, values: FloatArray | npt.NDArray[np.bool_]) -> FloatArray:
        """Sum values of the parts by use and site, ``(n_uses * n_sites,)``."""
        return np.bincount(self.row, weights=values, minlength=math.prod(self.shape)).astype(float)


@dataclass(frozen=True)
class _Stated:
    """Hold one stated value per part: inf where silent, nan where in doubt."""

    value: FloatArray
    reason: npt.NDArray[np.object_]


def allowed_floor_area(
    result: PlanResult,
    state: str,
    uses: Sequence[str],
    factors: Factors,
    plots: Plots,
    buildable: Buildable,
) -> Allowed:
    """Find the allowed floor area of every part for each use in one reading of the plans.

    Parameters
    ----------
    result
        Resolved plans.
    state
        One of ``CAPACITY_STATES``; ``building_right`` is the fallback of the building regulations
        where no plan states a ratio.
    uses
        Uses of ``land_uses.csv``, at least one.
    factors, plots, buildable
        Numbers of the chain, the ground of ratios, and what of the sites can be built on.
    """
    reading = "ruling" if state == BUILDING_RIGHT else state
    use_code = result.value(reading, "use_code")
    ratio, basis, plan = _ratio(result, state, use_code)
    ground = plots.ground(basis, plan)
    limits_m2, floors, doubt = _volume(result, reading, uses, factors, buildable)
    site, n_sites = result.parts["site_idx"].to_numpy(), len(result.sites)
    n_plans = len(result.plans) + 2
    of_use = np.arange(len(uses))[:, None]
    row = (of_use * n_sites + site).ravel()
    group = (of_use * n_sites * n_plans + site * n_plans + plan + 1).ravel()
    counts = _counts(result, state, use_code, uses, ratio).ravel()

    def each(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.tile(values, len(uses))

    floor_m2, by_ratio = _smallest(
        each(ratio.value * ground.inside_m2), limits_m2.min(axis=0), group, counts == 1
    )
    floor_m2[np.isnan(counts)] = np.nan
    floor_m2[counts == 0] = 0.0
    floor_m2, by_total = _within_totals(result, reading, floor_m2, len(uses))
    reason = _first_filled(
        np.where(np.isnan(counts), each(result.rulings[reading]["use_code"].reason), ""),
        each(ratio.reason),
        each(doubt),
        np.where(np.isinf(floor_m2[:, _LIKELY]), _NO_LIMIT, ""),
        np.full(len(group), _OTHER_PART, dtype=object),
    )
    floor_m2[np.isinf(floor_m2)] = np.nan
    no_ground = each(buildable.net_share[site] == 0) & (counts == 1)
    floor_m2[no_ground] = 0.0
    is_unknown = np.isnan(floor_m2).any(axis=1)
    limit = np.where(by_total, _FLOOR_AREA, _names(limits_m2[:, :, _LIKELY], by_ratio))
    limit[no_ground] = _NO_GROUND
    limit[is_unknown | (counts != 1)] = ""
    if state == BUILDING_RIGHT:
        is_idle = np.bincount(row, weights=counts != 0)[row] == 0
        floor_m2[is_idle] = np.nan
        reason = np.where(is_idle, _NO_FALLBACK, reason)
        is_unknown |= is_idle
    whole_m2 = _whole_area(
        each(_times(ratio.value, ground.whole_m2)),
        each(basis),
        np.where(counts == 1, group, -1 - row),
    )
    return Allowed(
        row=row,
        shape=(len(uses), n_sites),
        area_m2=each(result.parts["area_m2"].to_numpy(float)),
        floor_m2=floor_m2,
        whole_area_m2=np.where(counts == 1, whole_m2, 0.0),
        floors=each(floors),
        limit=limit,
        reason=np.where(is_unknown, reason, ""),
        bound=np.where((counts == 1) & each(np.isfinite(ratio.value)), each(ground.bound), ""),
        use_code=each(use_code),
    )


def _whole_area(
    whole_m2: FloatArray, basis: FloatArray, group: npt.NDArray[np.int64]
) -> FloatArray:
    """Count the floor area of a plan's whole area once in a site, at its first part."""
    again = pd.Series(group).duplicated().to_numpy() & (basis == WHOLE_AREA)
    return np.where(again, 0.0, whole_m2)


def _counts(
    result: PlanResult, state: str, use_code: FloatArray, uses: Sequence[str], ratio: _Stated
) -> FloatArray:
    """Tell which parts count, ``(n_uses, n_parts)``: 1 admitted, 0 not, nan unknown."""
    admitted = [np.isin(use_code, plan_use_codes(use)) for use in uses]
    fits = np.where(np.isnan(use_code), np.nan, admitted)
    if state == BUILDING_RIGHT:
        return np.where(np.isinf(ratio.value), 0.0, fits)
    if state in RIGHT_STATES and result.has_local_plans:
        no_local = ~is_covered(result, state)
        is_planned = is_covered(result, "ruling") | is_covered(result, "potential_if_adopted")
        return np.where(no_local & (is_planned | is_covered(result, "if_adopted")), 0.0, fits)
    return fits


def _stated(result: PlanResult, state: str, quantity: str) -> _Stated:
    ruled = result.rulings[state][quantity]
    is_silent = ruled.plan < 0
    reason = np.where(np.isnan(ruled.value) & ~is_silent, ruled.reason, "")
    return _Stated(np.where(is_silent, np.inf, ruled.value), reason)


def _ratio(
    result: PlanResult, state: str, use_code: FloatArray
) -> tuple[_Stated, FloatArray, npt.NDArray[np.int64]]:
    """Return the ratio of every part, its basis and the plan it is from."""
    if state != BUILDING_RIGHT:
        ruled = result.rulings[state]["floor_area_ratio"]
        return _stated(result, state, "floor_area_ratio"), ruled.ratio_basis, ruled.plan
    is_silent = result.rulings["ruling"]["floor_area_ratio"].plan < 0
    ratio_of_use = building_right_ratios()
    value = np.array([ratio_of_use.get(code, np.inf) for code in use_code])
    value = np.where(np.isnan(use_code), np.nan, value)
    silent = np.full(len(use_code), "", dtype=object)
    n_parts = len(use_code)
    return (
        _Stated(np.where(is_silent, value, np.inf), silent),
        np.full(n_parts, PLOT),
        np.full(n_parts, -1, dtype=np.int64),
    )


def _volume(
    result: PlanResult, reading: str, uses: Sequence[str], factors: Factors, buildable: Buildable
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.object_]]:
    """Return floor area by floors, height, fields ``(3, n_uses * n_parts, 3 ends)``.

    Then floors and doubts of the parts.
    """
    site = result.parts["site_idx"].to_numpy()
    area_m2 = result.parts["area_m2"].to_numpy(float)
    floors = _stated(result, reading, "max_floors")
    height = _stated(result, reading, "max_height_m")
    height_m = np.minimum(height.value, buildable.max_height_m[site])
    storeys = [factors.interval("storey_height", storey_kind(use)) for use in uses]
    storey_m = np.array(storeys)[:, None]
    share = factors.interval("buildable_footprint_share", "all")
    footprint_m2 = (area_m2 * buildable.net_share[site])[:, None] * share
    fields = fields_of(result, reading)
    field_m2, drawn_m2, floors_in, height_in = in_fields(
        fields, floors.value, height_m, storey_m, len(area_m2)
    )
    footprint_m2 = np.minimum(footprint_m2, drawn_m2[:, None])
    by_floors_m2 = _times(floors_in[:, None], footprint_m2)
    by_height_m2 = _times(height_in[:, None] / storey_m, footprint_m2)
    limits = np.stack([np.broadcast_to(by_floors_m2, field_m2.shape), by_height_m2, field_m2])
    doubt = _first_filled(floors.reason, height.reason)
    flat = limits.reshape(len(limits), -1, len(ENDS))
    return flat, np.where(np.isfinite(floors_in), floors_in, np.nan), doubt


def _times(height: FloatArray, ground_m2: FloatArray) -> FloatArray:
    """Multiply, an unlimited height staying unlimited on no ground at all."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(height), np.inf, height * ground_m2)


def _smallest(
    ratio_m2: FloatArray,
    volume_m2: FloatArray,
    group: npt.NDArray[np.int64],
    counted: npt.NDArray[np.bool_],
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Take the smaller of ratio and volume per group; say where the ratio binds (likely)."""
    _, dense = np.unique(group, return_inverse=True)
    n_groups = int(dense.max(initial=-1)) + 1
    weights = np.where(counted, ratio_m2, 0.0)
    by_ratio = np.bincount(dense, weights=weights, minlength=n_groups)[dense]
    floor_m2 = np.empty_like(volume_m2)
    binds = np.zeros(len(group), dtype=bool)
    for end in range(volume_m2.shape[1]):
        counted_m2 = np.where(counted, volume_m2[:, end], 0.0)
        by_volume = np.bincount(dense, weights=counted_m2, minlength=n_groups)[dense]
        is_ratio = by_ratio <= by_volume
        smaller = np.where(is_ratio, ratio_m2, volume_m2[:, end])
        in_doubt = np.isnan(by_ratio) | np.isnan(by_volume)
        floor_m2[:, end] = np.where(in_doubt, np.nan, smaller)
        if end == _LIKELY:
            binds = is_ratio
    return floor_m2, binds


def _within_totals(
    result: PlanResult, reading: str, floor_m2: FloatArray, n_uses: int
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Keep to floor area that plans state outright; say where it binds (likely)."""
    kept_m2, is_reduced = within_totals(
        floor_m2.reshape(n_uses, -1, len(ENDS)),
        result.parts["area_m2"].to_numpy(float),
        result.parts["site_idx"].to_numpy(np.int64),
        result.totals[reading],
    )
    return kept_m2.reshape(floor_m2.shape), is_reduced[:, :, _LIKELY].ravel()


def _names(limits_m2: FloatArray, by_ratio: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    """Name the limit that binds; of equal ones the first: ratio, floors, height, building field."""
    names = np.array([_FLOORS, _HEIGHT, _FIELD], dtype=object)
    filled = np.where(np.isnan(limits_m2), np.inf, limits_m2)
    return np.where(by_ratio, _RATIO, names[filled.argmin(axis=0)])


def _first_filled(*texts: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Take, per row, the first text that is not empty."""
    found = texts[0].astype(object)
    for text in texts[1:]:
        found = np.where(found == "", text, found)
    return found
