"""Travel times between points, by mode, in blocks of origins or as a whole matrix."""

from typing import TYPE_CHECKING

from geo_planner.lazy import names_on_use

if TYPE_CHECKING:
    from geo_planner.travel_time.matrix import TravelTimes, travel_times
    from geo_planner.travel_time.router import Block, Router, open_router

__all__ = [
    "Block",
    "Router",
    "TravelTimes",
    "open_router",
    "travel_times",
]

__getattr__ = names_on_use(
    __name__,
    {
        "matrix": ("TravelTimes", "travel_times"),
        "router": ("Block", "Router", "open_router"),
    },
)
