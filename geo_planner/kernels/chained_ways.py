"""Ways in three parts chained to the cheapest: to a middle point, between two, on from there.

Compressed rows and costs are those of :class:`~geo_planner.kernels.service.Walks`, int32 [cs]. The
work is that of the ways there are: nothing of the size rows x middle points x columns is made.
"""

import numba
import numpy as np

from geo_planner.kernels.street import UNREACHED


@numba.njit(cache=True, nogil=True)
def chain(near, between, far, limit_cs, best, touched, out_cs):
    """Write the cheapest chained costs of some rows.

    Parameters
    ----------
    near
        Ways from each row to middle points.
    between
        Ways from each middle point to others.
    far
        Ways from each middle point to columns.
    limit_cs
        Dearer chains count as not reached [cs].
    best, touched
        Workspace, int32 ``(n_middle_points,)``; best ``UNREACHED`` before and after.
    out_cs
        Result, int32 ``(n_rows, n_columns)``, ``UNREACHED`` before.
    """
    for row in range(out_cs.shape[0]):
        n_touched = 0
        # `best` is UNREACHED but at the ends touched by this row
        for i in range(near.ptr[row], near.ptr[row + 1]):
            middle = near.stop[i]
            for j in range(between.ptr[middle], between.ptr[middle + 1]):
                end = between.stop[j]
                if best[end] == UNREACHED:
                    touched[n_touched] = end
                    n_touched += 1
                best[end] = min(best[end], np.int32(near.cost_cs[i] + between.cost_cs[j]))
        for i in range(n_touched):
            end = touched[i]
            for j in range(far.ptr[end], far.ptr[end + 1]):
                cost = np.int32(best[end] + far.cost_cs[j])
                if cost <= limit_cs:
                    out_cs[row, far.stop[j]] = min(out_cs[row, far.stop[j]], cost)
            best[end] = UNREACHED
