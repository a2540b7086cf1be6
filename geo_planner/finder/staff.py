"""Staff of a company by where they live: counts at places, none of them of fewer than five people.

Rows of fewer than five are merged with their nearest neighbours before anything is measured, so
that no figure, and no difference of two figures of one address, is that of fewer than five people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.accessibility.points import anchor_points
from geo_planner.arrays import FloatArray, LongArray
from geo_planner.config import CellFormat
from geo_planner.errors import InputError, require_path
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.sources.vector import delimited, numbers

LEAST_GROUP = 5
COUNT = "count"
_ZONE_FIELDS = ("zone_id", "cell_id", "postcode")
_PLACE_FIELDS = ("lon", "lat")
_MOST_NAMED = 5
_MOST_STAFF = 1_000_000


@dataclass(frozen=True)
class Staff:
    """Hold groups of at least five people.

    Parameters
    ----------
    homes
        Place of each group, the mean of its rows weighted by people, in the CRS of the region.
    people
        People in each group, ``(n_groups,)``.
    n_rows, n_merged
        Rows with people, and those of fewer than five.
    findings
        What of the file was not read.

    Examples
    --------
    >>> import geopandas as gpd, numpy as np
    >>> from geo_planner import merged_staff
    >>> homes = gpd.GeoSeries.from_xy([0, 10, 900], [0, 0, 0], crs=25832)
    >>> merged_staff(homes, np.array([3, 9, 6]))
    Staff(18 people in 2 groups)
    """

    homes: gpd.GeoSeries
    people: LongArray
    n_rows: int
    n_merged: int
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        return f"Staff({self.people.sum()} people in {len(self.people)} groups)"


def read_staff(path: Path | str, region: Region) -> Staff:
    r"""Read how many people live where.

    Parameters
    ----------
    path
        Text file with a field ``count`` and either ``zone_id`` (also ``cell_id`` or ``postcode``:
        the id of a zone of the region) or ``lon`` and ``lat``. Other fields are not read.
    region
        Region the people travel in.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When a place or a count is missing or wrong, with all rows that are, or when there are
        fewer than five people.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import example_region, read_staff
    >>> file = Path(mkdtemp()) / "staff.csv"
    >>> _ = file.write_text("zone_id,count\nzone-00,12\nzone-24,7\n")
    >>> read_staff(file, example_region())
    Staff(19 people in 2 groups)
    """
    path = require_path(path, "staff")
    read = delimited.read_delimited(path)
    frame, fields = read.frame, {str(name).lower(): name for name in read.frame}
    zone_field = next((fields[name] for name in _ZONE_FIELDS if name in fields), None)
    place_fields = [fields[name] for name in _PLACE_FIELDS if name in fields]
    if COUNT not in fields or not (zone_field or len(place_fields) == len(_PLACE_FIELDS)):
        raise InputError(
            f"{path.name}: staff need a field 'count', and 'zone_id' or 'lon' and 'lat'; the file "
            f"has: {', '.join(map(str, frame.columns)) or 'none'}"
        )
    wanted = [zone_field] if zone_field else place_fields
    people, problems = _people(frame, fields[COUNT], read.separator)
    homes, misplaced = (
        _zones(frame[zone_field], region)
        if zone_field
        else _points(frame, place_fields, region, read.separator)
    )
    problems += misplaced
    if problems:
        raise InputError(f"{path.name}: these rows are not usable", problems)
    unread = [str(name) for name in frame if name not in (fields[COUNT], *wanted)]
    findings = list(read.findings)
    if unread:
        what = Reason("staff_fields_unread")
        findings.append(Finding(path.name, "left_out", len(unread), what, tuple(unread)))
    is_there = people > 0
    return merged_staff(homes[is_there], people[is_there], findings)


def merged_staff(
    homes: gpd.GeoSeries, people: LongArray, findings: Sequence[Finding] = ()
) -> Staff:
    """Merge places of fewer than five people with the nearest ones, the smallest first.

    Parameters
    ----------
    homes, people
        Places in a metric CRS and the people at each, ``(n_rows,)``.
    findings
        What of the file was not read.

    Raises
    ------
    InputError
        When there are fewer than five people.

    Examples
    --------
    The three people at the first place go with the nine beside them:

    >>> import geopandas as gpd, numpy as np
    >>> from geo_planner import merged_staff
    >>> homes = gpd.GeoSeries.from_xy([0, 12, 900], [0, 0, 0], crs=25832)
    >>> staff = merged_staff(homes, np.array([3, 9, 5]))
    >>> staff.people.tolist(), staff.homes.x.tolist()
    ([12, 5], [9.0, 900.0])
    """
    if people.sum() < LEAST_GROUP:
        raise InputError(
            f"{people.sum()} people: figures of fewer than {LEAST_GROUP} are figures of persons"
        )
    n_merged = int((people < LEAST_GROUP).sum())
    places = np.column_stack([homes.x, homes.y])
    order = np.lexsort((people, places[:, 1], places[:, 0]))
    x, counts = _merged(places[order], people[order].astype(np.int64))
    index = pd.Index([f"group{number}" for number in range(len(counts))])
    points = gpd.GeoSeries(gpd.points_from_xy(x[:, 0], x[:, 1]), index=index, crs=homes.crs)
    return Staff(points, counts, len(people), n_merged, tuple(findings))


def _merged(places: FloatArray, people: LongArray) -> tuple[FloatArray, LongArray]:
    places, people = places.copy(), people.copy()
    while people.min() < LEAST_GROUP:
        least = int(people.argmin())
        apart = ((places - places[least]) ** 2).sum(axis=1)
        apart[least] = np.inf
        nearest = int(apart.argmin())
        both = people[least] + people[nearest]
        places[nearest] = (people[least] * places[least] + people[nearest] * places[nearest]) / both
        people[nearest] = both
        places, people = np.delete(places, least, axis=0), np.delete(people, least)
    return places, people


def _people(frame: pd.DataFrame, field: str, separator: str) -> tuple[LongArray, list[str]]:
    rewritten, _, problems = numbers.as_numbers(
        frame, [field], stated=CellFormat(), separator=separator
    )
    counts = pd.to_numeric(rewritten[field], errors="coerce").to_numpy(float, na_value=np.nan)
    is_whole = (counts >= 0) & (counts <= _MOST_STAFF) & (np.floor(counts) == counts)
    problems += _named(frame[field], ~is_whole, "count must be a whole number of people")
    return np.where(is_whole, counts, 0).astype(np.int64), problems


def _zones(ids: pd.Series, region: Region) -> tuple[gpd.GeoSeries, list[str]]:
    zones = anchor_points(region.geo_table("zones").set_index("zone_id"))
    is_known = ids.isin(zones.index).to_numpy()
    homes = zones.reindex(ids.where(is_known)).reset_index(drop=True)
    return homes, _named(ids, ~is_known, "no zone of the region has this id")


def _points(
    frame: pd.DataFrame, fields: Sequence[str], region: Region, separator: str
) -> tuple[gpd.GeoSeries, list[str]]:
    rewritten, _, problems = numbers.as_numbers(
        frame, fields, stated=CellFormat(), separator=separator, degrees=fields, are_places=True
    )
    longitude, latitude = (
        pd.to_numeric(rewritten[name], errors="coerce").to_numpy(float, na_value=np.nan)
        for name in fields
    )
    is_place = (np.abs(longitude) <= 180) & (np.abs(latitude) <= 90)  # noqa: PLR2004 -- degrees
    problems += _named(frame[fields[0]], ~is_place, "lon and lat must be degrees")
    degrees = gpd.GeoSeries(gpd.points_from_xy(longitude, latitude), crs=4326)
    return degrees.to_crs(region.crs), problems


def _named(values: pd.Series, is_wrong: np.ndarray, what: str) -> list[str]:
    """Name the first rows that are wrong, by their line in the file."""
    rows = np.flatnonzero(is_wrong)
    shown = [f"line {row + 2}: {values.iloc[row]!r}" for row in rows[:_MOST_NAMED]]
    more = f" and {len(rows) - len(shown)} more" if len(rows) > len(shown) else ""
    return [f"{what} ({'; '.join(shown)}{more})"] if len(rows) else []
