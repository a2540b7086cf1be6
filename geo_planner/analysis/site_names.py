"""Names that tell sites apart: those that share one get street or station, and a number."""

import geopandas as gpd
import pandas as pd

from geo_planner.land.stations.points import listed_stations
from geo_planner.region import Region


def distinct_names(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Give every site a name of its own; a name that only one site bears stays.

    Parameters
    ----------
    region
        Region; streets with names come first, then stations.
    sites
        Sites, index site_id.

    Returns
    -------
    Series
        Names, index as given; missing where a site has none.

    Notes
    -----
    Sites that share name and place are numbered, the largest first.
    """
    names = sites["name"].copy()
    shared = names.notna() & names.duplicated(keep=False)
    if not shared.any():
        return names
    own = sites[shared]
    places = _nearest_places(region, own)
    with_place = (names[shared] + ", " + places).where(places.notna(), names[shared])
    names[shared] = _numbered(with_place, own)
    return names


def names_by_place(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Name sites by the nearest street, else the station; those that share it are numbered.

    Parameters
    ----------
    region, sites
        As for :func:`distinct_names`; names that the sites have are not looked at.
    """
    return _numbered(_nearest_places(region, sites), sites)


def _numbered(names: pd.Series, sites: gpd.GeoDataFrame) -> pd.Series:
    """Put a number to names that several sites share, the largest site first."""
    order = sites.area.sort_values(ascending=False, kind="stable").index
    turn = names.loc[order].groupby(names.loc[order]).cumcount() + 1
    is_alike = names.duplicated(keep=False)
    return names.where(~is_alike, names + " " + turn.reindex(names.index).astype(str))


def _nearest_places(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Name the street nearest to each site, else the station; missing where neither has a name."""
    for places in (region.geo_table("streets"), listed_stations(region)):
        named = places[places["name"].notna()]
        if len(named):
            nearest = named.sindex.nearest(sites.geometry.to_numpy(), return_all=False)[1]
            return pd.Series(named["name"].to_numpy(object)[nearest], sites.index, dtype="str")
    return pd.Series(None, index=sites.index, dtype="str")
