"""Travel times written to a file while they are searched: no more than a part is ever held."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from geo_planner.exports.results import TABLE_SUFFIXES, csv_text, require_suffix, write_credits
from geo_planner.folders import written_beside
from geo_planner.travel_time.columns import TRAVEL_TIME
from geo_planner.travel_time.instability import Instability
from geo_planner.travel_time.matrix import TimesSearch

Write = Callable[[pd.DataFrame, npt.NDArray[np.bool_]], None]
_GROUP_ROWS = 2**17


class TimesWritten(NamedTuple):
    """Count what was searched and hold how times swing.

    Parameters
    ----------
    n_rows, n_reached
        Pairs, or pairs in every minute and draw; and those that are reached.
    instability
        How much times swing, by origin.
    """

    n_rows: int
    n_reached: int
    instability: pd.DataFrame


def write_times(
    search: TimesSearch,
    out: Path,
    credit_lines: tuple[str, ...],
    *,
    is_long: bool = False,
    only_reached: bool = False,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> TimesWritten:
    """Write the times of all pairs, origin by origin; to arrive by a time, by destination.

    Parameters
    ----------
    search
        What is searched.
    out
        ``.csv`` or ``.parquet``.
    credit_lines
        Credit lines of the data.
    is_long
        Write every minute and draw in a row of its own.
    only_reached
        Leave out rows without any time.
    threads, progress
        As for :func:`geo_planner.travel_times`.

    Raises
    ------
    InputError
        When the ending is neither.
    """
    require_suffix(out, TABLE_SUFFIXES)
    out.parent.mkdir(parents=True, exist_ok=True)
    swings = Instability(search.origins.index)
    n_rows = n_reached = 0
    with written_beside(out) as temporary, _opened(temporary) as write:
        for origins, destinations, times_s in search.parts(threads=threads, progress=progress):
            swings.add(origins, times_s)
            part = search.times(origins, destinations, times_s)
            frame = part.to_long_frame() if is_long else part.to_frame()
            if destinations != slice(None):
                frame = frame.iloc[_by_destination(len(frame), times_s.shape)]
            is_reached = frame.filter(like=TRAVEL_TIME).notna().any(axis=1).to_numpy(bool)
            n_rows, n_reached = n_rows + len(frame), n_reached + int(is_reached.sum())
            write(frame, is_reached if only_reached else np.ones(len(frame), bool))
    write_credits(out, credit_lines)
    return TimesWritten(n_rows, n_reached, swings.to_frame())


def _by_destination(n_rows: int, shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """Order the rows of some pairs, which are listed by origin, by destination."""
    n_origins, n_destinations = shape[:2]
    rows = np.arange(n_rows).reshape(n_origins, n_destinations, -1)
    return rows.swapaxes(0, 1).ravel()


@contextmanager
def _opened(file: Path) -> Iterator[Write]:
    """Open a table to append some rows of frames to; all have the columns of the first."""
    opened = _opened_parquet if file.suffix == ".parquet" else _opened_csv
    with opened(file) as write:
        yield write


@contextmanager
def _opened_csv(file: Path) -> Iterator[Write]:
    with file.open("w", encoding="utf-8", newline="") as text:

        def write(frame: pd.DataFrame, is_kept: npt.NDArray[np.bool_]) -> None:
            text.write(csv_text(frame[is_kept], has_header=text.tell() == 0))

        yield write


@contextmanager
def _opened_parquet(file: Path) -> Iterator[Write]:
    """Append in groups of many rows, however few come at a time."""
    writers: list[pq.ParquetWriter] = []
    waiting: list[pa.Table] = []
    schema: pa.Schema | None = None

    def write_waiting() -> None:
        if not writers:
            writers.append(pq.ParquetWriter(file, schema))
        writers[0].write_table(pa.concat_tables(waiting))
        waiting.clear()

    def write(frame: pd.DataFrame, is_kept: npt.NDArray[np.bool_]) -> None:
        nonlocal schema
        # of all rows: where none is kept, nothing says of what type the ids are
        schema = schema or pa.Schema.from_pandas(frame, preserve_index=False)
        rows = pa.Table.from_pandas(frame[is_kept], schema=schema, preserve_index=False)
        waiting.append(rows)
        if sum(map(len, waiting)) >= _GROUP_ROWS:
            write_waiting()

    try:
        yield write
        if waiting:
            write_waiting()
    finally:
        for writer in writers:
            writer.close()
