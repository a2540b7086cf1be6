"""Rails, stations and lines of a drawn railway."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_planner import schema
from geo_planner.sources.osm import OsmExtract, read_osm
from geo_planner.sources.osm.elements import Member, Relation
from geo_planner.sources.osm.lines import ordered_stops
from geo_planner.sources.osm.stations import station_kind, station_mode
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, ORIGIN_M, Drawing

TRACK = {"railway": "rail", "usage": "main", "maxspeed": "180", "name": "Main line"}
STOP = {"public_transport": "stop_position", "railway": "stop"}


def _railway() -> Drawing:
    """Draw a line of 3 km with stops at 0, 1, 2 and 3 km, a branch at 2 km, and a street."""
    drawing = Drawing().node(901, 0, 500).node(902, 100, 500).way(900, [901, 902])
    for km in range(4):
        drawing.node(km + 1, 1000 * km, 0, name=f"Stop {km}", **STOP)
    drawing.node(5, 3000, 300)
    drawing.way(10, [1, 2, 3], TRACK).way(20, [3, 4], {"railway": "light_rail", "bridge": "yes"})
    return drawing.way(30, [3, 5], {"railway": "rail", "service": "spur"})


def _read(drawing: Drawing, folder: Path, *tables: str) -> OsmExtract:
    extract = read_osm(drawing.write(folder), METRIC)
    for name in tables:
        schema.validate(extract.tables[name], schema.tables()[name], origin=name)
    return extract


def _line(number: int, *roles: tuple[str, int, str]) -> Relation:
    return Relation(number, {}, tuple(Member(*role) for role in roles))


def test_rails_are_cut_where_tracks_meet_and_not_at_stops(tmp_path: Path) -> None:
    rails = _read(_railway(), tmp_path, "rails").tables["rails"].set_index("rail_id")
    ends = {row.Index: (row.from_node, row.to_node) for row in rails.itertuples()}
    assert ends == {"w10-0": ("n1", "n3"), "w20-0": ("n3", "n4"), "w30-0": ("n3", "n5")}
    assert rails["kind"].tolist() == ["rail", "light_rail", "rail"]
    assert rails["length_m"].iloc[0] == pytest.approx(2000, rel=0.001)
    assert rails["maxspeed_mps"].iloc[0] == pytest.approx(50)
    assert rails["usage"].iloc[0] == "main"
    assert rails["service"].iloc[2] == "spur"
    assert rails["level"].tolist() == [0, 1, 0]


def test_rails_out_of_use_are_no_rails(tmp_path: Path) -> None:
    drawing = _railway()
    for number, value in enumerate(("abandoned", "construction", "miniature", "razed"), start=60):
        drawing.way(number, [1, 5], {"railway": value})
    assert len(_read(drawing, tmp_path).tables["rails"]) == 3


def test_rails_and_streets_that_share_a_node_do_not_cut_each_other(tmp_path: Path) -> None:
    drawing = _railway().way(910, [901, 2, 902], {"highway": "path"})
    extract = _read(drawing, tmp_path)
    assert len(extract.tables["rails"]) == 3
    assert (extract.tables["streets"]["osm_way_id"] == "w910").sum() == 1


@pytest.mark.parametrize(
    ("tags", "kind", "mode"),
    [
        ("railway=station", "station", None),
        ("railway=station train=yes", "station", "train"),
        ("railway=station light_rail=yes", "station", "light_rail"),
        ("railway=station station=subway", "station", "subway"),
        ("railway=halt train=yes", "halt", "train"),
        ("railway=stop public_transport=stop_position light_rail=yes", "stop", "light_rail"),
        ("railway=tram_stop", "tram_stop", "tram"),
        ("highway=bus_stop public_transport=platform bus=yes", "bus_stop", "bus"),
        ("public_transport=stop_position bus=yes", "stop", "bus"),
        ("public_transport=platform", "platform", None),
        ("public_transport=platform tram=yes bus=yes", "platform", "tram"),
        ("amenity=ferry_terminal", "ferry_terminal", "ferry"),
        ("amenity=bus_station", "station", "bus"),
        ("railway=subway_entrance", "entrance", "subway"),
        ("railway=signal", None, None),
    ],
)
def test_stations_are_told_apart_by_their_tags(
    tags: str, kind: str | None, mode: str | None
) -> None:
    parsed = dict(tag.split("=") for tag in tags.split())
    assert (station_kind(parsed), station_mode(parsed)) == (kind, mode)


def test_only_bus_stops_are_known_not_to_count_for_the_station_rule(tmp_path: Path) -> None:
    drawing = _railway().node(50, 10, 10, highway="bus_stop").node(51, 0, 90, railway="station")
    stations = _read(drawing, tmp_path, "stations").tables["stations"].set_index("station_id")
    assert len(stations) == 6
    assert not stations.loc["n50", "counts_for_station_rule"]
    assert stations["counts_for_station_rule"].isna().sum() == 5


def test_platforms_drawn_as_lines_and_areas_become_points_on_them(tmp_path: Path) -> None:
    drawing = _railway()
    corners = [(0, 20), (100, 20), (100, 30), (0, 30)]
    for number, (x_m, y_m) in enumerate(corners, start=60):
        drawing.node(number, x_m, y_m)
    platform = {"railway": "platform", "public_transport": "platform", "train": "yes"}
    drawing.way(40, [60, 61, 62, 63, 60], platform).way(41, [60, 61], platform)
    drawing.way(42, [60, 998, 999], platform).way(43, [998, 999], platform)
    extract = _read(drawing, tmp_path, "stations")
    stations = extract.tables["stations"].set_index("station_id")
    area = shapely.box(0, 20, 100, 30)
    inside = shapely.affinity.translate(stations.loc["w40", "geometry"], -ORIGIN_M[0], -ORIGIN_M[1])
    assert area.buffer(-1).contains(inside)
    middle = stations.loc["w41", "geometry"]
    assert (middle.x - ORIGIN_M[0], middle.y - ORIGIN_M[1]) == pytest.approx((50, 20), abs=0.05)
    assert "w42" in stations.index
    assert "w43" not in stations.index


def _with_line(tags: dict[str, str], *members: tuple[str, int, str]) -> Drawing:
    return _railway().relation(5, members, {"type": "route", **tags})


def test_a_line_has_its_course_and_its_stops_in_order(tmp_path: Path) -> None:
    tags = {"route": "train", "ref": "A", "from": "West", "to": "East", "colour": "#00f"}
    stops = [("node", number, "stop") for number in (3, 1, 2, 4)]
    tracks = [("way", 20, ""), ("way", 10, "forward")]
    extract = _read(_with_line(tags, *stops, *tracks), tmp_path, "lines", "line_stops")
    line = gpd.GeoDataFrame(extract.tables["lines"]).iloc[0]
    assert (line["line_id"], line["mode"], line["ref"]) == ("r5", "train", "A")
    assert (line["from_name"], line["to_name"], line["colour"]) == ("West", "East", "#00f")
    assert line["geometry"].geom_type == "LineString"
    assert line["geometry"].length == pytest.approx(3000, rel=0.001)
    calls = extract.tables["line_stops"]
    assert calls["station_id"].tolist() == ["n3", "n1", "n2", "n4"]
    assert calls["stop_sequence"].tolist() == [0, 1, 2, 3]


def test_stops_and_tracks_outside_the_file_are_left_out_and_counted(tmp_path: Path) -> None:
    members = [("node", 1, "stop"), ("node", 777, "stop"), ("node", 2, "stop"), ("way", 778, "")]
    extract = _read(_with_line({"route": "train"}, *members), tmp_path, "lines", "line_stops")
    assert extract.tables["line_stops"]["station_id"].tolist() == ["n1", "n2"]
    assert extract.tables["lines"].geometry.isna().tolist() == [True]
    counted = {english(finding.what): finding.count for finding in extract.findings}
    assert counted["stops of lines that lie outside the file"] == 1
    assert counted["lines without a course in the file"] == 1


def test_stations_without_a_mode_take_that_of_the_lines_that_call(tmp_path: Path) -> None:
    extract = _read(_with_line({"route": "bus"}, ("node", 1, "stop")), tmp_path, "stations")
    stations = extract.tables["stations"].set_index("station_id")
    assert stations.loc["n1", "mode"] == "bus"
    assert not stations.loc["n1", "counts_for_station_rule"]
    assert pd.isna(stations.loc["n2", "mode"])


@pytest.mark.parametrize("route", ["hiking", "bicycle", "road", "railway", "share_taxi"])
def test_routes_that_carry_nobody_by_timetable_are_no_lines(route: str, tmp_path: Path) -> None:
    extract = _read(_with_line({"route": route}, ("node", 1, "stop")), tmp_path)
    assert extract.tables["lines"].empty
    assert extract.tables["line_stops"].empty


def test_a_call_with_stop_and_platform_counts_once() -> None:
    line = _line(1, ("n", 1, "stop"), ("w", 7, "platform"), ("n", 2, "stop_exit_only"))
    assert ordered_stops(line) == ["n1", "n2"]


def test_platforms_are_the_calls_where_a_line_has_more_of_them() -> None:
    line = _line(1, ("n", 1, "stop"), ("w", 7, "platform"), ("w", 8, "platform_exit_only"))
    assert ordered_stops(line) == ["w7", "w8"]


def test_a_circular_line_calls_twice_at_its_first_stop_but_not_in_a_row() -> None:
    line = _line(1, *(("n", number, "stop") for number in (1, 1, 2, 3, 1)))
    assert ordered_stops(line) == ["n1", "n2", "n3", "n1"]
