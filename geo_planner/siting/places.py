"""Places that times are quoted to, by name."""

from geo_planner.region import Region


def place_name(region: Region, kind: str) -> str | None:
    """Name the region's one place of a kind; None where it has none, several, or no name."""
    places = region.table("places")
    names = places.loc[places["kind"] == kind, "name"]
    return str(names.iloc[0]) if len(names) == 1 and names.notna().all() else None
