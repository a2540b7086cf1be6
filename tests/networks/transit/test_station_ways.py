"""Entrances and pathways: how stops are entered, changed at and left, by arithmetic."""

import geopandas as gpd
import numpy as np
import pytest

from geo_planner.kernels.service import Walks
from geo_planner.networks.transit.station_ways import (
    stop_entrances,
    walks_through_entrances,
)
from geo_planner.sources.gtfs.feed import read_gtfs
from geo_planner.words.english import english
from tests.worlds import WORLD_CRS, calls, write_gtfs

# a station with two platforms 40 m apart and two entrances, and a plain stop
PLACES = {
    "p": (0, 0),
    "q": (0, 40),
    "S": (0, 20),
    "east": (60, 0),
    "west": (-80, 0),
    "bus": (300, 0),
}
KINDS = {"S": 1, "east": 2, "west": 2}
PARENTS = dict.fromkeys(("p", "q", "east", "west"), "S")


def tables(tmp_path, pathways=()):
    """Read a feed of the station; pathways are (id, from, to, columns)."""
    path = write_gtfs(tmp_path / "feed", stops=PLACES, stop_times=calls("t", ("p", 1), ("bus", 9)))
    lines = (path / "stops.txt").read_text().splitlines()
    rows = [f"{lines[0]},location_type,parent_station"]
    for line in lines[1:]:
        name = line.split(",")[0]
        rows.append(f"{line},{KINDS.get(name, 0)},{PARENTS.get(name, '')}")
    (path / "stops.txt").write_text("\n".join(rows))
    if pathways:
        head = "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,length,"
        body = [
            f"{number},{one},{other},{more.get('mode', 1)},{more.get('both', 1)},"
            f"{more.get('length', '')},{more.get('time', '')},{more.get('stairs', '')}"
            for number, (one, other, more) in enumerate(pathways)
        ]
        text = "\n".join([head + "traversal_time,stair_count", *body])
        (path / "pathways.txt").write_text(text)
    return read_gtfs(path, "f", WORLD_CRS).tables


def ways(doors, walks, stop) -> dict[str, float]:
    """Give a stop's doors and the way to or from each [s]."""
    part = slice(*walks.ptr[stop : stop + 2])
    names = doors.points.index[walks.stop[part]]
    return {
        name.removeprefix("f:"): round(float(cost) / 100, 1)
        for name, cost in zip(names, walks.cost_cs[part], strict=True)
    }


STOPS = ["f:p", "f:q", "f:bus"]


def test_without_entrances_and_pathways_there_are_no_doors(tmp_path):
    plain = tables(tmp_path)
    plain["stops"] = plain["stops"][plain["stops"]["location_type"] != 2]
    assert stop_entrances(plain, STOPS, 1.0) is None


def test_platforms_of_a_station_with_entrances_alone_are_entered_in_a_straight_line(tmp_path):
    doors = stop_entrances(tables(tmp_path), STOPS, 2.0)
    assert ways(doors, doors.inward, 0) == {"east": 30.0, "west": 40.0}
    assert ways(doors, doors.inward, 2) == {"bus": 0.0}
    assert len(doors.inside.stop) == 0


def test_pathways_take_their_time_or_length_or_stairs_in_the_direction_they_lead(tmp_path):
    pathways = [
        ("east", "p", {"time": 45}),
        ("p", "q", {"length": 60}),
        ("west", "q", {"both": 0, "mode": 2, "stairs": -30}),
    ]
    doors = stop_entrances(tables(tmp_path, pathways), STOPS, 1.5)
    assert ways(doors, doors.inward, 0) == {
        "east": 45.0, "west": pytest.approx(np.hypot(80, 40) / 1.5 + 18 + 40, abs=0.2)
    }  # fmt: skip
    assert ways(doors, doors.outward, 0) == {"east": 45.0}
    assert ways(doors, doors.inward, 1)["east"] == 85.0
    pairs = {(0, 1): 4000, (1, 0): 4000}
    row = np.repeat(np.arange(3), np.diff(doors.inside.ptr))
    found = zip(row.tolist(), doors.inside.stop.tolist(), strict=True)
    assert dict(zip(found, doors.inside.cost_cs.tolist(), strict=True)) == pairs


def test_pathways_replace_walks_within_a_station_and_lead_to_the_street(tmp_path):
    pathways = [("east", "p", {"time": 45}), ("p", "q", {"time": 70})]
    doors = stop_entrances(tables(tmp_path, pathways), STOPS, 1.0)
    names = [name.removeprefix("f:") for name in doors.points.index]
    assert sorted(names) == ["bus", "east"]
    east, bus = names.index("east"), names.index("bus")
    ptr = np.zeros(3, np.int32)
    ptr[1:] = np.cumsum([1, 1])
    street = Walks(ptr, np.array([1, 0], np.int32), np.array([24000, 24000], np.int32))
    assert {east, bus} == {0, 1}
    walks = walks_through_entrances(street, doors, 10**6)
    row = np.repeat(np.arange(3), np.diff(walks.ptr)).tolist()
    found = dict(
        zip(zip(row, walks.stop.tolist(), strict=True), walks.cost_cs.tolist(), strict=True)
    )
    assert found == {
        (0, 1): 7000, (1, 0): 7000, (0, 2): 28500, (2, 0): 28500, (1, 2): 35500, (2, 1): 35500
    }  # fmt: skip
    near = walks_through_entrances(street, doors, 30000)
    assert len(near.stop) == 4


def test_pathways_to_places_that_are_not_there_are_left_out_and_counted(tmp_path):
    path = write_gtfs(tmp_path / "g", stops=PLACES, stop_times=calls("t", ("p", 1), ("bus", 9)))
    (path / "pathways.txt").write_text(
        "pathway_id,from_stop_id,to_stop_id,pathway_mode,is_bidirectional,length\n"
        "1,p,gone,1,1,5\n2,p,q,1,1,-3\n"
    )
    (path / "booking_rules.txt").write_text("booking_rule_id,booking_type\na,1\nb,2\n")
    feed = read_gtfs(path, "f", WORLD_CRS)
    assert feed.tables["pathways"]["pathway_id"].tolist() == ["f:2"]
    assert feed.tables["pathways"]["length_m"].isna().tolist() == [True]
    counted = {english(f.what): f.count for f in feed.findings if f.kind != "read"}
    assert counted == {
        "pathways between places absent from the feed": 1,
        "lengths below 0, made blank": 1,
        "rows on demand-responsive services (GTFS-Flex)": 2,
    }
    assert isinstance(feed.tables["stops"], gpd.GeoDataFrame)


def test_ways_within_stations_are_as_long_as_their_pathways_or_the_lines_between_their_ends(
    tmp_path,
):
    pathways = [("east", "p", {"time": 45}), ("p", "q", {"length": 70}), ("q", "west", {"both": 0})]
    doors = stop_entrances(tables(tmp_path, pathways), STOPS, 1.0)
    into, out = doors.inward.of(1), doors.outward.of(1)
    names = [doors.points.index[stop].removeprefix("f:") for stop in (*into.stop, *out.stop)]
    lengths = [*into.length_m, *out.length_m]
    expected = {"east": 60 + 70, "west": np.hypot(80, 40)}
    assert names == ["east", "east", "west"]
    assert lengths == pytest.approx([expected[name] for name in names], rel=1e-3)


def test_a_door_that_only_lets_people_out_is_a_door(tmp_path):
    doors = stop_entrances(tables(tmp_path, [("p", "west", {"both": 0, "time": 30})]), STOPS, 1.0)
    assert ways(doors, doors.outward, 0) == {"west": 30.0}
    assert ways(doors, doors.inward, 0) == {}
