"""The pages and the files they take in: which address shows what."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from geo_planner.pages.drawing.assets import PACKAGES, SERVED_AT, asset_folder
from geo_planner.pages.drawing.page import EDITOR_LINK, SERVED_LINKS

from .addresses import ScenarioId, StudyId, root_of
from .choices import (
    Lang,
    Visit,
    draw_choices,
    draw_share,
    language_of,
    remember_language,
)
from .drawing import (
    BRIEF,
    FILES,
    POLICY_PRINT,
    downloads_of,
    drawn,
    drawn_brief,
    drawn_scenarios,
    sent,
)
from .library import RETRY_AFTER_S, Library
from .notice import notice_page

_ASSET_AGE_S = 86_400
_ASSETS = frozenset(name for package in PACKAGES.values() for name in package.files.values())
_WAITING = {
    "en": ("The analysis is running", "This page opens by itself when it is done."),
    "da": ("Analysen er i gang", "Siden åbner automatisk når den er færdig."),
}


class Visits:
    """Find out what a request for a page is about."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __call__(
        self,
        request: Request,
        study: StudyId = None,
        scenario: ScenarioId = None,
        lang: Lang = None,
    ) -> Visit:
        """Find the result, and the language to show it in."""
        shelf = self.library.shelf(study, scenario)
        return Visit(request, shelf, language_of(request, lang, shelf.language))

    def answer(self, visit: Visit, draw: Callable[[], str]) -> Response:
        """Send a page, or say that its analysis runs."""
        if visit.shelf.state == "computing":
            return _waiting(visit)
        nonce, root = visit.request.state.nonce, root_of(visit.request)
        choices, share = draw_choices(visit, self.library), draw_share(visit)
        html = sent(draw(), nonce=nonce, root=root, choices=choices, share=share)
        answer = HTMLResponse(html, headers={"Cache-Control": "no-store"})
        remember_language(answer, visit.request)
        return answer


def add_pages(app: FastAPI, library: Library) -> None:
    """Add the pages of results and comparisons."""
    visits = Visits(library)
    Visited = Annotated[Visit, Depends(visits)]  # noqa: N806 -- a type

    def add(path: str, show: Callable[..., Response]) -> None:
        app.get(path, response_class=HTMLResponse, include_in_schema=False)(show)

    def page_of(name: str) -> Callable[[Visit], Response]:
        def page(visit: Visited) -> Response:
            return visits.answer(visit, lambda: drawn(visit.shelf, name, visit.language))

        return page

    def brief(site: str, visit: Visited) -> Response:
        return visits.answer(visit, lambda: drawn_brief(visit.shelf, site, visit.language))

    def of_scenarios(name: str) -> Callable[[Visit], Response]:
        def page(visit: Visited) -> Response:
            keeps = visit.request.app.state.state is not None
            baseline = library.shelf(visit.shelf.study_id)
            return visits.answer(
                replace(visit, shelf=baseline),
                lambda: drawn_scenarios(baseline, name, visit.language, keeps=keeps),
            )

        return page

    for name in ("overview", "map", "ask", "sites", "policy"):
        add(SERVED_LINKS[name], page_of(name))
    add(POLICY_PRINT, page_of("policy_print"))
    add(SERVED_LINKS["scenarios"], of_scenarios("scenarios"))
    add(EDITOR_LINK, of_scenarios("editor"))
    add(BRIEF + "/{site:path}", brief)


def add_files(app: FastAPI, library: Library) -> None:
    """Add the tables of runs and the folder of web assets."""

    @app.get(FILES + "/{name}", include_in_schema=False)
    def table(name: str, study: StudyId = None, scenario: ScenarioId = None) -> FileResponse:
        """Hand out a table of a run, and nothing else."""
        shelf = library.shelf(study, scenario)
        if name not in downloads_of(shelf):
            raise HTTPException(404)
        title = f"{shelf.study_id}-{shelf.scenario_id}-{name}"
        return FileResponse(shelf.place.folder / name, filename=title)

    @app.get(SERVED_AT + "/{name:path}", include_in_schema=False)
    def asset(name: str) -> FileResponse:
        """Hand out one of the files pages take in, and no other."""
        file = asset_folder() / name
        if name not in _ASSETS or not file.is_file():
            raise HTTPException(404)
        return FileResponse(file, headers={"Cache-Control": f"public, max-age={_ASSET_AGE_S}"})


def _waiting(visit: Visit) -> Response:
    shelf, (heading, line) = visit.shelf, _WAITING[visit.language]
    return notice_page(
        visit.request,
        heading,
        [line],
        status=503,
        headers={"Retry-After": str(RETRY_AFTER_S)},
        study=shelf.name,
        language=visit.language,
        share=shelf.share,
        refresh_s=RETRY_AFTER_S,
    )
