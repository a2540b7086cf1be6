"""The frame of sites a portfolio is chosen from, gathered from land, stations, scores and travel.

Land take is the whole ground of a site in proportion to its share. Years are those to a permit,
the middle of their range, and any years of building on top.
"""

import geopandas as gpd
import pandas as pd

from geo_planner.errors import InputError, require_kind

_LAND_COLUMNS = (
    "jobs_low", "jobs_likely", "jobs_high", "stage", "excluded_because", "to_ask",
)  # fmt: skip
NEEDED_OF_LAND = ("remaining_m2", "years_low", "years_high")


def portfolio_frame(
    sites: gpd.GeoDataFrame, land: pd.DataFrame, *, building_years: float = 0.0
) -> gpd.GeoDataFrame:
    """Lay out sites for :func:`geo_planner.portfolio.solve_portfolio`.

    Parameters
    ----------
    sites
        Index site_id; ``name``, ``area_m2``, ``cluster``, ``score`` as far as there are; a site's
        use profile stands for its cluster where none is named.
    land
        Index site_id; columns of :func:`geo_planner.land.land_measures`, and
        ``excluded_because``.
    building_years
        Years from a permit to floor area that stands.

    Raises
    ------
    InputError
        When the land is not measured: columns are absent.

    Examples
    --------
    >>> from geo_planner import analyse, example_region, portfolio_frame
    >>> result = analyse(example_region())
    >>> portfolio_frame(result.sites, result.sites)[["name", "stage", "area_m2"]]
              name  stage  area_m2
    site_id
    field    Field    3.0  40000.0
    quay      Quay    1.0  40000.0
    yard      Yard    1.0  40000.0
    """
    require_kind(sites, gpd.GeoDataFrame, "sites", "take the sites of a result, with their shapes")
    absent = [name for name in NEEDED_OF_LAND if name not in land]
    if absent:
        raise InputError(f"the sites have no {', '.join(absent)}: measure their land first")
    own = [name for name in ("name", "area_m2", "cluster", "score") if name in sites]
    frame = sites[[*own, "geometry"]].copy()
    for name in _LAND_COLUMNS:
        if name in land:
            frame[name] = land[name].reindex(frame.index)
    if "cluster" not in frame and "profile" in land:
        frame["cluster"] = land["profile"].reindex(frame.index)
    frame["floor_area_m2"] = land["remaining_m2"].reindex(frame.index)
    years = land[["years_low", "years_high"]].reindex(frame.index).astype(float)
    frame["years"] = years.mean(axis=1, skipna=False) + building_years
    return frame
