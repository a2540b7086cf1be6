"""One row per site of what plans say, each value with the plan, document and date it is from."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.land.plans.resolving import PlanResult, fields_of
from geo_planner.land.plans.ruling import QUANTITIES, zone_name
from geo_planner.reasons import Reason, read_reasons, write_reasons

_CITED = ("quantity", "value", "plan_id", "level", "document_url", "dated")
_OF_FIELDS = ("max_floors", "max_height_m", "max_floor_area_m2")
_LARGEST = ("max_floors", "max_height_m")


def plan_summary(
    result: PlanResult, state: str = "ruling", cited: Sequence[str] | None = None
) -> pd.DataFrame:
    """Sum up one reading of the plans per site.

    Parameters
    ----------
    result
        Resolved plans.
    state
        Reading to sum up; ``ruling`` takes every level in force.
    cited
        Readings whose values are cited; None: the one that is summed up.

    Returns
    -------
    DataFrame
        Index site_id. ``use_code`` and ``zone_status`` of the largest share of the ground (unknown
        where that is unknown), ``use_shares`` (JSON), ``floor_area_ratio`` (mean by ground; nan
        where any part is unknown), ``ratio_basis`` (nan where parts differ), ``max_floors`` and
        ``max_height_m`` (largest of the parts; nan where any is unknown), ``citations`` (JSON list:
        quantity, value, plan_id, level, document_url, dated, share of the site) and ``unknown``
        (reasons: what is open, why, and on which share of the site).
    """
    ids = result.site_ids()
    site = result.parts["site_idx"].to_numpy()
    area_m2 = result.parts["area_m2"].to_numpy(float)
    use_code, use_shares = _largest_share(result, state, "use_code")
    zone, _ = _largest_share(result, state, "zone_status")
    basis = result.rulings[state]["floor_area_ratio"].ratio_basis
    low, high = np.full(len(ids), np.inf), np.full(len(ids), -np.inf)
    with np.errstate(invalid="ignore"):
        np.minimum.at(low, site, basis)
        np.maximum.at(high, site, basis)
    columns: dict[str, Any] = {
        "use_code": use_code,
        "use_shares": use_shares,
        "zone_status": [zone_name(code) for code in zone],
        "floor_area_ratio": _mean(site, result.value(state, "floor_area_ratio"), area_m2, len(ids)),
        "ratio_basis": np.where(low == high, low, np.nan),
    }
    for quantity in _LARGEST:
        found = np.full(len(ids), -np.inf)
        with np.errstate(invalid="ignore"):
            np.maximum.at(found, site, result.value(state, quantity))
        columns[quantity] = np.where(np.isinf(found), np.nan, found)
    columns["citations"] = citation_texts(result, (state,) if cited is None else cited)
    columns["unknown"] = unknown_reasons(result, state, QUANTITIES).to_numpy()
    return pd.DataFrame(columns, index=ids)


def citation_texts(result: PlanResult, states: Sequence[str]) -> list[str]:
    """Write each site's cited values as JSON, parts with the same ruling put together."""
    cited = pd.concat(
        [
            result.citations(states),
            *_field_citations(result, states),
            *_total_citations(result, states),
        ]
    )
    cited = cited[cited["value"].notna()]
    area_m2 = result.parts.groupby("site_id")["area_m2"].sum()
    values = cited["value"].astype(object)
    # whole numbers without a point
    values = values.map(lambda v: int(v) if isinstance(v, float) and v.is_integer() else v)
    cited = cited.assign(value=values)
    keys = ["site_id", "state", *_CITED]
    sums = cited.groupby(keys, as_index=False, dropna=False, sort=False)["area_m2"].sum()
    texts: dict[str, list[dict[str, Any]]] = {name: [] for name in result.site_ids()}
    for row in sums.to_dict("records"):
        share = round(row["area_m2"] / area_m2[row["site_id"]], 4)
        item = {key: None if pd.isna(row[key]) else row[key] for key in ("state", *_CITED)}
        texts[row["site_id"]].append(item | {"share": share})
    return [json.dumps(items, ensure_ascii=False) for items in texts.values()]


def _field_citations(result: PlanResult, states: Sequence[str]) -> Iterator[pd.DataFrame]:
    """List what building fields state, as ``PlanResult.citations``, a row per piece and value."""
    for state in states:
        fields = fields_of(result, state)
        if not len(fields):
            continue
        sites = result.parts["site_id"].to_numpy()[fields["part"].to_numpy(int)]
        for quantity in _OF_FIELDS:
            value = fields[quantity].to_numpy(float, na_value=np.nan).astype(object)
            yield fields[[*_CITED[2:], "area_m2"]].assign(
                site_id=sites, state=state, quantity=quantity, value=value
            )


def _total_citations(result: PlanResult, states: Sequence[str]) -> Iterator[pd.DataFrame]:
    """List the floor area that plans state outright, a row per part and plan."""
    for state in states:
        pairs = result.totals[state]
        if not len(pairs):
            continue
        plans = result.plans.iloc[pairs["plan"]]
        parts = result.parts.iloc[pairs["part"]]
        yield pd.DataFrame(plans[[*_CITED[2:]]].reset_index(drop=True)).assign(
            area_m2=parts["area_m2"].to_numpy(),
            site_id=parts["site_id"].to_numpy(),
            state=state,
            quantity="max_floor_area_m2",
            value=plans["max_floor_area_m2"].to_numpy(float).astype(object),
        )


def _largest_share(result: PlanResult, state: str, quantity: str) -> tuple[FloatArray, list[str]]:
    """Give the value that holds on most of each site, and all shares as JSON."""
    site = result.parts["site_idx"].to_numpy()
    n_sites = len(result.sites)
    frame = pd.DataFrame(
        {
            "site": site,
            "value": result.value(state, quantity),
            "area_m2": result.parts["area_m2"].to_numpy(float),
        }
    )
    sums = frame.groupby(["site", "value"], dropna=False, as_index=False)["area_m2"].sum()
    sums["share"] = sums["area_m2"] / sums.groupby("site")["area_m2"].transform("sum")
    sums = sums.sort_values(["site", "share"], ascending=[True, False], kind="stable")
    first = sums.drop_duplicates("site")
    value = np.full(n_sites, np.nan)
    value[first["site"]] = first["value"]
    texts: list[dict[str, float]] = [{} for _ in range(n_sites)]
    for row in sums.itertuples(index=False):
        name = "unknown" if np.isnan(row.value) else f"{row.value:g}"
        texts[row.site][name] = round(row.share, 4)
    return value, [json.dumps(shares) for shares in texts]


def _mean(site: np.ndarray, value: FloatArray, area_m2: FloatArray, n_sites: int) -> FloatArray:
    total = np.bincount(site, weights=area_m2, minlength=n_sites)
    with np.errstate(invalid="ignore"):
        return np.bincount(site, weights=value * area_m2, minlength=n_sites) / total


def unknown_reasons(result: PlanResult, state: str, quantities: Sequence[str]) -> pd.Series:
    """Say per site what is unknown, why, and on which share of the site.

    Parameters
    ----------
    result
        Resolved plans.
    state, quantities
        Reading and quantities to tell of.

    Returns
    -------
    Series
        Reasons ``open_in_plans`` by site_id; missing where all is known.
    """
    reasons: list[list[Reason]] = [[] for _ in range(len(result.sites))]
    for row in _reasons(result, state, quantities):
        (why,) = read_reasons(row.reason)
        reasons[int(row.site)].append(
            Reason("open_in_plans", quantity=row.quantity, reason=why, share=round(row.share, 3))
        )
    cells = [write_reasons(of_site) for of_site in reasons]
    return pd.Series(cells, index=result.site_ids(), dtype="str")


def _reasons(result: PlanResult, state: str, quantities: Sequence[str]) -> Iterator[Any]:
    site = result.parts["site_idx"].to_numpy()
    area_m2 = result.parts["area_m2"].to_numpy()
    whole_m2 = np.bincount(site, weights=area_m2, minlength=len(result.sites))
    reasons = [result.rulings[state][quantity].reason for quantity in quantities]
    frame = pd.DataFrame(
        {
            "turn": np.repeat(np.arange(len(reasons)), len(site)),
            "site": np.tile(site, len(reasons)),
            "reason": np.concatenate(reasons),
            "share": np.tile(area_m2 / whole_m2[site], len(reasons)),
        }
    )
    unknown = frame[frame["reason"] != ""]
    shares = unknown.groupby(["turn", "site", "reason"], as_index=False)["share"].sum()
    names = np.array(quantities)[shares["turn"]]
    return shares.assign(quantity=names).itertuples(index=False)
