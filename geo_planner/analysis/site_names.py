"""Names that tell sites apart: those that share one get the nearest street and a number."""

import geopandas as gpd
import pandas as pd

from geo_planner.region import Region


def distinct_names(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Give every site a name of its own; a name that only one site bears stays.

    Parameters
    ----------
    region
        Region with streets, where they have names.
    sites
        Sites, index site_id.

    Returns
    -------
    Series
        Names, index as given; missing where a site has none.

    Notes
    -----
    Sites that share name and street are numbered, the largest first.
    """
    names = sites["name"].copy()
    shared = names.notna() & names.duplicated(keep=False)
    if not shared.any():
        return names
    own = sites[shared]
    streets = _nearest_streets(region, own)
    told = (names[shared] + ", " + streets).where(streets.notna(), names[shared])
    order = own.area.sort_values(ascending=False, kind="stable").index
    turn = told.loc[order].groupby(told.loc[order]).cumcount() + 1
    is_alike = told.duplicated(keep=False)
    numbered = told + " " + turn.reindex(told.index).astype(str)
    names[shared] = told.where(~is_alike, numbered)
    return names


def _nearest_streets(region: Region, sites: gpd.GeoDataFrame) -> pd.Series:
    """Name the street nearest to each site; missing where no street has a name."""
    streets = region.geo_table("streets")
    named = streets[streets["name"].notna()]
    if not len(named):
        return pd.Series(None, index=sites.index, dtype="str")
    nearest = named.sindex.nearest(sites.geometry.to_numpy(), return_all=False)[1]
    return pd.Series(named["name"].to_numpy(object)[nearest], sites.index, dtype="str")
