"""Each edit of a scenario by itself: what is wrong with it, what it changes, and where.

What a modification draws itself, such as an area, is not repeated; what it leads to is: the course
that a line takes on the streets, the streets that are closed, the workplaces that move.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner import schema
from geo_planner.crs import to_degrees
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.scenario.applying import check_scenario
from geo_planner.scenario.base import Modification
from geo_planner.scenario.draft import Draft
from geo_planner.scenario.model import Scenario

TRACED = ("shapes", "streets", "plans", "constraints", "sites", "zones", "businesses", "stops",
          "shared_bicycle_stations")  # fmt: skip
_OWN_SHAPES = ("course", "area")
_MOST_SHAPES = 400
_PLACED = ("scenario_modification", "scenario_modification_unnamed")


def _no_shapes() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns=["table", "change", "geometry"], geometry="geometry", crs=4326)


@dataclass
class EditTrace:
    """Hold what one edit does.

    Parameters
    ----------
    problems
        What is wrong with it: the field, as a path with points, "" for the whole; and the reason.
    notes
        What it leaves as it was, and why, and what else there is to know of it.
    changes
        Rows added, changed and removed, by table.
    shapes
        What differs on the ground [degrees]: ``table``, ``change``, geometry.
    n_shapes
        How many rows differ on the ground; more than there are shapes where they are many.
    """

    problems: list[tuple[str, Reason]] = field(default_factory=list)
    notes: list[Reason] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    shapes: gpd.GeoDataFrame = field(default_factory=_no_shapes)
    n_shapes: int = 0


def trace_edits(
    region: Region, content: Mapping[str, Any], bases: Iterable[Scenario] = ()
) -> list[EditTrace]:
    """Try a scenario on a region, and tell of each edit by itself; nothing is written.

    Parameters
    ----------
    region
        Region to change; it is only read.
    content
        What the scenario's file says.
    bases
        Scenarios it may build on.

    Returns
    -------
    list of EditTrace
        First what belongs to the scenario as a whole, then one for each modification, in order.

    Examples
    --------
    >>> from geo_planner import example_region
    >>> content = {"id": "two", "name": "Two", "modifications": [
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}},
    ...     {"do": "RemoveBusiness", "businesses": {"ids": ["no-such"]}}]}
    >>> whole, first, second = trace_edits(example_region(), content)
    >>> first.n_shapes, [place for place, _ in second.problems]
    (1, [''])
    """
    listed = content.get("modifications", ())
    traces = [EditTrace() for _ in range(1 + (len(listed) if isinstance(listed, list) else 0))]

    def follow(number: int, item: Modification, before: Draft, after: Draft) -> None:
        traces[number].shapes, traces[number].n_shapes = _shapes(item, before, after)

    check = check_scenario(region, content, bases, follow=follow)
    for reason in check.reasons:
        number, what = _placed(reason, len(traces))
        traces[number].problems.append((_field_of(what), what))
    for note in check.notes:
        number, what = _placed(note, len(traces))
        traces[number].notes.append(what)
    for change in check.changes:
        if change["scenario"] == check.id and change["index"] < len(traces):
            traces[change["index"]].changes.append(change)
    return traces


def _placed(reason: Reason, n_traces: int) -> tuple[int, Reason]:
    """Take apart of which modification, from 1, something is, and what; 0: of the whole."""
    values = dict(reason.values)
    number, what = values.get("number"), values.get("what")
    if reason.code in _PLACED and isinstance(number, int) and isinstance(what, Reason):
        return (number, what) if number < n_traces else (0, reason)
    return 0, reason


def _field_of(reason: Reason) -> str:
    """Name the field that a reason is about."""
    place = dict(reason.values).get("place")
    return place if isinstance(place, str) else ""


def _shapes(item: Modification, before: Draft, after: Draft) -> tuple[gpd.GeoDataFrame, int]:
    draws_itself = any(getattr(item, name, None) is not None for name in _OWN_SHAPES)
    tables = () if draws_itself else [name for name in TRACED if name in after.frames]
    rows = [_called(item, before), *(_changed(name, before, after) for name in tables)]
    n_shapes = sum(map(len, rows))
    found = pd.concat(rows, ignore_index=True).head(_MOST_SHAPES)
    placed = gpd.GeoDataFrame(found, geometry="geometry", crs=before.region.crs)
    return to_degrees(placed) if len(placed) else _no_shapes(), n_shapes


def _called(item: Modification, before: Draft) -> pd.DataFrame:
    """Place the stops there are that a new line calls at."""
    ids = [stop.stop_id for stop in getattr(item, "stops", ()) if getattr(stop, "stop_id", None)]
    if not ids:
        return _rows("stops", "called", before.frame("stops").iloc[:0])
    stops = before.frame("stops")
    return _rows("stops", "called", stops[stops["stop_id"].isin(ids)])


def _changed(name: str, before: Draft, after: Draft) -> pd.DataFrame:
    """List the rows of a table that are new, gone, or other than before."""
    old, new = before.frame(name), after.frame(name)
    if old is new:
        return _rows(name, "added", new.iloc[:0])
    key = schema.tables()[name].key
    places = pd.MultiIndex.from_frame(old[key]).get_indexer(pd.MultiIndex.from_frame(new[key]))
    is_common = places >= 0
    is_gone = np.ones(len(old), dtype=bool)
    is_gone[places[is_common]] = False
    common, earlier = new[is_common], old.iloc[places[is_common]]
    differs = np.zeros(len(common), dtype=bool)
    for column in common.columns:
        one, other = earlier[column].reset_index(drop=True), common[column].reset_index(drop=True)
        unequal = (one != other).fillna(value=True).to_numpy(dtype=bool)
        differs |= unequal & ~(one.isna() & other.isna()).to_numpy(dtype=bool)
    parts = (("added", new[~is_common]), ("changed", common[differs]), ("removed", old[is_gone]))
    return pd.concat([_rows(name, change, rows) for change, rows in parts], ignore_index=True)


def _rows(table: str, change: str, rows: pd.DataFrame) -> pd.DataFrame:
    geometry = rows.get("geometry", [])
    return pd.DataFrame({"table": table, "change": change, "geometry": list(geometry)})
