"""A town many times over: its files copied beside each other, for measurements that grow.

Each tile is the same town moved by a fixed step; no street or line joins two of them. What is
reached from a point of the first tile is the same however many tiles there are.
"""

import zipfile

import osmium
import pandas as pd

from benchmarks.transit_feeds import rewrite
from benchmarks.transit_town import FEEDS, TOWN

STEP_DEG = 0.6
_IDS = {
    "stops": ["stop_id"],
    "routes": ["route_id"],
    "trips": ["trip_id", "route_id", "block_id"],
    "stop_times": ["trip_id", "stop_id"],
}
_NO_SHAPES = "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n"


def tiled_town(folder, n_tiles):
    """Write the files of Porto Alegre side by side, and return their folder."""
    folder.mkdir(parents=True)
    tiled_streets(TOWN / "poa_osm.pbf", folder / "poa_osm.pbf", n_tiles)
    for feed in FEEDS:
        tiled_feed(TOWN / feed, folder / feed, n_tiles)
    points = pd.read_csv(TOWN / "poa_hexgrid.csv", dtype={"id": str})
    moved = [
        points.assign(id=f"{tile}_" + points["id"], lon=points["lon"] + tile * STEP_DEG)
        for tile in range(n_tiles)
    ]
    pd.concat(moved).to_csv(folder / "poa_hexgrid.csv", index=False)
    return folder


def tiled_streets(source, target, n_tiles):
    """Write an extract side by side: nodes, ways and relations of each tile with ids of its own."""
    kinds = (osmium.osm.NODE, osmium.osm.WAY, osmium.osm.RELATION)
    highest = {"n": 0, "w": 0, "r": 0}
    for one in osmium.FileProcessor(str(source)):
        letter = one.type_str()
        highest[letter] = max(highest[letter], one.id)
    # an extract is sorted by kind: nodes of all tiles first, then ways, then relations
    with osmium.SimpleWriter(str(target), overwrite=True) as writer:
        for kind in kinds:
            for tile in range(n_tiles):
                for one in osmium.FileProcessor(str(source), kind):
                    _copy(writer, one, tile, highest)


def _copy(writer, one, tile, highest):
    def own(letter, ref):
        return ref + tile * highest[letter]

    number = own(one.type_str(), one.id)
    if one.is_node():
        place = (one.location.lon + tile * STEP_DEG, one.location.lat)
        writer.add_node(one.replace(id=number, location=place))
    elif one.is_way():
        writer.add_way(one.replace(id=number, nodes=[own("n", node.ref) for node in one.nodes]))
    else:
        members = [(m.type, own(m.type, m.ref), m.role) for m in one.members]
        writer.add_relation(one.replace(id=number, members=members))


def tiled_feed(source, target, n_tiles):
    """Write a feed side by side: stops, routes, trips and calls of each tile with own ids."""
    files = {}
    for name, keys in _IDS.items():
        with zipfile.ZipFile(source) as read, read.open(f"{name}.txt") as content:
            table = pd.read_csv(content, dtype=str, keep_default_na=False)
        files[name] = pd.concat(
            [_own_ids(table, keys, tile) for tile in range(n_tiles)], ignore_index=True
        ).to_csv(index=False)
    rewrite(source, target, shapes=_NO_SHAPES, **files)


def _own_ids(table, keys, tile):
    part = table.copy()
    for key in set(keys) & set(part):
        part[key] = part[key].where(part[key] == "", f"{tile}_" + part[key])
    if "stop_lon" in part:
        part["stop_lon"] = (part["stop_lon"].astype(float) + tile * STEP_DEG).astype(str)
    return part
