"""Which plan rules: for each part and value the most detailed level that states it.

Five readings of the same plans. ``ruling`` takes every adopted level; ``now`` only adopted local
plans and their sub-areas, for only they give a right; ``potential`` only adopted frameworks;
``if_adopted`` and ``potential_if_adopted`` put proposals in the place of what they lie over. Where
plans of the ruling level disagree and where none states the value, it is unknown, and the reason
says so. So are ratio, floors and height where the ruling plan is marked complex.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray, LongArray
from geo_planner.land.plans.overlay import PlanOverlay
from geo_planner.reasons import Reason

LEVELS = ("framework", "local_plan", "sub_area", "building_field")
STATES = ("ruling", "now", "potential", "if_adopted", "potential_if_adopted")
QUANTITIES = (
    "use_code",
    "floor_area_ratio",
    "max_floors",
    "max_height_m",
    "env_class_min",
    "env_class_max",
    "zone_status",
)
_OF_THE_BUILDING = ("floor_area_ratio", "max_floors", "max_height_m")
_ZONES = ("urban", "summer_house", "rural")
_BASIS_STEP = 1000.0
_MOST_NAMED = 4
_REGULATION_YEARS = (1977, 1995)


def zone_name(code: float) -> str | None:
    """Name a planning zone by its position in the register's list; None when unknown."""
    return None if np.isnan(code) else _ZONES[int(code)]


def rows_of_state(overlay: PlanOverlay, plans: pd.DataFrame, state: str) -> LongArray:
    """Choose the pairs of part and plan that a reading rests on.

    Parameters
    ----------
    overlay
        Parts of sites and the plans over them.
    plans
        Plan table the overlay was made with, in its order.
    state
        One of ``STATES``.
    """
    is_framework = (plans["level"] == "framework").to_numpy()[overlay.plan_idx]
    is_proposed = (plans["status"] == "proposed").to_numpy()[overlay.plan_idx]
    if state == "ruling":
        return np.flatnonzero(~is_proposed)
    of_kind = is_framework if state.startswith("potential") else ~is_framework
    if not state.endswith("if_adopted"):
        return np.flatnonzero(of_kind & ~is_proposed)
    n_parts = len(overlay.shapes)
    proposed = np.bincount(overlay.part_idx[of_kind & is_proposed], minlength=n_parts) > 0
    return np.flatnonzero(of_kind & (is_proposed == proposed[overlay.part_idx]))


@dataclass(frozen=True)
class Ruling:
    """Hold what rules of one quantity in one reading, per part ``(n_parts,)``.

    Parameters
    ----------
    value
        Value stated, nan where unknown; zones by their position.
    ratio_basis
        Basis of a floor area ratio, nan where there is none.
    plan
        Position of the plan cited, -1 where none.
    reason
        Why the value is unknown, as tables hold reasons; empty where known.
    is_covered
        Whether any plan of the reading lies over the part, whatever it states.
    """

    value: FloatArray
    ratio_basis: FloatArray
    plan: LongArray
    reason: npt.NDArray[np.object_]
    is_covered: npt.NDArray[np.bool_]


def rule(overlay: PlanOverlay, plans: pd.DataFrame) -> dict[str, dict[str, Ruling]]:
    """Give what rules in every part, by reading and quantity.

    Parameters
    ----------
    overlay, plans
        As in :func:`rows_of_state`.
    """
    stated = _Stated(plans)
    return {
        state: dict(_rule(overlay, stated, rows_of_state(overlay, plans, state), state))
        for state in STATES
    }


class _Stated:
    """Hold what plans say as arrays, ``(n_plans,)``."""

    def __init__(self, plans: pd.DataFrame) -> None:
        self.plan_id = plans["plan_id"].to_numpy(str)
        self.level = plans["level"].to_numpy(str)
        self.rank = plans["level"].map(LEVELS.index).to_numpy(np.int64)
        dated = plans["dated"].fillna("").str.replace("-", "").to_numpy(str)
        _, order = np.unique(dated, return_inverse=True)
        self.age = -order.astype(np.int64)  # from the one dated last to the undated
        self.is_complex = plans["is_complex"].astype("boolean").fillna(value=False).to_numpy(bool)
        self.basis = number(plans, "ratio_basis")
        self.of = {quantity: _numbers_of(plans, quantity) for quantity in QUANTITIES}


def _rule(
    overlay: PlanOverlay, stated: _Stated, rows: LongArray, state: str
) -> Iterator[tuple[str, Ruling]]:
    part, plan = overlay.part_idx[rows], overlay.plan_idx[rows]
    rank, age, basis = stated.rank[plan], stated.age[plan], stated.basis[plan]
    is_covered = np.bincount(part, minlength=len(overlay.shapes)) > 0
    for quantity in QUANTITIES:
        value = stated.of[quantity][plan]
        is_doubtful = stated.is_complex[plan] & (quantity in _OF_THE_BUILDING)
        claims = ~np.isnan(value) | is_doubtful
        top_rank = np.full(len(is_covered), -1)
        np.maximum.at(top_rank, part[claims], rank[claims])
        at = np.flatnonzero(claims & (rank == top_rank[part]))
        # of one part, the plan dated last comes first
        at = at[np.lexsort((plan[at], age[at], part[at]))]
        top = _Claims(
            part[at],
            plan[at],
            value[at],
            basis[at] if quantity == "floor_area_ratio" else np.full(len(at), np.nan),
            is_doubtful[at],
        )
        yield quantity, _ruled(top, stated, is_covered, quantity, state)


@dataclass(frozen=True)
class _Claims:
    """Hold what plans of the ruling level say of one quantity, in order of parts."""

    part: LongArray
    plan: LongArray
    value: FloatArray
    basis: FloatArray
    is_complex: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.bool_]) -> "_Claims":
        """Choose rows."""
        return _Claims(
            self.part[rows],
            self.plan[rows],
            self.value[rows],
            self.basis[rows],
            self.is_complex[rows],
        )


def _numbers_of(plans: pd.DataFrame, quantity: str) -> np.ndarray:
    """Return what plans state as numbers, nan where silent; zones by their position."""
    if quantity == "zone_status":
        codes = plans[quantity].map({name: i for i, name in enumerate(_ZONES)})
        return codes.to_numpy(float, na_value=np.nan)
    return number(plans, quantity)


def number(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as float64, nan where null."""
    return frame[column].to_numpy(float, na_value=np.nan)


def _ruled(
    top: _Claims,
    stated: _Stated,
    is_covered: npt.NDArray[np.bool_],
    quantity: str,
    state: str,
) -> Ruling:
    n_parts = len(is_covered)
    key = top.value + _BASIS_STEP * np.nan_to_num(top.basis)
    least, most = np.full(n_parts, np.inf), np.full(n_parts, -np.inf)
    np.fmin.at(least, top.part, key)
    np.fmax.at(most, top.part, key)
    is_complex = np.bincount(top.part[top.is_complex], minlength=n_parts) > 0
    is_certain = (least == most) & ~is_complex
    is_first = np.append(True, top.part[1:] != top.part[:-1])[: len(top.part)]
    cited = top.take(is_first)
    certain = cited.take(is_certain[cited.part])
    value, basis = np.full(n_parts, np.nan), np.full(n_parts, np.nan)
    plan = np.full(n_parts, -1, dtype=np.int64)
    plan[cited.part] = cited.plan
    value[certain.part], basis[certain.part] = certain.value, certain.basis
    reason = np.full(n_parts, "", dtype=object)
    reason[plan < 0] = str(Reason("plan_silent", reading=state, quantity=quantity))
    reason[~is_covered] = str(Reason("plan_absent", reading=state))
    for part, doubt in _doubts(top.take(~is_certain[top.part]), stated, quantity):
        reason[part] = str(doubt)
    return Ruling(value, basis, plan, reason, is_covered)


def _doubts(top: _Claims, stated: _Stated, quantity: str) -> Iterator[tuple[int, Reason]]:
    """Say why a value is in doubt, part by part."""
    ids, levels = stated.plan_id, stated.level
    starts = np.flatnonzero(np.append(True, top.part[1:] != top.part[:-1])[: len(top.part)])
    for rows in np.split(np.arange(len(top.part)), starts)[1:]:
        part = int(top.part[rows[0]])
        complex_ids = sorted(set(ids[top.plan[rows[top.is_complex[rows]]]]))
        if complex_ids:
            yield part, Reason("plan_complex", plans=tuple(complex_ids[:_MOST_NAMED]))
        else:
            claims = sorted({(str(ids[top.plan[i]]), top.value[i], top.basis[i]) for i in rows})
            yield (
                part,
                Reason(
                    "plans_disagree",
                    level=str(levels[top.plan[rows[0]]]),
                    claims=tuple(_claim(quantity, *claim) for claim in claims[:_MOST_NAMED]),
                ),
            )


def _claim(quantity: str, plan: str, value: float, basis: float) -> Reason:
    """Say what one of several plans that disagree states."""
    if quantity == "zone_status":
        return Reason("claim_zone", plan=plan, zone=str(zone_name(value)))
    if quantity == "use_code":
        return Reason("claim_use", plan=plan, use=int(value))
    if quantity != "floor_area_ratio":
        return Reason("claim_number", plan=plan, value=float(value))
    if np.isnan(basis):
        return Reason("claim_ratio", plan=plan, ratio=float(value))
    return Reason("claim_ratio_of", plan=plan, ratio=float(value), basis=int(basis))


def regulation_note(dated: object) -> str:
    """Say that an old plan is reckoned by the building regulation of its time; else nothing.

    Examples
    --------
    >>> regulation_note("1984-03-15")
    '{"code": "old_building_regulation", "before": 1995, "year": 1984}'
    >>> regulation_note("2021-04-26")
    ''
    """
    text = str(dated)[:4]
    if not text.isdigit():
        return ""
    older = [year for year in _REGULATION_YEARS if int(text) < year]
    if not older:
        return ""
    return str(Reason("old_building_regulation", year=int(text), before=older[0]))
