"""OpenStreetMap extracts: streets, rails, stations, lines, landscape and amenities."""

from geo_planner.sources.osm.extract import OsmExtract, read_osm

__all__ = ["OsmExtract", "read_osm"]
