"""Travel times between points, by mode, in blocks of origins or as a whole matrix."""

from geo_planner.travel_time.matrix import TravelTimes, travel_times
from geo_planner.travel_time.router import Block, Router, open_router

__all__ = ["Block", "Router", "TravelTimes", "open_router", "travel_times"]
