"""Rows of a GTFS feed judged: what refers to nothing or cannot run is left out and counted.

A stop without a believable position keeps its place in trips; a trip needs two stops and times
that do not run backwards.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo_planner.crs import WGS84
from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.files import MAX_EXAMPLES, Notes
from geo_planner.sources.gtfs.tables import FLEX

DEMAND_RESPONSIVE = 715
BUS = 3
PLATFORMS = (0, 4)
MAX_LATITUDE = 90
MAX_LONGITUDE = 180


def clean(raw: Mapping[str, pd.DataFrame], crs: CRS, notes: Notes) -> dict[str, pd.DataFrame]:
    """Leave out what refers to nothing or cannot run, and note it.

    Parameters
    ----------
    raw
        Typed columns by file name without ``.txt``.
    crs
        Metric CRS that stops and shapes are brought to.
    notes
        Where what is left out or mended is noted.

    Returns
    -------
    dict
        Tables by name, with text still as categories and without the column of the feed.
    """
    calendar = _keyed(
        raw["calendar"], "calendar", ["service_id"], notes, needed=["start_date", "end_date"]
    )
    calendar_dates = _keyed(
        raw["calendar_dates"],
        "calendar_dates",
        ["service_id", "date"],
        notes,
        needed=["exception_type"],
    )
    stops = _stops(_keyed(raw["stops"], "stops", ["stop_id"], notes), crs, notes)
    routes, demand_routes = _routes(_keyed(raw["routes"], "routes", ["route_id"], notes), notes)
    services = _index(calendar, "service_id").union(_index(calendar_dates, "service_id"))
    trips = _trips(
        _keyed(raw["trips"], "trips", ["trip_id"], notes), routes, demand_routes, services, notes
    )
    stop_times, trips = _stop_times(raw["stop_times"], stops, trips, notes)
    shapes = _shapes(raw["shapes"], crs, notes)
    trips["shape_id"] = _known_or_blank(trips, "shape_id", shapes["shape_id"], "trips", notes)
    return {
        "stops": stops,
        "routes": routes,
        "trips": trips,
        "stop_times": stop_times,
        "calendar": calendar,
        "calendar_dates": calendar_dates,
        "frequencies": _frequencies(raw["frequencies"], trips, notes),
        "transfers": _transfers(raw["transfers"], stops, routes, trips, notes),
        "pathways": _pathways(raw["pathways"], stops, notes),
        "shapes": shapes,
    }


def _index(frame: pd.DataFrame, column: str) -> pd.Index:
    return pd.Index(frame[column].astype(object).dropna().unique(), dtype=object)


def _places(column: pd.Series, ids: pd.Index) -> np.ndarray:
    """Find each row's id among unique ids; -1 where it is blank or absent."""
    found = ids.get_indexer(pd.Index(column.cat.categories, dtype=object))
    places: np.ndarray = np.append(found, -1)[column.cat.codes.to_numpy()]
    return places


def _keep(
    frame: pd.DataFrame,
    is_kept: pd.Series | np.ndarray,
    what: Reason,
    where: str,
    notes: Notes,
) -> pd.DataFrame:
    """Keep the marked rows; note how many are left out, and the first values of ``file.column``."""
    file, column = where.split(".")
    is_kept = np.asarray(is_kept, dtype=bool)
    if is_kept.all():
        return frame
    examples = frame.loc[~is_kept, column].dropna().unique()[:MAX_EXAMPLES]
    notes.add(f"{file}.txt", "left_out", what, int((~is_kept).sum()), examples)
    return frame[is_kept].reset_index(drop=True)


def _keyed(
    frame: pd.DataFrame, file: str, key: list[str], notes: Notes, *, needed: list[str] | None = None
) -> pd.DataFrame:
    """Leave out rows without their key or another needed value, and all but the first of a key."""
    needed = key + (needed or [])
    frame = _keep(
        frame,
        frame[needed].notna().all(axis=1),
        Reason("gtfs_rows_without", columns=", ".join(needed)),
        f"{file}.{key[0]}",
        notes,
    )
    return _keep(
        frame,
        ~frame.duplicated(key),
        Reason("gtfs_rows_repeat", columns=", ".join(key)),
        f"{file}.{key[0]}",
        notes,
    )


def _known_or_blank(
    frame: pd.DataFrame, column: str, ids: pd.Series, file: str, notes: Notes
) -> pd.Series:
    """Blank references to something absent that the row can do without."""
    values = frame[column]
    is_lost = values.notna().to_numpy() & (
        _places(values, pd.Index(ids.astype(object), dtype=object)) < 0
    )
    notes.add(
        f"{file}.txt",
        "repaired",
        Reason("gtfs_absent", column=column),
        is_lost.sum(),
        values[is_lost].unique()[:MAX_EXAMPLES],
    )
    return values.mask(is_lost)


def _stops(frame: pd.DataFrame, crs: CRS, notes: Notes) -> gpd.GeoDataFrame:
    points = _points(frame["stop_lon"], frame["stop_lat"], crs)
    frame = frame.drop(columns=["stop_lon", "stop_lat"])
    frame["parent_station"] = _known_or_blank(
        frame, "parent_station", frame["stop_id"], "stops", notes
    )
    points = _placed_by_parents(frame, points, notes)
    is_placed = ~shapely.is_missing(points)
    notes.add(
        "stops.txt",
        "warning",
        Reason("gtfs_stops_placeless"),
        (~is_placed).sum(),
        frame.loc[~is_placed, "stop_id"].head(),
    )
    return gpd.GeoDataFrame(frame, geometry=points, crs=crs)


def _placed_by_parents(frame: pd.DataFrame, points: np.ndarray, notes: Notes) -> np.ndarray:
    """Give platforms and boarding areas without a place that of what they belong to."""
    parent = _places(frame["parent_station"], _index(frame, "stop_id"))
    is_platform = frame["location_type"].isin(PLATFORMS).to_numpy(dtype=bool)
    found = points.copy()
    # a boarding area belongs to a platform, that to a station
    for _ in PLATFORMS:
        is_lost = is_platform & (parent >= 0) & shapely.is_missing(found)
        found[is_lost] = found[parent[is_lost]]
    is_new = shapely.is_missing(points) & ~shapely.is_missing(found)
    notes.add(
        "stops.txt", "repaired", Reason("gtfs_placed_by_parent"), is_new.sum(),
        frame.loc[is_new, "stop_id"].head(),
    )  # fmt: skip
    return found


def _points(longitude: pd.Series, latitude: pd.Series, crs: CRS) -> np.ndarray:
    """Make points in a metric CRS; None where there is no believable position [degrees]."""
    x, y = projected(longitude.to_numpy(), latitude.to_numpy(), _to(crs))
    points = np.full(len(x), None, dtype=object)
    is_placed = np.isfinite(x)
    points[is_placed] = shapely.points(x[is_placed], y[is_placed])
    return points


def _to(crs: CRS) -> Transformer:
    return Transformer.from_crs(WGS84, crs, always_xy=True)


def projected(
    longitude: np.ndarray, latitude: np.ndarray, transformer: Transformer
) -> tuple[np.ndarray, np.ndarray]:
    """Bring positions [degrees] to a metric CRS; nan where they are absent or at (0, 0)."""
    with np.errstate(invalid="ignore"):
        is_placed = (np.abs(longitude) <= MAX_LONGITUDE) & (np.abs(latitude) <= MAX_LATITUDE)
    is_placed &= (longitude != 0) | (latitude != 0)
    x, y = np.full((2, len(longitude)), np.nan)
    if is_placed.any():
        x[is_placed], y[is_placed] = transformer.transform(
            longitude[is_placed], latitude[is_placed]
        )
    is_finite = np.isfinite(x) & np.isfinite(y)
    return np.where(is_finite, x, np.nan), np.where(is_finite, y, np.nan)


def _routes(frame: pd.DataFrame, notes: Notes) -> tuple[pd.DataFrame, pd.Index]:
    """Return the routes that keep to a timetable, and the ids of those that come on demand."""
    is_blank = frame["route_type"].isna()
    notes.add(
        "routes.txt",
        "warning",
        Reason("gtfs_no_route_type"),
        is_blank.sum(),
        frame.loc[is_blank, "route_id"].head(),
    )
    frame["route_type"] = frame["route_type"].fillna(BUS)
    on_demand = (frame["route_type"] == DEMAND_RESPONSIVE).to_numpy()
    demand_routes = _index(frame[on_demand], "route_id")
    kept = _keep(frame, ~on_demand, Reason("gtfs_demand_routes"), "routes.route_id", notes)
    return kept, demand_routes


def _trips(
    trips: pd.DataFrame,
    routes: pd.DataFrame,
    demand_routes: pd.Index,
    services: pd.Index,
    notes: Notes,
) -> pd.DataFrame:
    on_demand = _places(trips["route_id"], demand_routes) >= 0
    trips = _keep(trips, ~on_demand, Reason("gtfs_demand_trips"), "trips.trip_id", notes)
    has_route = _places(trips["route_id"], _index(routes, "route_id")) >= 0
    trips = _keep(trips, has_route, Reason("gtfs_trips_no_route"), "trips.trip_id", notes)
    has_service = _places(trips["service_id"], services) >= 0
    return _keep(trips, has_service, Reason("gtfs_trips_no_service"), "trips.trip_id", notes)


def _stop_times(
    frame: pd.DataFrame, stops: pd.DataFrame, trips: pd.DataFrame, notes: Notes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the stop times by trip, and leave out trips that cannot run; return both tables."""
    on_demand = _index(frame[frame[list(FLEX)].notna().any(axis=1)], "trip_id")
    if len(on_demand):
        is_fixed = _places(trips["trip_id"], on_demand) < 0
        trips = _keep(trips, is_fixed, Reason("gtfs_demand_trips"), "trips.trip_id", notes)
        frame = frame[_places(frame["trip_id"], on_demand) < 0]
    frame = frame.drop(columns=list(FLEX))
    trip_ids = _index(trips, "trip_id")
    frame = _keep(
        frame,
        _places(frame["trip_id"], trip_ids) >= 0,
        Reason("gtfs_times_no_trip"),
        "stop_times.trip_id",
        notes,
    )
    frame = _keep(
        frame,
        _places(frame["stop_id"], _index(stops, "stop_id")) >= 0,
        Reason("gtfs_times_no_stop"),
        "stop_times.stop_id",
        notes,
    )
    frame = _keep(
        frame,
        frame["stop_sequence"].notna(),
        Reason("gtfs_times_no_order"),
        "stop_times.trip_id",
        notes,
    )
    frame, order = _in_order(frame, trip_ids, notes)
    _note_timeless_ends(frame, order, trips, notes)
    n_stops = np.bincount(order, minlength=len(trips))
    is_backwards = np.zeros(len(trips), dtype=bool)
    is_backwards[_backwards(frame, order)] = True
    is_long = n_stops > 1
    for is_good, what in (
        (is_long, Reason("gtfs_short_trips")),
        (~is_backwards | ~is_long, Reason("gtfs_backwards")),
    ):
        bad = trips.loc[~is_good, "trip_id"]
        notes.add("trips.txt", "left_out", what, len(bad), bad.head())
    is_good = is_long & ~is_backwards
    if not is_good.all():
        frame = frame[is_good[order]].reset_index(drop=True)
        trips = trips[is_good].reset_index(drop=True)
    return frame, trips


def _note_timeless_ends(
    frame: pd.DataFrame, trip_idx: np.ndarray, trips: pd.DataFrame, notes: Notes
) -> None:
    """Count the trips whose first or last call has no time."""
    is_end = np.diff(trip_idx, prepend=-1) != 0
    is_end |= np.diff(trip_idx, append=-1) != 0
    is_blank = frame[["arrival_time_s", "departure_time_s"]].isna().all(axis=1).to_numpy()
    lost = np.unique(trip_idx[is_end & is_blank])
    notes.add(
        "stop_times.txt", "warning", Reason("gtfs_timeless_ends"), len(lost),
        trips["trip_id"].iloc[lost[:MAX_EXAMPLES]],
    )  # fmt: skip


def _in_order(
    frame: pd.DataFrame, trip_ids: pd.Index, notes: Notes
) -> tuple[pd.DataFrame, np.ndarray]:
    """Sort stop times by trip and sequence, each once; return them and each row's trip index."""
    trip_idx = _places(frame["trip_id"], trip_ids)
    rank = trip_idx.astype(np.int64) << 32 | frame["stop_sequence"].to_numpy(dtype=np.int64)
    if (np.diff(rank) < 0).any():
        order = np.argsort(rank, kind="stable")
        frame, rank = frame.iloc[order].reset_index(drop=True), rank[order]
    is_first = np.append(True, np.diff(rank) > 0)[: len(rank)]
    frame = _keep(
        frame,
        is_first,
        Reason("gtfs_times_repeat"),
        "stop_times.trip_id",
        notes,
    )
    return frame, rank[is_first] >> 32


def _backwards(frame: pd.DataFrame, trip_idx: np.ndarray) -> np.ndarray:
    """Find the trips with a known time before the one known last."""
    times = [
        frame[name].to_numpy(dtype=np.int32, na_value=-1)
        for name in ("arrival_time_s", "departure_time_s")
    ]
    times_s = np.column_stack(times).ravel()
    owner: np.ndarray = np.repeat(trip_idx, 2)
    is_known = times_s >= 0
    times_s, owner = times_s[is_known], owner[is_known]
    is_earlier = (np.diff(times_s) < 0) & (np.diff(owner) == 0)
    return np.unique(owner[1:][is_earlier])


def _frequencies(frame: pd.DataFrame, trips: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    needed = ["end_time_s", "headway_s"]
    frame = _keyed(frame, "frequencies", ["trip_id", "start_time_s"], notes, needed=needed)
    return _keep(
        frame,
        _places(frame["trip_id"], _index(trips, "trip_id")) >= 0,
        Reason("gtfs_frequencies"),
        "frequencies.trip_id",
        notes,
    )


def _transfers(
    frame: pd.DataFrame,
    stops: pd.DataFrame,
    routes: pd.DataFrame,
    trips: pd.DataFrame,
    notes: Notes,
) -> pd.DataFrame:
    frame.insert(0, "transfer_id", [str(row) for row in range(len(frame))])
    is_known = np.ones(len(frame), dtype=bool)
    for table, column in ((stops, "stop_id"), (routes, "route_id"), (trips, "trip_id")):
        ids = _index(table, column)
        for end in (f"from_{column}", f"to_{column}"):
            is_known &= (_places(frame[end], ids) >= 0) | frame[end].isna().to_numpy()
    return _keep(
        frame,
        is_known,
        Reason("gtfs_transfers"),
        "transfers.from_stop_id",
        notes,
    )


def _pathways(frame: pd.DataFrame, stops: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    ends = ["from_stop_id", "to_stop_id"]
    frame = _keyed(frame, "pathways", ["pathway_id"], notes, needed=ends)
    ids = _index(stops, "stop_id")
    is_known = np.logical_and.reduce([_places(frame[end], ids) >= 0 for end in ends])
    what = Reason("gtfs_pathways")
    frame = _keep(frame, is_known, what, "pathways.pathway_id", notes)
    is_wrong = (frame["length_m"] < 0).to_numpy()
    notes.add(
        "pathways.txt", "repaired", Reason("gtfs_lengths"), is_wrong.sum(),
        frame.loc[is_wrong, "pathway_id"],
    )  # fmt: skip
    return frame.assign(length_m=frame["length_m"].mask(is_wrong))


def _shapes(frame: pd.DataFrame, crs: CRS, notes: Notes) -> gpd.GeoDataFrame:
    """Draw each shape's points in order as a line; shapes without two different points go."""
    x, y = projected(frame["shape_pt_lon"].to_numpy(), frame["shape_pt_lat"].to_numpy(), _to(crs))
    shape_ids = _index(frame, "shape_id")
    shape_idx = _places(frame["shape_id"], shape_ids)
    is_good = (shape_idx >= 0) & np.isfinite(x) & frame["shape_pt_sequence"].notna().to_numpy()
    notes.add(
        "shapes.txt",
        "left_out",
        Reason("gtfs_shape_points"),
        (~is_good).sum(),
        frame.loc[~is_good, "shape_id"].dropna().unique()[:MAX_EXAMPLES],
    )
    sequence = frame["shape_pt_sequence"].to_numpy(dtype=np.int64, na_value=0)
    order = np.lexsort((sequence[is_good], shape_idx[is_good]))
    shape_idx, x, y = shape_idx[is_good][order], x[is_good][order], y[is_good][order]
    is_new = np.ones(len(x), dtype=bool)
    is_new[1:] = (np.diff(shape_idx) != 0) | (np.diff(x) != 0) | (np.diff(y) != 0)
    shape_idx, x, y = shape_idx[is_new], x[is_new], y[is_new]
    n_points = np.bincount(shape_idx, minlength=len(shape_ids))
    is_line = n_points > 1
    notes.add(
        "shapes.txt",
        "left_out",
        Reason("gtfs_shapes"),
        (~is_line).sum(),
        shape_ids[~is_line][:MAX_EXAMPLES],
    )
    on_line = is_line[shape_idx]
    lines = shapely.linestrings(
        x[on_line], y[on_line], indices=(np.cumsum(is_line) - 1)[shape_idx[on_line]]
    )
    kept = pd.Series(pd.Categorical(shape_ids[is_line]), name="shape_id")
    return gpd.GeoDataFrame({"shape_id": kept}, geometry=lines, crs=crs)
