"""Stations of shared bicycles among what is mapped as bicycle hire.

``amenity=bicycle_rental`` is a station of a system as well as a shop that hires bicycles out for
the day. A station is one that says so (``bicycle_rental=docking_station`` or ``dropoff_point``) or,
where it does not say, one with a network or with room for so many bicycles.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner.findings import Finding
from geo_planner.reasons import Reason

Tags = Mapping[str, str]

HIRE_TAG = ("amenity", "bicycle_rental")
_STATION_KINDS = frozenset({"docking_station", "dropoff_point"})
_CLOSED = frozenset({"no", "private"})
_WHOLE = re.compile(r"\d{1,6}")


def is_hire(tags: Tags) -> bool:
    """Tell whether bicycles are hired out."""
    return tags.get(HIRE_TAG[0]) == HIRE_TAG[1]


def is_station(tags: Tags) -> bool:
    """Tell whether a place of bicycle hire is a station that bicycles are given back at.

    Examples
    --------
    >>> is_station({"bicycle_rental": "docking_station"}), is_station({"network": "Vélib'"})
    (True, True)
    >>> is_station({"bicycle_rental": "shop", "network": "A"}), is_station({"name": "Cykelbutik"})
    (False, False)
    """
    kind = tags.get("bicycle_rental")
    if tags.get("access") in _CLOSED:
        return False
    return kind in _STATION_KINDS if kind else "network" in tags or "capacity" in tags


def bicycle_stations(
    named: Sequence[tuple[str, Tags]], points: Any, crs: CRS, source: str
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Make the table of stations from places of bicycle hire, and count those that are none.

    Parameters
    ----------
    named
        Number and tags of each element.
    points
        Where they are, in ``crs``.
    crs
        Metric CRS of the region.
    source
        Name in findings.
    """
    chosen = [place for place, (_, tags) in enumerate(named) if is_station(tags)]
    rows = [(named[i][0], *_station_values(named[i][1])) for i in chosen]
    columns = ["station_id", "name", "network", "capacity_count"]
    frame = pd.DataFrame(rows, columns=columns).astype(
        {"station_id": "str", "name": "str", "network": "str", "capacity_count": "float64"}
    )
    findings = (
        Finding(source, "read", len(frame), Reason("bicycles_read")),
        Finding(
            source, "left_out", len(named) - len(frame),
            Reason("bicycles_hire"),
        ),
    )  # fmt: skip
    stations = gpd.GeoDataFrame(frame, geometry=points[chosen], crs=crs)
    return stations, tuple(finding for finding in findings if finding.count)


def _station_values(tags: Tags) -> tuple[str | None, str | None, float | None]:
    capacity = tags.get("capacity", "")
    room = float(capacity) if _WHOLE.fullmatch(capacity) else None
    return tags.get("name"), tags.get("network"), room
