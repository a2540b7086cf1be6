"""Turn restrictions on drawn crossings."""

from pathlib import Path

import pandas as pd
import pytest

from geo_planner import schema
from geo_planner.sources.osm import OsmExtract, read_osm
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, Drawing, Members


def _cross() -> Drawing:
    """Draw four arms that meet at node 5: west 10, east 20, south 30, north 40."""
    drawing = Drawing().node(5, 0, 0)
    for number, x_m, y_m in ((1, -100, 0), (2, 100, 0), (3, 0, -100), (4, 0, 100)):
        drawing.node(number, x_m, y_m)
    return drawing.way(10, [1, 5]).way(20, [5, 2]).way(30, [3, 5]).way(40, [5, 4])


def _members(from_way: int, via: tuple[str, int], to_way: int) -> Members:
    return [("way", from_way, "from"), (*via, "via"), ("way", to_way, "to")]


AT_CROSS = ("node", 5)


def _read(drawing: Drawing, folder: Path) -> tuple[pd.DataFrame, OsmExtract]:
    extract = read_osm(drawing.write(folder), METRIC)
    table = schema.tables()["turn_restrictions"]
    return schema.validate(extract.tables["turn_restrictions"], table, origin="test"), extract


def _left_out(extract: OsmExtract) -> int:
    return sum(
        finding.count
        for finding in extract.findings
        if finding.kind == "left_out" and "turn restrictions" in english(finding.what)
    )


def test_a_forbidden_left_turn_names_both_edges_and_the_node(tmp_path: Path) -> None:
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    drawing = _cross().relation(7, _members(10, AT_CROSS, 40), tags)
    turns, extract = _read(drawing, tmp_path)
    assert turns.to_dict("records") == [
        {
            "restriction_id": "r7",
            "kind": "no",
            "from_street_id": "w10-0",
            "via_node_id": "n5",
            "via_street_ids": pytest.approx(float("nan"), nan_ok=True),
            "to_street_id": "w40-0",
            "except_modes": "walk",
        }
    ]
    assert _left_out(extract) == 0


@pytest.mark.parametrize(
    ("tags", "kind", "except_modes"),
    [
        ({"restriction": "only_straight_on"}, "only", "walk"),
        ({"restriction": "no_left_turn", "except": "bicycle;psv"}, "no", "walk bicycle"),
        ({"restriction": "no_left_turn", "except": "motorcar"}, "no", "walk car"),
        ({"restriction:motorcar": "no_left_turn"}, "no", "walk bicycle"),
        ({"restriction:motor_vehicle": "only_left_turn"}, "only", "walk bicycle"),
        ({"restriction:bicycle": "no_left_turn"}, "no", "walk car"),
    ],
)
def test_a_restriction_says_the_modes_it_does_not_hold_for(
    tags: dict[str, str], kind: str, except_modes: str, tmp_path: Path
) -> None:
    drawing = _cross().relation(7, _members(10, AT_CROSS, 40), {"type": "restriction", **tags})
    turns, _ = _read(drawing, tmp_path)
    assert turns[["kind", "except_modes"]].to_numpy().tolist() == [[kind, except_modes]]


@pytest.mark.parametrize(
    "tags",
    [
        {"restriction:hgv": "no_left_turn"},
        {"restriction:conditional": "no_left_turn @ (07:00-09:00)"},
        {"restriction": "no_left_turn", "hour_on": "07:00", "hour_off": "09:00"},
        {"restriction": "give_way"},
    ],
)
def test_restrictions_for_lorries_or_hours_are_left_out_and_counted(
    tags: dict[str, str], tmp_path: Path
) -> None:
    drawing = _cross().relation(7, _members(10, AT_CROSS, 40), {"type": "restriction", **tags})
    turns, extract = _read(drawing, tmp_path)
    assert turns.empty
    assert _left_out(extract) == 1


def test_only_the_arriving_half_of_a_one_way_that_runs_on_is_meant(tmp_path: Path) -> None:
    drawing = Drawing().node(5, 0, 0)
    for number, x_m, y_m in ((1, -100, 0), (2, 100, 0), (4, 0, 100)):
        drawing.node(number, x_m, y_m)
    drawing.way(10, [1, 5, 2], {"highway": "primary", "oneway": "yes"}).way(40, [5, 4])
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    turns, _ = _read(drawing.relation(7, _members(10, AT_CROSS, 40), tags), tmp_path)
    assert turns[["from_street_id", "to_street_id"]].to_numpy().tolist() == [["w10-0", "w40-0"]]


def test_a_restriction_from_a_two_way_that_runs_on_is_not_clear(tmp_path: Path) -> None:
    drawing = Drawing().node(5, 0, 0)
    for number, x_m, y_m in ((1, -100, 0), (2, 100, 0), (4, 0, 100)):
        drawing.node(number, x_m, y_m)
    drawing.way(10, [1, 5, 2]).way(40, [5, 4])
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    turns, extract = _read(drawing.relation(7, _members(10, AT_CROSS, 40), tags), tmp_path)
    assert turns.empty
    assert _left_out(extract) == 1


def test_a_forbidden_u_turn_leads_back_over_the_same_edge(tmp_path: Path) -> None:
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    turns, _ = _read(_cross().relation(7, _members(10, AT_CROSS, 10), tags), tmp_path)
    assert turns[["from_street_id", "to_street_id"]].to_numpy().tolist() == [["w10-0", "w10-0"]]


def test_no_entry_from_several_streets_gives_a_row_each(tmp_path: Path) -> None:
    members = [*_members(10, AT_CROSS, 40), ("way", 30, "from")]
    tags = {"type": "restriction", "restriction": "no_entry"}
    turns, _ = _read(_cross().relation(7, members, tags), tmp_path)
    assert turns[["restriction_id", "from_street_id"]].to_numpy().tolist() == [
        ["r7-0", "w10-0"],
        ["r7-1", "w30-0"],
    ]


def test_a_turn_over_a_way_names_its_edges_in_order(tmp_path: Path) -> None:
    drawing = Drawing()
    places = {1: (0, 0), 2: (100, 0), 3: (100, 10), 4: (100, 20), 5: (0, 20), 6: (150, 10)}
    for number, (x_m, y_m) in places.items():
        drawing.node(number, x_m, y_m)
    one_way = {"highway": "primary", "oneway": "yes"}
    drawing.way(10, [1, 2], one_way).way(20, [2, 3, 4]).way(30, [4, 5], one_way).way(40, [3, 6])
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    turns, _ = _read(drawing.relation(7, _members(10, ("way", 20), 30), tags), tmp_path)
    row = turns.iloc[0]
    assert len(turns) == 1
    assert (row["from_street_id"], row["to_street_id"]) == ("w10-0", "w30-0")
    assert row["via_street_ids"] == "w20-0 w20-1"
    assert pd.isna(row["via_node_id"])


def test_a_turn_over_a_one_way_against_its_direction_is_left_out(tmp_path: Path) -> None:
    drawing = Drawing()
    for number, (x_m, y_m) in {1: (0, 0), 2: (100, 0), 4: (100, 20), 5: (0, 20)}.items():
        drawing.node(number, x_m, y_m)
    drawing.way(10, [1, 2]).way(20, [4, 2], {"highway": "primary", "oneway": "yes"}).way(30, [4, 5])
    tags = {"type": "restriction", "restriction": "no_u_turn"}
    turns, extract = _read(drawing.relation(7, _members(10, ("way", 20), 30), tags), tmp_path)
    assert turns.empty
    assert _left_out(extract) == 1


@pytest.mark.parametrize(
    "members",
    [
        _members(10, AT_CROSS, 99),
        _members(10, ("node", 1), 40),
        _members(10, ("node", 99), 40),
        _members(10, ("way", 99), 40),
        [("way", 10, "from"), ("way", 40, "to")],
        [("way", 10, "from"), ("node", 5, "via")],
    ],
)
def test_restrictions_with_members_that_do_not_meet_are_left_out(
    members: Members, tmp_path: Path
) -> None:
    tags = {"type": "restriction", "restriction": "no_left_turn"}
    turns, extract = _read(_cross().relation(7, members, tags), tmp_path)
    assert turns.empty
    assert _left_out(extract) == 1
