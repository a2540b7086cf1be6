"""The page that lists the scenarios of a study; its rows are answers of the service."""

from collections.abc import Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.page import render_page, static_text
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.scenarios.data import scenario_data
from geo_planner.pages.scenarios.thumbnail import thumbnail_ground
from geo_planner.region import Region

SCRIPTS = ("core.js", "service.js", "scenario_shapes.js", "scenarios.js")


def render_scenarios(
    subject: AnalysisResult | Region,
    *,
    service: Mapping[str, Any],
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the list of scenarios.

    Parameters
    ----------
    subject
        Result of the study, or its region alone.
    service
        Where scenarios are kept: ``api``, the address of questions; ``study``; ``editor`` and
        ``compare``, the addresses of those pages, which name the study; ``keeps`` and ``runs``,
        whether the service keeps scenarios and can run them; ``has_result``, whether the study
        itself was run; ``reserved``, ids that no scenario may have.
    assets, base, links, nonce
        As :func:`geo_planner.pages.study.map.render_map` takes them.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    view = view_of(subject)
    words = view.words
    base = base or build_basemap(view.region)
    title = words("scenarios")
    data = scenario_data(view, base, service, thumbnail=thumbnail_ground(base))
    return render_page(
        "scenarios.html",
        view,
        kind="scenarios",
        title=f"{title} – {view.name}",
        assets=assets or page_assets(),
        parts=None,
        data=data,
        scripts=SCRIPTS,
        start="GP.startScenarios();",
        links=links,
        nonce=nonce,
        heading=title,
        keeps=bool(service["keeps"]),
        scenarios_css=static_text("scenarios.css"),
        skip_to="rows",
        skip_words=words("skip_to_table"),
    )
