"""Whether a timetable gets anyone anywhere sooner than walking does.

Where it hardly ever does, the date, the time or the place of the stops is wrong far more often
than the buses are.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np

from geo_planner.config import Travel
from geo_planner.region import Region
from geo_planner.travel_time.matrix import travel_times

MAX_POINTS = 60
FAR_S = 900.0
SUSPICIOUS_SHARE = 0.95


@dataclass(frozen=True)
class TransitUse:
    """Say how often public transport is no better than walking.

    Parameters
    ----------
    n_pairs
        Pairs of places compared: at least a quarter of an hour's walk apart, reached by either.
    n_walked
        Those that public transport reaches no sooner than walking.
    """

    n_pairs: int
    n_walked: int

    @property
    def walked_share(self) -> float | None:
        """Share of pairs that walking serves as well; None where none were compared."""
        return self.n_walked / self.n_pairs if self.n_pairs else None

    @property
    def is_suspicious(self) -> bool:
        """Tell whether public transport is of next to no use."""
        share = self.walked_share
        return share is None or share >= SUSPICIOUS_SHARE


def transit_use(region: Region, travel: Travel, *, threads: int | None = None) -> TransitUse:
    """Compare public transport with walking between zones, or stops where there are no zones.

    Parameters
    ----------
    region
        Region with streets and a timetable.
    travel
        Limits and the window; the middle of its times counts.
    threads
        Searches at once; None: all cores.

    Raises
    ------
    InputError
        When the timetable does not hold for the day.
    """
    # evenly among the zones, or the stops that have a position
    name, key = ("zones", "zone_id") if region.has("zones") else ("stops", "stop_id")
    frame = region.geo_table(name)
    frame = frame[frame.geometry.notna()].set_index(key)
    chosen = np.unique(np.linspace(0, len(frame) - 1, min(MAX_POINTS, len(frame))).astype(int))
    points = gpd.GeoSeries(frame.geometry.representative_point().iloc[chosen])
    middle = travel.model_copy(update={"percentiles": (50,)})
    ridden, walked = (
        travel_times(region, points, points, mode, middle, threads=threads).times_s[:, :, 0]
        for mode in ("transit", "walk")
    )
    is_far = (walked >= FAR_S) & (np.isfinite(walked) | np.isfinite(ridden))
    is_useless = is_far & (ridden >= walked)
    return TransitUse(int(is_far.sum()), int(is_useless.sum()))
