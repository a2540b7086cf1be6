"""Modifications of streets, each in a town where the answer is arithmetic."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.words.english import english
from tests.scenario.town import (
    DRIVE,
    after,
    area,
    at,
    block,
    changes,
    metres,
    seconds,
    way,
)

ALONG = {"do": "CloseStreet", "streets": {"ids": [block(3, 0)]}}


def test_a_closed_block_is_walked_around(town):
    closed = after(town, ALONG)
    np.testing.assert_allclose(seconds(town, (3, 0), (4, 0)), [100], rtol=3e-4)
    np.testing.assert_allclose(seconds(closed, (3, 0), (4, 0)), [300], rtol=3e-4)
    assert changes(closed) == {"streets": (0, 1, 0)}


def test_a_street_closed_to_cars_is_still_walked(town):
    closed = after(town, ALONG | {"modes": ["car"]})
    np.testing.assert_array_equal(
        seconds(closed, (3, 0), (4, 0)), seconds(town, (3, 0), (4, 0))
    )  # fmt: skip
    longer = seconds(closed, (3, 0), (4, 0), "car", DRIVE)
    assert longer > seconds(town, (3, 0), (4, 0), "car", DRIVE)


def test_opening_what_was_closed_gives_the_baseline(town):
    opened = {"do": "ChangeAccess", "streets": {"ids": [block(3, 0)]}} | {
        f"{mode}_{way}": True
        for mode in ("walk", "bicycle", "car")
        for way in ("forward", "backward")
    }
    assert after(town, ALONG, opened).digest == town.digest
    assert after(after(town, ALONG), opened).digest == town.digest


def test_opening_a_one_way_street_shortens_the_drive_back(town):
    both = {"do": "ChangeAccess", "streets": {"where": {"osm_way_id": "w110"}},
            "car_backward": True}  # fmt: skip
    opened = after(town, both)
    back = seconds(town, (4, 10), (2, 10), "car", DRIVE) - seconds(
        opened, (4, 10), (2, 10), "car", DRIVE
    )
    # round the block: down, along, up is 200 m more at 7.5 m/s
    assert back >= 200 / 7.5 - 0.1


def test_a_doubled_limit_halves_the_drive(town):
    faster = after(
        town, {"do": "AdjustSpeed", "streets": {"where": {"osm_way_id": "w100"}}, "speed_kmh": 72}
    )
    saved = seconds(town, (2, 0), (4, 0), "car", DRIVE) - seconds(
        faster, (2, 0), (4, 0), "car", DRIVE
    )
    np.testing.assert_allclose(saved, [200 / 7.5 - 200 / 15], atol=0.1)


def test_a_factor_of_two_is_the_doubled_limit(town):
    row = {"where": {"osm_way_id": "w100"}}
    stated = after(town, {"do": "AdjustSpeed", "streets": row, "speed_kmh": 72})
    by_factor = after(town, {"do": "AdjustSpeed", "streets": row, "factor": 2})
    assert by_factor.digest == stated.digest


def test_congestion_is_written_by_area_and_multiplies(town):
    half = {"do": "CongestArea", "streets": {"within": area(1.9, -0.1, 4.1, 0.1)}, "factor": 0.5}
    slow = after(town, half).table("streets").set_index("street_id")["car_speed_factor"]
    assert slow.dropna().to_dict() == {block(2, 0): 0.5, block(3, 0): 0.5}
    slower = after(town, half, half).table("streets")["car_speed_factor"].dropna()
    assert slower.tolist() == [0.25, 0.25]


def test_half_the_speed_doubles_the_drive(town):
    half = {"do": "CongestArea", "streets": {"where": {"osm_way_id": "w100"}}, "factor": 0.5}
    lost = seconds(after(town, half), (2, 0), (4, 0), "car", DRIVE) - seconds(
        town, (2, 0), (4, 0), "car", DRIVE
    )
    # 200 m at 3.75 in place of 7.5 m/s; round the block it would be 400 m at 7.5
    np.testing.assert_allclose(lost, [200 / 7.5], atol=0.5)


def test_congestion_taken_back_gives_the_baseline(town):
    streets = {"within": area(1.9, -0.1, 4.1, 0.1)}
    half = {"do": "CongestArea", "streets": streets, "factor": 0.5}
    assert after(town, half, half | {"factor": 2.0}).digest == town.digest


def test_a_cycle_track_lets_cyclists_ride_against_the_one_way_street(town):
    track = {"do": "AddCycleTrack", "streets": {"where": {"osm_way_id": "w110"}}}
    laid = after(town, track)
    streets = laid.table("streets")
    assert set(streets.loc[streets["osm_way_id"] == "w110", "cycle_facility"]) == {"track"}
    saved = seconds(town, (4, 10), (2, 10), "bicycle") - seconds(laid, (4, 10), (2, 10), "bicycle")
    np.testing.assert_allclose(saved, [200 / (16 / 3.6)], atol=0.5)


def new_street(*places, **more):
    return {
        "do": "AddStreet", "name": "New", "road_class": "residential", "course": way(*places)
    } | more  # fmt: skip


def test_a_new_street_between_crossings_is_the_short_cut_it_looks_like(town):
    built = after(town, new_street((0, 0), (3, 4)))
    np.testing.assert_allclose(seconds(town, (0, 0), (3, 4)), [700], rtol=3e-4)
    np.testing.assert_allclose(seconds(built, (0, 0), (3, 4)), [500], rtol=3e-4)
    assert changes(built) == {"streets": (1, 0, 0)}


def test_a_new_street_splits_those_it_ends_at(town):
    built = after(town, new_street((0.5, 0), (0.5, 1)))
    np.testing.assert_allclose(seconds(town, (0.5, 0), (0.5, 1)), [200], rtol=3e-4)
    np.testing.assert_allclose(seconds(built, (0.5, 0), (0.5, 1)), [100], rtol=3e-4)
    assert changes(built) == {"street_nodes": (2, 0, 0), "streets": (5, 0, 2)}
    before, now = (region.table("streets")["length_m"].sum() for region in (town, built))
    assert now - before == pytest.approx(100, rel=3e-4)


def test_crossings_are_joined_only_when_asked_for(town):
    course = ((0.5, 0), (0.5, 2))
    bridge = after(town, new_street(*course))
    joined = after(town, new_street(*course, join_crossings=True))
    # from 10 m beside the new street, half way up it
    np.testing.assert_allclose(seconds(bridge, (0.4, 1), (0.5, 0)), [190], rtol=3e-4)
    np.testing.assert_allclose(seconds(joined, (0.4, 1), (0.5, 0)), [110], rtol=3e-4)
    np.testing.assert_allclose(seconds(joined, (0.5, 0), (0.5, 2)), [200], rtol=3e-4)


def test_an_end_is_moved_onto_a_street_that_is_near(town):
    built = after(town, new_street((0.5, 0.1), (0.5, 0.9)))
    np.testing.assert_allclose(seconds(built, (0.5, 0), (0.5, 1)), [100], rtol=3e-4)


def test_vertices_on_junctions_are_junctions_of_the_new_street(town):
    """A path drawn over crossings as an editor draws it: one can turn off at each."""
    path = after(town, new_street((0.5, 0), (1, 1), (2, 1), (2.5, 0), road_class="cycleway"))
    drawn = path.table("streets").query("name == 'New'")
    assert {"n13", "n14"} < set(drawn["from_node"]) | set(drawn["to_node"])
    assert len(drawn) == 3
    slant = (50**2 + 100**2) ** 0.5
    np.testing.assert_allclose(seconds(path, (0.5, 0), (1, 1)), [slant], rtol=1e-3)
    assert seconds(town, (0.5, 0), (1, 1)) > 149


def test_a_vertex_on_a_street_of_its_level_joins_it_and_a_bridge_does_not(town):
    course = ((0.5, 0), (0.5, 1), (0.5, 2))
    joined, bridge = (after(town, new_street(*course, level=level)) for level in (0, 1))
    np.testing.assert_allclose(seconds(joined, (0.4, 1), (0.5, 0)), [110], rtol=3e-4)
    np.testing.assert_allclose(seconds(bridge, (0.4, 1), (0.5, 0)), [190], rtol=3e-4)


def with_bridge(town, folder, level=1):
    """Raise block 4 of row 4 to another level."""
    from geo_planner.region import write_region

    streets = town.geo_table("streets")
    is_raised = streets["street_id"] == block(4, 4)
    tables = {name: town.table(name) for name in town.tables}
    tables["streets"] = streets.assign(level=is_raised.astype("int32") * level)
    return write_region(
        folder, tables, crs=town.crs, timezone=str(town.timezone), study=town.study, sources={}
    )


def test_an_end_joins_its_own_level_though_another_is_nearer(town, tmp_path):
    region = with_bridge(town, tmp_path / "r")
    course = new_street((4.5, 0), (4.5, 3.9), join_within_m=95)
    ground, raised = (
        set(after(region, course | {"level": level}).table("streets")["street_id"])
        for level in (0, 1)
    )
    assert block(4, 4) in ground
    assert block(4, 4) not in raised


def test_a_bridge_lands_on_the_ground_also_when_it_joins_crossings(town):
    bridge = after(town, new_street((0, 0), (3, 4), level=1, join_crossings=True))
    np.testing.assert_allclose(seconds(bridge, (0, 0), (3, 4)), [500], rtol=3e-4)


def test_an_end_that_finds_another_level_only_says_so(town, tmp_path):
    region = with_bridge(town, tmp_path / "r", level=2)
    built = after(region, new_street((4.5, 3), (4.5, 3.95)))
    assert "the end joins w104-4 on level 2" in " ".join(map(english, built.origin.notes))


def test_a_motorway_is_joined_by_roads_of_its_kind_only(town, tmp_path):
    from geo_planner.region import write_region

    streets = town.geo_table("streets")
    is_motorway = streets["osm_way_id"] == "w104"
    tables = {name: town.table(name) for name in town.tables}
    tables["streets"] = streets.assign(
        road_class=streets["road_class"].mask(is_motorway, "motorway")
    )
    region = write_region(
        tmp_path / "r", tables, crs=town.crs, timezone=str(town.timezone), study=town.study,
        sources={},
    )  # fmt: skip
    street, ramp = (
        after(region, new_street((4.5, 3), (4.5, 3.98), road_class=name, join_within_m=30))
        for name in ("residential", "motorway_link")
    )
    assert block(4, 4) in set(street.table("streets")["street_id"])
    assert block(4, 4) not in set(ramp.table("streets")["street_id"])


def test_a_new_street_uphill_has_its_slope(town, tmp_path):
    """The ground rises by 10 m a row: walking 100 m up takes longer than down."""
    from geo_planner.region import write_region
    from geo_planner.region.grades import with_grades

    nodes = town.geo_table("street_nodes")
    raised = nodes.assign(elevation_m=(nodes.geometry.y - nodes.geometry.y.min()) / 10)
    streets, _ = with_grades(town.geo_table("streets"), raised)
    tables = {name: town.table(name) for name in town.tables}
    region = write_region(
        tmp_path / "r", tables | {"streets": streets, "street_nodes": raised}, crs=town.crs,
        timezone=str(town.timezone), study=town.study, sources={},
    )  # fmt: skip
    built = after(region, new_street((0.5, 0), (0.5, 1)))
    assert ["scenario_height_between" in str(note) for note in built.origin.notes] == [True]
    grade = built.table("streets").query("name == 'New'")["grade"].iloc[0]
    assert grade == pytest.approx(0.1, rel=1e-2)
    up, beside = (seconds(built, *pair) for pair in (((0.5, 0), (0.5, 1)), ((0, 0), (0, 1))))
    np.testing.assert_allclose(up, beside, rtol=1e-3)
    heights = built.table("street_nodes").set_index("node_id")["elevation_m"]
    assert heights.notna().all()


GONE = {"do": "RemoveStreet", "streets": {"where": {"name": "New"}}}


@pytest.mark.parametrize(
    "new",
    [
        new_street((0, 0), (3, 4)),
        new_street((0.5, 0), (0.5, 1)),
        new_street((0.5, 0), (0.5, 2.5), join_crossings=True),
    ],
    ids=["between crossings", "splitting two", "splitting what it crosses"],
)
def test_building_a_street_and_removing_it_gives_the_baseline(town, new):
    assert after(town, new, GONE).digest == town.digest
    assert after(after(town, new), GONE).digest == town.digest


def test_pieces_that_were_changed_since_stay_split(town):
    slow = {"do": "AdjustSpeed", "streets": {"where": {"osm_way_id": "w100"}}, "speed_kmh": 10}
    left = after(town, new_street((0.5, 0), (0.5, 1)), slow, GONE)
    ids = set(left.table("streets")["street_id"])
    assert block(0, 0) not in ids
    assert block(0, 1) in ids
    assert sum(name.startswith(block(0, 0) + "/") for name in ids) == 2
    assert "stays split" in " ".join(map(english, left.origin.notes))


def test_a_street_removed_is_walked_around(town):
    without = after(town, {"do": "RemoveStreet", "streets": {"ids": [block(3, 0)]}})
    np.testing.assert_allclose(seconds(without, (3, 0), (4, 0)), [300], rtol=3e-4)
    assert changes(without) == {"streets": (0, 0, 1)}


def town_with_turn(town, folder, **other):
    """Forbid the turn from block 0 of the lowest row into column 1, or another."""
    import pandas as pd

    from geo_planner import schema
    from geo_planner.region import write_region

    turn = pd.DataFrame(
        {
            "restriction_id": ["r1"], "kind": ["no"], "from_street_id": [block(0, 0)],
            "via_node_id": ["n2"], "to_street_id": [block(1, 0, up=True)],
        }
    ).assign(**other)  # fmt: skip
    tables = {name: town.table(name) for name in town.tables}
    tables["turn_restrictions"] = schema.validate(
        turn, schema.tables()["turn_restrictions"], origin="test"
    )
    return write_region(
        folder, tables, crs=town.crs, timezone=str(town.timezone), study=town.study, sources={}
    )


def test_a_turn_restriction_names_the_piece_that_is_left_at_the_turn(town, tmp_path):
    region = town_with_turn(town, tmp_path / "r")
    built = after(region, new_street((0.5, 0), (0.5, 1)))
    named = built.table("turn_restrictions")["from_street_id"].iloc[0]
    ends = built.table("streets").set_index("street_id").loc[named, ["from_node", "to_node"]]
    assert named.startswith(block(0, 0) + "/")
    assert "n2" in set(ends)
    assert after(built, GONE).digest == region.digest


@pytest.mark.parametrize(("start", "end", "turns_back"), [(0, 2, False), (2, 1, True)])
def test_a_turn_over_a_street_that_is_cut_leads_over_its_pieces_in_order(
    town, tmp_path, start, end, turns_back
):
    turn = {"from_street_id": block(start, 0), "via_node_id": None, "via_street_ids": block(1, 0),
            "to_street_id": block(end, 0, up=True)}  # fmt: skip
    built = after(town_with_turn(town, tmp_path / "r", **turn), new_street((1.5, 0), (1.5, 1)))
    row = built.table("turn_restrictions").iloc[0]
    assert [row["from_street_id"], row["to_street_id"]] == [block(start, 0), block(end, 0, up=True)]
    streets = built.table("streets").set_index("street_id")
    nodes = streets.loc[row["via_street_ids"].split(), ["from_node", "to_node"]].to_numpy().tolist()
    (first, middle), (again, last) = nodes[::-1] if turns_back else nodes
    assert (first, last) == ("n2", "n3")
    assert middle == again


def test_a_removed_street_takes_its_turn_restrictions_along(town, tmp_path):
    region = town_with_turn(town, tmp_path / "r")
    without = after(region, {"do": "RemoveStreet", "streets": {"ids": [block(0, 0)]}})
    assert changes(without) == {"streets": (0, 0, 1), "turn_restrictions": (0, 0, 1)}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=6))
@settings(max_examples=4)
def test_closing_streets_never_shortens_a_walk(town_for_laws, blocks):
    region = town_for_laws
    ids = sorted({block(column, row) for column, row in blocks})
    closed = after(region, {"do": "CloseStreet", "streets": {"ids": ids}})
    for start, end in (((0, 0), (10, 10)), ((9, 1), (2, 7)), ((5, 5), (6, 5))):
        assert (seconds(closed, start, end) >= seconds(region, start, end)).all()


def test_places_are_where_the_grid_says(town):
    assert at(0, 0)["coordinates"] == metres(0, 0)
    assert town.table("streets")["length_m"].between(99.9, 100.1).all()
