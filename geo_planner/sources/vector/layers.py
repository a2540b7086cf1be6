"""Layers as received, turned into the rows of one table of the region.

The file is never changed and nothing is dropped or mended in silence: what was repaired, left
out or made up by rule is counted in findings. Rows come out in the file's order, in the CRS of the
region, with the columns that were given; the table's schema checks them after.

Ids that are absent are made from the geometry: the first 12 hexadecimal digits of the SHA-256 of
its two-dimensional WKB, as the file has it. In tables of points, where several rows may share a
place, the second gets ``-2`` at its end, the third ``-3``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import FieldRule, LayerSource, share_to_allow
from geo_planner.crs import require_metric
from geo_planner.errors import CRSError, InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN, Table, tables
from geo_planner.sources.shape_ids import shape_ids
from geo_planner.sources.vector import columns, coordinates, delimited, files, numbers, shapes
from geo_planner.words.english import sentence


@dataclass(frozen=True)
class LayerRows:
    """Hold what one layer gives to a table.

    Parameters
    ----------
    table
        Name of the table.
    frame
        Rows in the region's CRS, with the columns that were given; not validated.
    findings
        What happened to the rows on their way in.
    unmapped_fields
        Fields of the layer that no column was made from.
    crs
        CRS the layer is in; None for a plain table.
    """

    table: str
    frame: pd.DataFrame
    findings: tuple[Finding, ...]
    unmapped_fields: tuple[str, ...]
    crs: CRS | None = None


@dataclass(frozen=True)
class _OpenedLayer:
    """Hold a layer's rows before any choice; no shapes: a plain table, text: its text file."""

    name: str
    frame: pd.DataFrame
    shapes: gpd.GeoSeries | None
    findings: tuple[Finding, ...]
    text: delimited.Delimited | None = None
    coordinate_fields: tuple[str, ...] = ()

    @property
    def separator(self) -> str:
        """Character between the fields of a text file; empty for other files."""
        return "" if self.text is None else self.text.separator


def read_layer(source: LayerSource, crs: CRS) -> LayerRows:
    """Read a layer into the columns of a table.

    Parameters
    ----------
    source
        The study's words on the layer: file, table, fields.
    crs
        Metric CRS of the region.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When the table is unknown, when names or values do not fit (all at once), or when no row
        is left.
    CRSError
        When the layer's CRS is absent, contradicted, or cannot be right for its coordinates.
    """
    require_metric(crs)
    available = tables()
    if source.table not in available:
        raise InputError(
            sentence(
                "fault_no_table",
                file=source.file.name,
                table=repr(source.table),
                listed=", ".join(available),
            )
        )
    table = available[source.table]
    opened, source = _open(source, table)
    fields = list(opened.frame.columns)
    _raise_if(opened, table, columns.check_names(source, table, fields))
    opened = _kept(opened, source)
    mapped = columns.map_columns(opened.frame, source, table)
    _raise_if(opened, table, mapped.problems)

    frame = pd.DataFrame(dict(mapped.columns), index=opened.frame.index)
    frame, id_findings = _with_ids(frame, table, opened)
    findings = [*opened.findings, *mapped.findings, *id_findings]
    if "part" in table.columns and "part" not in frame and set(table.key) - {"part"} <= set(frame):
        frame["part"] = frame.groupby(table.key[:-1], dropna=False, sort=False).cumcount()
    frame = frame[[column.name for column in table.attributes if column.name in frame]]
    if opened.shapes is not None and table.geometry is not None:
        labels = _labels(frame, table)
        local = _reprojected(opened.shapes, crs, labels, opened.name)
        fitted, repairs = shapes.fit(local, table.geometry.allowed, opened.name, labels)
        findings += repairs
        frame = gpd.GeoDataFrame(frame, geometry=fitted, crs=crs)
    frame, lost = _complete(frame, table, source, opened.name)
    read = Finding(opened.name, "read", len(frame), Reason("layer_rows", table=table.name))
    used = {*mapped.used_fields, *opened.coordinate_fields}
    unmapped = tuple(name for name in fields if name not in used)
    own_crs = None if opened.shapes is None else opened.shapes.crs
    findings = [read, *findings, *lost]
    return LayerRows(table.name, frame.reset_index(drop=True), tuple(findings), unmapped, own_crs)


def _raise_if(opened: _OpenedLayer, table: Table, problems: Sequence[str]) -> None:
    if problems:
        raise InputError(f"{opened.name} cannot be read into table {table.name!r}", problems)


def _open(source: LayerSource, table: Table) -> tuple[_OpenedLayer, LayerSource]:
    """Open the file; return its rows, and the source without the names of coordinate fields."""
    suffix = files.require_suffix(source.file)
    opened = _open_text(source) if suffix in files.TEXT_SUFFIXES else _open_features(source)
    frame, cleared = numbers.without_missing(opened.frame, source, opened.name)
    opened = replace(opened, frame=frame, findings=(*opened.findings, *cleared))
    attributes = source
    if opened.shapes is None:
        opened, attributes = _placed(opened, source, table)
    return _with_numbers(opened, attributes, table), attributes


def _open_features(source: LayerSource) -> _OpenedLayer:
    layer = files.read_features(
        source.file, source.layer, source.crs, source.encoding, source.limits
    )
    if not isinstance(layer.frame, gpd.GeoDataFrame):
        return _OpenedLayer(layer.name, layer.frame, None, layer.findings)
    plain = pd.DataFrame(layer.frame.drop(columns="geometry"))
    return _OpenedLayer(layer.name, plain, layer.frame.geometry, layer.findings)


def _open_text(source: LayerSource) -> _OpenedLayer:
    if source.layer is not None:
        raise InputError(sentence("fault_text_layer", file=source.file.name))
    read = delimited.read_delimited(
        source.file, source.encoding, max_lost_share=source.max_lost_share, limits=source.limits
    )
    name = source.file.name
    if read.frame.empty:
        raise InputError(sentence("fault_no_rows", layer=name))
    return _OpenedLayer(name, read.frame, None, read.findings, read)


def _with_numbers(opened: _OpenedLayer, source: LayerSource, table: Table) -> _OpenedLayer:
    """Read the numbers that stand in text, in the columns that want them."""
    fields = [name for name in opened.frame if name not in opened.coordinate_fields]
    numeric = [
        rule.field
        for column, rule in columns.rules(source, table, fields).items()
        if columns.is_read_as_number(column, rule, table)
    ]
    frame, mark, problems = numbers.as_numbers(
        opened.frame, numeric, stated=source, separator=opened.separator
    )
    _raise_if(opened, table, problems)
    if opened.text is None:
        return replace(opened, frame=frame)
    written = delimited.finding(opened.text, opened.name, mark)
    return replace(opened, frame=frame, findings=(written, *opened.findings))


def _field_of(rule: str | FieldRule, source: LayerSource) -> str:
    if isinstance(rule, str):
        return rule
    if rule.scale is not None or rule.values is not None:  # noqa: PD011 -- a setting
        raise InputError(
            sentence("fault_scaled_coordinates", file=source.file.name, field=repr(rule.field))
        )
    return rule.field


def _placed(
    opened: _OpenedLayer, source: LayerSource, table: Table
) -> tuple[_OpenedLayer, LayerSource]:
    """Make the shapes of a table without geometry from its coordinate fields."""
    named = {
        column: _field_of(rule, source)
        for column, rule in source.fields.items()
        if column in coordinates.COORDINATE_NAMES
    }
    rest = {column: rule for column, rule in source.fields.items() if column not in named}
    attributes = source.model_copy(update={"fields": rest})
    if table.geometry is None:
        return opened, attributes
    fields = list(opened.frame.columns)
    chosen, problems = coordinates.choose(named, fields)
    if chosen is None or problems:
        problems = [*columns.check_names(attributes, table, fields), *problems]
        raise InputError(f"{opened.name} cannot be read into table {table.name!r}", problems)
    crs = coordinates.crs_of(chosen, source.crs, opened.name)
    frame, problems = coordinates.with_numbers(opened.frame, chosen, source, opened.separator)
    _raise_if(opened, table, problems)
    places, problems = coordinates.to_shapes(frame, chosen, crs, _labels(opened.frame, table))
    _raise_if(opened, table, problems)
    return replace(opened, shapes=places, coordinate_fields=chosen.fields), attributes


def _kept(opened: _OpenedLayer, source: LayerSource) -> _OpenedLayer:
    """Leave out the rows the study does not want, and count them."""
    if not source.keep:
        return opened
    kept = columns.is_kept(opened.frame, source.keep)
    fields = columns.kept_fields(source.keep)
    if not kept.any():
        found = {
            name: columns.as_text(opened.frame[name]).value_counts().index[:MAX_IDS_SHOWN].tolist()
            for name in source.keep
        }
        raise InputError(
            sentence("fault_none_kept", layer=opened.name, fields=fields, found=str(found))
        )
    what = Reason("layer_not_kept", fields=fields)
    left_out = Finding(opened.name, "left_out", int((~kept).sum()), what)
    return replace(
        opened,
        frame=opened.frame[kept],
        shapes=None if opened.shapes is None else opened.shapes[kept],
        findings=(*opened.findings, left_out),
    )


def _labels(frame: pd.DataFrame, table: Table) -> np.ndarray:
    """Name rows by the first key column where it is there, else by their number in the file."""
    numbered = np.array([f"row {number + 1}" for number in frame.index], dtype=object)
    if not table.key or table.key[0] not in frame:
        return numbered
    ids = columns.as_text(frame[table.key[0]])
    return np.where(ids.notna(), ids.to_numpy(dtype=object), numbered)


def _with_ids(
    frame: pd.DataFrame, table: Table, opened: _OpenedLayer
) -> tuple[pd.DataFrame, list[Finding]]:
    """Give rows without an id one made of their geometry, and count them."""
    name = table.key[0]
    if opened.shapes is None or table.columns[name].dtype != "text":
        return frame, []
    given = (
        frame[name].astype(object) if name in frame else pd.Series(None, frame.index, dtype=object)
    )
    is_there = ~shapely.is_missing(opened.shapes.to_numpy())
    absent = given.isna().to_numpy() & is_there
    if not absent.any():
        return frame, []
    places = opened.shapes[absent]
    ids = pd.Series(shape_ids(places.to_numpy()), index=places.index, dtype="str")
    again = ids.groupby(ids).cumcount()
    ids = ids.where(again == 0, ids + "-" + (again + 1).astype(str))
    filled = given.where(~absent, ids.reindex(frame.index))
    rows = Finding(
        opened.name,
        "repaired",
        int(absent.sum()),
        Reason("layer_no_id", column=name),
        tuple(ids.head(MAX_IDS_SHOWN)),
    )
    twice = ids[again > 0]
    if table.geometry is None or table.geometry.allowed == ("Point",) or not len(twice):
        return frame.assign(**{name: filled}), [rows]
    what = Reason("layer_twice")
    same = Finding(opened.name, "warning", len(twice), what, tuple(twice.head(MAX_IDS_SHOWN)))
    return frame.assign(**{name: filled}), [rows, same]


def _complete(
    frame: pd.DataFrame, table: Table, source: LayerSource, name: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Leave out rows without a place or an id where the study says so, and count them.

    Raises
    ------
    InputError
        When they are a larger share of the rows than the study allows for.
    """
    gaps = {}
    if isinstance(frame, gpd.GeoDataFrame) and table.geometry and not table.geometry.is_nullable:
        places = frame.geometry.to_numpy()
        gaps[Reason("layer_no_place")] = shapely.is_missing(places) | shapely.is_empty(places)
    if table.key and table.key[0] in frame:
        gaps[Reason("layer_no_key", column=table.key[0])] = frame[table.key[0]].isna().to_numpy()
    lacks = {what: rows for what, rows in gaps.items() if rows.any()}
    incomplete = np.logical_or.reduce([np.zeros(len(frame), dtype=bool), *lacks.values()])
    if source.leave_out is None or not incomplete.any():
        return frame, []
    share = incomplete.mean()
    if share > source.max_lost_share:
        raise InputError(
            sentence(
                "fault_incomplete_rows",
                layer=name,
                count=int(incomplete.sum()),
                of=len(frame),
                lacks=tuple(lacks),
                share=str(share_to_allow(share)),
            )
        )
    labels = _labels(frame, table)
    return frame[~incomplete], [
        Finding(name, "left_out", int(rows.sum()), what,
                tuple(map(str, labels[rows][:MAX_IDS_SHOWN])))
        for what, rows in lacks.items()
    ]  # fmt: skip


def _reprojected(places: gpd.GeoSeries, crs: CRS, labels: np.ndarray, name: str) -> gpd.GeoSeries:
    """Bring shapes to the region's CRS, or say that theirs cannot be the right one."""
    for area_crs, why in (
        (places.crs, "crs_of_layer_wrong"),
        (crs, "crs_or_axes_wrong"),
    ):
        outside = files.is_outside(places, area_crs)
        if outside.any():
            first = ", ".join(map(str, labels[outside][:MAX_IDS_SHOWN]))
            raise CRSError(
                sentence(
                    "fault_rows_outside_crs",
                    layer=name,
                    count=int(outside.sum()),
                    of=len(places),
                    crs=area_crs.name,
                    first=first,
                    words=Reason(files.why_outside(places[outside], area_crs) or why),
                )
            )
    return places.to_crs(crs)
