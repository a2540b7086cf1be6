"""What a scenario changed on the ground: rows that differ between two regions, as shapes to draw.

Only tables whose digests differ are read. Streets that were cut in two by a new junction are not a
change: what counts is where lines are new or gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_planner import schema
from geo_planner.pages.compare.lines import line_edits
from geo_planner.pages.drawing.layers import text_of
from geo_planner.region import Region

ADDED, CHANGED, REMOVED = "added", "changed", "removed"
CHANGES = (ADDED, CHANGED, REMOVED)
_SAME_PLACE_M = 0.5
_LEAST_LENGTH_M = 2.0
_MOST_ZONES = 200
_AREAS = ("plans", "sites", "constraints")
_KIND = {"plans": "plan", "sites": "site", "constraints": "constraint", "zones": "zone"}
_FLAGS = tuple(
    f"{mode}_{way}" for mode in ("walk", "bicycle", "car") for way in ("forward", "backward")
)


@dataclass(frozen=True)
class Edit:
    """Describe one thing that a scenario added, changed or removed.

    Parameters
    ----------
    kind
        ``line``, ``stop``, ``street``, ``plan``, ``site``, ``constraint``, ``zone``,
        ``workplace`` or ``bicycle_station``.
    change
        ``added``, ``changed`` or ``removed``.
    name
        Its name; None where it has none.
    geometry
        Where it is [region CRS].
    """

    kind: str
    change: str
    name: str | None
    geometry: BaseGeometry


def find_edits(before: Region, after: Region) -> list[Edit]:
    """List what differs on the ground between two regions, one of them made from the other.

    Parameters
    ----------
    before, after
        Regions of A and B. Two regions that were both built from studies, such as two years of
        data, differ everywhere: nothing is listed for them.

    Returns
    -------
    list of Edit
        Areas first, then streets, lines, stops, workplaces and bicycle stations: the drawing order.
    """
    if before.origin is None and after.origin is None:
        return []
    edits = [
        *(edit for table in (*_AREAS, "zones") for edit in _area_edits(before, after, table)),
        *_street_edits(before, after),
        *(Edit(*facts) for facts in line_edits(before, after)),
        *_point_edits(before, after, "businesses", "workplace"),
        *_point_edits(before, after, "shared_bicycle_stations", "bicycle_station"),
    ]
    return [edit for edit in edits if edit.geometry is not None and not edit.geometry.is_empty]


def _is_same(before: Region, after: Region, table: str) -> bool:
    digests = [
        region.tables[table].sha256 if table in region.tables else None
        for region in (before, after)
    ]
    return digests[0] == digests[1]


def _keyed(region: Region, table: str) -> gpd.GeoDataFrame:
    keys = schema.tables()[table].key
    rows = region.geo_table(table)
    return rows.set_index(keys[0] if len(keys) == 1 else keys)


def changed_rows(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.Index, pd.Index, pd.Index]:
    """Tell which rows of frames with one kind of index were added, changed and removed.

    Examples
    --------
    >>> a, b = pd.DataFrame({"x": [1, 2]}, ["p", "q"]), pd.DataFrame({"x": [3, 4]}, ["q", "r"])
    >>> [list(ids) for ids in changed_rows(a, b)]
    [['r'], ['q'], ['p']]
    """
    both = before.index.intersection(after.index)
    differs = np.zeros(len(both), dtype=bool)
    old, new = before.loc[both], after.loc[both]
    for column in old.columns.intersection(new.columns):
        differs |= _differs(old[column], new[column])
    return after.index.difference(both), both[differs], before.index.difference(both)


def _differs(old: pd.Series, new: pd.Series) -> np.ndarray:
    if old.dtype == "geometry":
        return np.asarray(shapely.to_wkb(old.to_numpy()) != shapely.to_wkb(new.to_numpy()))
    is_unlike = (old != new).fillna(value=True).to_numpy(bool)
    return np.asarray(is_unlike & ~(old.isna() & new.isna()).to_numpy())


def _area_edits(before: Region, after: Region, table: str) -> Iterator[Edit]:
    if _is_same(before, after, table):
        return
    old, new = _keyed(before, table), _keyed(after, table)
    added, changed, removed = changed_rows(old, new)
    if table == "zones" and len(added) + len(changed) + len(removed) > _MOST_ZONES:
        return
    for change, ids, rows in (
        (REMOVED, removed, old),
        (CHANGED, changed, new),
        (ADDED, added, new),
    ):
        for row in rows.loc[ids].to_dict("records"):
            is_gone = row.get("status") == "cancelled"
            yield Edit(
                _KIND[table],
                REMOVED if is_gone else change,
                text_of(row.get("name")) if table != "zones" else None,
                row["geometry"],
            )


def _street_edits(before: Region, after: Region) -> Iterator[Edit]:
    if _is_same(before, after, "streets"):
        return
    old, new = _keyed(before, "streets"), _keyed(after, "streets")
    added, changed, removed = changed_rows(old, new)
    fresh, gone = new.loc[added], old.loc[removed]
    moved = new.loc[changed]
    flags = [flag for flag in _FLAGS if flag in old]
    is_closed = (old.loc[changed, flags] & ~new.loc[changed, flags]).any(axis=1).to_numpy()
    yield from _by_name(CHANGED, moved[~is_closed], None)
    yield from _by_name(REMOVED, moved[is_closed], None)
    yield from _by_name(REMOVED, gone, fresh)
    yield from _by_name(ADDED, fresh, gone)


def _by_name(
    change: str, rows: gpd.GeoDataFrame, instead: gpd.GeoDataFrame | None
) -> Iterator[Edit]:
    """Join streets of one name; leave out where the other side has a line at the same place."""
    if not len(rows):
        return
    hidden = instead.union_all().buffer(_SAME_PLACE_M) if instead is not None else None
    for name, part in rows.groupby(rows["name"].fillna("")):
        lines = shapely.get_parts(np.asarray(part.geometry, dtype=object))
        line = shapely.line_merge(shapely.multilinestrings(lines))
        if hidden is not None:
            line = line.difference(hidden)
        if line.length > _LEAST_LENGTH_M:
            yield Edit("street", change, text_of(name), line)


def _point_edits(before: Region, after: Region, table: str, kind: str) -> Iterator[Edit]:
    if _is_same(before, after, table):
        return
    old, new = _keyed(before, table), _keyed(after, table)
    added, changed, removed = changed_rows(old, new)
    for change, ids, rows in (
        (ADDED, added, new),
        (CHANGED, changed, new),
        (REMOVED, removed, old),
    ):
        for row in rows.loc[ids].to_dict("records"):
            yield Edit(kind, change, text_of(row.get("name")), row["geometry"])
