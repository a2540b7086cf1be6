"""Which plan rules: for each part and value the most detailed level that states it.

Five readings of the same plans. ``ruling`` takes every adopted level; ``now`` only adopted local
plans and their sub-areas, for only they give a right; ``potential`` only adopted frameworks;
``if_adopted`` and ``potential_if_adopted`` put proposals in the place of what they lie over. Where
plans of the ruling level disagree and where none states the value, it is unknown, and the reason
says so. So are ratio, floors and height where the ruling plan is marked complex.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from geo_planner.land.plans_overlay import IntArray, Overlay

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


def rows_of_state(overlay: Overlay, plans: pd.DataFrame, state: str) -> IntArray:
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


def rule(overlay: Overlay, plans: pd.DataFrame, state: str) -> Iterator[pd.DataFrame]:
    """Give the ruling value of every part, one frame per quantity.

    Parameters
    ----------
    overlay, plans, state
        As in :func:`rows_of_state`.

    Yields
    ------
    DataFrame
        One row per part: ``value`` (nan where unknown), ``ratio_basis`` (of the ratio), ``plan``
        (position of the plan cited, -1 where none) and ``reason`` (empty where known).
    """
    rows = rows_of_state(overlay, plans, state)
    part, plan = overlay.part_idx[rows], overlay.plan_idx[rows]
    rank = plans["level"].map(LEVELS.index).to_numpy(np.int64)[plan]
    is_complex = plans["is_complex"].astype("boolean").fillna(value=False).to_numpy(bool)[plan]
    is_covered = np.bincount(part, minlength=len(overlay.shapes)) > 0
    for quantity in QUANTITIES:
        value = stated(plans, quantity)[plan]
        is_doubtful = is_complex & (quantity in _OF_THE_BUILDING)
        claims = ~np.isnan(value) | is_doubtful
        found = pd.DataFrame(
            {
                "part": part[claims],
                "plan": plan[claims],
                "rank": rank[claims],
                "value": value[claims],
                "is_complex": is_doubtful[claims],
            }
        )
        found["basis"] = (
            number(plans, "ratio_basis")[found["plan"]]
            if quantity == "floor_area_ratio"
            else np.nan
        )
        yield _ruled(found, plans, is_covered, quantity, state)


def stated(plans: pd.DataFrame, quantity: str) -> np.ndarray:
    """Return what plans state as numbers, nan where silent; zones by their position."""
    if quantity == "zone_status":
        codes = plans[quantity].map({name: i for i, name in enumerate(_ZONES)})
        return codes.to_numpy(float, na_value=np.nan)
    return number(plans, quantity)


def number(frame: pd.DataFrame, column: str) -> np.ndarray:
    """Return a column as float64, nan where null."""
    return frame[column].to_numpy(float, na_value=np.nan)


def _ruled(
    found: pd.DataFrame, plans: pd.DataFrame, is_covered: np.ndarray, quantity: str, state: str
) -> pd.DataFrame:
    top = found[found["rank"] == found.groupby("part")["rank"].transform("max")]
    key = top["value"] + _BASIS_STEP * top["basis"].fillna(0.0)
    by_part = top.assign(key=key).groupby("part")
    n_values = by_part["key"].nunique()
    any_complex = by_part["is_complex"].any()
    cited = _newest(top, plans)
    ruled = pd.DataFrame(
        {"value": np.nan, "ratio_basis": np.nan, "plan": -1, "reason": ""},
        index=range(len(is_covered)),
    )
    ruled.loc[cited.index, "plan"] = cited["plan"]
    is_sure = (n_values == 1) & ~any_complex
    sure = cited[is_sure.reindex(cited.index)]
    ruled.loc[sure.index, "value"] = sure["value"]
    ruled.loc[sure.index, "ratio_basis"] = sure["basis"]
    words = _SILENT.get(state, "no plan")
    ruled.loc[ruled["plan"] < 0, "reason"] = f"{words} states {_WORDS[quantity]}"
    ruled.loc[~is_covered, "reason"] = f"{words} covers this part"
    for part, reason in _doubts(top[~top["part"].map(is_sure).to_numpy(bool)], plans, quantity):
        ruled.loc[part, "reason"] = reason
    return ruled


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


def _newest(top: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Cite, of plans that agree, the one dated last, then the first by position."""
    dated = plans["dated"].fillna("").to_numpy(str)[top["plan"]]
    order = top.assign(dated=dated).sort_values(
        ["part", "dated", "plan"], ascending=[True, False, True], kind="stable"
    )
    return order.drop_duplicates("part").set_index("part")


def _doubts(top: pd.DataFrame, plans: pd.DataFrame, quantity: str) -> Iterator[tuple[int, str]]:
    """Say why a value is in doubt, part by part."""
    ids, levels = plans["plan_id"].to_numpy(str), plans["level"].to_numpy(str)
    for part, rows in top.groupby("part"):
        at = rows["plan"].to_numpy()
        complex_ids = sorted(set(ids[at[rows["is_complex"].to_numpy(bool)]]))
        if complex_ids:
            named = ", ".join(complex_ids[:_MOST_NAMED])
            yield int(part), f"the register marks {named} complex: its fields do not hold its rules"
        else:
            shown = [
                f"{ids[i]} ({_shown(value, basis, quantity)})"
                for i, value, basis in zip(at, rows["value"], rows["basis"], strict=True)
            ]
            named = ", ".join(shown[:_MOST_NAMED])
            level = levels[at[0]].replace("_", " ")
            yield int(part), f"plans of one level ({level}) overlap and disagree: {named}"


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
