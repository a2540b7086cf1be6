"""Ids and references of a GTFS feed: rows without them are left out or blanked, and counted."""

import numpy as np
import pandas as pd

from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.files import MAX_EXAMPLES, Notes


def unique_ids(frame: pd.DataFrame, column: str) -> pd.Index:
    """List the values of a column, each once and without blanks."""
    return pd.Index(frame[column].astype(object).dropna().unique(), dtype=object)


def places_among(column: pd.Series, ids: pd.Index) -> np.ndarray:
    """Find each row's id among unique ids; -1 where it is blank or absent."""
    found = ids.get_indexer(pd.Index(column.cat.categories, dtype=object))
    places: np.ndarray = np.append(found, -1)[column.cat.codes.to_numpy()]
    return places


def keep_marked(
    frame: pd.DataFrame,
    is_kept: pd.Series | np.ndarray,
    what: Reason,
    where: str,
    notes: Notes,
) -> pd.DataFrame:
    """Keep the marked rows; note how many are left out, and the first values of ``file.column``."""
    file, column = where.split(".")
    is_kept = np.asarray(is_kept, dtype=bool)
    if is_kept.all():
        return frame
    examples = frame.loc[~is_kept, column].dropna().unique()[:MAX_EXAMPLES]
    notes.add(f"{file}.txt", "left_out", what, int((~is_kept).sum()), examples)
    return frame[is_kept].reset_index(drop=True)


def keep_keyed(
    frame: pd.DataFrame, file: str, key: list[str], notes: Notes, *, needed: list[str] | None = None
) -> pd.DataFrame:
    """Leave out rows without their key or another needed value, and all but the first of a key."""
    needed = key + (needed or [])
    frame = keep_marked(
        frame,
        frame[needed].notna().all(axis=1),
        Reason("gtfs_rows_without", columns=", ".join(needed)),
        f"{file}.{key[0]}",
        notes,
    )
    return keep_marked(
        frame,
        ~frame.duplicated(key),
        Reason("gtfs_rows_repeat", columns=", ".join(key)),
        f"{file}.{key[0]}",
        notes,
    )


def blank_absent(
    frame: pd.DataFrame, column: str, ids: pd.Series, file: str, notes: Notes
) -> pd.Series:
    """Blank references to something absent that the row can do without."""
    values = frame[column]
    is_lost = values.notna().to_numpy() & (
        places_among(values, pd.Index(ids.astype(object), dtype=object)) < 0
    )
    notes.add(
        f"{file}.txt",
        "repaired",
        Reason("gtfs_absent", column=column),
        is_lost.sum(),
        values[is_lost].unique()[:MAX_EXAMPLES],
    )
    return values.mask(is_lost)
