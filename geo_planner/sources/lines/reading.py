"""A layer of lines as received, cleaned: single two-dimensional lines in the region's CRS.

Rows are put in an order of their own (by geometry, then attributes), so that the order of the
file changes nothing. What is left out or mended is counted.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.arrays import BoolArray
from geo_planner.config import CycleRoutes, LayerLimits, LinesSource, SpeedLimits
from geo_planner.crs import require_metric
from geo_planner.errors import CRSError, InputError
from geo_planner.findings import Finding, FindingKind
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.lines.attributes import read_attributes
from geo_planner.sources.lines.geometry import Shapes, end_places, place_numbers, rounded
from geo_planner.sources.vector import columns, files
from geo_planner.words.english import sentence

_LINEAR = ("LineString", "MultiLineString", "LinearRing")
_ON_BORDER_M = 0.002
_REVERSED = {"forward": "backward", "backward": "forward", "both": "both"}


@dataclass(frozen=True)
class Lines:
    """Hold cleaned lines.

    Parameters
    ----------
    title
        Name of the layer in messages.
    shapes
        LineStrings in whole millimetres, (n_lines,).
    attributes
        One row for each line.
    is_cut_off
        Ends that lie on the border of the area, (n_lines, 2).
    findings
        What happened on the way.
    """

    title: str
    shapes: Shapes
    attributes: pd.DataFrame
    is_cut_off: BoolArray
    findings: list[Finding]


@dataclass
class _Cleaning:
    """Hold rows while they are cleaned; row names the row of the file."""

    title: str
    shapes: Shapes
    attributes: pd.DataFrame
    findings: list[Finding]

    def keep(self, kept: BoolArray, kind: FindingKind, what: Reason) -> None:
        """Leave out the other rows and count them."""
        if kept.all():
            return
        rows = tuple(f"row {row + 1}" for row in self.attributes.index[~kept][:MAX_IDS_SHOWN])
        self.findings.append(Finding(self.title, kind, int((~kept).sum()), what, rows))
        self.shapes, self.attributes = self.shapes[kept], self.attributes[kept]


def read_clean_lines(source: LinesSource, crs: CRS, area: shapely.Geometry | None) -> Lines:
    """Read a layer of lines and clean it.

    Parameters
    ----------
    source
        The study's words on the layer.
    crs
        Metric CRS of the region.
    area
        Keep what lies within ``buffer_m`` of it; None: keep all.

    Raises
    ------
    SourceError, CRSError, InputError
        When the file, its CRS, its fields or values do not fit, or no line is left.
    """
    layer, shapes = read_line_layer(source, require_metric(crs), source.limits)
    frame = layer.frame.drop(columns="geometry")
    attributes, refused = read_attributes(frame, source, layer.name)
    found = [
        Finding(layer.name, "read", len(frame), Reason("lines_rows")),
        *layer.findings,
        *refused,
    ]
    rows = _Cleaning(layer.name, shapes, attributes, found)
    if source.keep:
        kept = columns.is_kept(frame, source.keep)
        rows.keep(
            kept, "left_out", Reason("layer_not_kept", fields=columns.kept_fields(source.keep))
        )
    _to_single_lines(rows)
    border = None if area is None else shapely.buffer(area, source.buffer_m)
    if border is not None:
        _clip(rows, border)
    if not len(rows.shapes):
        raise InputError(sentence("fault_no_line_left", layer=rows.title))
    rows.shapes = shapely.transform(rows.shapes, rounded)
    rows.keep(shapely.length(rows.shapes) > 0, "left_out", Reason("lines_no_length"))
    # rows are ordered by geometry, then attributes, so that their order in the file is nothing
    content = shapely.to_wkb(rows.shapes, byte_order=1)
    texts = [str(row) for row in rows.attributes.itertuples(index=False, name=None)]
    order = np.array(
        sorted(range(len(content)), key=list(zip(content, texts, strict=True)).__getitem__),
        dtype=np.int64,
    )
    rows.shapes, rows.attributes = rows.shapes[order], rows.attributes.iloc[order]
    rows.keep(~_is_duplicate(rows), "left_out", Reason("lines_twice"))
    return Lines(
        rows.title,
        rows.shapes,
        rows.attributes.reset_index(drop=True),
        _on_border(rows.shapes, border),
        rows.findings,
    )


def read_line_layer(
    source: LinesSource | SpeedLimits | CycleRoutes, to: CRS, limits: LayerLimits
) -> tuple[files.Layer, Shapes]:
    """Read a layer that must hold lines, and its shapes in the region's CRS without heights.

    Raises
    ------
    InputError
        When it holds no geometry or shapes of another kind.
    CRSError
        When the shapes lie far outside the area of its CRS.
    """
    read = files.read_features(source.path, source.layer, source.crs, source.encoding, limits)
    if not isinstance(read.frame, gpd.GeoDataFrame):
        raise InputError(sentence("fault_no_geometry", layer=read.name))
    places = read.frame.geometry
    is_there = ~(shapely.is_missing(places.to_numpy()) | places.is_empty.to_numpy())
    unfit = is_there & ~places.geom_type.isin(_LINEAR)
    if unfit.any():
        kinds = ", ".join(sorted(places.geom_type[unfit].unique()))
        raise InputError(
            sentence("fault_no_lines", layer=read.name, count=int(unfit.sum()), kinds=kinds)
        )
    for area_crs in (places.crs, to):
        outside = files.is_outside(places, area_crs)
        if outside.any():
            raise CRSError(
                sentence(
                    "fault_lines_outside_crs",
                    layer=read.name,
                    count=int(outside.sum()),
                    of=len(places),
                    crs=area_crs.name,
                )
            )
    return read, shapely.force_2d(places.to_crs(to).to_numpy())


def _to_single_lines(rows: _Cleaning) -> None:
    """Leave out rows without geometry; part lines of several parts."""
    absent = shapely.is_missing(rows.shapes) | shapely.is_empty(rows.shapes)
    rows.keep(~absent, "left_out", Reason("lines_no_geometry"))
    n_parts = shapely.get_num_geometries(rows.shapes)
    several = n_parts > 1
    if several.any():
        examples = tuple(f"row {row + 1}" for row in rows.attributes.index[several][:MAX_IDS_SHOWN])
        what = Reason("lines_parts")
        rows.findings.append(Finding(rows.title, "repaired", int(several.sum()), what, examples))
    rows.shapes, owner = shapely.get_parts(rows.shapes, return_index=True)
    rows.attributes = rows.attributes.iloc[owner]


def _clip(rows: _Cleaning, border: shapely.Geometry) -> None:
    """Cut lines to an area; those outside are left out."""
    shapely.prepare(border)
    meets = shapely.intersects(border, rows.shapes)
    rows.keep(meets, "left_out", Reason("lines_outside"))
    crossing = np.flatnonzero(~shapely.covers(border, rows.shapes))
    if not len(crossing):
        return
    inside = shapely.intersection(rows.shapes[crossing], border)
    parts, owner = shapely.get_parts(inside, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    parts, owner = parts[linear], crossing[owner[linear]]
    what = Reason("lines_cut")
    rows.findings.append(Finding(rows.title, "repaired", len(crossing), what))
    whole = np.setdiff1d(np.arange(len(rows.shapes)), crossing)
    rows.shapes = np.concatenate([rows.shapes[whole], parts])
    rows.attributes = rows.attributes.iloc[np.concatenate([whole, owner])]


def _on_border(shapes: Shapes, border: shapely.Geometry | None) -> BoolArray:
    """Mark ends that lie on the border: they go on outside and must not be moved."""
    if border is None:
        return np.zeros((len(shapes), 2), dtype=bool)
    outline = shapely.boundary(border)
    shapely.prepare(outline)
    points = shapely.points(end_places(shapes).reshape(-1, 2))
    return np.asarray(shapely.dwithin(outline, points, _ON_BORDER_M).reshape(-1, 2))


def _is_duplicate(rows: _Cleaning) -> BoolArray:
    """Mark lines with the same course, level and direction of traffic as one before."""
    normal = shapely.normalize(rows.shapes)
    numbers, _ = place_numbers(
        np.concatenate([end_places(rows.shapes)[:, 0], end_places(normal)[:, 0]])
    )
    is_reversed = numbers[: len(normal)] != numbers[len(normal) :]
    oneway = rows.attributes["oneway"]
    keys = pd.DataFrame(
        {
            "course": shapely.to_wkb(normal),
            "level": rows.attributes["level"].to_numpy(),
            "oneway": oneway.where(~is_reversed, oneway.map(_REVERSED)).to_numpy(),
        }
    )
    return keys.duplicated().to_numpy()
