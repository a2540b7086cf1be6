"""The pages: overview, map and sites, drawn once a study; and the files they take in.

A page is drawn with stand-ins for the nonce and for the path that a proxy puts before addresses,
kept, and sent with those of each request. They are drawn at random, so that no text from data can
pass for them.
"""

import secrets
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from geo_planner.errors import GeoPlannerError
from geo_planner.pages.ask.page import render_ask
from geo_planner.pages.drawing.assets import (
    PACKAGES,
    SERVED_AT,
    PageAssets,
    asset_folder,
    page_assets,
)
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.page import COMPARE_LINK, EDITOR_LINK, SERVED_LINKS
from geo_planner.pages.scenarios.editor import render_editor
from geo_planner.pages.scenarios.listing import render_scenarios
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview

from .addresses import V1, ScenarioId, StudyId, root_of
from .library import BASELINE, RESERVED, RETRY_AFTER_S, Library, Shelf
from .notice import notice_page

NONCE, ROOT = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
_ASSET_AGE_S = 86_400
_ASSETS = frozenset(name for package in PACKAGES.values() for name in package.files.values())
_OF_SCENARIOS = {"scenarios": render_scenarios, "editor": render_editor}
_WAITING = {
    "en": ("The analysis is running", "This page opens by itself when it is done."),
    "da": ("Analysen er i gang", "Siden åbner automatisk når den er færdig."),
}


def add_pages(app: FastAPI, library: Library) -> None:
    """Add the pages and the folder of web assets."""

    def chosen(study: StudyId = None, scenario: ScenarioId = None) -> Shelf:
        return library.shelf(study, scenario)

    Chosen = Annotated[Shelf, Depends(chosen)]  # noqa: N806 -- a type

    @app.get(SERVED_LINKS["overview"], response_class=HTMLResponse, include_in_schema=False)
    def overview(request: Request, shelf: Chosen) -> HTMLResponse:
        """Show the overview of a study."""
        return _page(request, shelf, "overview")

    @app.get(SERVED_LINKS["map"], response_class=HTMLResponse, include_in_schema=False)
    def access_map(request: Request, shelf: Chosen) -> HTMLResponse:
        """Show the access map of a study; without its results where the analysis failed."""
        return _page(request, shelf, "map")

    @app.get(SERVED_LINKS["ask"], response_class=HTMLResponse, include_in_schema=False)
    def ask(request: Request, shelf: Chosen) -> HTMLResponse:
        """Show the page that asks what a point reaches."""
        return _page(request, shelf, "ask")

    @app.get(SERVED_LINKS["sites"], response_class=HTMLResponse, include_in_schema=False)
    def ranking(request: Request, shelf: Chosen) -> HTMLResponse:
        """Show the ranked sites of a study beside their map."""
        return _page(request, shelf, "sites")

    @app.get(SERVED_LINKS["scenarios"], response_class=HTMLResponse, include_in_schema=False)
    def scenarios(request: Request, study: StudyId = None) -> HTMLResponse:
        """List the scenarios of a study."""
        return _page(request, library.shelf(study), "scenarios")

    @app.get(EDITOR_LINK, response_class=HTMLResponse, include_in_schema=False)
    def editor(request: Request, study: StudyId = None) -> HTMLResponse:
        """Edit one scenario, which the address names."""
        return _page(request, library.shelf(study), "editor")

    @app.get(SERVED_AT + "/{name:path}", include_in_schema=False)
    def asset(name: str) -> FileResponse:
        """Hand out one of the files pages take in, and no other."""
        file = asset_folder() / name
        if name not in _ASSETS or not file.is_file():
            raise HTTPException(404)
        return FileResponse(file, headers={"Cache-Control": f"public, max-age={_ASSET_AGE_S}"})


def draw_pages(shelf: Shelf) -> None:
    """Draw all pages ahead of the first visit; one that cannot be drawn says so when asked."""
    for name in SERVED_LINKS:
        with suppress(GeoPlannerError):
            _drawn(shelf, name)


def _page(request: Request, shelf: Shelf, name: str) -> HTMLResponse:
    nonce, root = request.state.nonce, root_of(request)
    if shelf.state == "computing":
        headers = {"Retry-After": str(RETRY_AFTER_S), "Cache-Control": "no-store"}
        return HTMLResponse(_waiting(shelf, nonce, root), status_code=503, headers=headers)
    return answered(request, _drawn(shelf, name, keeps=request.app.state.state is not None))


def answered(request: Request, drawn: str) -> HTMLResponse:
    """Send a page that was drawn with stand-ins."""
    drawn = drawn.replace(NONCE, request.state.nonce).replace(ROOT, root_of(request))
    return HTMLResponse(drawn, headers={"Cache-Control": "no-store"})


def links_of(study_id: str, scenario_id: str = BASELINE) -> dict[str, str]:
    """Give the addresses of the pages of a result."""
    chosen = {"study": study_id, "scenario": scenario_id}
    query = urlencode({k: v for k, v in chosen.items() if v != BASELINE})
    return {page: f"{ROOT}{path}?{query}" for page, path in SERVED_LINKS.items()}


def _drawn(shelf: Shelf, name: str, *, keeps: bool = True) -> str:
    assets = page_assets("served", root=ROOT, draws=name == "editor")
    if name in _OF_SCENARIOS:
        return shelf.keep(
            (name, assets, keeps), lambda: _draw_scenarios(shelf, name, assets, keeps=keeps)
        )
    return shelf.keep((name, assets), lambda: _draw(shelf, name, assets))


def _waiting(shelf: Shelf, nonce: str, root: str) -> str:
    language = "da" if shelf.region.study.get("language") == "da" else "en"
    heading, line = _WAITING[language]
    return notice_page(
        heading,
        [line],
        nonce=nonce,
        root=root,
        study=shelf.name,
        language=language,
        share=shelf.share,
        refresh_s=RETRY_AFTER_S,
    )


def _draw(shelf: Shelf, name: str, assets: PageAssets) -> str:
    chosen = {"study": shelf.study_id, "scenario": shelf.scenario_id}
    links = links_of(**{f"{key}_id": value for key, value in chosen.items()})
    if name == "map":
        subject = shelf.result() or shelf.region
        return render_map(subject, assets=assets, base=base_of(shelf), links=links, nonce=NONCE)
    if name == "ask":
        subject = shelf.result() or shelf.region
        service = {"api": V1.removeprefix("/"), **chosen}
        return render_ask(
            subject, service=service, assets=assets, base=base_of(shelf), links=links, nonce=NONCE
        )
    result = shelf.require_result()
    if name == "overview":
        return render_overview(result, assets=assets, links=links, nonce=NONCE)
    return render_sites_page(result, assets=assets, base=base_of(shelf), links=links, nonce=NONCE)


def _draw_scenarios(shelf: Shelf, name: str, assets: PageAssets, *, keeps: bool) -> str:
    return _OF_SCENARIOS[name](
        shelf.result() or shelf.region,
        service=_workbench(shelf, keeps=keeps),
        assets=assets,
        base=base_of(shelf),
        links=links_of(shelf.study_id),
        nonce=NONCE,
    )


def _workbench(shelf: Shelf, *, keeps: bool) -> dict[str, Any]:
    """Say where scenarios are kept, run and compared."""
    of_study = f"?study={shelf.study_id}"
    return {
        "api": V1.removeprefix("/"),
        "study": shelf.study_id,
        "editor": f"{EDITOR_LINK}{of_study}".removeprefix("/"),
        "compare": f"{COMPARE_LINK}{of_study}".removeprefix("/"),
        "keeps": keeps,
        "runs": keeps and shelf.place.is_run,
        "reserved": list(RESERVED),
    }


def base_of(shelf: Shelf) -> BaseMap:
    """Give the base map of a region, drawn once."""
    return shelf.keep("base", lambda: build_basemap(shelf.region))
