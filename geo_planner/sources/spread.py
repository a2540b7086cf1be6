"""Totals of districts spread over built-up land, cell by cell: dasymetric mapping.

A total known for a district (a municipality, a voting area) is spread over the land where people
can live, in proportion to area times a weight per kind of land, and summed to square cells. Totals
are kept exactly. Where in a kind of land people live is an assumption, and the findings say so.

References
----------
Eicher, C. L., Brewer, C. A. (2001). Dasymetric mapping and areal interpolation.
doi:10.1559/152304001782173727
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import LayerLimits, SpreadSource, SpreadTotals
from geo_planner.crs import require_metric
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector.delimited import read_delimited
from geo_planner.sources.vector.files import read_features
from geo_planner.sources.vector.numbers import (
    as_numbers,
    to_floats,
    unread,
    unread_words,
    without_missing,
)
from geo_planner.sources.vector.shapes import fit
from geo_planner.words.english import reason_of, sentence

_POLYGONS = ("Polygon", "MultiPolygon")


@dataclass(frozen=True)
class SpreadRows:
    """Hold the cells made.

    Parameters
    ----------
    frame
        Rows for the table zones, one a cell and district, in the CRS of the region.
    findings
        What was read, left out, and assumed.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def read_spread(source: SpreadSource, crs: CRS) -> SpreadRows:
    """Spread the totals of districts over weighted land.

    Parameters
    ----------
    source
        Totals, districts, land with weights, and cell size.
    crs
        Metric CRS of the region.

    Returns
    -------
    SpreadRows
        Cells with a share of a total; ``zone_id`` is ``<district>-<column>-<row>`` in cells
        counted from the origin of the CRS.

    Raises
    ------
    InputError
        When fields, districts or land are missing; all problems at once.
    SourceError, CRSError
        When a file cannot be read or has no CRS.
    """
    require_metric(crs)
    totals, total_findings = _totals(source.totals, source.limits)
    areas, findings = _polygons(source.areas.path, source.areas.layer, crs, source.limits)
    land, land_findings = _polygons(source.land.path, source.land.layer, crs, source.limits)
    problems = [
        sentence(
            "fault_spread_no_field",
            file=where.path.name,
            field=repr(where.field),
            listed=", ".join(map(str, frame.columns)),
        )
        for where, frame in ((source.areas, areas), (source.land, land))
        if where.field not in frame
    ]
    if problems:
        raise InputError("the totals cannot be spread", problems)
    districts = areas[areas[source.areas.field].astype(str).isin(source.areas.keep or totals.index)]
    districts = districts.dissolve(districts[source.areas.field].astype(str))
    weighted = land.assign(weight=land[source.land.field].map(dict(source.land.weights)))
    pieces = _pieces(districts, weighted[weighted["weight"] > 0])
    _require_complete(source, totals, districts, pieces)
    cells = _cells(pieces, source.cell_m)
    frame = _share_out(cells, totals, districts, source)
    what = Reason("spread_cells", side=source.cell_m, districts=len(districts))
    left_out = land.index.size - int((weighted["weight"] > 0).sum())
    return SpreadRows(
        frame,
        (
            *total_findings,
            *findings,
            *land_findings,
            Finding(source.label, "read", len(frame), what),
            Finding(source.land.path.name, "read", left_out, Reason("spread_empty_land")),
        ),
    )


def _totals(source: SpreadTotals, limits: LayerLimits) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Sum the fields of each column over the rows of each district."""
    table = read_delimited(source.path, source.encoding, limits=limits)
    if source.field not in table.frame:
        raise InputError(
            sentence("fault_spread_field", file=source.path.name, field=repr(source.field))
        )
    fields = {
        column: [name for name in table.frame if re.search(pattern, name)]
        for column, pattern in source.columns.items()
    }
    unmatched = [
        sentence("fault_spread_no_match", column=column, pattern=repr(source.columns[column]))
        for column in fields
        if not fields[column]
    ]
    if unmatched:
        raise InputError(f"{source.path.name}: columns without fields", unmatched)
    wanted = list(dict.fromkeys(name for names in fields.values() for name in names))
    blanked = table.frame.assign(
        **{
            name: table.frame[name].replace(dict.fromkeys(source.zero_marks, "0"))
            for name in wanted
        }
    )
    cleared, found = without_missing(blanked, source, source.path.name)
    rewritten, _, problems = as_numbers(cleared, wanted, stated=source, separator=table.separator)
    problems += [
        sentence(
            "fault_spread_no_number",
            field=repr(name),
            value=repr(unfit.iloc[0]),
            what=reason_of(unread_words(unfit)),
        )
        for name in wanted
        if not (unfit := unread(rewritten[name])).empty
    ]
    if problems:
        raise InputError(f"{source.path.name}: totals cannot be read", problems)
    numbers = rewritten[wanted].apply(to_floats)
    code = (
        table.frame[source.field].str.slice(stop=-source.drop_last or None).str.zfill(source.width)
    )
    # a total with an unknown part is unknown
    sums = {column: numbers[names].sum(axis=1, skipna=False) for column, names in fields.items()}
    totals = pd.DataFrame(sums).groupby(code).agg(lambda parts: parts.sum(skipna=False))
    return totals, (*table.findings, *found, *_unknown_totals(totals, source))


def _unknown_totals(totals: pd.DataFrame, source: SpreadTotals) -> Iterator[Finding]:
    """Warn of districts without a total: their cells have none."""
    for column in totals:
        unknown = totals.index[totals[column].isna()]
        if len(unknown):
            what = Reason("spread_unknown_totals", column=str(column))
            examples = tuple(map(str, unknown[:MAX_IDS_SHOWN]))
            yield Finding(source.path.name, "warning", len(unknown), what, examples)


def _polygons(
    path: Path, layer: str | None, crs: CRS, limits: LayerLimits
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Read a layer as valid polygons in the CRS of the region."""
    read = read_features(path, layer, None, None, limits)
    if not isinstance(read.frame, gpd.GeoDataFrame):
        raise InputError(sentence("fault_file_no_geometry", file=read.name))
    frame = read.frame.to_crs(crs)
    labels = np.array([f"row {number}" for number in range(len(frame))])
    shapes, mended = fit(frame.geometry, _POLYGONS, read.name, labels)
    return frame.set_geometry(shapes), (*read.findings, *mended)


def _pieces(districts: gpd.GeoDataFrame, land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Cut the land at the districts' borders: weight and district of every piece."""
    place, district = shapely.STRtree(districts.geometry.to_numpy()).query(
        land.geometry.to_numpy(), predicate="intersects"
    )
    shapes = shapely.intersection(
        land.geometry.to_numpy()[place], districts.geometry.to_numpy()[district]
    )
    kept = shapely.area(shapes) > 0
    return gpd.GeoDataFrame(
        {
            "district": districts.index[district[kept]],
            "weight": land["weight"].to_numpy()[place[kept]],
        },
        geometry=shapes[kept],
        crs=districts.crs,
    )


def _require_complete(
    source: SpreadSource,
    totals: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    pieces: gpd.GeoDataFrame,
) -> None:
    wanted = source.areas.keep or totals.index
    absent = {
        ("fault_spread_no_totals", source.totals.path): [
            c for c in wanted if c not in totals.index
        ],
        ("fault_spread_no_polygon", source.areas.path): [
            c for c in wanted if c not in districts.index
        ],
        ("fault_spread_no_land", source.land.path): [
            c for c in districts.index if c not in set(pieces["district"])
        ],
    }
    problems = [
        sentence(
            fault,
            file=path.name,
            first=", ".join(map(str, codes[:MAX_IDS_SHOWN])),
            count=len(codes),
        )
        for (fault, path), codes in absent.items()
        if codes
    ]
    if problems:
        raise InputError("districts are incomplete", problems)


def _cells(pieces: gpd.GeoDataFrame, cell_m: float) -> pd.DataFrame:
    """Measure weight times area of every district in every cell it touches."""
    bounds = np.floor(pieces.bounds.to_numpy() / cell_m).astype(np.int64)
    wide, high = (bounds[:, 2:] - bounds[:, :2] + 1).T
    piece = np.repeat(np.arange(len(pieces)), wide * high)
    first = np.cumsum(wide * high) - wide * high
    number = np.arange(len(piece)) - first[piece]
    column = bounds[piece, 0] + number % wide[piece]
    row = bounds[piece, 1] + number // wide[piece]
    squares = _squares(column, row, cell_m)
    area_m2 = shapely.area(shapely.intersection(pieces.geometry.to_numpy()[piece], squares))
    measured = pd.DataFrame(
        {
            "district": pieces["district"].to_numpy()[piece],
            "column": column,
            "row": row,
            "weight": area_m2 * pieces["weight"].to_numpy()[piece],
        }
    )
    summed = measured.groupby(["district", "column", "row"], as_index=False)["weight"].sum()
    return summed[summed["weight"] > 0].reset_index(drop=True)


def _squares(
    column: npt.NDArray[np.int64], row: npt.NDArray[np.int64], cell_m: float
) -> npt.NDArray[np.object_]:
    west, south = column * cell_m, row * cell_m
    squares: npt.NDArray[np.object_] = shapely.box(west, south, west + cell_m, south + cell_m)
    return squares


def _share_out(
    cells: pd.DataFrame, totals: pd.DataFrame, districts: gpd.GeoDataFrame, source: SpreadSource
) -> gpd.GeoDataFrame:
    """Give every cell its share of its district's totals."""
    share = cells["weight"] / cells.groupby("district")["weight"].transform("sum")
    counts = {
        column: share * cells["district"].map(totals[column]) for column in source.totals.columns
    }
    number = cells["column"].astype(str) + "-" + cells["row"].astype(str)
    name = source.areas.name_field
    return gpd.GeoDataFrame(
        {
            "zone_id": cells["district"] + "-" + number,
            "role": source.role,
            "district": cells["district"].map(districts[name]) if name else cells["district"],
            **counts,
        },
        geometry=_squares(cells["column"].to_numpy(), cells["row"].to_numpy(), source.cell_m),
        crs=districts.crs,
    )
