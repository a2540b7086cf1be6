"""Row by row: value A, value B, difference and relative difference of every figure."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray

PRESENCE = "presence"
DIFFERENCE = "_difference"
BOTH, GAINED, LOST = "both", "gained", "lost"
_DIGITS_OF_NOISE = 9


def compare_rows(
    a: gpd.GeoDataFrame, b: gpd.GeoDataFrame, figures: Sequence[str]
) -> gpd.GeoDataFrame:
    """Lay two frames of one kind side by side.

    Parameters
    ----------
    a, b
        Frames with the same kind of index, one CRS.
    figures
        Columns to compare; one that a frame lacks is unknown there.

    Returns
    -------
    GeoDataFrame
        One row per id of either frame, in the order of their ids: ``presence`` (both, gained:
        only in B, lost: only in A), then per figure ``<figure>_a``, ``<figure>_b``,
        ``<figure>_difference`` (B - A) and ``<figure>_relative`` (share of A; unknown where A is
        0). Texts ``name``, ``district`` and ``role`` and the geometry are those of B, of A where
        B has none.
    """
    index = a.index.union(b.index)
    in_a, in_b = index.isin(a.index), index.isin(b.index)
    columns: dict[str, pd.Series | FloatArray] = {
        PRESENCE: pd.Series(np.select([in_a & in_b, in_b], [BOTH, GAINED], LOST), index=index)
    }
    for text in ("name", "district", "role"):
        if text in a or text in b:
            columns[text] = _either(a, b, text, index)
    before, after = (_numbers(frame, figures, index) for frame in (a, b))
    difference = (after - before).round(_DIGITS_OF_NOISE)
    relative = difference / np.where(before == 0, np.nan, before)
    for k, figure in enumerate(figures):
        columns[f"{figure}_a"], columns[f"{figure}_b"] = before[:, k], after[:, k]
        columns[f"{figure}{DIFFERENCE}"] = difference[:, k]
        columns[f"{figure}_relative"] = relative[:, k]
    frame = pd.DataFrame(columns, index=index)
    return gpd.GeoDataFrame(frame, geometry=_either(a, b, "geometry", index).array, crs=b.crs)


def figures_of(a: pd.DataFrame, b: pd.DataFrame, prefixes: Sequence[str]) -> list[str]:
    """List the columns of numbers in either frame whose names start as asked, in order."""
    return [
        str(name)
        for name in dict.fromkeys([*a.columns, *b.columns])
        if str(name).startswith(tuple(prefixes))
        and all(pd.api.types.is_numeric_dtype(f[name]) for f in (a, b) if name in f)
    ]


def _numbers(frame: pd.DataFrame, figures: Sequence[str], index: pd.Index) -> FloatArray:
    """Take figures of the rows named, nan where unknown, ``(n_rows, n_figures)``."""
    present = pd.DataFrame(frame)[[name for name in figures if name in frame]].astype(float)
    values = present.reindex(index=index, columns=list(figures)).to_numpy(float)
    return np.where(np.isinf(values), np.nan, values)


def _either(a: pd.DataFrame, b: pd.DataFrame, column: str, index: pd.Index) -> pd.Series:
    parts = [frame[column].reindex(index) for frame in (b, a) if column in frame]
    return parts[0] if len(parts) == 1 else parts[0].where(parts[0].notna(), parts[1])
