"""Shortest drives of Lyngby are those of OSMnx, which reads the file by its own rules.

OSMnx gets every way its own filter of drivable ways takes, decides on directions, measures and
joins edges. Ours stays without turn costs, restrictions and access-only rules, which it does not
know. Costs are centimetres here.
"""

import re
from itertools import pairwise

import networkx as nx
import numpy as np
import osmium
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from geo_planner.config import Study, Travel
from geo_planner.networks.street import build
from geo_planner.region.build import build_region

LYNGBY = "lyngby/lyngby_gentofte_2022-11-23.osm.gz"
PAIRS = (150, pytest.param(1000, marks=pytest.mark.prove))
LEAST_SAME_SHARE = 0.8
PLAIN = Travel(turn_costs=False, drive_through_access=True)

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::FutureWarning")]


@pytest.fixture(scope="module")
def path(shared_data):
    return shared_data / LYNGBY


@pytest.fixture(scope="module")
def osmnx_graph(path):
    """Hand OSMnx the file as an answer of its usual server, and let it do all the rest."""
    import osmnx

    tests = re.findall(
        r'\["([^"]+)"(?:(!?~)"([^"]+)")?\]', osmnx._overpass._get_network_filter("drive")
    )
    elements = []
    for element in osmium.FileProcessor(str(path)).with_locations():
        if element.is_node():
            place = {"lat": element.lat, "lon": element.lon}
            elements.append({"type": "node", "id": element.id, **place, "tags": dict(element.tags)})
        elif element.is_way() and _passes(dict(element.tags), tests):
            nodes = [node.ref for node in element.nodes if node.location.valid()]
            elements.append(
                {"type": "way", "id": element.id, "nodes": nodes, "tags": dict(element.tags)}
            )
    graph = osmnx.graph._create_graph([{"elements": elements}], bidirectional=False)
    graph.remove_nodes_from([node for node, degree in graph.degree() if degree == 0])
    return osmnx.distance.add_edge_lengths(graph)


def _passes(tags, tests):
    for key, operator, pattern in tests:
        if not operator:
            if key not in tags:
                return False
        elif (re.search(pattern, tags.get(key, "\0")) is not None) != (operator == "~"):
            return False
    return True


@pytest.fixture(scope="module")
def region(path, tmp_path_factory):
    study = {"study": {"id": "lyngby", "name": "x"}, "sources": {"osm": [{"path": path}]}}
    return build_region(Study.model_validate(study), tmp_path_factory.mktemp("r") / "region")


@pytest.fixture(scope="module")
def ours(region):
    """Lay our network out with lengths for costs; return graph and the node id of each state."""
    streets, nodes = region.geo_table("streets"), region.geo_table("street_nodes")

    def lengths_cm(streets, mode, travel, country):
        times = street_costs(streets, mode, travel, country)
        length = np.rint(streets["length_m"].to_numpy() * 100).astype(np.int32)
        return tuple(np.where(time >= 0, length, -1).astype(np.int32) for time in times)

    street_costs = build.street_costs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "street_costs", lengths_cm)
        arrays = build.build_street_arrays(streets, nodes, "car", PLAIN, "DK")
    n_nodes = len(arrays["arc_ptr"]) - 1
    assert n_nodes == len(nodes)
    tails = np.repeat(np.arange(n_nodes), np.diff(arrays["arc_ptr"]))
    order = np.lexsort((arrays["arc_cost"], arrays["arc_head"], tails))
    tail, head, cost = tails[order], arrays["arc_head"][order], arrays["arc_cost"][order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
    graph = coo_matrix((cost[first], (tail[first], head[first])), (n_nodes, n_nodes)).tocsr()
    return graph, nodes["node_id"].to_numpy()[arrays["node_order"]]


@pytest.mark.parametrize("n_pairs", PAIRS)
def test_drives_are_as_long_as_osmnx_says_or_a_rule_tells_why(ours, osmnx_graph, region, n_pairs):
    graph, ids = ours
    state = {int(name[1:]): place for place, name in enumerate(ids)}
    main = max(nx.strongly_connected_components(osmnx_graph), key=len)
    reached = np.zeros(len(ids), bool)
    reached[np.unique(graph.indices)] = True
    shared = sorted(node for node in main if node in state and reached[state[node]])
    assert len(shared) > 2_000
    rng = np.random.default_rng(20_220_923)
    pairs = rng.choice(shared, (n_pairs, 2))
    starts, row = np.unique(pairs[:, 0], return_inverse=True)
    found, before = dijkstra(
        graph, indices=[state[node] for node in starts], return_predecessors=True
    )
    closed = _Closed(region, osmnx_graph)
    n_same, reasons = 0, []
    for (start, end), i in zip(pairs.tolist(), row, strict=True):
        our_m = found[i, state[end]] / 100
        their_m, their_path = nx.single_source_dijkstra(osmnx_graph, start, end, weight="length")
        if abs(our_m - their_m) <= 0.01 * max(their_m, 1.0):
            n_same += 1
        elif our_m > their_m:
            reasons.append(closed.for_us(their_path))
        else:
            reasons.append(closed.for_them(_nodes_of(before[i], state[end], ids)))
    counts = {reason: reasons.count(reason) for reason in sorted(set(map(str, reasons)))}
    print(f"{n_same} of {n_pairs} drives within 1 %; others: {counts}")
    assert all(reasons)
    assert n_same > LEAST_SAME_SHARE * n_pairs


def _nodes_of(before, end, ids):
    nodes = [end]
    while before[nodes[-1]] >= 0:
        nodes.append(before[nodes[-1]])
    return [int(ids[node][1:]) for node in reversed(nodes)]


class _Closed:
    """Say which rule closes a way that the other takes."""

    def __init__(self, region, osmnx_graph):
        streets, nodes = region.geo_table("streets"), region.geo_table("street_nodes")
        self._blocked = {int(n[1:]) for n in nodes.loc[nodes["blocks_car"], "node_id"]}
        self._cars = dict(
            zip(
                streets["osm_way_id"], streets["car_forward"] | streets["car_backward"], strict=True
            )
        )
        self._both = set(
            streets.loc[streets["car_forward"] & streets["car_backward"], "osm_way_id"]
        )
        self._graph = osmnx_graph
        ends = (streets["from_node"].str[1:].astype(int), streets["to_node"].str[1:].astype(int))
        self._lengths = {}
        for a, b, length_m in zip(*ends, streets["length_m"], strict=True):
            pair = frozenset((a, b))
            self._lengths[pair] = min(length_m, self._lengths.get(pair, np.inf))

    def for_us(self, path):
        """Name the rule that closes their path to us."""
        if self._blocked & set(path[1:-1]):
            return "a barrier stands on it"
        for a, b in pairwise(path):
            way = f"w{next(iter(self._graph[a][b].values()))['osmid']}"
            if not self._cars.get(way, False):
                return "access tags close it to cars"
            if way not in self._both and not self._is_their_one_way(a, b):
                return "it is one-way by tags that they do not read"
        return None

    def _is_their_one_way(self, a, b):
        return not self._graph.has_edge(b, a)

    def for_them(self, nodes):
        """Name the rule that closes our path to them."""
        for a, b in pairwise(nodes):
            if not {a, b} <= set(self._graph) or not nx.has_path(self._graph, a, b):
                return "their filter leaves out a street of it"
            if nx.shortest_path_length(self._graph, a, b, "length") > 1.02 * self._length(a, b):
                return "their filter leaves out a street of it"
        return None

    def _length(self, a, b):
        return self._lengths[frozenset((a, b))]
