"""Workplaces, zones and reference jobs of a town whose shares are round."""

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from tests.land.land_town import area, at
from tests.worlds import WORLD_CRS

LIFE, FINANCE, IT, SHOP, SCHOOL = "212000", "651100", "620100", "471110", "852010"


def workplaces(*rows, **columns):
    """Make workplaces of (branch_code, jobs, cluster, set); 100 m apart along a line."""
    codes, jobs, clusters, sets = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "role": "study",
            "branch_code": pd.Series(codes, dtype="str"),
            "branch_standard": "DB07",
            "employees_count": np.array(jobs, float),
            "cluster": pd.Series(clusters, dtype="str"),
            "cluster_set": pd.Series(sets, dtype="str"),
            "sector": pd.Series(["private"] * len(rows), dtype="str"),
            **columns,
        },
        geometry=[at(Point(100 * i, 0)) for i in range(len(rows))],
        crs=WORLD_CRS,
    ).rename_axis("business_id")


def clustered(n_life=5, life_jobs=20, others=300):
    """Make life-science workplaces beside shops with the other jobs."""
    life = [(LIFE, life_jobs, "life_science", "core")] * n_life
    return workplaces(*life, (SHOP, others, None, None))


def reference(*rows, area="Denmark", year=2023, standard="DB07", sector=None):
    """Make reference jobs of (branch_code, jobs)."""
    codes, jobs = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "branch_code": pd.Series(codes, dtype="str"), "branch_standard": standard,
            "area": area, "year": year, "district": pd.Series([None] * len(rows), dtype="str"),
            "sector": pd.Series([sector] * len(rows), dtype="str"),
            "jobs_count": np.array(jobs, float),
        }
    )  # fmt: skip


NO_REFERENCE = reference(("01", 1.0)).iloc[:0]


def zones(**columns):
    """Make two districts of 100 and 300 residents."""
    return gpd.GeoDataFrame(
        {
            "role": "study", "district": ["north", "south"],
            "population_count": [100.0, 300.0], "workers_count": [50.0, 100.0],
            "pupils_count": [10.0, 30.0], **columns,
        },
        index=pd.Index(["n", "s"], name="zone_id"),
        geometry=[area(0, 100, 100, 200), area(0, 0, 100, 100)],
        crs=WORLD_CRS,
    )  # fmt: skip
