"""What building fields hold: floor area may stand in them only, each limited by what it states.

A ratio that a field states is reckoned on the field's own ground.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.land.factors import ENDS


def in_fields(
    fields: pd.DataFrame,
    floors: FloatArray,
    height_m: FloatArray,
    storey_m: FloatArray,
    n_parts: int,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Sum what the fields of each part can hold.

    Parameters
    ----------
    fields
        Pieces of building fields.
    floors, height_m
        What the plan of each part states, ``(n_parts,)``.
    storey_m
        Height of a storey, low, likely and high, ``(n_uses, 1, 3)``.
    n_parts
        Number of parts.

    Returns
    -------
    tuple
        Floor area in fields ``(n_uses, n_parts, 3)``, inf where a field is not limited or there is
        none; ground in fields, inf where there is none; floors and height, the fields' own where
        they state them, as a mean by ground.
    """
    part = fields["part"].to_numpy(np.int64)
    area_m2 = fields["area_m2"].to_numpy(float)
    own_floors = _own(fields, "max_floors")
    own_height_m = _own(fields, "max_height_m")
    stated_m2 = fields["max_floor_area_m2"].to_numpy(float, na_value=np.nan)
    stated_m2 = np.where(np.isnan(stated_m2), np.inf, stated_m2 * fields["share"].to_numpy(float))
    by_ratio_m2 = _own(fields, "floor_area_ratio") * area_m2
    flat_m2 = np.minimum(np.minimum(stated_m2, by_ratio_m2), own_floors * area_m2)
    piece_m2 = np.minimum(flat_m2[:, None], own_height_m[:, None] / storey_m * area_m2[:, None])
    has_field = np.bincount(part, minlength=n_parts) > 0
    drawn_m2 = np.bincount(part, weights=area_m2, minlength=n_parts)
    drawn_floor_m2 = np.zeros((n_parts, len(storey_m), len(ENDS)))
    np.add.at(drawn_floor_m2, part, piece_m2.swapaxes(0, 1))
    mean_floors = _mean(part, own_floors, floors, area_m2, n_parts)
    mean_height = _mean(part, own_height_m, height_m, area_m2, n_parts)
    return (
        np.where(has_field[:, None], drawn_floor_m2.swapaxes(0, 1), np.inf),
        np.where(has_field, drawn_m2, np.inf),
        np.where(has_field, mean_floors, floors),
        np.where(has_field, mean_height, height_m),
    )


def _own(fields: pd.DataFrame, column: str) -> FloatArray:
    value = fields[column].to_numpy(float, na_value=np.nan)
    return np.where(np.isnan(value), np.inf, value)


def _mean(
    part: npt.NDArray[np.int64],
    own: FloatArray,
    around: FloatArray,
    area_m2: FloatArray,
    n_parts: int,
) -> FloatArray:
    """Average a value over fields by their ground; a silent field has that of its part."""
    value = np.where(np.isinf(own), around[part], own)
    total = np.bincount(part, weights=area_m2, minlength=n_parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.bincount(part, weights=value * area_m2, minlength=n_parts) / total
