"""OpenStreetMap extracts: streets, rails, stations, lines, landscape and amenities."""

from geo_planner.sources.osm.extract import OsmExtract, read_osm, read_osm_files, require_streets

__all__ = ["OsmExtract", "read_osm", "read_osm_files", "require_streets"]
