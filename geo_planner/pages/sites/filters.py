"""What sites can be filtered by: limits of their figures, and what they must be free of."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from geo_planner.pages.drawing.view import View
from geo_planner.pages.sites.facts import short_label


@dataclass(frozen=True)
class Filter:
    """Hold one filter: a figure of sites, the side that is limited, and its unit.

    ``side`` is ``least`` or ``most`` for a limit that the reader types, ``none`` for a figure that
    must be zero.
    """

    column: str
    side: Literal["least", "most", "none"]
    unit: str = ""
    label: str = ""


_FILTERS = (
    Filter("area_m2", "least", "m²", "area"),
    Filter("remaining_m2", "least", "m²", "remaining_floor_area"),
    Filter("jobs_likely", "least", "", "jobs_head"),
    Filter("station_walk_m", "most", "m"),
    Filter("stage", "most", "", "stage_row"),
    Filter("cluster_jobs_15", "least"),
    Filter("minutes_city_centre", "most", "min"),
    Filter("n_conflicts", "none", "", "filter_no_conflicts"),
)


def site_filters(view: View) -> list[dict[str, Any]]:
    """Lay out the filters whose figure is there for a site at least.

    Returns
    -------
    One mapping a filter: ``id``, ``label`` in words, ``unit``, ``side`` and ``values``, one for
    each site in the order of the frame, None where it is unknown.
    """
    sites = view.sites
    shown = [one for one in _FILTERS if one.column in sites and sites[one.column].notna().any()]
    return [
        {
            "id": one.column,
            "label": _label(view, one),
            "unit": one.unit,
            "side": one.side,
            "values": [None if pd.isna(value) else float(value) for value in sites[one.column]],
        }
        for one in shown
        if one.label or one.column in view.criteria.index
    ]


def _label(view: View, one: Filter) -> str:
    figure = view.words(one.label) if one.label else short_label(view, one.column)
    return figure if one.side == "none" else view.words(f"filter_{one.side}", label=figure)
