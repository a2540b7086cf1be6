"""Putting the files of a batch together into one table, a file at a time."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from geo_planner.batch.plan import Plan, Series, read_plan
from geo_planner.batch.receipts import receipts
from geo_planner.batch.results import GEOMETRY, chosen_table, partitions, whole_schema
from geo_planner.errors import InputError, require_path
from geo_planner.folders import written_beside

SUFFIXES = (".parquet", ".csv")
_GEO = b"geo"


def merge_batch(
    folder: Path | str, out: Path | str, table: str | None = None, *, partial: bool = False
) -> int:
    """Write the results of a batch as one table, and count its rows.

    Parameters
    ----------
    folder
        Folder of a batch.
    out
        ``.parquet`` (with geometry: GeoParquet) or ``.csv`` (without geometry).
    table
        access, reach, times or service; None: the only one there is.
    partial
        Take what there is of a batch that is not complete; else that is refused.

    Raises
    ------
    InputError
        When the batch is not complete, or has no such table; when the ending is neither.
    """
    plan, file = read_plan(require_path(folder, "folder")), require_path(out, "out")
    name = chosen_table(plan, table)
    if file.suffix not in SUFFIXES:
        raise InputError(f"{file}: unknown format; the file must end in {', '.join(SUFFIXES)}")
    parts, n_lacking = partitions(plan, name), _n_lacking(plan, name)
    if not parts or (n_lacking and not partial):
        raise InputError(
            f"{plan.folder}: {n_lacking} files of {name} are not there or not whole: run the batch "
            "again, which goes on" + (", or take what there is with --partial" if parts else "")
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(file) as temporary:
        return (_write_csv if file.suffix == ".csv" else _write_parquet)(parts, temporary)


def _n_lacking(plan: Plan, table: str) -> int:
    """Count the files of a table that are lacking, or lack origins."""
    return sum(
        plan.series[tile[0]].table == table and receipt.state != "done"
        for tile, receipt in receipts(plan)
    )


def _rows(series: Series, file: Path, schema: pa.Schema) -> pa.Table:
    """Read a file of results into the columns of all; those it has not are empty."""
    rows = pq.read_table(file, partitioning=None)
    columns = {
        field.name: rows[field.name]
        if field.name in rows.column_names
        else pa.array([getattr(series, field.name, None)] * len(rows), field.type)
        for field in schema
    }
    return pa.table(columns, schema=schema)


def _write_parquet(parts: list[tuple[Series, Path]], file: Path) -> int:
    n_rows = 0
    schema = whole_schema(parts).with_metadata(_geo_metadata([path for _, path in parts]))
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in parts:
            rows = _rows(*part, schema)
            writer.write_table(rows)
            n_rows += len(rows)
    return n_rows


def _write_csv(parts: list[tuple[Series, Path]], file: Path) -> int:
    n_rows = 0
    fields = [field for field in whole_schema(parts) if field.name != GEOMETRY]
    with file.open("wb") as stream:
        for part in parts:
            rows = _rows(*part, pa.schema(fields))
            options = pacsv.WriteOptions(include_header=n_rows == 0, quoting_style="needed")
            pacsv.write_csv(rows, stream, options)
            n_rows += len(rows)
    return n_rows


def _geo_metadata(files: list[Path]) -> dict[bytes, bytes] | None:
    """Join what files say of their geometry: of one CRS, round all of them."""
    found: list[dict[str, Any]] = [
        json.loads(metadata[_GEO])
        for metadata in (pq.read_schema(file).metadata or {} for file in files)
        if _GEO in metadata
    ]
    if not found:
        return None
    columns = [one["columns"][GEOMETRY] for one in found]
    if any(column["crs"] != columns[0]["crs"] for column in columns):
        raise InputError("the regions are of several CRS: merge them apart, or use read_batch")
    boxes = [column["bbox"] for column in columns if "bbox" in column]
    west, south, east, north = zip(*boxes, strict=True)
    kinds = sorted({kind for column in columns for kind in column["geometry_types"]})
    whole = {
        **columns[0],
        "bbox": [min(west), min(south), max(east), max(north)],
        "geometry_types": kinds,
    }
    return {_GEO: json.dumps({**found[0], "columns": {GEOMETRY: whole}}).encode()}
