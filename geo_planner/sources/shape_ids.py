"""Ids of rows that have none: the first digits of a digest of their shapes."""

import hashlib

import numpy as np
import numpy.typing as npt
import shapely

_ID_DIGITS = 12


def shape_ids(shapes: npt.NDArray[np.object_]) -> list[str]:
    """Name shapes by what they are; the same shape has the same id in any file, without heights.

    Examples
    --------
    >>> shape_ids(np.array([shapely.Point(1, 2), shapely.Point(1, 2, 3)]))
    ['10a39f36ce6f', '10a39f36ce6f']
    """
    content = shapely.to_wkb(shapes, output_dimension=2, byte_order=1, flavor="iso")
    return [hashlib.sha256(item).hexdigest()[:_ID_DIGITS] for item in content]
