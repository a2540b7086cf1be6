"""A region: the validated tables of one study, on disk, with digests and provenance."""

from geo_planner.region.store import Region, TableInfo, open_region, write_region

__all__ = ["Region", "TableInfo", "open_region", "write_region"]
