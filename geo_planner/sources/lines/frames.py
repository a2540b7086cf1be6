"""Pieces of lines as the tables of streets and street nodes."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Geod, Transformer

from geo_planner.arrays import FloatArray
from geo_planner.crs import WGS84
from geo_planner.sources.lines.geometry import MM_PER_M, Shapes
from geo_planner.sources.lines.pieces import LinePieces
from geo_planner.sources.shape_ids import shape_ids
from geo_planner.sources.street_classes import closed_classes

_GEOD = Geod(ellps="WGS84")
_MODES = ("walk", "bicycle", "car")


def street_frame(
    pieces: LinePieces, lines: Shapes, attributes: pd.DataFrame, crs: CRS
) -> gpd.GeoDataFrame:
    """Make the streets table, without joined limits and cycle routes.

    Parameters
    ----------
    pieces
        Pieces between nodes.
    lines
        Lines as drawn, which make ids where the layer has none, (n_lines,).
    attributes
        One row for each line.
    crs
        Metric CRS of the region.
    """
    # the first digits of a digest of the geometry stand for an id that is not given
    given = attributes["street_id"]
    own_ids = pd.Series(shape_ids(lines), given.index)
    line_ids = given.where(given.notna(), own_ids).to_numpy(dtype=object)
    ids = line_ids[pieces.line]
    number = pd.Series(ids).groupby(ids).cumcount()
    names = node_ids(pieces.node_places)
    of_line = attributes.iloc[pieces.line].reset_index(drop=True)
    level = of_line["level"].fillna(0.0).to_numpy()
    columns = of_line[["name", "road_class", "surface", "is_lit", "is_urban", "lanes_count"]]
    direction = of_line["oneway"].to_numpy(dtype=object)
    limits = {"forward": direction != "backward", "backward": direction != "forward"}
    access = {}
    for mode in _MODES:
        by_class = ~of_line["road_class"].isin(closed_classes(mode))
        is_open = of_line[mode].fillna(by_class).to_numpy(bool)
        for way, allowed in limits.items():
            access[f"{mode}_{way}"] = is_open if mode == "walk" else is_open & allowed
    columns = columns.assign(
        street_id=[f"{name}-{i}" for name, i in zip(ids, number, strict=True)],
        osm_way_id=None,
        from_node=names[pieces.tail],
        to_node=names[pieces.head],
        length_m=ground_lengths_m(pieces.shapes, crs),
        duration_s=np.nan,
        maxspeed_forward_mps=of_line["maxspeed_mps"],
        maxspeed_backward_mps=of_line["maxspeed_mps"],
        is_destination_only=False,
        is_roundabout=False,
        is_bridge=level > 0,
        is_tunnel=level < 0,
        level=level.astype(np.int32),
        grade=np.nan,
        cycle_facility=None,
        **access,
    )
    return gpd.GeoDataFrame(columns, geometry=pieces.shapes, crs=crs)


def node_frame(pieces: LinePieces, crs: CRS) -> gpd.GeoDataFrame:
    """Make the street_nodes table; centre lines tell of no barriers or signals."""
    n_nodes = len(pieces.node_places)
    closed = np.zeros(n_nodes, dtype=bool)
    return gpd.GeoDataFrame(
        {
            "node_id": node_ids(pieces.node_places),
            "barrier": np.full(n_nodes, None, dtype=object),
            "is_signal": closed,
            "blocks_walk": closed,
            "blocks_bicycle": closed,
            "blocks_car": closed,
            "elevation_m": np.full(n_nodes, np.nan),
        },
        geometry=shapely.points(pieces.node_places),
        crs=crs,
    )


def node_ids(places: FloatArray) -> np.ndarray:
    """Name nodes by their coordinates in whole millimetres."""
    whole = np.rint(places * MM_PER_M).astype(np.int64).tolist()
    return np.array([f"p{x}_{y}" for x, y in whole], dtype=object)


def ground_lengths_m(lines: Shapes, crs: CRS) -> FloatArray:
    """Measure lines on the ellipsoid [m]."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    to_degrees = Transformer.from_crs(crs, WGS84, always_xy=True)
    longitude, latitude = to_degrees.transform(coordinates[:, 0], coordinates[:, 1])
    _, _, steps = _GEOD.inv(longitude[:-1], latitude[:-1], longitude[1:], latitude[1:])
    inside = owner[1:] == owner[:-1]
    lengths = np.bincount(owner[1:][inside], np.asarray(steps)[inside], minlength=len(lines))
    return np.asarray(lengths)
