"""What plans, capacity, environment, stations and constraints say of one site, for its card."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from geo_planner.land.stations.office_rule import NO_RULE
from geo_planner.packaged import packaged_rows
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.chain import jobs_chain
from geo_planner.palette import PLAN_USES
from geo_planner.reasons import Reason, read_reasons
from geo_planner.sources.constraint_kinds import read_constraint_kinds
from geo_planner.words.reasons import reason_words, reasons_words
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE, Wording

Section = dict[str, Any]
Pair = list[str]

_METHODS = ("municipal", "network", "circle")
_SEEN = ("conflict", "none")
_MOST_CONFLICTS = 6
_MOST_NAMES = 3
_HOLDS_ALL = 0.9995


def key_rows(view: View, row: pd.Series) -> list[Pair]:
    """Give the facts of land that a card shows first: jobs, stage with years, class."""
    if "jobs_likely" not in row:
        return []
    words = view.words
    return [
        [words("jobs_likely_row"), jobs_text(words, row)],
        [words("stage_row"), stage_text(words, row)],
        [words("env_possible"), _class(words, row["env_class_possible"])],
    ]


def land_sections(view: View, row: pd.Series) -> list[Section]:
    """Lay out what is known of a site's land: ``title``, ``rows`` of label and value, ``notes``."""
    if "jobs_likely" not in row:
        return []
    makers: tuple[Callable[[View, pd.Series], Section], ...] = (
        _plan, _capacity, _environment, _station, _constraints,
    )  # fmt: skip
    return [make(view, row) for make in makers]


def jobs_text(words: Wording, row: pd.Series) -> str:
    """Write likely jobs with their range; the word for unknown where plans leave them open."""
    if pd.isna(row["jobs_likely"]):
        return words("unknown")
    likely, span = words.figure(row["jobs_likely"], "jobs"), jobs_range(words, row)
    return f"{likely} ({span})" if span else likely


def jobs_range(words: Wording, row: pd.Series) -> str:
    """Write the range of jobs; empty where it is one number."""
    ends = [words.figure(row[f"jobs_{end}"], "jobs") for end in ("low", "high")]
    if ends[0] == ends[1]:
        return ""
    return f"{ends[0]}{NO_BREAK_SPACE}{EN_DASH}{NO_BREAK_SPACE}{ends[1]}"


def stage_text(words: Wording, row: pd.Series) -> str:
    """Write the stage of planning with the years to a permit."""
    if pd.isna(row["stage"]):
        return words("unknown")
    low, high = row["years_low"], row["years_high"]
    if pd.isna(high):
        years = words("years_from", low=_year(words, low))
    elif low == high:
        years = words("years_one", low=_year(words, low))
    else:
        years = words("years_span", low=_year(words, low), high=_year(words, high))
    return f"{int(row['stage'])} · {years}"


@cache
def stage_meanings(language: str) -> Mapping[int, str]:
    """Say what each stage of planning means."""
    rows = packaged_rows("readiness")
    return {int(row["stage"]): row[f"meaning_{language}"] for row in rows}


def kind_label(view: View, kind: str) -> str:
    """Name a kind of constraint."""
    packaged = read_constraint_kinds().get(kind)
    return packaged.labels[view.words.language] if packaged else kind.replace("_", " ")


def _year(words: Wording, value: float) -> str:
    return words.number(value, 0 if float(value).is_integer() else 1)


def _class(words: Wording, value: float) -> str:
    return words("unknown") if pd.isna(value) else words.number(value)


def floor_area_text(words: Wording, value: float) -> str:
    """Write floor area in whole hundreds of m², never in hectares of ground."""
    if pd.isna(value):
        return words("unknown")
    return f"{words.number(round(float(value), -2))}{NO_BREAK_SPACE}m²"


def _named(words: Wording, prefix: str, value: Any) -> str:
    """Name a value of the analysis; one without a phrase as it is."""
    text = text_of(value)
    if text is None:
        return words("unknown")
    return words.phrases.get(f"{prefix}_{text.replace(' ', '_')}", text.replace("_", " "))


def _section(title: str, rows: list[Pair], notes: list[str]) -> Section:
    return {"title": title, "rows": rows, "notes": [note for note in notes if note]}


def _plan(view: View, row: pd.Series) -> Section:
    words = view.words
    code = None if pd.isna(row["use_code"]) else int(row["use_code"])
    use = words(f"use_{code}") if code in PLAN_USES else words("unknown")
    meaning = "" if pd.isna(row["stage"]) else stage_meanings(words.language)[int(row["stage"])]
    height = words("unknown")
    if pd.notna(row["max_height_m"]):
        height = f"{_year(words, row['max_height_m'])}{NO_BREAK_SPACE}m"
    rows = [
        [words("use"), use],
        [words("floor_area_ratio"), words.figure(row["floor_area_ratio"], "share")],
        [words("max_floors"), _year(words, row["max_floors"])],
        [words("max_height"), height],
        [words("zone_status"), _named(words, "zone", row["zone_status"])],
        [words("stage_row"), stage_text(words, row)],
    ]
    notes = [meaning and f"{words('stage_means')} {meaning}.", *_open_plans(words, row)]
    cited = json.loads(text_of(row["citations"]) or "[]")
    plans = list(dict.fromkeys(str(item["plan_id"]) for item in cited))
    notes.append(words("plans_cited", plans=_some(words, plans)) if plans else "")
    return _section(words("section_plan"), rows, notes)


def _open_plans(words: Wording, row: pd.Series) -> list[str]:
    """Say what the plans leave open, reason by reason."""
    by_reason: dict[Reason, dict[str, float]] = {}
    for item in read_reasons(text_of(row["unknown"])):
        open_value: Mapping[str, Any] = dict(item.values)
        name = _named(words, "quantity", open_value["quantity"])
        by_reason.setdefault(open_value["reason"], {})[name] = open_value["share"]
    return [
        words("open_plan", reason=reason_words(reason, words), what=", ".join(named),
              share=words.figure(max(named.values()), "share"))
        for reason, named in by_reason.items()
    ]  # fmt: skip


def _some(words: Wording, names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} {words('and_more', count=more)}" if more > 0 else shown


def _capacity(view: View, row: pd.Series) -> Section:
    words = view.words
    rows = [
        [words("allowed_now"), floor_area_text(words, row["now_allowed_likely_m2"])],
        [words("allowed_potential"), floor_area_text(words, row["potential_allowed_likely_m2"])],
        [words("existing_floor_area"), floor_area_text(words, row["existing_floor_area_m2"])],
        [words("remaining_floor_area"), floor_area_text(words, row["remaining_m2"])],
        [words("jobs_likely_row"), jobs_text(words, row)],
    ]
    limits = (text_of(row["binding_limit"]) or "").split("; ")
    if limits[0]:
        named = ", ".join(_named(words, "binding", limit) for limit in limits)
        rows.append([words("binding_limit"), named])
    rows.append([words("parking"), _named(words, "parking", row["parking"])])
    state = text_of(row["capacity_state"])
    why = reasons_words(text_of(row["unknown_reason"]), words)
    notes = [
        words(f"reckoned_{state}") if state else "",
        jobs_chain(words, row),
        f"? {why}" if why else "",
    ]
    return _section(words("section_capacity"), rows, notes)


def _environment(view: View, row: pd.Series) -> Section:
    words = view.words
    low, high = row["env_class_plan_min"], row["env_class_plan_max"]
    by_plan = words("unknown") if pd.isna(high) else _class(words, high)
    if not pd.isna(high) and not pd.isna(low) and low != high:
        by_plan = f"{low:.0f}{EN_DASH}{high:.0f}"
    rows = [
        [words("env_possible"), _class(words, row["env_class_possible"])],
        [words("env_by_plan"), by_plan],
        [words("env_by_distance"), _class(words, row["env_class_distance"])],
    ]
    if not pd.isna(row["sensitive_distance_m"]):
        distance = words.figure(row["sensitive_distance_m"], "m")
        kind = str(row["sensitive_kind"]).partition(":")[0]
        rows.append([_named(words, "sensitive", kind), distance])
    why = reasons_words(text_of(row["env_class_reason"]), words)
    return _section(words("section_environment"), rows, [f"? {why}" if why else ""])


def _is_so(answer: Any) -> bool:
    """Take an unknown answer for a no: notes are for what is known."""
    return not pd.isna(answer) and bool(answer)


def _station(view: View, row: pd.Series) -> Section:
    words = view.words
    if row["office_rule"] == NO_RULE:
        return _section(words("section_station"), [], [words("no_station_rule")])
    rows = [
        [words(f"by_{method}"), _named(words, "place", row[f"place_{method}"])]
        for method in _METHODS
    ]
    rows.append([words("office_rule"), _named(words, "office", row["office_rule"])])
    notes = [words("places_differ") if _is_so(row["is_flip"]) else ""]
    notes.append(words("station_assumed") if _is_so(row["is_assumed"]) else "")
    return _section(words("section_station"), rows, notes)


def _constraints(view: View, row: pd.Series) -> Section:
    words = view.words
    found = view.conflicts.get(str(row.name), [])
    rows = [[words("constraints_checked"), checked_text(words, row)]]
    rows.append([words("net_area"), words.figure(row["net_area_m2"], "m2")])
    rows += [_conflict(view, item) for item in found[:_MOST_CONFLICTS]]
    open_kinds = (text_of(row["excluding_not_checked"]) or "").split()
    notes = []
    if open_kinds:
        names = [kind_label(view, kind) for kind in open_kinds]
        notes.append(words("net_area_at_most", kinds=_some(words, names)))
    return _section(words("section_constraints"), rows, notes)


def _conflict(view: View, item: Mapping[str, Any]) -> Pair:
    share = item["share"]
    part = view.words("all_of_it") if share > _HOLDS_ALL else view.words.figure(share, "share")
    effect = view.words(f"effect_{item['effect']}").lower()
    return [f"! {kind_label(view, str(item['kind']))}", f"{part} · {effect}"]


def checked_text(words: Wording, row: pd.Series) -> str:
    """Say how many kinds of constraint were looked at."""
    return words("of_kinds", checked=int(row["n_checked"]), kinds=int(row["n_kinds"]))


def unchecked_kinds(view: View) -> list[str]:
    """Name the kinds of constraint that were looked at on no site."""
    kinds = view.detail("constraints")
    if not len(kinds):
        return []
    seen = kinds["state"].isin(_SEEN).groupby(kinds["kind"], sort=False).any()
    return [kind_label(view, str(kind)) for kind in seen.index[~seen]]


def land_chips(view: View, row: pd.Series) -> list[Pair]:
    """Give the chips of a card: constraints looked at, conflicts, differing places, questions."""
    if "jobs_likely" not in row:
        return []
    words = view.words
    chips = [["", words("chip_checked", text=checked_text(words, row))]]
    if row["n_conflicts"]:
        chips.append(["warn", words("chip_conflicts", count=int(row["n_conflicts"]))])
    if _is_so(row["is_flip"]):
        chips.append(["warn", words("chip_flip")])
    return chips + [["warn", words("chip_ask", question=text)] for text in questions(words, row)]


def exclusions(words: Wording, row: pd.Series) -> list[str]:
    """List what excludes the site."""
    reasons = read_reasons(text_of(row.get("excluded_because")))
    return [reason_words(reason, words) for reason in reasons]


def questions(words: Wording, row: pd.Series) -> list[str]:
    """List what is to be asked before the site can be judged."""
    return [reason_words(reason, words) for reason in read_reasons(text_of(row.get("to_ask")))]
