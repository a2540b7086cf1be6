"""Journeys between two points: legs, times, courses and names."""

from geo_planner.itinerary.finding import Itineraries, find_itineraries
from geo_planner.itinerary.legs import (
    Journey,
    Journeys,
    Leg,
    legs_frame,
    steps_frame,
    to_json,
    to_text,
)

__all__ = [
    "Itineraries",
    "Journey",
    "Journeys",
    "Leg",
    "find_itineraries",
    "legs_frame",
    "steps_frame",
    "to_json",
    "to_text",
]
