"""The page of a check: what sources give and lack, and a small map of each layer's coverage.

The page stands alone: maps are drawn as SVG in it, so it needs neither Leaflet nor the internet.
"""

from collections.abc import Sequence
from typing import Any

import shapely

from geo_planner import palette
from geo_planner.pages.drawing.assets import PageAssets, page_assets
from geo_planner.pages.drawing.page import render_alone
from geo_planner.preflight import Preflight
from geo_planner.preflight.comparing import Total
from geo_planner.preflight.coverage import CoverageGrid, LayerCoverage
from geo_planner.preflight.model import SourceReport
from geo_planner.preflight.text import lost_words, verdict
from geo_planner.version import __version__
from geo_planner.words.reasons import reason_words
from geo_planner.words.tables import counted_rows, table_words
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

_MAP_WIDTH = 160  # px of a small map; its height follows the study area
_LARGEST_HEIGHT = 200
_COVERED = palette.SEQUENTIAL_6[3]
_SIGNS = {"repaired": "!", "left_out": "✕", "warning": "?"}


def render_check(checked: Preflight, *, assets: PageAssets | None = None) -> str:
    """Draw the page of a check.

    Parameters
    ----------
    checked
        What the check found.
    assets
        Where the page's typeface comes from; None: taken in where it is installed.

    Raises
    ------
    MissingDependencyError
        When the extra ``maps`` is not installed.
    """
    words = Wording.of_study(checked.study.study.model_dump())
    head = checked.study.study
    unknown = words("unknown")
    return render_alone(
        "check.html",
        words=words,
        study=head.name,
        badge=head.badge,
        title=f"{words('check')} – {head.name}",
        assets=_typeface(assets or page_assets()),
        kind="overview check",
        skip_to="main",
        skip_words=words("skip_to_content"),
        verdict=verdict(checked, words),
        can_build=checked.can_build,
        frame=words(
            "check_frame", crs=checked.crs or unknown, timezone=checked.timezone or unknown
        ),
        cards=_cards(checked, words),
        faults=[
            {
                **vars(fault),
                "what": reason_words(fault.what, words),
                "is_english": fault.what.code == "error_text",
                "remedy": reason_words(fault.remedy, words) if fault.remedy else "",
            }
            for fault in checked.faults
        ],
        warnings=[reason_words(warning, words) for warning in checked.warnings],
        missing=[
            {
                "what": reason_words(item.what, words),
                "remedy": reason_words(item.remedy, words),
                "lost": lost_words(item, words),
            }
            for item in checked.missing
        ],
        coverage=[_bar(layer, words) for layer in checked.coverage],
        maps=_maps(checked.grid, checked.coverage, words),
        covered=_COVERED,
        squares_note=_squares_note(checked.grid, words),
        sources=[_source(source, words) for source in checked.sources],
        credits=" · ".join(checked.credits),
        foot=" · ".join(filter(None, [head.badge, f"geo_planner {__version__}"])),
    )


def _typeface(assets: PageAssets) -> PageAssets:
    """Keep what is taken in; a page without a map links nowhere."""
    return PageAssets(styles=() if assets.style_links else assets.styles)


def _cards(checked: Preflight, words: Wording) -> list[dict[str, str]]:
    n_rows = sum(sum(source.tables.values()) for source in checked.sources)
    cards = [
        {
            "label": words("check_rows"),
            "figure": words.number(n_rows),
            "unit": words("check_sources", count=words.number(len(checked.sources))),
        },
        *(_total_card(total, words) for total in checked.totals),
    ]
    counts = (("check_wrong", checked.faults), ("check_missing", checked.missing),
              ("check_warnings", checked.warnings))  # fmt: skip
    cards += [
        {"label": words(key), "figure": words.number(len(items)), "unit": words(f"{key}_unit")}
        for key, items in counts
    ]
    return cards


def _total_card(total: Total, words: Wording) -> dict[str, str]:
    unit = words("check_no_control")
    if total.stated is not None and total.difference is not None:
        sign = "+" if total.difference > 0 else ""
        unit = words(
            "check_control",
            stated=words.number(total.stated),
            difference=sign + words.number(total.difference),
        )
    return {
        "label": words(f"{total.id}_label"),
        "figure": words.number(total.found),
        "unit": f"{'' if total.is_within is not False else '! '}{unit}",
    }


def _bar(layer: LayerCoverage, words: Wording) -> dict[str, Any]:
    return {
        "table": table_words(layer.table, words),
        "percent": 100 * layer.share,
        "share": _percent(layer.share, words),
        "by": words(f"check_by_{layer.by}"),
        "rows": words(
            "check_rows_inside",
            inside=words.number(layer.rows_inside),
            rows=words.number(layer.rows),
        ),
    }


def _percent(share: float, words: Wording) -> str:
    """Write a share in whole per cent; what is little but not nothing is not written as 0."""
    number = "<1" if 0 < share < 0.005 else words.number(100 * share)  # noqa: PLR2004 -- rounding
    return f"{number}{NO_BREAK_SPACE}%"


def _squares_note(grid: CoverageGrid | None, words: Wording) -> str:
    if grid is None:
        return words("check_no_area")
    area = words.figure(grid.area.area, "m2")
    note = words("check_squares", side=words.figure(grid.side_m, "m"), area=area)
    return note if grid.stands_in == "study_area" else f"{note} {words('check_stand_in')}"


def _maps(
    grid: CoverageGrid | None, layers: Sequence[LayerCoverage], words: Wording
) -> dict[str, Any] | None:
    """Draw one small map a layer, in squares as units, north up."""
    if grid is None:
        return None
    n_columns = 1 + max(column for column, _ in grid.places)
    n_rows = 1 + max(row for _, row in grid.places)
    scale = min(_MAP_WIDTH / n_columns, _LARGEST_HEIGHT / n_rows)
    return {
        "width": round(n_columns * scale),
        "height": round(n_rows * scale),
        "view": f"-0.2 -0.2 {n_columns + 0.4} {n_rows + 0.4}",
        "outline": _outline(grid),
        "hatch": round(5 / scale, 3),
        "stroke": round(1.2 / scale, 3),
        "layers": [
            {
                "table": table_words(layer.table, words),
                "share": _percent(layer.share, words),
                "path": _squares_path(grid, layer),
                "label": words(
                    "check_map_label",
                    table=table_words(layer.table, words),
                    share=_percent(layer.share, words),
                ),
            }
            for layer in layers
        ],
    }


def _outline(grid: CoverageGrid) -> str:
    """Draw the study area's border in squares from the grid's north-west corner."""
    (column, row), first = grid.places[0], grid.squares[0].bounds
    west, north = first[0] - column * grid.side_m, first[3] + row * grid.side_m
    area = shapely.simplify(grid.area, grid.side_m / 8)
    parts = []
    for polygon in shapely.get_parts(area):
        for ring in (polygon.exterior, *polygon.interiors):
            points = [
                f"{(x - west) / grid.side_m:.2f} {(north - y) / grid.side_m:.2f}"
                for x, y in shapely.get_coordinates(ring)
            ]
            parts.append(f"M{'L'.join(points)}Z")
    return "".join(parts)


def _squares_path(grid: CoverageGrid, layer: LayerCoverage) -> str:
    """Draw the squares that hold a row; neighbours in a row of squares become one strip."""
    strips: list[list[int]] = []
    for column, row in sorted((grid.places[i] for i in layer.squares), key=lambda p: (p[1], p[0])):
        if strips and strips[-1][1] == row and strips[-1][0] + strips[-1][2] == column:
            strips[-1][2] += 1
        else:
            strips.append([column, row, 1])
    return "".join(f"M{column} {row}h{width}v1h-{width}z" for column, row, width in strips)


def _source(source: SourceReport, words: Wording) -> dict[str, Any]:
    return {
        "label": source.label,
        "tables": ", ".join(
            counted_rows(table, count, words) for table, count in source.tables.items()
        )
        or words("check_nothing_read"),
        "crs": (source.crs or "")[:40],
        "unmapped": ", ".join(source.unmapped_fields),
        "is_wrong": bool(source.faults),
        "fetched": "" if source.fetched is None else reason_words(source.fetched, words),
        "findings": [
            {
                "kind": finding.kind,
                "sign": _SIGNS.get(finding.kind, ""),
                "kind_words": words(f"finding_{finding.kind}"),
                "count": words.number(finding.count),
                "what": reason_words(finding.what, words, count=finding.count),
                "examples": ", ".join(finding.examples[:3]),
            }
            for finding in source.findings
        ],
    }
