"""What a scenario changed, found from tables: each change of a made-up scenario, and no other."""

from collections import Counter

import pytest
from shapely.geometry import Point

from geo_planner.pages.compare.drawing import edit_labels, edit_points, edit_shapes, edit_symbols
from geo_planner.pages.compare.edits import find_edits
from geo_planner.words.wording import Wording
from tests.pages.changed_town import write_after, write_before
from tests.pages.small_town import TOWN_CRS, at


@pytest.fixture(scope="module")
def regions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    before = write_before(folder / "before")
    return before, write_after(folder / "after", before)


@pytest.fixture(scope="module")
def edits(regions):
    return find_edits(*regions)


def test_every_change_of_the_scenario_is_found_once(edits):
    assert Counter((edit.kind, edit.change) for edit in edits) == {
        ("plan", "added"): 1, ("plan", "removed"): 1,
        ("street", "added"): 1, ("street", "removed"): 1,
        ("line", "added"): 1, ("line", "changed"): 1, ("line", "removed"): 1,
        ("stop", "added"): 2, ("stop", "removed"): 1,
        ("workplace", "changed"): 1, ("bicycle_station", "added"): 1,
    }  # fmt: skip


def test_two_regions_built_on_their_own_have_no_edits(regions, tmp_path):
    before, _ = regions
    assert find_edits(before, write_before(tmp_path / "other")) == []


def test_a_region_against_itself_has_no_edits(regions):
    _, after = regions
    assert find_edits(after, after) == []


def test_the_way_back_turns_added_into_removed(regions, edits):
    there = Counter((edit.kind, edit.change) for edit in edits if edit.kind == "line")
    back = Counter((edit.kind, edit.change) for edit in find_edits(*reversed(regions)))
    assert back["line", "removed"] == there["line", "added"]
    assert back["line", "changed"] == there["line", "changed"]


def test_a_cut_line_is_told_apart_into_what_stays_and_what_goes(edits):
    lines = {edit.change: edit for edit in edits if edit.kind == "line"}
    # the line ends 400 m earlier; 40 m of that counts as the same course
    assert lines["removed"].geometry.length == pytest.approx(360, abs=2)
    assert lines["changed"].geometry.length == pytest.approx(400, abs=2)
    assert lines["added"].geometry.length == pytest.approx(600)
    assert lines["added"].name == "Two"


def test_a_stop_no_longer_served_is_crossed_and_a_new_one_named(edits):
    stops = [edit for edit in edits if edit.kind == "stop"]
    gone = next(edit for edit in stops if edit.change == "removed")
    assert gone.name == "Stop R"
    assert gone.geometry.distance(Point(at(800, 200))) < 1
    assert {edit.name for edit in stops if edit.change == "added"} == {"Stop S", None}


def test_a_street_closed_to_cars_counts_as_closed(edits):
    closed = next(e for e in edits if e.kind == "street" and e.change == "removed")
    assert closed.geometry.length == pytest.approx(800)


def test_layers_hold_every_edit_and_the_legend_names_those_that_occur(edits):
    shapes, points = edit_shapes(edits, TOWN_CRS), edit_points(edits, TOWN_CRS)
    assert len(shapes["features"]) + len(points["features"]) == len(edits)
    names = [f["properties"]["name"] for f in edit_labels(edits, TOWN_CRS)["features"]]
    assert names[:2] == ["Two", "One"]
    assert len(names) == len(set(names))
    labels = [symbol["label"] for symbol in edit_symbols(edits, Wording("da"))]
    assert labels[:3] == ["Ny linje", "Ændret linje", "Nedlagt linje"]
    assert len(labels) == len({(edit.kind, edit.change) for edit in edits})
