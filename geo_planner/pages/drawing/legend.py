"""Legends as data: a title in words, a unit, classes labelled on their borders, then symbols."""

from typing import Any

from geo_planner import palette
from geo_planner.pages.drawing.measures import Scale
from geo_planner.pages.drawing.page import PLAN_OPACITY
from geo_planner.words.wording import Wording

Part = dict[str, Any]
_HATCH = "#8A949B"


def part(
    title: str | None = None,
    unit: str | None = None,
    *,
    scale: Scale | None = None,
    symbols: list[dict[str, Any]] | None = None,
    switch: str | None = None,
    choice: str | None = None,
    columns: int = 1,
    live: bool = False,
) -> Part:
    """Make one part of a legend.

    ``switch`` names the checkboxes that show and hide it; ``choice`` (``switch=value``) shows it
    for one value of the list beside a checkbox only.
    """
    return {
        "title": title, "unit": unit, "scale": scale, "symbols": symbols or [],
        "switch": switch, "choice": choice, "columns": columns, "live": live,
    }  # fmt: skip


def symbol(label: str, shape: str = "area", **look: Any) -> dict[str, Any]:
    """Make one line of a legend: how it looks, and what it is."""
    named = "".join(c for c in label.lower() if c.isascii() and c.isalnum())[:24]
    keys = ("fill", "stroke", "width", "dash", "opacity", "hatch", "ground")
    full = {key: look.get(key) for key in keys}
    return {"label": label, "look": {**full, "shape": shape, "hatch_id": f"key-{named}"}}


def absence_symbols(words: Wording, *, has_unknown: bool) -> list[dict[str, Any]]:
    """Explain the looks of nothing: nobody here, and unknown."""
    symbols = [symbol(words("nobody_here"), fill="#E7E3D9", stroke="#CDD3D1")]
    if has_unknown:
        symbols.append(symbol(words("value_unknown"), hatch=_HATCH, stroke=_HATCH, dash="2 2"))
    return symbols


def plan_part(words: Wording, codes: set[int | None], switch: str, *, has_outlines: bool) -> Part:
    """Explain plan uses, those that occur only."""
    symbols = [
        symbol(
            words(f"use_{code}"),
            fill=colour,
            opacity=PLAN_OPACITY,
            stroke=palette.darker(colour),
            width=0.8,
        )
        for code, colour in palette.PLAN_USES.items()
        if code in codes
    ]
    if None in codes:
        symbols.append(symbol(words("use_unknown"), hatch=_HATCH, stroke=_HATCH, dash="2 2"))
    if has_outlines:
        symbols.append(symbol(words("level_building_field"), stroke="#46545F", dash="3 2"))
    return part(words("plan_uses"), words("plan_unit"), symbols=symbols, switch=switch, columns=2)


def cluster_part(words: Wording, switch: str) -> Part:
    """Explain the marks of workplaces."""
    symbols = [
        symbol(words(f"cluster_{key}"), shape, fill=colour)
        for key, (colour, shape) in palette.CLUSTERS.items()
    ]
    return part(
        words("workplaces_by_cluster"), words("area_by_jobs"), symbols=symbols, switch=switch,
        columns=2,
    )  # fmt: skip


def constraint_part(
    words: Wording, effects: set[str], switch: str, unchecked: str | None = None
) -> Part:
    """Explain the looks of constraints, those that occur only, and name what was not checked."""
    colours = palette.CONSTRAINTS
    looks = {
        "excludes": symbol(
            words("effect_excludes"), fill=colours["excludes"], opacity=0.2,
            stroke=colours["excludes"],
        ),
        "limits": symbol(
            words("effect_limits"), hatch=colours["limits"], stroke=colours["limits"]
        ),
        "informs": symbol(words("effect_informs"), stroke=colours["informs"], width=1.4),
    }  # fmt: skip
    symbols = [look for effect, look in looks.items() if effect in effects]
    if unchecked:
        symbols.append(symbol(unchecked, hatch=_HATCH, stroke=_HATCH, dash="2 2"))
    return part(
        words("constraints_title"), words("constraints_unit"), symbols=symbols, switch=switch
    )


def station_symbols(words: Wording, kind: str) -> list[dict[str, Any]]:
    """Explain station areas: municipal outlines, walking distance, or circles."""
    ink = "#3A464F"
    shape = "ring" if kind.startswith("circle") else "area"
    return [
        symbol(words(f"{kind}_core"), shape, stroke=ink, width=1.2),
        symbol(words(f"{kind}_zone"), shape, stroke=ink, width=1.0, dash="2 3"),
    ]


def score_part(
    words: Wording, scale: Scale, *, has_open: bool, has_excluded: bool, choice: str | None = None
) -> Part:
    """Explain site scores."""
    symbols = []
    if has_open:
        symbols.append(
            symbol(words("score_open"), hatch="#17232D", ground=scale.colours[-2:][0],
                   stroke="#17232D", dash="4 3")
        )  # fmt: skip
    if has_excluded:
        symbols.append(symbol(words("fill_excluded"), fill="#E4E6E4", stroke="#5B6771"))
    return part(
        words("site_score"), words("site_score_unit"), scale=scale, symbols=symbols,
        switch="switch-sites", choice=choice,
    )  # fmt: skip
