"""The site brief: one A4 side on one site, every figure from the result, every source named.

The page stands alone: no script, no network, its maps are drawn as SVG. What the data do not tell
reads "ask the municipality"; nothing on it is a promise in law.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from geo_planner.analysis import AnalysisResult
from geo_planner.land import assumed_files
from geo_planner.networks.street.far_links import far_links
from geo_planner.pages.brief import around, capacity, ground, plans
from geo_planner.pages.brief import rank as ranking
from geo_planner.pages.brief.maps import WalkMaps
from geo_planner.pages.brief.subject import Subject, subject_of
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.measures import fare_words, percentile_words, window_words
from geo_planner.pages.drawing.page import render_document, static_text
from geo_planner.pages.drawing.view import Language
from geo_planner.pages.study.provenance import source_rows
from geo_planner.reasons import short_reason
from geo_planner.region.credits import OSM_CREDIT
from geo_planner.travel_time.columns import MEDIAN
from geo_planner.version import __version__
from geo_planner.words.wording import EN_DASH

_WHOLE_SHARE = 0.995
_TO_ASK = ("address", "owners", "utilities", "money", "vacancy")


def render_brief(
    result: AnalysisResult,
    site_id: str,
    *,
    language: Language | None = None,
    others: Mapping[str, AnalysisResult] | None = None,
    maps: WalkMaps | None = None,
    assets: PageAssets | None = None,
    dated: date | None = None,
    back: str | None = None,
    nonce: str | None = None,
) -> str:
    """Write the brief of one site as a page that needs neither network nor script.

    Parameters
    ----------
    result
        Result the site is in.
    site_id
        The site.
    language
        da or en; None: the study's.
    others
        Further runs to set the site's figures beside, by name.
    maps
        What maps of several briefs share; None: laid out for this one.
    assets
        Where the typeface comes from; None: taken in where it is installed.
    dated
        Date of the brief; None: it bears none.
    back
        Address of the ranking, for a brief that lies beside it.
    nonce
        Nonce of a content security policy for styles.

    Raises
    ------
    InputError
        When the result has no such site.
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    subject = subject_of(result, site_id, language)
    words, view = subject.words, subject.view
    drawn = maps or WalkMaps(subject)
    chosen = assets or page_assets()
    version = subject.result.summary.get("geo_planner_version", __version__)
    digest = subject.words("study_digest", digest=subject.view.digest)
    credit = f" · {OSM_CREDIT}" if subject.result.region.has("streets") else ""
    return render_document(
        "brief.html",
        nonce=nonce,
        words=words,
        language=words.language,
        version=__version__,
        title=f"{words('brief_title')} – {subject.name} – {view.name}",
        styles=[*chosen.fonts, static_text("brief.css")],
        site_id=site_id,
        name=subject.name,
        study=view.name,
        scenario=_scenario(subject),
        badge=view.badge,
        dated=words.day(dated) if dated else "",
        back=back,
        lead=_lead(subject),
        excluded=ranking.excluded_words(subject),
        cards=_cards(subject),
        site_map=drawn.site_map(subject),
        locator=drawn.locator(subject),
        area=subject.figure("area_m2", "m2"),
        sections=_sections(subject, others or {}),
        sources=_sources(subject),
        method=_method(subject),
        short_method=f"geo_planner {version} · {digest}{credit}",
        disclaimer=words("brief_disclaimer"),
    )


def _scenario(subject: Subject) -> str:
    origin = subject.result.region.origin
    return subject.words("brief_baseline") if origin is None else str(origin.scenario["name"])


def _lead(subject: Subject) -> str:
    """Sum the site up in two or three sentences made of facts."""
    words = subject.words
    station = around.nearest_station_name(subject)
    code = subject.number("use_code")
    use = words.phrases.get(f"use_{code:.0f}", "") if code is not None else ""
    place = words("brief_lead_station", name=station) if station else ""
    sentences = [
        words(
            "brief_lead_place",
            area=words.figure(subject.number("area_m2"), "m2"),
            use=(use or words("unknown")).lower(),
            place=place,
        )
    ]
    walk, ride = subject.number("station_walk_m"), subject.number("minutes_city_centre")
    if walk is not None and ride is not None:
        sentences.append(
            words(
                "brief_lead_reach",
                walk=words.figure(walk, "m"),
                minutes=words.figure(ride, "min"),
                place=around.time_rows(subject)[0]["label"],
            )
        )
    return " ".join([*sentences, _lead_capacity(subject)])


def _lead_capacity(subject: Subject) -> str:
    words = subject.words
    now, later = (subject.number(f"{s}_remaining_likely_m2") for s in ("now", "potential"))
    share = subject.number("local_plan_share")
    then = subject.floor_area_of(later)
    if share == 0:
        return words("brief_lead_no_plan", later=then)
    if now is None or share is None:
        reasons = subject.reasons("now_unknown_reason")
        reason = subject.reasons_text(short_reason(reason) for reason in reasons)
        key = "brief_lead_plans_unknown" if share is None else "brief_lead_unknown"
        return words(key, reason=f" ({reason})" if reason else "")
    where = ""
    if share < _WHOLE_SHARE:
        where = words("brief_lead_partly", share=words.figure(share, "share"))
    facts = {"now": subject.floor_area_of(now), "later": then, "where": where}
    if now > 0:
        return words("brief_lead_room", **facts)
    is_allowed = bool(subject.number("now_allowed_likely_m2"))
    return words("brief_lead_full" if is_allowed else "brief_lead_other_use", **facts)


def _cards(subject: Subject) -> list[dict[str, Any]]:
    words = subject.words
    rank = ranking.rank_facts(subject)
    workers = around.headline_workers(subject)
    state = subject.text("capacity_state")
    state_words = words(f"brief_state_{state}").lower() if state else words("unknown")
    likely = subject.number("jobs_likely")
    span = subject.jobs(subject.number("jobs_low"), subject.number("jobs_high"))
    area = subject.number("remaining_m2")
    floor_areas = {
        "allowed": subject.floor_area(f"{state}_allowed_likely_m2") if state else subject.ask,
        "existing": subject.floor_area("existing_floor_area_m2"),
    }
    travel = subject.result.study.travel
    workers_label = words("brief_workers")
    if travel.window is not None and travel.arrive is not None:
        workers_label = words("brief_workers_by", time=words.clock(travel.window[1]))
    return [
        {
            "label": rank["of"],
            "figure": rank["rank"] or "✕",
            "is_open": False,
            "unit": words("brief_of_hundred", score=rank["score"]) if rank["score"] else "",
            "note": rank["note"],
        },
        {
            "label": words("brief_new_jobs"),
            "figure": subject.ask if likely is None else words.figure(likely, "jobs"),
            "is_open": likely is None,
            "unit": "",
            "note": state_words
            if likely is None
            else words("brief_likely_of", span=span, state=state_words),
        },
        {
            "label": words("brief_remaining"),
            "figure": subject.ask if area is None else words.number(round(area, -2)),
            "is_open": area is None,
            "unit": "" if area is None else "m²",
            "note": words(
                "brief_allowed_open" if area is None else "brief_allowed_less",
                **{
                    name: words("unknown") if text == subject.ask else text
                    for name, text in floor_areas.items()
                },
            ),
        },
        {
            "label": workers_label,
            "figure": workers["figure"] if workers else words("unknown"),
            "is_open": workers is None,
            "unit": "",
            "note": workers["note"] if workers else "",
        },
    ]


def _sections(subject: Subject, others: Mapping[str, AnalysisResult]) -> dict[str, Any]:
    """Collect everything between the maps and the sources."""
    return {
        "reach": around.reach_section(subject),
        "reach_note": _window_words(subject),
        "times": around.time_rows(subject),
        "plans": plans.plan_section(subject),
        "readiness": plans.readiness_rows_of(subject),
        "capacity": capacity.capacity_section(subject),
        "uses": capacity.use_section(subject),
        "criteria": ranking.criteria_rows(subject),
        "histogram": ranking.histogram(subject),
        "changes": ranking.change_lines(subject),
        "constraints": ground.constraint_section(subject),
        "classes": ground.class_facts(subject),
        "stations": ground.station_section(subject),
        "neighbours": around.neighbour_section(subject),
        "amenities": around.amenity_words(subject),
        "facts": _facts(subject),
        "scenarios": _scenarios(subject, others),
    }


def _window_words(subject: Subject) -> str:
    """Say in a few words which minutes count; the method tells the day."""
    study, words = subject.result.study, subject.words
    if study.travel.window is None:
        return ""
    start, end = (words.clock(moment) for moment in study.travel.window)
    key = "brief_departing" if study.travel.arrive is None else "brief_arriving"
    parts = (words(key, window=f"{start}{EN_DASH}{end}"), fare_words(study, words, "fare_short"))
    return ", ".join(part for part in parts if part)


def _travel_words(subject: Subject) -> str:
    study, words = subject.result.study, subject.words
    if study.travel.window is None:
        return ""
    percentiles = study.travel.percentiles
    median = percentile_words(MEDIAN, words) if MEDIAN in percentiles else ""
    parts = (window_words(study, words), median, fare_words(study, words))
    return ", ".join(part for part in parts if part)


def _facts(subject: Subject) -> list[dict[str, str]]:
    """Tell ownership and register facts, and list all that is to be asked for."""
    words = subject.words
    owner = subject.text("owner_type")
    parcels = around.parcel_words(subject)
    rows = [
        {"label": words("brief_owner"),
         "value": words.label(f"owner_{owner}", owner.replace("_", " ")) if owner else subject.ask},
        {"label": words("brief_properties"), "value": parcels["properties"]},
        {"label": words("brief_parcels"), "value": parcels["parcels"]},
    ]  # fmt: skip
    questions = ranking.questions(subject)
    if questions:
        rows.append({"label": words("brief_also_ask"), "value": "; ".join(questions)})
    asked = "; ".join(words(f"brief_ask_{name}") for name in _TO_ASK)
    return [*rows, {"label": words("brief_to_ask"), "value": asked}]


def _scenarios(subject: Subject, others: Mapping[str, AnalysisResult]) -> list[dict[str, str]]:
    found: dict[str, pd.Series] = {}
    for title, other in others.items():
        if subject.site_id in other.sites.index:
            found[title] = other.sites.drop(columns="geometry").loc[subject.site_id]
    if not found:
        return []
    rows = {_scenario(subject): subject.row, **found}
    return around.scenario_rows(subject, rows)


def _sources(subject: Subject) -> list[str]:
    """Name the sources, one entry for the tables that share credit and date."""
    groups: dict[tuple[str, str], list[str]] = {}
    words = subject.words
    for row in source_rows(subject.view):
        credit = words("brief_own_files") if row["credit"] == words("unknown") else row["credit"]
        own = groups.setdefault((credit, row["date"]), [])
        own += [name for name in row["tables"].split(", ") if name not in own]
    entries = []
    for (credit, dated), tables in groups.items():
        day = words("brief_undated") if dated == words("unknown") else dated
        entries.append(f"{credit} ({day}): {', '.join(tables)}")
    listed = " ".join(entries)
    unnamed = [credit for credit in subject.view.credits if credit not in listed]
    return [*entries, *unnamed, *([subject.view.age] if subject.view.age else [])]


def _method(subject: Subject) -> list[str]:
    words, study = subject.words, subject.result.study
    summary = subject.result.summary
    parts = [
        f"geo_planner {summary.get('geo_planner_version', __version__)}",
        words("study_digest", digest=subject.view.digest),
        words("brief_walk_speed", speed=words.number(study.travel.walk_speed_kmh, 1)),
        _travel_words(subject),
        words("brief_measured_from"),
        _snap_words(subject),
        words("profile", name=words.phrases.get(f"profile_{study.siting.profile}", "")),
    ]
    if assumed_files():
        parts.append(words("brief_assumed"))
    edge = summary.get("edge_effect_share")
    if edge:
        parts.append(words("brief_edge", share=words.figure(float(edge), "share")))
    return [part for part in parts if part]


def _snap_words(subject: Subject) -> str:
    """Say how far the site's point lies from a street, mode by mode where they differ."""
    snaps, words = subject.result.snaps, subject.words
    if not len(snaps):
        return ""
    own = snaps[(snaps["table"] == "sites") & (snaps["id"].astype(str) == subject.site_id)]
    far = own["distance_m"].dropna()
    if not len(far):
        return words("brief_snap_unknown")
    low, high = round(float(far.min())), round(float(far.max()))
    span = f"{low}" if low == high else f"{low}{EN_DASH}{high}"
    key = "brief_snap_far" if len(far_links(own, "table")) else "brief_snap"
    return words(key, distance=f"{span}\u00a0m")
