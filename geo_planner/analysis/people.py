"""What access means for the people of the study: how it is shared out, and where data cut it."""

import geopandas as gpd
import pandas as pd

from geo_planner.accessibility import cut_by_edge, equity_by_district
from geo_planner.accessibility.keys import measure_columns
from geo_planner.config import TRANSIT_MODES, Mode, Study, Travel
from geo_planner.region import Region
from geo_planner.travel_time import Router, open_router

# education where known: who of the workers reaches a workplace
WORKERS_BY_EDUCATION = {
    "workers_basic": "workers_basic_count",
    "workers_vocational": "workers_vocational_count",
    "workers_higher": "workers_higher_count",
}


def equity_table(zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Summarise every measure of jobs in reach for the study's residents, by district.

    Returns
    -------
    DataFrame
        As :func:`geo_planner.accessibility.equity_by_district`; empty without residents.
    """
    own = zones[zones["role"] == "study"]
    measures = measure_columns(own.columns, "jobs")
    people = own["population_count"]
    if not measures or not people.sum() > 0:
        return pd.DataFrame()
    income = own["income_amount"] if own["income_amount"].notna().any() else None
    return equity_by_district(own[measures], people, own["district"], income)


def edge_share(
    region: Region, router: Router, mode: Mode, zones: gpd.GeoDataFrame, study: Study, threads: int
) -> float | None:
    """Give the share of the study's zones whose area of the headline limit leaves the data.

    Public transport is judged by arrivals at the edge, which takes one search for each point of
    the edge and not for each zone. None where the study has no zone.
    """
    own = zones[zones["role"] == "study"]
    if not len(own):
        return None
    asked = router
    if mode in TRANSIT_MODES and study.travel.arrive is None:
        asked = open_router(region, mode, arriving(study.travel))
    cut = cut_by_edge(asked, own, zones, study.access.headline_cutoff_min, threads=threads)
    return round(float(cut.mean()), 4)


def arriving(travel: Travel) -> Travel:
    """Turn a departure window into the arrival window of the same minutes."""
    if travel.window is None:
        return travel
    return travel.model_copy(update={"depart": None, "arrive": travel.window[1]})
