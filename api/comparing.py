"""Comparisons of two results of a study: a page, two sheets to print, and figures in one row.

The page and the row come from one comparison, made once for each pair of results.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response

from geo_planner.pages.drawing.page import COMPARE_BRIEF_LINK, COMPARE_LINK
from geo_planner.pages.drawing.view import Language

from .addresses import V1, StudyId
from .choices import Lang, Visit
from .drawing import comparison_of, drawn_comparison, drawn_comparison_brief
from .errors import problems_of
from .library import BASELINE, Library, Shelf
from .pages import Visits

_Side = Annotated[str, Query(max_length=200, description="Id of a scenario that has a result.")]


def add_comparisons(app: FastAPI, library: Library) -> None:
    """Add what compares two results."""
    visits = Visits(library)

    def pair(
        request: Request, b: _Side, study: StudyId = None, a: _Side = BASELINE, lang: Lang = None
    ) -> tuple[Visit, Shelf]:
        against = library.shelf(study, a)
        return replace(visits(request, study, b, lang), against=against), against

    Pair = Annotated[tuple[Visit, Shelf], Depends(pair)]  # noqa: N806 -- a type

    @app.get(f"{V1}/compare", tags=["studies"], responses=problems_of(404, 422, 503))
    def figures(both: Pair) -> dict[str, Any]:
        """Tell in one row what differs between two results, in words."""
        from geo_planner.pages.compare.pairs import pair_row  # slow to import

        visit, a = both
        return pair_row(comparison_of(a, visit.shelf, visit.language))

    def page_of(draw: Callable[[Shelf, Shelf, Language], str]) -> Callable[..., Response]:
        def page(both: Pair) -> Response:
            visit, a = both
            return visits.answer(visit, lambda: draw(a, visit.shelf, visit.language))

        return page

    for path, draw in (
        (COMPARE_LINK, drawn_comparison), (COMPARE_BRIEF_LINK, drawn_comparison_brief),
    ):  # fmt: skip
        app.get(path, response_class=HTMLResponse, include_in_schema=False)(page_of(draw))
