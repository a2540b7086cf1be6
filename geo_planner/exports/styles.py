"""How QGIS draws a layer when it is opened: the colours and classes of our own maps, as QML."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np

from geo_planner.classes import diverging_borders, round_borders
from geo_planner.compare.rows import DIFFERENCE
from geo_planner.exports.content import dimensions
from geo_planner.packaged import packaged_rows
from geo_planner.palette import CLUSTERS, CONSTRAINTS, DIVERGING, darker, ramp

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
_UNKNOWN = "#FFFFFF"
_KINDS = ("marker", "line", "fill")
_MARKER_MM, _LINE_MM, _EDGE_MM = 2.4, 0.6, 0.2
_MARKERS: Mapping[str, str] = {
    "circle": "circle", "square": "square", "diamond": "diamond", "dot": "circle"
}  # fmt: skip


@dataclass(frozen=True)
class Style:
    """Name a style and hold its QML."""

    title: str
    qml: str


@dataclass(frozen=True)
class _Class:
    """Draw one class: its value or bounds, words, colour, opacity and marker."""

    label: str
    colour: str
    value: str = ""
    bounds: tuple[float, float] | None = None
    opacity: float = 1.0
    marker: str = "circle"


def default_style(table: str, frame: gpd.GeoDataFrame, headline: str | None) -> Style | None:
    """Choose how a table is drawn; None leaves it to QGIS.

    Parameters
    ----------
    table
        Table of the schema.
    frame
        Its rows.
    headline
        Column of zones shown first; None: their residents. A difference is drawn in any table.
    """
    kind = _KINDS[int(dimensions(frame).max(initial=0))]
    choices: dict[str, Callable[[], tuple[str, list[_Class]] | None]] = {
        "zones": lambda: _graduated(frame, headline or "population_count"),
        "sites": lambda: _graduated(frame, "score"),
        "plans": lambda: ("use_code", list(_uses())),
        "businesses": lambda: ("cluster", list(_clusters())),
        "constraints": lambda: ("effect", list(_effects())),
    }
    if headline is not None and headline.endswith(DIFFERENCE):
        chosen = _graduated(frame, headline)
    else:
        chosen = choices[table]() if table in choices else None
    if chosen is None:
        return None
    column, classes = chosen
    return Style(f"{table} by {column}", _qml(column, classes, kind))


def _graduated(frame: gpd.GeoDataFrame, column: str) -> tuple[str, list[_Class]] | None:
    """Class a figure by round borders, light for little."""
    if column not in frame:
        return None
    values = frame[column].to_numpy(float, na_value=np.nan)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return None
    is_difference = column.endswith(DIFFERENCE)
    borders = diverging_borders(finite) if is_difference else round_borders(finite)
    low, high = float(finite.min()), float(finite.max())
    ends = [min([low, *borders[:1]]), *borders, max([high, *borders[-1:]])]
    pairs = list(pairwise(ends))
    colours: Sequence[str] = ramp(len(pairs))
    if is_difference:
        # the middle colour alone where nothing differs
        colours = DIVERGING if len(pairs) == len(DIVERGING) else DIVERGING[3:4]
    return column, [
        _Class(f"{low:,.10g} – {high:,.10g}".replace(",", "\u202f"), colour, bounds=(low, high))
        for (low, high), colour in zip(pairs, colours, strict=True)
    ]


@cache
def _uses() -> tuple[_Class, ...]:
    return tuple(
        _Class(f"{row['use_code']} {row['label_en']}", row["colour"], row["use_code"])
        for row in packaged_rows("use_codes")
    )


def _clusters() -> Iterable[_Class]:
    for key, (colour, marker) in CLUSTERS.items():
        value = "" if key == "other" else key
        yield _Class(key.replace("_", " "), colour, value, marker=_MARKERS[marker])


def _effects() -> Iterable[_Class]:
    for effect, colour in CONSTRAINTS.items():
        yield _Class(effect, colour, effect, opacity=0.35)
    yield _Class("effect unknown", _UNKNOWN, "", opacity=0.35)


def _qml(column: str, classes: Sequence[_Class], kind: str) -> str:
    """Write classes as QGIS reads them."""
    is_graduated = classes[0].bounds is not None
    form, part = ("graduatedSymbol", "range") if is_graduated else ("categorizedSymbol", "category")
    parts = "".join(_part(part, place, item) for place, item in enumerate(classes))
    symbols = "".join(_symbol(place, item, kind) for place, item in enumerate(classes))
    more = ' graduatedMethod="GraduatedColor"' if is_graduated else ""
    group = "ranges" if is_graduated else "categories"
    return (
        f'{_HEAD}\n<qgis version="3.22" styleCategories="Symbology">'
        f"<renderer-v2 type={quoteattr(form)} attr={quoteattr(column)}"
        f' symbollevels="0" enableorderby="0"{more}>'
        f"<{group}>{parts}</{group}><symbols>{symbols}</symbols></renderer-v2></qgis>"
    )


def _part(part: str, place: int, item: _Class) -> str:
    if item.bounds is not None:
        low, high = item.bounds
        what = f'lower="{low!r}" upper="{high!r}"'
    else:
        what = f"value={quoteattr(item.value)}"
    return f'<{part} {what} label={quoteattr(item.label)} symbol="{place}" render="true"/>'


def _symbol(place: int, item: _Class, kind: str) -> str:
    edge = _rgba(darker(item.colour))
    colour = _rgba(item.colour)
    options: dict[str, dict[str, str]] = {
        "fill": {
            "color": colour, "style": "solid", "outline_color": edge, "outline_style": "solid",
            "outline_width": str(_EDGE_MM), "outline_width_unit": "MM",
        },
        "line": {"line_color": colour, "line_width": str(_LINE_MM), "line_width_unit": "MM"},
        "marker": {
            "color": colour, "name": item.marker, "size": str(_MARKER_MM), "size_unit": "MM",
            "outline_color": edge, "outline_style": "solid", "outline_width": str(_EDGE_MM),
        },
    }  # fmt: skip
    listed = "".join(
        f'<Option type="QString" name="{name}" value="{value}"/>'
        for name, value in options[kind].items()
    )
    return (
        f'<symbol type="{kind}" name="{place}" alpha="{item.opacity:g}" force_rhr="0">'
        f'<layer class="Simple{kind.capitalize()}" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{listed}</Option></layer></symbol>'
    )


def _rgba(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"
