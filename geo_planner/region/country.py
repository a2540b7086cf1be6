"""The country that a region's streets lie in."""

import geopandas as gpd
import shapely

from geo_planner.countries import country_at
from geo_planner.crs import WGS84


def country_of_streets(streets: gpd.GeoDataFrame) -> str | None:
    """Name the country of the street nearest to the middle of all; None: of no country.

    The middle alone may lie in another country, or at sea, where streets lie around it.
    """
    middle = shapely.box(*streets.total_bounds).centroid
    row = streets.sindex.nearest(middle, return_all=False)[1][0]
    on_street = streets.geometry.iloc[[row]].interpolate(0.5, normalized=True)
    place = on_street.to_crs(WGS84).iloc[0]
    return country_at(place.x, place.y)
