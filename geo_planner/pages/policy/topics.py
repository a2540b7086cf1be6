"""Clusters, infrastructure, statements and what is missing, as rows in words."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geo_planner.packaged import packaged_rows
from geo_planner.pages.compare.signs import trend
from geo_planner.pages.policy import charts
from geo_planner.pages.policy.subject import PolicySubject
from geo_planner.palette import CLUSTERS
from geo_planner.policy.answers import WHOLE_AREA
from geo_planner.sources.businesses import CLUSTER_ORDER, cluster_lines

_SPARK = (120.0, 24.0)
_INFRASTRUCTURE = (
    ("high_service_share", None), ("reach_of_workplaces_mean", "reach_of_workplaces_p10"),
    ("minutes_city_centre_p50", "minutes_city_centre_p90"),
    ("minutes_airport_p50", "minutes_airport_p90"),
    ("minutes_motorway_junction_p50", "minutes_motorway_junction_p90"),
    ("capacity_core_share", None),
)  # fmt: skip
_QUOTIENT_ROOM = 1.15


def cluster_rows(subject: PolicySubject) -> list[dict[str, Any]]:
    """Lay out the clusters: jobs by year, growth here and there, quotient, room."""
    quotients = {name: subject.trend(f"quotient_over_time_{name}") for name in CLUSTER_ORDER}
    most = max(
        [float(t[["value", "high"]].max().max()) for t in quotients.values() if len(t)] or [1.0]
    )
    most = max(most, 1.0) * _QUOTIENT_ROOM if not math.isnan(most) else 1.0
    return [_cluster(subject, name, quotients[name], most) for name in CLUSTER_ORDER]


def _cluster(
    subject: PolicySubject, name: str, quotient: pd.DataFrame, most: float
) -> dict[str, Any]:
    words = subject.words
    level = subject.trend(f"cluster_growth_{name}").get("level", pd.Series(dtype=float))
    here, there, local = (
        subject.row(f"{what}_{name}")
        for what in ("cluster_growth", "cluster_growth_there", "cluster_local_share")
    )
    colour, shape = CLUSTERS[name]
    stated = level.dropna()
    workplaces = subject.row(f"cluster_jobs_{name}")
    return {
        "name": words(f"cluster_{name}"),
        "codes": _codes(subject, name),
        "colour": colour,
        "shape": shape,
        "jobs": words.number(float(stated.iloc[-1])) if len(stated)
        else subject.figure(float(workplaces["value"]), "jobs"),
        "year": int(stated.index[-1]) if len(stated) else "",
        "spark": charts.spark(level, subject.policy.base_year, _SPARK),
        "growth": _signed(subject, here, "%"),
        "there": _bare(subject, there),
        "local": _signed(subject, local, ""),
        "quotient": _quotient(subject, name, quotient, most),
        "room": _room(subject, name),
    }  # fmt: skip


def _signed(subject: PolicySubject, row: Mapping[str, Any], unit: str) -> dict[str, str]:
    value = float(row["value"])
    if math.isnan(value):
        return {"trend": "unknown", "text": "", "reason": subject.reasons(row.get("reason"))}
    text = subject.change(value, "share").split("," if subject.words.language == "da" else ".")[0]
    return {"trend": trend(value), "text": f"{text}\u00a0{unit}".strip(), "reason": ""}


def _bare(subject: PolicySubject, row: Mapping[str, Any]) -> str:
    value = float(row["value"])
    return "" if math.isnan(value) else f"{subject.words.number(100 * value)}\u00a0%"


def _codes(subject: PolicySubject, name: str) -> str:
    """Name the core branches of a cluster in the code list of the workplaces."""
    stated = subject.result.businesses.get("branch_standard", pd.Series(dtype=str)).dropna()
    if not len(stated):
        return ""
    standard = str(stated.iloc[0])
    lines = cluster_lines(standard, name)
    codes = [one.prefix for one in lines if one.cluster_set == "core" and not one.is_excluded]
    return f"{standard} {', '.join(codes)}"


def _quotient(
    subject: PolicySubject, name: str, by_year: pd.DataFrame, most: float
) -> dict[str, Any] | None:
    """Draw the quotient as a bar with its range and a line at 1; None where it is unknown."""
    stated = by_year.dropna(subset=["value"]) if len(by_year) else by_year
    if not len(stated):
        return None
    last = stated.iloc[-1]
    value, low, high = (float(last[key]) for key in ("value", "low", "high"))

    def at(one: float) -> float:
        return round(100 * one / most, 1)

    span = subject.words.span(low, high, 1) if high > low else ""
    return {"text": subject.words.number(value, 1), "range": span, "width": at(value),
            "one": at(1.0), "from": at(low), "to": at(high), "name": name}  # fmt: skip


def _room(subject: PolicySubject, name: str) -> dict[str, str]:
    """Sum the floor area left on sites where the environmental class of the cluster is possible."""
    words, sites = subject.words, subject.result.sites
    needed = min(
        (int(row["env_class_needed"]) for row in packaged_rows("profiles")
         if name in row["clusters"].split() and row["id"] != "production"),
        default=1,
    )  # fmt: skip
    columns = ["remaining_m2", "env_class_possible"]
    if not set(columns) <= set(sites) or not sites[columns].notna().all(axis=1).any():
        return {"area": words("unknown"), "sites": ""}
    fits = sites[(sites["env_class_possible"] >= needed) & (sites["remaining_m2"] > 0)]
    return {
        "area": words.number(round(float(fits["remaining_m2"].sum()), -2)),
        "sites": words("policy_sites_count", count=len(fits)),
    }


def infrastructure_rows(subject: PolicySubject) -> list[dict[str, Any]]:
    """Lay out the indicators of infrastructure as they are now."""
    rows = []
    for name, second in _INFRASTRUCTURE:
        row = subject.row(name)
        value = float(row["value"])
        beside = subject.row(second) if second else None
        rows.append(
            {
                "label": subject.label(row) if "label_en" in row else name,
                "note": ""
                if beside is None or math.isnan(float(beside["value"]))
                else f"{subject.label(beside)}: "
                f"{subject.with_unit(float(beside['value']), str(beside['unit']))}",
                "now": None if math.isnan(value) else subject.with_unit(value, str(row["unit"])),
                "chip": None if not math.isnan(value) else subject.chip(str(row["status"])),
                "reason": subject.reasons(row.get("reason")),
            }
        )
    return rows


def statement_rows(subject: PolicySubject) -> list[dict[str, Any]]:
    """Say of each statement whether it is computed, stood in for, or claimed by no indicator."""
    words, table = subject.words, subject.figures.indicators
    rows = []
    for statement in subject.policy.statements:
        own = table[(table["statement"] == statement.topic) & (table["area"] == WHOLE_AREA)]
        counts = own["status"].value_counts()
        state = "not computable"
        if statement.topic is not None:
            state = "needs data"
            if counts.get("computed", 0):
                state = "computed"
            elif counts.get("proxy", 0):
                state = "proxy"
        note = words("statement_no_indicator")
        if statement.topic is not None:
            note = words(
                "statement_counts",
                computed=int(counts.get("computed", 0)),
                proxies=int(counts.get("proxy", 0)),
                open=int(len(own) - counts.get("computed", 0) - counts.get("proxy", 0)),
            )
        rows.append(
            {"chip": subject.chip(state), "name": subject.named(statement.name), "note": note}
        )
    return rows


def missing_rows(subject: PolicySubject) -> list[dict[str, Any]]:
    """List what has no figure, each with the reason."""
    table = subject.figures.indicators
    lacking = table[table["value"].isna()]
    return [
        {"chip": subject.chip(str(row["status"])), "name": subject.label(row),
         "note": subject.reasons(row["reason"])}
        for row in lacking.to_dict("records")
    ]  # fmt: skip
