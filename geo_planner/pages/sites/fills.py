"""What the sites on a map can be coloured by: score, jobs, floor area, stage, class, free ground.

The score moves with the weights and is coloured by the page; every other fill comes ready: a
class and words for each site, and its part of the legend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.measures import Scale, scale_of
from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.land import floor_area_text, jobs_text, stage_meanings, stage_text
from geo_planner.palette import SEQUENTIAL_6

SWITCH = "switch-sites"
OUTLINE, SCORE = "outline", "score"
EXCLUDED_COLOUR = "#E4E6E4"
_HATCH = "#8A949B"
_STAGE_COLOURS = {1: SEQUENTIAL_6[5], 2: SEQUENTIAL_6[4], 3: SEQUENTIAL_6[2], 4: SEQUENTIAL_6[1],
                  5: SEQUENTIAL_6[0]}  # fmt: skip
_HIGHEST_CLASS = 6
_FREE_BORDERS = (0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Fill:
    """Hold one way to colour sites.

    Parameters
    ----------
    name
        Name of the choice.
    colours
        Colour of each site; None: unknown.
    texts
        Value of each site in words.
    hatched
        Whether each site's value is a bound only.
    hides_excluded
        Whether excluded sites are drawn as such instead.
    part
        Its part of the legend.
    """

    name: str
    colours: Sequence[str | None]
    texts: Sequence[str]
    hatched: Sequence[bool]
    hides_excluded: bool
    part: legend.Part

    def to_json(self, view: View) -> dict[str, Any]:
        """Return what the page's script reads."""
        return {
            "id": self.name,
            "label": view.words(f"fill_{self.name}"),
            "colours": list(self.colours),
            "texts": list(self.texts),
            "hatched": list(self.hatched),
            "hidesExcluded": self.hides_excluded,
        }


def site_fills(view: View) -> list[Fill]:
    """Make every fill the sites have values for; the score is not among them."""
    if "jobs_likely" not in view.sites:
        return []
    fills = [
        _measured(view, "jobs", "jobs_likely", "jobs"),
        _measured(view, "now", "now_allowed_likely_m2", "m2"),
        _measured(view, "potential", "potential_allowed_likely_m2", "m2"),
        _stage(view),
        _environment(view),
        _free(view),
    ]
    return [fill for fill in fills if any(colour is not None for colour in fill.colours)]


def choices(view: View, fills: Sequence[Fill], *, is_plain: bool = False) -> list[dict[str, Any]]:
    """List the choices of a map's sites: outlines first on a plain map, then the score."""
    names = [OUTLINE] if is_plain else []
    names += [SCORE] if view.has_ranking else []
    names += [fill.name for fill in fills]
    return [{"id": name, "label": view.words(f"fill_{name}"), "layer": ""} for name in names]


def _part(
    name: str, unit: str, title: str, symbols: list[dict[str, Any]], scale: Scale | None = None
) -> legend.Part:
    return legend.part(
        title, unit, scale=scale, symbols=symbols, switch=SWITCH, choice=f"{SWITCH}={name}"
    )


def _absent(
    view: View, colours: Sequence[str | None], *, hides_excluded: bool
) -> list[dict[str, Any]]:
    """Explain the looks of unknown and excluded, where they occur."""
    words, symbols = view.words, []
    if None in colours:
        symbols.append(
            legend.symbol(words("fill_unknown"), hatch=_HATCH, stroke=_HATCH, dash="2 2")
        )
    if hides_excluded and view.sites["excluded_because"].notna().any():
        symbols.append(
            legend.symbol(words("fill_excluded"), fill=EXCLUDED_COLOUR, stroke="#5B6771")
        )
    return symbols


def _measured(view: View, name: str, column: str, what: str) -> Fill:
    words, sites = view.words, view.sites
    scale = scale_of(sites[column], what, words)
    colours = _by_borders(sites[column], scale)
    unit = words(f"fill_{name}_unit").format(unit=scale.unit)
    hides = name == "jobs"
    texts = [
        jobs_text(words, row) if name == "jobs" else floor_area_text(words, row[column])
        for _, row in sites.drop(columns="geometry").iterrows()
    ]
    part = _part(
        name, unit, words(f"fill_{name}_title"),
        _absent(view, colours, hides_excluded=hides), scale=scale,
    )  # fmt: skip
    return Fill(name, colours, texts, [False] * len(sites), hides, part)


def _by_borders(values: pd.Series, scale: Scale) -> list[str | None]:
    return [
        None if pd.isna(value) else scale.colours[sum(value >= border for border in scale.borders)]
        for value in values
    ]


def _stage(view: View) -> Fill:
    words, sites = view.words, view.sites
    stages = [None if pd.isna(stage) else int(stage) for stage in sites["stage"]]
    rows = sites.drop(columns="geometry").iterrows()
    meanings = stage_meanings(words.language)
    labels = {stage: f"{stage} · {meanings[stage]}" for stage in _STAGE_COLOURS}
    colours = [None if stage is None else _STAGE_COLOURS[stage] for stage in stages]
    return _classed(view, "stage", colours, [stage_text(words, row) for _, row in rows],
                    words("stage_row"), _symbols(stages, _STAGE_COLOURS, labels))  # fmt: skip


def _environment(view: View) -> Fill:
    words = view.words
    classes = [None if pd.isna(c) else int(c) for c in view.sites["env_class_possible"]]
    # classes 6 and 7 share the darkest colour; the words tell them apart
    of_class = {c: SEQUENTIAL_6[min(c, _HIGHEST_CLASS) - 1] for c in range(1, 8)}
    texts = [words("unknown") if c is None else str(c) for c in classes]
    colours = [None if c is None else of_class[c] for c in classes]
    labels = {c: str(c) for c in of_class}
    return _classed(view, "env", colours, texts, words("fill_env_title"),
                    _symbols(classes, of_class, labels))  # fmt: skip


def _symbols(
    classes: Sequence[int | None], colours: Mapping[int, str], labels: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Explain the classes that occur."""
    return [
        legend.symbol(labels[one], fill=colours[one], stroke="#5B6771")
        for one in colours
        if one in classes
    ]


def _classed(
    view: View,
    name: str,
    colours: list[str | None],
    texts: list[str],
    title: str,
    symbols: list[dict[str, Any]],
) -> Fill:
    shown = [*symbols, *_absent(view, colours, hides_excluded=False)]
    part = _part(name, view.words(f"fill_{name}_unit"), title, shown)
    return Fill(name, colours, texts, [False] * len(colours), hides_excluded=False, part=part)


def _free(view: View) -> Fill:
    words, sites = view.words, view.sites
    shares = sites["unconstrained_share"]
    labels = tuple(words.number(100 * border) for border in _FREE_BORDERS)
    colours_of = tuple(SEQUENTIAL_6[k] for k in (0, 1, 2, 4, 5))
    scale = Scale(_FREE_BORDERS, colours_of, labels, words("unit_percent"))
    colours = _by_borders(shares, scale)
    hatched = [bool(bound) and not pd.isna(s) for bound, s in zip(sites["is_upper_bound"], shares,
                                                                  strict=True)]  # fmt: skip
    symbols = _absent(view, colours, hides_excluded=False)
    if any(hatched):
        symbols.insert(
            0, legend.symbol(words("fill_free_hatched"), hatch="#17232D", ground=SEQUENTIAL_6[2],
                             stroke="#17232D", dash="4 3")
        )  # fmt: skip
    part = _part("free", words("fill_free_unit"), words("fill_free_title"), symbols,
                 scale=scale)  # fmt: skip
    texts = [words.figure(share, "share") for share in shares]
    return Fill("free", colours, texts, hatched, hides_excluded=False, part=part)
