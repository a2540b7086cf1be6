"""The street edges against OSMnx, on a graph built here straight from osmium."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import pytest
from pyproj import Geod

from geo_planner import schema
from geo_planner.sources.osm import OsmExtract, read_osm
from geo_planner.sources.osm.access import road_class
from tests.sources.osm.osm_drawing import METRIC, Drawing

WGS84_GEOD = Geod(ellps="WGS84")
LYNGBY = "lyngby/lyngby_gentofte_2022-11-23.osm.gz"


def _raw_graph(path: Path) -> tuple[nx.MultiDiGraph, float]:
    """Build every step of every street in both directions; return the doubled metres too.

    Where two streets run over the same pair of nodes OSMnx keeps one of the steps when it joins
    them, so the graph holds each pair once and the length of the others is returned.
    """
    outlines = _square_outlines(path)
    graph = nx.MultiDiGraph(crs="epsg:4326")
    doubled_m = 0.0
    for way in osmium.FileProcessor(str(path)).with_locations():
        if not way.is_way() or not (way.id in outlines or road_class(dict(way.tags))):
            continue
        nodes = [node for node in way.nodes if node.location.valid()]
        for node in nodes:
            graph.add_node(node.ref, x=node.lon, y=node.lat)
        for left, right in pairwise(nodes):
            length_m = WGS84_GEOD.inv(left.lon, left.lat, right.lon, right.lat)[2]
            if graph.has_edge(left.ref, right.ref):
                doubled_m += length_m
                continue
            for u, v in ((left.ref, right.ref), (right.ref, left.ref)):
                graph.add_edge(u, v, osmid=way.id, length=length_m)
    return graph, doubled_m


def _square_outlines(path: Path) -> set[int]:
    """Name the ways around squares that are mapped as multipolygons."""
    squares = (
        relation
        for relation in osmium.FileProcessor(str(path), osmium.osm.RELATION)
        if relation.tags.get("type") == "multipolygon" and road_class(dict(relation.tags))
    )
    return {member.ref for square in squares for member in square.members if member.type == "w"}


def _hold_against_osmnx(path: Path) -> tuple[OsmExtract, nx.MultiDiGraph]:
    """Compare length and nodes.

    A node that OSMnx lacks must have exactly two neighbours: there one street follows another,
    or stands a barrier or a signal, or a loop is cut. A node that OSMnx has beyond ours must lie
    on a ring that touches nothing else, where any node will do.
    """
    import osmnx  # seconds to import, also for those who run other tests

    graph, doubled_m = _raw_graph(path)
    simple = osmnx.simplify_graph(graph, remove_rings=False)
    extract = read_osm(path, METRIC)
    streets = extract.tables["streets"]
    expected_m = sum(length_m for _, _, length_m in simple.edges(data="length")) / 2
    assert streets["length_m"].sum() == pytest.approx(expected_m + doubled_m, rel=1e-7)
    ours = {int(name[1:]) for name in extract.tables["street_nodes"]["node_id"]}
    joined = nx.Graph(graph)
    for node in set(simple) - ours:
        assert {joined.degree(other) for other in nx.node_connected_component(joined, node)} == {2}
    assert {joined.degree(node) for node in ours - set(simple)} <= {2}
    return extract, simple


def test_a_small_town_agrees_with_osmnx_in_length_and_junctions(tmp_path: Path) -> None:
    drawing = Drawing()
    places = [(0, 0), (100, 0), (200, 50), (300, 0), (200, 100), (400, 0), (500, 90), (500, -90)]
    for number, (x_m, y_m) in enumerate(places, start=1):
        drawing.node(number, x_m, y_m)
    drawing.node(9, 50, 0, barrier="bollard")
    drawing.way(10, [1, 9, 2, 3, 4]).way(20, [3, 5]).way(30, [4, 6]).way(40, [6, 7, 8, 6])
    extract, simple = _hold_against_osmnx(drawing.write(tmp_path))
    assert sorted(simple) == [1, 3, 5, 6]
    ours = set(extract.tables["street_nodes"]["node_id"])
    # 4: two streets meet end to end; 9: a barrier; 7: the middle of a loop
    assert ours - {f"n{node}" for node in simple} == {"n4", "n9", "n7"}
    assert len(extract.tables["streets"]) == 7


@pytest.mark.slow
def test_lyngby_agrees_with_osmnx_in_length_and_junctions(shared_data: Path) -> None:
    extract, simple = _hold_against_osmnx(shared_data / LYNGBY)
    assert len(simple) > 8_000
    nodes = extract.tables["street_nodes"]
    assert len(simple) < len(nodes) < 2 * len(simple)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "n_streets", "n_nodes"),
    [
        (LYNGBY, 17_296, 13_484),
        ("porto_alegre/poa_osm.pbf", 29_950, 21_402),
        ("porto/porto_portugal.osm.pbf", 107_660, 79_205),
    ],
)
def test_real_extracts_give_tables_that_fit_their_schema(
    name: str, n_streets: int, n_nodes: int, shared_data: Path
) -> None:
    extract = read_osm(shared_data / name)
    checked = {
        table: schema.validate(frame, schema.tables()[table], origin=name)
        for table, frame in extract.tables.items()
    }
    streets, nodes = checked["streets"], checked["street_nodes"]
    assert (len(streets), len(nodes)) == (n_streets, n_nodes)
    assert set(streets["from_node"]) | set(streets["to_node"]) == set(nodes["node_id"])
    assert (streets["from_node"] != streets["to_node"]).all()
    assert streets["length_m"].to_numpy() == pytest.approx(
        streets.geometry.length.to_numpy(), rel=1.1e-3, abs=0.01
    )
    for mode in ("walk", "bicycle", "car"):
        assert 0.5 < streets[f"{mode}_forward"].mean() < 1


@pytest.mark.slow
def test_the_lines_and_rails_of_lyngby_are_read(shared_data: Path) -> None:
    tables = read_osm(shared_data / LYNGBY, METRIC).tables
    assert Counter(tables["rails"]["kind"]) == {"light_rail": 112, "rail": 37}
    assert Counter(tables["lines"]["mode"]) == {"bus": 17, "light_rail": 10, "train": 2}
    calls = tables["line_stops"].merge(tables["lines"], on="line_id")
    on_rails = calls[calls["mode"] == "light_rail"]
    assert sorted(on_rails.groupby("line_id").size()) == [1, 1, 3, 3, 3, 3, 7, 7]
    assert set(tables["landscape"]["kind"]) >= {"water", "wood", "park", "built_up"}
    assert np.isfinite(tables["streets"]["maxspeed_forward_mps"]).sum() > 3_000
