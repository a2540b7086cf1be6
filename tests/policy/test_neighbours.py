"""Jobs of the same cluster within reach, in the grid town with workplaces along its diagonal."""

import numpy as np
import pandas as pd

from geo_planner.config import Travel, read_study
from geo_planner.policy import same_cluster_jobs
from geo_planner.region.build import build_region
from geo_planner.travel_time import open_router
from tests.small_study import write_study


def test_jobs_of_the_own_cluster_within_reach_leave_out_the_workplace_itself(tmp_path):
    """Neighbours on the diagonal are 200 m apart, 200 s at 3.6 km/h; jobs are powers of two."""
    study = read_study(write_study(tmp_path / "study", "osm", "businesses"))
    region = build_region(study, tmp_path / "region")
    places = region.geo_table("businesses").set_index("business_id")
    clusters = ["it", "it", "finance", "it", *[None] * 6, "it"]
    role = ["study"] * 10 + ["hinterland"]
    places = places.assign(cluster=pd.Series(clusters, places.index, dtype="str"), role=role)
    router = open_router(region, "walk", Travel(walk_speed_kmh=3.6, max_time_min=60))
    found = same_cluster_jobs(router, places, 7, threads=1)  # 420 s: two neighbours each way
    assert found.iloc[:4].tolist() == [2.0, 1.0 + 8.0, 0.0, 2.0]
    assert found.iloc[4:].isna().all()
    assert found.index.tolist() == places.index[:10].tolist()
    far = same_cluster_jobs(router, places, 50, threads=1)
    assert far.iloc[0] == 2 + 8 + 1024  # hinterland is reached too
    assert np.isnan(far.iloc[5])
