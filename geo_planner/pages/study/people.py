"""Access of residents in figures: means, districts and classes, as pages show them."""

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.classes import class_of
from geo_planner.pages.drawing.layers import whole_numbers
from geo_planner.pages.drawing.measures import Scale
from geo_planner.pages.drawing.saturation import all_there_is, saturation_words
from geo_planner.pages.drawing.view import View
from geo_planner.words.wording import EN_DASH, Wording

_ALL = "all"
_MOST_DISTRICTS = 14


def equity_row(view: View, measure: MeasureKey | None) -> pd.Series | None:
    """Give the figures of all residents by one measure; None where nobody's access is known."""
    rows = _rows_of(view, measure)
    found = rows[(rows["district"] == _ALL) & (rows["people"] > 0)] if len(rows) else rows
    return found.iloc[0] if len(found) else None


def district_rows(view: View, measure: MeasureKey | None) -> list[Mapping[str, Any]]:
    """List the districts people live in by their mean, the best first; none where too many."""
    rows = _rows_of(view, measure)
    if not len(rows):
        return []
    own = rows[(rows["district"] != _ALL) & (rows["people"] > 0)]
    own = own.sort_values("mean", ascending=False, kind="stable")
    return own.to_dict("records") if len(own) <= _MOST_DISTRICTS else []


def _rows_of(view: View, measure: MeasureKey | None) -> pd.DataFrame:
    frame = view.detail("equity")
    if not len(frame) or measure is None:
        return pd.DataFrame()
    return frame[frame["measure"] == measure.column]


def measure_people(
    view: View, measure: MeasureKey, zones: gpd.GeoDataFrame, scale: Scale
) -> dict[str, Any]:
    """Word what the access map says beside its picture.

    Returns
    -------
    dict
        ``mean`` in words; ``saturation``: whether that is all there is; ``districts``: name,
        people, mean and width of a bar; ``classes``: label, text, width and colour (None:
        unknown), the most access first.
    """
    words = view.words
    row = equity_row(view, measure)
    districts = district_rows(view, measure)
    longest = max((float(one["mean"]) for one in districts), default=0.0) or 1.0
    return {
        "mean": words.figure(None if row is None else row["mean"], "persons"),
        "saturation": mean_saturation(view, measure),
        "districts": [
            {
                "name": one["district"],
                "people": words.figure(one["people"], "persons"),
                "mean": words.figure(one["mean"], "persons"),
                "width": round(float(one["mean"]) / longest, 4),
            }
            for one in districts
        ],
        "classes": _classes(measure, zones, scale, words),
    }


def mean_saturation(view: View, measure: MeasureKey | None) -> str:
    """Say where residents reach on average all, or nearly all, there is in the data."""
    row = equity_row(view, measure)
    if row is None or measure is None or measure.cutoff_min is None:
        return ""
    total = all_there_is(view.zones, view.businesses, "jobs")
    return saturation_words(float(row["mean"]), total, "jobs", view.words)


def _classes(
    measure: MeasureKey, zones: gpd.GeoDataFrame, scale: Scale, words: Wording
) -> list[dict[str, Any]]:
    """Count residents by class of the map, from the values the map is drawn by."""
    drawn = [np.nan if v is None else float(v) for v in whole_numbers(zones[measure.column])]
    place = class_of(np.array(drawn), scale.borders)
    people = zones["population_count"].fillna(0.0).to_numpy(float)
    if zones["population_count"].isna().all():
        return []
    labels = _labels(scale, words)
    counts = [
        (label, float(people[place == k].sum()), scale.colours[k]) for k, label in enumerate(labels)
    ]
    rows: list[tuple[str, float, str | None]] = list(reversed(counts))
    unknown = float(people[place < 0].sum())
    if unknown:
        rows.append((words("unknown"), unknown, None))
    longest = max(1.0, *(count for _, count, _ in rows))
    return [
        {
            "label": label,
            "text": words.number(count),
            "width": round(count / longest, 4),
            "colour": colour,
        }
        for label, count, colour in rows
    ]


def _labels(scale: Scale, words: Wording) -> list[str]:
    labels = scale.labels
    if not labels:
        return [words("all_classes")]
    gap = f"\u2009{EN_DASH}\u2009"
    inner = [f"{labels[i]}{gap}{labels[i + 1]}" for i in range(len(labels) - 1)]
    return [f"{words('below')} {labels[0]}", *inner, f"{words('over')} {labels[-1]}"]
