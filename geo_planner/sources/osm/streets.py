"""Streets and street nodes as tables, and whether a street lies in town."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.findings import Finding, FindingKind
from geo_planner.reasons import Reason
from geo_planner.sources.osm.access_rules import MODES
from geo_planner.sources.osm.barriers import (
    BLOCKED,
    PASSED,
    PRIVATE,
    UNKNOWN_BARRIER,
    barrier_table,
    is_barrier,
    passage,
)
from geo_planner.sources.osm.durations import is_plausible
from geo_planner.sources.osm.elements import Elements, FloatArray, IntArray, Ways
from geo_planner.sources.osm.opl import unescape
from geo_planner.sources.osm.pieces import (
    BoolArray,
    StreetPieces,
    cut_ways,
    node_names,
    piece_findings,
    piece_ids,
)
from geo_planner.sources.osm.street_rules import Doubts, StreetRule, judge_ways

_BUILT_UP_REACH_M = 25.0
_NAME = ",name="


@dataclass(frozen=True)
class Streets:
    """Hold the street tables and what restrictions, lines and findings need of them."""

    streets: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def read_streets(elements: Elements, crs: CRS, source: str) -> Streets:
    """Make the tables of streets and street nodes, without the built-up mark of patches."""
    judged = judge_ways(elements.ways)
    chosen = np.flatnonzero(judged.rule_of >= 0)
    ways = elements.ways.take(chosen)
    # barriers, plain nodes of access and signals must end an edge
    end_nodes = [
        number
        for number, node in elements.nodes.items()
        if is_barrier(node.tags) or node.tags.get("highway") == "traffic_signals"
    ]
    pieces = cut_ways(ways, np.array(end_nodes, dtype=np.int64), crs)
    rule_of = judged.rule_of[chosen]
    durations_s, is_refused = _crossing_times(ways, pieces, judged.rules, rule_of)
    streets = _street_frame(ways, pieces, judged.rules, rule_of, crs)
    streets["duration_s"] = durations_s
    counts = pd.DataFrame(judged.doubts, columns=Doubts._fields).take(rule_of)
    counts["is_duration_refused"] |= is_refused
    doubts = []
    for name, (kind, code) in _DOUBT_CODES.items():
        marked = np.flatnonzero(counts[name].to_numpy(bool))
        examples = tuple(f"w{number}" for number in ways.ids[marked[:5]].tolist())
        doubts.append(Finding(source, kind, len(marked), Reason(code), examples))
    barrier_kinds = barrier_table()
    on_street = (elements.nodes.get(number) for number in pieces.node_numbers.tolist())
    unknown = [
        f"n{node.number}"
        for node in on_street
        if node and node.tags.get("barrier", UNKNOWN_BARRIER) not in barrier_kinds
    ]
    what = Reason("osm_barriers_unknown")
    findings = [
        Finding(source, "read", len(ways), Reason("osm_streets_read", edges=len(pieces))),
        *doubts,
        *piece_findings(pieces, source, "streets"),
        Finding(source, "left_out", judged.n_unbuilt, Reason("osm_ways_unbuilt")),
        Finding(source, "left_out", judged.n_other, Reason("osm_ways_no_street")),
        Finding(source, "warning", len(unknown), what, tuple(unknown[:5])),
    ]
    nodes = _node_frame(elements, pieces, crs)
    return Streets(streets, nodes, tuple(finding for finding in findings if finding.count))


def fill_urban(streets: gpd.GeoDataFrame, landscape: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Mark streets that tags leave open by the patch they lie in.

    A street whose middle lies in, or within 25 m of, a built-up or business patch is urban; one
    in the middle of farmland is not; others stay null.
    """
    is_open = streets["is_urban"].isna().to_numpy()
    patches = landscape.geometry.to_numpy()
    kinds = landscape["kind"].to_numpy()
    if not len(patches) or not is_open.any():
        return streets
    middles = shapely.line_interpolate_point(
        streets.geometry.to_numpy()[is_open], 0.5, normalized=True
    )
    is_built = np.isin(kinds, ["built_up", "business"])
    in_town = _near(middles, patches[is_built], _BUILT_UP_REACH_M)
    in_fields = _near(middles, patches[kinds == "farmland"], 0.0)
    open_rows = np.flatnonzero(is_open)
    marks = streets["is_urban"].array.copy()
    marks[open_rows[in_fields]] = False
    marks[open_rows[in_town]] = True
    return streets.assign(is_urban=marks)


def _street_frame(
    ways: Ways, pieces: StreetPieces, rules: list[StreetRule], rule_of: IntArray, crs: CRS
) -> gpd.GeoDataFrame:
    names = node_names(pieces)
    of_piece = pieces.way_idx
    rule_columns = pd.DataFrame(rules, columns=StreetRule._fields).astype(
        {
            **dict.fromkeys(("is_urban", "is_lit"), "boolean"),
            **dict.fromkeys(
                ("duration_s", "maxspeed_forward_mps", "maxspeed_backward_mps", "lanes_count"),
                "float64",
            ),
        }
    )
    frame = rule_columns.take(rule_of[of_piece]).reset_index(drop=True)
    way_ids = np.array([f"w{number}" for number in ways.ids.tolist()], dtype=object)
    # the name of each way; None where it has none
    way_names: list[str | None] = []
    for text in ways.tags:
        _, found, rest = f",{text}".partition(_NAME)
        way_names.append(unescape(rest.partition(",")[0]) if found else None)
    frame = frame.assign(
        street_id=piece_ids(ways, pieces),
        osm_way_id=way_ids[of_piece],
        from_node=names[pieces.from_idx],
        to_node=names[pieces.to_idx],
        name=np.array(way_names, dtype=object)[of_piece],
        length_m=pieces.lengths_m,
        grade=np.nan,
    )
    return gpd.GeoDataFrame(frame, geometry=pieces.geometries, crs=crs)


def _crossing_times(
    ways: Ways, pieces: StreetPieces, rules: list[StreetRule], rule_of: IntArray
) -> tuple[FloatArray, BoolArray]:
    """Share the stated time of each way among its pieces by length; mark ways whose time cannot be.

    Returns
    -------
    tuple
        Seconds by piece, nan where none is stated; a mark by way.
    """
    stated_s = pd.Series([rule.duration_s for rule in rules], dtype=float).to_numpy()[rule_of]
    totals_m = np.bincount(pieces.way_idx, weights=pieces.lengths_m, minlength=len(ways))
    is_refused = np.zeros(len(ways), dtype=bool)
    for way in np.flatnonzero(stated_s > 0).tolist():
        is_refused[way] = totals_m[way] > 0 and not is_plausible(stated_s[way], totals_m[way])
    usable_s = np.where(is_refused, np.nan, stated_s)[pieces.way_idx]
    return usable_s * pieces.lengths_m / totals_m[pieces.way_idx], is_refused


def _node_frame(elements: Elements, pieces: StreetPieces, crs: CRS) -> gpd.GeoDataFrame:
    n_nodes = len(pieces.node_numbers)
    barriers = np.full(n_nodes, None, dtype=object)
    stops = np.full((n_nodes, 3), PASSED, dtype=object)
    is_signal = np.zeros(n_nodes, dtype=bool)
    for i, number in enumerate(pieces.node_numbers.tolist()):
        node = elements.nodes.get(number)
        if node is None:
            continue
        is_signal[i] = node.tags.get("highway") == "traffic_signals"
        if is_barrier(node.tags):
            barriers[i] = node.tags.get("barrier")
            stops[i] = passage(node.tags)
    frame = pd.DataFrame(
        {
            "node_id": node_names(pieces),
            "barrier": barriers,
            "is_signal": is_signal,
            **{f"blocks_{mode}": stops[:, i] == BLOCKED for i, mode in enumerate(MODES)},
            **{f"private_{mode}": stops[:, i] == PRIVATE for i, mode in enumerate(MODES)},
            "elevation_m": np.nan,
        }
    )
    return gpd.GeoDataFrame(frame, geometry=pieces.node_points, crs=crs)


_DOUBT_CODES: Mapping[str, tuple[FindingKind, str]] = {
    "is_private": ("read", "osm_streets_private"),
    "is_changing": ("warning", "osm_streets_changing"),
    "is_area": ("warning", "osm_streets_area"),
    "is_speed_refused": ("left_out", "osm_speeds_refused"),
    "is_duration_refused": ("left_out", "osm_durations_refused"),
    "is_conditional": ("warning", "osm_streets_conditional"),
}


def _near(points: Any, patches: Any, reach_m: float) -> Any:
    is_near = np.zeros(len(points), dtype=bool)
    if len(patches):
        hits, _ = shapely.STRtree(patches).query(points, predicate="dwithin", distance=reach_m)
        is_near[hits] = True
    return is_near
