"""Minutes from workplaces to named places, and from pupils to vocational schools."""

from datetime import datetime, time

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility import anchor_points
from geo_planner.config import Mode, Travel
from geo_planner.networks.transit.network import typical_day
from geo_planner.region import Region
from geo_planner.travel_time import travel_times
from geo_planner.units import SECONDS_PER_MIN

_KEY_PLACES: dict[str, Mode] = {
    "city_centre": "transit",
    "airport": "transit",
    "motorway_junction": "car",
}
_SCHOOL_STARTS = time(8, 0)
_SCHOOL_WINDOW_MIN = 30


def minutes_to_places(
    region: Region, businesses: gpd.GeoDataFrame, travel: Travel, *, threads: int | None = None
) -> pd.DataFrame:
    """Compute the minutes from workplaces to the nearest place of each kind.

    Parameters
    ----------
    region
        Region with places and networks.
    businesses
        Workplaces, index business_id.
    travel
        Settings; the median of the window is taken.
    threads
        Searches at once; None: one per core.

    Returns
    -------
    DataFrame
        Index business_id: ``minutes_<kind>``, inf where not reached; only the kinds that the
        region has places and a network for.
    """
    places = region.geo_table("places")
    median = travel.model_copy(update={"percentiles": (50,)})
    columns: dict[str, np.ndarray] = {}
    for kind, mode in _KEY_PLACES.items():
        ends = places[places["kind"] == kind].set_index("place_id").geometry
        if len(ends) and len(businesses) and _has_network(region, mode):
            found = travel_times(
                region, anchor_points(businesses), ends, mode, median, threads=threads
            )
            columns[f"minutes_{kind}"] = found.times_s[:, :, 0].min(axis=1) / SECONDS_PER_MIN
    return pd.DataFrame(columns, index=businesses.index)


def minutes_to_school(
    region: Region, zones: gpd.GeoDataFrame, travel: Travel, *, threads: int | None = None
) -> pd.Series | None:
    """Compute transit minutes from zones to the nearest vocational school, there by 08:00.

    Parameters
    ----------
    region
        Region with schools and timetables.
    zones
        Zones, index zone_id.
    travel
        Settings; of its departure the day is kept.
    threads
        Searches at once; None: one per core.

    Returns
    -------
    Series
        Index zone_id, the median over arrivals 07:30-08:00, inf where not reached; None where
        the region has no vocational school or no timetable.
    """
    schools = region.geo_table("schools")
    ends = schools[schools["kind"] == "vocational"].set_index("school_id").geometry
    if not len(ends) or not len(zones) or not _has_network(region, "transit"):
        return None
    moment = travel.depart or travel.arrive
    day = moment.date() if moment else typical_day(region).day
    arriving = travel.model_copy(
        update={
            "depart": None,
            "depart_time": None,
            "arrive_time": None,
            "arrive": datetime.combine(day, _SCHOOL_STARTS),
            "window_min": _SCHOOL_WINDOW_MIN,
            "percentiles": (50,),
        }
    )
    found = travel_times(region, anchor_points(zones), ends, "transit", arriving, threads=threads)
    minutes = found.times_s[:, :, 0].min(axis=1) / SECONDS_PER_MIN
    return pd.Series(minutes, index=zones.index, name="minutes_to_school")


def _has_network(region: Region, mode: Mode) -> bool:
    return region.has("streets") and (mode != "transit" or region.has("stop_times"))
