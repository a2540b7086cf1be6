"""Where homes may come that could not come before: what environmental classes are measured from.

The distance rule itself belongs to the land layer; it lowers the class of business sites near
these areas.
"""

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo_planner.region import Region
from geo_planner.scenario.areas import HOME_USE_CODES, SLIVER_M2


def areas_rezoned_to_homes(before: Region, after: Region) -> gpd.GeoSeries:
    """Give the areas whose adopted plans allow homes after a scenario and not before.

    Parameters
    ----------
    before, after
        Two regions of one CRS.

    Returns
    -------
    GeoSeries
        Polygons in the regions' CRS [m], numbered from 0; none when nothing was rezoned so.
    """
    parts = shapely.get_parts(shapely.difference(_homes(after), _homes(before)))
    areas = [part for part in parts if part.area > SLIVER_M2]
    return gpd.GeoSeries(areas, crs=after.crs)


def _homes(region: Region) -> BaseGeometry:
    plans = region.geo_table("plans")
    allows = plans["use_code"].isin(HOME_USE_CODES).fillna(value=False)
    chosen = plans[allows.astype(bool) & (plans["status"] == "adopted")]
    return gpd.GeoSeries(chosen.geometry).union_all()
