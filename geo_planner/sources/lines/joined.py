"""Speed limits and cycle routes of other layers, laid on streets."""

import numpy as np
import shapely
from pyproj import CRS

from geo_planner.arrays import BoolArray, FloatArray
from geo_planner.config import CycleRoutes, LayerLimits, SpeedLimits
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.lines.attributes import plausible_mps, with_numbers
from geo_planner.sources.lines.geometry import Shapes
from geo_planner.sources.lines.matching import match_lines
from geo_planner.sources.lines.reading import read_line_layer
from geo_planner.units import KMH_PER_MPS
from geo_planner.words.english import sentence


def join_speed_limits(
    streets: Shapes, source: SpeedLimits, crs: CRS, allowed: LayerLimits
) -> tuple[FloatArray, list[Finding]]:
    """Give each street the limit that runs along most of it [m/s]; nan where none does.

    Parameters
    ----------
    streets
        LineStrings in the region's CRS, (n_streets,).
    source
        The layer of limits and how near it must run.
    crs
        CRS of the region.
    allowed
        How large the layer may be.
    """
    layer, lines = read_line_layer(source, crs, allowed)
    if source.field not in layer.frame:
        fields = ", ".join(str(name) for name in layer.frame.columns.drop("geometry"))
        raise InputError(
            sentence(
                "fault_lines_no_field", layer=layer.name, field=repr(source.field), listed=fields
            )
        )
    frame, cleared, problems = with_numbers(
        layer.frame[[source.field]], [source.field], source, layer.name
    )
    if problems:
        raise InputError(f"{layer.name} cannot be read as speed limits", problems)
    values, findings = plausible_mps(frame[source.field], source.max_plausible_kmh, layer.name)
    lines, values = _near(lines, streets, source.match_within_m), values.to_numpy()
    usable = ~shapely.is_missing(lines) & ~shapely.is_empty(lines) & ~np.isnan(values)
    matches = match_lines(streets, lines[usable], source.match_within_m)
    matches["mps"] = values[usable][matches["other"]]
    shares = matches.groupby(["street", "mps"], as_index=False)["share"].sum()
    # of two limits that run along equal shares the lower one holds
    best = shares.sort_values(["street", "share", "mps"], ascending=[True, False, True])
    best = best.drop_duplicates("street")
    best = best[best["share"] >= source.min_share]
    limits = np.full(len(streets), np.nan)
    limits[best["street"]] = best["mps"]
    lengths = shapely.length(streets)
    found = ~np.isnan(limits)
    share = lengths[found].sum() / lengths.sum()
    kmh = np.round(np.unique(limits[found]) * KMH_PER_MPS).astype(int)
    speeds = ", ".join(map(str, kmh))
    what = Reason("lines_speeds_joined", share=float(share), speeds=speeds)
    return limits, [*cleared, *findings, Finding(layer.name, "read", int(found.sum()), what)]


def join_cycle_routes(
    streets: Shapes, source: CycleRoutes, crs: CRS, allowed: LayerLimits
) -> tuple[BoolArray, list[Finding]]:
    """Mark the streets that cycle routes run along."""
    layer, lines = read_line_layer(source, crs, allowed)
    lines = _near(lines, streets, source.match_within_m)
    usable = ~shapely.is_missing(lines) & ~shapely.is_empty(lines)
    matches = match_lines(streets, lines[usable], source.match_within_m)
    shares = matches.groupby("street")["share"].sum()
    marked = np.zeros(len(streets), dtype=bool)
    marked[shares.index[shares >= source.min_share]] = True
    lengths = shapely.length(streets)
    share = float(lengths[marked].sum() / lengths.sum())
    what = Reason("lines_cycle_routes", share=share)
    return marked, [Finding(layer.name, "read", int(marked.sum()), what)]


def _near(lines: Shapes, streets: Shapes, reach_m: float) -> Shapes:
    """Take lines far from all streets as absent: they need not be looked at."""
    west, south, east, north = shapely.total_bounds(streets)
    window = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    near = lines.copy()
    near[~shapely.intersects(window, lines)] = None
    return near
