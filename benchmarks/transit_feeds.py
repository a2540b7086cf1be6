"""Timetables made from real ones: with every time filled in, and many times as large."""

import shutil
import zipfile

import pandas as pd

from geo_planner.networks.transit.trip_times import platforms, read_trips
from geo_planner.units import CENTISECONDS_PER_S


def clock(time_s):
    """Write seconds of the service day as GTFS does."""
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}"


def rewrite(source, target, **files):
    """Copy a feed with some of its files put in the place of its own."""
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in read.namelist():
            stem = name.rsplit("/", 1)[-1].removesuffix(".txt")
            if stem in files:
                out.writestr(name, files[stem])
            else:
                with read.open(name) as content, out.open(name, "w") as copy:
                    shutil.copyfileobj(content, copy)


def filled_feeds(region, sources, folder):
    """Write feeds whose blank times are filled by our rule, to whole seconds."""
    tables = {name: region.table(name) for name in ("trips", "stop_times")}
    tables["stops"] = region.geo_table("stops")
    trips, _ = read_trips(tables, platforms(tables))
    called = tables["stop_times"].sort_values(["trip_id", "stop_sequence"])
    place = called["trip_id"].map(
        pd.Series(range(len(tables["trips"])), index=tables["trips"]["trip_id"])
    )
    called = called[place.isin(trips.row)].assign(row=place)
    called = called.sort_values(["row", "stop_sequence"], kind="stable")
    for name, times in (("arrival_time", trips.arrival_cs), ("departure_time", trips.departure_cs)):
        called[name] = [clock(time) for time in (times // CENTISECONDS_PER_S).tolist()]
    columns = ["trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time"]
    paths = []
    for number, source in enumerate(sources, start=1):
        prefix = f"{number}:"
        own = called[called["trip_id"].str.startswith(prefix)][columns].copy()
        for name in ("trip_id", "stop_id"):
            own[name] = own[name].str.removeprefix(prefix)
        paths.append(folder / source.name)
        rewrite(source, paths[-1], stop_times=own.to_csv(index=False))
    return paths


def replicated_feed(source, target, copies):
    """Write a feed with copies of all stops, routes, trips and calls beside each other.

    Returns how many calls it has.
    """
    ids = {
        "stops": ["stop_id"],
        "routes": ["route_id"],
        "trips": ["trip_id", "route_id", "block_id"],
        "stop_times": ["trip_id", "stop_id"],
    }
    files, n_calls = {}, 0
    for name, columns in ids.items():
        with zipfile.ZipFile(source) as read, read.open(f"{name}.txt") as content:
            table = pd.read_csv(content, dtype=str, keep_default_na=False)
        keys = [key for key in columns if key in table]
        parts = []
        for copy in range(copies):
            part = table.copy()
            for key in keys:
                part[key] = part[key].where(part[key] == "", f"{copy}_" + part[key])
            parts.append(part)
        whole = pd.concat(parts, ignore_index=True)
        files[name] = whole.to_csv(index=False)
        n_calls = len(whole) if name == "stop_times" else n_calls
    rewrite(
        source, target, shapes="shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\n", **files
    )
    return n_calls
