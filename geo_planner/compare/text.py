"""A comparison in a few figures and one line, for people and for machines."""

import json
from typing import Any

import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.compare.comparison import Comparison
from geo_planner.compare.land import land_summary
from geo_planner.words.wording import Wording

_LEAST_JOBS = 0.5


def summary_of(comparison: Comparison) -> dict[str, Any]:
    """Collect what ``comparison.json`` holds, all plain values.

    Returns
    -------
    dict
        a, b (names), unfair (reasons as tables hold them), modifications (what the scenario of B
        changed), measure, people (all residents by the first measure), totals,
        sites_that_change_rank (null without sites), land (sites breached, sites that change stage,
        sites that lose environmental class), policy and target (null where not asked for),
        is_empty, headline.
    """
    origin = comparison.b.region.origin
    people = _residents(comparison)
    summary: dict[str, Any] = {
        "a": comparison.name_a,
        "b": comparison.name_b,
        "unfair": [str(reason) for reason in comparison.unfair],
        "modifications": [] if origin is None else list(origin.changes),
        "notes": [] if origin is None else list(map(str, origin.notes)),
        "measure": comparison.headline,
        "people": None if people is None else json.loads(people.to_json()),
        "totals": json.loads(comparison.totals.reset_index().to_json(orient="records")),
        "sites_that_change_rank": comparison.n_sites_moved if len(comparison.ranking) else None,
        "land": land_summary(comparison.land),
        "policy": _records(comparison.policy),
        "target": _records(comparison.target),
        "is_empty": comparison.is_empty,
    }
    return {**summary, "headline": _headline(comparison, people, comparison.n_sites_moved)}


def _records(table: pd.DataFrame) -> list[dict[str, Any]] | None:
    """Write a table as plain rows; None where it was not asked for."""
    if not len(table):
        return None
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records"))
    return rows


def _residents(comparison: Comparison) -> pd.Series | None:
    people = comparison.people
    if not len(people):
        return None
    rows = people[
        (people["measure"] == comparison.headline)
        & (people["group"] == "residents")
        & (people["district"] == "all")
    ]
    return rows.iloc[0] if len(rows) else None


def _headline(comparison: Comparison, people: pd.Series | None, n_moved: int) -> str:
    names = f"{comparison.name_b} against {comparison.name_a}"
    if not any(map(len, (comparison.zones, comparison.businesses, comparison.sites))):
        return f"{names}: no zones, workplaces or sites to compare"
    if comparison.is_empty:
        return f"{names}: no difference"
    parts = []
    if people is not None and pd.notna(people["difference"]):
        parts.append(
            f"{_measure_words(comparison)} of residents on average {people['difference']:+,.0f} "
            f"(from {people['mean_a']:,.0f}), {people['gaining']:,.0f} residents gain, "
            f"{people['losing']:,.0f} lose"
        )
    if len(comparison.ranking):
        parts.append(f"{_sites(n_moved, 'changes', 'change')} rank")
    parts += _land_parts(comparison)
    return f"{names}: {'; '.join(parts) or 'nothing that both know'}".replace(
        ",", "\u202f"
    ).replace("\u202f ", ", ")


def _measure_words(comparison: Comparison) -> str:
    """Name the first measure: what is in reach, within what, and how."""
    measure = MeasureKey.read(comparison.headline or "")
    if measure is None:
        return str(comparison.headline)
    words = Wording.of_study({**comparison.b.region.study, "language": "en"})
    title = words(f"{measure.what}_gravity")
    if measure.cutoff_min is not None:
        title = words(f"{measure.what}_within", minutes=words.figure(measure.cutoff_min, "min"))
    return f"{title} {words(f'by_{measure.mode}')}"


def _land_parts(comparison: Comparison) -> list[str]:
    """Tell jobs that sites can take, breaches and classes lost, where they change."""
    parts = []
    jobs = comparison.totals.loc[("sites", "jobs_likely"), "difference"]
    if abs(jobs) >= _LEAST_JOBS:
        parts.append(f"sites can take {jobs:+,.0f} jobs")
    sites = land_summary(comparison.land)
    for name, does, what in (
        ("sites_breached", ("breaches", "breach"), "what plans allow"),
        ("sites_that_lose_class", ("loses", "lose"), "environmental class to planned homes"),
    ):
        if sites[name]:
            parts.append(f"{_sites(len(sites[name]), *does)} {what}")
    return parts


def _sites(count: int, one_does: str, many_do: str) -> str:
    """Count sites that do something."""
    return f"1 site {one_does}" if count == 1 else f"{count} sites {many_do}"
