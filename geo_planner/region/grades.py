"""Mean grade of streets from the heights of their ends.

Heights are those of the ground: on bridges and in tunnels, where the road does not follow it, and
on ferries no grade is told. A street whose ends rise more than any street does (35 %, Baldwin
Street in Dunedin) lies beside a wall or a cut rather than on it; its grade is held at that.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN

STEEPEST = 0.35


def with_grades(
    streets: gpd.GeoDataFrame, nodes: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Fill in the grade of streets that state none and whose ends have heights.

    Parameters
    ----------
    streets
        Rows of the streets table.
    nodes
        Rows of the street_nodes table.

    Returns
    -------
    tuple
        Streets with ``grade``: rise along the geometry over length; and what was held back. The
        very streets given where no node has a height.
    """
    if nodes["elevation_m"].isna().all():
        return streets, ()
    height_m = pd.Series(nodes["elevation_m"].to_numpy(float), index=nodes["node_id"])
    rise_m = (
        height_m.reindex(streets["to_node"]).to_numpy()
        - height_m.reindex(streets["from_node"]).to_numpy()
    )
    length_m = streets["length_m"].to_numpy(float)
    steep = np.divide(rise_m, length_m, out=np.full(len(streets), np.nan), where=length_m > 0)
    off_ground = streets["is_bridge"] | streets["is_tunnel"] | (streets["road_class"] == "ferry")
    steep[off_ground.to_numpy(bool)] = np.nan
    is_open = streets["grade"].isna().to_numpy()
    is_limited = is_open & (np.abs(steep) > STEEPEST)
    grade = np.where(is_open, np.clip(steep, -STEEPEST, STEEPEST), streets["grade"])
    first = tuple(streets.loc[is_limited, "street_id"].head(MAX_IDS_SHOWN))
    n_filled = int((is_open & ~np.isnan(grade)).sum())
    findings = (
        Finding("streets", "read", n_filled, Reason("grades_filled")),
        Finding("streets", "repaired", int(is_limited.sum()), Reason("grades_limited"), first),
    )
    return streets.assign(grade=grade), tuple(finding for finding in findings if finding.count)
