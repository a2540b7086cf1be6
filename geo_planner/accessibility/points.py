"""Access of any points to any opportunities: the analyst's job."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner import schema
from geo_planner.accessibility.sweep import sweep_access
from geo_planner.accessibility.weighing import cumulative
from geo_planner.config import Access, CellFormat, Mode, Travel
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.region import Region, require_region
from geo_planner.sources.vector.points import ALL_COLUMNS, read_points
from geo_planner.travel_time import open_router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.inputs import (
    Points,
    ids_of,
    points_of,
    require_limits,
    require_mode,
    travel_in,
)
from geo_planner.words.english import sentence

_LOGGER = logging.getLogger(__name__)


def anchor_points(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Give the point times are measured from: the point itself, or one inside the area."""
    return frame.geometry.representative_point()


def access_of_points(
    region: Region,
    opportunities: Points,
    column: str | None = None,
    origins: Points | None = None,
    *,
    mode: Mode,
    cutoffs_min: Sequence[float] | None = None,
    travel: Travel | None = None,
    cells: CellFormat | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    on_findings: Callable[[tuple[Finding, ...]], None] = lambda _findings: None,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Count the opportunities that points reach within time limits.

    Parameters
    ----------
    region
        Network to travel on.
    opportunities
        ``TABLE:COLUMN`` of the region, a frame of points with counts, in any CRS, or a point file.
    column
        Column of the frame or file; None: every column of numbers.
    origins
        Points to measure from: a frame or series in any CRS, or a point file; None: the region's
        zones, or where it has none, the opportunities' own points.
    mode
        How to travel.
    cutoffs_min
        Time limits [min] to count within, the limit included unless ``travel.strict_cutoffs``;
        None: those the region was built with.
    travel
        Speeds, limits, window; None: those the region was built with.
    cells
        How files write their cells; None: by the rules for text files.
    threads, progress
        Searches at once (None: one per core); called with origins done and all origins.
    on_findings
        Called with what is left out of the network or the timetable, or doubtful in them.

    Returns
    -------
    tuple
        Counts with the origins' geometry, index id, columns ``<column>_<cutoff>min[_p50]``, nan
        off the network; and the ledger of all points.

    Raises
    ------
    InputError
        When a table, a column or a number is missing, or points are not usable.

    Examples
    --------
    Two blocks from the bakery, 300 s on foot, lie the clinic's 20 jobs.

    >>> from geo_planner import access_of_points, example_region
    >>> region = example_region()
    >>> work = region.geo_table("businesses").rename(columns={"business_id": "id"})
    >>> reached, _ = access_of_points(
    ...     region, work, "employees_count", work[:2], mode="walk", cutoffs_min=[4, 6])
    >>> reached.drop(columns="geometry")
            employees_count_4min  employees_count_6min
    id
    bakery                  10.0                  30.0
    clinic                  20.0                  30.0
    """
    settings = travel_in(require_region(region), travel)
    require_mode(mode)
    if cutoffs_min is None:
        built_with = region.study.get("access", {}).get("cutoffs_min", Access().cutoffs_min)
        cutoffs_min = tuple(limit for limit in built_with if limit <= settings.max_time_min)
    limits_min = require_limits(cutoffs_min, settings.max_time_min)
    ends, counts = opportunities_of(region, opportunities, column, cells)
    starts, shown = _origins(region, origins, ends, cells)
    router = open_router(region, mode, settings)
    snapped, targets = router.snap_origins(starts), router.snap_destinations(ends)
    access = sweep_access(
        router,
        snapped,
        targets,
        [cumulative(cutoff, is_strict=settings.strict_cutoffs) for cutoff in limits_min],
        opportunities={name: counts[name].to_numpy(float) for name in counts},
        people={},
        threads=chosen_threads(threads),
        progress=progress,
    )
    ledger = pd.concat(
        [snapped.ledger.assign(end="origin"), targets.ledger.assign(end="destination")],
        ignore_index=True,
    )
    on_findings((*router.findings, *far_link_findings(ledger, "end")))
    reached = access.reached.set_axis(pd.Index(starts.index, name="id"))
    return gpd.GeoDataFrame(reached, geometry=shown.to_numpy(), crs=shown.crs), ledger


def _origins(
    region: Region, given: Points | None, ends: gpd.GeoSeries, cells: CellFormat | None
) -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Give the points to measure from, and the shapes they stand for."""
    if given is not None:
        points = points_of(given, region, "origins", cells)
        return points, points if isinstance(given, str | Path) else given.geometry
    if region.has("zones"):
        zones = region.geo_table("zones").set_index("zone_id")
        return anchor_points(zones), zones.geometry
    return ends, ends


def _require_places(table: str, column: str | None) -> None:
    """Refuse a table that does not exist or has no places, and a column named twice."""
    places = [name for name, table in schema.tables().items() if table.geometry]
    if table not in places:
        raise InputError(
            f"there is no table {table!r} with places: choose from {', '.join(places)}, "
            "or name a file"
        )
    if column:
        raise InputError("a column belongs to a file; for a table write TABLE:COLUMN alone")


def opportunities_of(
    region: Region, given: Points, column: str | None = None, cells: CellFormat | None = None
) -> tuple[gpd.GeoSeries, pd.DataFrame]:
    """Find opportunities in a table of the region, a frame or a point file: places and counts."""
    if isinstance(given, gpd.GeoSeries):
        raise InputError(
            "opportunities: a series has no counts; give a GeoDataFrame with a column of numbers"
        )
    if isinstance(given, gpd.GeoDataFrame):
        points = points_of(given, region, "opportunities")
        others = given.drop(columns=[given.geometry.name, "id"], errors="ignore")
        return points, _counts("opportunities", others.set_axis(ids_of(given)), column)
    if not isinstance(given, str | Path):
        raise InputError(
            "opportunities: give TABLE:COLUMN of the region, a GeoDataFrame or the path of a file, "
            f"not {type(given).__name__}"
        )
    table, _, table_column = str(given).partition(":")
    if table_column and not Path(given).suffix:
        _require_places(table, column)
        frame = region.geo_table(table).set_index(schema.tables()[table].key[0])
        if frame.empty:
            raise InputError(f"{given}: the region has no {table}")
        counts = _counts(str(given), pd.DataFrame(frame.drop(columns="geometry")), table_column)
        return anchor_points(frame), counts
    read = read_points(Path(given), region.crs, cells, column or ALL_COLUMNS)
    frame = read.set_index("id")
    others = pd.DataFrame(frame.drop(columns=["geometry", "lon", "lat"], errors="ignore"))
    return frame.geometry, _counts(str(given), others, column)


def _counts(name: str, frame: pd.DataFrame, column: str | None) -> pd.DataFrame:
    """Take one column, or every column of numbers; refuse what is no number."""
    wanted = [column] if column is not None else list(frame.select_dtypes("number").columns)
    missing = [text for text in wanted if text not in frame.columns]
    if missing or not wanted:
        raise InputError(
            f"{name}: no column {', '.join(map(repr, missing)) or 'of numbers'}",
            [f"columns there are: {', '.join(map(str, frame.columns))}"],
        )
    counts = frame[wanted].apply(pd.to_numeric, errors="coerce").astype(float)
    problems = []
    for text in wanted:
        values, given = counts[text].to_numpy(), frame[text]
        bad = (given.notna().to_numpy() & np.isnan(values)) | np.isinf(values)
        if np.isnan(values).all():
            problems.append(f"{text} holds no numbers")
        elif bad.any():
            n_bad, shown = int(bad.sum()), _shown(given[bad])
            problems.append(
                sentence("column_no_numbers", column=repr(text), count=n_bad, shown=shown)
            )
        elif (below := values < 0).any():
            listed = ", ".join(f"{value:g}" for value in np.unique(values[below])[:5])
            problems.append(
                sentence(
                    "column_below_nothing",
                    column=repr(text),
                    count=int(below.sum()),
                    shown=_shown(given[below]),
                    listed=listed,
                )
            )
        elif n_unknown := int(np.isnan(values).sum()):
            _LOGGER.warning(
                "%s: %s is unknown at %d of %d points, which add nothing to what is reached",
                name, text, n_unknown, len(counts),
            )  # fmt: skip
    if problems:
        raise InputError(
            f"{name}: these are no counts; correct them, or leave them empty", problems
        )
    return counts


def _shown(values: pd.Series) -> str:
    """Name the first values by their rows."""
    return ", ".join(f"{at}: {value!r}" for at, value in values.head(5).items())
