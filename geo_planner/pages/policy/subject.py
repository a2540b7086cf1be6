"""The policy of a result, and how its page writes figures, states and sources."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from geo_planner.analysis import AnalysisResult, policy_figures_of
from geo_planner.config import Policy
from geo_planner.pages.compare.signs import signed
from geo_planner.pages.drawing.view import Language, View, in_language, view_of
from geo_planner.policy import PolicyFigures
from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.words.labels import with_stand_in
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

# state or status: class of its chip, and the sign before its word
CHIPS: Mapping[str, tuple[str, str]] = {
    "met": ("good", "✓"), "not met": ("bad", "✕"), "open": ("", "…"),
    "needs data": ("open", "?"), "not reached": ("open", "?"), "suppressed": ("open", "?"),
    "proxy": ("proxy", "≈"), "computed": ("good", "✓"), "not computable": ("open", "?"),
    "within": ("good", "✓"), "above": ("warn", "!"), "below": ("warn", "!"),
    "same answer": ("good", "✓"), "other answer": ("bad", "✕"), "not comparable": ("open", "?"),
}  # fmt: skip
_PERSONS = ("jobs", "register_jobs", "persons", "workers", "workplaces")


@dataclass(frozen=True)
class PolicySubject:
    """Hold the policy of a result in figures, with the words of the page's language.

    Parameters
    ----------
    result
        Result of a run.
    view
        The result as pages draw from it.
    figures
        Its policy in figures.
    """

    result: AnalysisResult
    view: View
    figures: PolicyFigures

    @property
    def words(self) -> Wording:
        """Words of the page's language."""
        return self.view.words

    @property
    def policy(self) -> Policy:
        """The policy as the study states it."""
        return self.result.study.policy

    @property
    def title(self) -> str:
        """What the policy is called."""
        name = self.policy.name
        return self.words("policy_page_title") if name is None else self.named(name)

    def named(self, name: Any) -> str:
        """Give a name in the page's language."""
        text: str = getattr(name, self.words.language)
        return text

    @cached_property
    def _rows(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        table = self.figures.indicators
        return {(row["id"], row["area"]): row for row in table.to_dict("records")}

    def row(self, indicator: str, area: str = WHOLE_AREA) -> Mapping[str, Any]:
        """Give an indicator's row; an empty one where a kept run has none of it."""
        return self._rows.get((indicator, area), {"value": math.nan, "status": "needs data"})

    def label(self, row: Mapping[str, Any]) -> str:
        """Name a row of indicators or goals."""
        return str(row[f"label_{self.words.language}"])

    def trend(self, indicator: str, area: str = WHOLE_AREA) -> pd.DataFrame:
        """Give the figures of an indicator by year, index year; empty where it has none."""
        rows = self.figures.trends
        if not len(rows):
            return pd.DataFrame(columns=["value", "low", "high", "level", "there"])
        own = rows[(rows["id"] == indicator) & (rows["area"] == area)]
        return own.set_index("year").drop(columns=["id", "area"])

    def figure(self, value: float, unit: str) -> str:
        """Write a figure with no more digits than it deserves, without its unit."""
        if unit == "share":
            shown = round(100 * value, 1)
            return self.words.number(shown, 0 if shown.is_integer() else 1)
        if unit in ("ratio", "index"):
            return self.words.number(value, 1)
        return self.words.number(value)

    def change(self, value: float, unit: str) -> str:
        """Write a change with its sign; shares as percentage points."""
        return signed(100 * value if unit == "share" else value, self.words, int(unit == "share"))

    def unit(self, unit: str) -> str:
        """Name a unit behind a figure."""
        if unit == "share":
            return "%"
        return self.words.phrases.get(f"unit_{unit}", unit)

    def with_unit(self, value: float, unit: str) -> str:
        """Write a figure with its unit."""
        if unit in ("min", "m2") or (unit in _PERSONS and math.isnan(value)):
            return self.words.figure(value, unit)
        return f"{self.figure(value, unit)}{NO_BREAK_SPACE}{self.unit(unit)}".strip()

    def chip(self, state: str, text: str | None = None) -> dict[str, str]:
        """Give a state as sign, word and class."""
        kind, sign = CHIPS[state]
        return {
            "kind": kind,
            "sign": sign,
            "text": text or self.words(f"state_{state.replace(' ', '_')}"),
        }

    def reasons(self, cell: object) -> str:
        """Put reasons of a cell into words; empty where it holds none."""
        return reasons_words(cell, self.words) if isinstance(cell, str) else ""

    def sources(self, *tables: str) -> str:
        """Name the credits and files of tables that the region has."""
        infos = [self.result.region.tables.get(table) for table in tables]
        names = [
            str(source.get("credit") or source["file"])
            for info in infos
            if info is not None
            for source in info.sources
        ]
        return ", ".join(dict.fromkeys(names))


def policy_subject(result: AnalysisResult, language: Language | None = None) -> PolicySubject:
    """Bring a result to what the policy's pages are written from.

    Parameters
    ----------
    result
        Result of a run.
    language
        da or en; None: the study's.
    """
    view = view_of(in_language(result, language))
    figures = policy_figures_of(result)
    table = with_stand_in(figures.indicators, result.region.study, "indicator")
    return PolicySubject(result, view, dataclasses.replace(figures, indicators=table))
