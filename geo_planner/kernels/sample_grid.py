"""Times of grid cells from those of the sample points nearest to them."""

import numba
import numpy as np

N_NEAREST = 4


@numba.njit(cache=True, nogil=True)
def cell_times(columns, rows, cell_m, x, y, time_s, within_m, mps, out):
    """Give every cell the least time of its nearest samples, with the way from each.

    Parameters
    ----------
    columns, rows
        Centres of the cells [m], rising by ``cell_m``.
    x, y, time_s
        Places [m] and times [s] of the samples, all between the outermost centres.
    within_m
        Samples as far off or farther do not count [m].
    mps
        Speed of the way from a sample [m/s].
    out
        Result, float64 ``(n_rows, n_columns)`` [s]; inf where no sample is near.
    """
    n_columns, n_rows = columns.shape[0], rows.shape[0]
    # samples by the cell that they lie in: of cell c, order[ptr[c]:ptr[c + 1]]
    cell = np.empty(x.shape[0], np.int64)
    ptr = np.zeros(n_columns * n_rows + 1, np.int64)
    for i in range(x.shape[0]):
        column = np.int64(np.rint((x[i] - columns[0]) / cell_m))
        row = np.int64(np.rint((y[i] - rows[0]) / cell_m))
        cell[i] = row * n_columns + column
        ptr[cell[i] + 1] += 1
    ptr = np.cumsum(ptr)
    order = np.argsort(cell)
    reach = np.int64(np.ceil(within_m / cell_m)) + 1
    nearest_m = np.empty(N_NEAREST)
    nearest = np.empty(N_NEAREST, np.int64)
    for row in range(n_rows):
        for column in range(n_columns):
            n = 0
            first, last = max(column - reach, 0), min(column + reach, n_columns - 1)
            for other in range(max(row - reach, 0), min(row + reach, n_rows - 1) + 1):
                # the cells of a row lie side by side, and so do their samples
                start = other * n_columns
                for place in range(ptr[start + first], ptr[start + last + 1]):
                    i = order[place]
                    metres = np.hypot(x[i] - columns[column], y[i] - rows[row])
                    if metres >= within_m or (n == N_NEAREST and metres >= nearest_m[n - 1]):
                        continue
                    # `nearest` holds the nearest samples so far, the nearest first
                    n = min(n + 1, N_NEAREST)
                    at = n - 1
                    while at > 0 and nearest_m[at - 1] > metres:
                        nearest_m[at], nearest[at] = nearest_m[at - 1], nearest[at - 1]
                        at -= 1
                    nearest_m[at], nearest[at] = metres, i
            least = np.inf
            for at in range(n):
                least = min(least, time_s[nearest[at]] + nearest_m[at] / mps)
            out[row, column] = least
