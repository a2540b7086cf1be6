"""Peers in an environment of their own: a process that does one thing at a time and times it.

``python peers.py GRAPH.npz`` reads names from its input, one a line, and answers each with the
seconds of processor time it took and a number to compare. Costs are given to pandana in seconds,
since it keeps them as whole thousandths.
"""

import json
import sys
import time

import numpy as np


class Pandana:
    """The same graph in pandana; made by ``build``, which prepares its hierarchy too."""

    def __init__(self, graph):
        import pandas as pd

        self._graph, self._pd = graph, pd
        tails = np.repeat(np.arange(len(graph["x"])), np.diff(graph["ptr"]))
        self._edges = pd.Series(tails), pd.Series(graph["head"])
        self._costs = pd.DataFrame({"s": graph["cost"] / 100.0})
        self._network = None

    def build(self):
        import pandana

        x, y = (self._pd.Series(self._graph[axis]) for axis in ("x", "y"))
        self._network = pandana.Network(x, y, *self._edges, self._costs, twoway=False)
        return len(x)

    def walk_sums(self):
        nodes = self._pd.Series(self._graph["nodes"])
        self._network.set(nodes, self._pd.Series(np.ones(len(nodes))), name="one")
        limit_s = float(self._graph["walk_limit_s"])
        found = self._network.aggregate(limit_s, type="sum", decay="flat", name="one")
        return float(found.iloc[self._graph["nodes"]].sum())

    def matrix(self):
        origins, destinations = self._graph["origins"], self._graph["destinations"]
        starts = np.repeat(origins, len(destinations))
        lengths = self._network.shortest_path_lengths(starts, np.tile(destinations, len(origins)))
        return float(np.sum([one for one in lengths if one < 1e6]))


def networkit_sweep(graph):
    """Search without a limit, to all nodes: networkit has no bound."""
    import networkit

    tails = np.repeat(np.arange(len(graph["x"])), np.diff(graph["ptr"]))
    made = networkit.Graph(len(graph["x"]), weighted=True, directed=True)
    for tail, head, cost in zip(tails, graph["head"], graph["cost"], strict=True):
        made.addEdge(int(tail), int(head), float(cost))

    def run():
        total = 0
        for origin in graph["origins"][:50]:
            search = networkit.distance.Dijkstra(made, int(origin), storePaths=False)
            search.run()
            total += len(search.getDistances())
        return total

    return run


def igraph_sweep(graph):
    """Search without a limit, to all nodes: igraph has no bound."""
    import igraph

    tails = np.repeat(np.arange(len(graph["x"])), np.diff(graph["ptr"]))
    made = igraph.Graph(
        n=len(graph["x"]), edges=np.stack([tails, graph["head"]], axis=1), directed=True
    )
    costs = graph["cost"].astype(float).tolist()

    def run():
        total = 0
        for origin in graph["origins"][:50]:
            total += len(made.distances(source=int(origin), weights=costs)[0])
        return total

    return run


def main():
    """Answer requests until the input ends."""
    graph = dict(np.load(sys.argv[1]))
    pandana = Pandana(graph)
    made = {"networkit_sweep": networkit_sweep, "igraph_sweep": igraph_sweep}
    runs = {}
    for line in sys.stdin:
        name = line.strip()
        if name in made:
            runs.setdefault(name, made[name](graph))
        run = runs.get(name) or getattr(pandana, name)
        started = time.process_time()
        answer = run()
        print(json.dumps([time.process_time() - started, answer]), file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
