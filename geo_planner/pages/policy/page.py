"""The page of the policy: goals, back-test, clusters, statements, infrastructure, districts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.page import file_href, render_document, render_page, static_text
from geo_planner.pages.drawing.view import Language
from geo_planner.pages.policy import goals, topics
from geo_planner.pages.policy.districts import district_section
from geo_planner.pages.policy.subject import PolicySubject, policy_subject
from geo_planner.version import __version__
from geo_planner.words.wording import EN_DASH

_MAP, _PRINT_MAP = (826.0, 560.0), (716.0, 250.0)


def render_policy(
    result: AnalysisResult,
    *,
    language: Language | None = None,
    assets: PageAssets | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the page of the policy of a result.

    Parameters
    ----------
    result
        Result of a run.
    language
        da or en; None: the study's.
    assets, links, nonce
        As in :func:`geo_planner.pages.study.map.render_map`; ``policy_print`` leads to the print.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    subject = policy_subject(result, language)
    words = subject.words
    return render_page(
        "policy.html",
        subject.view,
        kind="policy",
        title=f"{subject.title} – {subject.view.name}",
        assets=assets or page_assets(),
        parts=None,
        data={},
        scripts=(),
        start="",
        links=links,
        nonce=nonce,
        skip_to="main",
        skip_words=words("skip_to_content"),
        policy_css=static_text("policy.css"),
        downloads=[
            {"href": file_href(links, f"{name}.parquet"), "label": words(f"file_{name}_parquet")}
            for name in ("policy", "policy_trends", "policy_goals")
            if len(getattr(subject.figures, _TABLES[name]))
        ],
        **_sections(subject, _MAP),
    )


_TABLES = {"policy": "indicators", "policy_trends": "trends", "policy_goals": "goals"}


def render_policy_print(
    result: AnalysisResult,
    *,
    language: Language | None = None,
    assets: PageAssets | None = None,
    back: str | None = None,
    dated: date | None = None,
    nonce: str | None = None,
) -> str:
    """Write the policy in figures on two A4 sides that need neither network nor script.

    Parameters
    ----------
    result
        Result of a run.
    language
        da or en; None: the study's.
    assets
        Where the typeface comes from; None: taken in where it is installed.
    back
        Address of the page of the policy.
    dated
        Date of the print; None: it bears none.
    nonce
        Nonce of a content security policy for styles.
    """
    subject = policy_subject(result, language)
    words = subject.words
    chosen = assets or page_assets()
    origin = result.region.origin
    return render_document(
        "policy_print.html",
        nonce=nonce,
        words=words,
        language=words.language,
        version=__version__,
        study=subject.view.name,
        badge=subject.view.badge,
        scenario=words("brief_baseline") if origin is None else str(origin.scenario["name"]),
        back=back,
        dated=words.day(dated) if dated else "",
        styles=chosen.fonts,
        print_css=static_text("policy_print.css"),
        answers=_answers(subject),
        credits=" · ".join(subject.view.credits),
        method=_method(subject),
        **_sections(subject, _PRINT_MAP),
    )


def _sections(subject: PolicySubject, size: tuple[float, float]) -> dict[str, Any]:
    width, height = size
    return {
        "heading": subject.title,
        "lead": _lead(subject),
        "document": str(subject.policy.document_url or ""),
        "strip": goals.strip(subject),
        "goals": goals.goal_cards(subject),
        "tests": goals.back_test(subject),
        "period": _period(subject),
        "base_year": subject.policy.base_year,
        "base_column": _base_column(subject),
        "compare_with": subject.policy.compare_with or "",
        "clusters": topics.cluster_rows(subject),
        "infrastructure": topics.infrastructure_rows(subject),
        "statements": topics.statement_rows(subject),
        "missing": topics.missing_rows(subject),
        "districts": district_section(subject, width=width, height=height),
    }


def _period(subject: PolicySubject) -> str:
    first, last = subject.policy.first_year, subject.policy.last_year
    return f"{first}{EN_DASH}{last}" if first and last else ""


def _base_column(subject: PolicySubject) -> int | None:
    """Give the base year where the figures of infrastructure are of another; None where not."""
    base, window = subject.policy.base_year, subject.result.study.travel.window
    return None if window is not None and window[0].year == base else base


def _lead(subject: PolicySubject) -> str:
    """Say what the policy holds and which years are told."""
    words, policy = subject.words, subject.policy
    parts = []
    if policy.goals:
        key = "policy_goals_one" if len(policy.goals) == 1 else "policy_goals_count"
        parts.append(words(key, count=len(policy.goals)))
    else:
        parts.append(words("policy_no_goals"))
    if policy.base_year:
        parts.append(words("policy_base_year", year=policy.base_year))
    else:
        parts.append(words("policy_no_base_year"))
    trends = subject.figures.trends
    if len(trends):
        years = trends.loc[trends["value"].notna(), "year"]
        parts.append(words("policy_latest", year=int(years.max())))
    return " · ".join(parts)


def _answers(subject: PolicySubject) -> list[str]:
    """Answer each goal in a sentence of facts."""
    words = subject.words
    return [
        words(
            "policy_answer",
            title=card["title"],
            figure=f"{card['figure']} {card['unit']}".strip(),
            state=card["chip"]["text"],
        )
        for card in goals.goal_cards(subject)
    ]


def _method(subject: PolicySubject) -> str:
    words = subject.words
    base = subject.policy.base_year
    parts = [
        words("policy_base_year", year=base) if base else words("policy_no_base_year"),
        words("study_digest", digest=subject.view.digest),
        f"geo_planner {__version__}",
        words("policy_no_cause"),
    ]
    return " · ".join(parts)
