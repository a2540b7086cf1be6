"""Terrain, cloudburst depth and road noise on a 25 m grid over the municipality.

Terrain is a sum of broad hills, a few valleys along the streams and small noise, 10-45 m. Water
stands where a hollow lies below its own surroundings. Noise falls with distance from the larger
roads, about 3 dB a doubling, from a level set by road class. All three are invented.
"""

from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin
from scipy.ndimage import distance_transform_edt, gaussian_filter, uniform_filter

from demo.frame import CRS, metres, municipality, rng_for, smooth
from demo.limits import STREAMS_HM
from demo.motorways import centre_line
from demo.roads import MOTORWAYS, ROADS

CELL_M = 25.0
MARGIN_M = 1_000.0
NODATA = -9999.0
LOWEST_M, HIGHEST_M = 10.0, 45.0
HOLLOW_WINDOW_CELLS = 15
LEAST_DEPTH_M = 0.08
LEAST_NOISE_DB = 45.0
LEVEL_AT_10_M_DB = {
    "motorway": 79.0, "trunk": 75.0, "primary": 71.0, "secondary": 68.0, "tertiary": 62.0,
}  # fmt: skip


def _grid() -> tuple[float, float, int, int]:
    west, south, east, north = municipality().bounds
    west = np.floor((west - MARGIN_M) / 100.0) * 100.0
    north = np.ceil((north + MARGIN_M) / 100.0) * 100.0
    n_columns = int((east + MARGIN_M - west) / CELL_M)
    n_rows = int((north - south + MARGIN_M) / CELL_M)
    return float(west), float(north), n_rows, n_columns


def _centres() -> tuple[np.ndarray, np.ndarray]:
    west, north, n_rows, n_columns = _grid()
    x = west + CELL_M * (np.arange(n_columns) + 0.5)
    y = north - CELL_M * (np.arange(n_rows) + 0.5)
    return np.meshgrid(x, y)


def _distance_to(points: np.ndarray) -> np.ndarray:
    """Return each cell's distance to the nearest of many points [m]."""
    west, north, n_rows, n_columns = _grid()
    free = np.ones((n_rows, n_columns), dtype=bool)
    rows = ((north - points[:, 1]) / CELL_M).astype(int)
    columns = ((points[:, 0] - west) / CELL_M).astype(int)
    inside = (rows >= 0) & (rows < n_rows) & (columns >= 0) & (columns < n_columns)
    free[rows[inside], columns[inside]] = False
    return distance_transform_edt(free, sampling=CELL_M)


def elevation() -> np.ndarray:
    """Return terrain height [m above sea level]."""
    rng = rng_for("terrain")
    x, y = _centres()
    broad = gaussian_filter(rng.normal(size=x.shape), 55.0)
    hills = gaussian_filter(rng.normal(size=x.shape), 18.0)
    small = gaussian_filter(rng.normal(size=x.shape), 5.0)
    height = broad / broad.std() + 0.55 * hills / hills.std() + 0.14 * small / small.std()
    # The land rises from the marshes in the south-east to the moraine in the north-west.
    height += 0.9 * (y - y.mean()) / np.ptp(y) - 0.5 * (x - x.mean()) / np.ptp(x)
    for _, via in STREAMS_HM:
        valley = _distance_to(smooth(metres(via), 12.0))
        height -= 1.3 * np.exp(-((valley / 260.0) ** 2))
    low, high = np.percentile(height, [0.5, 99.5])
    scaled = LOWEST_M + (HIGHEST_M - LOWEST_M) * (height - low) / (high - low)
    return np.clip(scaled, LOWEST_M, HIGHEST_M).round(1)


def flood_depth(height: np.ndarray) -> np.ndarray:
    """Return the depth of water that stands in hollows after a cloudburst [m]."""
    surround = uniform_filter(height, HOLLOW_WINDOW_CELLS)
    depth = np.clip((surround - height - 0.35) * 0.55, 0.0, 1.8)
    return np.where(depth < LEAST_DEPTH_M, 0.0, depth).round(2)


def noise() -> np.ndarray:
    """Return road noise, Lden [dB]; nodata where it stays below 45 dB."""
    loudest = np.full(_centres()[0].shape, 0.0)
    for highway, level in LEVEL_AT_10_M_DB.items():
        roads = [r for r in (*MOTORWAYS, *ROADS) if r.highway == highway]
        points = [shapely.get_coordinates(shapely.segmentize(centre_line(r), 10.0)) for r in roads]
        distance = np.maximum(_distance_to(np.vstack(points)), 10.0)
        fall = 10.0 * np.log10(distance / 10.0) + distance * 0.012
        loudest = np.maximum(loudest, level - fall)
    return np.where(loudest < LEAST_NOISE_DB, NODATA, loudest.round(1))


def write_rasters(folder: Path) -> None:
    """Write the three rasters as compressed GeoTIFF."""
    height = elevation()
    tables = {
        "elevation": (height, "m above sea level"),
        "flood_depth": (flood_depth(height), "m of standing water"),
        "noise_road_lden": (noise(), "dB Lden"),
    }
    west, north, n_rows, n_columns = _grid()
    for name, (values, unit) in tables.items():
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", height=n_rows, width=n_columns, count=1,
            dtype="float32", crs=CRS, transform=from_origin(west, north, CELL_M, CELL_M),
            nodata=NODATA, compress="deflate", predictor=3, tiled=True, zlevel=9,
        ) as raster:  # fmt: skip
            raster.write(values.astype("float32"), 1)
            raster.set_band_description(1, name)
            raster.update_tags(source="geo_planner demo: synthetic", unit=unit)
