"""Isochrones: what can be reached from a point within time limits, as areas and as streets."""

from geo_planner.isochrone.bands import Isochrone, Isochrones

__all__ = ["Isochrone", "Isochrones"]
