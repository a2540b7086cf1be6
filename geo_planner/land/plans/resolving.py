"""The plan resolver: which plan rules each part of a site, and what it lets be built.

A site is cut along the edges of all plans over it. In every part the most detailed level that
states a value rules (sub-area over local plan over municipal framework; building fields are kept
as pieces of their own, since they say where floor area may stand). Only a local plan gives a
right: what holds ``now`` and what is possible (``potential``) never mix, and proposals are
readings of their own. Every value cites its plan; what is unknown has a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.arrays import FloatArray, LongArray
from geo_planner.config import Land
from geo_planner.errors import InputError
from geo_planner.findings import Finding, FindingKind
from geo_planner.land.plans.overlay import PlanOverlay, Shapes, overlaps, overlay_plans, own_ground
from geo_planner.land.plans.ruling import (
    QUANTITIES,
    STATES,
    Ruling,
    regulation_note,
    rows_of_state,
    rule,
    zone_name,
)
from geo_planner.land.plans.totals import floor_area_totals
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN, tables

_FIELD = "building_field"
_LAPSE_YEARS = 3
_BLOCK_YEARS = 1

Ruled = Mapping[str, Ruling]

_LEAST_TOLD_M2 = 0.5


@dataclass(frozen=True)
class PlanResult:
    """Hold the parts of sites and the rulings in each; made by :func:`resolve_plans`.

    Parameters
    ----------
    parts
        One row per part, index part_id: ``site_id``, ``site_idx``, ``area_m2``,
        ``has_proposal`` (a proposed local plan lies over it), ``is_blocked`` (and stops building
        that anticipates it), and per state and quantity the value and the plan it is from
        (``now_max_floors``, ``now_max_floors_plan_id``).
    rulings
        By state and quantity.
    fields
        Building fields in parts: ``part`` (position), ``plan`` (position), ``area_m2`` inside the
        part, ``share`` of the whole field, ``status``.
    totals
        By reading, the share of every floor area that plans state outright that falls to each part.
    plans
        Plans in force or proposed on the day; positions refer to it.
    sites
        Sites as given, in order of ``site_idx``.
    sliver_m2
        Ground of each site left out as slivers beside no other part [m2].
    parcels
        Parcels as given; None where there are none.
    has_local_plans
        Whether the data hold any local plan: without, no right can be told.
    findings
        Proposals that lapsed, and other remarks on the plans.
    """

    parts: gpd.GeoDataFrame
    rulings: Mapping[str, Ruled]
    fields: pd.DataFrame
    totals: Mapping[str, pd.DataFrame]
    plans: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    sliver_m2: FloatArray
    parcels: gpd.GeoDataFrame | None
    has_local_plans: bool
    findings: tuple[Finding, ...]

    def value(self, state: str, quantity: str) -> FloatArray:
        """Return a ruling value of every part, nan where unknown."""
        return self.rulings[state][quantity].value

    def site_ids(self) -> pd.Index:
        """Return the ids of the sites in their order."""
        return pd.Index(self.sites["site_id"], name="site_id")

    def citations(self, states: Sequence[str] = STATES) -> pd.DataFrame:
        """List every value with its plan, or with the reason why it is unknown.

        Returns
        -------
        DataFrame
            One row per part, state and quantity: ``site_id``, ``part_id``, ``area_m2``,
            ``state``, ``quantity``, ``value``, ``plan_id``, ``level``, ``document_url``,
            ``dated``, ``reason``, ``note``.
        """
        pairs = list(product(states, QUANTITIES))
        ruled = [self.rulings[state][quantity] for state, quantity in pairs]
        n_parts = len(self.parts)
        at = np.concatenate([ruling.plan for ruling in ruled])
        values = [
            _words_or_numbers(ruling.value, quantity)
            for ruling, (_, quantity) in zip(ruled, pairs, strict=True)
        ]
        columns: dict[str, object] = {
            "site_id": np.tile(self.parts["site_id"].to_numpy(object), len(pairs)),
            "part_id": np.tile(self.parts.index.to_numpy(object), len(pairs)),
            "area_m2": np.tile(self.parts["area_m2"].to_numpy(), len(pairs)),
            "state": np.repeat([state for state, _ in pairs], n_parts),
            "quantity": np.repeat([quantity for _, quantity in pairs], n_parts),
            "value": np.concatenate(values),
        }
        for name in ("plan_id", "level", "document_url", "dated"):
            columns[name] = _of_plan(self.plans, name, at)
        columns["reason"] = np.concatenate([ruling.reason for ruling in ruled])
        columns["note"] = [regulation_note(day) for day in _of_plan(self.plans, "dated", at)]
        return pd.DataFrame(columns)


def _words_or_numbers(value: FloatArray, quantity: str) -> np.ndarray:
    """Write a ruling value for people to read: zones by name, None where unknown."""
    if quantity == "zone_status":
        return np.array([zone_name(code) for code in value], dtype=object)
    numbers = value.astype(object)
    numbers[np.isnan(value)] = None
    return numbers


def _of_plan(plans: gpd.GeoDataFrame, column: str, at: LongArray) -> np.ndarray:
    """Take a column of the plans at positions, None where the position is -1."""
    return np.array([*plans[column], None], dtype=object)[at]


def resolve_plans(
    sites: gpd.GeoDataFrame,
    plans: gpd.GeoDataFrame,
    parcels: gpd.GeoDataFrame | None = None,
    *,
    land: Land | None = None,
) -> PlanResult:
    """Find the ruling plan of every part of every site.

    Parameters
    ----------
    sites, plans, parcels
        Tables of a region, in one metric CRS; ids as columns or as the index.
    land
        Settings: slivers, and the day on which proposals are judged.

    Raises
    ------
    InputError
        When site ids are not unique.
    CRSError
        When the layers differ in CRS or it is not metric.

    Notes
    -----
    Two plans of one level that say the same leave the value known; where they disagree it is
    unknown. A plan of the level that is silent takes nothing from one that speaks.
    """
    settings = land or Land()
    sites = _completed(sites, "sites")
    if sites["site_id"].duplicated().any():
        raise InputError("site ids must be unique to resolve plans")
    in_play, findings, is_blocking = _in_play(_completed(plans, "plans"), settings.as_of)
    is_field = (in_play["level"] == _FIELD).to_numpy()
    areas = in_play[~is_field].reset_index(drop=True)
    fields = in_play[is_field].reset_index(drop=True)
    cut = overlay_plans(sites, areas, sliver_width_m=settings.sliver_width_m)
    rulings = rule(cut, areas)
    over = rows_of_state(cut, areas, "if_adopted")
    is_proposed = (areas["status"] == "proposed").to_numpy()
    flags = {
        "has_proposal": _touched(cut, over, is_proposed),
        "is_blocked": _touched(cut, over, is_blocking[~is_field]),
    }
    return PlanResult(
        parts=_parts_frame(cut, sites, areas, rulings, flags),
        rulings=rulings,
        fields=_field_pieces(cut.shapes, fields, settings.sliver_width_m),
        totals=floor_area_totals(cut, areas),
        plans=areas,
        sites=sites,
        sliver_m2=cut.sliver_m2,
        parcels=_completed(parcels, "parcels") if parcels is not None and len(parcels) else None,
        has_local_plans=bool((areas["level"] != "framework").any()),
        findings=(*findings, *_sliver_findings(cut, sites, settings.sliver_width_m)),
    )


def _sliver_findings(
    cut: PlanOverlay, sites: gpd.GeoDataFrame, width_m: float
) -> Iterator[Finding]:
    """Tell how much ground stands in slivers, and on which sites most of it does."""
    kinds: tuple[tuple[FindingKind, str, FloatArray], ...] = (
        ("repaired", "plans_slivers_joined", cut.joined_m2),
        ("left_out", "plans_slivers_left_out", cut.sliver_m2),
    )
    for kind, code, ground_m2 in kinds:
        rows = np.flatnonzero(ground_m2 > _LEAST_TOLD_M2)
        if len(rows):
            largest = rows[np.argsort(-ground_m2[rows], kind="stable")][:MAX_IDS_SHOWN]
            ids = tuple(map(str, sites["site_id"].to_numpy()[largest]))
            what = Reason(code, width=width_m, ground=float(ground_m2[rows].sum()))
            yield Finding("plans", kind, len(rows), what, ids)


def fields_of(result: PlanResult, state: str) -> pd.DataFrame:
    """Choose the pieces of building fields that a reading rests on; a framework has none."""
    fields = result.fields
    if state.startswith("potential"):
        return fields.iloc[:0]
    is_proposed = (fields["status"] == "proposed").to_numpy()
    if state != "if_adopted":
        return fields[~is_proposed]
    is_replaced = result.parts["has_proposal"].to_numpy(bool)[fields["part"].to_numpy(int)]
    return fields[is_proposed == is_replaced]


def _completed(layer: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """Bring ids that stand in the index to a column, and add nullable columns that are absent."""
    description = tables()[table]
    full = layer.reset_index(drop=layer.index.name not in description.columns)
    for column in description.attributes:
        if column.name not in full and column.is_nullable:
            full[column.name] = pd.Series([None] * len(full), dtype=column.pandas_dtype)
    return full


def is_covered(result: PlanResult, state: str) -> np.ndarray:
    """Tell over which parts any plan of a reading lies, whatever it states, ``(n_parts,)``."""
    return result.rulings[state]["use_code"].is_covered


def _touched(cut: PlanOverlay, rows: LongArray, is_marked: np.ndarray) -> np.ndarray:
    """Tell over which parts a marked plan lies, of the pairs named."""
    touched = np.zeros(len(cut.shapes), dtype=bool)
    touched[cut.part_idx[rows[is_marked[cut.plan_idx[rows]]]]] = True
    return touched


def _in_play(
    plans: gpd.GeoDataFrame, as_of: date | None
) -> tuple[gpd.GeoDataFrame, list[Finding], np.ndarray]:
    """Leave out what is cancelled or lapsed; tell which proposals still block building."""
    kept = plans[plans["status"] != "cancelled"].reset_index(drop=True)
    is_proposed = (kept["status"] == "proposed").to_numpy()
    if as_of is None:
        return kept, [], is_proposed
    dated = kept["dated"].fillna("9999-12-31").str.replace("-", "").to_numpy(str)
    lapsed = is_proposed & (dated < _years_before(as_of, _LAPSE_YEARS))
    findings = []
    if lapsed.any():
        ids = tuple(kept.loc[lapsed, "plan_id"].head(MAX_IDS_SHOWN))
        what = Reason("plans_lapsed")
        findings.append(Finding("plans", "left_out", int(lapsed.sum()), what, ids))
    blocks = is_proposed & (dated >= _years_before(as_of, _BLOCK_YEARS))
    return kept[~lapsed].reset_index(drop=True), findings, blocks[~lapsed]


def _years_before(day: date, years: int) -> str:
    """Write the same day some years earlier as digits; 29 February becomes the 28th.

    Examples
    --------
    >>> _years_before(date(2024, 2, 29), 1)
    '20230228'
    """
    try:
        earlier = day.replace(year=day.year - years)
    except ValueError:
        earlier = day.replace(year=day.year - years, day=day.day - 1)
    return earlier.strftime("%Y%m%d")


def _parts_frame(
    cut: PlanOverlay,
    sites: gpd.GeoDataFrame,
    plans: gpd.GeoDataFrame,
    rulings: Mapping[str, Ruled],
    flags: Mapping[str, np.ndarray],
) -> gpd.GeoDataFrame:
    site_ids = sites["site_id"].to_numpy(str)[cut.site_idx]
    turn = pd.Series(cut.site_idx).groupby(cut.site_idx).cumcount()
    columns: dict[str, object] = {
        "site_id": site_ids,
        "site_idx": cut.site_idx,
        "area_m2": cut.area_m2,
        **flags,
    }
    for state, ruled in rulings.items():
        for quantity, ruling in ruled.items():
            is_zone = quantity == "zone_status"
            value = _words_or_numbers(ruling.value, quantity) if is_zone else ruling.value
            columns[f"{state}_{quantity}"] = value
            columns[f"{state}_{quantity}_plan_id"] = _of_plan(plans, "plan_id", ruling.plan)
    names = [f"{site}.{k}" for site, k in zip(site_ids, turn, strict=True)]
    index = pd.Index(names, name="part_id", dtype="str")
    return gpd.GeoDataFrame(columns, index=index, geometry=cut.shapes, crs=sites.crs)


def _field_pieces(shapes: Shapes, fields: gpd.GeoDataFrame, sliver_width_m: float) -> pd.DataFrame:
    """Cut building fields to the parts; a field's stated floor area goes with its ground.

    Where fields of one status lie on one another, that ground is of the first. A field that
    reaches into a part by no more than a sliver of drawing is none of that part.
    """
    polygons = np.array(fields.geometry.array, dtype=object)
    for status in fields["status"].unique():
        rows = (fields["status"] == status).to_numpy()
        polygons[rows] = own_ground(polygons[rows])
    part, field, inside_m2 = overlaps(shapes, polygons)
    pieces = shapely.intersection(shapes[part], polygons[field])
    is_real = ~shapely.is_empty(shapely.buffer(pieces, -sliver_width_m / 2))
    part, field, inside_m2 = part[is_real], field[is_real], inside_m2[is_real]
    whole_m2 = fields.geometry.area.to_numpy()
    taken = fields.drop(columns="geometry").iloc[field].reset_index(drop=True)
    return taken.assign(part=part, area_m2=inside_m2, share=inside_m2 / whole_m2[field])
