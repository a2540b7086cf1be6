"""Parking as a limit: whether the allowed floor area leaves ground for its cars.

Spaces at the norm, each on its ground beside the buildings, the footprint of the buildings and the
open area must fit on the net ground. Where they do not, cars need a parking structure.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geo_planner.arrays import FloatArray
from geo_planner.land.capacity.limits import Allowed
from geo_planner.land.factors import ENDS, Factors, m2_per_space

_LIKELY = ENDS.index("likely")
STRUCTURE, SURFACE, UNKNOWN = "needs parking structure", "fits on the surface", "unknown"


def parking_columns(
    allowed: Allowed, uses: Sequence[str], factors: Factors, net_area_m2: FloatArray
) -> dict[str, Any]:
    """Test whether surface parking fits, at the likely floor area.

    Parameters
    ----------
    allowed, uses, factors
        Allowed floor area of the parts for the uses, and numbers of the chain.
    net_area_m2
        Ground that nothing excludes, ``(n_sites,)``.

    Returns
    -------
    dict
        By use and site: ``parking_spaces``, ``parking_surface_limit_m2`` (largest floor area whose
        cars fit beside it) and ``parking`` in words; unknown where floor area or floors are.
    """
    floor_m2 = allowed.floor_m2[:, _LIKELY]
    footprint_m2 = allowed.summed(
        np.divide(floor_m2, allowed.floors, out=np.zeros_like(floor_m2), where=floor_m2 != 0)
    )
    total_m2 = allowed.summed(floor_m2)
    norm_m2 = np.repeat([m2_per_space(use) for use in uses], len(net_area_m2))
    spaces = total_m2 / norm_m2
    per_space_m2 = factors.interval("parking_ground_per_space", "surface")[_LIKELY]
    open_share = factors.interval("open_area_share", "all")[_LIKELY]
    free_m2 = np.tile(net_area_m2 * (1.0 - open_share), len(uses))
    parked_m2 = spaces * per_space_m2
    with np.errstate(invalid="ignore", divide="ignore"):
        ground_per_m2 = per_space_m2 / norm_m2 + footprint_m2 / total_m2
    return {
        "parking_spaces": spaces,
        "parking_surface_limit_m2": free_m2 / ground_per_m2,
        "parking": np.select(
            [
                (parked_m2 > free_m2) | (parked_m2 + footprint_m2 > free_m2),
                parked_m2 + footprint_m2 <= free_m2,
            ],
            [STRUCTURE, SURFACE],
            default=UNKNOWN,
        ),
    }
