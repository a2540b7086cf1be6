"""Pages: templates, styles and scripts put together, with all data escaped.

Texts from data reach a page in two ways only: through templates that escape them, and through one
block of JSON that scripts turn into text nodes. Scripts and styles carry the nonce of a content
security policy where the service gives one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote

from geo_planner import palette
from geo_planner.errors import MissingDependencyError
from geo_planner.pages.drawing.assets import PageAssets
from geo_planner.pages.drawing.basemap import BaseMap
from geo_planner.pages.drawing.leaflet import MapParts
from geo_planner.pages.drawing.view import View
from geo_planner.version import __version__
from geo_planner.words.wording import Wording

FILE_LINKS: Mapping[str, str] = {
    "overview": "index.html", "map": "map.html", "sites": "sites.html", "policy": "policy.html",
    "sites_csv": "sites.csv",
}  # fmt: skip
SERVED_LINKS: Mapping[str, str] = {
    "overview": "/", "map": "/map", "ask": "/access", "sites": "/sites", "scenarios": "/scenarios",
    "policy": "/policy",
}  # fmt: skip
COMPARE_LINK, COMPARE_BRIEF_LINK, EDITOR_LINK = "/compare", "/compare-brief", "/scenario"
CHOICES_HERE, SHARE_HERE = '<div class="choices"></div>', '<span class="share"></span>'
_FROM_CARDS = ("ask", "site_brief")
_TABS = ("overview", "map", "ask", "sites", "scenarios", "compare", "policy")
_TAB_WORDS: Mapping[str, str] = {"compare": "comparison", "ask": "access"}
PLAN_OPACITY = 0.85


@dataclass(frozen=True)
class Choice:
    """Hold one thing to choose at the top of a page: its label, its address, whether it is on."""

    label: str
    href: str
    is_current: bool


@cache
def _environment() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise MissingDependencyError("jinja2", "maps") from error
    return jinja2.Environment(
        loader=jinja2.PackageLoader("geo_planner.pages", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )


@cache
def static_text(name: str) -> str:
    """Read one of our own scripts or style sheets."""
    return resources.files("geo_planner.pages").joinpath("static", name).read_text("utf-8")


def data_island(data: Mapping[str, Any]) -> str:
    """Write data as JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, code in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(sign, code)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def html_text(text: str) -> str:
    """Escape a text for the one place where a library takes markup (Leaflet's credits)."""
    for sign, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(sign, code)
    return text


def file_href(links: Mapping[str, str] | None, name: str) -> str:
    """Give the address of a file: beside the page, or where the service hands it out."""
    return (links or {}).get("files", "{name}").replace("{name}", quote(name))


def map_data(view: View, base: BaseMap, **more: Any) -> dict[str, Any]:
    """Collect what the scripts of every map page need."""
    south, west, north, east = base.focus
    low_south, low_west, high_north, high_east = base.limits
    return {
        "language": view.words.language,
        "words": dict(view.words.phrases),
        "study": view.name,
        "credits": html_text(" · ".join(view.credits)),
        "mapLabel": view.words("map_of", name=view.name),
        "sourceLine": view.source_line,
        "focus": [[south, west], [north, east]],
        "limits": [[low_south, low_west], [high_north, high_east]],
        "land": dict(palette.LAND),
        # white streets need a ground to stand out from where no land is drawn
        "ground": palette.GROUND if base.land["features"] else palette.LAND["built_up"],
        "constraints": dict(palette.CONSTRAINTS),
        "planOpacity": PLAN_OPACITY,
        "planUses": {
            str(code): {"colour": colour, "edge": palette.darker(colour)}
            for code, colour in palette.PLAN_USES.items()
        },
        "clusters": {
            key: {"colour": colour, "shape": shape, "label": view.words(f"cluster_{key}")}
            for key, (colour, shape) in palette.CLUSTERS.items()
        },
        "sites": [],
        "groups": [],
        "measures": [],
        **more,
    }


def render_page(
    template: str,
    view: View,
    *,
    kind: str,
    title: str,
    assets: PageAssets,
    parts: MapParts | None,
    data: Mapping[str, Any],
    scripts: Sequence[str],
    start: str,
    links: Mapping[str, str] | None,
    nonce: str | None,
    **context: Any,
) -> str:
    """Render a template inside the frame all pages share.

    Parameters
    ----------
    template
        File in ``templates``.
    view
        What is drawn; gives study, badge, words.
    kind
        Class of the body, which the style sheet keys on.
    title
        Title of the document.
    assets
        How the page gets Leaflet and its typeface.
    parts
        The Folium map.
    data
        Everything the scripts read.
    scripts
        Own scripts, in order.
    start
        Script to run when the map is there.
    links
        Addresses of the other pages by name; None: a page that stands alone.
    nonce
        Nonce of the content security policy, if there is one.
    context
        Further values of the template.
    """
    links = links or {}
    from_cards = {name: links[name] for name in _FROM_CARDS if name in links}
    html: str = (
        _environment()
        .get_template(template)
        .render(
            words=view.words,
            language=view.words.language,
            version=__version__,
            study=view.name,
            badge=view.badge,
            age=view.age,
            source_line=view.source_line,
            kind=kind,
            title=title,
            assets=assets,
            parts=parts,
            data=data_island({**data, "links": from_cards}),
            page_css=static_text("page.css"),
            page_scripts=[static_text(name) for name in scripts],
            start=start,
            links=links,
            tabs=_tabs(view, kind, links),
            nonce=_nonce_attribute(nonce),
            choices_here=CHOICES_HERE if nonce else "",
            **context,
        )
    )
    return html


def _nonce_attribute(nonce: str | None) -> str:
    import markupsafe

    return markupsafe.Markup(' nonce="{}"').format(nonce) if nonce else ""


def choices_html(
    words: Wording,
    choices: Mapping[str, Sequence[Choice]],
    sign_out: str | None = None,
    share: str | None = None,
) -> str:
    """Write what can be chosen at the top of a served page, for the place kept for it.

    Parameters
    ----------
    words
        Words of the page's language.
    choices
        Things to choose from, by what they are: ``study``, ``scenario``, ``a``, ``b``, ``lang``.
    sign_out
        Address that signs out; None: nobody signed in.
    share
        Address of the page that shares this one, up to this one's address; None: it cannot be.
    """
    template = _environment().get_template("choices.html")
    html: str = template.render(words=words, choices=choices, sign_out=sign_out, share=share)
    return html


def render_alone(template: str, *, words: Wording, **context: Any) -> str:
    """Render a page that has no map and no region yet inside the frame all pages share.

    Parameters
    ----------
    template
        File in ``templates``.
    words
        Words of the study's language.
    context
        Values of the template and of the frame: study, badge, title, kind, assets.
    """
    html: str = (
        _environment()
        .get_template(template)
        .render(
            words=words,
            language=words.language,
            version=__version__,
            page_css=static_text("page.css"),
            parts=None,
            links={},
            **{"age": "", "tabs": [], "nonce": "", "choices_here": "", **context},
        )
    )
    return html


def render_document(template: str, *, nonce: str | None = None, **context: Any) -> str:
    """Render a template that is a whole document of its own, such as a sheet to print."""
    html: str = (
        _environment()
        .get_template(template)
        .render(nonce=_nonce_attribute(nonce), share_here=SHARE_HERE if nonce else "", **context)
    )
    return html


def _tabs(view: View, kind: str, links: Mapping[str, str] | None) -> list[dict[str, Any]]:
    of_kind = {"access": "map", "editor": "scenarios"}
    if links and "compare" not in links:
        of_kind["compare"] = "scenarios"
    current = of_kind.get(kind, kind)
    return [
        {
            "label": view.words(_TAB_WORDS.get(name, name)),
            "href": links[name],
            "current": name == current,
        }
        for name in _TABS
        if links and name in links and (name != "sites" or view.has_ranking)
    ]
