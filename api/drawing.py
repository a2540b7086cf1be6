"""Pages drawn once a result and language, kept, and sent with what is of one request.

They are drawn with stand-ins for the nonce and for the path that a proxy puts before addresses.
These are drawn at random, so that no text from data can pass for them. What computes is slow to
import and comes with the first page that needs it.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from geo_planner.analysis import AnalysisResult
from geo_planner.errors import GeoPlannerError
from geo_planner.pages.ask.page import render_ask
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.page import (
    CHOICES_HERE,
    COMPARE_BRIEF_LINK,
    COMPARE_LINK,
    EDITOR_LINK,
    SERVED_LINKS,
    SHARE_HERE,
)
from geo_planner.pages.drawing.view import Language, in_language
from geo_planner.pages.policy.page import render_policy, render_policy_print
from geo_planner.pages.sites.page import render_sites_page
from geo_planner.pages.study.map import render_map
from geo_planner.pages.study.overview import render_overview
from geo_planner.region import Region
from geo_planner.run_folder import open_run
from geo_planner.words.wording import Wording

from .addresses import V1
from .library import BASELINE, RESERVED, Shelf
from .recent import Recent

if TYPE_CHECKING:
    from geo_planner.compare import Comparison

POLICY_PRINT, BRIEF, FILES = "/policy/print", "/briefs", "/files"
_NONCE, _ROOT = secrets.token_urlsafe(24), secrets.token_urlsafe(24)


def sent(html: str, *, nonce: str, root: str, choices: str, share: str) -> str:
    """Fill a drawn page with what is of one request."""
    filled = html.replace(CHOICES_HERE, choices).replace(SHARE_HERE, share)
    return filled.replace(_NONCE, nonce).replace(_ROOT, root)


def draw_pages(shelf: Shelf) -> None:
    """Draw the pages of a study in its own language, ahead of the first visit.

    One that cannot be drawn says so when it is asked for.
    """
    for name in ("overview", "map", "ask", "sites"):
        with suppress(GeoPlannerError):
            drawn(shelf, name, shelf.language)


def drawn(shelf: Shelf, name: str, language: Language) -> str:
    """Give a page of a result: one of ``SERVED_LINKS`` or ``policy_print``.

    Raises
    ------
    RefusedError
        When the page needs a result and there is none.
    GeoPlannerError
        When the result lacks what the page shows.
    """
    return _kept(shelf, (name, language), lambda assets: _draw(shelf, name, language, assets))


def drawn_brief(shelf: Shelf, site_id: str, language: Language) -> str:
    """Give the brief of a site.

    Raises
    ------
    RefusedError
        When there is no result.
    InputError
        When it has no such site.
    """
    from geo_planner.pages.brief.page import render_brief

    def draw(assets: PageAssets) -> str:
        result, back = shelf.require_result(), links_of(shelf)["sites"]
        return render_brief(
            result, site_id, language=language, assets=assets, back=back, nonce=_NONCE
        )

    return _kept(shelf, ("brief", site_id, language), draw)


def drawn_comparison(a: Shelf, b: Shelf, language: Language) -> str:
    """Give the page on what differs between two results of a study: B against A.

    Raises
    ------
    RefusedError
        When one of them has no result.
    InputError
        When they share nothing that could be compared.
    """
    from geo_planner.pages.compare.page import render_compare

    def draw(assets: PageAssets) -> str:
        links = {
            **links_of(b),
            "brief": _pair_address(COMPARE_BRIEF_LINK, a, b),
            "turned": _pair_address(COMPARE_LINK, b, a),
        }
        comparison = comparison_of(a, b, language)
        return render_compare(comparison, assets=assets, base=_base(b), links=links, nonce=_NONCE)

    return _kept(b, ("compare", a.scenario_id, a.opened_as, language), draw)


def drawn_comparison_brief(a: Shelf, b: Shelf, language: Language) -> str:
    """Give the same as two sides to print; as :func:`drawn_comparison`."""
    from geo_planner.pages.compare.brief import render_compare_brief

    def draw(assets: PageAssets) -> str:
        comparison, back = comparison_of(a, b, language), _pair_address(COMPARE_LINK, a, b)
        return render_compare_brief(comparison, assets=assets, back=back, nonce=_NONCE)

    return _kept(b, ("compare_brief", a.scenario_id, a.opened_as, language), draw)


def _pair_address(path: str, a: Shelf, b: Shelf) -> str:
    return _address(path, study=b.study_id, a=a.scenario_id, b=b.scenario_id)


def comparison_of(a: Shelf, b: Shelf, language: Language) -> "Comparison":
    """Compare two results of a study, once.

    Raises
    ------
    RefusedError
        When one of them has no result.
    """
    from geo_planner.compare import compare_results

    results = a.require_result(), b.require_result()
    key = ("comparison", a.scenario_id, a.opened_as, language)
    return b.keep(
        key,
        lambda: compare_results(
            *(in_language(result, language) for result in results),
            name_a=label_of(a, language),
            name_b=label_of(b, language),
        ),
    )


def label_of(shelf: Shelf, language: Language) -> str:
    """Name a result among those of its study."""
    is_baseline = shelf.scenario_id == BASELINE
    return Wording(language)("brief_baseline") if is_baseline else shelf.name


def links_of(shelf: Shelf) -> dict[str, str]:
    """Give the addresses of the pages of a result, and of what they lead to."""
    ids = {"study": shelf.study_id, "scenario": shelf.scenario_id}
    chosen = {name: value for name, value in ids.items() if value != BASELINE}
    links = {name: _address(path, **chosen) for name, path in SERVED_LINKS.items()}
    result = shelf.result()
    if result is None or not len(result.details.get("policy", ())):
        del links["policy"]
    else:
        links["policy_print"] = _address(POLICY_PRINT, **chosen)
    if shelf.place.is_run:
        links["files"] = _address(f"{FILES}/{{name}}", **chosen)
        links["sites_csv"] = _address(f"{FILES}/sites.csv", **chosen)
    links["site_brief"] = _address(f"{BRIEF}/{{site}}", **chosen)
    return links


def _address(path: str, **query: str) -> str:
    return f"{_ROOT}{quote(path, safe='/{}')}?{urlencode(query)}"


def drawn_scenarios(shelf: Shelf, name: str, language: Language, *, keeps: bool) -> str:
    """Give the list of scenarios of a study, or the editor of one.

    Parameters
    ----------
    shelf
        The study.
    name
        ``scenarios`` or ``editor``.
    language
        Language of the page.
    keeps
        Whether the service keeps what is made there.
    """
    from geo_planner.pages.scenarios.editor import render_editor
    from geo_planner.pages.scenarios.listing import render_scenarios

    of_study = urlencode({"study": shelf.study_id})
    service = {
        "api": V1.removeprefix("/"),
        "study": shelf.study_id,
        "editor": f"{EDITOR_LINK}?{of_study}".removeprefix("/"),
        "compare": f"{COMPARE_LINK}?{of_study}".removeprefix("/"),
        "keeps": keeps,
        "runs": keeps and shelf.place.is_run,
        "has_result": shelf.place.is_run,
        "reserved": list(RESERVED),
    }
    render = {"scenarios": render_scenarios, "editor": render_editor}[name]
    return _kept(
        shelf,
        (name, language, keeps),
        lambda assets: render(
            _subject(shelf, language),
            service=service,
            assets=assets,
            base=_base(shelf),
            links=links_of(shelf),
            nonce=_NONCE,
        ),
        draws=name == "editor",
    )


def _subject(shelf: Shelf, language: Language) -> AnalysisResult | Region:
    """Give the result in a language, or its region where there is none."""
    result = shelf.result()
    if result is None:
        return in_language(shelf.region, language)
    return in_language(result, language)


def _kept(
    shelf: Shelf,
    key: tuple[object, ...],
    draw: Callable[[PageAssets], str],
    *,
    draws: bool = False,
) -> str:
    assets = page_assets("served", root=_ROOT, draws=draws)
    pages: Recent[str] = shelf.keep("pages", Recent)
    return pages.give((key, assets), lambda: draw(assets))


def _draw(shelf: Shelf, name: str, language: Language, assets: PageAssets) -> str:
    links = links_of(shelf)
    if name in ("map", "ask"):
        subject = _subject(shelf, language)
        if name == "map":
            return render_map(subject, assets=assets, base=_base(shelf), links=links, nonce=_NONCE)
        service = {"api": V1.removeprefix("/"), "study": shelf.study_id}
        return render_ask(
            subject,
            service={**service, "scenario": shelf.scenario_id},
            assets=assets,
            base=_base(shelf),
            links=links,
            nonce=_NONCE,
        )
    result = in_language(shelf.require_result(), language)
    if name == "policy":
        return render_policy(result, assets=assets, links=links, nonce=_NONCE)
    if name == "policy_print":
        return render_policy_print(result, assets=assets, back=links.get("policy"), nonce=_NONCE)
    if name == "overview":
        files = downloads_of(shelf)
        return render_overview(result, files=files, assets=assets, links=links, nonce=_NONCE)
    return render_sites_page(result, assets=assets, base=_base(shelf), links=links, nonce=_NONCE)


def downloads_of(shelf: Shelf) -> list[str]:
    """Name the tables of a run, which may be taken home; none of a region that stands alone."""
    if not shelf.place.is_run:
        return []
    files = open_run(shelf.place.folder, is_checked=False).files
    return sorted(name for name in files if not name.endswith(".html"))


def _base(shelf: Shelf) -> BaseMap:
    return shelf.keep("base", lambda: build_basemap(shelf.region))
