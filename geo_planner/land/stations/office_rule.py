"""The office rule: which uses may take how much floor area where, by nearness to a station.

Large means a building project of more floor area than the limit. Words are ``allowed``,
``with_measures`` (parking cap, mobility plan), ``not_allowed`` and ``unknown``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.packaged import country_facts, country_rows, packaged_rows

UNKNOWN = "unknown"
_ALLOWED = "allowed"
NO_RULE = "no_rule"
# the country whose rule it is; another one may take it over in its study
_RULED = "DK"


@dataclass(frozen=True)
class PlaceRule:
    """Say what holds in one place: core, zone, special, outside or unknown."""

    small: str
    large: str
    limit_m2: float
    labels: Mapping[str, str]
    status: str


@cache
def office_rules() -> Mapping[str, PlaceRule]:
    """Read the packaged rule, by place."""
    return MappingProxyType(
        {
            row["place"]: PlaceRule(
                small=row["small"],
                large=row["large"],
                limit_m2=float(row["limit_m2"]),
                labels=MappingProxyType({key: row[f"label_{key}"] for key in ("en", "da")}),
                status=row["status"],
            )
            for row in country_rows(_RULED, "office_rule")
        }
    )


def has_station_rule(study: Mapping[str, Any], n_drawn: int) -> bool:
    """Tell whether offices are bound to station areas in a study.

    Parameters
    ----------
    study
        Head and settings of the study, as a region holds them.
    n_drawn
        Station areas that the municipality has drawn.

    Examples
    --------
    >>> has_station_rule({"country": "DK"}, 0), has_station_rule({"country": "BR"}, 0)
    (True, False)
    """
    stated = study.get("land", {}).get("station_rule")
    if stated is not None:
        return bool(stated)
    return n_drawn > 0 or country_facts(study.get("country"))["station_rule"] == "yes"


@cache
def station_rules() -> Mapping[str, float]:
    """Read the distances and shares of the station-proximity rule, by name."""
    return MappingProxyType({r["rule"]: float(r["value"]) for r in packaged_rows("station_rule")})


@cache
def uses() -> tuple[tuple[str, bool], ...]:
    """List all uses, each with whether it is as dense in jobs as an office."""
    dense_m2 = station_rules()["job_dense_m2_per_job"]
    return tuple((r["use"], float(r["likely_m2"]) <= dense_m2) for r in packaged_rows("m2_per_job"))


def office_answer(place: str, floor_area_m2: float) -> str:
    """Answer for an office project of some floor area; nan where it is not known.

    Examples
    --------
    >>> office_answer("zone", 1500), office_answer("zone", 1501), office_answer("outside", 9000)
    ('allowed', 'with_measures', 'not_allowed')
    >>> office_answer("core", float("nan")), office_answer("outside", float("nan"))
    ('allowed', 'unknown')
    """
    rule = office_rules()[place]
    if np.isnan(floor_area_m2):
        return rule.small if rule.small == rule.large else UNKNOWN
    return rule.large if floor_area_m2 > rule.limit_m2 else rule.small


def answers_per_use(
    places: pd.Series, floor_area_m2: pd.Series | None = None, *, has_rule: bool = True
) -> pd.DataFrame:
    """Answer for every site and use.

    Parameters
    ----------
    places
        core, zone, special, outside or unknown, index site_id.
    floor_area_m2
        Floor area of the building project, same index; None: not known.
    has_rule
        Whether the rule holds at all.

    Returns
    -------
    DataFrame
        site_id, use, is_office_rule (whether the rule holds for the use), small and large (the
        answers up to and above the limit), answer (for the floor area given).
    """
    rules = office_rules()
    area_m2 = pd.Series(np.nan, index=places.index) if floor_area_m2 is None else floor_area_m2
    rows = []
    for site, place in places.items():
        for use, is_job_dense in uses():
            is_dense = is_job_dense and has_rule
            rule = rules[place]
            small, large = (rule.small, rule.large) if is_dense else (_ALLOWED, _ALLOWED)
            answer = office_answer(place, float(area_m2[site])) if is_dense else _ALLOWED
            rows.append((site, use, is_dense, small, large, answer))
    columns = ["site_id", "use", "is_office_rule", "small", "large", "answer"]
    return pd.DataFrame(rows, columns=columns)
