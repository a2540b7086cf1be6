"""Ways cut into pieces at junctions, for streets and rails alike.

A way is cut where another way (or itself) shares a node, at chosen nodes such as barriers, and
where the extract lacks a node. No piece starts and ends at the same node: a loop is cut once
more in its middle. Lengths are metres on the WGS 84 ellipsoid, not on the map.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_planner.crs import WGS84
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.elements import FloatArray, IntArray, Ways

BoolArray = NDArray[np.bool_]
TextArray = NDArray[np.object_]

_WGS84_GEOD = Geod(ellps="WGS84")
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_SQUARED = 0.006_694_379_990_141_3
# mid-latitude formula errs by less than 1e-6 below this; longer steps are left to pyproj
_LONG_STEP_M = 5_000.0
_HALF_TURN, _TURN = 180.0, 360.0


@dataclass(frozen=True)
class StreetPieces:
    """Hold the pieces of ways, in the order of the ways.

    Parameters
    ----------
    way_idx
        Place of the piece's way among the ways given, (n_pieces).
    numbers
        Running number of the piece along its way, (n_pieces).
    from_idx, to_idx
        Places in ``node_numbers`` of the first and last node, (n_pieces).
    lengths_m
        Length on the ground [m], (n_pieces).
    geometries
        LineStrings in the metric CRS, (n_pieces).
    node_numbers
        Node numbers of all piece ends, rising, (n_nodes).
    node_points
        Points in the metric CRS, (n_nodes).
    n_cut_ways
        Ways that lost points because the extract lacks nodes.
    n_lost_ways
        Ways of which no piece is left.
    n_merged_nodes
        Nodes that lay on a neighbour of the same way and were taken as one with it.
    """

    way_idx: IntArray
    numbers: IntArray
    from_idx: IntArray
    to_idx: IntArray
    lengths_m: FloatArray
    geometries: NDArray[Any]
    node_numbers: IntArray
    node_points: NDArray[Any]
    n_cut_ways: int
    n_lost_ways: int
    n_merged_nodes: int

    def __len__(self) -> int:
        return len(self.way_idx)


@dataclass(frozen=True)
class _Track:
    """Hold the points that are left; neighbours with the same run number are joined."""

    way_of: IntArray
    run: IntArray
    refs: IntArray
    longitudes: FloatArray
    latitudes: FloatArray

    @property
    def is_last(self) -> BoolArray:
        """Mark the last point of each run."""
        is_last: BoolArray = np.diff(self.run, append=-1) != 0
        return is_last

    def take(self, kept: BoolArray) -> "_Track":
        """Keep some points, without the runs of which a single point is left."""
        run = self.run[kept]
        places = np.flatnonzero(kept)[np.bincount(run, minlength=1)[run] > 1]
        return _Track(*(values[places] for values in vars(self).values()))


@cache
def transformer_to(crs: CRS) -> Transformer:
    """Make what turns longitude and latitude into the metric CRS, once per CRS."""
    return Transformer.from_crs(WGS84, crs, always_xy=True)


def cut_ways(ways: Ways, cut_nodes: IntArray, crs: CRS) -> StreetPieces:
    """Cut ways into pieces at the nodes they share, at ``cut_nodes`` and at gaps.

    Parameters
    ----------
    ways
        Ways to cut.
    cut_nodes
        Numbers of further nodes to cut at.
    crs
        Metric CRS of the geometries.
    """
    track = _located_runs(ways)
    track, n_merged = _merge_same_place(track)
    node_numbers, first, node_of = np.unique(track.refs, return_index=True, return_inverse=True)
    is_cut = (np.bincount(node_of, minlength=len(node_numbers)) > 1) | np.isin(
        node_numbers, cut_nodes
    )
    starts, ends = _spans(track, is_cut[node_of], node_of)
    x, y = transformer_to(crs).transform(track.longitudes[first], track.latitudes[first])
    places = np.column_stack([x, y])
    ends_used, end_idx = np.unique(
        np.concatenate([node_of[starts], node_of[ends]]), return_inverse=True
    )
    from_idx, to_idx = end_idx.reshape(2, -1)
    way_idx = track.way_of[starts]
    return StreetPieces(
        way_idx=way_idx,
        numbers=_running_numbers(way_idx),
        from_idx=from_idx,
        to_idx=to_idx,
        lengths_m=_lengths_m(track, starts),
        geometries=_line_strings(places, node_of, starts, ends),
        node_numbers=node_numbers[ends_used],
        node_points=shapely.points(places[ends_used]),
        n_cut_ways=len(np.unique(_way_of_points(ways)[np.isnan(ways.longitudes)])),
        n_lost_ways=len(ways) - len(np.unique(way_idx)),
        n_merged_nodes=n_merged,
    )


def piece_findings(pieces: StreetPieces, source: str, ways: str) -> list[Finding]:
    """Count what the cutting of ways had to leave out or mend."""
    return [
        Finding(source, "left_out", pieces.n_lost_ways, Reason("osm_ways_no_nodes", ways=ways)),
        Finding(
            source,
            "repaired",
            max(0, pieces.n_cut_ways - pieces.n_lost_ways),
            Reason("osm_ways_shortened", ways=ways),
        ),
        Finding(
            source,
            "repaired",
            pieces.n_merged_nodes,
            Reason("osm_nodes_merged", ways=ways),
        ),
    ]


def piece_ids(ways: Ways, pieces: StreetPieces) -> list[str]:
    """Name each piece by its way and its running number."""
    numbers = ways.ids[pieces.way_idx].tolist()
    return [f"w{way}-{i}" for way, i in zip(numbers, pieces.numbers.tolist(), strict=True)]


def node_names(pieces: StreetPieces) -> TextArray:
    """Name each node by its number."""
    return np.array([f"n{number}" for number in pieces.node_numbers.tolist()], dtype=object)


def step_lengths_m(longitudes: FloatArray, latitudes: FloatArray) -> FloatArray:
    """Measure the steps between neighbouring points on the WGS 84 ellipsoid [m].

    Parameters
    ----------
    longitudes, latitudes
        Degrees, (n_points).

    Returns
    -------
    Metres, (n_points - 1); steps across the antimeridian go the short way.

    Notes
    -----
    Radii of curvature at the middle latitude give the length of short steps to better than one
    in a million; steps over 5 km are measured by pyproj.
    """
    middle = np.radians((latitudes[1:] + latitudes[:-1]) / 2)
    east = np.radians((np.diff(longitudes) + _HALF_TURN) % _TURN - _HALF_TURN)
    north = np.radians(np.diff(latitudes))
    curvature = 1 - _ECCENTRICITY_SQUARED * np.sin(middle) ** 2
    across_m = _SEMI_MAJOR_M / np.sqrt(curvature) * np.cos(middle) * east
    along_m = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_SQUARED) / curvature**1.5 * north
    steps_m: FloatArray = np.hypot(across_m, along_m)
    long = np.flatnonzero(steps_m > _LONG_STEP_M)
    if len(long):
        steps_m[long] = _WGS84_GEOD.inv(
            longitudes[long], latitudes[long], longitudes[long + 1], latitudes[long + 1]
        )[2]
    return steps_m


def way_lengths_m(ways: Ways) -> FloatArray:
    """Measure whole ways [m]; nan where the file lacks a node of one."""
    steps_m = np.append(step_lengths_m(ways.longitudes, ways.latitudes), 0.0)
    steps_m[ways.offsets[1:] - 1] = 0.0
    running_m = np.concatenate([[0.0], np.cumsum(np.nan_to_num(steps_m))])
    lengths_m: FloatArray = running_m[ways.offsets[1:]] - running_m[ways.offsets[:-1]]
    lengths_m[_way_of_points(ways)[np.isnan(ways.longitudes)]] = np.nan
    return lengths_m


def _way_of_points(ways: Ways) -> IntArray:
    return np.repeat(np.arange(len(ways)), np.diff(ways.offsets))


def _located_runs(ways: Ways) -> _Track:
    """Leave out points without a place, repeated points, and runs of a single point."""
    way_of = _way_of_points(ways)
    is_located = ~np.isnan(ways.longitudes)
    is_new = np.ones(len(way_of), dtype=bool)
    is_new[1:] = (np.diff(way_of) > 0) | ~is_located[:-1]
    is_repeat = np.zeros(len(way_of), dtype=bool)
    is_repeat[1:] = ~is_new[1:] & (np.diff(ways.refs) == 0)
    track = _Track(way_of, np.cumsum(is_new), ways.refs, ways.longitudes, ways.latitudes)
    return track.take(is_located & ~is_repeat)


def _merge_same_place(track: _Track) -> tuple[_Track, int]:
    """Take neighbours that lie on the very same place as one node: no piece may have no length."""
    is_still = np.zeros(len(track.refs), dtype=bool)
    is_still[1:] = (
        ~track.is_last[:-1] & (np.diff(track.longitudes) == 0) & (np.diff(track.latitudes) == 0)
    )
    still = np.flatnonzero(is_still)
    if not len(still):
        return track, 0
    numbers, pair = np.unique(
        np.concatenate([track.refs[still - 1], track.refs[still]]), return_inverse=True
    )
    left, right = pair.reshape(2, -1)
    links = coo_array((np.ones(len(left)), (left, right)), shape=(len(numbers), len(numbers)))
    n_groups, group = connected_components(links, directed=False)
    lowest = np.full(n_groups, np.iinfo(np.int64).max)
    np.minimum.at(lowest, group, numbers)
    refs = track.refs.copy()
    is_merged = np.isin(refs, numbers)
    refs[is_merged] = lowest[group[np.searchsorted(numbers, refs[is_merged])]]
    return replace(track, refs=refs).take(~is_still), len(numbers) - n_groups


def _spans(track: _Track, is_cut: BoolArray, node_of: IntArray) -> tuple[IntArray, IntArray]:
    """Find first and last point of every piece; loops are cut once more in their middle."""
    is_last = track.is_last
    is_end = is_cut | is_last
    is_end[1:] |= is_last[:-1]
    is_end[:1] = True
    starts, ends = _between(is_end, is_last)
    loops = np.flatnonzero(node_of[starts] == node_of[ends])
    if len(loops):
        is_end[(starts[loops] + ends[loops]) // 2] = True
        starts, ends = _between(is_end, is_last)
    return starts, ends


def _between(is_end: BoolArray, is_last: BoolArray) -> tuple[IntArray, IntArray]:
    places = np.flatnonzero(is_end)
    is_start = ~is_last[places]
    nexts = np.flatnonzero(is_start) + 1
    return places[is_start], places[nexts]


def _running_numbers(way_idx: IntArray) -> IntArray:
    if not len(way_idx):
        return way_idx
    is_new = np.concatenate([[True], np.diff(way_idx) > 0])
    firsts = np.flatnonzero(is_new)
    numbers: IntArray = np.arange(len(way_idx)) - firsts[np.cumsum(is_new) - 1]
    return numbers


def _lengths_m(track: _Track, starts: IntArray) -> FloatArray:
    if not len(starts):
        return np.empty(0)
    steps_m = np.append(step_lengths_m(track.longitudes, track.latitudes), 0.0)
    steps_m[track.is_last] = 0.0
    lengths_m: FloatArray = np.add.reduceat(steps_m, starts)
    return lengths_m


def _line_strings(
    places: FloatArray, node_of: IntArray, starts: IntArray, ends: IntArray
) -> NDArray[Any]:
    counts = ends - starts + 1
    piece = np.repeat(np.arange(len(starts)), counts)
    first_points = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    points = np.arange(len(piece)) + (starts - first_points)[piece]
    lines: NDArray[Any] = shapely.linestrings(places[node_of[points]], indices=piece)
    return lines
