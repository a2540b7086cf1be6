"""What the policy's indicators are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.config import Policy
from geo_planner.schema import empty_frame, tables

HISTORY_TABLES = (
    "reference_employment", "commuting", "residents_history", "turnover_history",
    "education_choices", "firms_history",
)  # fmt: skip


def _empty(name: str) -> pd.DataFrame:
    return empty_frame(tables()[name])


def whole_areas(reference: pd.DataFrame) -> pd.DataFrame:
    """Leave out jobs of districts, and all branches together where branches are stated too."""
    rows = reference[reference["district"].isna()] if "district" in reference else reference
    place = [rows["area"], rows["year"]]
    has_branches = rows["branch_code"].notna().groupby(place).transform("any")
    return rows[rows["branch_code"].notna() | ~has_branches]


@dataclass(frozen=True)
class PolicyFrames:
    """Hand over what the indicators are computed from; what is absent leaves them without value.

    Parameters
    ----------
    zones
        Zones, index zone_id, with population_count, workers_count, pupils_count, district and
        the access columns ``jobs_<mode>_45min[_p50]`` of an analysis.
    businesses
        Workplaces, index business_id, with employees_count, sector, cluster, cluster_set,
        branch_code, branch_standard, ``workers_transit_45min_p50``; where given also
        ``workers_<education>_transit_45min_p50``, ``workers_per_job_bfc``, ``service_level``
        (none, low, medium, high, very_high) and ``minutes_<kind>``.
    sites
        Sites, index site_id, with remaining_m2, jobs_low, jobs_likely, jobs_high (net new private
        jobs), ``now_remaining_likely_m2``, ``potential_remaining_likely_m2``, stage and
        env_class_possible of the land measures; gross_area_m2, net_area_m2 and is_upper_bound of
        the constraints; place of the station proximity.
    reference_employment, commuting, residents_history, turnover_history, education_choices,
    firms_history
        Tables by area and year, as a region holds them.
    minutes_to_school
        Transit minutes by zone_id, there by 08:00.
    draws
        Net new private jobs of all sites phased to the target year, one value a draw.
    own_area
        Name of the area itself in the tables by area and year.
    policy
        The policy of the study: base year, goals.
    years
        Year of the figures, by table or frame.
    """

    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: pd.DataFrame
    reference_employment: pd.DataFrame
    commuting: pd.DataFrame = field(default_factory=lambda: _empty("commuting"))
    residents_history: pd.DataFrame = field(default_factory=lambda: _empty("residents_history"))
    turnover_history: pd.DataFrame = field(default_factory=lambda: _empty("turnover_history"))
    education_choices: pd.DataFrame = field(default_factory=lambda: _empty("education_choices"))
    firms_history: pd.DataFrame = field(default_factory=lambda: _empty("firms_history"))
    minutes_to_school: pd.Series | None = None
    draws: npt.NDArray[np.float64] | None = None
    own_area: str | None = None
    policy: Policy = field(default_factory=Policy)
    years: Mapping[str, int] = field(default_factory=dict)
