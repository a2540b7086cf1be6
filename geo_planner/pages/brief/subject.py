"""The site a brief tells of, and how the brief writes what is known and what is not."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo_planner.accessibility import anchor_points
from geo_planner.analysis import AnalysisResult
from geo_planner.errors import InputError
from geo_planner.pages.drawing.layers import text_of
from geo_planner.pages.drawing.view import Language, View, in_language, view_of
from geo_planner.reasons import Reason, read_reasons
from geo_planner.words.reasons import reasons_words
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE, Wording

_JOBS_WITH_TENS_FROM = 100.0


@dataclass(frozen=True)
class Subject:
    """Hold one site of a result, with the words of the brief's language.

    Parameters
    ----------
    result
        Result the site is in.
    view
        The result as pages draw from it.
    site_id
        The site.
    """

    result: AnalysisResult
    view: View
    site_id: str

    @cached_property
    def row(self) -> pd.Series:
        """All that is known of the site, by column."""
        row: pd.Series = self.result.sites.drop(columns="geometry").loc[self.site_id]
        return row

    @cached_property
    def shape(self) -> BaseGeometry:
        """The site's area, in the region's CRS."""
        shape: BaseGeometry = self.result.sites.geometry.loc[self.site_id]
        return shape

    @cached_property
    def anchor(self) -> gpd.GeoSeries:
        """The point times are measured from, index site_id."""
        return anchor_points(self.result.sites.loc[[self.site_id]])

    @property
    def words(self) -> Wording:
        """Words of the brief's language."""
        return self.view.words

    @property
    def name(self) -> str:
        """Name of the site; its id where it has none."""
        return self.text("name") or self.site_id

    @property
    def ask(self) -> str:
        """What stands in place of a fact that only the municipality can give."""
        return self.words("ask_municipality")

    def number(self, column: str) -> float | None:
        """Give a figure of the site; None where it is unknown."""
        value = self.row.get(column)
        return None if value is None or pd.isna(value) else float(value)

    def text(self, column: str) -> str | None:
        """Give a text of the site; None where there is none."""
        return text_of(self.row.get(column))

    def flag(self, column: str) -> bool | None:
        """Give a yes or no of the site; None where it is unknown."""
        value = self.row.get(column)
        return None if value is None or pd.isna(value) else bool(value)

    def figure(self, column: str, unit: str) -> str:
        """Write a fact of land and plan with its unit, or that it is to be asked for."""
        value = self.number(column)
        return self.ask if value is None else self.words.figure(value, unit)

    def floor_area(self, column: str) -> str:
        """Write floor area in whole hundreds of m², or that it is to be asked for."""
        return self.floor_area_of(self.number(column))

    def floor_area_of(self, value: float | None) -> str:
        """Write a floor area in whole hundreds of m², or that it is to be asked for."""
        if value is None or math.isnan(value):
            return self.ask
        return f"{self.words.number(round(value, -2))}{NO_BREAK_SPACE}m²"

    def jobs(self, low: float | None, high: float | None) -> str:
        """Write a range of jobs, or that it is to be asked for."""
        if low is None or high is None or math.isnan(low) or math.isnan(high):
            return self.ask
        ends = [self.words.figure(value, "jobs") for value in (low, high)]
        gap = NO_BREAK_SPACE if max(low, high) >= _JOBS_WITH_TENS_FROM else ""
        return ends[0] if ends[0] == ends[1] else f"{ends[0]}{gap}{EN_DASH}{gap}{ends[1]}"

    def reasons(self, column: str) -> tuple[Reason, ...]:
        """Read the reasons in a column of the site; none where it is absent or empty."""
        return read_reasons(self.text(column))

    def reasons_text(self, reasons: Iterable[Reason] | str | None) -> str:
        """Put reasons, or a cell that holds them, into words of the brief's language."""
        return reasons_words(reasons, self.words)


def subject_of(result: AnalysisResult, site_id: str, language: Language | None = None) -> Subject:
    """Choose a site of a result, and the language it is told in.

    Parameters
    ----------
    result
        Result of an analysis.
    site_id
        Site of it.
    language
        da or en; None: the study's.

    Raises
    ------
    InputError
        When the result has no such site.
    """
    if site_id not in result.sites.index:
        listed = ", ".join(map(str, result.sites.index[:20])) or "none"
        raise InputError(f"no site {site_id!r} in {result.title}; its sites are: {listed}")
    result = in_language(result, language)
    return Subject(result, view_of(result), site_id)
