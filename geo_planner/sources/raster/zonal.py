"""What a raster holds within zones: exact, weighted by the part of each cell that a zone covers.

A cell of which a zone covers a third gives a third of its count, and a third of its weight to the
mean. Cells without data take no part; how much of the zone has data is told beside.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.errors import MissingDependencyError
from geo_planner.sources.raster.grid import CellWindow, Grid
from geo_planner.sources.raster.sampling import sample_nearest

# Slivers of cells that rounding or another CRS adds at a border must not set least and greatest.
_LEAST_COVERAGE = 1e-4
# exactextract keeps the covered part of a cell as float32; another CRS moves borders by millimetres
_ROUNDING = 1e-5
_OPERATIONS = (
    "sum", "count", f"min(min_coverage_frac={_LEAST_COVERAGE})",
    f"max(min_coverage_frac={_LEAST_COVERAGE})",
)  # fmt: skip
_CELLS = ("cell_id", "coverage")
_COLUMNS = ["mean", "minimum", "maximum", "sum", "share_covered"]


def zonal_values(grid: Grid, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """Measure a raster within shapes.

    Parameters
    ----------
    grid
        The raster.
    shapes
        Polygons or points, in any CRS; a point has the value of the cell it lies in.

    Returns
    -------
    DataFrame
        ``mean``, ``minimum``, ``maximum``, ``sum`` (counts only, and not for points) and
        ``share_covered``, the share of the shape's area where the raster has data; rows as in
        ``shapes``. Where that is 0 all others are nan.

    Notes
    -----
    Zones are brought to the raster's CRS; cells are never resampled, so the sums over zones that
    part an area add up to the raster's total there: for counts the covered part of each cell on a
    zone's border is measured in float64, for the rest float32 is enough. Every cell counts alike,
    also in degrees. The raster is read block by block, each block once.
    """
    is_point = (shapes.geom_type == "Point").to_numpy()
    values = pd.DataFrame(np.nan, index=shapes.index, columns=_COLUMNS)
    values.loc[~is_point] = _in_polygons(grid, shapes[~is_point])
    points = shapes[is_point]
    sampled = sample_nearest(grid, points)
    is_there = ~np.isnan(sampled)
    values.loc[is_point] = np.column_stack(
        [sampled, sampled, sampled, np.full(len(points), np.nan), is_there]
    )
    if not grid.quantity.is_count:
        values["sum"] = np.nan
    return values


def _in_polygons(grid: Grid, polygons: gpd.GeoSeries) -> np.ndarray:
    cells = grid.to_cells(polygons)
    n = len(cells)
    total, covered = np.zeros(n), np.zeros(n)
    low, high = np.full(n, np.inf), np.full(n, -np.inf)
    for found in _by_block(grid, cells):
        rows = found["row"].to_numpy(int)
        total[rows] += found["sum"].to_numpy(float)
        covered[rows] += found["count"].to_numpy(float)
        low[rows] = np.fmin(low[rows], found["min"].to_numpy(float))
        high[rows] = np.fmax(high[rows], found["max"].to_numpy(float))
    area = np.nan_to_num(shapely.area(cells))
    has_data = covered > 0
    share = np.divide(covered, area, out=np.zeros(n), where=area > 0)
    mean = np.divide(total, covered, out=np.full(n, np.nan), where=has_data)
    has_range = np.isfinite(low)
    np.clip(mean, low, high, where=has_range, out=mean)
    return np.column_stack(
        [
            mean,
            np.where(has_range, low, mean),  # a zone far smaller than the cells it lies in
            np.where(has_range, high, mean),
            np.where(has_data, total, np.nan),
            np.where(share > 1 - _ROUNDING, 1.0, share),
        ]
    )


def _by_block(grid: Grid, cells: np.ndarray) -> Iterator[pd.DataFrame]:
    """Yield row, sum, count, min and max of the polygons in each block that has any."""
    tree = shapely.STRtree(cells)
    for block in grid.blocks(grid.window_of(cells)):
        right, bottom = block.column + block.n_columns, block.row + block.n_rows
        near = np.sort(tree.query(shapely.box(block.column, block.row, right, bottom)))
        if len(near):
            yield _extract(
                grid.read(block), block, near, cells[near], is_count=grid.quantity.is_count
            )


def _extract(
    values: np.ndarray, block: CellWindow, rows: np.ndarray, cells: np.ndarray, *, is_count: bool
) -> pd.DataFrame:
    exactextract, sources = _exactextract()
    # exactextract counts y upwards from the lower edge
    flip = np.array([[1.0, -1.0]]), np.array([[-block.column, block.row + block.n_rows]])
    local = shapely.transform(cells, lambda points: points * flip[0] + flip[1])
    raster = sources.NumPyRasterSource(values, 0, 0, block.n_columns, block.n_rows)
    result: pd.DataFrame = exactextract.exact_extract(
        raster,
        _shape_source(exactextract, rows.tolist(), shapely.to_wkb(local).tolist()),
        [*_OPERATIONS, *(_CELLS if is_count else ())],
        include_cols=["row"],
        output="pandas",
        strategy="raster-sequential",
    )
    return _with_exact_sums(result, values, rows, local) if is_count else result


def _with_exact_sums(
    result: pd.DataFrame, values: np.ndarray, rows: np.ndarray, local: np.ndarray
) -> pd.DataFrame:
    """Sum anew, with the covered part of border cells in float64."""
    n_rows, n_columns = values.shape
    sizes = result["cell_id"].map(len).to_numpy(int)
    cells = np.concatenate([*result["cell_id"], np.empty(0)]).astype(int)
    parts = np.concatenate([*result["coverage"], np.empty(0)]).astype(float)
    owner = np.repeat(np.arange(len(result)), sizes)
    on_border = np.flatnonzero(parts < 1)
    row, column = np.divmod(cells[on_border], n_columns)
    squares = shapely.box(column, n_rows - 1 - row, column + 1, n_rows - row)
    shapes = local[np.searchsorted(rows, result["row"].to_numpy(int))[owner[on_border]]]
    parts[on_border] = shapely.area(shapely.intersection(squares, shapes))
    found = values.ravel()[cells]
    parts[np.isnan(found)] = 0.0
    people = np.bincount(owner, parts * np.nan_to_num(found), minlength=len(result))
    covered = np.bincount(owner, parts, minlength=len(result))
    return result.drop(columns=list(_CELLS)).assign(sum=people, count=covered)


def _exactextract() -> tuple[Any, Any]:
    try:
        import exactextract
        from exactextract import raster
    except ImportError as error:
        raise MissingDependencyError("exactextract", "raster") from error
    return exactextract, raster


def _shape_source(exactextract: Any, rows: Sequence[int], shapes: Sequence[bytes]) -> Any:
    """Hand shapes over as WKB: six times faster than the GeoJSON that frames go through."""

    class ZoneShape(exactextract.feature.Feature):  # type: ignore[misc]  # imported late, untyped
        """One shape and the row it belongs to."""

        def __init__(self, row: int, shape: bytes) -> None:
            super().__init__()
            self.row, self.shape = row, shape

        def geometry(self) -> bytes:
            """Return the shape as WKB."""
            return self.shape

        def get(self, _: str) -> int:
            """Return the only attribute there is."""
            return self.row

        def fields(self) -> list[str]:
            """Name the attribute."""
            return ["row"]

    class Shapes(exactextract.feature.FeatureSource):  # type: ignore[misc]  # as above
        """All shapes of a block."""

        def count(self) -> int:
            """Return how many there are."""
            return len(rows)

        def __iter__(self) -> Iterator[Any]:
            """Go through them."""
            return iter([ZoneShape(*pair) for pair in zip(rows, shapes, strict=True)])

        def srs_wkt(self) -> None:
            """Name no CRS: index space has none."""
            return

    return Shapes()
