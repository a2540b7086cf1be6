"""Land, the jobs target and the policy before and after, as lines and rows in words."""

import math
from collections.abc import Iterator
from typing import Any

from geo_planner.compare import Comparison
from geo_planner.pages.compare.signs import change_of
from geo_planner.pages.drawing.layers import text_of
from geo_planner.policy.answers import AGAINST, WHOLE_AREA
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_MOST_LINES = 8
_MOST_INDICATORS = 12
_CASES = ("low", "likely", "high")


def land_lines(comparison: Comparison, words: Wording) -> list[str]:
    """Say which sites breach plans, change stage or lose environmental class.

    Returns
    -------
    list of str
        At most eight lines, breaches first.
    """
    rows = comparison.land.drop(columns="geometry", errors="ignore")
    weighed = [
        (order, line)
        for site, row in zip(rows.index, rows.to_dict("records"), strict=True)
        for order, line in _site_lines(text_of(row.get("name")) or str(site), row, words)
    ]
    return [line for _, line in sorted(weighed, key=lambda pair: pair[0])][:_MOST_LINES]


def _site_lines(name: str, row: dict[str, Any], words: Wording) -> Iterator[tuple[int, str]]:
    if row.get("is_breached") is True:
        area = f"{words.number(round(row['overbuilt_m2_b'], -2))}{NO_BREAK_SPACE}m²"
        yield 0, words("land_breached", name=name, area=area)
    before, after = _number(row.get("env_class_before")), _number(row.get("env_class_after"))
    if not math.isnan(before - after):
        distance = words.figure(_number(row.get("homes_distance_m")), "m")
        yield (
            1,
            words(
                "land_class_lowered",
                name=name,
                distance=distance,
                before=words.number(before),
                after=words.number(after),
            ),
        )
    stages = _number(row.get("stage_a")), _number(row.get("stage_b"))
    if stages[0] != stages[1] and not math.isnan(stages[0] - stages[1]):
        shown = [words.number(stage) for stage in stages]
        yield 2, words("land_stage", name=name, before=shown[0], after=shown[1])


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def target_rows(comparison: Comparison, words: Wording) -> list[dict[str, str]]:
    """Lay out what reaches the jobs target before and after; empty where it was not asked for."""
    table = comparison.target
    if not len(table):
        return []
    rows = []
    for case in _CASES:
        found = table[table["case"] == case].set_index("figure")
        if not len(found):
            continue
        first = found.iloc[0]
        room = [float(found[side].get("reachable_jobs", math.nan)) for side in "ab"]
        rows.append(
            {
                "case": words(f"case_{case}"),
                "room_a": words.figure(room[0], "jobs"),
                "room_b": words.figure(room[1], "jobs"),
                "sites_a": _sites(comparison, first["sites_a"], first["reasons_a"], words),
                "sites_b": _sites(comparison, first["sites_b"], first["reasons_b"], words),
            }
        )
    return rows


def target_jobs(comparison: Comparison) -> float:
    """Return the number of jobs asked for; nan where none was, or no case reaches it."""
    table = comparison.target
    if not len(table):
        return math.nan
    return float(table.loc[table["figure"] == "jobs", ["a", "b"]].min(axis=None))


def _sites(comparison: Comparison, ids: Any, cell: Any, words: Wording) -> str:
    """Name the sites opened, or say that the target is not reached."""
    names = comparison.sites.get("name", comparison.sites.index)
    by_id = dict(zip(comparison.sites.index, names, strict=True))
    opened = [text_of(by_id.get(site)) or site for site in str(ids or "").split()]
    if opened:
        return ", ".join(opened)
    reason = reasons_words(text_of(cell), words)
    return f"{words('target_not_reached')}: {reason}" if reason else words("target_not_reached")


def policy_rows(comparison: Comparison, words: Wording) -> dict[str, Any] | None:
    """Lay out the indicators that change, the first twelve; None where they were not asked for."""
    table = comparison.policy
    if not len(table):
        return None
    with_both = table[table["difference"].notna()]
    changed = with_both[with_both["difference"] != 0]
    rows = [_policy_row(row, words) for row in changed.head(_MOST_INDICATORS).to_dict("records")]
    return {
        "rows": rows,
        "same": words.number(len(with_both) - len(changed)),
        "unknown": words.number(len(table) - len(with_both)),
    }


def _policy_row(row: dict[str, Any], words: Wording) -> dict[str, str]:
    change = change_of(float(row["value_a"]), float(row["value_b"]), str(row["unit"]), words)
    named = words.label(f"indicator_{row['id']}", text_of(row[f"label_{words.language}"]) or "")
    area = text_of(row["area"]) or ""
    reference = area.removeprefix(AGAINST)
    if area == WHOLE_AREA:
        area = words("area_whole")
    elif reference != area:
        area = words("area_against", area=reference)
    return {
        "label": " · ".join(part for part in (named, area) if part),
        "a": change.before,
        "b": change.after,
        "difference": change.difference,
        "trend": change.trend,
    }
