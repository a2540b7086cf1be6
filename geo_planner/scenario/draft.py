"""Tables being changed: frames are replaced, never written into, so the region stays as it was.

A modification reads and replaces frames here; what it did is found by comparing the frames before
and after, so that a report cannot say more or less than happened.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from geo_planner import schema
from geo_planner.crs import WGS84
from geo_planner.errors import SchemaError
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.scenario.refusals import Refused
from geo_planner.scenario.values import GeometryValue, RouteSelection, Selection

SCENARIO_FEED = "scenario"
MAX_AWAY_M = 20_000.0
_ID_DIGITS = 10
_EXTENT_TABLES = ("study_area", "zones", "streets", "stops")

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """Count what happened to the rows of a table."""

    table: str
    rows_added: int
    rows_changed: int
    rows_removed: int


@dataclass
class Draft:
    """Hold the frames of a region as they stand after the modifications so far."""

    region: Region
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table as it stands, with every column of the schema; do not change it."""
        if name in self.frames:
            return self.frames[name]
        frame = self.region.table(name)
        absent = {
            column.name: pd.Series(pd.NA, index=frame.index, dtype=column.pandas_dtype)
            if column.dtype != "float64"
            else np.nan
            for column in schema.tables()[name].attributes
            if column.name not in frame.columns
        }
        return frame.assign(**absent) if absent else frame

    def replace(self, name: str, frame: pd.DataFrame) -> None:
        """Let a frame stand for a table."""
        self.frames[name] = frame

    def add(self, name: str, rows: Sequence[Mapping[str, Any]] | pd.DataFrame) -> None:
        """Append rows; columns that are not given are null.

        Raises
        ------
        Refused
            When rows do not fit the table, or their keys are taken.
        """
        table = schema.tables()[name]
        added = pd.DataFrame(rows)
        if table.geometry is not None:
            added = gpd.GeoDataFrame(added, geometry="geometry", crs=self.region.crs)
        try:
            typed = schema.validate(added, table, origin="what is added")
        except SchemaError as error:
            raise Refused(
                *(Reason("scenario_table", table=name, text=text) for text in error.problems)
            ) from error
        base = self.frame(name)
        if not len(base):
            self.replace(name, typed)
            return
        taken = pd.MultiIndex.from_frame(typed[table.key]).isin(
            pd.MultiIndex.from_frame(base[table.key])
        )
        if taken.any():
            first = " + ".join(map(str, typed.loc[taken, table.key].iloc[0]))
            raise Refused(Reason("scenario_key_taken", table=name, key=first))
        columns = list(typed.columns)
        self.replace(name, pd.concat([base[columns], typed], ignore_index=True))

    def keep(self, name: str, is_kept: Mask | pd.Series) -> None:
        """Drop the rows of a table that are not marked."""
        kept = np.asarray(is_kept, dtype=bool)
        if not kept.all():
            self.replace(name, self.frame(name)[kept].reset_index(drop=True))

    def set(self, name: str, rows: Mask, values: Mapping[str, Any]) -> None:
        """Give columns of the marked rows new values (one value, or one for each marked row)."""
        frame = self.frame(name).copy()
        for column, value in values.items():
            frame.loc[rows, column] = value
        self.replace(name, frame)

    def note(self, reason: Reason) -> None:
        """Tell something of the modification that its rows do not show, once."""
        if reason not in self.notes:
            self.notes.append(reason)

    def place(self, shape: GeometryValue) -> BaseGeometry:
        """Bring a shape to the region's CRS.

        Raises
        ------
        Refused
            When its coordinates do not fit the declared CRS or lie far outside the region.
        """
        given = shape.series()
        area = given.crs.area_of_use
        try:
            in_degrees = given.to_crs(WGS84).total_bounds
            placed = given.to_crs(self.region.crs).iloc[0]
        except ProjError as error:
            raise Refused(
                Reason("scenario_shape_unread", crs=shape.crs, error=str(error))
            ) from error
        fits = np.isfinite(shapely.get_coordinates(placed)).all() and _within(area, in_degrees)
        if given.crs == WGS84:
            fits = fits and _within(None, given.total_bounds)
        extents = (
            shapely.box(*self.region.geo_table(name).total_bounds)
            for name in _EXTENT_TABLES
            if self.region.has(name)
        )
        extent = next(extents, None)
        if not fits or (extent is not None and placed.distance(extent) > MAX_AWAY_M):
            where = ", ".join(f"{value:g}" for value in given.total_bounds)
            raise Refused(Reason("scenario_shape_far", bounds=where, crs=shape.crs))
        return placed

    def select(self, name: str, selection: Selection) -> Mask:
        """Mark the rows of a table that a selection chooses.

        Raises
        ------
        Refused
            When an id or column does not exist, or nothing is chosen.
        """
        frame = self.frame(name)
        chosen = np.ones(len(frame), dtype=bool)
        problems: list[Reason] = []
        if selection.ids:
            ids = frame[schema.tables()[name].key[0]]
            unknown = sorted(set(selection.ids) - set(ids))
            problems += [
                Reason("scenario_no_id", table=name, column=str(ids.name), value=value)
                for value in unknown
            ]
            chosen &= ids.isin(selection.ids).to_numpy(dtype=bool)
        for column, value in selection.where.items():
            chosen &= _has_value(name, frame, column, value, problems)
        if isinstance(selection, RouteSelection) and selection.line is not None:
            names = frame[["route_id", "route_short_name", "route_long_name"]]
            is_line: Mask = (names == selection.line).any(axis=1).to_numpy(dtype=bool)
            feeds = frame.loc[is_line, "feed"].unique()
            if len(feeds) > 1:
                named = ", ".join(feeds)
                self.note(
                    Reason(
                        "scenario_line_in_feeds", line=selection.line, count=len(feeds), feeds=named
                    )
                )
            unknown_line = Reason("scenario_no_line", line=selection.line)
            problems += [] if is_line.any() else [unknown_line]
            chosen &= is_line
        if selection.within is not None:
            chosen &= self._lie_within(frame, selection.within)
        if not problems and not chosen.any():
            problems.append(Reason("scenario_none_chosen", table=name))
        if problems:
            raise Refused(*problems)
        return chosen

    def _lie_within(self, frame: pd.DataFrame, area: GeometryValue) -> Mask:
        if "geometry" not in frame.columns:
            raise Refused(Reason("scenario_no_area"))
        shapes = gpd.GeoSeries(frame.geometry)
        is_line = shapes.geom_type.isin(["LineString"]).to_numpy(dtype=bool)
        middles = shapes.representative_point()
        middles[is_line] = shapes[is_line].interpolate(0.5, normalized=True)
        inside: Mask = shapely.intersects(middles.to_numpy(), self.place(area))
        return inside


def _has_value(
    name: str, frame: pd.DataFrame, column: str, value: Any, problems: list[Reason]
) -> Mask:
    """Mark rows that have one of some values; add columns and values that are not there."""
    if column not in frame.columns or column == "geometry":
        problems.append(Reason("scenario_no_column", table=name, column=column))
        return np.zeros(len(frame), dtype=bool)
    wanted = list(value) if isinstance(value, tuple) else [value]
    absent = [one for one in wanted if not frame[column].isin([one]).any()]
    problems += [
        Reason("scenario_no_value", table=name, column=column, value=one) for one in absent
    ]
    has: Mask = frame[column].isin(wanted).fillna(value=False).to_numpy(dtype=bool)
    return has


def _within(area: Any, bounds: Sequence[float]) -> bool:
    """Tell whether bounds [degrees] lie within a CRS's area of use, a degree of grace around it.

    Examples
    --------
    >>> _within(None, (-180, -90, 180, 90)), _within(None, (0, 0, 180.1, 0))
    (True, False)
    """
    west, south, east, north = bounds
    if area is None:
        return bool(west >= -180 and south >= -90 and east <= 180 and north <= 90)  # noqa: PLR2004
    return bool(
        west >= area.west - 1
        and south >= area.south - 1
        and east <= area.east + 1
        and north <= area.north + 1
    )


def content_digest(content: Any) -> str:
    """Take the digest of a value that can be written as JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def content_id(content: Any) -> str:
    """Make an id for what a modification adds, from its content."""
    return f"{SCENARIO_FEED}:{content_digest(content)[:_ID_DIGITS]}"


def count_changes(name: str, before: pd.DataFrame, after: pd.DataFrame) -> Change:
    """Compare a table before and after, by its key."""
    place = _places(before[schema.tables()[name].key], after[schema.tables()[name].key])
    is_common = place >= 0
    earlier = before.iloc[place[is_common]]
    later = after[is_common]
    differs = np.zeros(int(is_common.sum()), dtype=bool)
    for column in later.columns:
        differs |= _differs(earlier[column], later[column])
    return Change(
        table=name,
        rows_added=int((~is_common).sum()),
        rows_changed=int(differs.sum()),
        rows_removed=len(before) - int(is_common.sum()),
    )


def _places(before: pd.DataFrame, after: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Find the row of each key among the keys before; -1 where it is new."""
    if before.reset_index(drop=True).equals(after.reset_index(drop=True)):
        return np.arange(len(after))
    old, new = pd.MultiIndex.from_frame(before), pd.MultiIndex.from_frame(after)
    places: npt.NDArray[np.intp] = old.get_indexer(new)
    return places


def _differs(earlier: pd.Series, later: pd.Series) -> Mask:
    if isinstance(later.dtype, gpd.array.GeometryDtype):
        pair = earlier.to_numpy(), later.to_numpy()
        both_absent = shapely.is_missing(pair[0]) & shapely.is_missing(pair[1])
        same: Mask = shapely.equals_identical(*pair) | both_absent
        return ~same
    left, right = earlier.reset_index(drop=True), later.reset_index(drop=True)
    unequal = (left != right).fillna(value=True).to_numpy(dtype=bool)
    both: Mask = unequal & ~(left.isna() & right.isna()).to_numpy(dtype=bool)
    return both
