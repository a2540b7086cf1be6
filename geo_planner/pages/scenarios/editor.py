"""The editor of one scenario: edits, a form made from the schema, and the map they are drawn on."""

from collections.abc import Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.pages.drawing import legend
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.basemap import BaseMap, build_basemap
from geo_planner.pages.drawing.geojson import collection
from geo_planner.pages.drawing.leaflet import MapOverlay, build_map
from geo_planner.pages.drawing.page import render_page, static_text
from geo_planner.pages.drawing.view import view_of
from geo_planner.pages.scenarios.data import scenario_data
from geo_planner.pages.scenarios.form import GROUPS, forms
from geo_planner.palette import EDITED, REMOVED_EDIT
from geo_planner.region import Region
from geo_planner.words.wording import Wording

SCRIPTS = (
    "core.js", "service.js", "scenario_shapes.js", "scenario_draft.js", "scenario_form.js",
    "scenario_places.js", "scenario_map.js", "scenario_run.js", "scenario_editor.js",
)  # fmt: skip
_PADDING = [20, 70, 20, 40]


def render_editor(
    subject: AnalysisResult | Region,
    *,
    service: Mapping[str, Any],
    assets: PageAssets | None = None,
    base: BaseMap | None = None,
    links: Mapping[str, str] | None = None,
    nonce: str | None = None,
) -> str:
    """Draw the page a scenario is edited on; which one, its address says.

    Parameters
    ----------
    subject
        Result of the study, or its region alone.
    service
        As :func:`geo_planner.pages.scenarios.listing.render_scenarios` takes it.
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
    empty = collection([])
    parts = build_map(
        base,
        [
            MapOverlay("edits_casing", "sites", empty, style="GP.style.editCasing"),
            MapOverlay("edits", "sites", empty, style="GP.style.edit"),
        ],
    )
    data = scenario_data(
        view,
        base,
        service,
        padding=_PADDING,
        forms=forms(words.language),
        groups=[{"id": group, "label": words(f"scn_group_{group}")} for group in GROUPS],
    )
    return render_page(
        "scenario_editor.html",
        view,
        kind="editor",
        title=f"{words('scn_scenario')} – {view.name}",
        assets=assets or page_assets(),
        parts=parts,
        data=data,
        scripts=SCRIPTS,
        start="GP.startEditor();",
        links=links,
        nonce=nonce,
        scenarios_css=static_text("scenarios.css") + static_text("scenario_editor.css"),
        legend_parts=[_legend(words)],
        skip_to="edits",
        skip_words=words("scn_skip_to_edits"),
    )


def _legend(words: Wording) -> legend.Part:
    looks = (
        ("scn_key_added", "line", {"stroke": EDITED, "width": 3.2}),
        ("scn_key_changed", "line", {"stroke": EDITED, "width": 3.2, "dash": "6 4"}),
        ("scn_key_removed", "line", {"stroke": REMOVED_EDIT, "width": 1.6, "dash": "2 4"}),
        ("scn_key_drawing", "line", {"stroke": EDITED, "width": 3.2, "dash": "1 6"}),
    )
    symbols = [legend.symbol(words(key), shape, **look) for key, shape, look in looks]
    return legend.part(words("scn_key"), symbols=symbols)
