"""Random grid towns as tables, and a search of them that shares no code with the library.

The search walks single streets, keeps the streets it has come over as a list, and asks every rule
anew at each turn.
"""

import heapq
import math

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from shapely import LineString, Point

CRS = 25832
COLUMNS, ROWS, SPACING_M = 4, 4, 100.0
OFF_GRID_M = 30.0
RESTRICTION_COLUMNS = [
    "restriction_id", "kind", "from_street_id", "via_node_id", "via_street_ids", "to_street_id",
    "except_modes",
]  # fmt: skip


class Town:
    """A town of ``COLUMNS`` x ``ROWS`` crossings, pushed about, with rules drawn by a seed."""

    def __init__(self, seed, n_rules=12, p_one_way=0.2, p_guarded=0.15):
        self.rng = rng = np.random.default_rng(seed)
        cells = [(x, y) for y in range(ROWS) for x in range(COLUMNS)]
        self.places = {
            f"n{i}": (x * SPACING_M + rng.uniform(-1, 1) * OFF_GRID_M,
                      y * SPACING_M + rng.uniform(-1, 1) * OFF_GRID_M)
            for i, (x, y) in enumerate(cells)
        }  # fmt: skip
        pairs = [(i, i + 1) for i, (x, _) in enumerate(cells) if x < COLUMNS - 1]
        pairs += [(i, i + COLUMNS) for i, (_, y) in enumerate(cells) if y < ROWS - 1]
        pairs = [pair for pair in pairs if rng.random() > 0.1]
        rows = []
        for number, (a, b) in enumerate(pairs):
            ends = [f"n{a}", f"n{b}"][:: rng.choice([1, -1])]
            line = LineString([self.places[end] for end in ends])
            rows.append((f"s{number}", *ends, line, line.length, rng.random() > p_one_way,
                         rng.random() < p_guarded, rng.choice([30, 50, 80]) / 3.6))  # fmt: skip
        self.streets = _street_table(rows)
        self.nodes = _node_table(self.places)
        self.restrictions = pd.DataFrame(
            self._rules(n_rules), columns=RESTRICTION_COLUMNS, dtype="str"
        )

    def _rules(self, n_rules):
        """Draw forbidden and only turns, at a node or over one street, as runs along the town."""
        at = {
            name: self.streets.index[
                (self.streets["from_node"] == name) | (self.streets["to_node"] == name)
            ]
            for name in self.places
        }
        for number in range(n_rules):
            node = self.rng.choice(list(self.places))
            if len(at[node]) < 2:
                continue
            first, second = self.rng.choice(at[node], 2, replace=False)
            kind = self.rng.choice(["no", "no", "only"])
            names = self.streets["street_id"]
            except_modes = self.rng.choice(["walk", "walk bicycle", "walk car"])
            far = self.other_end(second, node)
            thirds = [street for street in at[far] if street != second]
            if self.rng.random() < 0.5 and thirds:
                third = self.rng.choice(thirds)
                yield (f"r{number}", kind, names[first], None, names[second], names[third],
                       except_modes)  # fmt: skip
            else:
                yield f"r{number}", kind, names[first], node, None, names[second], except_modes

    def other_end(self, street, node):
        row = self.streets.loc[street]
        return row["to_node"] if row["from_node"] == node else row["from_node"]

    def points(self, streets, shares):
        lines = self.streets.geometry.to_numpy()
        found = [
            lines[s].interpolate(f, normalized=True) for s, f in zip(streets, shares, strict=True)
        ]
        return gpd.GeoSeries(found, crs=CRS)


def _street_table(rows):
    names = ["street_id", "from_node", "to_node", "geometry", "length_m", "is_two_way",
             "is_destination_only", "maxspeed_forward_mps"]  # fmt: skip
    frame = gpd.GeoDataFrame(rows, columns=names, geometry="geometry", crs=CRS)
    one_way = frame.pop("is_two_way")
    access = {
        f"{mode}_{way}": True if way == "forward" or mode == "walk" else one_way
        for mode in ("walk", "bicycle", "car")
        for way in ("forward", "backward")
    }
    return frame.assign(
        osm_way_id=None, road_class="tertiary", duration_s=np.nan, is_urban=True,
        is_roundabout=False, grade=np.nan,
        maxspeed_backward_mps=frame["maxspeed_forward_mps"], lanes_count=np.nan,
        walk_destination_only=False, bicycle_destination_only=False,
        cycle_facility=None, car_speed_factor=np.nan, **access,
    )  # fmt: skip


def _node_table(places):
    frame = pd.DataFrame({"node_id": list(places), "is_signal": False})
    blocks = dict.fromkeys(("blocks_walk", "blocks_bicycle", "blocks_car"), False)
    points = [Point(place) for place in places.values()]
    return gpd.GeoDataFrame(frame.assign(**blocks), geometry=points, crs=CRS)


class PlainSearch:
    """Search a town street by street; costs of whole streets are given, all else is worked out."""

    def __init__(self, town, costs, mode="car", *, turn_costs=True):
        self.town, self.mode, self.turn_costs = town, mode, turn_costs
        self.edges = {}
        ends = zip(town.streets["from_node"], town.streets["to_node"], strict=True)
        for street, (start, end) in enumerate(ends):
            if costs[0][street] >= 0:
                self.edges[street, 1] = (start, end, int(costs[0][street]))
            if costs[1][street] >= 0:
                self.edges[street, -1] = (end, start, int(costs[1][street]))
        self.kept = self._largest_part(self.edges)
        self.edges = {
            edge: (start, end, cost)
            for edge, (start, end, cost) in self.edges.items()
            if start in self.kept and end in self.kept
        }
        self.leaving = {name: [] for name in town.places}
        for edge, (start, _, _) in self.edges.items():
            self.leaving[start].append(edge)
        self.has_one_largest = True
        self.guarded = self._guarded()
        self.number = {name: i for i, name in enumerate(town.streets["street_id"])}
        self.rules = [self._rule(row) for row in town.restrictions.itertuples()]

    @staticmethod
    def _largest_part(edges):
        graph = nx.DiGraph([(start, end) for start, end, _ in edges.values()])
        return max(nx.strongly_connected_components(graph), key=len, default=set())

    def _guarded(self):
        column = "is_destination_only" if self.mode == "car" else f"{self.mode}_destination_only"
        marked = self.town.streets[column].to_numpy()
        said = {street for street, _ in self.edges if marked[street]}
        if not said:
            return said
        free = {edge: value for edge, value in self.edges.items() if edge[0] not in said}
        graph = nx.DiGraph([(start, end) for start, end, _ in free.values()])
        graph.add_nodes_from(self.kept)
        parts = sorted(nx.strongly_connected_components(graph), key=len)
        self.has_one_largest = len(parts) < 2 or len(parts[-1]) > len(parts[-2])
        ends = {street: {start, end} for (street, _), (start, end, _) in self.edges.items()}
        return said | {street for street, both in ends.items() if not both <= parts[-1]}

    def _rule(self, row):
        modes = str(row.except_modes).split()
        via = [] if pd.isna(row.via_street_ids) else row.via_street_ids.split()
        names = [row.from_street_id, *via, row.to_street_id]
        streets = [self.number[name] for name in names]
        node = None if pd.isna(row.via_node_id) else row.via_node_id
        return row.kind, streets, node, self.mode not in modes

    def is_allowed(self, path):
        """Say whether the last turn of a path of (street, way) is allowed."""
        only = {}
        for kind, streets, node, holds in self.rules:
            n = len(streets)
            if not holds or len(path) < n or not self._can_be_driven(streets, path[-n], node):
                continue
            if [street for street, _ in path[-n:-1]] != streets[:-1]:
                continue
            if kind == "no" and path[-1][0] == streets[-1]:
                return False
            if kind == "only":
                only.setdefault(tuple(path[-n:-1]), set()).add(streets[-1])
        return all(path[-1][0] in targets for targets in only.values())

    def _can_be_driven(self, streets, first, node):
        """Say whether a restriction's streets can be driven in turn, starting with an edge."""
        if node is not None and self.edges[first][1] != node:
            return False
        at = self.edges[first][1]
        for street in streets[1:]:
            way = next((w for w in (1, -1) if self.edges.get((street, w), (None,))[0] == at), None)
            if way is None:
                return False
            at = self.edges[street, way][1]
        return True

    def turn_cs(self, arriving, leaving):
        """Give the cost of a turn [cs]."""
        if not self.turn_costs:
            return 0
        if arriving[0] == leaving[0]:
            return 9000
        node = self.edges[arriving][1]
        before, at, after = (
            self.town.places[name]
            for name in (self.edges[arriving][0], node, self.edges[leaving][1])
        )
        into = math.atan2(at[1] - before[1], at[0] - before[0])
        out = math.atan2(after[1] - at[1], after[0] - at[0])
        turned = math.degrees(math.remainder(out - into, math.tau))
        if abs(turned) < 27:
            return 0
        if abs(turned) >= 153:
            return 9000
        return 3000 if turned > 0 else 1000

    def cost(self, origin, destination):
        """Give the cost from (street, share) to (street, share), both within a street [cs]."""
        queue, best = self._starts(origin), self._along(origin, destination)
        settled = set()
        while queue:
            cost, path, phase = heapq.heappop(queue)
            state = (tuple(path[-2:]), phase)
            if state in settled or cost >= best:
                continue
            settled.add(state)
            for edge in self.leaving[self.edges[path[-1]][1]]:
                step = self._step(path, phase, edge)
                if step is None:
                    continue
                turned, new_phase = cost + step[0], step[1]
                best = min(best, turned + self._until(edge, destination))
                on = turned + self.edges[edge][2]
                heapq.heappush(queue, (on, [*path[-2:], edge], new_phase))
        return best

    def _starts(self, origin):
        phase = "starting" if origin[0] in self.guarded else "passing"
        shares = {1: 1 - origin[1], -1: origin[1]}
        edges = [((origin[0], way), share) for way, share in shares.items()]
        return sorted(
            (round(self.edges[edge][2] * share), [edge], phase)
            for edge, share in edges
            if edge in self.edges
        )

    def _along(self, origin, destination):
        """Give the cost along one street, where both ends lie on it."""
        way = 1 if destination[1] >= origin[1] else -1
        if origin == destination:
            return 0
        if origin[0] != destination[0] or (origin[0], way) not in self.edges:
            return math.inf
        return round(self.edges[origin[0], way][2] * abs(destination[1] - origin[1]))

    def _until(self, edge, destination):
        """Give the cost from the start of an edge to a destination on it."""
        if edge[0] != destination[0]:
            return math.inf
        share = destination[1] if edge[1] == 1 else 1 - destination[1]
        return round(self.edges[edge][2] * share)

    def _step(self, path, phase, edge):
        """Give the cost and the phase of a turn into an edge; None where there is none."""
        if not self.is_allowed([*path, edge]):
            return None
        cost = self.turn_cs(path[-1], edge)
        is_guarded = edge[0] in self.guarded
        if phase == "staying" and not is_guarded:
            return None
        if not is_guarded:
            return cost, "passing"
        return cost, "starting" if phase == "starting" else "staying"
