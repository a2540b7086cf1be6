"""Comparisons of two results of a study: a page, two sheets to print, and figures in one row.

The page and the row come from one comparison, made once for each pair of results.
"""

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse

from geo_planner.compare import Comparison, compare_results
from geo_planner.pages.compare.brief import render_compare_brief
from geo_planner.pages.compare.page import render_compare
from geo_planner.pages.compare.pairs import pair_row
from geo_planner.pages.drawing.assets import page_assets
from geo_planner.pages.drawing.page import COMPARE_BRIEF_LINK, COMPARE_LINK
from geo_planner.words.wording import Wording

from .addresses import V1, StudyId
from .errors import problems_of
from .library import BASELINE, Library, Shelf
from .pages import NONCE, ROOT, answered, base_of, links_of

_Side = Annotated[str, Query(max_length=200, description="Id of a scenario that has a result.")]
_Pair = tuple[Shelf, Shelf]


def add_comparisons(app: FastAPI, library: Library) -> None:
    """Add what compares two results."""

    def pair(study: str | None, a: str, b: str) -> _Pair:
        return library.shelf(study, a), library.shelf(study, b)

    @app.get(f"{V1}/compare", tags=["studies"], responses=problems_of(404, 422, 503))
    def figures(b: _Side, study: StudyId = None, a: _Side = BASELINE) -> dict[str, Any]:
        """Tell in one row what differs between two results, in the words of the study."""
        return pair_row(comparison_of(pair(study, a, b)))

    @app.get(COMPARE_LINK, response_class=HTMLResponse, include_in_schema=False)
    def page(request: Request, b: _Side, study: StudyId = None, a: _Side = BASELINE) -> Any:
        """Show two results side by side."""
        sides = pair(study, a, b)
        return answered(request, _kept(sides, "page", lambda: _page(sides)))

    @app.get(COMPARE_BRIEF_LINK, response_class=HTMLResponse, include_in_schema=False)
    def brief(request: Request, b: _Side, study: StudyId = None, a: _Side = BASELINE) -> Any:
        """Show what differs on two sheets."""
        sides = pair(study, a, b)
        return answered(request, _kept(sides, "brief", lambda: _brief(sides)))


def comparison_of(sides: _Pair) -> Comparison:
    """Compare two results, once.

    Raises
    ------
    RefusedError
        When one of them has no result.
    """

    def compared() -> Comparison:
        a, b = (side.require_result() for side in sides)
        baseline = Wording.of_study(sides[1].region.study)("brief_baseline")
        names = [
            baseline if side.scenario_id == BASELINE else result.title
            for side, result in zip(sides, (a, b), strict=True)
        ]
        return compare_results(a, b, name_a=names[0], name_b=names[1])

    return _kept(sides, "comparison", compared)


def _kept(sides: _Pair, what: str, make: Any) -> Any:
    """Keep something of a pair with the second of it, as long as the first is the one opened."""
    a, b = sides
    return b.keep(("compare", what, a.scenario_id, a.opened_as), make)


def _address(sides: _Pair, page: str) -> str:
    a, b = sides
    return f"{ROOT}{page}?study={a.study_id}&a={a.scenario_id}&b={b.scenario_id}"


def _page(sides: _Pair) -> str:
    a, b = sides
    links = {
        **links_of(a.study_id),
        "brief": _address(sides, COMPARE_BRIEF_LINK),
        "turned": _address((b, a), COMPARE_LINK),
    }
    return render_compare(
        comparison_of(sides),
        assets=page_assets("served", root=ROOT),
        base=base_of(b),
        links=links,
        nonce=NONCE,
    )


def _brief(sides: _Pair) -> str:
    return render_compare_brief(
        comparison_of(sides),
        assets=page_assets("served", root=ROOT),
        back=_address(sides, COMPARE_LINK),
        nonce=NONCE,
    )
