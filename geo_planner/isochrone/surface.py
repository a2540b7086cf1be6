"""From times at sample points to areas: a grid of times, and the lines of equal time in it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from geo_planner.arrays import FloatArray
from geo_planner.kernels.sample_grid import cell_times

_BEYOND = 1.5


def areas_within(
    x: FloatArray,
    y: FloatArray,
    time_s: FloatArray,
    cutoffs_s: Sequence[float],
    *,
    cell_m: float,
    off_street_m: float,
    off_street_mps: float,
) -> list[shapely.MultiPolygon]:
    """Draw the area that can be reached within each limit, with its holes and islands.

    The time of a grid cell is the least, over its nearest samples, of the sample's time and the
    walk from it; cells farther than ``off_street_m`` from every sample are out of reach. The
    border runs where the time between cells, taken as linear, equals the limit.

    Parameters
    ----------
    x, y, time_s
        Places [m] and travel times [s] of the samples; inf: not reached.
    cutoffs_s
        Time limits [s].
    cell_m
        Width of a grid cell [m].
    off_street_m, off_street_mps
        How far [m] and how fast [m/s] people leave a street.

    Returns
    -------
    list of MultiPolygon
        One for each limit; empty where nothing is reached.
    """
    limit_s = max(cutoffs_s)
    near = time_s <= limit_s
    if not near.any():
        return [shapely.MultiPolygon() for _ in cutoffs_s]
    columns, rows, times = _grid(
        x[near], y[near], time_s[near],
        limit_s=limit_s, cell_m=cell_m, off_street_m=off_street_m, off_street_mps=off_street_mps,
    )  # fmt: skip
    return [_filled(columns, rows, times, cutoff_s) for cutoff_s in cutoffs_s]


def _grid(
    x: FloatArray,
    y: FloatArray,
    time_s: FloatArray,
    *,
    limit_s: float,
    cell_m: float,
    off_street_m: float,
    off_street_mps: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the centres of columns and rows, and the time of every cell [s]."""
    margin = off_street_m + 2 * cell_m
    columns = np.arange(x.min() - margin, x.max() + margin + cell_m, cell_m)
    rows = np.arange(y.min() - margin, y.max() + margin + cell_m, cell_m)
    reached = np.empty((len(rows), len(columns)))
    cell_times(columns, rows, cell_m, x, y, time_s, off_street_m, off_street_mps, reached)
    times = np.minimum(reached, _BEYOND * limit_s)
    return columns, rows, times


def _filled(
    columns: FloatArray, rows: FloatArray, times: FloatArray, cutoff_s: float
) -> shapely.MultiPolygon:
    from contourpy import FillType, contour_generator

    lines = contour_generator(columns, rows, times, fill_type=FillType.OuterOffset)
    filled: Any = lines.filled(-1.0, cutoff_s)
    polygons = []
    for points, ends in zip(*filled, strict=True):
        rings = [points[a:b] for a, b in pairwise(ends)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    area = shapely.make_valid(shapely.MultiPolygon(polygons))
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)
