"""A region: the validated tables of one study, on disk, with digests and provenance."""

from geo_planner.region.child import write_child
from geo_planner.region.store import Origin, Region, TableInfo, open_region, require_region
from geo_planner.region.writing import write_region

__all__ = [
    "Origin",
    "Region",
    "TableInfo",
    "open_region",
    "require_region",
    "write_child",
    "write_region",
]
