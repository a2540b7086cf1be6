"""What the policy's indicators are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd


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
    reference_employment
        Jobs by branch, area and year.
    minutes_to_school
        Transit minutes by zone_id, there by 08:00.
    draws
        Net new private jobs of all sites phased to the target year, one value a draw.
    growth
        National growth by two-digit branch, and ``all``.
    own_area
        Name of the area itself in reference_employment.
    years
        Year of the figures, by table or frame.
    """

    zones: gpd.GeoDataFrame
    businesses: gpd.GeoDataFrame
    sites: pd.DataFrame
    reference_employment: pd.DataFrame
    minutes_to_school: pd.Series | None = None
    draws: npt.NDArray[np.float64] | None = None
    growth: pd.Series | None = None
    own_area: str | None = None
    years: Mapping[str, int] = field(default_factory=dict)
