"""Constraints on sites: what lies on each, what it takes away, and what nobody has looked at.

The net area is the site less the union of everything that excludes, so that ground under two
constraints is taken out once. A kind no source tells of is ``not checked``, never ``none``: while
an excluding kind is unchecked, the net area is an upper bound and says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.crs import require_metric, require_same
from geo_planner.findings import Finding
from geo_planner.land.constraints.ground import (
    ConstraintGround,
    Failure,
    Grounds,
    Shapes,
    constraint_grounds,
)
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.sources.constraint_kinds import ConstraintKind, read_constraint_kinds

CONFLICT, NONE, NOT_CHECKED = "conflict", "none", "not checked"

_NO_SOURCE = Reason("no_constraint_source")
_LEAST_GAP_SHARE = 1e-6
_LONG = [
    "site_id", "kind", "state", "area_m2", "share", "effect", "cap", "cap_value", "source",
    "retrieved_at", "reason",
]  # fmt: skip
_NUMBERS = ("area_m2", "share", "cap_value")

Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class SiteConstraints:
    """Hold what lies on sites.

    Parameters
    ----------
    kinds
        One row per site and kind (several where rows of one kind state effects of their own):
        site_id, kind, state (conflict, none, not checked, service not reached, layer gone,
        cut short, key missing),
        area_m2, share (nan unless known), effect, cap, cap_value, source, retrieved_at, reason.
    summary
        One row per site, index site_id: gross_area_m2 (of the geometry), net_area_m2,
        net_area_low_m2, unconstrained_share, unconstrained_share_low, is_upper_bound,
        max_height_m, caps, n_conflicts, n_checked, n_kinds, excluding_not_checked. The low values
        take every unchecked excluding kind to cover all of what was not looked at.
    excluded
        Ground taken out of each site, index site_id; an empty shape where none is.
    findings
        What was left out on the way.
    """

    kinds: pd.DataFrame
    summary: pd.DataFrame
    excluded: gpd.GeoSeries
    findings: tuple[Finding, ...]


@cache
def edge_tolerance_m() -> float:
    """Read how far an overlap may reach into a site and still be its edge [m]."""
    rows = packaged_rows("constraint_rules")
    return next(float(row["value"]) for row in rows if row["rule"] == "edge_tolerance_m")


def site_constraints(
    region: Region,
    sites: gpd.GeoDataFrame | None = None,
    *,
    kinds: Mapping[str, ConstraintKind] | None = None,
    failures: Sequence[Failure] = (),
    tolerance_m: float | None = None,
) -> SiteConstraints:
    """Overlay sites with every kind of constraint.

    Parameters
    ----------
    region
        Region with constraints, raster areas and plans, as far as it has them.
    sites
        Polygons, index site_id, CRS of the region; None: the region's sites.
    kinds
        Kinds by name; None: the packaged ones.
    failures
        Sources that could not be read, besides those the region records.
    tolerance_m
        Depth of an overlap that counts as the site's edge [m]; None: the packaged value. Sites
        narrower than twice this have no edge to spare.

    Raises
    ------
    CRSError
        When sites and region differ in CRS.
    InputError
        When constraints are of unknown kinds.
    """
    require_metric(region.crs)
    given = region.geo_table("sites").set_index("site_id") if sites is None else sites
    require_same(given, region)
    table = read_constraint_kinds() if kinds is None else kinds
    found = constraint_grounds(region, table, failures)
    shapes = given.geometry.to_numpy()
    overlay = _ConstraintOverlay(
        given.index, shapes, edge_tolerance_m() if tolerance_m is None else tolerance_m
    )
    measured = [overlay.measure(ground, found.failures.get(ground.kind)) for ground in found.read]
    read = {ground.kind for ground in found.read}
    measured += [overlay.unread(kind, found) for kind in table.values() if kind.kind not in read]
    frame = _long(measured, given.index, list(table))
    excluded = overlay.excluded()
    return SiteConstraints(
        kinds=frame,
        summary=_summary(frame, overlay, excluded),
        excluded=gpd.GeoSeries(excluded, index=given.index, crs=region.crs),
        findings=tuple(found.findings),
    )


def _long(measured: Sequence[Columns], ids: pd.Index, kinds: Sequence[str]) -> pd.DataFrame:
    """Put what was measured into one frame, by site and in the order of the kinds."""
    columns = {name: np.concatenate([part[name] for part in measured]) for name in measured[0]}
    places = {kind: number for number, kind in enumerate(kinds)}
    place = np.array([places.get(kind, len(places)) for kind in columns["kind"]])
    order = np.lexsort(
        (columns["effect"].astype(str), columns["kind"].astype(str), place, columns["site"])
    )
    typed: dict[str, pd.Series | pd.Index] = {"site_id": ids[columns["site"][order]]}
    for name in _LONG[1:]:
        dtype = "float64" if name in _NUMBERS else "str"
        typed[name] = pd.Series(columns[name][order], dtype=dtype)
    return pd.DataFrame(typed)


class _ConstraintOverlay:
    """Lay grounds over sites one after the other, and keep what excludes."""

    def __init__(self, ids: pd.Index, shapes: Shapes, tolerance_m: float) -> None:
        self.ids = ids
        self.shapes = shapes
        self.area_m2 = shapely.area(shapes)
        core = shapely.buffer(shapes, -tolerance_m)
        self._core = np.where(shapely.is_empty(core), shapes, core)
        self._tree = shapely.STRtree(shapes)
        self._excluding: list[tuple[npt.NDArray[np.intp], Shapes]] = []
        self._gaps: list[tuple[npt.NDArray[np.intp], Shapes]] = []

    def measure(self, ground: ConstraintGround, failure: tuple[str, Reason] | None) -> Columns:
        """Measure one ground on all sites; remember it where it excludes."""
        zone, row = self._tree.query(ground.zones, predicate="intersects")
        rows, overlap = _united(row, shapely.intersection(self.shapes[row], ground.zones[zone]))
        deep = shapely.intersects(overlap, self._core[rows])
        rows, overlap = rows[deep], overlap[deep]
        area_m2 = np.zeros(len(self.shapes))
        area_m2[rows] = shapely.area(overlap)
        is_there = np.zeros(len(self.shapes), bool)
        is_there[rows] = True
        gap = np.full(len(self.shapes), shapely.Polygon(), dtype=object)
        if ground.covered is not None:
            gap = np.asarray(shapely.difference(self.shapes, ground.covered), dtype=object)
        gap_share = shapely.area(gap) / self.area_m2
        has_gap = gap_share > _LEAST_GAP_SHARE
        if ground.effect == "excludes":
            self._excluding.append((rows, overlap))
            unseen = np.arange(len(self.shapes)) if failure else np.flatnonzero(has_gap)
            self._gaps.append((unseen, self.shapes if failure else gap[unseen]))
        state = np.full(len(self.shapes), NONE, dtype=object)
        reason = np.full(len(self.shapes), None, dtype=object)
        state[has_gap], state[is_there] = NOT_CHECKED, CONFLICT
        if ground.condition is not None:
            reason[is_there] = str(ground.condition)
        for row in np.flatnonzero(has_gap):
            reason[row] = str(Reason("no_data_share", share=float(gap_share[row])))
        if failure:
            state[~is_there], reason[:] = failure[0], str(failure[1])
        is_known = is_there | (state == NONE)
        return self._columns(
            kind=ground.kind, state=state, effect=ground.effect, cap=ground.cap,
            cap_value=ground.cap_value, source=ground.source, retrieved_at=ground.retrieved_at,
            reason=reason, area_m2=np.where(is_known, area_m2, np.nan),
        )  # fmt: skip

    def unread(self, kind: ConstraintKind, found: Grounds) -> Columns:
        """Say of a kind without a source that it was not checked, or why it could not be."""
        reason = found.reasons.get(kind.kind, _NO_SOURCE)
        state, reason = found.failures.get(kind.kind, (NOT_CHECKED, reason))
        if kind.effect == "excludes":
            self._gaps.append((np.arange(len(self.shapes)), self.shapes))
        return self._columns(
            kind=kind.kind, state=state, effect=kind.effect, cap=kind.cap,
            cap_value=kind.cap_value, source=None, retrieved_at=None, reason=str(reason),
            area_m2=np.full(len(self.shapes), np.nan),
        )  # fmt: skip

    def _columns(self, *, area_m2: npt.NDArray[np.float64], **columns: object) -> Columns:
        """Lay what is known of one kind along the sites."""
        n_sites = len(self.ids)
        laid: Columns = {
            name: value if isinstance(value, np.ndarray) else np.full(n_sites, value, dtype=object)
            for name, value in columns.items()
        }
        laid["site"] = np.arange(n_sites)
        laid["area_m2"] = area_m2
        laid["share"] = np.minimum(area_m2 / self.area_m2, 1.0)
        return laid

    def excluded(self) -> Shapes:
        """Unite what excludes, site by site."""
        return self._union_of(self._excluding)

    def lost_at_worst(self, excluded: Shapes) -> Shapes:
        """Add to what is excluded all that no excluding kind was checked on."""
        everywhere = (np.arange(len(excluded)), excluded)
        return self._union_of([everywhere, *self._gaps])

    def _union_of(self, found: list[tuple[npt.NDArray[np.intp], Shapes]]) -> Shapes:
        united = np.full(len(self.shapes), shapely.Polygon(), dtype=object)
        if found:
            rows, shapes = (np.concatenate(part) for part in zip(*found, strict=True))
            is_whole = shapes == self.shapes[rows]
            united[rows[is_whole]] = shapes[is_whole]
            rest = ~np.isin(rows, rows[is_whole])
            where, joined = _united(rows[rest], shapes[rest])
            united[where] = joined
        return united


def _united(rows: npt.NDArray[np.intp], parts: Shapes) -> tuple[npt.NDArray[np.intp], Shapes]:
    """Unite parts that share a row, in order of rows."""
    order = np.argsort(rows, kind="stable")
    where, starts, counts = np.unique(rows[order], return_index=True, return_counts=True)
    united = np.empty(len(where), dtype=object)
    sorted_parts = parts[order]
    is_single = counts == 1
    united[is_single] = sorted_parts[starts[is_single]]
    for place in np.flatnonzero(~is_single):
        start = starts[place]
        united[place] = shapely.union_all(sorted_parts[start : start + counts[place]])
    return where, united


def _summary(frame: pd.DataFrame, overlay: _ConstraintOverlay, excluded: Shapes) -> pd.DataFrame:
    area_m2 = overlay.area_m2
    lost_m2 = shapely.area(excluded)
    worst_m2 = shapely.area(overlay.lost_at_worst(excluded))
    net_m2, low_m2 = (np.maximum(area_m2 - lost, 0.0) for lost in (lost_m2, worst_m2))
    low_m2 = np.minimum(low_m2, net_m2)
    is_conflict = frame["state"] == CONFLICT
    is_checked = frame["state"].isin([CONFLICT, NONE])
    unseen = ~is_checked & (frame["effect"] == "excludes")
    heights = frame[is_conflict & (frame["cap"] == "max_height_m")]

    def by_site(rows: pd.Series) -> pd.Series:
        return frame[rows].groupby("site_id")["kind"]

    def counted(rows: pd.Series) -> npt.NDArray[np.int64]:
        return by_site(rows).nunique().reindex(overlay.ids, fill_value=0).to_numpy(np.int64)

    return pd.DataFrame(
        {
            "gross_area_m2": area_m2,
            "net_area_m2": net_m2,
            "net_area_low_m2": low_m2,
            "unconstrained_share": net_m2 / area_m2,
            "unconstrained_share_low": low_m2 / area_m2,
            "is_upper_bound": low_m2 < net_m2,
            "max_height_m": heights.groupby("site_id")["cap_value"].min().reindex(overlay.ids),
            "caps": _caps(frame[is_conflict & frame["cap"].notna()]).reindex(overlay.ids),
            "n_conflicts": counted(is_conflict),
            "n_checked": counted(is_checked),
            "n_kinds": counted(frame["kind"].notna()),
            "excluding_not_checked": by_site(unseen).agg(" ".join).reindex(overlay.ids),
        },
        index=overlay.ids,
    )


def _caps(frame: pd.DataFrame) -> pd.Series:
    """Write the caps in force on each site with the kinds they come from."""
    words = [
        cap if np.isnan(value) else f"{cap} {value:g}"
        for cap, value in zip(frame["cap"], frame["cap_value"], strict=True)
    ]
    named = frame.assign(cap=pd.Series(words, index=frame.index, dtype="str"))
    kinds = named.groupby(["site_id", "cap"], sort=True)["kind"].agg(
        lambda kinds: ", ".join(dict.fromkeys(kinds))
    )
    lines = pd.Series(
        [f"{cap} ({names})" for (_, cap), names in kinds.items()],
        index=kinds.index.get_level_values("site_id"),
        dtype="str",
    )
    return lines.groupby(level=0).agg("; ".join)
