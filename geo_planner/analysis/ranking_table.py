"""The ranking as a table: what is downloaded, exported and offered by the sites page."""

import geopandas as gpd
import pandas as pd

OF_ALL_WEIGHTINGS = (
    "first_share_simplex", "top3_share_simplex", "rank_p05_simplex", "rank_p95_simplex",
    "first_share_near", "top3_share_near",
)  # fmt: skip
_BESIDE_SCORES = (
    "name", "area_m2", "score_low", "score_high", "excluded_because", "to_ask",
    *OF_ALL_WEIGHTINGS, "capacity_state", "jobs_low", "jobs_likely", "jobs_high",
    "binding_limit", "stage", "net_area_m2", "env_class_possible", "geometry",
)  # fmt: skip


def ranking_table(sites: gpd.GeoDataFrame, criteria: pd.DataFrame) -> gpd.GeoDataFrame:
    """Lay out the ranking: site_id, score, rank, then each criterion with its contribution.

    Parameters
    ----------
    sites, criteria
        Frames of a result with scored sites.
    """
    pairs = [name for key in criteria.index for name in (str(key), f"{key}_contribution")]
    columns = ["score", "rank", *pairs, *(name for name in _BESIDE_SCORES if name in sites)]
    ranked = sites.sort_values(["rank", "score_high"], ascending=[True, False])
    return gpd.GeoDataFrame(ranked[columns].reset_index())
