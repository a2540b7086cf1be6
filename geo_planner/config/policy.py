"""The policy a study is held to: its period, goals and statements, in the town's own words."""

from functools import cache
from typing import Literal, Self

from pydantic import AnyUrl, Field, field_validator, model_validator

from geo_planner.config.base import Settings
from geo_planner.packaged import packaged_rows


@cache
def policy_topics() -> tuple[str, ...]:
    """Name the topics that indicators are grouped by."""
    return tuple(dict.fromkeys(row["statement"] for row in packaged_rows("policy_indicators")))


class Named(Settings):
    """Name a thing in both languages."""

    en: str = Field(description="English.", min_length=1)
    da: str = Field(description="Danish.", min_length=1)


class PolicyGoal(Settings):
    """State one goal: an indicator, what it is to reach, and when."""

    indicator: str = Field(description="Id of an indicator of data/policy_indicators.csv.")
    target: float = Field(description="What it is to reach, in the indicator's unit.")
    year: int = Field(ge=1900, le=2100, description="Year it is to be reached in.")
    is_met_by: Literal["at_least", "at_most"] = Field(
        "at_least", description="Whether the target is the least or the most that meets the goal."
    )
    name: Named | None = Field(None, description="The goal in words; none: the indicator's label.")
    proxy: str | None = Field(
        None,
        description="Indicator that is shown beside the goal while its own has no data; it never "
        "decides whether the goal is met.",
    )
    published: float | None = Field(
        None, description="Figure the town published for the target year, in the indicator's unit."
    )
    published_answer: Literal["met", "not met"] | None = Field(
        None, description="What the town published of the goal, where it gave no figure."
    )
    is_comparable: bool = Field(
        default=True,
        description="Whether what was published is of the same years and measure as the indicator.",
    )
    published_source: str | None = Field(None, description="Where it was published.")
    next_target: float | None = Field(None, description="The goal that followed.")
    next_year: int | None = Field(None, ge=1900, le=2100, description="Its year.")

    @field_validator("indicator", "proxy")
    @classmethod
    def _require_indicator(cls, indicator: str | None) -> str | None:
        ids = [row["id"] for row in packaged_rows("policy_indicators")]
        if indicator is not None and indicator not in ids:
            msg = f"no indicator {indicator!r}: choose from {', '.join(ids)}"
            raise ValueError(msg)
        return indicator


class PolicyStatement(Settings):
    """State one sentence of the policy, and which topic of indicators answers it."""

    name: Named = Field(description="The statement in words.")
    topic: str | None = Field(
        None,
        description="Topic of data/policy_indicators.csv, such as infrastructure; none: no "
        "indicator is claimed for it.",
    )

    @field_validator("topic")
    @classmethod
    def _require_topic(cls, topic: str | None) -> str | None:
        if topic is not None and topic not in policy_topics():
            msg = f"no topic {topic!r}: choose from {', '.join(policy_topics())}"
            raise ValueError(msg)
        return topic


class Policy(Settings):
    """State the policy that the indicators are held against."""

    name: Named | None = Field(None, description="What the policy is called.")
    document_url: AnyUrl | None = Field(None, description="Where its text can be read.")
    base_year: int | None = Field(
        None,
        ge=1900,
        le=2100,
        description="Year that changes are counted from; none: no change is counted.",
    )
    first_year: int | None = Field(None, ge=1900, le=2100, description="First year it covers.")
    last_year: int | None = Field(None, ge=1900, le=2100, description="Last year it covers.")
    area: str | None = Field(
        None,
        description="Name of the study's own area in the tables by area and year; none: that of "
        "the study area.",
    )
    compare_with: str | None = Field(
        None,
        description="Area of those tables that growth and branches are compared with, such as the "
        "country; none: the only other area, where there is one.",
    )
    goals: tuple[PolicyGoal, ...] = Field((), description="Its goals, in order.")
    statements: tuple[PolicyStatement, ...] = Field((), description="Its statements, in order.")

    @model_validator(mode="after")
    def _years_in_order(self) -> Self:
        problems = []
        if self.first_year and self.last_year and self.first_year > self.last_year:
            problems.append(f"first_year {self.first_year} comes after last_year {self.last_year}")
        if self.base_year is not None:
            early = [g.indicator for g in self.goals if g.year <= self.base_year]
            if early:
                problems.append(
                    f"goals of {', '.join(early)} are for a year not after base_year "
                    f"{self.base_year}"
                )
        named = [goal.indicator for goal in self.goals]
        twice = sorted({name for name in named if named.count(name) > 1})
        if twice:
            problems.append(f"several goals of {', '.join(twice)}: give next_target and next_year")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def goal_of(self, indicator: str) -> PolicyGoal | None:
        """Give the goal that an indicator has; None where it has none."""
        return next((goal for goal in self.goals if goal.indicator == indicator), None)
