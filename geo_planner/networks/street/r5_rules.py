"""Streets as R5 reads them, so that its answers can be met: access, pushing, speeds, stress.

The rules are those of its labellers (release 7.1). What only those may enter who have business
there is closed to everybody, gates and ferries are not known, driveways are streets like others,
and a bicycle is pushed wherever it may not be ridden, or not at the stress that is stood, and
people may walk; ``cycleway:both = no`` forbids riding. Cyclists do not wait, and turn restrictions
do not hold for them. What the tables do not hold is left as it is: tracks are open to cars in R5,
which counts for stress alone here.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo_planner.arrays import BoolArray
from geo_planner.config import Travel
from geo_planner.networks.street.speeds import ANY_STRESS, WAYS, access_mode, flags
from geo_planner.units import KMH_PER_MPH, KMH_PER_MPS

LevelArray = npt.NDArray[np.uint8]
IntpArray = npt.NDArray[np.intp]

R5 = "r5"
DESTINATION_ONLY = {
    "walk": "walk_destination_only",
    "bicycle": "bicycle_destination_only",
    "car": "is_destination_only",
}
_RIDDEN = ("pedestrian", "bridleway")
# classes that R5 opens to a mode by name: its more general tags (access) do not close them
_NAMED = {
    "walk": (
        "pedestrian",
        "footway",
        "steps",
        "path",
        "cycleway",
        "bridleway",
        "platform",
        "corridor",
    ),
    "bicycle": ("path", "cycleway", "pedestrian", "bridleway"),
    "car": (),
}
_QUIET = ("residential", "living_street")
_LESSER = ("unclassified", "tertiary", "tertiary_link")
_SLOW_KMH = 25 * KMH_PER_MPH
_FEW_LANES = 3
_THROUGH = 2
_NO_LEVEL, _LOWEST, _MODERATE, _HIGH, _HIGHEST = range(5)


def as_r5(
    streets: gpd.GeoDataFrame, nodes: gpd.GeoDataFrame, mode: str, travel: Travel
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Rewrite the access of streets and nodes by R5's rules, for one mode.

    Parameters
    ----------
    streets, nodes
        Tables ``streets`` and ``street_nodes``.
    mode, travel
        Mode, and the stress that cyclists stand.

    Returns
    -------
    tuple
        The tables; streets have ``bicycle_pushed_forward`` and ``_backward`` for bicycles.
    """
    access = access_mode(mode)
    changed: dict[str, Any] = {"car_speed_factor": np.nan, DESTINATION_ONLY[access]: False}
    for name in DESTINATION_ONLY:
        is_open = ~_is_closed(streets, name)
        changed |= {f"{name}_{way}": streets[f"{name}_{way}"] & is_open for way in WAYS}
    if access == "bicycle":
        # R5 opens tracks to cars, unless they are for those who have business there
        has_cars = (streets["road_class"] == "track").to_numpy(bool) & ~_is_closed(streets, "car")
        seen = streets.assign(**changed, is_driven_track=has_cars)
        changed |= _pushed(seen, nodes, travel.max_traffic_stress)
    passed = {f"blocks_{access}": False, f"private_{access}": False}
    return streets.assign(**changed), nodes.assign(**passed)


def takes_points(streets: pd.DataFrame, mode: str) -> BoolArray:
    """Mark the streets that R5 links points to: those the mode may take, riding, both ways."""
    access = access_mode(mode)
    found: BoolArray = np.all(
        [
            streets[f"{access}_{way}"].to_numpy(bool) & ~flags(streets, f"{access}_pushed_{way}")
            for way in WAYS
        ],
        axis=0,
    )
    return found


def stress_of_r5(streets: pd.DataFrame, nodes: pd.DataFrame) -> LevelArray:
    """Give R5's level of traffic stress of each street; 0 where it gives none.

    A street has the highest level of those it meets at a crossing without signals, all along to
    the next crossing: R5 does not cut it at signals and barriers on the way.
    """
    own = _own_stress(streets)
    place = pd.Series(np.arange(len(nodes)), index=nodes["node_id"].to_numpy(object))
    ends = [place.reindex(streets[end]).to_numpy(np.int64) for end in ("from_node", "to_node")]
    highest = np.full(len(nodes), _LOWEST, np.uint8)
    for end in ends:
        np.maximum.at(highest, end, own)
    is_within = _is_within_way(streets, ends, len(nodes))
    highest[nodes["is_signal"].to_numpy(bool) | is_within] = _NO_LEVEL
    level = np.maximum.reduce([own, highest[ends[0]], highest[ends[1]]])
    stretch = _stretches(ends, is_within)
    of_stretch = np.zeros(len(streets), np.uint8)
    np.maximum.at(of_stretch, stretch, level)
    found: LevelArray = of_stretch[stretch]
    return found


def _is_within_way(streets: pd.DataFrame, ends: list[IntpArray], n_nodes: int) -> BoolArray:
    """Mark the nodes that one way runs through and no other touches."""
    way = pd.factorize(streets["osm_way_id"])[0]
    node = np.concatenate(ends)
    lowest, highest = np.full(n_nodes, len(way)), np.full(n_nodes, -1)
    np.minimum.at(lowest, node, np.tile(way, 2))
    np.maximum.at(highest, node, np.tile(way, 2))
    n_ends = np.bincount(node, minlength=n_nodes)
    is_one_way: BoolArray = (n_ends == _THROUGH) & (lowest == highest) & (lowest >= 0)
    return is_one_way


def _stretches(ends: list[IntpArray], is_within: BoolArray) -> IntpArray:
    """Count off the stretches of streets between crossings, ``(n_streets,)``."""
    n_streets = len(ends[0])
    node, street = np.concatenate(ends), np.tile(np.arange(n_streets), 2)
    inner = is_within[node]
    joined = csr_matrix(
        (np.ones(inner.sum(), bool), (street[inner], n_streets + node[inner])),
        shape=(n_streets + len(is_within),) * 2,
    )
    stretch: IntpArray = connected_components(joined, directed=False)[1][:n_streets]
    return stretch


def _is_closed(streets: pd.DataFrame, mode: str) -> BoolArray:
    """Mark what R5 closes to a mode: streets for access alone by their tags, and ferries."""
    is_named = streets["road_class"].isin(_NAMED[mode]).to_numpy(bool)
    is_closed = flags(streets, DESTINATION_ONLY[mode]) & ~is_named
    if mode == "car":
        is_closed &= ~flags(streets, "is_entrance")
    return is_closed | (streets["road_class"] == "ferry").to_numpy(bool)


def _pushed(streets: pd.DataFrame, nodes: pd.DataFrame, max_stress: int) -> dict[str, BoolArray]:
    """Say where a bicycle is ridden or pushed, by direction."""
    has_none = (streets["cycle_facility"] == "none").fillna(value=False).to_numpy(bool)
    is_ridden = ~flags(streets, "bicycle_pushed") & ~has_none
    if max_stress < ANY_STRESS:
        is_ridden &= stress_of_r5(streets, nodes) <= max_stress
    found = {"bicycle_pushed": np.zeros(len(streets), bool)}
    for way in WAYS:
        is_open = (streets[f"bicycle_{way}"] | streets["road_class"].isin(_RIDDEN)).to_numpy(bool)
        rides = is_open & is_ridden
        walks = streets[f"walk_{way}"].to_numpy(bool)
        found[f"bicycle_{way}"] = rides | walks
        found[f"bicycle_pushed_{way}"] = ~rides & walks
    return found


def _own_stress(streets: pd.DataFrame) -> LevelArray:
    """Give the level of each street by itself."""
    road_class = streets["road_class"]
    limit_kmh = streets["maxspeed_forward_mps"].to_numpy(float) * KMH_PER_MPS
    lanes = streets["lanes_count"].to_numpy(float)
    has_few_lanes = lanes <= _FEW_LANES
    has_lane = (streets["cycle_facility"] == "lane").fillna(value=False).to_numpy(bool)
    is_lesser = road_class.isin(_LESSER).to_numpy(bool)
    has_cars = np.any(
        [flags(streets, name) for name in ("car_forward", "car_backward", "is_driven_track")],
        axis=0,
    )
    is_slow = (has_few_lanes | np.isnan(lanes)) & (limit_kmh <= _SLOW_KMH)
    is_moderate = is_slow | (is_lesser & (has_few_lanes & np.isnan(limit_kmh) | has_lane))
    return np.select(
        [
            ~has_cars,
            (road_class == "service").to_numpy(bool),
            road_class.isin(_QUIET).to_numpy(bool),
            is_moderate & (is_lesser | has_lane),
            is_lesser | has_lane,
        ],
        [_LOWEST, _NO_LEVEL, _LOWEST, _MODERATE, _HIGH],
        _HIGHEST,
    ).astype(np.uint8)
