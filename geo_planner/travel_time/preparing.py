"""Laying out a region's streets before they are asked for."""

from collections.abc import Callable

from geo_planner.config import MODES, TRANSIT_MODES
from geo_planner.region import Region
from geo_planner.travel_time.inputs import travel_in
from geo_planner.travel_time.street import Streets


def prepare_streets(
    region: Region, progress: Callable[[str], None] = lambda _text: None
) -> dict[str, int]:
    """Make and store the networks and hierarchies of all street modes, as the region was built.

    Parameters
    ----------
    region
        Region; without streets nothing is made.
    progress
        Called with the mode that is made next.

    Returns
    -------
    dict
        By mode, how many states its graph has.
    """
    travel = travel_in(region, None)
    n_states: dict[str, int] = {}
    for mode in MODES if region.has("streets") else ():
        if mode in TRANSIT_MODES:
            continue
        progress(f"streets for {mode}")
        streets = Streets(region, mode, travel)
        n_states[mode] = len(streets.hierarchy.place)
    return n_states
