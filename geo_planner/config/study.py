"""A whole study: its head, its sources and its settings."""

from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from geo_planner.config.access import Access
from geo_planner.config.base import Settings
from geo_planner.config.land import Land
from geo_planner.config.policy import Policy
from geo_planner.config.siting import Siting
from geo_planner.config.sources import Sources
from geo_planner.config.travel import Travel
from geo_planner.countries import country_codes
from geo_planner.errors import require_kind
from geo_planner.packaged import ANY_COUNTRY, described_countries


class StandIn(Settings):
    """Name in both languages what stands for jobs: one of it, and many."""

    en: tuple[str, str] = Field(description="English, such as ['shop', 'shops'].")
    da: tuple[str, str] = Field(description="Danish, such as ['butik', 'butikker'].")


_MAPPED_PLACES = StandIn(
    en=("mapped place", "mapped places"), da=("kortlagt sted", "kortlagte steder")
)
_BADGE = {"en": "Stand-ins for", "da": "Erstatning for"}
_STAND_IN_WORDS = {
    "en": {"businesses": "workplaces", "sites": "sites", "plans": "plans"},
    "da": {"businesses": "arbejdssteder", "sites": "arealer", "plans": "planer"},
}


class StudyHead(Settings):
    """Name the study and the frame all its numbers rest on."""

    id: str = Field(description="Short name, used in file names.", pattern=r"^[A-Za-z0-9_-]+$")
    name: str = Field(description="Name shown on pages.")
    crs: str | None = Field(None, description="Metric CRS, such as EPSG:25832; else UTM.")
    timezone: str | None = Field(None, description="Time zone; by default that of the timetable.")
    country: str | None = Field(
        None,
        description="Country whose rules, speed limits, code lists and words hold (ISO 3166: DK, "
        "PT, DE, BR, US, GB have tables of their own; others take the general ones); none or any: "
        "the general ones, and no rule of any country.",
    )
    holidays: str | None = Field(
        None,
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?|none)$",
        description="Country, or part of one, whose holidays a typical day leaves out: DK, US-CA "
        "(ISO 3166), or none; by default the country stated, else that of the feeds' time zone.",
    )
    badge: str | None = Field(None, description="Warning shown on every page, e.g. Synthetic data.")
    language: Literal["en", "da"] = Field("en", description="Language of the pages.")
    jobs_stand_in: StandIn | None = Field(
        None,
        description="What businesses are where they stand in for workplaces, one and many: "
        '{ en = ["shop", "shops"], da = ["butik", "butikker"] }; every figure of jobs bears it.',
    )

    @model_validator(mode="before")
    @classmethod
    def _holidays_of_the_country(cls, given: Any) -> Any:
        """Take the holidays of a country that is stated, not of one that is taken by default."""
        if not isinstance(given, dict) or "holidays" in given:
            return given
        country = given.get("country")
        return given if country in (None, "any") else {**given, "holidays": country}

    @field_validator("country")
    @classmethod
    def _require_country(cls, code: str | None) -> str | None:
        if code is None or code == ANY_COUNTRY or code in described_countries():
            return code
        if code not in country_codes():
            listed = ", ".join(described_countries())
            msg = f"no country {code!r}: write its two letters, such as {listed}, or any"
            raise ValueError(msg)
        return code

    @field_validator("timezone")
    @classmethod
    def _require_timezone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                msg = f"{name!r} is no time zone: write for example 'Europe/Copenhagen'"
                raise ValueError(msg) from None
        return name


class ControlTotals(Settings):
    """State totals of the study area known from elsewhere; ``check`` compares the data to them."""

    residents: float | None = Field(None, gt=0, description="Residents of the study's zones.")
    jobs: float | None = Field(None, gt=0, description="Jobs at the study's workplaces.")
    private_jobs: float | None = Field(
        None, gt=0, description="Private jobs of the own area in the last year of its table."
    )
    residents_in_work: float | None = Field(
        None, gt=0, description="Residents in work of the own area in the last year of its table."
    )
    commuters_in: float | None = Field(
        None, gt=0, description="Commuters into the own area in the last year of its table."
    )
    tolerance: float = Field(
        0.02, ge=0, le=1, description="Difference that passes without a warning, as a share."
    )


class Study(Settings):
    """Hold a whole study file.

    Examples
    --------
    >>> from geo_planner import Study
    >>> study = Study(study={"id": "town", "name": "Town"}, access={"modes": ["walk"]})
    >>> study
    Study('town': Town, 0 sources)
    >>> study.access.modes
    ('walk',)
    """

    study: StudyHead
    sources: Sources = Sources()
    travel: Travel = Travel()
    access: Access = Access()
    siting: Siting = Siting()
    land: Land = Land()
    control_totals: ControlTotals = ControlTotals()
    policy: Policy = Policy()

    def __repr__(self) -> str:
        n = sum(len(getattr(self.sources, kind)) for kind in Sources.model_fields)
        sources = "source" if n == 1 else "sources"
        return f"Study({self.study.id!r}: {self.study.name}, {n} {sources})"

    @model_validator(mode="after")
    def _stand_ins_are_named(self) -> Self:
        """Say on every page what stands in for workplaces, plans and sites."""
        tables = [stand_in.table for stand_in in self.sources.stand_ins]
        head = self.study
        if "businesses" in tables and head.jobs_stand_in is None:
            head = head.model_copy(update={"jobs_stand_in": _MAPPED_PLACES})
        if tables and head.badge is None:
            named = ", ".join(dict.fromkeys(_STAND_IN_WORDS[head.language][t] for t in tables))
            head = head.model_copy(update={"badge": f"{_BADGE[head.language]} {named}"})
        object.__setattr__(self, "study", head)
        return self

    @model_validator(mode="after")
    def _cutoffs_are_searched(self) -> Self:
        longest_min, limit_min = max(self.access.cutoffs_min), self.travel.max_time_min
        if longest_min > limit_min:
            msg = (
                f"access.cutoffs_min goes to {longest_min:g}, but travel.max_time_min = "
                f"{limit_min:g}: longer times are not searched for"
            )
            raise ValueError(msg)
        return self


def require_study(given: Any) -> Study:
    """Return a study, or say how to get one.

    Raises
    ------
    InputError
        When it is something else, such as the path of one.
    """
    return require_kind(given, Study, "study", "read its file with read_study(path)")
