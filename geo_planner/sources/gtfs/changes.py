"""Transfers and pathways of a GTFS feed: those between what is there are kept."""

import numpy as np
import pandas as pd

from geo_planner.reasons import Reason
from geo_planner.sources.gtfs.files import Notes
from geo_planner.sources.gtfs.references import keep_keyed, keep_marked, places_among, unique_ids


def clean_transfers(
    frame: pd.DataFrame,
    stops: pd.DataFrame,
    routes: pd.DataFrame,
    trips: pd.DataFrame,
    notes: Notes,
) -> pd.DataFrame:
    """Keep transfers all of whose stops, routes and trips are there."""
    frame.insert(0, "transfer_id", [str(row) for row in range(len(frame))])
    is_there = np.ones(len(frame), dtype=bool)
    for table, column in ((stops, "stop_id"), (routes, "route_id"), (trips, "trip_id")):
        ids = unique_ids(table, column)
        for end in (f"from_{column}", f"to_{column}"):
            is_there &= (places_among(frame[end], ids) >= 0) | frame[end].isna().to_numpy()
    return keep_marked(
        frame,
        is_there,
        Reason("gtfs_transfers"),
        "transfers.from_stop_id",
        notes,
    )


def clean_pathways(frame: pd.DataFrame, stops: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Keep pathways between stops that are there; blank lengths below zero."""
    ends = ["from_stop_id", "to_stop_id"]
    frame = keep_keyed(frame, "pathways", ["pathway_id"], notes, needed=ends)
    ids = unique_ids(stops, "stop_id")
    is_there = np.logical_and.reduce([places_among(frame[end], ids) >= 0 for end in ends])
    what = Reason("gtfs_pathways")
    frame = keep_marked(frame, is_there, what, "pathways.pathway_id", notes)
    is_wrong = (frame["length_m"] < 0).to_numpy()
    notes.add(
        "pathways.txt", "repaired", Reason("gtfs_lengths"), is_wrong.sum(),
        frame.loc[is_wrong, "pathway_id"],
    )  # fmt: skip
    return frame.assign(length_m=frame["length_m"].mask(is_wrong))
