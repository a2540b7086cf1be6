"""The ground each kind of constraint covers: from layers, rasters and plans, as polygons.

The lines a register draws are already the protected zones, and get no buffer; a zone is laid
round objects only, as wide as the kind's law says. Revoked parts are dropped and counted. What no
source tells is not there, which is different from a source that tells of nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason, reasons_or_text
from geo_planner.region import Region
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.constraint_kinds import ConstraintKind
from geo_planner.words.english import sentence

FailedState = Literal["service not reached", "layer gone", "cut short", "key missing"]
Shapes = npt.NDArray[np.object_]

_CORNERS_PER_QUARTER = 16
_CAP = re.compile(r"(\w+?)[\s:=<]+([\d.]+)\s*m?")
_PLAN_LEVELS = ("framework", "local_plan", "sub_area")
_NO_PROPOSAL = Reason("no_proposal_in_plans")
_FAILED: Mapping[FailedState, Reason] = {
    "service not reached": Reason("service_not_reached"),
    "layer gone": Reason("layer_gone"),
    "cut short": Reason("layer_in_part"),
    "key missing": Reason("layer_key_missing"),
}


@dataclass(frozen=True)
class Failure:
    """Say that a source of some kinds could not be read.

    Parameters
    ----------
    kinds
        Kinds it would have covered.
    state
        ``service not reached``, ``layer gone``, ``cut short`` or ``key missing``.
    reason
        What happened.
    """

    kinds: tuple[str, ...]
    state: FailedState
    reason: Reason


@dataclass(frozen=True)
class ConstraintGround:
    """Hold what one kind covers, with one effect.

    Parameters
    ----------
    kind, effect, cap, cap_value
        As in the table of kinds, or as the rows themselves state.
    zones
        Shapes in the CRS of the region; lines and points stand for objects without a width.
    covered
        Where the source has data; None: everywhere.
    source, retrieved_at
        Register or file, and its date where known.
    condition
        What else holds.
    """

    kind: str
    effect: str
    cap: str | None
    cap_value: float | None
    zones: Shapes
    covered: BaseGeometry | None = None
    source: str | None = None
    retrieved_at: str | None = None
    condition: Reason | None = None


@dataclass
class Grounds:
    """Collect the grounds of a region.

    Parameters
    ----------
    read
        Grounds of kinds that a source tells of, in the order of the kinds.
    failures
        State and reason by kind whose source could not be read.
    reasons
        Why a kind was not checked, where there is more to say than that no source tells.
    findings
        What was left out.
    """

    read: list[ConstraintGround] = field(default_factory=list)
    failures: dict[str, tuple[str, Reason]] = field(default_factory=dict)
    reasons: dict[str, Reason] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def constraint_grounds(
    region: Region, kinds: Mapping[str, ConstraintKind], failures: Sequence[Failure] = ()
) -> Grounds:
    """Draw the ground of every kind a region has a source for.

    Parameters
    ----------
    region
        Region; its tables ``constraints``, ``raster_areas`` and ``plans`` are read.
    kinds
        Kinds by name.
    failures
        Sources that could not be read, besides those the region records.

    Raises
    ------
    InputError
        When rows have a kind that is not among the kinds, and no effect of their own.
    """
    found = Grounds()
    for failure in (*_recorded(region), *failures):
        found.failures |= dict.fromkeys(failure.kinds, (failure.state, failure.reason))
    rows = _rows_in_force(region, kinds, found)
    sources = _sources_of_kinds(region, rows)
    areas = region.geo_table("raster_areas")
    measured = set(areas["quantity"])
    for kind in kinds.values():
        found.read += _of_layers(kind, kinds, rows, sources.get(kind.kind), found)
        if measured & set(kind.quantities):
            found.read.append(_of_raster(kind, areas, region))
        found.read += _of_plans(kind, region, found)
    own = rows[~rows["kind"].isin(list(kinds))]
    for name, group in own.groupby("kind", sort=True):
        found.read += _grouped(str(name), None, group, group.geometry.to_numpy(), sources.get(name))
    return found


def _recorded(region: Region) -> Iterator[Failure]:
    """List the sources the region records as not read."""
    info = region.tables.get("constraints")
    for source in info.sources if info else ():
        for state, reason in _FAILED.items():
            if source.get("state") == state:
                text = source.get("reason")
                why = reason if text is None else reasons_or_text(str(text))[0]
                yield Failure(tuple(source.get("kinds", ())), state, why)


def _rows_in_force(
    region: Region, kinds: Mapping[str, ConstraintKind], found: Grounds
) -> gpd.GeoDataFrame:
    rows = region.geo_table("constraints")
    if "status" in rows:
        is_revoked = (rows["status"] == "revoked").to_numpy(bool)
        if is_revoked.any():
            first = tuple(rows.loc[is_revoked, "constraint_id"].head(MAX_IDS_SHOWN))
            what = Reason("constraints_revoked")
            found.findings.append(
                Finding("constraints", "left_out", int(is_revoked.sum()), what, first)
            )
            rows = rows[~is_revoked]
    unknown = rows[~rows["kind"].isin(list(kinds)) & rows["effect"].isna()]
    if len(unknown):
        raise InputError(
            "constraints are of kinds whose effect is not known",
            [
                sentence(
                    "constraints_kind_unknown",
                    kind=repr(name),
                    count=len(group),
                    first=str(group["constraint_id"].iloc[0]),
                    listed=", ".join(kinds),
                )
                for name, group in unknown.groupby("kind")
            ],
        )
    return rows


@dataclass(frozen=True)
class _KindSource:
    """Say who tells of a kind, and when it was read."""

    source: str | None
    retrieved_at: str | None


def _sources_of_kinds(region: Region, rows: gpd.GeoDataFrame) -> dict[str, _KindSource]:
    """Name the source of every kind that some source of the region tells of."""
    info = region.tables.get("constraints")
    sources = [s for s in (info.sources if info else ()) if not s.get("state")]
    by_kind: dict[str, _KindSource] = {}
    for kind in [k for s in sources for k in s.get("kinds", ())] + rows["kind"].unique().tolist():
        mine = [s for s in sources if kind in s.get("kinds", (kind,))]
        group = rows[rows["kind"] == kind]
        names = group["source"].dropna().unique().tolist() or [str(s["file"]) for s in mine]
        dates = group["retrieved_at"].dropna().tolist()
        dates += [str(s["retrieved_at"]) for s in mine if s.get("retrieved_at")]
        by_kind[kind] = _KindSource("; ".join(names) or None, min(dates, default=None))
    return by_kind


def _of_layers(
    kind: ConstraintKind,
    kinds: Mapping[str, ConstraintKind],
    rows: gpd.GeoDataFrame,
    source: _KindSource | None,
    found: Grounds,
) -> list[ConstraintGround]:
    """Take the zones of a kind as drawn, and lay zones round its objects."""
    shared = [k.kind for k in kinds.values() if k.objects and k.objects == kind.objects]
    if source is None and not (shared and rows["kind"].isin(shared).any()):
        return []
    own = rows[rows["kind"] == kind.kind]
    is_other = rows["kind"].isin(shared) & (rows["kind"] != kind.kind)
    others = rows[is_other & (rows["geometry_is"] == "object")].assign(effect=None, cap=None)
    if source is None and others.empty:
        return []
    if source is None:
        names = others["source"].dropna().unique().tolist()
        dates = others["retrieved_at"].dropna().tolist()
        source = _KindSource("; ".join(names) or None, min(dates, default=None))
    group = gpd.GeoDataFrame(pd.concat([own, others]), crs=rows.crs) if len(others) else own
    group = _large_enough(kind, group, found)
    is_object = (group["geometry_is"] == "object").to_numpy(bool)
    zones = group.geometry.to_numpy().copy()
    if kind.width_m:
        zones[is_object] = shapely.buffer(
            zones[is_object], kind.width_m, quad_segs=_CORNERS_PER_QUARTER
        )
    return _grouped(kind.kind, kind, group, zones, source)


def _large_enough(
    kind: ConstraintKind, group: gpd.GeoDataFrame, found: Grounds
) -> gpd.GeoDataFrame:
    """Leave out polygon objects the law does not reach."""
    if kind.min_object_m2 is None:
        return group
    shapes = group.geometry
    is_small = (
        (group["geometry_is"] == "object")
        & (shapes.area < kind.min_object_m2)
        & shapes.geom_type.isin(["Polygon", "MultiPolygon"])
    )
    if is_small.any():
        first = tuple(group.loc[is_small, "constraint_id"].head(MAX_IDS_SHOWN))
        what = Reason("constraints_small", kind=kind.kind, area=kind.min_object_m2)
        found.findings.append(Finding("constraints", "left_out", int(is_small.sum()), what, first))
    return group[~is_small]


def _grouped(
    name: str,
    kind: ConstraintKind | None,
    group: gpd.GeoDataFrame,
    zones: Shapes,
    source: _KindSource | None,
) -> list[ConstraintGround]:
    """Part the zones of a kind by the effect and cap their rows state."""
    about = source or _KindSource(None, None)
    effects = group["effect"].astype(object).where(group["effect"].notna(), None)
    caps = group["cap"].astype(object).where(group["cap"].notna(), None)
    stated: dict[tuple[str, str | None, float | None], list[int]] = {}
    if kind is not None:
        stated[kind.effect, kind.cap, kind.cap_value] = []
    for place, (effect, cap) in enumerate(zip(effects, caps, strict=True)):
        by_kind = kind is not None and effect in (None, kind.effect) and cap in (None, kind.cap)
        key = (
            (kind.effect, kind.cap, kind.cap_value)
            if kind is not None and by_kind
            else (effect or (kind.effect if kind else "informs"), *_named_cap(cap))
        )
        stated.setdefault(key, []).append(place)
    return [
        ConstraintGround(
            name, effect, cap, cap_value, shapely.get_parts(zones[places]),
            source=about.source, retrieved_at=about.retrieved_at,
            condition=kind.condition if kind else None,
        )
        for (effect, cap, cap_value), places in stated.items()
    ]  # fmt: skip


def _named_cap(cap: str | None) -> tuple[str | None, float | None]:
    """Part the cap that a row states into its name and its value.

    Examples
    --------
    >>> _named_cap("max_height_m 12"), _named_cap("needs_dispensation")
    (('max_height_m', 12.0), ('needs_dispensation', None))
    """
    found = _CAP.fullmatch(cap or "")
    return (found[1], float(found[2])) if found else (cap, None)


def _of_raster(kind: ConstraintKind, areas: gpd.GeoDataFrame, region: Region) -> ConstraintGround:
    mine = areas[areas["quantity"].isin(kind.quantities)]
    info = region.tables.get("raster_values")
    sources = [s for s in (info.sources if info else ()) if s.get("quantity") in kind.quantities]
    dates = [str(s["retrieved_at"]) for s in sources if s.get("retrieved_at")]
    return ConstraintGround(
        kind.kind, kind.effect, kind.cap, kind.cap_value,
        shapely.get_parts(mine[mine["kind"] == kind.kind].geometry.to_numpy()),
        covered=shapely.union_all(mine[mine["kind"].isna()].geometry.to_numpy()),
        source="; ".join(str(s["file"]) for s in sources) or None,
        retrieved_at=min(dates, default=None),
        condition=kind.condition,
    )  # fmt: skip


def _of_plans(kind: ConstraintKind, region: Region, found: Grounds) -> list[ConstraintGround]:
    """Read the rural zone and proposals from the plans."""
    if kind.from_plans is None or not region.has("plans"):
        return []
    plans = region.geo_table("plans")
    if kind.from_plans == "rural_zone":
        zones, covered = _rural(plans[plans["status"] == "adopted"])
        if covered is not None and covered.is_empty:
            return []
    else:
        is_proposed = (plans["status"] == "proposed") & (plans["level"] != "framework")
        if not (plans["status"] == "proposed").any():
            found.reasons[kind.kind] = _NO_PROPOSAL
            return []
        zones, covered = plans[is_proposed].geometry.to_numpy(), None
    sources = region.tables["plans"].sources
    dates = [str(s["retrieved_at"]) for s in sources if s.get("retrieved_at")]
    return [
        ConstraintGround(
            kind.kind, kind.effect, kind.cap, kind.cap_value, shapely.get_parts(zones),
            covered=covered,
            source="; ".join(dict.fromkeys(str(s["file"]) for s in sources)) or None,
            retrieved_at=min(dates, default=None),
            condition=kind.condition,
        )
    ]  # fmt: skip


def _rural(plans: gpd.GeoDataFrame) -> tuple[Shapes, BaseGeometry | None]:
    """Lay the levels over each other: where a detailed plan states the zone, it holds."""
    rural: BaseGeometry = shapely.MultiPolygon()
    covered: BaseGeometry = shapely.MultiPolygon()
    for level in _PLAN_LEVELS:
        stated = plans[(plans["level"] == level) & plans["zone_status"].notna()]
        here = shapely.union_all(stated.geometry.to_numpy())
        is_rural = stated["zone_status"] == "rural"
        rural = rural.difference(here).union(
            shapely.union_all(stated[is_rural].geometry.to_numpy())
        )
        covered = covered.union(here)
    return np.array([rural], dtype=object), covered
