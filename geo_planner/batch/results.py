"""Reading what a batch wrote: lazily, as one data set of many files."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from geo_planner.batch.plan import Plan, Series, read_plan
from geo_planner.batch.receipts import receipts
from geo_planner.errors import InputError, require_path

KEYS = ("region", "scenario", "mode", "departure")
GEOMETRY = "geometry"


def read_batch(folder: Path | str, table: str | None = None) -> ds.Dataset:
    """Open the results of a batch as one lazy data set; nothing is read before it is asked for.

    Parameters
    ----------
    folder
        Folder of a batch, complete or not.
    table
        access, reach, times or service; None: the only one there is.

    Returns
    -------
    pyarrow.dataset.Dataset
        Rows of all tiles that have results, in the order of the job; columns: region, scenario,
        mode and departure, then those of the measures, geometry last.

    Raises
    ------
    InputError
        When no batch lies there, or the table is not one of it.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import example_region, read_batch, run_batch
    >>> job = {"region": example_region().path, "modes": ["walk"],
    ...        "measures": [{"kind": "times", "destinations": "businesses"}]}
    >>> times = read_batch(run_batch(job, mkdtemp()).folder)
    >>> times.count_rows(), times.schema.names[4:]
    (100, ['from_id', 'to_id', 'travel_time_s'])
    """
    plan = read_plan(require_path(folder, "folder"))
    name = chosen_table(plan, table)
    parts = partitions(plan, name)
    if not parts:
        raise InputError(f"{plan.folder}: no results yet: run the batch again, which goes on")
    keys = pa.schema([(key, pa.string()) for key in KEYS])
    return ds.dataset(
        [str(file) for _, file in parts],
        schema=whole_schema(parts),
        format="parquet",
        partitioning=ds.partitioning(keys, flavor="hive"),
        partition_base_dir=str(plan.folder / name),
    )


def chosen_table(plan: Plan, table: str | None) -> str:
    """Return a table of a batch, or the only one.

    Raises
    ------
    InputError
        When there is no such table, or several and none is named.
    """
    named = plan.tables[0] if table is None and len(plan.tables) == 1 else table
    if named not in plan.tables:
        raise InputError(
            f"{plan.folder}: name a table of this batch: {', '.join(plan.tables)}"
            + ("" if table is None else f"; not {table!r}")
        )
    return str(named)


def partitions(plan: Plan, table: str) -> list[tuple[Series, Path]]:
    """List the files of a table's results that are there and whole, in order."""
    return [
        (plan.series[tile[0]], plan.partition(*tile))
        for tile, receipt in receipts(plan)
        if plan.series[tile[0]].table == table and receipt.state in ("done", "partial")
    ]


def whole_schema(parts: Sequence[tuple[Series, Path]]) -> pa.Schema:
    """Name the columns of all series: what they are of, the columns of any, the geometry.

    Public transport has a column for each percentile where streets have one.
    """
    firsts = {series.folder: file for series, file in reversed(parts)}
    found = pa.unify_schemas(
        [pq.read_schema(file).remove_metadata() for file in reversed(firsts.values())]
    )
    columns = [pa.field(key, pa.string()) for key in KEYS]
    columns += [field for field in found if field.name != GEOMETRY]
    return pa.schema(columns + [field for field in found if field.name == GEOMETRY])
