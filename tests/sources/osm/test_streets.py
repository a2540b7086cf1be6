"""Streets from small drawn towns whose edges are known by arithmetic."""

import bz2
import gzip
import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import CRS, Geod

from geo_planner import schema
from geo_planner.errors import CRSError, SourceError
from geo_planner.sources.osm import OsmExtract, read_osm
from geo_planner.sources.osm.pieces import step_lengths_m
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, Drawing

WGS84_GEOD = Geod(ellps="WGS84")
# metres on the UTM grid against metres on the ground near its central meridian
GRID_TOLERANCE = 0.001


def _read(drawing: Drawing, folder: Path) -> OsmExtract:
    return read_osm(drawing.write(folder), METRIC)


def _streets(drawing: Drawing, folder: Path) -> pd.DataFrame:
    return _read(drawing, folder).tables["streets"].set_index("street_id")


def _ends(streets: pd.DataFrame) -> dict[str, tuple[str, str]]:
    return {row.Index: (row.from_node, row.to_node) for row in streets.itertuples()}


def _found(extract: OsmExtract, words: str) -> int:
    """Count what a finding counts; 0 when there is none."""
    return sum(finding.count for finding in extract.findings if words in english(finding.what))


def _cross() -> Drawing:
    """Draw two streets of 200 m that cross in their middle at node 3."""
    drawing = Drawing()
    for number, x_m, y_m in ((1, -100, 0), (2, 100, 0), (3, 0, 0), (4, 0, -100), (5, 0, 100)):
        drawing.node(number, x_m, y_m)
    return drawing.way(10, [1, 3, 2]).way(20, [4, 3, 5])


def test_streets_are_cut_where_they_share_a_node(tmp_path: Path) -> None:
    streets = _streets(_cross(), tmp_path)
    assert _ends(streets) == {
        "w10-0": ("n1", "n3"),
        "w10-1": ("n3", "n2"),
        "w20-0": ("n4", "n3"),
        "w20-1": ("n3", "n5"),
    }
    assert streets["length_m"].to_numpy() == pytest.approx([100] * 4, rel=GRID_TOLERANCE)
    assert streets["osm_way_id"].tolist() == ["w10", "w10", "w20", "w20"]


def test_every_table_of_a_small_town_fits_its_schema(tmp_path: Path) -> None:
    extract = _read(_cross(), tmp_path)
    assert len(extract.tables) == 11
    counts = {
        name: len(schema.validate(frame, schema.tables()[name], origin=name))
        for name, frame in extract.tables.items()
    }
    assert {name for name, count in counts.items() if count} == {"streets", "street_nodes"}


def test_a_bend_does_not_cut_a_street(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 30, 40).node(3, 60, 0).way(10, [1, 2, 3])
    streets = _streets(drawing, tmp_path)
    assert _ends(streets) == {"w10-0": ("n1", "n3")}
    assert streets.loc["w10-0", "length_m"] == pytest.approx(100, rel=GRID_TOLERANCE)
    assert len(streets.geometry.iloc[0].coords) == 3


def test_a_motorway_under_a_footbridge_is_not_joined_to_it(tmp_path: Path) -> None:
    drawing = Drawing().node(1, -100, 0).node(2, 100, 0).node(3, 0, -100).node(4, 0, 100)
    drawing.way(10, [1, 2], {"highway": "motorway"})
    drawing.way(20, [3, 4], {"highway": "footway", "bridge": "yes", "layer": "1"})
    streets = _streets(drawing, tmp_path)
    assert _ends(streets) == {"w10-0": ("n1", "n2"), "w20-0": ("n3", "n4")}
    assert streets.geometry.iloc[0].crosses(streets.geometry.iloc[1])
    assert streets["level"].tolist() == [0, 1]
    assert streets["car_backward"].tolist() == [False, False]


def test_a_street_is_cut_at_a_barrier_and_the_node_says_whom_it_stops(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(3, 200, 0)
    drawing.node(2, 100, 0, barrier="gate", access="no", bicycle="yes").way(10, [1, 2, 3])
    extract = _read(drawing, tmp_path)
    assert len(extract.tables["streets"]) == 2
    nodes = extract.tables["street_nodes"].set_index("node_id")
    assert nodes["barrier"].to_dict() == pytest.approx(
        {"n1": np.nan, "n2": "gate", "n3": np.nan}, nan_ok=True
    )
    blocks = nodes[["blocks_walk", "blocks_bicycle", "blocks_car"]]
    assert blocks.loc["n2"].tolist() == [True, False, True]
    assert not blocks.loc[["n1", "n3"]].to_numpy().any()


def test_a_street_is_cut_at_signals_so_that_they_are_not_lost(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 50, 0, highway="traffic_signals").node(3, 200, 0)
    extract = _read(drawing.way(10, [1, 2, 3]), tmp_path)
    assert len(extract.tables["streets"]) == 2
    nodes = extract.tables["street_nodes"].set_index("node_id")
    assert nodes["is_signal"].to_dict() == {"n1": False, "n2": True, "n3": False}


def test_a_street_is_cut_where_the_extract_lacks_a_node(tmp_path: Path) -> None:
    drawing = Drawing()
    for number in (1, 2, 4, 5, 7):
        drawing.node(number, 100 * number, 0)
    extract = _read(drawing.way(10, [1, 2, 3, 4, 5, 6, 7]).way(20, [8, 1]), tmp_path)
    streets = extract.tables["streets"].set_index("street_id")
    assert _ends(streets) == {"w10-0": ("n1", "n2"), "w10-1": ("n4", "n5")}
    assert _found(extract, "cut short") == 1
    assert _found(extract, "fewer than two nodes") == 1


def test_a_node_that_is_lost_from_one_street_still_cuts_no_other(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).node(3, 200, 0)
    drawing.way(10, [1, 2, 3]).way(20, [9, 2, 8])
    assert _ends(_streets(drawing, tmp_path)) == {"w10-0": ("n1", "n3")}


def test_a_street_that_crosses_itself_is_cut_there_and_its_loop_once_more(tmp_path: Path) -> None:
    drawing = Drawing()
    for number, x_m, y_m in ((1, -100, 0), (2, 0, 0), (3, 100, 100), (4, 0, 200), (5, 0, -100)):
        drawing.node(number, x_m, y_m)
    streets = _streets(drawing.way(10, [1, 2, 3, 4, 2, 5]), tmp_path)
    assert _ends(streets) == {
        "w10-0": ("n1", "n2"),
        "w10-1": ("n2", "n3"),
        "w10-2": ("n3", "n2"),
        "w10-3": ("n2", "n5"),
    }


def test_a_roundabout_is_one_way_and_no_edge_ends_where_it_starts(tmp_path: Path) -> None:
    drawing = Drawing().node(9, -300, 0)
    for number, angle in enumerate((180, 270, 0, 90), start=1):
        drawing.node(number, 20 * math.cos(math.radians(angle)), 20 * math.sin(math.radians(angle)))
    drawing.way(10, [1, 2, 3, 4, 1], {"highway": "primary", "junction": "roundabout"})
    streets = _streets(drawing.way(20, [9, 1]), tmp_path)
    assert _ends(streets) == {
        "w10-0": ("n1", "n3"),
        "w10-1": ("n3", "n1"),
        "w20-0": ("n9", "n1"),
    }
    assert streets["is_roundabout"].tolist() == [True, True, False]
    assert streets["car_backward"].tolist() == [False, False, True]


def test_an_out_and_back_street_keeps_both_ways(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).way(10, [1, 2, 1])
    streets = _streets(drawing, tmp_path)
    assert _ends(streets) == {"w10-0": ("n1", "n2"), "w10-1": ("n2", "n1")}


def test_nodes_on_one_place_become_one_and_still_connect(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).node(3, 100, 0).node(4, 200, 0)
    drawing.node(5, 100, 100).way(10, [1, 2, 3, 4]).way(20, [5, 3]).way(30, [2, 3])
    extract = _read(drawing, tmp_path)
    streets = extract.tables["streets"].set_index("street_id")
    assert _ends(streets) == {
        "w10-0": ("n1", "n2"),
        "w10-1": ("n2", "n4"),
        "w20-0": ("n5", "n2"),
    }
    assert _found(extract, "on the very place") == 1
    assert (streets["length_m"] > 0).all()


def test_a_node_named_twice_in_a_row_makes_no_edge_of_no_length(tmp_path: Path) -> None:
    streets = _streets(Drawing().node(1, 0, 0).node(2, 100, 0).way(10, [1, 1, 2, 2]), tmp_path)
    assert _ends(streets) == {"w10-0": ("n1", "n2")}


def test_speed_limits_differ_by_direction(tmp_path: Path) -> None:
    tags = {"highway": "secondary", "maxspeed:forward": "36", "maxspeed:backward": "50 mph"}
    streets = _streets(Drawing().node(1, 0, 0).node(2, 100, 0).way(10, [1, 2], tags), tmp_path)
    assert streets.loc["w10-0", "maxspeed_forward_mps"] == pytest.approx(10)
    assert streets.loc["w10-0", "maxspeed_backward_mps"] == pytest.approx(50 * 1609.344 / 3600)


def test_a_ferry_over_the_antimeridian_goes_the_short_way(tmp_path: Path) -> None:
    drawing = Drawing().node_at(1, 179.95, -17.0).node_at(2, -179.95, -17.0)
    drawing.node_at(3, -179.9, -17.0)
    drawing.way(10, [1, 2], {"route": "ferry", "duration": "01:30"}).way(20, [2, 3])
    extract = read_osm(drawing.write(tmp_path))
    ferry = extract.tables["streets"].set_index("street_id").loc["w10-0"]
    truth_m = WGS84_GEOD.inv(179.95, -17.0, -179.95, -17.0)[2]
    assert 10_000 < truth_m < 11_000
    assert ferry["length_m"] == pytest.approx(truth_m, rel=1e-6)
    assert ferry["geometry"].length == pytest.approx(truth_m, rel=GRID_TOLERANCE)
    assert (ferry["road_class"], ferry["duration_s"]) == ("ferry", 5400)
    assert extract.crs.to_epsg() in {32701, 32760}


def test_the_crossing_time_of_a_ferry_is_shared_by_its_pieces(tmp_path: Path) -> None:
    drawing = Drawing()
    for number in range(1, 5):
        drawing.node(number, 1000 * number, 0)
    drawing.node(9, 2000, 500)
    drawing.way(10, [1, 2, 3, 4], {"route": "ferry", "duration": "00:30"}).way(20, [9, 2])
    streets = _streets(drawing, tmp_path)
    assert streets["duration_s"].tolist()[:2] == pytest.approx([600, 1200], rel=1e-4)
    assert np.isnan(streets["duration_s"].iloc[2])


def test_streets_not_built_and_not_streets_are_left_out_and_counted(tmp_path: Path) -> None:
    drawing = _cross()
    for number, value in enumerate(("construction", "proposed", "raceway", "ladder"), start=30):
        drawing.way(number, [1, 4], {"highway": value})
    extract = _read(drawing, tmp_path)
    assert len(extract.tables["streets"]) == 4
    assert _found(extract, "not built yet") == 2
    assert _found(extract, "no street") == 2


def test_what_is_doubtful_about_streets_is_counted(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).node(3, 100, 100)
    tags = [
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "oneway": "reversible"},
        {"highway": "residential", "maxspeed": "500"},
        {"highway": "residential", "maxspeed:conditional": "30 @ (07:00-16:00)"},
    ]
    for number, said in enumerate(tags, start=10):
        drawing.way(number, [1, 2], said)
    drawing.way(20, [1, 2, 3, 1], {"highway": "pedestrian", "area": "yes"})
    extract = _read(drawing, tmp_path)
    for words in ("private", "changes by the hour", "not plausible", "certain hours", "squares"):
        assert _found(extract, words) == 1, words
    private = next(f for f in extract.findings if "private" in english(f.what))
    assert private.examples == ("w10",)


def test_a_square_keeps_its_outline_for_walking_alone(tmp_path: Path) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).node(3, 100, 100).node(4, -50, 0)
    drawing.way(10, [1, 2, 3, 1], {"highway": "pedestrian", "area": "yes"}).way(20, [4, 1])
    square = _streets(drawing, tmp_path).loc[["w10-0", "w10-1"]]
    assert square["walk_forward"].all()
    assert square["walk_backward"].all()
    assert not square[["bicycle_forward", "car_forward"]].to_numpy().any()


def test_a_square_mapped_as_a_multipolygon_joins_the_streets_at_its_outline(
    tmp_path: Path,
) -> None:
    drawing = Drawing().node(1, 0, 0).node(2, 100, 0).node(3, 100, 100).node(4, 0, 100)
    drawing.node(5, -50, 0).node(6, 150, 100)
    drawing.way(10, [1, 2, 3], {}).way(11, [3, 4, 1], {}).way(20, [5, 1]).way(30, [3, 6])
    tags = {"type": "multipolygon", "highway": "pedestrian", "name": "Torvet"}
    members = [("way", 10, "outer"), ("way", 11, "outer"), ("way", 99, "outer")]
    extract = _read(drawing.relation(7, members, tags), tmp_path)
    streets = extract.tables["streets"].set_index("street_id")
    assert _ends(streets) == {
        "w10-0": ("n1", "n3"),
        "w11-0": ("n3", "n1"),
        "w20-0": ("n5", "n1"),
        "w30-0": ("n3", "n6"),
    }
    assert streets["walk_forward"].all()
    assert streets.sort_index()["car_forward"].tolist() == [False, False, True, True]
    assert _found(extract, "squares") == 2


def test_names_come_through_with_every_character(tmp_path: Path) -> None:
    name = 'Sankt Ærø=Vej, "A & B" 5% n1@x'
    tags = {"highway": "residential", "name": name, "alt_name": "Other"}
    streets = _streets(Drawing().node(1, 0, 0).node(2, 100, 0).way(10, [1, 2], tags), tmp_path)
    assert streets["name"].tolist() == [name]


def test_streets_near_built_up_patches_are_urban_and_in_fields_are_not(tmp_path: Path) -> None:
    drawing = Drawing()
    for block, (x_m, kind) in enumerate(((0, "residential"), (5000, "farmland"), (9000, None))):
        corners = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
        refs = [100 * block + i for i in range(1, 5)]
        for ref, (dx_m, dy_m) in zip(refs, corners, strict=True):
            drawing.node(ref, x_m + dx_m, dy_m)
        if kind:
            drawing.way(1000 + block, [*refs, refs[0]], {"landuse": kind})
        drawing.node(100 * block + 8, x_m + 300, 500).node(100 * block + 9, x_m + 600, 500)
        drawing.way(10 * (block + 1), [100 * block + 8, 100 * block + 9], {"highway": "tertiary"})
    drawing.node(801, 200, -20).node(802, 800, -20).way(40, [801, 802], {"highway": "primary"})
    drawing.node(803, 200, -40).node(804, 800, -40).way(50, [803, 804], {"highway": "primary"})
    streets = _streets(drawing, tmp_path)
    assert len(streets) == 5
    marks = [None if pd.isna(mark) else bool(mark) for mark in streets["is_urban"]]
    assert marks == [True, False, None, True, None]


def test_lengths_agree_with_the_geodesic_to_a_ten_thousandth_everywhere() -> None:
    rng = np.random.default_rng(1)
    for latitude, step in itertools.product((-80, -41, 0, 0.0001, 33, 55.7, 84), (1e-6, 1e-3, 0.1)):
        longitudes = 12 + np.cumsum(rng.normal(0, step, 200))
        latitudes = np.clip(latitude + np.cumsum(rng.normal(0, step, 200)), -89, 89)
        lengths_m = step_lengths_m(longitudes, latitudes)
        truth_m = WGS84_GEOD.inv(longitudes[:-1], latitudes[:-1], longitudes[1:], latitudes[1:])[2]
        assert len(lengths_m) == 199
        assert lengths_m.sum() == pytest.approx(np.sum(truth_m), rel=1e-5)
        assert lengths_m == pytest.approx(truth_m, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_every_format_gives_the_same_streets(suffix: str, tmp_path: Path) -> None:
    import osmium

    plain = _cross().write(tmp_path)
    path = tmp_path / f"other{suffix}"
    if suffix == ".osm.pbf":
        with osmium.SimpleWriter(str(path)) as writer:
            for element in osmium.FileProcessor(str(plain)):
                writer.add(element)
    else:
        pack = {".osm": bytes, ".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}[suffix]
        path.write_bytes(pack(plain.read_bytes()))
    expected = read_osm(plain, METRIC).tables["streets"]
    assert len(expected) == 4
    pd.testing.assert_frame_equal(read_osm(path, METRIC).tables["streets"], expected)


def test_a_file_with_nodes_after_ways_reads_the_same(tmp_path: Path) -> None:
    expected = _streets(_cross(), tmp_path)
    late = tmp_path / "late.osm"
    late.write_text(_cross().text(nodes_last=True), "utf-8")
    found = read_osm(late, METRIC).tables["streets"].set_index("street_id")
    assert len(found) == 4
    pd.testing.assert_frame_equal(found, expected)


def test_a_way_that_stands_twice_in_the_file_counts_once(tmp_path: Path) -> None:
    drawing = _cross().way(10, [1, 3, 5])
    streets = _streets(drawing, tmp_path)
    assert streets.index.is_unique
    assert _ends(streets)["w10-1"] == ("n3", "n5")


def test_the_utm_zone_of_the_middle_is_taken_when_no_crs_is_given(tmp_path: Path) -> None:
    extract = read_osm(_cross().write(tmp_path))
    assert extract.crs.to_epsg() == 32633
    assert extract.tables["streets"].crs == extract.crs


@pytest.mark.parametrize("code", [4326, 3857])
def test_a_crs_that_does_not_measure_metres_is_refused(code: int, tmp_path: Path) -> None:
    with pytest.raises(CRSError, match="does not measure in metres"):
        read_osm(_cross().write(tmp_path), CRS.from_epsg(code))


def test_the_date_of_the_data_is_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "dated.osm"
    dated = (
        _cross()
        .text()
        .replace(
            '<osm version="0.6">', '<osm version="0.6"><meta osm_base="2022-11-23T12:49:38Z"/>'
        )
    )
    path.write_text(dated, "utf-8")
    assert read_osm(path, METRIC).timestamp == "2022-11-23T12:49:38Z"
    assert read_osm(_cross().write(tmp_path), METRIC).timestamp is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"town\.osm: no such file"):
        read_osm(tmp_path / "town.osm")


def test_a_file_of_another_kind_is_refused_with_the_kinds_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    path.write_bytes(b"x")
    with pytest.raises(SourceError, match=r"\.osm\.pbf, \.pbf, \.osm, \.osm\.gz, \.osm\.bz2"):
        read_osm(path)


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2", ".osm.pbf"])
def test_a_damaged_file_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"town{suffix}"
    path.write_bytes(b"this is no OpenStreetMap file")
    with pytest.raises(SourceError, match="damaged or cut short"):
        read_osm(path)


@pytest.mark.parametrize(("suffix", "pack"), [(".osm", bytes), (".osm.gz", gzip.compress)])
def test_a_file_that_was_cut_short_is_refused(suffix: str, pack: type, tmp_path: Path) -> None:
    path = tmp_path / f"town{suffix}"
    packed = pack(_cross().text().encode())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SourceError, match="damaged or cut short"):
        read_osm(path)


def test_a_file_without_streets_is_refused_with_what_it_holds(tmp_path: Path) -> None:
    drawing = (
        Drawing().node(1, 0, 0, shop="books").node(2, 9, 0).way(1, [1, 2], {"railway": "rail"})
    )
    with pytest.raises(SourceError, match=r"holds no streets \(1 way, 1 tagged node\)"):
        read_osm(drawing.write(tmp_path))


def test_a_file_without_any_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="choose an extract with highways"):
        read_osm(Drawing().way(1, [1, 2]).write(tmp_path))


def test_a_place_off_the_globe_is_an_error_not_a_crash(tmp_path: Path) -> None:
    drawing = _cross().node_at(3, 12.0, 95.0)
    with pytest.raises(SourceError, match="invalid location"):
        read_osm(drawing.write(tmp_path))


def test_numbers_below_zero_are_kept(tmp_path: Path) -> None:
    drawing = Drawing().node(-1, 0, 0).node(2, 9, 0).node(-3, 9, 9).way(-5, [-1, 2, -3])
    streets = _streets(drawing.way(6, [2, -1]), tmp_path)
    assert _ends(streets) == {
        "w-5-0": ("n-1", "n2"), "w-5-1": ("n2", "n-3"), "w6-0": ("n2", "n-1"),
    }  # fmt: skip
    assert streets.loc["w6-0", "length_m"] == pytest.approx(9, rel=GRID_TOLERANCE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_not_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from geo_planner.sources.osm import reading

    monkeypatch.setattr(reading, "LINES_NAME", "/dev/full")
    drawing = _cross()
    with pytest.raises(SourceError, match="does not fit into the folder for temporary files"):
        read_osm(drawing.write(tmp_path))
