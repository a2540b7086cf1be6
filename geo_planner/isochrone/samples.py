"""Sample points along streets: the places whose travel times an isochrone is drawn from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time.street import StreetRouter


@dataclass(frozen=True)
class Samples:
    """Hold points along streets that a trip may end at.

    Parameters
    ----------
    points
        The points on the network, ready for searches.
    street
        Row of the streets table that each lies on; rising, and along a street in order.
    share, half_share
        Place along its geometry, and half the stretch that the sample stands for.
    """

    points: SnappedPoints
    street: npt.NDArray[np.intp]
    share: npt.NDArray[np.float64]
    half_share: npt.NDArray[np.float64]

    @property
    def x(self) -> npt.NDArray[np.float64]:
        """Where they are, eastwards [m]."""
        return self.points.position[:, 0]

    @property
    def y(self) -> npt.NDArray[np.float64]:
        """Where they are, northwards [m]."""
        return self.points.position[:, 1]


def sample_streets(
    router: StreetRouter,
    lines: npt.NDArray[np.object_],
    rows: npt.NDArray[np.intp],
    spacing_m: float,
) -> Samples:
    """Put points along some streets, which they are linked to as they are made.

    Parameters
    ----------
    router
        Router of the mode.
    lines
        Geometries of the streets table, CRS of the region.
    rows
        Which streets; each takes points.
    spacing_m
        Farthest two neighbours on a street lie apart [m]; every street has at least one.
    """
    ends, index = shapely.get_coordinates(lines[rows], return_index=True)
    # all streets on one line, end to end: a step from the last vertex of one to the next is none
    steps = np.hypot(*np.diff(ends, axis=0, prepend=ends[:1]).T)
    first = np.flatnonzero(np.diff(index, prepend=-1))
    steps[first] = 0.0
    along_m = np.cumsum(steps)
    start_m = along_m[first]
    length_m = np.diff(np.append(start_m, along_m[-1:]))
    counts = np.maximum(np.ceil(length_m / spacing_m).astype(int), 1)
    number = np.repeat(np.arange(len(rows)), counts)
    place = np.arange(len(number)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (place + 0.5) / counts[number]
    at_m = start_m[number] + share * length_m[number]
    last = np.append(first[1:], len(ends)) - 1
    vertex = np.clip(
        np.searchsorted(along_m, at_m, side="right") - 1, first[number], last[number] - 1
    )
    piece_m = along_m[vertex + 1] - along_m[vertex]
    beyond = np.divide(at_m - along_m[vertex], piece_m, out=np.zeros_like(at_m), where=piece_m > 0)
    position = ends[vertex] + beyond[:, np.newaxis] * (ends[vertex + 1] - ends[vertex])
    street = rows[number]
    return Samples(
        points=router.place_destinations(street, share, position),
        street=street,
        share=share,
        half_share=0.5 / counts[number],
    )
