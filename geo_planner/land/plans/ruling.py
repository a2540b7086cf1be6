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

from geo_planner.land.plans.overlay import FloatArray, IntArray, PlanOverlay

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


def rows_of_state(overlay: PlanOverlay, plans: pd.DataFrame, state: str) -> IntArray:
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
        Why the value is unknown; empty where known.
    """

    value: FloatArray
    ratio_basis: FloatArray
    plan: IntArray
    reason: npt.NDArray[np.object_]


def rule(overlay: PlanOverlay, plans: pd.DataFrame) -> dict[str, dict[str, Ruling]]:
    """Give what rules in every part, by reading and quantity.

    Parameters
    ----------
    overlay, plans
        As in :func:`rows_of_state`.
    """
    said = _Said(plans)
    return {
        state: dict(_rule(overlay, said, rows_of_state(overlay, plans, state), state))
        for state in STATES
    }


class _Said:
    """Hold what plans say as arrays, ``(n_plans,)``."""

    def __init__(self, plans: pd.DataFrame) -> None:
        self.plan_id = plans["plan_id"].to_numpy(str)
        self.level = plans["level"].to_numpy(str)
        self.rank = plans["level"].map(LEVELS.index).to_numpy(np.int64)
        self.age = _age(plans)
        self.is_complex = plans["is_complex"].astype("boolean").fillna(value=False).to_numpy(bool)
        self.basis = number(plans, "ratio_basis")
        self.of = {quantity: _stated(plans, quantity) for quantity in QUANTITIES}


def _rule(
    overlay: PlanOverlay, said: _Said, rows: IntArray, state: str
) -> Iterator[tuple[str, Ruling]]:
    part, plan = overlay.part_idx[rows], overlay.plan_idx[rows]
    rank, age, basis = said.rank[plan], said.age[plan], said.basis[plan]
    is_covered = np.bincount(part, minlength=len(overlay.shapes)) > 0
    for quantity in QUANTITIES:
        value = said.of[quantity][plan]
        is_doubtful = said.is_complex[plan] & (quantity in _OF_THE_BUILDING)
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
        yield quantity, _ruled(top, said, is_covered, quantity, state)


@dataclass(frozen=True)
class _Claims:
    """Hold what plans of the ruling level say of one quantity, in order of parts."""

    part: IntArray
    plan: IntArray
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


def _age(plans: pd.DataFrame) -> IntArray:
    """Rank plans from the one dated last to the undated."""
    dated = plans["dated"].fillna("").str.replace("-", "").to_numpy(str)
    _, order = np.unique(dated, return_inverse=True)
    return -order.astype(np.int64)


def _stated(plans: pd.DataFrame, quantity: str) -> np.ndarray:
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
    said: _Said,
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
    is_sure = (least == most) & ~is_complex
    is_first = np.append(True, top.part[1:] != top.part[:-1])[: len(top.part)]
    cited = top.take(is_first)
    sure = cited.take(is_sure[cited.part])
    value, basis = np.full(n_parts, np.nan), np.full(n_parts, np.nan)
    plan = np.full(n_parts, -1, dtype=np.int64)
    plan[cited.part] = cited.plan
    value[sure.part], basis[sure.part] = sure.value, sure.basis
    words = _SILENT.get(state, "no plan")
    reason = np.full(n_parts, "", dtype=object)
    reason[plan < 0] = f"{words} states {_WORDS[quantity]}"
    reason[~is_covered] = f"{words} covers this part"
    for part, doubt in _doubts(top.take(~is_sure[top.part]), said, quantity):
        reason[part] = doubt
    return Ruling(value, basis, plan, reason)


_SILENT = {
    "now": "no local plan",
    "potential": "no framework",
    "if_adopted": "no local plan or proposal",
    "potential_if_adopted": "no framework or proposal",
}
_WORDS = {
    "use_code": "a use",
    "floor_area_ratio": "a floor area ratio",
    "max_floors": "floors",
    "max_height_m": "a height",
    "env_class_min": "a lowest environmental class",
    "env_class_max": "a highest environmental class",
    "zone_status": "a zone",
}


def _doubts(top: _Claims, said: _Said, quantity: str) -> Iterator[tuple[int, str]]:
    """Say why a value is in doubt, part by part."""
    ids, levels = said.plan_id, said.level
    starts = np.flatnonzero(np.append(True, top.part[1:] != top.part[:-1])[: len(top.part)])
    for rows in np.split(np.arange(len(top.part)), starts)[1:]:
        part = int(top.part[rows[0]])
        complex_ids = sorted(set(ids[top.plan[rows[top.is_complex[rows]]]]))
        if complex_ids:
            named = ", ".join(complex_ids[:_MOST_NAMED])
            yield part, f"the register marks {named} complex: its fields do not hold its rules"
        else:
            shown = [
                f"{ids[top.plan[i]]} ({_shown(top.value[i], top.basis[i], quantity)})" for i in rows
            ]
            level = levels[top.plan[rows[0]]].replace("_", " ")
            named = ", ".join(sorted(shown)[:_MOST_NAMED])
            yield part, f"plans of one level ({level}) overlap and disagree: {named}"


def _shown(value: float, basis: float, quantity: str) -> str:
    if quantity == "zone_status":
        return str(zone_name(value))
    return f"{value:g}" if np.isnan(basis) else f"{value:g} by basis {basis:g}"


def regulation_note(dated: object) -> str:
    """Say that an old plan is reckoned by the building regulation of its time; else nothing.

    Examples
    --------
    >>> regulation_note("1984-03-15")
    'plan of 1984: floor area is reckoned by the building regulation of its time (before 1995)'
    >>> regulation_note("2021-04-26")
    ''
    """
    text = str(dated)[:4]
    if not text.isdigit():
        return ""
    older = [year for year in _REGULATION_YEARS if int(text) < year]
    if not older:
        return ""
    return (
        f"plan of {text}: floor area is reckoned by the building regulation of its time "
        f"(before {older[0]})"
    )
