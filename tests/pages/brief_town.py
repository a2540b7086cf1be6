"""The made-up town with what plans, constraints and stations say of its sites, set by hand."""

import dataclasses
import json

import pandas as pd

from geo_planner.analysis import AnalysisResult
from geo_planner.reasons import Reason
from geo_planner.siting.reference import Reference

ENDS = {"low": 60.0, "likely": 120.0, "high": 240.0}
PLANS = (
    ("now", "use_code", 31, "9300001", "sub_area", "https://example.org/plan/1.pdf", "2018-02-26"),
    ("now", "floor_area_ratio", 0.9, "9300001", "sub_area", "https://example.org/plan/1.pdf",
     "2018-02-26"),
    ("potential", "use_code", 31, "9100007", "framework", "javascript:alert(1)", "2024-04-29"),
    ("potential", "floor_area_ratio", 1.1, "9100007", "framework", "javascript:alert(1)",
     "2024-04-29"),
)  # fmt: skip
OVERLAP = Reason(
    "plans_disagree",
    level="local_plan",
    claims=(Reason("claim_ratio", plan="1", ratio=0.6), Reason("claim_ratio", plan="2", ratio=0.9)),
)
OPEN = Reason("open_in_plans", quantity="floor_area_ratio", reason=OVERLAP, share=0.6)
KINDS = (
    ("natura_2000", "not checked", None, "excludes", None),
    ("dike", "not checked", None, "limits", None),
    ("forest_reserve", "none", 0.0, "excludes", None),
    ("church_line", "conflict", 0.12, "limits", "max_height_m"),
    ("ancient_monument", "conflict", 0.001, "excludes", None),
)


def citations(plans=PLANS) -> str:
    """Write the citations as the land module does."""
    names = ("state", "quantity", "value", "plan_id", "level", "document_url", "dated")
    return json.dumps([dict(zip(names, plan, strict=True)) | {"share": 1.0} for plan in plans])


def capacity(state: str, allowed_m2: float, remaining_m2: float, share: float) -> dict:
    """Set what one reading allows the first site; the others are unknown."""
    nothing = [None, None]
    jobs = {f"{state}_jobs_{end}": [share * value, *nothing] for end, value in ENDS.items()}
    return {
        f"{state}_allowed_likely_m2": [allowed_m2, *nothing],
        f"{state}_remaining_likely_m2": [remaining_m2, *nothing],
        f"{state}_binding_limit": ["ratio", "", ""],
        f"{state}_unknown_reason": ["", str(OVERLAP), str(OVERLAP)],
        **jobs,
    }


def planned_result(result: AnalysisResult) -> AnalysisResult:
    """Say of site A what plans allow; leave B unknown; put C in a green wedge, excluded."""
    uses = {"office": {"m2": 4000.0, **{f"jobs_{k}": v for k, v in ENDS.items()}}}
    unknown = {"office": dict.fromkeys(("m2", "jobs_low", "jobs_likely", "jobs_high"))}
    columns = {
        **capacity("now", 9_000.0, 4_000.0, 1.0),
        **capacity("potential", 33_638.0, 28_638.0, 5.0),
        **{f"jobs_{end}": [value, None, None] for end, value in ENDS.items()},
        "existing_floor_area_m2": [5_000.0, None, None],
        "remaining_m2": [4_000.0, None, None],
        "capacity_state": ["now", None, None],
        "local_plan_share": [1.0, None, None],
        "allowed_likely_m2": [9_000.0, None, None],
        "business_share_likely": [1.0, None, None],
        "realisation_likely": [0.8, None, None],
        "occupancy_likely": [0.75, None, None],
        "m2_per_job_likely": [20.0, None, None],
        "private_share_likely": [1.0, None, None],
        "use_code": [31.0, None, None],
        "stage": [1.0, None, None],
        "citations": [citations(), "[]", "[]"],
        "unknown": [None, str(OPEN), None],
        "parking": ["fits on the surface", "unknown", "unknown"],
        "zone_status": ["urban", None, None],
        "env_class_plan_min": [1.0, None, None],
        "env_class_plan_max": [4.0, None, None],
        "env_class_distance": [2.0, None, None],
        "sensitive_distance_m": [48.5, None, None],
        "sensitive_kind": ["existing homes", None, None],
        "env_class_possible": [2.0, None, None],
        "env_class_rules": ["distance", "", ""],
        "fits_office": ["yes", "unknown", "unknown"],
        "place": ["core", "unknown", "outside"],
        "office_rule": ["allowed", "unknown", "not_allowed"],
        "in_green_wedge": [False, None, True],
        "excluded_because": [None, None, str(Reason("in_green_wedge"))],
        "net_area_m2": [12_000.0, None, None],
        "is_upper_bound": [True, True, True],
        "n_checked": [3, 3, 3],
        "n_kinds": [5, 5, 5],
        "capacity_by_use": [json.dumps(uses), json.dumps(unknown), json.dumps(unknown)],
        "rank": pd.array([1, 2, None], "Int64"),
        "first_share_simplex": [0.71, 0.29, None],
    }  # fmt: skip
    sites = result.sites.assign(
        **{k: pd.Series(v, index=result.sites.index) for k, v in columns.items()}
    )
    points = dict.fromkeys(result.criteria.index, ((0.0, 0.0), (1000.0, 1.0)))
    return dataclasses.replace(
        result,
        sites=sites,
        details={"constraints": constraints(sites.index), "station_uses": station_uses(sites)},
        reference=Reference("0" * 64, "0" * 64, points),
    )


def constraints(ids: pd.Index) -> pd.DataFrame:
    """Lay the same constraints on every site."""
    return pd.DataFrame(
        [
            {
                "site_id": site_id, "kind": kind, "state": state, "area_m2": None, "share": share,
                "effect": effect, "cap": cap, "cap_value": 8.5 if cap else None,
                "source": "register" if share is not None else None,
                "retrieved_at": "2026-10-01" if share is not None else None, "reason": None,
            }
            for site_id in ids
            for kind, state, share, effect, cap in KINDS
        ]
    )  # fmt: skip


def station_uses(sites: pd.DataFrame) -> pd.DataFrame:
    """Answer for offices at every site."""
    return pd.DataFrame({"site_id": sites.index, "use": "office", "answer": sites["office_rule"]})
