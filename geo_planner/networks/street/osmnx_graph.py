"""The bridge to OSMnx: streets as its graph, and its speeds for streets that state none.

OSMnx is imported inside the functions; it takes seconds.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.errors import MissingDependencyError
from geo_planner.region import Region
from geo_planner.units import KMH_PER_MPS, mps_from_kmh

_WAYS = ("forward", "backward")


def to_osmnx(region: Region, mode: str) -> Any:
    """Lay out the streets that a mode may use as OSMnx has them.

    Parameters
    ----------
    region
        Region with streets.
    mode
        walk, bicycle or car.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes by number with x, y [m, CRS of the region] and ``node_id``; an edge per allowed
        direction with ``osmid``, ``street_id``, ``highway``, ``length`` [m], ``maxspeed`` [km/h]
        where stated, and ``geometry``. Already simplified: edges run from junction to junction.

    Raises
    ------
    MissingDependencyError
        When the extra ``osm`` is not installed.
    """
    osmnx = _osmnx()
    nodes = region.geo_table("street_nodes")
    number = pd.Series(np.arange(len(nodes)), index=nodes["node_id"])
    node_frame = gpd.GeoDataFrame(
        {"node_id": nodes["node_id"], "x": nodes.geometry.x, "y": nodes.geometry.y},
        geometry=nodes.geometry,
    )
    edges = pd.concat(
        [_edges(region.geo_table("streets"), number, mode, way) for way in _WAYS],
        ignore_index=True,
    )
    edges["key"] = edges.groupby(["u", "v"]).cumcount()
    edge_frame = gpd.GeoDataFrame(edges.set_index(["u", "v", "key"]), crs=region.crs)
    used = np.unique(edges[["u", "v"]].to_numpy())
    return osmnx.graph_from_gdfs(
        node_frame.iloc[used], edge_frame, graph_attrs={"crs": region.crs, "simplified": True}
    )


def _edges(
    streets: gpd.GeoDataFrame, number: "pd.Series[int]", mode: str, way: str
) -> gpd.GeoDataFrame:
    """Take the streets open in one direction; against the geometry, it is turned round."""
    rows = streets[streets[f"{mode}_{way}"]]
    start, end = ("from_node", "to_node") if way == "forward" else ("to_node", "from_node")
    return gpd.GeoDataFrame(
        {
            "u": number[rows[start]].to_numpy(),
            "v": number[rows[end]].to_numpy(),
            "osmid": rows["osm_way_id"],
            "street_id": rows["street_id"],
            "name": rows["name"],
            "highway": rows["road_class"],
            "length": rows["length_m"],
            "maxspeed": rows[f"maxspeed_{way}_mps"] * KMH_PER_MPS,
            "oneway": rows[f"{mode}_forward"] != rows[f"{mode}_backward"],
        },
        geometry=rows.geometry if way == "forward" else rows.geometry.reverse(),
    )


def imputed_limits_mps(streets: pd.DataFrame) -> pd.Series:
    """Give each road class the mean of the limits stated on it, as OSMnx imputes speeds.

    Parameters
    ----------
    streets
        Rows of the streets table that cars may use.

    Returns
    -------
    Series
        Limit [m/s] by road class; classes on which no street states one get the mean of all.
        Empty where no street states a limit.

    Raises
    ------
    MissingDependencyError
        When the extra ``osm`` is not installed.

    References
    ----------
    Boeing, G. (2025). Modeling and analyzing urban networks and amenities with OSMnx.
    doi:10.1111/gean.70009
    """
    osmnx = _osmnx()
    import networkx as nx

    limits = streets["maxspeed_forward_mps"]
    if limits.isna().all():
        return pd.Series(dtype=float)
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    for place, (road_class, limit) in enumerate(zip(streets["road_class"], limits, strict=True)):
        speed = {} if np.isnan(limit) else {"maxspeed": str(limit * KMH_PER_MPS)}
        graph.add_edge(2 * place, 2 * place + 1, highway=road_class, length=1.0, **speed)
    nx.set_node_attributes(graph, 0.0, "x")
    nx.set_node_attributes(graph, 0.0, "y")
    fallback = float(limits.mean()) * KMH_PER_MPS
    graph = osmnx.add_edge_speeds(graph, fallback=fallback)
    rows = pd.DataFrame(
        [(data["highway"], data["speed_kph"]) for *_, data in graph.edges(data=True)],
        columns=["road_class", "speed_kmh"],
    )
    is_imputed = limits.isna().to_numpy()
    by_class = rows[is_imputed].groupby("road_class")["speed_kmh"].first()
    return by_class.map(mps_from_kmh)


def _osmnx() -> Any:
    try:
        import osmnx
    except ImportError:
        raise MissingDependencyError("osmnx", "osm") from None
    return osmnx
