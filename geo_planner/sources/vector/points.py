"""Points handed to the commands ``times`` and ``access``: an id, a place, anything else.

Ids are text: 007 stays 007. Other fields become numbers where every value is one and none starts
with a 0 that would be lost.
"""

import logging
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import CellFormat
from geo_planner.crs import require_metric
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector import columns, coordinates, delimited, files, numbers, shapes
from geo_planner.words.english import english, sentence

ALL_COLUMNS = ""
_IN_A_COMMAND = "in a command: --missing VALUE, --thousands MARK, --decimal MARK"
_LOGGER = logging.getLogger(__name__)


def read_points(
    path: Path, crs: CRS, cells: CellFormat | None = None, column: str | None = None
) -> gpd.GeoDataFrame:
    """Read points from a text file with id, lon and lat, or from a layer with an id.

    Parameters
    ----------
    path
        Text file (header in any case; also longitude, latitude), or a vector file of one layer;
        of shapes larger than a point, a point inside is taken.
    crs
        Metric CRS of the region.
    cells
        How the file writes its cells; None: by the rules for text files.
    column
        Column that must hold numbers, or ``ALL_COLUMNS``: no column may hold some text among
        numbers. None: no other column is wanted.

    Returns
    -------
    Columns ``id`` (text), the other fields, ``geometry`` (Point in the region's CRS), in the
    file's order.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When ids are absent or doubled, coordinates unusable, or where a number should be is none:
        all at once, first rows named.
    CRSError
        When a layer names no CRS.
    """
    require_metric(crs)
    written = cells or CellFormat()
    if files.require_suffix(path) in files.TEXT_SUFFIXES:
        frame, places, problems = _from_text(path, written, column)
    else:
        frame, places, problems = _from_layer(path, written, column)
    if written.leave_out is not None:
        frame, places = _complete(path, frame, places, written)
    labels = _labels(frame["id"])
    problems = [*_id_problems(frame), *problems, *place_problems(places, labels, crs)]
    if problems:
        raise InputError(f"{path.name}: these are not usable as points", problems)
    fitted, _ = shapes.fit(places.to_crs(crs), ("Point",), path.name, frame["id"].to_numpy())
    return gpd.GeoDataFrame(frame, geometry=fitted, crs=crs)


def _from_text(
    path: Path, cells: CellFormat, column: str | None
) -> tuple[pd.DataFrame, gpd.GeoSeries, list[str]]:
    read = delimited.read_delimited(path, max_lost_share=cells.max_lost_share)
    if read.frame.empty:
        raise InputError(f"{path.name}: there are no rows")
    frame, cleared = numbers.without_missing(read.frame, cells, path.name)
    log_findings((*read.findings, *cleared))
    chosen, problems = coordinates.choose({}, list(frame.columns))
    if chosen is None or chosen.kind != "degrees":
        problems = ["points need longitude and latitude: name two fields lon and lat"]
    id_field = _id_field(frame)
    if id_field is None:
        problems.append(f"there is no field 'id'; the file has: {', '.join(frame.columns)}")
    if problems or chosen is None or id_field is None:
        raise InputError(f"{path.name}: these are not usable as points", problems)
    frame, problems = coordinates.with_numbers(frame, chosen, cells, read.separator)
    crs = coordinates.crs_of(chosen, None, path.name)
    labels = _labels(columns.as_text(frame[id_field]))
    places, unfit = coordinates.to_shapes(frame, chosen, crs, labels)
    frame = _with_id_first(frame.drop(columns=list(chosen.fields)), id_field)
    frame, mixed = _with_numbers(frame, cells, column, read.separator)
    return frame, places, [*problems, *mixed, *unfit]


def _from_layer(
    path: Path, cells: CellFormat, column: str | None
) -> tuple[pd.DataFrame, gpd.GeoSeries, list[str]]:
    layer = files.read_features(path, None, None, None)
    if not isinstance(layer.frame, gpd.GeoDataFrame):
        raise InputError(sentence("fault_no_geometry", layer=path.name))
    plain, cleared = numbers.without_missing(
        pd.DataFrame(layer.frame.drop(columns="geometry")), cells, path.name
    )
    log_findings((*layer.findings, *cleared))
    id_field = _id_field(plain)
    if id_field is None:
        present = ", ".join(plain.columns) or "none"
        raise InputError(f"{path.name}: the layer has no field 'id'; it has: {present}")
    frame, problems = _with_numbers(_with_id_first(plain, id_field), cells, column, "")
    return frame, layer.frame.geometry, problems


def _with_numbers(
    frame: pd.DataFrame, cells: CellFormat, column: str | None, separator: str
) -> tuple[pd.DataFrame, list[str]]:
    """Make numbers of fields of text where every value is one; refuse what is wanted and is none.

    A field that nobody asked for stays text where its numbers may be read either way.
    """
    others = [name for name in frame if name != "id"]
    wanted = others if column == ALL_COLUMNS else [name for name in others if name == column]
    rewritten, _, problems = numbers.as_numbers(
        frame, wanted or others, stated=cells, separator=separator
    )
    if column is None:
        problems = []
    elif problems:
        problems.append(_IN_A_COMMAND)
    elif column == ALL_COLUMNS:
        problems = numbers.doubtful_number_fields(rewritten, others)
    else:
        problems = [
            f"field {name!r}: {numbers.unread_words(unfit)}; {_IN_A_COMMAND}"
            for name in wanted
            if not (unfit := numbers.unread(rewritten[name])).empty
        ]
    coordinates_read = {
        name: numbers.to_floats(rewritten[name])
        for name in others
        if numbers.is_text(rewritten[name])
        and (name == column or numbers.is_numeric(rewritten[name]))
    }
    return rewritten.assign(**coordinates_read), problems


def _complete(
    path: Path, frame: pd.DataFrame, places: gpd.GeoSeries, cells: CellFormat
) -> tuple[pd.DataFrame, gpd.GeoSeries]:
    """Leave out points without an id or a place, and tell how many.

    Raises
    ------
    InputError
        When they are a larger share than is allowed for.
    """
    values = places.to_numpy()
    lost = shapely.is_missing(values) | shapely.is_empty(values) | frame["id"].isna().to_numpy()
    if lost.mean() > cells.max_lost_share:
        raise InputError(
            sentence(
                "points_too_many_lost",
                file=path.name,
                count=int(lost.sum()),
                of=len(lost),
                share=cells.max_lost_share,
            )
        )
    if lost.any():
        examples = tuple(map(str, _labels(frame["id"])[lost][:MAX_IDS_SHOWN]))
        what = Reason("points_incomplete")
        log_findings((Finding(path.name, "left_out", int(lost.sum()), what, examples),))
    return frame[~lost], places[~lost]


def log_findings(findings: Iterable[Finding]) -> None:
    """Tell the user of a command what happened to the rows of a file."""
    for one in findings:
        if one.kind != "read" or one.what.code == "layer_unknown_values":
            examples = f" ({', '.join(one.examples)})" if one.examples else ""
            _LOGGER.warning(
                "%s: %d %s%s", one.source, one.count, english(one.what, count=one.count), examples
            )


def _id_field(frame: pd.DataFrame) -> str | None:
    exact = [name for name in frame if name == "id"]
    return next(iter([*exact, *(name for name in frame if str(name).lower() == "id")]), None)


def _with_id_first(frame: pd.DataFrame, id_field: str) -> pd.DataFrame:
    others = frame.drop(columns=id_field)
    return pd.concat([columns.as_text(frame[id_field]).rename("id"), others], axis=1)


def _labels(ids: pd.Series) -> np.ndarray:
    numbered = np.array([f"row {number + 1}" for number in range(len(ids))], dtype=object)
    return np.where(ids.notna(), ids.to_numpy(dtype=object), numbered)


def _id_problems(frame: pd.DataFrame) -> list[str]:
    ids = frame["id"]
    problems = []
    if ids.isna().any():
        rows = np.flatnonzero(ids.isna())[:MAX_IDS_SHOWN] + 1
        first = ", ".join(map(str, rows))
        problems.append(sentence("points_no_id", count=int(ids.isna().sum()), first=first))
    doubled = ids[ids.notna() & ids.duplicated()].drop_duplicates()
    if not doubled.empty:
        first = ", ".join(map(repr, doubled.head(MAX_IDS_SHOWN)))
        problems.append(sentence("points_ids_twice", count=len(doubled), first=first))
    return problems


def place_problems(places: gpd.GeoSeries, labels: np.ndarray | pd.Index, crs: CRS) -> Iterator[str]:
    """Say which rows have no place, and which lie where a region's CRS is not made for.

    Parameters
    ----------
    places
        Places of the rows, in a CRS of their own.
    labels
        What rows are called, in the order of the places.
    crs
        CRS of the region.
    """
    values = places.to_numpy()
    absent = shapely.is_missing(values) | shapely.is_empty(values)
    if absent.any():
        first = first_of(labels[absent])
        yield sentence("points_no_place", count=int(absent.sum()), first=first)
    outside = files.is_outside(places, crs)
    if outside.any():
        yield sentence(
            "points_outside",
            count=int(outside.sum()),
            crs=crs.name,
            first=first_of(labels[outside]),
            words=Reason(files.why_outside(places[outside], crs) or "points_elsewhere"),
        )


def first_of(labels: Collection[object]) -> str:
    """Name the first rows, and hint at others.

    Examples
    --------
    >>> first_of(["a", 7]), first_of("abcdef")
    ('a, 7', 'a, b, c, d, e, ...')
    """
    more = ", ..." if len(labels) > MAX_IDS_SHOWN else ""
    return ", ".join(map(str, islice(labels, MAX_IDS_SHOWN))) + more
