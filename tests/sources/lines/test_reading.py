"""Road centre lines: what is joined, what stays apart, what is counted."""

import geopandas as gpd
import pytest
import shapely

from geo_planner.config import LinesSource, Study
from geo_planner.errors import CRSError, InputError
from geo_planner.region.build import build_region
from geo_planner.sources.lines import read_lines
from tests.sources.lines.line_files import ORIGIN_M, UTM, counts, drawn, line, parts, town

MAIN = line((0, 0), (100, 0))


def size(extract):
    return len(extract.tables["streets"]), len(extract.tables["street_nodes"])


def test_a_side_road_that_misses_by_three_metres_is_joined_and_cuts_the_main_road(tmp_path):
    made = town(tmp_path, [MAIN, line((50, 3), (50, 60))])
    assert size(made) == (3, 4)
    assert parts(made) == 1
    assert made.repairs.n_ends_to_lines == 1
    assert made.repairs.max_moved_m == pytest.approx(3)
    assert made.repairs.main_share_before == pytest.approx(100 / 157)
    assert made.repairs.main_share_after == 1
    assert made.tables["streets"].length.sum() == pytest.approx(160)


@pytest.mark.parametrize(("gap_m", "tolerance_m", "n_parts"), [(3, 2, 2), (6, 5, 2), (6, 7, 1)])
def test_ends_farther_than_the_tolerance_stay_loose(tmp_path, gap_m, tolerance_m, n_parts):
    lines = [MAIN, line((50, gap_m), (50, 60))]
    assert parts(town(tmp_path, lines, settings={"snap_tolerance_m": tolerance_m})) == n_parts


def test_two_ends_two_metres_apart_become_one_node(tmp_path):
    made = town(tmp_path, [MAIN, line((102, 0), (200, 0))])
    assert size(made) == (2, 3)
    assert made.repairs.n_ends_joined == 1


def test_a_loose_end_goes_to_the_nearest_end_before_a_line(tmp_path):
    made = town(tmp_path, [MAIN, line((97, 2), (97, 60))])
    assert size(made) == (2, 3)


def test_a_chain_of_ends_is_not_drawn_together(tmp_path):
    lines = [line((4 * i, 0), (4 * i, 50 + i)) for i in range(4)]
    made = town(tmp_path, lines)
    assert made.repairs.max_moved_m <= 5
    assert made.tables["street_nodes"].geometry.x.max() >= ORIGIN_M[0] + 8


def test_two_junctions_a_few_metres_apart_stay_two(tmp_path):
    lines = [line((0, 0), (50, 0)), line((50, 0), (50, 4)), line((50, 4), (100, 4)),
             line((50, 0), (50, -40)), line((50, 4), (50, 40))]  # fmt: skip
    made = town(tmp_path, lines)
    assert size(made) == (5, 6)
    assert made.repairs.n_ends_joined == 0


def test_a_short_line_keeps_its_two_ends_apart(tmp_path):
    made = town(tmp_path, [line((0, 0), (50, 0)), line((51, 0), (54, 0)), line((55, 0), (99, 0))])
    assert size(made) == (3, 4)


def test_an_end_past_a_crossing_is_not_led_back_and_can_be_dropped(tmp_path):
    lines = [MAIN, line((50, -2), (50, 60))]
    assert size(town(tmp_path, lines)) == (4, 5)
    made = town(tmp_path, lines, settings={"min_spur_m": 3})
    assert size(made) == (3, 4)
    assert counts(made, "left_out") == {"short dead ends past a crossing": 1}


def test_a_loop_road_drawn_a_little_open_is_closed(tmp_path):
    loop = line((0, 0), (50, 0), (80, 30), (50, 60), (20, 30), (48, 3))
    made = town(tmp_path, [loop])
    assert size(made) == (2, 2)


SHARED = [line((0, 0), (50, 0), (100, 0)), line((50, -50), (50, 0), (50, 50))]
CROSSED = [MAIN, line((50, -50), (50, 50))]


@pytest.mark.parametrize(
    ("lines", "levels", "crossings", "n_parts"),
    [
        (CROSSED, None, "split", 1),
        (CROSSED, None, "shared_vertex", 2),
        (SHARED, None, "shared_vertex", 1),
        (CROSSED, [0, 1], "split", 2),
        (CROSSED, [0, None], "split", 1),
        (CROSSED, [0, None], "level", 2),
        (CROSSED, [0, 0], "level", 1),
        (CROSSED, [0, 1], "level", 2),
        (SHARED, [0, 1], "shared_vertex", 2),
    ],
)
def test_lines_that_cross_are_joined_as_the_study_says(tmp_path, lines, levels, crossings, n_parts):
    fields = {"lag": levels} if levels else {}
    settings = {"crossings": crossings, "fields": {"level": "lag"} if levels else {}}
    made = town(tmp_path, lines, fields=fields, settings=settings)
    assert parts(made) == n_parts
    assert made.repairs.n_crossings == 2 - n_parts
    assert made.repairs.n_passed == n_parts - 1


def test_a_bridge_joins_its_ramps_and_not_the_road_below(tmp_path):
    lines = [line((0, 0), (40, 0)), line((40, 0), (60, 0)), line((60, 0), (99, 0)),
             line((50, -50), (50, 50)), line((42, 3), (42, 50))]  # fmt: skip
    fields = {"level": [0, 1, 0, 0, 0]}
    made = town(tmp_path, lines, fields=fields, settings={"fields": {"level": "level"}})
    assert parts(made) == 2
    streets = made.tables["streets"]
    assert streets["is_bridge"].tolist().count(True) == 1
    assert streets.loc[streets["is_bridge"], "level"].tolist() == [1]


def test_a_line_that_crosses_itself_is_cut_there(tmp_path):
    knot = line((0, 0), (100, 0), (100, 50), (50, 50), (50, -50))
    assert size(town(tmp_path, [knot])) == (3, 3)
    assert size(town(tmp_path, [knot], settings={"crossings": "shared_vertex"})) == (1, 2)


def test_tolerance_zero_moves_nothing_and_still_cuts_crossings_and_touching_ends(tmp_path):
    lines = [*CROSSED, line((20, 0), (20, 40)), line((70, 0.2), (70, 40))]
    made = town(tmp_path, lines, settings={"snap_tolerance_m": 0})
    assert parts(made) == 2
    assert made.repairs.max_moved_m == 0
    assert made.tables["streets"].length.sum() == pytest.approx(279.8)


def test_duplicates_empty_rows_and_points_are_left_out_and_counted(tmp_path):
    lines = [MAIN, MAIN, MAIN.reverse(), None, line((5, 5), (5, 5)), shapely.LineString()]
    left_out = counts(town(tmp_path, lines), "left_out")
    assert left_out == {
        "rows without geometry": 2,
        "lines without length": 1,
        "lines drawn twice": 2,
    }


def test_lines_of_several_parts_are_taken_apart_and_heights_cut(tmp_path):
    lifted = shapely.force_3d(shapely.MultiLineString([MAIN, line((100, 0), (100, 50))]), 7.0)
    made = town(tmp_path, [lifted])
    assert size(made) == (2, 3)
    assert not made.tables["streets"].has_z.any()
    assert counts(made, "repaired") == {"lines of several parts taken apart": 1}


def test_lines_in_another_crs_give_the_same_network(tmp_path):
    lines = [MAIN, line((50, 3), (50, 60))]
    path = drawn(tmp_path, lines, name="roads.geojson", crs=4326)
    made = read_lines(LinesSource(path=path), UTM)
    assert size(made) == (3, 4)
    assert made.tables["streets"].length.sum() == pytest.approx(160, abs=0.1)


def test_a_wrong_crs_is_refused(tmp_path):
    path = drawn(tmp_path, [shapely.LineString([(9.7, 55.7), (9.8, 55.8)])])
    with pytest.raises(CRSError, match="outside the area"):
        read_lines(LinesSource(path=path), UTM)


def test_class_and_direction_come_from_fields_and_open_each_mode(tmp_path):
    lines = [line((0, 100 * i), (100, 100 * i)) for i in range(4)]
    made = town(
        tmp_path,
        lines,
        fields={"art": ["M", "V", "S", None], "ret": ["Med", "Mod", None, "Begge"]},
        settings={
            "fields": {"road_class": "art", "oneway": "ret", "name": "art"},
            "classes": {"M": "motorway", "V": "residential", "S": "cycleway"},
            "oneway_values": {"Med": "forward", "Mod": "backward", "Begge": "both"},
        },
    )
    rows = made.tables["streets"].set_index("road_class")
    modes = [f"{mode}_{way}" for mode in ("walk", "bicycle", "car") for way in
             ("forward", "backward")]  # fmt: skip
    found = {name: "".join("01"[value] for value in rows.loc[name, modes]) for name in rows.index}
    assert found == {
        "motorway": "000010",
        "residential": "110101",
        "cycleway": "111100",
        "unclassified": "111111",
    }


def test_fields_of_access_and_limits_win_over_the_class(tmp_path):
    made = town(
        tmp_path,
        [MAIN],
        fields={"bil": ["nej"], "kmt": [36]},
        settings={"fields": {"car": "bil", "maxspeed_kmh": "kmt"}},
    )
    street = made.tables["streets"].iloc[0]
    assert not street["car_forward"]
    assert street["walk_forward"]
    assert street["maxspeed_forward_mps"] == street["maxspeed_backward_mps"] == pytest.approx(10)


def test_values_that_are_not_listed_are_refused_all_at_once(tmp_path):
    path = drawn(
        tmp_path, [MAIN, line((0, 9), (9, 9))], art=["M", "?"], ret=["x", None], lag=[1.5, 0]
    )
    source = LinesSource(
        path=path,
        fields={"road_class": "art", "oneway": "ret", "level": "lag"},
        classes={"M": "autobahn"},
    )
    with pytest.raises(InputError) as refused:
        read_lines(source, UTM)
    text = "\n".join(refused.value.problems)
    assert [word in text for word in ("autobahn", "'?' (1)", "'x' (1)", "'1.5' (1)")] == [True] * 4


def test_numbers_in_text_of_lines_are_read_as_those_of_layers_are(tmp_path):
    lines = [line((0, 100 * i), (100, 100 * i)) for i in range(3)]
    made = town(
        tmp_path,
        lines,
        fields={"kmt": ["32,4", "36,0", "*"], "spor": ["2", "*", "2"]},
        settings={"fields": {"maxspeed_kmh": "kmt", "lanes_count": "spor"}, "missing": ["*"]},
    )
    streets = made.tables["streets"]
    assert sorted(streets["maxspeed_forward_mps"].dropna()) == pytest.approx([9, 10])
    assert sorted(streets["lanes_count"].dropna()) == [2, 2]
    assert "values taken as unknown" in " ".join(counts(made, "read"))


def test_limits_of_another_layer_take_the_marks_that_are_stated(tmp_path):
    limits = drawn(tmp_path, [MAIN], "limits.gpkg", kmt=["1.0,8"])
    joined = {"path": limits, "field": "kmt", "decimal": ","}
    made = town(tmp_path, [MAIN], settings={"speed_limits": joined})
    # 10,8 km/h is 3 m/s; the point between digits that part no thousands is no number
    assert made.tables["streets"]["maxspeed_forward_mps"].isna().all()
    drawn(tmp_path, [MAIN], "limits.gpkg", kmt=["10,8"])
    made = town(tmp_path, [MAIN], settings={"speed_limits": joined})
    assert made.tables["streets"]["maxspeed_forward_mps"].tolist() == pytest.approx([3.0])


def test_lines_whose_marks_are_one_are_refused():
    with pytest.raises(ValueError, match="decimal and thousands are both ','"):
        LinesSource(path="a.gpkg", decimal=",", thousands=",")


def test_settings_that_need_a_field_say_so():
    with pytest.raises(ValueError, match="'level' needs level under 'fields'"):
        LinesSource(path="a.gpkg", crossings="level")
    with pytest.raises(ValueError, match="'buffer_m' needs area"):
        LinesSource(path="a.gpkg", buffer_m=100)


def test_shapes_that_are_no_lines_are_refused(tmp_path):
    path = drawn(tmp_path, [MAIN.centroid])
    with pytest.raises(InputError, match="no line but Point"):
        read_lines(LinesSource(path=path), UTM)


def test_ids_come_from_the_field_or_from_the_geometry(tmp_path):
    lines = [*CROSSED, line((0, 50), (9, 50))]
    made = town(
        tmp_path,
        lines,
        fields={"nr": ["7", "8", None]},
        settings={"fields": {"street_id": "nr"}},
    )
    ids = sorted(made.tables["streets"]["street_id"])
    assert ids[:4] == ["7-0", "7-1", "8-0", "8-1"] or ids[1:] == ["7-0", "7-1", "8-0", "8-1"]
    again = town(tmp_path, lines)
    assert again.tables["streets"]["street_id"].str.fullmatch(r"[0-9a-f]{12}-\d+").all()


def test_lines_are_cut_at_the_area_and_ends_there_are_not_moved(tmp_path):
    area = shapely.box(ORIGIN_M[0] - 10, ORIGIN_M[1] - 10, ORIGIN_M[0] + 60, ORIGIN_M[1] + 10)
    lines = [MAIN, line((0, 2), (100, 4)), line((0, 500), (9, 500))]
    made = town(tmp_path, lines, area=area, settings={"area": "study_area", "buffer_m": 20})
    streets = made.tables["streets"]
    assert streets.total_bounds[2] == pytest.approx(ORIGIN_M[0] + 80)
    assert (made.tables["street_nodes"].geometry.x > ORIGIN_M[0] + 79).sum() == 2
    assert counts(made, "left_out") == {"lines outside the area": 1}


LIMITS = {"field": "kmt"}


def test_a_street_takes_the_limit_of_the_line_along_it_and_not_of_a_side_road(tmp_path):
    streets = [line((0, 0), (200, 0)), line((0, 8), (200, 8)), line((100, 8), (100, 80))]
    limits = drawn(tmp_path, [line((0, 1.5), (200, 1.5))], name="limits.gpkg", kmt=[80])
    made = town(tmp_path, streets, settings={"speed_limits": {"path": limits, **LIMITS}})
    rows = made.tables["streets"]
    given = rows[rows["maxspeed_forward_mps"].notna()]
    assert given.geometry.bounds.maxy.tolist() == [ORIGIN_M[1]]
    assert given["maxspeed_backward_mps"].tolist() == [pytest.approx(80 / 3.6)]


def test_of_several_limits_the_one_along_most_of_the_street_holds(tmp_path):
    lines = [line((0, 2), (120, 2)), line((120, 2), (200, 2)), line((0, 3), (50, 3))]
    limits = drawn(tmp_path, lines, name="limits.gpkg", kmt=[50, 80, 300])
    made = town(
        tmp_path,
        [line((0, 0), (200, 0)), line((0, 90), (200, 90))],
        settings={"speed_limits": {"path": limits, **LIMITS}},
    )
    limit = made.tables["streets"]["maxspeed_forward_mps"]
    assert limit.dropna().tolist() == [pytest.approx(50 / 3.6)]
    assert "speed limits that are not plausible, above 130 km/h or no number" in counts(
        made, "left_out"
    )
    assert any("50.0 % of the length" in words for words in counts(made, "read"))


def test_three_hundred_km_per_hour_is_refused_by_rule_and_counted(tmp_path):
    limits = drawn(tmp_path, [MAIN], name="limits.gpkg", kmt=[300])
    made = town(tmp_path, [MAIN], settings={"speed_limits": {"path": limits, **LIMITS}})
    assert made.tables["streets"]["maxspeed_forward_mps"].isna().all()
    assert list(counts(made, "left_out").values()) == [1]


def test_streets_with_a_cycle_route_along_them_are_marked(tmp_path):
    routes = drawn(tmp_path, [line((0, 2), (90, 2))], name="routes.gpkg")
    lines = [MAIN, line((50, 20), (50, 90))]
    made = town(tmp_path, lines, settings={"cycle_routes": {"path": routes}})
    marked = made.tables["streets"].set_index("length_m")["cycle_facility"]
    assert marked.dropna().tolist() == ["shared"]


def test_a_study_with_lines_becomes_a_region(tmp_path):
    drawn(tmp_path, [MAIN, line((50, 3), (50, 60))])
    area = gpd.GeoDataFrame({"area_id": ["a"]}, geometry=[MAIN.buffer(99)], crs=UTM)
    area.to_file(tmp_path / "area.gpkg")
    layers = [{"table": "study_area", "path": tmp_path / "area.gpkg"}]
    lines = [{"path": tmp_path / "roads.gpkg", "area": "study_area"}]
    study = {"study": {"id": "t", "name": "T", "crs": "EPSG:25832"}}
    sources = {"layers": layers, "lines": lines}
    region = build_region(Study.model_validate({**study, "sources": sources}), tmp_path / "region")
    assert len(region.geo_table("streets")) == 3
    sources["layers"] = []
    with pytest.raises(InputError, match="study_area"):
        build_region(Study.model_validate({**study, "sources": sources}), tmp_path / "none")
