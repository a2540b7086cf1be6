"""Public-transport lines as mapped: route relations with their course and their stops in order."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.elements import Elements, Relation, Ways
from geo_planner.sources.osm.pieces import transformer_to

MODES = frozenset(["train", "light_rail", "subway", "tram", "bus", "trolleybus", "ferry"])
_STOP_ROLES = frozenset({"stop", "stop_entry_only", "stop_exit_only", "stop_position"})
_PLATFORM_ROLES = frozenset({"platform", "platform_entry_only", "platform_exit_only"})
_COLUMNS = ["line_id", "mode", "ref", "name", "operator", "from_name", "to_name", "colour"]
_MIN_LINE_POINTS = 2


def read_lines(
    elements: Elements, stations: pd.DataFrame, crs: CRS, source: str
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, tuple[Finding, ...]]:
    """Make the tables of lines and of their stops from route relations.

    Notes
    -----
    Stops are the members with a stop role, or those with a platform role where a line has more
    of them, so that no call counts twice. Stops that the extract lacks are left out.
    """
    routes = [
        relation
        for relation in elements.relations
        if relation.tags.get("type") == "route" and relation.tags.get("route") in MODES
    ]
    courses = _courses(routes, elements.ways, transformer_to(crs))
    frame = pd.DataFrame([_row(route) for route in routes], columns=_COLUMNS)
    lines = gpd.GeoDataFrame(frame, geometry=courses, crs=crs)
    station_ids = set(stations["station_id"])
    calls = [(f"r{route.number}", stop) for route in routes for stop in ordered_stops(route)]
    kept = pd.DataFrame(
        [call for call in calls if call[1] in station_ids], columns=["line_id", "station_id"]
    )
    kept["stop_sequence"] = kept.groupby("line_id").cumcount().astype("int32")
    findings = [
        Finding(source, "read", len(lines), Reason("osm_lines_read", stops=len(kept))),
        Finding(source, "left_out", len(calls) - len(kept), Reason("osm_line_stops_outside")),
        Finding(
            source,
            "warning",
            int(lines.geometry.isna().sum()),
            Reason("osm_lines_no_course"),
        ),
    ]
    return lines, kept, tuple(finding for finding in findings if finding.count)


def ordered_stops(route: Relation) -> list[str]:
    """Name the stops of a line in order, each call once."""
    members = [(f"{m.kind}{m.number}", m.role) for m in route.members]
    stops = [name for name, role in members if role in _STOP_ROLES]
    platforms = [name for name, role in members if role in _PLATFORM_ROLES]
    chosen = platforms if len(platforms) > len(stops) else stops
    return [name for i, name in enumerate(chosen) if i == 0 or chosen[i - 1] != name]


def _row(route: Relation) -> tuple[str | None, ...]:
    tags = route.tags
    return (
        f"r{route.number}",
        tags["route"],
        *(tags.get(key) for key in ("ref", "name", "operator", "from", "to")),
        tags.get("colour") or tags.get("color"),
    )


def _courses(routes: list[Relation], ways: Ways, to_metric: Transformer) -> list[Any]:
    """Join the track members of each line; None where the extract has none."""
    wanted = sorted({number for route in routes for number in _track_members(route)})
    order = np.argsort(ways.ids)
    place = np.searchsorted(ways.ids, wanted, sorter=order)
    drawn: dict[int, Any] = {}
    for number, i in zip(wanted, place.tolist(), strict=True):
        if i < len(ways) and ways.ids[order[i]] == number:
            shape = _line_string(ways, int(order[i]), to_metric)
            if shape is not None:
                drawn[number] = shape
    return [_course(route, drawn) for route in routes]


def _track_members(route: Relation) -> list[int]:
    off_track = _STOP_ROLES | _PLATFORM_ROLES
    return [m.number for m in route.members if m.kind == "w" and m.role not in off_track]


def _line_string(ways: Ways, i: int, to_metric: Transformer) -> Any:
    points = slice(ways.offsets[i], ways.offsets[i + 1])
    is_located = ~np.isnan(ways.longitudes[points])
    if is_located.sum() < _MIN_LINE_POINTS:
        return None
    x, y = to_metric.transform(
        ways.longitudes[points][is_located], ways.latitudes[points][is_located]
    )
    line = shapely.linestrings(np.column_stack([x, y]))
    return line if shapely.is_valid(line) else None


def _course(route: Relation, drawn: Mapping[int, Any]) -> Any:
    shapes = [drawn[number] for number in _track_members(route) if number in drawn]
    if not shapes:
        return None
    return shapely.line_merge(shapely.multilinestrings(shapes)) if len(shapes) > 1 else shapes[0]
