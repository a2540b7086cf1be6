"""Routes, trips and stop times of a GTFS feed: what comes on demand or cannot run is left out.

A trip needs two stops and times that do not run backwards.
"""

import numpy as np
import pandas as pd

from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.files import MAX_EXAMPLES, Notes
from geo_planner.sources.gtfs.references import keep_keyed, keep_marked, places_among, unique_ids
from geo_planner.sources.gtfs.tables import FLEX

DEMAND_RESPONSIVE = 715
BUS = 3


def clean_routes(frame: pd.DataFrame, notes: Notes) -> tuple[pd.DataFrame, pd.Index]:
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
    demand_routes = unique_ids(frame[on_demand], "route_id")
    kept = keep_marked(frame, ~on_demand, Reason("gtfs_demand_routes"), "routes.route_id", notes)
    return kept, demand_routes


def clean_trips(
    trips: pd.DataFrame,
    routes: pd.DataFrame,
    demand_routes: pd.Index,
    services: pd.Index,
    notes: Notes,
) -> pd.DataFrame:
    """Keep trips of a route and a service that are there, and that no passenger need ask for."""
    on_demand = places_among(trips["route_id"], demand_routes) >= 0
    trips = keep_marked(trips, ~on_demand, Reason("gtfs_demand_trips"), "trips.trip_id", notes)
    has_route = places_among(trips["route_id"], unique_ids(routes, "route_id")) >= 0
    trips = keep_marked(trips, has_route, Reason("gtfs_trips_no_route"), "trips.trip_id", notes)
    has_service = places_among(trips["service_id"], services) >= 0
    return keep_marked(trips, has_service, Reason("gtfs_trips_no_service"), "trips.trip_id", notes)


def clean_stop_times(
    frame: pd.DataFrame, stops: pd.DataFrame, trips: pd.DataFrame, notes: Notes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the stop times by trip, and leave out trips that cannot run; return both tables."""
    on_demand = unique_ids(frame[frame[list(FLEX)].notna().any(axis=1)], "trip_id")
    if len(on_demand):
        is_fixed = places_among(trips["trip_id"], on_demand) < 0
        trips = keep_marked(trips, is_fixed, Reason("gtfs_demand_trips"), "trips.trip_id", notes)
        frame = frame[places_among(frame["trip_id"], on_demand) < 0]
    frame = frame.drop(columns=list(FLEX))
    trip_ids = unique_ids(trips, "trip_id")
    frame = keep_marked(
        frame,
        places_among(frame["trip_id"], trip_ids) >= 0,
        Reason("gtfs_times_no_trip"),
        "stop_times.trip_id",
        notes,
    )
    frame = keep_marked(
        frame,
        places_among(frame["stop_id"], unique_ids(stops, "stop_id")) >= 0,
        Reason("gtfs_times_no_stop"),
        "stop_times.stop_id",
        notes,
    )
    frame = keep_marked(
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


def clean_frequencies(frame: pd.DataFrame, trips: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Keep frequencies that are complete and belong to a trip."""
    needed = ["end_time_s", "headway_s"]
    frame = keep_keyed(frame, "frequencies", ["trip_id", "start_time_s"], notes, needed=needed)
    return keep_marked(
        frame,
        places_among(frame["trip_id"], unique_ids(trips, "trip_id")) >= 0,
        Reason("gtfs_frequencies"),
        "frequencies.trip_id",
        notes,
    )


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
    trip_idx = places_among(frame["trip_id"], trip_ids)
    rank = trip_idx.astype(np.int64) << 32 | frame["stop_sequence"].to_numpy(dtype=np.int64)
    if (np.diff(rank) < 0).any():
        order = np.argsort(rank, kind="stable")
        frame, rank = frame.iloc[order].reset_index(drop=True), rank[order]
    is_first = np.append(True, np.diff(rank) > 0)[: len(rank)]
    frame = keep_marked(
        frame,
        is_first,
        Reason("gtfs_times_repeat"),
        "stop_times.trip_id",
        notes,
    )
    return frame, rank[is_first] >> 32


def _backwards(frame: pd.DataFrame, trip_idx: np.ndarray) -> np.ndarray:
    """Find the trips with a stated time before the one stated last."""
    times = [
        frame[name].to_numpy(dtype=np.int32, na_value=-1)
        for name in ("arrival_time_s", "departure_time_s")
    ]
    times_s = np.column_stack(times).ravel()
    owner: np.ndarray = np.repeat(trip_idx, 2)
    is_stated = times_s >= 0
    times_s, owner = times_s[is_stated], owner[is_stated]
    is_earlier = (np.diff(times_s) < 0) & (np.diff(owner) == 0)
    return np.unique(owner[1:][is_earlier])
