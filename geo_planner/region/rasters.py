"""What rasters add to a region: values of sites and zones, people, heights, pictures for maps.

Runs when all layers have been read, on the frames as gathered. The raster itself stays outside the
region; its file, digest, CRS, cell size, nodata and extent are recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import RasterSource
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.quantities import ELEVATION, POPULATION
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.constraint_kinds import ConstraintKind, read_constraint_kinds
from geo_planner.sources.raster import display
from geo_planner.sources.raster.areas import areas_where
from geo_planner.sources.raster.cells import zones_of_cells
from geo_planner.sources.raster.grid import Grid, open_grid, provenance, require_overlap
from geo_planner.sources.raster.sampling import sample_bilinear
from geo_planner.sources.raster.zonal import zonal_values
from geo_planner.words.english import sentence

Frames = Mapping[str, Sequence[pd.DataFrame]]

_LEAST_SIDE_M = 1.0
_MEASURED = (("sites", "site_id"), ("zones", "zone_id"))
_SITED_TABLES = ("study_area", "sites")
_EXTENT_TABLES = ("study_area", "zones", "sites", "businesses", "street_nodes")
NEEDED_TABLES = (*_EXTENT_TABLES, "raster_overlays")


@dataclass
class RasterRead:
    """Hold what a raster adds.

    Parameters
    ----------
    added
        New rows by table.
    changed
        Frames to take the place of those gathered, by table.
    findings
        What happened on the way.
    provenance
        The raster, as ``region.json`` records it.
    crs
        CRS of the raster.
    """

    added: dict[str, pd.DataFrame] = field(default_factory=dict)
    changed: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    provenance: dict[str, Any] = field(default_factory=dict)
    crs: CRS | None = None


def in_order(rasters: Sequence[RasterSource]) -> list[RasterSource]:
    """Put rasters that make zones first, so that the others are measured in them too."""
    return sorted(rasters, key=lambda raster: raster.zones_from_cells is None)


def read_raster(source: RasterSource, frames: Frames) -> RasterRead:
    """Read a raster for the rows gathered so far.

    Parameters
    ----------
    source
        The study's words on the raster.
    frames
        Frames of :data:`NEEDED_TABLES` by table, in the region's CRS.

    Raises
    ------
    SourceError, InputError, CRSError
        When the raster cannot be read, holds something else, or lies elsewhere.
    """
    grid = open_grid(source)
    extent = _extent(source, frames)
    window = require_overlap(grid, extent)
    n_cells = window.n_columns * window.n_rows
    if n_cells > source.limits.max_cells:
        raise InputError(
            sentence(
                "fault_raster_cells",
                source=source.label,
                count=n_cells,
                limit=str(source.limits.max_cells),
            )
        )
    read = RasterRead(provenance=provenance(grid, window), crs=grid.crs)
    if grid.nodata_means is not None:
        what = Reason("raster_nodata_means", value=grid.nodata_means)
        read.findings.append(Finding(grid.name, "read", len(grid.tiles), what))
    if source.zones_from_cells is not None:
        _make_zones(read, source, source.zones_from_cells.cell_m, grid, frames)
    else:
        _measure(read, grid, frames)
    if grid.quantity.name == ELEVATION:
        _raise_nodes(read, grid, frames)
    _pass_thresholds(read, grid, frames)
    _picture(read, grid, frames)
    return read


def _shapes(frames: Frames, table: str) -> list[gpd.GeoSeries]:
    return [gpd.GeoSeries(frame.geometry) for frame in frames.get(table, ()) if len(frame)]


def _extent(
    source: RasterSource, frames: Frames, tables: Sequence[str] = _EXTENT_TABLES
) -> gpd.GeoSeries:
    """Bound all that values are wanted for."""
    found = [shapes for table in tables for shapes in _shapes(frames, table)]
    if not found:
        raise InputError(sentence("fault_raster_no_study", source=source.label))
    return _bounds(found)


def _bounds(found: Sequence[gpd.GeoSeries]) -> gpd.GeoSeries:
    """Return one box around all shapes, which may be a single point."""
    boxes = [shapely.box(*shapes.total_bounds) for shapes in found]
    west, south, east, north = shapely.total_bounds(boxes)
    half_m = _LEAST_SIDE_M / 2
    if min(east - west, north - south) < _LEAST_SIDE_M:
        west, south, east, north = west - half_m, south - half_m, east + half_m, north + half_m
    return gpd.GeoSeries([shapely.box(west, south, east, north)], crs=found[0].crs)


def _make_zones(
    read: RasterRead, source: RasterSource, cell_m: float | None, grid: Grid, frames: Frames
) -> None:
    outline = _shapes(frames, "study_area")
    area = shapely.union_all([shapes.union_all() for shapes in outline])
    is_bounded = source.role == "study" and bool(outline)
    extent = _extent(source, frames, ("study_area",) if is_bounded else _EXTENT_TABLES)
    zones = zones_of_cells(grid, extent, cell_m, source.role, area)
    if zones.empty:
        raise InputError(sentence("fault_raster_nobody", source=source.label))
    middles = shapely.centroid(zones.geometry.to_numpy())
    for own in _shapes(frames, "zones"):
        doubled = pd.unique(shapely.STRtree(middles).query(own.to_numpy(), "contains")[1])
        if len(doubled):
            raise InputError(
                sentence("fault_raster_zones", source=source.label, count=len(doubled))
            )
    persons = float(zones["population_count"].sum())
    what = Reason("raster_zones_made", persons=persons)
    read.findings.append(Finding(source.label, "read", len(zones), what))
    read.added["zones"] = zones


def _measure(read: RasterRead, grid: Grid, frames: Frames) -> None:
    """Tell what the raster holds in each site and zone; give zones their people."""
    rows = []
    for table, key in _MEASURED:
        measured = []
        for frame in frames.get(table, ()):
            values = zonal_values(grid, gpd.GeoSeries(frame.geometry))
            rows.append(
                values.assign(
                    quantity=grid.quantity.name, unit=grid.quantity.unit, table=table,
                    id=frame[key],
                )
            )  # fmt: skip
            measured.append(values)
        if table == "zones" and grid.quantity.name == POPULATION and measured:
            read.changed["zones"] = _peopled(read, grid, list(frames["zones"]), measured)
    if not rows:
        return
    read.added["raster_values"] = pd.concat(rows, ignore_index=True)
    _report_cover(read, grid, read.added["raster_values"])


def _report_cover(read: RasterRead, grid: Grid, values: pd.DataFrame) -> None:
    share = values["share_covered"]
    for rows, code in (
        (share == 0, "raster_no_data"),
        ((share > 0) & (share < 1), "raster_part_data"),
    ):
        if rows.any():
            first = tuple(values.loc[rows, "id"].head(MAX_IDS_SHOWN))
            read.findings.append(
                Finding(grid.name, "warning", int(rows.sum()), Reason(code), first)
            )


def _peopled(
    read: RasterRead, grid: Grid, zones: list[pd.DataFrame], measured: list[pd.DataFrame]
) -> list[pd.DataFrame]:
    """Fill in the people of zones that state none."""
    filled = []
    for frame, values in zip(zones, measured, strict=True):
        absent = frame["population_count"].isna() & values["sum"].notna()
        people = frame["population_count"].where(~absent, values["sum"])
        if absent.any():
            persons = float(values.loc[absent, "sum"].sum())
            what = Reason("raster_zones_filled", persons=persons)
            first = tuple(frame.loc[absent, "zone_id"].head(MAX_IDS_SHOWN))
            read.findings.append(Finding(grid.name, "read", int(absent.sum()), what, first))
        filled.append(frame.assign(population_count=people))
    return filled


def _raise_nodes(read: RasterRead, grid: Grid, frames: Frames) -> None:
    """Fill in the height of street nodes that state none."""
    raised = []
    for frame in frames.get("street_nodes", ()):
        heights = pd.Series(sample_bilinear(grid, gpd.GeoSeries(frame.geometry)), frame.index)
        absent = frame["elevation_m"].isna()
        n_filled = int((absent & heights.notna()).sum())
        what = Reason("raster_heights")
        read.findings.append(Finding(grid.name, "read", n_filled, what))
        raised.append(frame.assign(elevation_m=frame["elevation_m"].where(~absent, heights)))
    if raised:
        read.changed["street_nodes"] = raised


def _pass_thresholds(read: RasterRead, grid: Grid, frames: Frames) -> None:
    """Draw where the raster passes the thresholds of constraints, and where it has data."""
    name = grid.quantity.name
    kinds = [kind for kind in read_constraint_kinds().values() if name in kind.quantities]
    found = [shapes for table in _SITED_TABLES for shapes in _shapes(frames, table)]
    if not kinds or not found:
        return
    extent, crs = _bounds(found), found[0].crs
    rows: list[tuple[str, str | None, Any]] = [
        (name, None, areas_where(grid, extent, lambda values: ~np.isnan(values), crs))
    ]
    rows += [
        (f"{name} {kind.kind}", kind.kind, areas_where(grid, extent, _passes(kind), crs))
        for kind in kinds
    ]
    drawn = [row for row in rows if not row[2].is_empty]
    if drawn:
        ids, names, shapes = zip(*drawn, strict=True)
        columns = {"area_id": ids, "quantity": name, "kind": pd.Series(names, dtype="str")}
        read.added["raster_areas"] = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def _passes(kind: ConstraintKind) -> Callable[[np.ndarray], np.ndarray]:
    low = -np.inf if kind.above is None else kind.above
    high = np.inf if kind.up_to is None else kind.up_to
    return lambda values: np.asarray((values > low) & (values <= high))


def _picture(read: RasterRead, grid: Grid, frames: Frames) -> None:
    """Draw the raster over the study area, or over what stands for it."""
    table = next(name for name in _EXTENT_TABLES if _shapes(frames, name))
    picture = display.draw(grid, _bounds(_shapes(frames, table)))
    if picture is None:
        what = Reason("raster_empty")
        read.findings.append(Finding(grid.name, "warning", 1, what))
        return
    earlier = sum(
        int((frame["quantity"] == grid.quantity.name).sum())
        for frame in frames.get("raster_overlays", ())
    )
    name = grid.quantity.name
    row = {
        "overlay_id": f"{name}-{earlier + 1}" if earlier else name, "quantity": name,
        "cell_m": display.cell_side_m(grid), "breaks": " ".join(map(repr, picture.breaks)) or None,
        "west": picture.west, "south": picture.south, "east": picture.east,
        "north": picture.north, "image": picture.image,
    }  # fmt: skip
    read.added["raster_overlays"] = pd.DataFrame([row])
