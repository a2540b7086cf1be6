"""What plans say of a brief's site, every value with plan number, level, date and document."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geo_planner.land.factors import readiness_rows
from geo_planner.packaged import packaged_rows
from geo_planner.pages.brief.subject import Subject
from geo_planner.reasons import short_reason
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE

_COLUMNS = {"now": "brief_in_force", "potential": "brief_framework", "if_adopted": "brief_proposed"}
_WHOLE_SHARE = 0.995
_OPEN_SHARE = 0.005
_MOST_NOTES = 2
_MOST_USES = 3
_FIELD = "building_field"

Item = dict[str, Any]


def plan_section(subject: Subject) -> dict[str, Any]:
    """Lay out the plans: one column a reading, one row a value, and the plans that are cited.

    Returns
    -------
    dict
        ``columns`` (name and share of the site), ``rows`` (label and cells of value and reference
        numbers), ``plans`` (numbered ids by level, date and url), their ``count``, ``notes`` (what
        is open and why).
    """
    text = subject.text("citations")
    items = [item for item in json.loads(text or "[]") if item["value"] is not None]
    in_force = {item["plan_id"] for item in items if item["state"] == "now"}
    proposed = {item["plan_id"] for item in items if item["state"] == "if_adopted"}
    # a third reading only where a proposal would change something
    readings = ["now", "potential", *(["if_adopted"] if proposed - in_force else [])]
    shown = [item for item in items if item["state"] in readings]
    plans = dict.fromkeys(_plan_of(item) for item in shown)
    numbers = {plan: i + 1 for i, plan in enumerate(plans)}
    shares = [_share_words(subject, _of(items, [s], ("use_code",))) for s in readings]
    # in force there is none: nothing to ask for
    no_local_plan = subject.number("local_plan_share") == 0
    rows = []
    for label, quantities in _ROWS:
        found = [_of(items, [state], quantities) for state in readings]
        if quantities == _MAY_BE_SILENT and not any(found):
            continue
        cells = [
            _cell(
                subject,
                own,
                quantities,
                numbers,
                share,
                is_absent=no_local_plan and reading == "now",
            )
            for own, share, reading in zip(found, shares, readings, strict=True)
        ]
        rows.append({"label": subject.words(label), "cells": cells})
    return {
        "columns": [
            {"name": subject.words(_COLUMNS[state]), "share": share}
            for state, share in zip(readings, shares, strict=True)
        ],
        "rows": rows,
        "plans": _cited(subject, numbers),
        "count": len(numbers),
        "notes": _notes(subject),
    }


def _of(items: Sequence[Item], states: Sequence[str], quantities: Sequence[str]) -> list[Item]:
    return [i for i in items if i["state"] in states and i["quantity"] in quantities]


def _plan_of(item: Item) -> tuple[str, ...]:
    keys = ("plan_id", "level", "dated", "document_url")
    return tuple(str(item[key] or "") for key in keys)


def _cell(
    subject: Subject,
    items: Sequence[Item],
    quantities: tuple[str, ...],
    numbers: Mapping[tuple[str, ...], int],
    share: str,
    *,
    is_absent: bool,
) -> dict[str, Any]:
    if not items and is_absent:
        return {"value": subject.words("brief_no_plan"), "is_open": False, "refs": [], "share": ""}
    if not items:
        is_open = quantities != _MAY_BE_SILENT
        value = subject.ask if is_open else subject.words("brief_not_stated")
        return {"value": value, "is_open": is_open, "refs": [], "share": ""}
    refs = sorted({numbers[_plan_of(item)] for item in items})
    own_share = _share_words(subject, items)
    return {
        "value": _value(subject, items, quantities),
        "is_open": False,
        "refs": _runs(refs),
        "share": own_share if own_share != share else "",
    }


def _runs(numbers: Sequence[int]) -> str:
    """Write numbers with runs of three or more drawn together.

    Examples
    --------
    >>> _runs([1, 2, 4, 5, 6])
    '1,2,4–6'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    least = 3
    parts = [
        [f"{run[0]}{EN_DASH}{run[-1]}"] if len(run) >= least else [str(n) for n in run]
        for run in runs
    ]
    return ",".join(text for part in parts for text in part)


def _share_words(subject: Subject, items: Sequence[Item]) -> str:
    """Say on how much of the site a value is stated; nothing where it is on all of it."""
    share = _share(items) if items else 1.0
    if share >= _WHOLE_SHARE:
        return ""
    return subject.words("brief_of_site", share=subject.words.figure(share, "share"))


def _value(subject: Subject, items: Sequence[Item], quantities: tuple[str, ...]) -> str:
    """Write what plans state; floors and height share a cell, as the classes do."""
    if quantities == _CLASSES:
        return _span(subject, _values(items, quantities))
    parts = [_WRITERS[q](subject, _values(items, (q,))) for q in quantities if _values(items, (q,))]
    return " · ".join(parts)


def _values(items: Sequence[Item], quantities: tuple[str, ...]) -> list[Any]:
    return list(dict.fromkeys(i["value"] for i in items if i["quantity"] in quantities))


def _share(items: Sequence[Item]) -> float:
    """Sum the share of the site a value is stated for; building fields lie in what others state."""
    first = items[0]["quantity"]
    own = [i for i in items if i["quantity"] == first]
    areas = [i for i in own if i["level"] != _FIELD] or own
    return min(1.0, sum(float(item["share"]) for item in areas))


def _uses(subject: Subject, values: list[Any]) -> str:
    names = [subject.words.phrases.get(f"use_{int(value)}", str(value)) for value in values]
    more = [f"+{len(names) - _MOST_USES}"] if len(names) > _MOST_USES else []
    return ", ".join([*names[:_MOST_USES], *more])


def _span(subject: Subject, values: list[Any], decimals: int = 0) -> str:
    ends = (float(min(values)), float(max(values)))
    texts = [subject.words.number(end, 0 if end.is_integer() else decimals) for end in ends]
    return texts[0] if texts[0] == texts[1] else f"{texts[0]}{EN_DASH}{texts[1]}"


def _percent(subject: Subject, values: list[Any]) -> str:
    return f"{_span(subject, [round(100 * float(v)) for v in values])}{NO_BREAK_SPACE}%"


def _metres(subject: Subject, values: list[Any]) -> str:
    return f"{_span(subject, values, 1)}{NO_BREAK_SPACE}m"


def _floors(subject: Subject, values: list[Any]) -> str:
    return _span(subject, values, 1)


def _square_metres(subject: Subject, values: list[Any]) -> str:
    return f"{_span(subject, values)}{NO_BREAK_SPACE}m²"


def _zones(subject: Subject, values: list[Any]) -> str:
    return ", ".join(zone_words(subject, str(value)) for value in values)


def zone_words(subject: Subject, zone: str | None) -> str:
    """Name a planning zone, or that it is to be asked for."""
    if not zone:
        return subject.ask
    return subject.words.phrases.get(f"zone_{zone}", zone)


_CLASSES = ("env_class_min", "env_class_max")
_MAY_BE_SILENT = ("max_floor_area_m2",)
_ROWS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("brief_use", ("use_code",)),
    ("brief_ratio", ("floor_area_ratio",)),
    ("brief_floors_height", ("max_floors", "max_height_m")),
    ("brief_stated_area", _MAY_BE_SILENT),
    ("brief_class", _CLASSES),
    ("brief_zone", ("zone_status",)),
)
_WRITERS: Mapping[str, Callable[[Subject, list[Any]], str]] = {
    "use_code": _uses,
    "floor_area_ratio": _percent,
    "max_floors": _floors,
    "max_height_m": _metres,
    "max_floor_area_m2": _square_metres,
    "zone_status": _zones,
}


def _cited(subject: Subject, numbers: Mapping[tuple[str, ...], int]) -> list[dict[str, Any]]:
    """Group the cited plans by level, date and document; each keeps its number."""
    groups: dict[tuple[str, ...], dict[str, Any]] = {}
    for (plan_id, level, dated, url), number in numbers.items():
        group = groups.setdefault(
            (level, dated, url),
            {
                "level": subject.words.phrases.get(f"level_{level}", level),
                "date": subject.words.day(dated) if dated else subject.words("brief_undated"),
                "url": url if url.startswith(("https://", "http://")) else "",
                "ids": [],
            },
        )
        group["ids"].append({"number": number, "id": plan_id})
    return list(groups.values())


def _notes(subject: Subject) -> list[str]:
    """Say what the plans leave open, one line for the values that share a reason."""
    by_reason: dict[str, tuple[list[str], float]] = {}
    for item in subject.reasons("unknown"):
        open_value: Mapping[str, Any] = dict(item.values)
        if open_value["share"] < _OPEN_SHARE:
            continue
        name = subject.words(f"brief_open_{open_value['quantity']}")
        reason = subject.reasons_text([short_reason(open_value["reason"])])
        names, share = by_reason.get(reason, ([], 0.0))
        by_reason[reason] = ([*names, name], max(share, float(open_value["share"])))
    return [
        subject.words(
            "brief_open",
            what=", ".join(names),
            reason=reason,
            share=subject.words.figure(share, "share"),
        )
        for reason, (names, share) in list(by_reason.items())[:_MOST_NOTES]
    ]


def readiness_rows_of(subject: Subject) -> list[dict[str, str]]:
    """Tell the stage of planning, the years to a permit, the ratio's basis and parking."""
    words = subject.words
    rows = [{"label": words("brief_stage"), "value": _stage(subject)}]
    parking = subject.text("parking") or "unknown"
    norm = words.phrases.get(f"parking_{parking.replace(' ', '_')}")
    is_known = parking != "unknown" and norm is not None
    parking_words = words("brief_parking_norm", norm=norm) if is_known else subject.ask
    basis = subject.number("ratio_basis")
    if basis is not None:
        reckoned = words.phrases.get(f"brief_basis_{basis:.0f}", f"{basis:.0f}")
        parking_words = f"{parking_words} · {words('brief_basis', unit=reckoned)}"
    rows.append({"label": words("brief_parking"), "value": parking_words})
    blocked = subject.number("blocked_share")
    if blocked:
        value = words("brief_blocked_share", share=words.figure(blocked, "share"))
        rows.append({"label": words("brief_blocked"), "value": value})
    return rows


def _stage(subject: Subject) -> str:
    stage = subject.number("stage")
    if stage is None:
        return subject.ask
    words = subject.words
    meanings = {
        row["stage"]: row[f"meaning_{words.language}"] for row in packaged_rows("readiness")
    }
    row = readiness_rows().loc[int(stage)]
    low, high = float(row["years_low"]), float(row["years_high"])
    years = f"{_years(subject, low)}+" if math.isnan(high) else _years(subject, low, high)
    span_words = words("brief_years", years=years)
    return f"{stage:.0f}: {meanings[f'{stage:.0f}']} ({span_words})"


def _years(subject: Subject, low: float, high: float | None = None) -> str:
    ends = [low] if high is None or high == low else [low, high]
    return EN_DASH.join(subject.words.number(e, 0 if e.is_integer() else 1) for e in ends)
