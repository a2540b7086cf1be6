"""What a link shows: one result, one comparison or one site, and nothing beside it."""

from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from fastapi import Request
from pydantic import BaseModel

from geo_planner.errors import InputError
from geo_planner.pages.drawing.page import COMPARE_BRIEF_LINK, COMPARE_LINK, SERVED_LINKS

from .addresses import OF_STUDY, V1
from .drawing import BRIEF, FILES, POLICY_PRINT
from .library import BASELINE, Library

_OF_RESULT = frozenset(
    {SERVED_LINKS[name] for name in ("overview", "map", "ask", "sites", "policy")}
    | {POLICY_PRINT, f"{BRIEF}/{{site:path}}", f"{FILES}/{{name}}"}
    | {f"{V1}/{name}" for name in (
        "search", "isochrones", "reach", "itineraries", "access", "times")}
)  # fmt: skip
_OF_COMPARISON = frozenset({COMPARE_LINK, COMPARE_BRIEF_LINK, f"{V1}/compare"})
_OF_SITE = frozenset({f"{BRIEF}/{{site:path}}"})


class Shared(BaseModel, frozen=True):
    """Say what a link shows.

    ``scenario`` is the result, for a comparison its side B; ``against`` is side A.
    """

    subject: Literal["result", "comparison", "site"]
    study: str
    scenario: str = BASELINE
    against: str = BASELINE
    site: str | None = None

    def shows(self, request: Request) -> bool:
        """Tell whether a request asks for what the link shows."""
        route = request.scope["route"].path
        asked = {**dict(request.query_params), **request.path_params}
        if len(request.query_params.multi_items()) != len(dict(request.query_params)):
            return False
        if asked.get("study") != self.study:
            return False
        if self.subject == "comparison":
            pair = asked.get("a", BASELINE), asked.get("b")
            return route in _OF_COMPARISON and pair == (self.against, self.scenario)
        if asked.get("scenario", BASELINE) != self.scenario:
            return False
        if self.subject == "site":
            return route in _OF_SITE and asked.get("site") == self.site
        return route in _OF_RESULT or route.startswith(OF_STUDY)


def shared_of(page: str, library: Library) -> tuple[Shared, str]:
    """Find out what the page at an address of this service shows.

    Parameters
    ----------
    page
        Path with query and fragment, as in the browser, without what a proxy puts before it.

    Returns
    -------
    What it shows, and its address with the ids of study and scenarios written out.

    Raises
    ------
    InputError
        When the page shows no result, comparison or site of a study.
    RefusedError
        When there is no such study or scenario, or no result for a site.
    """
    parts = urlsplit(page)
    query = dict(parse_qsl(parts.query))
    path, study = unquote(parts.path), query.get("study")
    if parts.scheme or parts.netloc:
        raise InputError(f"{page}: name a page of this service, from its first slash on")
    if path in (COMPARE_LINK, COMPARE_BRIEF_LINK):
        a, b = library.shelf(study, query.get("a")), library.shelf(study, query.get("b"))
        ids = {"study": b.study_id, "a": a.scenario_id, "b": b.scenario_id}
        shared = Shared(subject="comparison", study=b.study_id, scenario=b.scenario_id,
                        against=a.scenario_id)  # fmt: skip
    elif path.startswith(f"{BRIEF}/") or path in _OF_RESULT:
        shelf = library.shelf(study, query.get("scenario"))
        ids = {"study": shelf.study_id, "scenario": shelf.scenario_id}
        site = path.removeprefix(f"{BRIEF}/") if path.startswith(f"{BRIEF}/") else None
        if site is not None and site not in shelf.require_result().sites.index:
            raise InputError(f"there is no site {site!r} in {shelf.study_id}")
        subject: Literal["result", "site"] = "result" if site is None else "site"
        shared = Shared(subject=subject, site=site, **ids)
    else:
        raise InputError(f"{path}: only pages of a result, a comparison or a site can be shared")
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return shared, f"{quote(path)}?{urlencode({**query, **ids})}{fragment}"
