"""What the class of a street closes to a mode, for sources that carry no tags of access.

The defaults are those of the OpenStreetMap wiki, from ``data/osm_access.csv``.
"""

from functools import cache

from geo_planner.packaged import packaged_rows


@cache
def closed_classes(mode: str) -> frozenset[str]:
    """Name the classes that are closed to a mode unless something else opens them.

    Examples
    --------
    >>> sorted(closed_classes("walk"))
    ['motorway', 'motorway_link']
    """
    return frozenset(
        row["means"]
        for row in packaged_rows("osm_access")
        if (row["topic"], row["key"]) == ("class", "highway")
        and row["value"] == row["means"]
        and row[mode] in ("own_tag", "never")
    )
