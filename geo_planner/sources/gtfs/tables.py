"""The columns of GTFS files and their types: words become numbers, times, dates and ids.

Times are seconds of the service day and may exceed 86 400. What cannot be read becomes blank, or
what the specification says a blank means, and is counted.
"""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from geo_planner.errors import SourceError
from geo_planner.reasons import Reason
from geo_planner.schema import tables as schema_tables
from geo_planner.sources.gtfs.files import MAX_EXAMPLES, Notes, read_cells
from geo_planner.words.english import sentence

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FLEX_FILES = (
    "booking_rules.txt", "location_groups.txt", "location_group_stops.txt", "locations.geojson",
)  # fmt: skip
FLEX = ("location_id", "location_group_id", "start_pickup_drop_off_window")

# file -> column of the file -> kind
_ID, _TEXT, _WHOLE, _TIME, _DATE, _NUMBER = "id", "text", "whole", "time", "date", "number"
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "agency": {"agency_name": _TEXT, "agency_timezone": _TEXT},
    "feed_info": {"feed_publisher_name": _TEXT},
    "stops": {
        "stop_id": _ID, "stop_code": _TEXT, "stop_name": _TEXT, "stop_lat": _NUMBER,
        "stop_lon": _NUMBER, "location_type": _WHOLE, "parent_station": _ID,
        "wheelchair_boarding": _WHOLE, "platform_code": _TEXT,
    },
    "routes": {
        "route_id": _ID, "agency_id": _ID, "route_short_name": _TEXT, "route_long_name": _TEXT,
        "route_type": _WHOLE, "route_color": _TEXT,
    },
    "trips": {
        "trip_id": _ID, "route_id": _ID, "service_id": _ID, "trip_headsign": _TEXT,
        "direction_id": _WHOLE, "block_id": _ID, "shape_id": _ID, "wheelchair_accessible": _WHOLE,
        "bikes_allowed": _WHOLE,
    },
    "stop_times": {
        "trip_id": _ID, "stop_sequence": _WHOLE, "stop_id": _ID, "arrival_time": _TIME,
        "departure_time": _TIME, "pickup_type": _WHOLE, "drop_off_type": _WHOLE,
        "shape_dist_traveled": _NUMBER, **dict.fromkeys(FLEX, _TEXT),
    },
    "calendar": {
        "service_id": _ID, **dict.fromkeys(WEEKDAYS, _WHOLE), "start_date": _DATE,
        "end_date": _DATE,
    },
    "calendar_dates": {"service_id": _ID, "date": _DATE, "exception_type": _WHOLE},
    "frequencies": {
        "trip_id": _ID, "start_time": _TIME, "end_time": _TIME, "headway_secs": _WHOLE,
        "exact_times": _WHOLE,
    },
    "transfers": {
        "from_stop_id": _ID, "to_stop_id": _ID, "from_route_id": _ID, "to_route_id": _ID,
        "from_trip_id": _ID, "to_trip_id": _ID, "transfer_type": _WHOLE,
        "min_transfer_time": _WHOLE,
    },
    "pathways": {
        "pathway_id": _ID, "from_stop_id": _ID, "to_stop_id": _ID, "pathway_mode": _WHOLE,
        "is_bidirectional": _WHOLE, "length": _NUMBER, "traversal_time": _WHOLE,
        "stair_count": _WHOLE,
    },
    "shapes": {
        "shape_id": _ID, "shape_pt_lat": _NUMBER, "shape_pt_lon": _NUMBER,
        "shape_pt_sequence": _WHOLE,
    },
}  # fmt: skip
_RENAMED = {
    "arrival_time": "arrival_time_s",
    "departure_time": "departure_time_s",
    "start_time": "start_time_s",
    "end_time": "end_time_s",
    "headway_secs": "headway_s",
    "min_transfer_time": "min_transfer_time_s",
    "length": "length_m",
    "traversal_time": "traversal_time_s",
}
# what a blank means, where the specification says so
_DEFAULTS: Mapping[str, Mapping[str, int]] = {
    "stops": {"location_type": 0},
    "stop_times": {"pickup_type": 0, "drop_off_type": 0},
    "calendar": dict.fromkeys(WEEKDAYS, 0),
    "frequencies": {"exact_times": 0},
    "transfers": {"transfer_type": 0},
    "pathways": {"pathway_mode": 1, "is_bidirectional": 1},
}
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "stops": ("stop_id",),
    "routes": ("route_id", "route_type"),
    "trips": ("trip_id", "route_id", "service_id"),
    "stop_times": ("trip_id", "stop_id", "stop_sequence"),
    "calendar": ("service_id", *WEEKDAYS, "start_date", "end_date"),
    "calendar_dates": ("service_id", "date", "exception_type"),
    "frequencies": ("trip_id", "start_time", "end_time", "headway_secs"),
    "transfers": (),
    "pathways": ("pathway_id", "from_stop_id", "to_stop_id"),
    "shapes": ("shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"),
    "agency": (),
    "feed_info": (),
}
MUST_BE_THERE = ("stops", "routes", "trips", "stop_times")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)")


def read_table(path: Path, raw: bytes, file: str, prefix: str, notes: Notes) -> pd.DataFrame:
    """Read one file's columns in their types; columns the file has not are null.

    Parameters
    ----------
    path
        The feed, for errors.
    raw
        Content of the file; empty when it is absent.
    file
        Its name without ``.txt``.
    prefix
        Put before every id, with a colon.
    notes
        Where what was mended is noted.

    Raises
    ------
    SourceError
        When a column no timetable can do without is absent, or a required file has no rows.
    """
    kinds = COLUMNS[file]
    numbers = [name for name, kind in kinds.items() if kind == _NUMBER]
    name = f"{file}.txt"
    cells = read_cells(raw, name, notes, numbers=numbers, wanted=kinds)
    absent = [column for column in _REQUIRED[file] if column not in cells]
    if absent and (raw.strip() or file in MUST_BE_THERE):
        raise SourceError(
            str(path), sentence("fault_gtfs_lacks", file=name, columns=", ".join(absent))
        )
    if not len(cells) and file in MUST_BE_THERE:
        raise SourceError(str(path), sentence("fault_gtfs_empty", file=name))
    typed = {}
    for column, kind in kinds.items():
        if column not in cells:
            words = pd.Categorical.from_codes(np.full(len(cells), -1), categories=[])
            cell = pd.Series(words, index=cells.index)
        else:
            cell = cells[column]
        typed[_RENAMED.get(column, column)] = _as_kind(
            cell, kind, column, file=file, prefix=prefix, notes=notes
        )
    return pd.DataFrame(typed, index=cells.index)


def _as_kind(
    cell: pd.Series, kind: str, column: str, *, file: str, prefix: str, notes: Notes
) -> pd.Series:
    """Give a column of words its type."""
    if kind == _NUMBER:
        return cell.astype(np.float64) if cell.dtype != np.float64 else cell
    if kind == _TEXT:
        return cell
    if kind == _ID:
        return cell.cat.rename_categories([f"{prefix}:{word}" for word in cell.cat.categories])
    if kind == _WHOLE:
        return _wholes(cell, column, file, notes)
    words = cell.cat.categories
    parse = _seconds if kind == _TIME else _iso_date
    parsed = [parse(word) for word in words]
    is_bad = np.array([value is None for value in parsed], dtype=bool)
    _note_bad(cell, is_bad, Reason(f"gtfs_no_{kind}", column=column), file, notes)
    if kind == _TIME:
        return _take(cell, np.array([value or 0 for value in parsed], dtype=np.int32), is_bad)
    codes, dates = pd.factorize(np.array(parsed, dtype=object))
    mapped = np.append(codes, -1)[cell.cat.codes.to_numpy()]
    return pd.Series(pd.Categorical.from_codes(mapped, categories=dates), index=cell.index)


def _wholes(cell: pd.Series, column: str, file: str, notes: Notes) -> pd.Series:
    """Read whole numbers; what is none, or not allowed by the schema, becomes the default."""
    values = pd.to_numeric(pd.Series(cell.cat.categories, dtype=object), errors="coerce")
    values = values.to_numpy(dtype=np.float64)
    table = schema_tables().get(file)
    described = table.columns.get(_RENAMED.get(column, column)) if table is not None else None
    limit = float(np.iinfo(np.int32).max)
    minimum, maximum = -limit, limit
    allowed: tuple[str, ...] = ()
    if described is not None:
        allowed = described.allowed
        minimum = described.minimum if described.minimum is not None else minimum
        maximum = described.maximum if described.maximum is not None else maximum
    is_good = (values == np.floor(values)) & (values >= minimum) & (values <= maximum)
    if allowed:
        is_good &= np.isin(values, [float(value) for value in allowed])
    default = _DEFAULTS.get(file, {}).get(column)
    if default is None:
        what = Reason("gtfs_made_blank", column=column)
    else:
        what = Reason("gtfs_made_default", column=column, value=default)
    _note_bad(cell, ~is_good, what, file, notes)
    numbers = _take(cell, np.where(is_good, values, 0).astype(np.int32), ~is_good)
    return numbers if default is None else numbers.fillna(default)


def _take(cell: pd.Series, values: np.ndarray, is_bad: np.ndarray) -> pd.Series:
    """Give each row the number its word stands for, null where blank or bad."""
    codes = cell.cat.codes.to_numpy()
    numbers = np.append(values, 0)[codes]
    return pd.Series(
        pd.arrays.IntegerArray(numbers.astype(np.int32), np.append(is_bad, True)[codes]),
        index=cell.index,
    )


def _note_bad(cell: pd.Series, is_bad: np.ndarray, what: Reason, file: str, notes: Notes) -> None:
    if is_bad.any():
        n_rows = int(np.append(is_bad, False)[cell.cat.codes.to_numpy()].sum())
        notes.add(
            f"{file}.txt", "repaired", what, n_rows, cell.cat.categories[is_bad][:MAX_EXAMPLES]
        )


def _seconds(word: str) -> int | None:
    match = _CLOCK.fullmatch(word)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _iso_date(word: str) -> str | None:
    try:
        return dt.datetime.strptime(word, "%Y%m%d").date().isoformat()  # noqa: DTZ007 -- a date
    except ValueError:
        return None
