"""Criteria: what is measured of a site, and the value function that turns it into 0 to 1.

A value function is piecewise linear through points and clamped at its ends. Points come from the
packaged table, from the study, or are frozen from the region's workplaces (``siting.reference``);
never from the sites compared, so that adding a site moves no other site's value.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.packaged import packaged_rows

FROZEN = "frozen"

Points = tuple[tuple[float, float], ...]
_TRAFFIC_EN = {"free_flow": "free flow", "peak": "peak hour"}
_TRAFFIC_DA = {"free_flow": "uden trængsel", "peak": "i myldretiden"}


@dataclass(frozen=True)
class Criterion:
    """Describe one criterion: what it measures, which way is good, how raw becomes value."""

    criterion_id: str
    group: str
    group_label: str
    label_en: str
    label_da: str
    unit: str
    direction: str
    points: Points | None
    weight: float
    status: str
    source: str


@cache
def criteria() -> Mapping[str, Criterion]:
    """Read the packaged criteria in display order, by id."""
    found = (_criterion(row) for row in packaged_rows("criteria"))
    return {criterion.criterion_id: criterion for criterion in found}


def _criterion(row: Mapping[str, str]) -> Criterion:
    points = None
    if row["points"] != FROZEN:
        pairs = (pair.split(":") for pair in row["points"].split())
        points = tuple((float(raw), float(value)) for raw, value in pairs)
    return Criterion(
        criterion_id=row["id"],
        group=row["group"],
        group_label=row["group_label"],
        label_en=row["label_en"],
        label_da=row["label_da"],
        unit=row["unit"],
        direction=row["direction"],
        points=points,
        weight=float(row["weight"]),
        status=row["status"],
        source=row["source"],
    )


def points_of(key: str, own: Mapping[str, Points]) -> Points:
    """Choose the points of a criterion: the study's or the region's own, else the packaged."""
    return own[key] if key in own else (criteria()[key].points or own[key])


def value_of(raw: pd.Series, points: Points) -> FloatArray:
    """Turn raw figures into values in [0, 1]; unknown stays nan.

    Examples
    --------
    >>> value_of(pd.Series([0, 450, 5000, None]), ((300, 1.0), (600, 0.8))).round(2)
    array([1. , 0.9, 0.8, nan])
    """
    knots = np.array(points)
    return np.interp(raw.to_numpy(float), knots[:, 0], knots[:, 1])


def raw_of(value: float, points: Points) -> float:
    """Turn a value back into the raw figure that gives it, the first along the points.

    Examples
    --------
    >>> raw_of(0.9, ((300, 1.0), (600, 0.8)))
    450.0
    """
    knots = np.array(points)
    rises = knots[-1, 1] > knots[0, 1]
    along = knots if rises else knots[::-1]
    return float(np.interp(value, along[:, 1], along[:, 0]))


def values_frame(raw: pd.DataFrame, own: Mapping[str, Points]) -> pd.DataFrame:
    """Turn every raw criterion into values in [0, 1]; index and columns as given.

    Parameters
    ----------
    raw
        One row per site, one column per criterion in its own unit; nan where unknown.
    own
        Points of the criteria that do not keep, or do not have, packaged points.
    """
    values = {str(key): value_of(raw[key], points_of(str(key), own)) for key in raw.columns}
    return pd.DataFrame(values, index=raw.index)


def groups_of(keys: pd.Index) -> pd.Series:
    """Name the group of each criterion."""
    return pd.Series([criteria()[str(key)].group for key in keys], index=keys)


def criteria_frame(
    weights: pd.Series,
    own: Mapping[str, Points],
    car_traffic: str = "free_flow",
    city_centre: str | None = None,
) -> pd.DataFrame:
    """Tabulate the criteria in use: labels, unit, direction, weight, points, source.

    Parameters
    ----------
    weights
        Weight by criterion.
    own
        Points of value functions in place of the packaged ones.
    car_traffic
        free_flow or peak: labels of car times say which.
    city_centre
        Name of the place that stands for the city centre, for the label of times to it.
    """
    centre = "" if city_centre is None else f" ({city_centre})"
    rows = [
        {
            **asdict(criteria()[str(name)]),
            "label_en": criteria()[str(name)].label_en.format(
                traffic=_TRAFFIC_EN[car_traffic], city_centre=centre
            ),
            "label_da": criteria()[str(name)].label_da.format(
                traffic=_TRAFFIC_DA[car_traffic], city_centre=centre
            ),
            "weight": weight,
            "points": points_of(str(name), own),
        }
        for name, weight in weights.items()
    ]
    return pd.DataFrame(rows).set_index("criterion_id")
