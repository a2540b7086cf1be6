"""Jobs of a workplace's own cluster within reach of it."""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import cumulative, sweep_access
from geo_planner.accessibility.keys import sum_column
from geo_planner.sources.businesses import CLUSTER_ORDER
from geo_planner.travel_time import Router
from geo_planner.travel_time.blocks import chosen_threads
from geo_planner.travel_time.columns import label_of


def same_cluster_jobs(
    router: Router,
    businesses: gpd.GeoDataFrame,
    cutoff_min: float,
    *,
    threads: int | None = None,
) -> pd.Series:
    """Sum the jobs of the same cluster within reach of each workplace of the study.

    Parameters
    ----------
    router
        Router of one mode; of transit the first percentile is taken.
    businesses
        Workplaces, index business_id; those of the hinterland are reached too.
    cutoff_min
        Time limit [min].
    threads
        Searches at once; None: one per core.

    Returns
    -------
    Series
        Index business_id of the study's workplaces: jobs, its own not counted; nan for one in no
        cluster or off the network. Workplaces without stated jobs add nothing.
    """
    own = businesses[businesses["role"] == "study"]
    jobs = np.nan_to_num(businesses["employees_count"].to_numpy(float))
    measure = cumulative(cutoff_min)
    access = sweep_access(
        router,
        router.snap_origins(own.geometry),
        router.snap_destinations(businesses.geometry),
        [measure],
        opportunities={
            name: np.where((businesses["cluster"] == name).to_numpy(bool), jobs, 0.0)
            for name in CLUSTER_ORDER
        },
        people={},
        threads=chosen_threads(threads),
    )
    reached = access.reached.set_axis(own.index)
    found = pd.Series(np.nan, index=own.index, name=sum_column("same_cluster_jobs", measure.name))
    for name in CLUSTER_ORDER:
        is_in = (own["cluster"] == name).to_numpy(bool)
        column = sum_column(name, measure.name, label_of(router.columns[0]))
        itself = np.nan_to_num(own.loc[is_in, "employees_count"].to_numpy(float))
        found[is_in] = reached.loc[is_in, column].to_numpy(float) - itself
    return found
