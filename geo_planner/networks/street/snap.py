"""Linking points to streets: to the nearest usable street, at the point beside it, never for free.

The straight line from a point to its street is charged at walking speed. Where the nearest street
is entered only to stop there, an open street within 100 m is taken instead when the straight way to
it is over a minute shorter than the whole way out: the ledger then names the street passed over and
what that saves. An open street farther off is not beside the point, and is never flown to.
Every point has a row in the ledger: ``snapped``, ``too_far`` (no usable street within the limit) or
``isolated`` (only an island of streets within the limit).
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.arrays import IntArray
from geo_planner.crs import require_metric
from geo_planner.networks.street.graph import ISLAND, KEPT, StreetNetwork
from geo_planner.units import CENTISECONDS_PER_S

_Door = tuple[IntArray, IntArray]

BESIDE_M = 100.0
_MATTERS_S = 60.0
_ON_CROSSING = {"leave": "stand", "enter": "meet"}


@dataclass(frozen=True)
class SnappedPoints:
    """Hold points as places along streets, ready for the kernels; arrays are ``(n_points,)``.

    Parameters
    ----------
    ledger
        One row per point: id, status, distance_m, access_time_s, street_id, share_along;
        passed_over_street_id and saved_s where an open street was taken for a nearer private one.
    position
        x and y of each point, ``(n_points, 2)`` [m].
    street, fraction
        Street (-1: not on the network) and place along its geometry as a share.
    access
        Cost between the point and the street, terminal time included [cs].
    leave_from, leave_to
        States of the graph from which a trip that starts here goes on; -1 where not usable.
    to_from, to_to
        Cost from the point to those states along the street [cs]; -1: not allowed.
    enter_from, enter_to
        States of the graph in which a trip that ends here enters the street; -1: not usable.
    by_from, by_to
        Cost from those states to the point along the street [cs]; -1: not allowed.
    """

    ledger: pd.DataFrame
    position: npt.NDArray[np.float64]
    street: IntArray
    fraction: npt.NDArray[np.float64]
    access: IntArray
    leave_from: IntArray
    leave_to: IntArray
    to_from: IntArray
    to_to: IntArray
    enter_from: IntArray
    enter_to: IntArray
    by_from: IntArray
    by_to: IntArray

    def __len__(self) -> int:
        """Count the points."""
        return len(self.street)

    def part(self, rows: slice | npt.NDArray[np.intp]) -> "SnappedPoints":
        """Return some of the points, in the order asked for."""
        arrays = {name: value[rows] for name, value in vars(self).items() if name != "ledger"}
        return SnappedPoints(ledger=self.ledger.iloc[rows], **arrays)

    @property
    def n_unsnapped(self) -> int:
        """Count points that are not on the network."""
        return int((self.street < 0).sum())


class Snapper:
    """Link points to the streets of one mode; the spatial index is made once."""

    def __init__(self, streets: gpd.GeoDataFrame, network: StreetNetwork) -> None:
        self._network = network
        self._ids = streets["street_id"].to_numpy(object)
        self._lines = lines = streets.geometry.to_numpy()
        open_to_points = np.asarray(network.is_snappable)
        self._kept = np.flatnonzero((network.street_state == KEPT) & open_to_points)
        self._island = np.flatnonzero((network.street_state == ISLAND) & open_to_points)
        self._kept_tree = shapely.STRtree(lines[self._kept])
        self._open = self._kept[~np.asarray(network.street_is_guarded)[self._kept]]
        has_private = len(self._open) < len(self._kept)
        self._open_tree = shapely.STRtree(lines[self._open]) if has_private else self._kept_tree
        self._island_tree = shapely.STRtree(lines[self._island])

    def snap(
        self,
        points: gpd.GeoSeries,
        *,
        walk_speed_mps: float,
        max_snap_m: float,
        terminal_time_s: float = 0.0,
    ) -> SnappedPoints:
        """Link points to the nearest usable street, or the one with the least whole way out.

        Parameters
        ----------
        points
            Point geometries in the CRS of the streets, index = ids.
        walk_speed_mps
            Speed at which the way to the street is charged [m/s].
        max_snap_m
            Farthest a street may lie [m].
        terminal_time_s
            Time added to every point, such as parking [s].

        Raises
        ------
        CRSError
            When the points are not in metres.
        """
        require_metric(points.crs)
        shapes = points.geometry.to_numpy()
        # a point without a place keeps its row
        positions = np.full((len(shapes), 2), np.nan)
        has_place = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        positions[has_place] = shapely.get_coordinates(shapes[has_place])
        street, distance = _nearest(self._kept_tree, shapes, max_snap_m)
        found = street >= 0
        near_island = np.full(len(shapes), -1)
        near_island[~found], _ = _nearest(self._island_tree, shapes[~found], max_snap_m)
        status = np.select([found, near_island >= 0], ["snapped", "isolated"], "too_far")
        street = np.where(found, self._kept[street] if len(self._kept) else -1, -1)
        fraction = self._shares_along(shapes, street)
        nearest = street.copy()
        saved_s = self._take_open(shapes, street, distance, fraction, walk_speed_mps, max_snap_m)
        access_s = distance / walk_speed_mps + terminal_time_s
        ids = self._ids
        ledger = pd.DataFrame(
            {
                "id": points.index.astype("str"),
                "status": status,
                "distance_m": np.where(found, distance.round(2), np.nan),
                "access_time_s": np.where(found, access_s.round(2), np.nan),
                "street_id": pd.Series(np.where(found, ids[street], None), dtype="str"),
                "share_along": np.where(found, fraction.round(6), np.nan),
                "passed_over_street_id": pd.Series(
                    np.where(nearest != street, ids[nearest], None), dtype="str"
                ),
                "saved_s": np.where(nearest != street, saved_s.round(2), np.nan),
            }
        )
        access = np.rint(np.nan_to_num(access_s) * CENTISECONDS_PER_S).astype(np.int32)
        return SnappedPoints(
            ledger=ledger,
            position=positions,
            street=street.astype(np.int32),
            fraction=fraction,
            access=access,
            **links_along(self._network, street, fraction, found),
        )

    def _shares_along(
        self, shapes: npt.NDArray[np.object_], street: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        """Find how far along its street each point lies, as a share."""
        share = np.zeros(len(shapes))
        found = street >= 0
        lines = self._lines[street[found]]
        share[found] = shapely.line_locate_point(lines, shapes[found], normalized=True)
        return share

    def _take_open(
        self,
        shapes: npt.NDArray[np.object_],
        street: npt.NDArray[np.intp],
        distance: npt.NDArray[np.float64],
        fraction: npt.NDArray[np.float64],
        walk_speed_mps: float,
        max_snap_m: float,
    ) -> npt.NDArray[np.float64]:
        """Link points beside private streets to open ones where that is the shorter way out.

        Changes ``street``, ``distance`` and ``fraction``; returns what it saves [s].
        """
        saved_s = np.full(len(shapes), np.nan)
        network = self._network
        rows = np.flatnonzero((street >= 0) & np.asarray(network.street_is_guarded)[street])
        if not len(rows) or not len(self._open):
            return saved_s
        private, share = street[rows], fraction[rows]
        whole = np.maximum(network.street_forward[private], network.street_backward[private])
        out_cs = np.minimum(
            network.way_out_from[private] + share * whole,
            network.way_out_to[private] + (1 - share) * whole,
        )
        place, straight_m = _nearest(self._open_tree, shapes[rows], min(max_snap_m, BESIDE_M))
        along_s = distance[rows] / walk_speed_mps + out_cs / CENTISECONDS_PER_S
        saves_s = along_s - straight_m / walk_speed_mps
        is_better = (place >= 0) & (saves_s > _MATTERS_S)
        chosen = rows[is_better]
        street[chosen] = self._open[place[is_better]]
        distance[chosen], saved_s[chosen] = straight_m[is_better], saves_s[is_better]
        fraction[chosen] = self._shares_along(shapes[chosen], street[chosen])
        return saved_s


def placed_points(
    network: StreetNetwork,
    street: npt.NDArray[np.intp],
    fraction: npt.NDArray[np.float64],
    position: npt.NDArray[np.float64],
    access_cs: int,
) -> SnappedPoints:
    """Put points on streets where they are known to lie; no street is looked for.

    Parameters
    ----------
    network
        Network of one mode.
    street, fraction, position
        Street, place along its geometry as a share, and x and y [m] of each point.
    access_cs
        Time added to every point, such as parking [cs].
    """
    return SnappedPoints(
        ledger=pd.DataFrame({"id": np.arange(len(street))}),
        position=position,
        street=street.astype(np.int32),
        fraction=fraction,
        access=np.full(len(street), access_cs, np.int32),
        **links_along(network, street, fraction, np.ones(len(street), bool)),
    )


def links_along(
    network: StreetNetwork,
    street: npt.NDArray[np.intp],
    fraction: npt.NDArray[np.float64],
    found: npt.NDArray[np.bool_],
) -> dict[str, IntArray]:
    """Give the states at the ends of streets, and what it costs between them and points on these.

    Names are those of :class:`SnappedPoints`; points that are not ``found`` have none.
    """
    either_way = np.maximum(network.street_forward[street], network.street_backward[street])

    def along(costs: IntArray, share: npt.NDArray[np.float64], end: str, kind: str) -> _Door:
        state, corner = (
            getattr(network, f"{name}_{end}")[street] for name in (kind, _ON_CROSSING[kind])
        )
        extra = network.leave_from_cost if end == "from" else network.leave_to_cost
        whole = costs[street]
        # a point at the very end of a street stands on the crossing, one-way or not
        is_there = np.rint(either_way * share) == 0
        cost = np.rint(whole * share) + (extra[street] if kind == "leave" else 0)
        state = np.where(is_there, corner, np.where(whole >= 0, state, -1))
        state = np.where(found, state, -1).astype(np.int32)
        cost = np.where(state >= 0, np.where(is_there, 0, cost), -1)
        return state, cost.astype(np.int32)

    forward, backward = network.street_forward, network.street_backward
    leave_from, to_from = along(backward, fraction, "from", "leave")
    leave_to, to_to = along(forward, 1 - fraction, "to", "leave")
    enter_from, by_from = along(forward, fraction, "from", "enter")
    enter_to, by_to = along(backward, 1 - fraction, "to", "enter")
    return {
        "leave_from": leave_from, "leave_to": leave_to, "to_from": to_from, "to_to": to_to,
        "enter_from": enter_from, "enter_to": enter_to, "by_from": by_from, "by_to": by_to,
    }  # fmt: skip


def _nearest(
    tree: shapely.STRtree, shapes: npt.NDArray[np.object_], max_distance_m: float
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Find the nearest item within the limit for each point: its number (-1: none), distance."""
    item = np.full(len(shapes), -1, np.intp)
    distance = np.full(len(shapes), np.nan)
    if len(tree) and len(shapes):
        (rows, items), distances = tree.query_nearest(
            shapes, max_distance=max_distance_m, return_distance=True, all_matches=False
        )
        item[rows], distance[rows] = items, distances
    return item, distance


def shared_places(left: SnappedPoints, right: SnappedPoints) -> tuple[IntArray, IntArray]:
    """Give each position of two sets of points a number; equal numbers mean equal positions."""
    x, y = np.concatenate([left.position, right.position]).T
    _, number = np.unique(x + 1j * y, return_inverse=True)
    numbers = number.reshape(-1).astype(np.int32)
    return numbers[: len(left)], numbers[len(left) :]
