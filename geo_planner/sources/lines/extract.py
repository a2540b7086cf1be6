"""Road centre lines as a network: ends joined, crossings cut, limits and routes laid on.

The steps, in this order: clean the lines; bring loose ends together; find where lines cross and
touch; bring ends that are still loose to the nearest line; cut all lines there. Nothing else is
moved. Every step says in findings how much it did, and the share of the length that is connected
before and after.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_planner.config import LinesSource
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.lines.crossings import find_meetings, touched_ends
from geo_planner.sources.lines.ends import join_ends
from geo_planner.sources.lines.frames import node_frame, street_frame
from geo_planner.sources.lines.geometry import end_places, main_share, place_numbers, with_ends
from geo_planner.sources.lines.joined import join_cycle_routes, join_speed_limits
from geo_planner.sources.lines.pieces import LinePieces, cut_lines, is_spur
from geo_planner.sources.lines.reading import Lines, read_clean_lines
from geo_planner.sources.lines.touching import ends_to_lines


@dataclass(frozen=True)
class Repairs:
    """Hold how much was mended, for reports and tests.

    Parameters
    ----------
    n_ends_joined, n_ends_to_lines
        Ends moved to another end, and to a line between its ends.
    max_moved_m
        Farthest that an end was moved.
    n_crossings, n_passed, n_self
        Crossings joined and left unjoined, places where a line crosses itself.
    n_spurs
        Short dead ends dropped.
    main_share_before, main_share_after
        Share of the length in the longest connected part: as drawn, and as made.
    """

    n_ends_joined: int
    n_ends_to_lines: int
    max_moved_m: float
    n_crossings: int
    n_passed: int
    n_self: int
    n_spurs: int
    main_share_before: float
    main_share_after: float


@dataclass(frozen=True)
class LinesExtract:
    """Hold the tables made from a layer of lines.

    Parameters
    ----------
    tables
        streets and street_nodes, in the region's CRS; not validated.
    findings
        What was read, mended, left out and doubtful.
    repairs
        The same in numbers.
    """

    tables: Mapping[str, pd.DataFrame]
    findings: tuple[Finding, ...]
    repairs: Repairs


def read_lines(
    source: LinesSource, crs: CRS, *, area: shapely.Geometry | None = None
) -> LinesExtract:
    """Read road centre lines and make streets and street nodes of them.

    Parameters
    ----------
    source
        The study's words on the layer.
    crs
        Metric CRS of the region.
    area
        In that CRS: keep what lies within ``buffer_m`` of it; None: keep all.

    Raises
    ------
    SourceError
        When a file is absent or unreadable.
    InputError
        When fields or values do not fit (all at once), or no line is left.
    CRSError
        When a layer's CRS is absent or cannot be right.
    """
    lines = read_clean_lines(source, crs, area)
    pieces, repairs = make_network(lines, source)
    streets = street_frame(pieces, lines.shapes, lines.attributes, crs)
    findings = [*lines.findings, *_repair_findings(lines.title, len(pieces), repairs, source)]
    if source.speed_limits is not None:
        limits, found = join_speed_limits(pieces.shapes, source.speed_limits, crs, source.limits)
        findings += found
        for column in ("maxspeed_forward_mps", "maxspeed_backward_mps"):
            streets[column] = streets[column].fillna(pd.Series(limits))
    if source.cycle_routes is not None:
        marked, found = join_cycle_routes(pieces.shapes, source.cycle_routes, crs, source.limits)
        findings += found
        streets.loc[marked, "cycle_facility"] = source.cycle_routes.facility
    tables: dict[str, gpd.GeoDataFrame] = {
        "streets": streets,
        "street_nodes": node_frame(pieces, crs),
    }
    return LinesExtract(tables, tuple(finding for finding in findings if finding.count), repairs)


def make_network(lines: Lines, source: LinesSource) -> tuple[LinePieces, Repairs]:
    """Join the lines as the study says and cut them into pieces between nodes."""
    tolerance_m = source.snap_tolerance_m
    levels = lines.attributes["level"].to_numpy(dtype=float)
    if source.crossings != "level":
        levels = np.nan_to_num(levels)  # the ground, where the layer says nothing
    drawn = end_places(lines.shapes)
    is_fixed_end = lines.is_cut_off | touched_ends(lines.shapes, tolerance_m)
    joined = join_ends(drawn, shapely.length(lines.shapes), is_fixed_end, tolerance_m)
    shapes = with_ends(lines.shapes, joined)
    meetings = find_meetings(shapes, levels, source.crossings, tolerance_m)
    ends, cuts = ends_to_lines(shapes, levels, meetings, lines.is_cut_off, tolerance_m)
    pieces = cut_lines(shapes, ends, meetings.cuts + cuts)
    spurs = is_spur(pieces, source.min_spur_m)
    if spurs.any():
        pieces = pieces.take(~spurs)
    before, _ = place_numbers(drawn.reshape(-1, 2))
    steps = np.linalg.norm(np.stack([joined - drawn, ends - joined]), axis=3)
    repairs = Repairs(
        n_ends_joined=int((joined != drawn).any(axis=2).sum()),
        n_ends_to_lines=len(cuts.line),
        max_moved_m=float(steps.max()),
        n_crossings=meetings.n_crossings,
        n_passed=meetings.n_passed,
        n_self=meetings.n_self,
        n_spurs=int(spurs.sum()),
        main_share_before=main_share(before[0::2], before[1::2], shapely.length(lines.shapes)),
        main_share_after=main_share(pieces.tail, pieces.head, shapely.length(pieces.shapes)),
    )
    return pieces, repairs


def _repair_findings(
    title: str, n_pieces: int, repairs: Repairs, source: LinesSource
) -> list[Finding]:
    moved = {"moved": repairs.max_moved_m, "tolerance": source.snap_tolerance_m}
    connected = Reason(
        "lines_edges", after=repairs.main_share_after, before=repairs.main_share_before
    )
    return [
        Finding(title, "read", n_pieces, connected),
        Finding(title, "repaired", repairs.n_ends_joined, Reason("lines_ends_to_ends", **moved)),
        Finding(title, "repaired", repairs.n_ends_to_lines, Reason("lines_ends_to_lines", **moved)),
        Finding(title, "repaired", repairs.n_crossings, Reason("lines_crossings")),
        Finding(title, "repaired", repairs.n_self, Reason("lines_self")),
        Finding(title, "read", repairs.n_passed, Reason("lines_not_joined")),
        Finding(title, "left_out", repairs.n_spurs, Reason("lines_spurs")),
    ]
