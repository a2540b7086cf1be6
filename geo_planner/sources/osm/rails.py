"""Railway tracks as edges, cut where tracks meet."""

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.elements import Elements
from geo_planner.sources.osm.opl import parse_tags
from geo_planner.sources.osm.pieces import cut_ways, node_names, piece_findings, piece_ids
from geo_planner.sources.osm.speeds import parse_speed
from geo_planner.sources.osm.street_rules import stacking_level
from geo_planner.units import mps_from_kmh

KINDS = frozenset(["rail", "light_rail", "subway", "tram", "narrow_gauge", "monorail", "funicular"])
MAX_RAIL_KMH = 500.0
_COLUMNS = [
    *("kind", "usage", "service", "name", "maxspeed_mps"),
    *("is_bridge", "is_tunnel", "level", "osm_way_id"),
]


def read_rails(
    elements: Elements, crs: CRS, source: str
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Make the table of rails from the railway ways in use."""
    tags_of = {
        i: tags
        for i, text in enumerate(elements.ways.tags)
        if "railway=" in text and (tags := parse_tags(text)).get("railway") in KINDS
    }
    ways = elements.ways.take(np.array(list(tags_of), dtype=np.int64))
    pieces = cut_ways(ways, np.empty(0, dtype=np.int64), crs)
    rows = [
        (*_row(tags), f"w{number}")
        for tags, number in zip(tags_of.values(), ways.ids.tolist(), strict=True)
    ]
    way_columns = pd.DataFrame(rows, columns=_COLUMNS).astype({"maxspeed_mps": "float64"})
    names = node_names(pieces)
    frame = way_columns.take(pieces.way_idx).assign(
        rail_id=piece_ids(ways, pieces),
        from_node=names[pieces.from_idx],
        to_node=names[pieces.to_idx],
        length_m=pieces.lengths_m,
    )
    rails = gpd.GeoDataFrame(frame.reset_index(drop=True), geometry=pieces.geometries, crs=crs)
    findings = [
        Finding(source, "read", len(ways), Reason("osm_rails_read", edges=len(pieces))),
        *piece_findings(pieces, source, "rails"),
    ]
    return rails, tuple(finding for finding in findings if finding.count)


def _row(
    tags: dict[str, str],
) -> tuple[str, str | None, str | None, str | None, float | None, bool, bool, int]:
    is_bridge, is_tunnel = (tags.get(key, "no") != "no" for key in ("bridge", "tunnel"))
    kmh = parse_speed(tags["maxspeed"], max_kmh=MAX_RAIL_KMH).kmh if "maxspeed" in tags else None
    return (
        tags["railway"],
        tags.get("usage"),
        tags.get("service"),
        tags.get("name"),
        None if kmh is None else mps_from_kmh(kmh),
        is_bridge,
        is_tunnel,
        stacking_level(tags.get("layer"), is_bridge=is_bridge, is_tunnel=is_tunnel),
    )
