"""Access of any points to any opportunities: the analyst's job."""

from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner import schema
from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import cumulative
from geo_planner.config import Mode, Travel
from geo_planner.errors import InputError
from geo_planner.region import Region
from geo_planner.sources.vector.points import read_points
from geo_planner.travel_time import open_router
from geo_planner.travel_time.blocks import default_threads


def anchor_points(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give the point times are measured from: the point itself, or one inside the area."""
    return frame.geometry.representative_point()


def access_of_points(
    region: Region,
    opportunities: str,
    column: str | None,
    origins: Path | None,
    *,
    mode: Mode,
    cutoffs_min: Sequence[float],
    travel: Travel,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the opportunities that points reach within time limits.

    Parameters
    ----------
    region
        Network to travel on.
    opportunities
        A point file, or ``TABLE:COLUMN`` of the region.
    column
        Column of the file; None: every column of numbers.
    origins
        Point file to measure from; None: the region's zones, or where it has none, the
        opportunities' own points.
    mode, cutoffs_min, travel
        How to travel and which time limits [min] to count within, the limit included unless
        ``travel.strict_cutoffs``.
    threads, progress
        Searches at once (None: one per core); called with origins done and all origins.

    Returns
    -------
    tuple
        Counts, index id, columns ``<column>_<cutoff>min[_p50]``; and the ledger of all points.

    Raises
    ------
    InputError
        When a table, a column or a number is missing.
    """
    ends, counts = _opportunities(region, opportunities, column)
    if origins is not None:
        starts = read_points(origins, region.crs).set_index("id").geometry
    elif region.has("zones"):
        starts = anchor_points(region.geo_table("zones").set_index("zone_id"))
    else:
        starts = ends
    router = open_router(region, mode, travel)
    snapped, targets = router.snap_origins(starts), router.snap_destinations(ends)
    access = sweep_access(
        router,
        snapped,
        targets,
        [cumulative(cutoff, is_strict=travel.strict_cutoffs) for cutoff in cutoffs_min],
        opportunities={name: counts[name].to_numpy(float) for name in counts},
        people={},
        threads=threads or default_threads(),
        progress=progress,
    )
    ledger = pd.concat(
        [snapped.ledger.assign(end="origin"), targets.ledger.assign(end="destination")],
        ignore_index=True,
    )
    return access.reached, ledger


def _require_places(table: str, column: str | None) -> None:
    """Refuse a table that does not exist or has no places, and a column named twice."""
    places = [name for name, known in schema.tables().items() if known.geometry]
    if table not in places:
        raise InputError(
            f"there is no table {table!r} with places: choose from {', '.join(places)}, "
            "or name a file"
        )
    if column:
        raise InputError("a column belongs to a file; for a table write TABLE:COLUMN alone")


def _opportunities(
    region: Region, text: str, column: str | None
) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Read opportunities from a table of the region or from a point file: places and counts."""
    table, _, table_column = text.partition(":")
    if table_column and not Path(text).suffix:
        _require_places(table, column)
        frame = region.geo_table(table).set_index(schema.tables()[table].key[0])
        points, wanted = anchor_points(frame), [table_column]
    else:
        frame = read_points(Path(text), region.crs).set_index("id")
        points = frame.geometry
        numbers = frame.select_dtypes("number").columns.drop(["lon", "lat"], errors="ignore")
        wanted = [column] if column else list(numbers)
    missing = [name for name in wanted if name not in frame.columns]
    if missing or not wanted:
        raise InputError(
            f"{text}: no column {', '.join(map(repr, missing)) or 'of numbers'}",
            [f"columns there are: {', '.join(map(str, frame.columns.drop('geometry')))}"],
        )
    counts = frame[wanted].apply(pd.to_numeric, errors="coerce")
    if counts.isna().to_numpy().all():
        raise InputError(f"{text}: {', '.join(wanted)} holds no numbers")
    if not table_column:
        _require_counts(text, frame[wanted], counts)
    return gpd.GeoSeries(points, crs=region.crs), counts


def _require_counts(text: str, given: pd.DataFrame, counts: pd.DataFrame) -> None:
    """Refuse a file whose counts are blank, no numbers, below 0 or without end."""
    is_unfit = ~(np.isfinite(counts.astype(float)) & (counts >= 0))
    problems = []
    for name in counts.columns[is_unfit.any()]:
        rows = given.loc[is_unfit[name], name]
        first = ", ".join(f"{row_id}: {value!r}" for row_id, value in rows.head(5).items())
        problems.append(f"{name}: {len(rows)} values are no counts, first {first}")
    if problems:
        raise InputError(
            f"{text}: opportunities are counted in plain numbers; write 0 where there are none, "
            "and leave out rows that are not known",
            problems,
        )
