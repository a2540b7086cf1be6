"""Stations of shared bicycles from GBFS, the General Bikeshare Feed Specification.

``station_information.json`` of the versions 1 to 3 is read. They differ in names, which are text
or, from version 3 on, texts by language (the first counts), and in how truth is written. How many
bicycles stand where changes by the minute and is not read.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geo_planner.config import GbfsSource
from geo_planner.crs import WGS84, require_metric
from geo_planner.errors import InputError, SourceError
from geo_planner.findings import Finding, FindingKind
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.sizes import require_size
from geo_planner.sources.vector.files import is_outside
from geo_planner.words.english import sentence

_COLUMNS = ("station_id", "name", "network", "capacity_count")
_MAX_LONGITUDE, _MAX_LATITUDE = 180.0, 90.0
_LARGEST = 1e9


@dataclass(frozen=True)
class GbfsStations:
    """Hold the stations of one file.

    Parameters
    ----------
    frame
        Rows for the table shared_bicycle_stations, in the CRS of the region.
    findings
        What was read and left out.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...]


def read_gbfs(source: GbfsSource, prefix: str, crs: CRS) -> GbfsStations:
    """Read stations of shared bicycles.

    Parameters
    ----------
    source
        The study's words on the file.
    prefix
        Put before every id.
    crs
        Metric CRS of the region.

    Raises
    ------
    SourceError
        When the file is absent or is no station_information.json.
    InputError
        When stations break the specification, all problems at once; or when none can be used.
    CRSError
        When the CRS is not metric.

    Notes
    -----
    Left out, and counted in the findings: stations without a position (none stated, or 0, 0), and
    those far outside the area the region's CRS is for.
    """
    require_metric(crs)
    stations = _stations(source)
    problems = [
        *_doubled(stations),
        *(p for n, one in enumerate(stations) for p in _faults(n, one)),
    ]
    if problems:
        raise InputError(f"{source.label}: these stations break GBFS", problems)
    rows = [
        (f"{prefix}:{_id(one)}", _name(one), source.network or prefix, one.get("capacity"))
        for one in stations
    ]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"name": "str"})
    frame["capacity_count"] = pd.to_numeric(frame["capacity_count"]).astype(np.float64)
    longitude, latitude = (
        np.array([one.get(key) for one in stations], dtype=np.float64) for key in ("lon", "lat")
    )
    points = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), crs=WGS84)
    has_place = np.isfinite(longitude + latitude) & ((longitude != 0) | (latitude != 0))
    is_far = has_place & is_outside(points, crs)
    is_used = has_place & ~is_far
    if not is_used.any():
        raise InputError(
            sentence("fault_gbfs_elsewhere", source=source.label, count=len(stations), crs=crs.name)
        )
    is_virtual = np.array([bool(one.get("is_virtual_station")) for one in stations])
    cases: tuple[tuple[FindingKind, npt.NDArray[np.bool_], Reason], ...] = (
        ("read", is_used, Reason("bicycles_read")),
        ("read", is_used & is_virtual, Reason("bicycles_virtual")),
        ("left_out", ~has_place, Reason("bicycles_placeless")),
        ("left_out", is_far, Reason("bicycles_far", crs=crs.name)),
    )
    ids = frame["station_id"]
    findings = tuple(
        Finding(source.label, kind, int(rows.sum()), what, tuple(ids[rows][:MAX_IDS_SHOWN]))
        for kind, rows, what in cases
        if rows.any()
    )
    local = points[is_used].to_crs(crs).reset_index(drop=True)
    return GbfsStations(
        gpd.GeoDataFrame(frame[is_used].reset_index(drop=True), geometry=local), findings
    )


def _stations(source: GbfsSource) -> Sequence[Any]:
    """Open the file down to its list of stations."""
    try:
        require_size(source.file, source.file.stat().st_size, source.limits)
        content = json.loads(source.file.read_text("utf-8-sig"))
    except SourceError:
        raise
    except FileNotFoundError:
        raise SourceError(str(source.file), sentence("fault_no_gbfs_file")) from None
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise SourceError(str(source.file), sentence("fault_no_json", error=str(error))) from error
    inside = content.get("data") if isinstance(content, Mapping) else None
    stations = inside.get("stations") if isinstance(inside, Mapping) else None
    if not isinstance(stations, list):
        raise SourceError(
            str(source.file),
            sentence("fault_no_gbfs"),
        )
    return stations


def _doubled(stations: Sequence[Any]) -> list[str]:
    ids = Counter(_id(one) for one in stations)
    doubled = [f"{name!r} ({count})" for name, count in ids.items() if name and count > 1]
    if not doubled:
        return []
    more = ", ..." if len(doubled) > MAX_IDS_SHOWN else ""
    return [sentence("gbfs_ids_twice", listed=f"{', '.join(doubled[:MAX_IDS_SHOWN])}{more}")]


def _id(station: Any) -> str | None:
    """Give the id as text; early versions were often written with numbers. None: there is none."""
    value = station.get("station_id") if isinstance(station, Mapping) else None
    is_usable = isinstance(value, str | int) and not isinstance(value, bool)
    return (str(value).strip() or None) if is_usable else None


def _faults(number: int, station: Any) -> Iterator[str]:
    """Say what of one station breaks the specification."""
    name = _id(station)
    if not isinstance(station, Mapping):
        place = f"data.stations[{number}]"
        yield sentence("gbfs_no_station", station=place, given=f"{station!r:.40}")
        return
    if name is None:
        name = f"data.stations[{number}]"
        given = f"{station.get('station_id')!r:.40}"
        yield sentence("gbfs_no_id", station=name, given=given)
    for key, limit in (("lat", _MAX_LATITUDE), ("lon", _MAX_LONGITUDE)):
        value = station.get(key)
        if value is not None and not (_is_number(value) and abs(value) <= limit):
            yield sentence(
                "gbfs_no_degrees", station=name, key=key, limit=f"{limit:g}", given=f"{value!r:.40}"
            )
    capacity = station.get("capacity")
    if capacity is not None and not (_is_number(capacity) and capacity >= 0):
        yield sentence("gbfs_no_capacity", station=name, given=f"{capacity!r:.40}")
    if not isinstance(station.get("name"), str | list | None):
        yield sentence("gbfs_no_name", station=name, given=f"{station['name']!r:.40}")


def _is_number(value: Any) -> bool:
    is_counting = isinstance(value, int | float) and not isinstance(value, bool)
    return is_counting and abs(value) < _LARGEST


def _name(station: Mapping[str, Any]) -> str | None:
    """Take the name, the first where there are several languages."""
    name = station.get("name")
    if isinstance(name, list):
        name = next((one.get("text") for one in name if isinstance(one, Mapping)), None)
    return str(name) if name else None
