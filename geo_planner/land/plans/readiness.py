"""How ready a site is for a use: stages 1 to 5, from a local plan in force to rural zone.

1: a local plan in force allows the use. 2: a proposed local plan does (what it lies over is blocked
meanwhile). 3: the framework does, a new local plan is needed. 4: framework and local plan must both
change. 5: rural zone. A site has the stage of the largest share of its ground, on a tie the later
one; where most of it is unknown, so is the stage.
"""

import json

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.land.factors import plan_use_codes, readiness_rows
from geo_planner.land.plans.resolving import PlanResult, is_covered
from geo_planner.land.plans.ruling import zone_name
from geo_planner.reasons import Reason

STAGES = (1, 2, 3, 4, 5)
_NO_LOCAL_PLANS = str(Reason("no_local_plan_in_data"))
_RIGHT, _PROPOSED, _FRAMEWORK, _NOTHING, _RURAL_STAGE = map(float, STAGES)
_RURAL = next(float(code) for code in range(3) if zone_name(code) == "rural")


def part_stages(result: PlanResult, use: str) -> FloatArray:
    """Give the planning stage of every part for one use, nan where unknown.

    Parameters
    ----------
    result
        Resolved plans.
    use
        Use of the packaged table ``land_uses.csv``, such as ``office``.
    """
    now, if_adopted = _fit(result, "now", use), _fit(result, "if_adopted", use)
    has_proposal = result.parts["has_proposal"].to_numpy(bool)
    is_blocked = result.parts["is_blocked"].to_numpy(bool)
    is_local = is_covered(result, "now")
    fit = _fit(result, "potential", use)
    stage = np.where(np.isnan(fit), np.nan, np.where(fit == 1, _FRAMEWORK, _NOTHING))
    is_gap = ~is_covered(result, "potential")
    is_proposed = ~np.isnan(result.value("potential_if_adopted", "use_code"))
    # where only a proposed framework lies, it must be adopted first
    framework = np.where(is_gap & is_proposed, _NOTHING, stage)
    is_rural = result.value("ruling", "zone_status") == _RURAL
    without_local = np.where(is_rural, _RURAL_STAGE, framework)
    refused = np.where(framework == _FRAMEWORK, _FRAMEWORK, _NOTHING)
    under_local = np.where(np.isnan(now), np.nan, np.where(now == 1, _RIGHT, refused))
    adopted = np.where(is_local, under_local, without_local)
    proposed = np.where(
        np.isnan(if_adopted), np.nan, np.where(if_adopted == 1, _PROPOSED, _NOTHING)
    )
    keeps_right = (adopted == _RIGHT) & ~is_blocked
    return np.where(has_proposal & ~keeps_right, proposed, adopted)


def _fit(result: PlanResult, state: str, use: str) -> FloatArray:
    """Tell whether the use is among those a reading allows: 1, 0, or nan where unknown."""
    code = result.value(state, "use_code")
    return np.where(np.isnan(code), np.nan, np.isin(code, plan_use_codes(use)))


def site_readiness(result: PlanResult, uses: pd.Series) -> pd.DataFrame:
    """Give stage, readiness and years to a permit of every site for its use.

    Parameters
    ----------
    result
        Resolved plans.
    uses
        Use by site_id.

    Returns
    -------
    DataFrame
        Index site_id: ``stage``, ``readiness`` (0-1), ``years_low``, ``years_high`` (null above
        five), ``stage_shares`` (JSON, share of the ground by stage), ``stage_unknown_share``,
        ``blocked_share``, ``stage_note`` (where the data hold no local plan at all, the use may
        already be allowed).
    """
    site = result.parts["site_idx"].to_numpy()
    area_m2 = result.parts["area_m2"].to_numpy()
    part_use = uses.reindex(result.site_ids()).to_numpy()[site]
    stage = np.full(len(site), np.nan)
    for use in dict.fromkeys(part_use):
        at = part_use == use
        stage[at] = part_stages(result, str(use))[at]
    n_sites = len(result.sites)
    whole_m2 = np.bincount(site, weights=area_m2, minlength=n_sites)
    shares = np.zeros((n_sites, len(STAGES) + 1))
    column = np.where(np.isnan(stage), 0, stage).astype(np.int64)
    np.add.at(shares, (site, column), area_m2 / whole_m2[site])
    # of equal shares the later stage; an unknown share wins only when it is the largest
    chosen = len(STAGES) - np.argmax(shares[:, ::-1].round(9), axis=1)
    blocked = np.bincount(
        site, weights=area_m2 * result.parts["is_blocked"].to_numpy(float), minlength=n_sites
    )
    rows = readiness_rows().reindex(chosen)
    return pd.DataFrame(
        {
            "stage": np.where(chosen > 0, chosen, np.nan),
            "readiness": rows["readiness"].to_numpy(),
            "years_low": rows["years_low"].to_numpy(),
            "years_high": rows["years_high"].to_numpy(),
            "stage_shares": [
                json.dumps({str(s): round(float(row[s]), 4) for s in STAGES if row[s] > 0})
                for row in shares
            ],
            "stage_unknown_share": shares[:, 0],
            "blocked_share": blocked / whole_m2,
            "stage_note": "" if result.has_local_plans else _NO_LOCAL_PLANS,
        },
        index=result.site_ids(),
    )
