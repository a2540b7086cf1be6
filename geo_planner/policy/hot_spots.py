"""Where jobs of a cluster crowd: the local statistic Gi* of Getis and Ord over square cells.

A cell is hot when it and its neighbours hold more jobs than chance would put there, told at a
false discovery rate, since hundreds of cells are tested at once.

References
----------
Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional issues
and an application. Geographical Analysis 27(4). doi:10.1111/j.1538-4632.1995.tb00912.x
Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
Statistical Society B 57(1). doi:10.1111/j.2517-6161.1995.tb02031.x
"""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo_planner.arrays import FloatArray
from geo_planner.crs import require_metric
from geo_planner.policy.rules import policy_rules

_LEAST_CELLS = 8


def hot_spots(
    businesses: gpd.GeoDataFrame, area: BaseGeometry, cluster: str | None = None
) -> gpd.GeoDataFrame:
    """Test every cell of an area for a crowd of jobs.

    Parameters
    ----------
    businesses
        Workplaces in a metric CRS; those outside the area take no part.
    area
        Area that is cut into cells.
    cluster
        Cluster whose jobs are counted; None: all jobs.

    Returns
    -------
    GeoDataFrame
        One row per cell whose middle lies in the area: jobs_count, z (Gi*, nan where all cells
        are alike or fewer than 8), is_hot.
    """
    require_metric(businesses.crs)
    rules = policy_rules()
    cell_m = rules["hot_spot_cell_m"]
    west, south, east, north = area.bounds
    columns = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m))
    rows = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m))
    x, y = (part.ravel() for part in np.meshgrid(columns, rows))
    middles = np.column_stack([x + 0.5, y + 0.5]) * cell_m
    shapely.prepare(area)
    is_in = shapely.contains_xy(area, *middles.T)
    x, y, middles = x[is_in], y[is_in], middles[is_in]
    own = businesses if cluster is None else businesses[businesses["cluster"] == cluster]
    places = np.floor(shapely.get_coordinates(own.geometry.to_numpy()) / cell_m)
    number = {cell: row for row, cell in enumerate(zip(x, y, strict=True))}
    cell = np.array([number.get(tuple(place), -1) for place in places], dtype=int)
    counts = np.nan_to_num(own["employees_count"].to_numpy(float))
    jobs = np.bincount(cell[cell >= 0], weights=counts[cell >= 0], minlength=len(x)).astype(float)
    z = getis_ord(middles, jobs, rules["hot_spot_reach_m"])
    cells = shapely.box(x * cell_m, y * cell_m, (x + 1) * cell_m, (y + 1) * cell_m)
    return gpd.GeoDataFrame(
        {"jobs_count": jobs, "z": z, "is_hot": _discovered(z, rules["hot_spot_false_share"])},
        geometry=cells,
        crs=businesses.crs,
    )


def getis_ord(middles: FloatArray, values: FloatArray, reach_m: float) -> FloatArray:
    """Compute Gi* with weight 1 for every place within reach, the place itself included.

    Parameters
    ----------
    middles
        ``(n_places, 2)`` [m].
    values
        ``(n_places,)``.
    reach_m
        Farthest a neighbour may lie [m].

    Returns
    -------
    ndarray
        Standard deviates ``(n_places,)``; nan where all values are equal, for places that
        neighbour all others, and for fewer than 8 places.
    """
    from scipy.spatial import cKDTree

    n = len(values)
    deviation = values.std() if n else 0.0
    if n < _LEAST_CELLS or deviation == 0:
        return np.full(n, np.nan)
    tree = cKDTree(middles)
    near = tree.sparse_distance_matrix(tree, reach_m, output_type="coo_matrix")
    # a distance of 0, to itself, is not stored for certain: the place itself is added by hand
    is_other = near.row != near.col
    row, column = near.row[is_other], near.col[is_other]
    count = 1.0 + np.bincount(row, minlength=n)
    around = values + np.bincount(row, weights=values[column], minlength=n)
    spread = (n * count - count**2) / (n - 1)
    expected = values.mean() * count
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (around - expected) / (deviation * np.sqrt(spread))
    return np.where(spread > 0, z, np.nan)


def _discovered(z: FloatArray, false_share: float) -> npt.NDArray[np.bool_]:
    """Mark the crowds that stand at a false discovery rate (Benjamini and Hochberg)."""
    from scipy.special import ndtr

    chance = np.where(np.isnan(z), 1.0, ndtr(-np.nan_to_num(z)))
    order = np.argsort(chance, kind="stable")
    limit = false_share * np.arange(1, len(z) + 1) / max(len(z), 1)
    passed = np.flatnonzero(chance[order] <= limit)
    is_hot = np.zeros(len(z), bool)
    if len(passed):
        is_hot[order[: passed[-1] + 1]] = True
    return is_hot
