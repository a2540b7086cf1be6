"""GTFS feeds: files, cells, rows judged, days, tables."""
