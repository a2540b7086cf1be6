"""Small rasters written by hand, for tests."""

import numpy as np
import rasterio
from affine import Affine

from geo_planner.config import RasterSource
from geo_planner.sources.raster.grid import open_grid

EAST_M, NORTH_M = 700_000.0, 6_180_400.0
NORTH_UP = Affine(100.0, 0.0, EAST_M, 0.0, -100.0, NORTH_M)


def write_raster(path, values, transform=NORTH_UP, crs="EPSG:25832", **options):
    """Write one band as GeoTIFF; by default 100 m cells in a corner of EPSG:25832."""
    values = np.atleast_2d(values)
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1,
        "dtype": values.dtype, "crs": crs, "transform": transform, **options,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as raster:
        raster.write(values, 1)
    return path


def grid_of(path, quantity="population_count", **more):
    """Open a raster as a grid."""
    return open_grid(RasterSource(path=path, quantity=quantity, **more))
