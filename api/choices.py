"""What a visitor chooses on every page: study, scenario and language, as lists of links."""

import re
from dataclasses import dataclass
from html import escape
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from geo_planner.pages.drawing.page import Choice, choices_html
from geo_planner.pages.drawing.view import LANGUAGES, Language
from geo_planner.words.wording import Wording

from .addresses import KEY_COOKIE, LOGOUT, SHARE, asked_of, root_of
from .drawing import label_of
from .library import BASELINE, Library, Shelf
from .state.keys import may

_COOKIE, _COOKIE_AGE_S = "lang", 365 * 86_400
_ACCEPTED = re.compile(r"\s*([a-z]{2})(?:-[^;]*)?\s*(?:;\s*q=([0-9.]+))?\s*", re.IGNORECASE)

Lang = Annotated[
    Literal["da", "en"] | None,
    Query(description="Language of pages; default: as last chosen, then the browser's."),
]


@dataclass(frozen=True)
class Visit:
    """Hold who asks for a page: which result, in which language, by which request.

    ``against`` is the result it is compared with, on pages that compare.
    """

    request: Request
    shelf: Shelf
    language: Language
    against: Shelf | None = None


def language_of(request: Request, asked: Language | None, otherwise: Language) -> Language:
    """Choose a language: the one asked for, chosen earlier, or first in the browser's list.

    Parameters
    ----------
    request
        Whose cookie and ``Accept-Language`` are read.
    asked
        Language in the address.
    otherwise
        Language of the study, where neither says one that pages have.
    """
    wanted = [asked, request.cookies.get(_COOKIE), *_accepted(request), otherwise]
    return next(language for language in wanted if language in LANGUAGES)


def _accepted(request: Request) -> list[str]:
    """List the languages a browser accepts, the most wanted first."""
    parts = request.headers.get("accept-language", "").split(",")
    found = [match for part in parts if (match := _ACCEPTED.fullmatch(part))]
    ranked = sorted(found, key=lambda match: -_weight(match[2]))
    return [match[1].lower() for match in ranked if _weight(match[2]) > 0]


def _weight(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        return 0.0


def remember_language(response: Response, request: Request) -> None:
    """Let the browser keep a language that was asked for."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        response.set_cookie(_COOKIE, asked, max_age=_COOKIE_AGE_S, httponly=True, samesite="lax")


def draw_choices(visit: Visit, library: Library) -> str:
    """Write the pickers of study and scenario and the switch of languages as markup."""
    shelf, words = visit.shelf, Wording(visit.language)
    asks_for_keys = visit.request.app.state.settings.needs_key
    study = library.study(shelf.study_id)
    names = {name: label_of(one, visit.language) for name, one in study.shelves.items()}
    lists: dict[str, dict[str, str]] = {
        "study": {name: one.baseline.name for name, one in library.studies.items()},
        "scenario": names,
        "lang": {language: language.upper() for language in LANGUAGES},
    }
    chosen = {"study": shelf.study_id, "scenario": shelf.scenario_id, "lang": visit.language}
    if visit.against is not None:
        del lists["scenario"]
        lists |= {"a": names, "b": names}
        chosen |= {"a": visit.against.scenario_id, "b": shelf.scenario_id}
    is_guest = asks_for_keys and visit.request.state.role is None
    if is_guest:
        # who follows a link sees what it shows, and no name of anything else
        lists = {"lang": lists["lang"]}
    is_signed_in = asks_for_keys and not is_guest and KEY_COOKIE in visit.request.cookies
    return choices_html(
        words,
        {
            key: [
                Choice(label, _link(visit.request, key, name), name == chosen[key])
                for name, label in options.items()
            ]
            for key, options in lists.items()
        },
        sign_out=root_of(visit.request) + LOGOUT if is_signed_in else None,
        share=_share_address(visit),
    )


def draw_share(visit: Visit) -> str:
    """Write the link to the page that shares this one; nothing for who may not share it."""
    address = _share_address(visit)
    if address is None:
        return ""
    return f' <a href="{escape(address)}">{escape(Wording(visit.language)("share"))}</a>'


def _share_address(visit: Visit) -> str | None:
    request = visit.request
    if not request.app.state.settings.needs_key or not may(request.state.role, "edit"):
        return None
    return f"{root_of(request)}{SHARE}?{urlencode({'page': asked_of(request)})}"


def _link(request: Request, key: str, value: str) -> str:
    """Give the address of this page with one thing chosen otherwise."""
    asked = {name: text for name, text in request.query_params.items() if name != key}
    if key == "study":
        asked = {}  # points, sites and scenarios are of one study
    if value != BASELINE or key == "b":
        asked[key] = value
    root = root_of(request)
    path = request.url.path
    here = path if path.startswith(root) else f"{root}{path}"
    return f"{here}?{urlencode(asked)}" if asked else here
