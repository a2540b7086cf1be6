"""Credit lines of a region's sources, as every map, page and export shows them."""

from geo_planner.region.store import Region

OSM_CREDIT = "© OpenStreetMap contributors"


def credit_lines(region: Region) -> tuple[str, ...]:
    """Return the credit lines of a region, first OpenStreetMap's wherever streets are in it."""
    lines = region.credits
    if region.has("streets") and not any(OSM_CREDIT in line for line in lines):
        return (OSM_CREDIT, *lines)
    return tuple(sorted(lines, key=lambda line: OSM_CREDIT not in line))
