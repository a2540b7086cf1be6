"""From an extract to a routable network, against osmium's own pass and osmnx's XML route."""

import shutil
import time

import osmium

from benchmarks.measuring import row, turn_about
from geo_planner.config import Study, Travel
from geo_planner.networks.street.graph import street_network
from geo_planner.region.build import build_region

MODE = "car"
_WORDS = "PBF to validated tables on disk and car network; processor time"


def ours(source, folder):
    """Build the tables of a region and the network of one mode, from nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    study = {"study": {"id": "built", "name": "x"}, "sources": {"osm": [{"path": source}]}}
    region = build_region(Study.model_validate(study), folder)
    return street_network(region, MODE, Travel(turn_costs=False)).n_nodes


def osmium_pass(source):
    """Store reference, longitude and latitude of every node of every way, in a Python loop."""
    stored = []
    for thing in osmium.FileProcessor(source).with_locations():
        if thing.is_way():
            stored += [(n.ref, n.lon, n.lat) for n in thing.nodes if n.location.valid()]
    return len(stored)


def osmnx_route(source):
    """Read the XML and simplify, as osmnx's users do."""
    import osmnx

    return len(osmnx.graph_from_xml(source, retain_all=True))


def write_xml(source, target):
    """Write the roads of an extract, whole ways only, as XML for osmnx."""
    nodes = {}
    ways = []
    for thing in osmium.FileProcessor(source).with_locations():
        if thing.is_way() and "highway" in thing.tags and len(thing.nodes) > 1:
            if not all(node.location.valid() for node in thing.nodes):
                continue
            refs = [node.ref for node in thing.nodes]
            nodes |= {node.ref: (node.lon, node.lat) for node in thing.nodes}
            tags = {tag.k: tag.v for tag in thing.tags}
            ways.append(osmium.osm.mutable.Way(id=thing.id, nodes=refs, tags=tags, version=1))
    with osmium.SimpleWriter(str(target)) as writer:
        for reference in sorted(nodes):
            writer.add_node(
                osmium.osm.mutable.Node(id=reference, location=nodes[reference], version=1)
            )
        for way in ways:
            writer.add_way(way)


def osmium_rows(source, folder):
    """Measure building against a pass that only reads."""
    ours(source, folder / "built")
    built, peer = turn_about(
        lambda: ours(source, folder / "built"),
        lambda: osmium_pass(source),
        repeats=3,
        clock=time.process_time,
    )
    words = "peer: FileProcessor pass storing ref, lon, lat of all nodes of ways"
    return [row("build_vs_osmium", built, peer, 1, f"{_WORDS}; {words}")]


def osmnx_rows(source, folder):
    """Measure building against osmnx, once: it takes a minute or more."""
    xml = folder / "roads.osm"
    write_xml(source, xml)
    n_nodes = []
    built, peer = turn_about(
        lambda: ours(source, folder / "built"),
        lambda: n_nodes.append(osmnx_route(xml)),
        repeats=1,
        clock=time.process_time,
    )
    words = f"peer: graph_from_xml of the roads alone, {n_nodes[0]} nodes, measured once"
    return [row("build_vs_osmnx", built, peer, 1, f"{_WORDS}; {words}")]
