"""What a page draws from: a result, or a region alone, brought to one shape with its words."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar, get_args

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey, find_measures, headline
from geo_planner.analysis import AnalysisResult, settings_of
from geo_planner.config import Study
from geo_planner.region import Region
from geo_planner.region.credits import credit_lines
from geo_planner.siting.places import place_name
from geo_planner.version import __version__
from geo_planner.words.labels import with_stand_in
from geo_planner.words.wording import EN_DASH, Wording

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Subject = TypeVar("Subject", AnalysisResult, Region)
_DIGEST_SHOWN = 8


@dataclass(frozen=True)
class View:
    """Hold what a page draws from; frames are empty where nothing was computed.

    Parameters
    ----------
    region, study
        The region and its settings.
    zones, businesses, sites, criteria, snaps, summary, details
        As in :class:`geo_planner.analysis.AnalysisResult`.
    """

    region: Region
    study: Study
    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    criteria: pd.DataFrame
    snaps: pd.DataFrame
    summary: dict[str, Any]
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def words(self) -> Wording:
        """Words and number formats of the study's language."""
        return Wording.of_study(self.study.study.model_dump())

    @property
    def name(self) -> str:
        """Name of the study."""
        return self.study.study.name

    @property
    def badge(self) -> str | None:
        """Warning shown on every page."""
        return self.study.study.badge

    @cached_property
    def measures(self) -> list[MeasureKey]:
        """Measures of access the zones hold."""
        return find_measures(list(self.zones.columns), "jobs")

    @cached_property
    def city_centre(self) -> str | None:
        """Name of the place that stands for the city centre; None where it is not one."""
        return place_name(self.region, "city_centre")

    @property
    def has_ranking(self) -> bool:
        """Tell whether sites were scored."""
        return "score" in self.sites and len(self.sites) > 0

    def detail(self, name: str) -> pd.DataFrame:
        """Give a side table of the result; an empty frame where it has none."""
        return self.details.get(name, pd.DataFrame())

    @cached_property
    def conflicts(self) -> Mapping[str, list[dict[str, Any]]]:
        """Constraints that apply to each site, the one on most of its ground first."""
        kinds = self.detail("constraints")
        if not len(kinds):
            return {}
        found = kinds[kinds["state"] == "conflict"].sort_values("share", ascending=False)
        return {str(key): rows.to_dict("records") for key, rows in found.groupby("site_id")}

    def measure(self, column: str | None) -> MeasureKey | None:
        """Choose the measure a map opens with; an unknown name falls back to the headline."""
        named = [measure for measure in self.measures if measure.column == column]
        return named[0] if named else headline(self.measures, self.study)

    @cached_property
    def credits(self) -> tuple[str, ...]:
        """Credit lines of all sources; OpenStreetMap is named wherever its kind of data is."""
        return credit_lines(self.region)

    @property
    def digest(self) -> str:
        """Short identity of the region's tables."""
        return self.region.digest[:_DIGEST_SHOWN]

    @property
    def source_line(self) -> str:
        """Say data, study and version in one line."""
        parts = [self.badge, self.words("study_digest", digest=self.digest)]
        return " · ".join(part for part in [*parts, f"geo_planner {__version__}"] if part)

    @property
    def age(self) -> str:
        """Say how old the data are: the timetable's days and the streets' date."""
        parts = []
        feeds = self.region.table("feeds")
        days = feeds[["first_date", "last_date"]].dropna()
        if len(days):
            first, last = str(days["first_date"].max()), str(days["last_date"].min())
            if first > last:
                first, last = str(days["first_date"].min()), str(days["last_date"].max())
            parts.append(
                self.words("timetable_of", first=self.words.day(first), last=self.words.day(last))
            )
        return " · ".join(parts).replace(f" {EN_DASH} ", f"\u00a0{EN_DASH} ")


def view_of(subject: AnalysisResult | Region) -> View:
    """Bring a result, or a region alone, to what pages draw from."""
    if isinstance(subject, Region):
        frames = {
            name: subject.geo_table(name).set_index(key)
            for name, key in (
                ("zones", "zone_id"), ("businesses", "business_id"), ("sites", "site_id")
            )
        }  # fmt: skip
        empty = pd.DataFrame()
        return View(
            subject, settings_of(subject), criteria=empty, snaps=empty, summary={}, **frames
        )
    return View(
        region=subject.region,
        study=subject.study,
        zones=subject.zones,
        businesses=subject.businesses,
        sites=subject.sites,
        criteria=with_stand_in(subject.criteria, subject.study.study.model_dump(), "criterion"),
        snaps=subject.snaps,
        summary=subject.summary,
        details=subject.details,
    )


def in_language(subject: Subject, language: Language | None) -> Subject:
    """Give a result, or a region alone, whose pages speak a language; None: as it is.

    Examples
    --------
    >>> from geo_planner import example_region
    >>> view_of(in_language(example_region(), "da")).words("jobs")
    'Job'
    """
    if language is None:
        return subject
    if isinstance(subject, Region):
        return dataclasses.replace(subject, study={**subject.study, "language": language})
    head = subject.study.study.model_copy(update={"language": language})
    return dataclasses.replace(subject, study=subject.study.model_copy(update={"study": head}))
