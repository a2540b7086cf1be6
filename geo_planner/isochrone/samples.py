"""Sample points along streets: the places whose travel times an isochrone is drawn from."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.networks.street.snap import SnappedPoints
from geo_planner.travel_time import Router

_ON_STREET_M = 0.5


@dataclass(frozen=True)
class Samples:
    """Hold points along streets that a trip may end at.

    Parameters
    ----------
    points
        The points on the network, ready for searches.
    x, y
        Where they are [m], ``(n_points,)``.
    street
        Row of the streets table that each lies on; rising, and along a street in order.
    share, half_share
        Place along its geometry, and half the stretch that the sample stands for.
    """

    points: SnappedPoints
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    street: npt.NDArray[np.intp]
    share: npt.NDArray[np.float64]
    half_share: npt.NDArray[np.float64]

    def near(self, x: float, y: float, radius_m: float) -> "Samples":
        """Keep the samples within a distance of a place."""
        rows = np.flatnonzero(np.hypot(self.x - x, self.y - y) <= radius_m)
        return self.part(rows)

    def part(self, rows: npt.NDArray[np.intp]) -> "Samples":
        """Return some of the samples, in the order asked for."""
        arrays = {name: value[rows] for name, value in vars(self).items() if name != "points"}
        return Samples(points=self.points.part(rows), **arrays)


def sample_streets(router: Router, streets: gpd.GeoDataFrame, spacing_m: float) -> Samples:
    """Put points along every street, and keep those where a trip may end.

    Parameters
    ----------
    router
        Router of the mode; streets that it links no point to, such as motorways, get none.
    streets
        The streets table, CRS of the region.
    spacing_m
        Farthest two neighbours on a street lie apart [m]; every street has at least one.
    """
    length = shapely.length(streets.geometry.to_numpy())
    counts = np.maximum(np.ceil(length / spacing_m).astype(int), 1)
    street = np.repeat(np.arange(len(streets)), counts)
    place = np.arange(len(street)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (place + 0.5) / counts[street]
    lines = streets.geometry.to_numpy()[street]
    places = shapely.line_interpolate_point(lines, share, normalized=True)
    points = router.snap_destinations(
        gpd.GeoSeries(places, index=pd.RangeIndex(len(places)), crs=streets.crs)
    )
    distance = points.ledger["distance_m"].to_numpy(float)
    everywhere = Samples(
        points=points,
        x=shapely.get_x(places),
        y=shapely.get_y(places),
        street=street,
        share=share,
        half_share=0.5 / counts[street],
    )
    return everywhere.part(np.flatnonzero((points.street >= 0) & (distance <= _ON_STREET_M)))
