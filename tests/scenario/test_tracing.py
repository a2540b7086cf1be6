"""Each edit by itself: its problems by field, what it changes, and where."""

import pytest

from geo_planner import example_region
from geo_planner.scenario.tracing import trace_edits


@pytest.fixture(scope="module")
def region():
    return example_region()


def traced(region, *edits, **head):
    content = {"id": "draft", "name": "Draft", **head, "modifications": list(edits)}
    return trace_edits(region, content)


CLOSED = {"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}


def test_a_closed_workplace_is_placed_where_it_was(region):
    _, trace = traced(region, CLOSED)
    (row,) = trace.shapes.itertuples()
    depot = region.geo_table("businesses").set_index("business_id").loc[["depot"]]
    assert (row.table, row.change) == ("businesses", "removed")
    assert row.geometry.distance(depot.to_crs(4326).geometry.iloc[0]) < 1e-9
    assert trace.problems == []
    assert [change["rows_removed"] for change in trace.changes] == [1]


def test_problems_belong_to_their_edit_and_name_their_field(region):
    wrong = {"do": "GrowZones", "factor": -1}
    unread = {"do": "AddSite", "name": "", "area": [[[0, 0], [1, 1]]]}
    whole, first, second, third = traced(region, CLOSED, wrong, unread)
    assert whole.problems == first.problems == []
    assert [place for place, _ in second.problems] == ["factor"]
    assert {place.split(".")[0] for place, _ in third.problems} == {"name", "area"}
    assert second.n_shapes == 0


def test_an_edit_sees_what_those_before_it_left(region):
    _, first, second = traced(region, CLOSED, CLOSED)
    assert first.problems == []
    assert len(second.problems) == 1


def test_what_is_wrong_with_the_head_belongs_to_no_edit(region):
    whole, first = traced(region, CLOSED, id="no spaces here")
    assert [place for place, _ in whole.problems] == ["id"]
    assert first.problems == []


def test_an_edit_that_draws_itself_is_not_drawn_twice(region):
    x, y = region.geo_table("zones").to_crs(4326).geometry.iloc[0].representative_point().coords[0]
    ring = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y]]
    _, trace = traced(region, {"do": "AddSite", "name": "New", "area": [ring]})
    assert trace.problems == []
    assert len(trace.shapes) == trace.n_shapes == 0
    assert [change["table"] for change in trace.changes] == ["sites"]


def test_the_region_is_only_read(region):
    before = region.digest
    traced(region, CLOSED)
    assert len(region.table("businesses")) == 4
    assert region.digest == before
