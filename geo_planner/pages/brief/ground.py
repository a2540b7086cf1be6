"""What a brief says of its site's ground: constraints, environmental class, station areas."""

from typing import Any

import pandas as pd

from geo_planner.land.stations.office_rule import NO_RULE, office_rules
from geo_planner.pages.brief.capacity import answer_words
from geo_planner.pages.brief.subject import Subject
from geo_planner.pages.drawing.layers import text_of
from geo_planner.sources.constraint_kinds import read_constraint_kinds
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE

_GLYPHS = {"excludes": "✕", "limits": "!", "informs": "i"}
_ORDER = {"excludes": 0, "limits": 1, "informs": 2}
_METHODS = ("municipal", "network", "circle")
_PROFILES = ("office", "laboratory", "production")
_LEAST_SHARE = 0.005


def constraint_section(subject: Subject) -> dict[str, Any]:
    """Lay out constraints: what conflicts row by row, what does not and what nobody looked at.

    Returns
    -------
    dict
        ``conflicts``: glyph, effect, label, share, cap, dated; ``free`` and ``open``: state,
        count, labels of those that would rule building out; ``net``: the net area in words;
        ``register``: every kind with state, share, effect, source and date.
    """
    frame = subject.result.details.get("constraints")
    rows = frame[frame["site_id"] == subject.site_id] if frame is not None and len(frame) else None
    if rows is None:
        return {"conflicts": [], "free": [], "open": [], "net": "", "count": "", "register": []}
    conflicts = rows[rows["state"] == "conflict"]
    order = conflicts["effect"].map(_ORDER)
    conflicts = conflicts.assign(order=order, least=-conflicts["share"])
    conflicts = conflicts.sort_values(["order", "least"], kind="stable")
    states = [state for state in dict.fromkeys(rows["state"]) if state not in ("conflict", "none")]
    checked, kinds = subject.number("n_checked"), subject.number("n_kinds")
    count = (
        ""
        if checked is None or kinds is None
        else subject.words("brief_checked", checked=f"{checked:.0f}", count=f"{kinds:.0f}")
    )
    return {
        "conflicts": [_conflict(subject, row) for row in conflicts.to_dict("records")],
        "free": [_group(subject, rows, "none")] if (rows["state"] == "none").any() else [],
        "open": [_group(subject, rows, state) for state in states],
        "net": _net_words(subject),
        "count": count,
        "register": [_registered(subject, row) for row in rows.to_dict("records")],
    }


def _label(subject: Subject, kind: str) -> str:
    found = read_constraint_kinds().get(kind)
    return found.labels[subject.words.language] if found else kind.replace("_", " ")


def _conflict(subject: Subject, row: dict[Any, Any]) -> dict[str, str]:
    words = subject.words
    effect = str(row["effect"])
    cap = text_of(row["cap"])
    value = "" if pd.isna(row["cap_value"]) else words.number(row["cap_value"], 1)
    cap_words = words.phrases.get(f"cap_{cap}", cap or "") if cap else words(f"effect_{effect}")
    reason = subject.reasons_text(text_of(row["reason"]))
    return {
        "glyph": _GLYPHS.get(effect, "!"),
        "effect": effect,
        "label": _label(subject, str(row["kind"])),
        "share": share_words(subject, row["share"]),
        "cap": f"{cap_words} {value}".strip(),
        "reason": reason,
        "dated": _dated(subject, row),
    }


def share_words(subject: Subject, share: float) -> str:
    """Write a share in whole per cent; what is little but not nothing is not written as 0."""
    if 0 < share < _LEAST_SHARE:
        return f"<1{NO_BREAK_SPACE}%"
    return subject.words.figure(share, "share")


def _dated(subject: Subject, row: dict[Any, Any]) -> str:
    """Say when the register was read, or that the date is not known."""
    date = text_of(row["retrieved_at"])
    return subject.words.day(date) if date else subject.words("brief_undated")


def _group(subject: Subject, rows: pd.DataFrame, state: str) -> dict[str, Any]:
    own = rows[rows["state"] == state]
    kinds = dict.fromkeys(own["kind"])
    gravest = own.loc[own["effect"] == "excludes", "kind"]
    return {
        "state": subject.words(f"constraint_{state.replace(' ', '_')}"),
        "count": len(kinds),
        "labels": "; ".join(
            dict.fromkeys(_label(subject, str(kind)).partition(",")[0] for kind in gravest)
        ),
    }


def _registered(subject: Subject, row: dict[Any, Any]) -> dict[str, str]:
    words, state = subject.words, str(row["state"])
    is_known = state in ("conflict", "none")
    glyph = _GLYPHS.get(str(row["effect"]), "!") if state == "conflict" else "?"
    return {
        "glyph": "✓" if state == "none" else glyph,
        "kind": "good" if state == "none" else str(row["effect"]) if is_known else "open",
        "label": _label(subject, str(row["kind"])),
        "state": words(f"constraint_{state.replace(' ', '_')}"),
        "share": share_words(subject, row["share"]) if is_known else subject.ask,
        "effect": words(f"effect_{row['effect']}"),
        "source": text_of(row["source"]) or "",
        "dated": _dated(subject, row) if text_of(row["source"]) else "",
    }


def _net_words(subject: Subject) -> str:
    net = subject.number("net_area_m2")
    if net is None:
        return subject.words("brief_net_area", area=subject.ask)
    area = subject.words.figure(net, "m2")
    phrase = "brief_net_area_at_most" if subject.flag("is_upper_bound") else "brief_net_area"
    return subject.words(phrase, area=area)


def class_facts(subject: Subject) -> list[dict[str, str]]:
    """Tell the environmental class by plan, by distance, the one that rules, and what fits it."""
    words = subject.words
    low, high = subject.number("env_class_plan_min"), subject.number("env_class_plan_max")
    by_plan = subject.ask if high is None else words("brief_class_up_to", most=f"{high:.0f}")
    if low is not None and high is not None and low != high:
        by_plan = f"{low:.0f}{EN_DASH}{high:.0f}"
    rows = [
        {"label": words("brief_class_plan"), "value": by_plan},
        {"label": words("brief_class_distance"), "value": _by_distance(subject)},
        {"label": words("brief_class_possible"), "value": _possible(subject)},
    ]
    fits = [
        f"{words(f'profile_{name}')} {words.phrases.get(f'fits_{answer}', subject.ask)}"
        for name in _PROFILES
        if (answer := subject.text(f"fits_{name}"))
    ]
    if fits:
        rows.append({"label": words("brief_fits"), "value": ", ".join(fits)})
    return rows


def _by_distance(subject: Subject) -> str:
    found = subject.number("env_class_distance")
    if found is None:
        return subject.ask
    text = f"{found:.0f}"
    metres, kind = subject.number("sensitive_distance_m"), subject.text("sensitive_kind")
    if metres is not None and kind:
        named = subject.words.phrases.get(f"nearest_{kind.replace(': ', '_').replace(' ', '_')}")
        distance = subject.words.figure(metres, "m")
        text += " " + subject.words("brief_to_sensitive", distance=distance, kind=named or kind)
    later = subject.number("env_class_distance_if_adopted")
    if later is not None and later != found:
        text += "; " + subject.words("brief_class_later", found=f"{later:.0f}")
    return text


def _possible(subject: Subject) -> str:
    found = subject.number("env_class_possible")
    if found is None:
        return subject.ask
    rules = (subject.text("env_class_rules") or "").split(" and ")
    named = [subject.words.phrases.get(f"class_by_{rule}", rule) for rule in rules if rule]
    note = subject.reasons_text(subject.text("env_class_note"))
    return "; ".join(part for part in (f"{found:.0f} ({', '.join(named)})", note) if part)


def station_section(subject: Subject) -> dict[str, Any]:
    """Lay out nearness to stations by three measures, and the office rule where the site lies.

    Returns
    -------
    dict
        ``rows``: label, place, core, zone; ``told``: the places in one line; ``rule``: the rule in
        words; ``flips`` in words.
    """
    frame = subject.result.details.get("stations")
    if frame is None or not len(frame) or subject.text("office_rule") == NO_RULE:
        return {"rows": [], "told": "", "rule": "", "flips": ""}
    own = frame[frame["site_id"] == subject.site_id].set_index("method")
    rows = [_method(subject, m, own.loc[m]) for m in _METHODS if m in own.index]
    place = subject.text("place") or "unknown"
    rule = office_rules()[place]
    words = subject.words
    return {
        "rows": rows,
        "told": " · ".join(f"{row['place']} ({row['label']})" for row in rows),
        "rule": words(
            "brief_office_rule",
            limit=words.number(rule.limit_m2),
            answer=answer_words(subject, rule.large),
            place=rule.labels[words.language],
        ),
        "flips": words("brief_flips") if subject.flag("is_flip") else "",
    }


def _method(subject: Subject, method: str, row: pd.Series) -> dict[str, Any]:
    words = subject.words
    place = str(row["place"])
    is_known = place != "unknown"
    nearest, farthest = row["nearest_m"], row["farthest_m"]
    return {
        "label": words(f"brief_by_{method}"),
        "place": words(f"place_{place}") if is_known else subject.ask,
        "core": words.figure(row["core_share"], "share") if is_known else "",
        "zone": words.figure(row["zone_share"], "share") if is_known else "",
        "nearest": "" if pd.isna(nearest) else words.figure(nearest, "m"),
        "farthest": "" if pd.isna(farthest) else words.figure(farthest, "m"),
        "reason": subject.reasons_text(text_of(row["reason"])),
    }
