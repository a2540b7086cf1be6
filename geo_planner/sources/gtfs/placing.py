"""Stops held against where the streets are: elsewhere, or with latitude and longitude swapped."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from geo_planner.crs import WGS84
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.feed import GtfsFeed
from geo_planner.sources.gtfs.positions import projected
from geo_planner.words.english import sentence

# stops a walk away from the streets' border are beside them
NEAR_M = 5_000.0
_MAX_EXAMPLES = 5


def placing_findings(
    feed: GtfsFeed, streets: gpd.GeoSeries, source: str
) -> tuple[tuple[Finding, ...], str | None]:
    """Tell which stops served lie elsewhere than the streets, and which look swapped.

    Parameters
    ----------
    feed
        The timetable.
    streets
        Streets, in the CRS of the feed.
    source
        What the feed is called.

    Returns
    -------
    tuple
        Findings; and what is wrong where all stops are swapped, so that the feed cannot be used.
    """
    served = feed.degrees[feed.degrees.index.isin(feed.tables["stop_times"]["stop_id"])]
    longitude, latitude = served["stop_lon"].to_numpy(), served["stop_lat"].to_numpy()
    if streets.empty or not len(served):
        return (), None
    is_beside = _beside(longitude, latitude, streets)
    is_swapped = ~is_beside & _beside(latitude, longitude, streets)
    if is_swapped.all():
        return (), sentence("fault_gtfs_swapped", count=len(served))
    return tuple(_findings(served.index.to_numpy(object), is_beside, is_swapped, source)), None


def _beside(
    longitude: npt.NDArray[np.float64],
    latitude: npt.NDArray[np.float64],
    streets: gpd.GeoSeries,
) -> npt.NDArray[np.bool_]:
    """Mark the positions within the streets' bounds or near them."""
    x, y = projected(longitude, latitude, Transformer.from_crs(WGS84, streets.crs, always_xy=True))
    west, south, east, north = streets.total_bounds
    inside = (x >= west - NEAR_M) & (x <= east + NEAR_M)
    return np.asarray(inside & (y >= south - NEAR_M) & (y <= north + NEAR_M))


def _findings(
    ids: npt.NDArray[np.object_],
    is_beside: npt.NDArray[np.bool_],
    is_swapped: npt.NDArray[np.bool_],
    source: str,
) -> Iterator[Finding]:
    source = f"{source} stops.txt"
    if is_swapped.any():
        shown = tuple(map(str, ids[is_swapped][:_MAX_EXAMPLES]))
        what = Reason("gtfs_stops_swapped")
        yield Finding(source, "warning", int(is_swapped.sum()), what, shown)
    if not is_beside.any():
        shown = tuple(map(str, ids[:_MAX_EXAMPLES]))
        yield Finding(source, "warning", len(ids), Reason("gtfs_stops_elsewhere"), shown)
