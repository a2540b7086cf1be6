"""Write the network, the landscape and the routes as one OpenStreetMap file.

Ids are positive and count from one within each kind; they are not ids of OpenStreetMap. The header
names the generator and says that the data is synthetic.
"""

from pathlib import Path

import numpy as np
import osmium
import shapely
from osmium.osm import mutable

from demo.assemble import network
from demo.circulation import bollards
from demo.frame import STATIONS, to_degrees
from demo.landscape import Spot, grounds, spots
from demo.rail import StationPlace, station_places, stop_points
from demo.routes import bus_routes
from demo.turns import forbidden_turns

GENERATOR = "geo_planner data/make_demo.py: synthetic demo data, not OpenStreetMap data"
STAMP = "2026-01-01T00:00:00Z"


class _Writer:
    """An open file that hands out ids in order; nodes first, then ways, then relations."""

    def __init__(self, path: Path) -> None:
        header = osmium.io.Header()
        header.set("generator", GENERATOR)
        self._writer = osmium.SimpleWriter(str(path), overwrite=True, header=header)
        self._next = {"node": 1, "way": 1, "relation": 1}

    def node(self, longitude_latitude: np.ndarray, tags: dict[str, str]) -> int:
        number = self._take("node")
        place = (float(longitude_latitude[0]), float(longitude_latitude[1]))
        self._writer.add_node(mutable.Node(id=number, location=place, tags=tags, **_META))
        return number

    def way(self, nodes: list[int], tags: dict[str, str]) -> int:
        number = self._take("way")
        self._writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags, **_META))
        return number

    def relation(self, members: list[tuple[str, int, str]], tags: dict[str, str]) -> int:
        number = self._take("relation")
        self._writer.add_relation(mutable.Relation(id=number, members=members, tags=tags, **_META))
        return number

    def close(self) -> None:
        self._writer.close()

    def _take(self, kind: str) -> int:
        number = self._next[kind]
        self._next[kind] = number + 1
        return number


_META = {"version": 1, "changeset": 1, "uid": 1, "user": "synthetic", "timestamp": STAMP}


def write_osm(path: Path) -> None:
    """Write the OpenStreetMap file of the demo."""
    path.unlink(missing_ok=True)
    net = network()
    writer = _Writer(path)
    extra = bollards(net)
    stop_nodes = _track_stop_nodes()
    for node, tags in stop_nodes.items():
        extra[node] = tags
    points = to_degrees(net.xy)
    node_ids = [writer.node(p, extra.get(i, {})) for i, p in enumerate(points)]
    stations = _write_stations(writer)
    posts = _write_posts(writer)
    _write_spots(writer, spots())
    closed = [_ring_nodes(writer, g.polygon) for g in grounds()]
    way_ids = [writer.way([node_ids[n] for n in w.nodes], w.tags) for w in net.ways]
    for ring, ground in zip(closed, grounds(), strict=True):
        writer.way(ring, ground.tags)
    _write_train_routes(writer, node_ids, way_ids, stop_nodes)
    _write_bus_routes(writer, way_ids, posts)
    _write_stop_areas(writer, stations, node_ids, stop_nodes)
    for turn in forbidden_turns(net):
        members = [
            ("w", way_ids[turn.from_way], "from"),
            ("n", node_ids[turn.via], "via"),
            ("w", way_ids[turn.to_way], "to"),
        ]
        writer.relation(members, {"type": "restriction", "restriction": turn.kind})
    writer.close()


def _track_stop_nodes() -> dict[int, dict[str, str]]:
    """Return the tags of the track node of each station and track, by network node."""
    net = network()
    on_track = np.unique(net.edges([w for w in net.ways if w.tags.get("railway") == "light_rail"]))
    found: dict[int, dict[str, str]] = {}
    for track in (0, 1):
        for place, xy in zip(station_places(), stop_points(track), strict=True):
            gaps = np.hypot(*(net.xy[on_track] - xy).T)
            found[int(on_track[np.argmin(gaps)])] = {
                "railway": "stop", "public_transport": "stop_position", "light_rail": "yes",
                "name": f"{place.name} St.", "ref": str(track + 1),
            }  # fmt: skip
    return found


def _write_stations(writer: _Writer) -> dict[str, int]:
    tags = {"railway": "station", "station": "light_rail", "public_transport": "station"}
    places: tuple[StationPlace, ...] = station_places()
    points = to_degrees(np.array([p.xy for p in places]))
    return {
        place.name: writer.node(point, tags | {"name": f"{place.name} St."})
        for place, point in zip(places, points, strict=True)
    }


def _write_posts(writer: _Writer) -> dict[str, int]:
    posts = {}
    for route in bus_routes():
        points = to_degrees(np.array([s.xy for s in route.stops]))
        for stop, point in zip(route.stops, points, strict=True):
            tags = {"highway": "bus_stop", "public_transport": "platform", "bus": "yes"}
            posts[stop.stop_id] = writer.node(point, tags | {"name": stop.name})
    return posts


def _write_spots(writer: _Writer, found: list[Spot]) -> None:
    for spot, point in zip(found, to_degrees(np.array([s.xy for s in found])), strict=True):
        writer.node(point, spot.tags)


def _ring_nodes(writer: _Writer, polygon: shapely.Polygon) -> list[int]:
    points = to_degrees(shapely.get_coordinates(polygon.exterior)[:-1])
    nodes = [writer.node(p, {}) for p in points]
    return [*nodes, nodes[0]]


def _write_train_routes(
    writer: _Writer,
    node_ids: list[int],
    way_ids: list[int],
    stop_nodes: dict[int, dict[str, str]],
) -> None:
    net = network()
    tracks = [
        [i for i, w in enumerate(net.ways) if w.tags.get("railway:track_ref") == ref]
        for ref in ("1", "2")
    ]
    node_at = {(t["name"], t["ref"]): node_ids[n] for n, t in stop_nodes.items()}
    for ref, first in (("C", "Frederikssund"), ("H", "Ballerup")):
        names = [s.name for s in STATIONS]
        served = [
            s.name for s in STATIONS[names.index(first) :] if ref == "H" or s.minute_c is not None
        ]
        for direction in (0, 1):
            order = served if direction == 0 else served[::-1]
            stops = [("n", node_at[f"{n} St.", str(direction + 1)], "stop") for n in order]
            members = [*stops, *[("w", way_ids[i], "") for i in tracks[direction]]]
            tags = {
                "type": "route", "route": "light_rail", "ref": ref, "network": "Demo (synthetic)",
                "public_transport:version": "2", "from": f"{order[0]} St.",
                "to": f"{order[-1]} St.", "name": f"S-tog {ref}: {order[0]} => {order[-1]}",
                "colour": "#F39200" if ref == "C" else "#E5332A",
            }  # fmt: skip
            writer.relation(members, tags)


def _write_bus_routes(writer: _Writer, way_ids: list[int], posts: dict[str, int]) -> None:
    for route in bus_routes():
        stops = [("n", posts[s.stop_id], "platform") for s in route.stops]
        members = [*stops, *[("w", way_ids[i], "") for i in route.way_idx]]
        tags = {
            "type": "route", "route": "bus", "ref": route.line.ref, "network": "Demo (synthetic)",
            "public_transport:version": "2", "from": route.stops[0].name,
            "to": route.stops[-1].name, "name": f"Bus {route.line.ref}: {route.line.name}",
        }  # fmt: skip
        writer.relation(members, tags)


def _write_stop_areas(
    writer: _Writer,
    stations: dict[str, int],
    node_ids: list[int],
    stop_nodes: dict[int, dict[str, str]],
) -> None:
    for name, station in stations.items():
        stops = [
            ("n", node_ids[n], "stop") for n, t in stop_nodes.items() if t["name"] == f"{name} St."
        ]
        writer.relation(
            [("n", station, "station"), *stops],
            {
                "type": "public_transport",
                "public_transport": "stop_area",
                "name": f"{name} St.",
            },
        )
