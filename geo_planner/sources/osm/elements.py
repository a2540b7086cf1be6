"""OpenStreetMap elements as plain values: ways with their points, tagged nodes, relations.

Longitudes and latitudes are degrees WGS 84; a node that a clipped extract lacks is ``nan``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

AREA_KEYS = ("landuse", "natural", "leisure", "waterway", "water", "amenity", "shop", "tourism")
LINE_KEYS = ("highway", "railway", "route", "public_transport", "man_made")
NODE_KEYS = (
    *("highway", "barrier", "railway", "public_transport", "place"),
    *("amenity", "shop", "leisure", "tourism"),
    *("access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot"),
)
RELATION_TYPES = ("restriction", "route", "multipolygon")

Tags = Mapping[str, str]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Ways:
    """Hold ways as flat arrays: way ``i`` has the points ``offsets[i]:offsets[i + 1]``.

    Parameters
    ----------
    ids
        Way numbers, (n_ways).
    tags
        Tags as osmium writes them, ``key=value`` separated by commas, (n_ways).
    offsets
        First point of each way, (n_ways + 1).
    refs
        Node numbers, (n_points).
    longitudes, latitudes
        Degrees WGS 84, nan where the file lacks the node, (n_points).
    """

    ids: IntArray
    tags: list[str]
    offsets: IntArray
    refs: IntArray
    longitudes: FloatArray
    latitudes: FloatArray

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, way_idx: IntArray) -> "Ways":
        """Return the ways at the given places, in that order."""
        counts = np.diff(self.offsets)[way_idx]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        points = np.arange(offsets[-1]) + np.repeat(self.offsets[way_idx] - offsets[:-1], counts)
        return Ways(
            self.ids[way_idx],
            [self.tags[i] for i in way_idx],
            offsets,
            self.refs[points],
            self.longitudes[points],
            self.latitudes[points],
        )

    def join(self, other: "Ways") -> "Ways":
        """Return these ways followed by others."""
        return Ways(
            np.concatenate([self.ids, other.ids]),
            [*self.tags, *other.tags],
            np.concatenate([self.offsets, other.offsets[1:] + self.offsets[-1]]),
            np.concatenate([self.refs, other.refs]),
            np.concatenate([self.longitudes, other.longitudes]),
            np.concatenate([self.latitudes, other.latitudes]),
        )


class Node(NamedTuple):
    """Hold a tagged node; degrees WGS 84."""

    number: int
    tags: Mapping[str, str]
    longitude: float
    latitude: float


class Member(NamedTuple):
    """Hold a member of a relation: ``n``, ``w`` or ``r``, its number and its role."""

    kind: str
    number: int
    role: str


class Relation(NamedTuple):
    """Hold a relation with its members in order."""

    number: int
    tags: Mapping[str, str]
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Elements:
    """Hold what was read from one file.

    Parameters
    ----------
    ways
        Ways with a key of ``LINE_KEYS``.
    nodes
        Nodes with a key of ``NODE_KEYS``, by number.
    relations
        Relations of the types ``RELATION_TYPES``.
    has_areas
        Some way or multipolygon has a key of ``AREA_KEYS``.
    timestamp
        Date of the data as the file states it.
    """

    ways: Ways
    nodes: Mapping[int, Node]
    relations: tuple[Relation, ...]
    has_areas: bool
    timestamp: str | None
