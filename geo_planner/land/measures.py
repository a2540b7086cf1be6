"""All that land says of candidate sites in one frame, for scores, maps and briefs.

Capacity is given at the readiness of the site: the right ``now`` at stage 1, the proposal at stage
2, the framework at stages 3 and 5, a proposed framework at stage 4; ``capacity_state`` says which.
"""

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.config import Land, Siting
from geo_planner.land.capacity.chain import site_capacity
from geo_planner.land.capacity.jobs import existing_jobs
from geo_planner.land.capacity.limits import CAPACITY_STATES
from geo_planner.land.constraints.shares import SiteConstraints
from geo_planner.land.environment.classes import environment_classes
from geo_planner.land.environment.sensitive import sensitive_uses
from geo_planner.land.factors import ENDS, all_uses, use_of_profile
from geo_planner.land.plans.readiness import site_readiness
from geo_planner.land.plans.resolving import PlanResult, is_covered, resolve_plans
from geo_planner.land.plans.summary import plan_summary
from geo_planner.reasons import Reason
from geo_planner.region import Region

_STATE_OF_STAGE = {
    1: "now",
    2: "if_adopted",
    3: "potential",
    4: "potential_if_adopted",
    5: "potential",
}
_CHAIN = (
    "allowed_likely_m2", "business_share_likely", "realisation_likely", "occupancy_likely",
    "m2_per_job_likely", "private_share_likely",
)  # fmt: skip
_SHOWN = ("allowed_likely_m2", "remaining_likely_m2", "binding_limit", "unknown_reason")
_MOST = 0.5
_RURAL_STAGE = 5


def land_measures(
    region: Region,
    sites: gpd.GeoDataFrame | None = None,
    *,
    land: Land | None = None,
    siting: Siting | None = None,
    constraints: SiteConstraints | None = None,
    plans: PlanResult | None = None,
) -> pd.DataFrame:
    """Measure plans, capacity, environmental class and readiness of sites.

    Parameters
    ----------
    region
        Region; what it lacks leaves values unknown.
    sites
        Sites, ids as column or index; None: the region's.
    land, siting
        Settings; None: those the region was built with.
    constraints
        What lies on the sites; None: all ground counts as buildable and no cap holds.
    plans
        Plans over the sites, where they are resolved already.

    Returns
    -------
    DataFrame
        Index site_id. ``profile``, ``use``; ``remaining_m2`` (likely, adding to what stands there),
        ``capacity_state``, ``jobs_low``, ``jobs_likely``, ``jobs_high`` (net new private jobs),
        ``binding_limit``, ``parking``, ``unknown_reason``; ``stage``, ``readiness``, years;
        ``use_allowed``, ``in_rural_zone``, ``in_green_wedge`` (null where unknown);
        ``local_plan_share`` (ground under a local plan in force); the factors that lead to the
        likely jobs (``allowed_likely_m2``, ``business_share_likely``, ``realisation_likely``,
        ``occupancy_likely``, ``m2_per_job_likely``, ``private_share_likely``);
        ``net_area_m2``; columns of the plan summary and of the environmental classes; ``<state>_``
        columns of every reading; ``upside_m2`` (potential less now); ``capacity_by_use`` (JSON).
    """
    stored = region.study
    settings = land or Land.model_validate(stored.get("land", {}))
    scoring = siting or Siting.model_validate(stored.get("siting", {}))
    given = region.geo_table("sites") if sites is None else sites
    result = plans or plans_over(region, given, settings)
    uses = _profiles(result, settings, scoring).rename("profile").to_frame()
    uses["use"] = uses["profile"].map(use_of_profile())
    ready = site_readiness(result, uses["use"])
    capacity = site_capacity(
        result,
        land=settings,
        existing_jobs=existing_jobs(result.sites, region.geo_table("businesses")),
        ground=None if constraints is None else constraints.summary,
    )
    names = ("landscape", "zones", "schools", "amenities")
    around = sensitive_uses(result.plans, {name: region.geo_table(name) for name in names})
    classes = environment_classes(result, around, _class_caps(constraints))
    summary = plan_summary(result, cited=("now", "potential", "if_adopted"))
    frame = pd.concat([uses, ready, summary, classes], axis=1)
    frame = frame.join(_own_capacity(capacity, uses["use"], ready["stage"]))
    parts = result.parts
    covered_m2 = parts["area_m2"].where(is_covered(result, "now"), 0.0)
    sums = [area.groupby(parts["site_id"]).sum() for area in (covered_m2, parts["area_m2"])]
    share = (sums[0] / sums[1]).reindex(result.site_ids())
    # unknown where the data have no local plan at all: none may have been read
    frame["local_plan_share"] = share if result.has_local_plans else share * np.nan
    frame["use_allowed"] = _yes_no(ready["stage"] < _RURAL_STAGE, ready["stage"].notna())
    is_rural = (summary["zone_status"] == "rural") & (ready["stage"] == _RURAL_STAGE)
    frame["in_rural_zone"] = _yes_no(is_rural, summary["zone_status"].notna() | is_rural)
    return frame.join(_of_constraints(result, constraints))


def plans_over(region: Region, sites: gpd.GeoDataFrame, land: Land) -> PlanResult:
    """Resolve the plans of a region over sites, on its parcels."""
    return resolve_plans(sites, region.geo_table("plans"), region.geo_table("parcels"), land=land)


def _profiles(result: PlanResult, land: Land, siting: Siting) -> pd.Series:
    """Choose each site's profile: that of the settings, else its own, else siting's."""
    if land.use_profile is not None:
        return pd.Series(land.use_profile, index=result.site_ids())
    own = pd.Series(result.sites["use_profile"].to_numpy(object), index=result.site_ids())
    return own.where(own.notna(), siting.profile)


def _yes_no(answer: pd.Series, is_known: pd.Series) -> pd.Series:
    return answer.astype("boolean").where(is_known, pd.NA)


def _own_capacity(capacity: pd.DataFrame, uses: pd.Series, stage: pd.Series) -> pd.DataFrame:
    """Pick the capacity of each site's use, per reading and at its readiness."""
    add = capacity.xs("add", level="variant")
    own = add[add.index.get_level_values("use") == uses.reindex(
        add.index.get_level_values("site_id")).to_numpy()].droplevel("use")  # fmt: skip
    columns: dict[str, Any] = {}
    for state in CAPACITY_STATES:
        rows = own.xs(state, level="state")
        columns |= {f"{state}_{name}": rows[name] for name in _SHOWN}
        columns |= {f"{state}_jobs_{end}": rows[f"net_private_jobs_{end}"] for end in ENDS}
    own_use = pd.DataFrame(columns, index=uses.index)
    own_use["upside_m2"] = own_use["potential_allowed_likely_m2"] - own_use["now_allowed_likely_m2"]
    state_of = stage.map(_STATE_OF_STAGE)
    own_use["capacity_state"] = state_of.astype(object).where(state_of.notna(), None)
    chosen = own.reindex(pd.MultiIndex.from_arrays([uses.index, state_of.fillna("")]))
    own_use["remaining_m2"] = chosen["remaining_likely_m2"].to_numpy()
    for end in ENDS:
        own_use[f"remaining_{end}_m2"] = chosen[f"remaining_{end}_m2"].to_numpy()
        own_use[f"jobs_{end}"] = chosen[f"net_private_jobs_{end}"].to_numpy()
    for name in ("existing_floor_area_m2", "overbuilt_m2", "is_bound", *_CHAIN):
        own_use[name] = chosen[name].to_numpy()
    for name in ("binding_limit", "bound_reason", "parking", "unknown_reason"):
        own_use[name] = chosen[name].astype(object).to_numpy()
    own_use.loc[state_of.isna(), "unknown_reason"] = str(Reason("stage_unknown"))
    own_use["capacity_by_use"] = _by_use(add, state_of)
    return own_use


def _by_use(add: pd.DataFrame, state_of: pd.Series) -> list[str]:
    """Write floor area and jobs of every use at each site's readiness as JSON."""
    shown = add[["remaining_likely_m2", *(f"net_private_jobs_{end}" for end in ENDS)]]
    by_key: Mapping[tuple[str, str, str], tuple[float, ...]] = dict(
        zip(shown.index, shown.itertuples(index=False, name=None), strict=True)
    )
    texts = []
    for site_id, state in state_of.items():
        uses = {}
        for use in all_uses():
            found = by_key.get((str(site_id), str(state), use), (np.nan,) * 4)
            rounded = [None if np.isnan(value) else round(value, 1) for value in found]
            uses[use] = dict(zip(("m2", "jobs_low", "jobs_likely", "jobs_high"), rounded,
                                 strict=True))  # fmt: skip
        texts.append(json.dumps(uses))
    return texts


def _class_caps(constraints: SiteConstraints | None) -> pd.Series | None:
    """Take the lowest environmental class that a constraint caps each site at."""
    if constraints is None:
        return None
    rows = constraints.kinds
    capped = rows[(rows["cap"] == "max_env_class") & (rows["state"] == "conflict")]
    return capped.groupby("site_id")["cap_value"].min()


def _of_constraints(result: PlanResult, constraints: SiteConstraints | None) -> pd.DataFrame:
    ids = result.site_ids()
    if constraints is None:
        return pd.DataFrame(
            {"net_area_m2": np.nan, "in_green_wedge": pd.array([pd.NA] * len(ids), "boolean")},
            index=ids,
        )
    rows = constraints.kinds
    wedge = rows[rows["kind"] == "green_wedge"].groupby("site_id")["share"].max().reindex(ids)
    return pd.DataFrame(
        {
            "net_area_m2": constraints.summary["net_area_m2"].reindex(ids),
            "unconstrained_share": constraints.summary["unconstrained_share"].reindex(ids),
            "in_green_wedge": _yes_no(wedge >= _MOST, wedge.notna()),
        },
        index=ids,
    )
