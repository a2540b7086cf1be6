"""Bad scenarios: all problems at once, each with the place of its modification; nothing written."""

import json

import pytest

from geo_planner.errors import ScenarioError
from geo_planner.reasons import Reason
from geo_planner.scenario import apply_scenario, check_scenario, parse_scenario, read_scenario
from geo_planner.scenario.applying import Check
from geo_planner.scenario.refusals import reason_of_value, unfit_value
from geo_planner.words.english import english
from tests.scenario.town import area, at, block, way

SERVICE = [{"start": "08:00", "end": "09:00", "headway_min": 10}]
HERE = {"name": "A", "at": at(0, 5)}
THERE = {"name": "B", "at": at(10, 5)}
LINE = {"do": "AddLine", "name": "L", "speed_kmh": 30, "service": SERVICE, "stops": [HERE, THERE]}
DEGREES = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
ROW = {"ids": [block(0, 0)]}

BAD = {
    "an unknown street": ({"do": "CloseStreet", "streets": {"ids": ["w1"]}}, "no street_id 'w1'"),
    "an unknown stop": (
        LINE | {"stops": [{"stop_id": "nowhere"}, THERE]}, "unknown stop 'nowhere'",
    ),
    "a line through nothing": (LINE | {"stops": [HERE]}, "through nothing"),
    "a line far off its course": (
        LINE | {"alignment": way((0, 0), (10, 0))}, "off the alignment",
    ),
    "a zero headway": (
        LINE | {"service": [SERVICE[0] | {"headway_min": 0}]}, "headway_min: Input should be gr",
    ),
    "a ratio below 0": (
        {"do": "Rezone", "plans": {"ids": ["p1"]}, "floor_area_ratio": -0.1}, "floor_area_ratio",
    ),
    "a polygon in another CRS": (
        {"do": "AddSite", "name": "S", "area": area(0, 0, 1, 1) | {"crs": "EPSG:4326"}},
        "state the crs its coordinates are in",
    ),
    "degrees declared as metres": (
        {"do": "AddSite", "name": "S", "area": DEGREES | {"crs": "EPSG:25832"}},
        "state the crs its coordinates are in",
    ),
    "a polygon on the other side of the earth": (
        {"do": "AddSite", "name": "S", "area": DEGREES}, "far outside the region",
    ),
    "a bow tie": (
        {"do": "AddSite", "name": "S",
         "area": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
        "invalid",
    ),
    "an unknown key": ({"do": "CloseStreet", "streets": ROW, "why": "x"}, "why: unknown key"),
    "an unknown verb": ({"do": "BlowUp"}, "BlowUp"),
    "no verb": ({"streets": ROW}, "do: required"),
    "an unknown column": (
        {"do": "CloseStreet", "streets": {"where": {"colour": "red"}}}, "no column 'colour'",
    ),
    "an unknown line": (
        {"do": "RemoveRoute", "routes": {"line": "X"}}, "no line is called 'X'",
    ),
    "an unknown constraint": (
        {"do": "AddConstraint", "kind": "dragons", "area": area(0, 0, 1, 1)}, "unknown kind",
    ),
    "a street that joins nothing": (
        {"do": "AddStreet", "name": "N", "road_class": "residential",
         "course": way((15, 15), (16, 16))},
        "neither end",
    ),
    "a headway of a time without departures": (
        {"do": "AdjustHeadway", "routes": {"line": "R"},
         "service": {"start": "02:00", "end": "03:00", "headway_min": 5}},
        "no departure",
    ),
    "a change that changes nothing": (
        {"do": "AdjustSpeed", "streets": ROW, "speed_kmh": 36}, "changes nothing",
    ),
    "an absent feed": ({"do": "AddTrips", "path": "absent.zip"}, "absent.zip"),
    "an absent forecast": ({"do": "GrowZones", "forecast": "absent.csv"}, "absent.csv"),
    "a selection of nothing": (
        {"do": "RemoveBusiness", "businesses": {"within": area(0.4, 0.4, 0.6, 0.6)}},
        "no row of businesses is chosen",
    ),
}  # fmt: skip


def content(*items):
    return {"id": "bad", "name": "Bad", "modifications": list(items)}


@pytest.mark.parametrize("name", BAD)
def test_is_refused_with_its_place_and_nothing_is_written(town, tmp_path, name):
    item, words = BAD[name]
    good = {"do": "CloseStreet", "streets": ROW}
    out = tmp_path / "r"
    with pytest.raises(ScenarioError) as raised:
        apply_scenario(town, content(good, item), out)
    told = [problem for problem in raised.value.problems if words in problem]
    assert told, raised.value.problems
    assert all(problem.startswith("modification 2") for problem in raised.value.problems)
    assert not out.exists()


def test_all_kinds_of_problems_are_told_at_once_in_order(town):
    checked = check_scenario(town, content(*(item for item, _ in BAD.values())))
    places = [int(problem.split()[1].rstrip(":")) for problem in checked.problems]
    assert sorted(set(places)) == list(range(1, len(BAD) + 1))
    assert places == sorted(places)
    assert checked.tables == {}


def test_a_thousand_errors_are_all_told(town):
    items = [{"do": "CloseStreet", "streets": {"ids": [f"x{i}"]}} for i in range(1000)]
    checked = check_scenario(town, content(*items))
    assert len(checked.problems) == 1000
    assert checked.problems[999].startswith("modification 1000 (CloseStreet)")


def test_a_modification_added_twice_is_refused(town):
    item = {"do": "AddBusiness", "name": "B", "at": at(5, 5), "employees_count": 1}
    checked = check_scenario(town, content(item, item))
    assert [problem.startswith("modification 2") for problem in checked.problems] == [True]


def test_a_wrong_head_is_told_beside_wrong_modifications():
    parsed = parse_scenario({"id": "a b", "modifications": [{"do": "X"}], "extra": 1})
    told = "\n".join(map(english, parsed.in_order()))
    assert parsed.scenario is None
    for words in ("id:", "name: required", "extra: unknown key", "modification 1"):
        assert words in told


@pytest.mark.parametrize(
    ("name", "text"), [("a.toml", "id = "), ("a.json", "{"), ("a.yaml", ""), ("absent.toml", None)]
)
def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path, name, text):
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match=name):
        read_scenario(tmp_path / name)


def test_an_unknown_base_is_refused(town, tmp_path):
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"id": "s", "name": "S", "based_on": "gone"}), "utf-8")
    assert "gone.toml beside the file" in check_scenario(town, file).problems[0]


def test_a_modification_may_use_what_one_before_it_made(town):
    first = {"do": "AddBusiness", "name": "B", "at": at(5, 5), "employees_count": 1,
             "business_id": "new"}  # fmt: skip
    then = {"do": "MoveBusiness", "businesses": {"ids": ["new"]}, "to": at(6, 6)}
    assert check_scenario(town, content(first, then)).problems == []
    assert len(check_scenario(town, content(then, first)).problems) == 1


FORECASTS = {
    "a text": ('z,"1.234,5"\ny,n/a?\n', "population_count"),
    "a blank": ("z,\n", "1 is not: z (blank)"),
    "infinity": ("z,inf\n", "1 is not: z ('inf')"),
    "less than nothing": ("z,-1\n", "1 is not: z ('-1')"),
    "a number of two readings": ('z,"1,200"\n', "add thousands = ','"),
}


@pytest.mark.parametrize("name", FORECASTS)
def test_a_forecast_that_holds_no_plain_numbers_is_refused_with_the_value(town, tmp_path, name):
    rows, words = FORECASTS[name]
    (tmp_path / "f.csv").write_text("zone_id,population_count\n" + rows, "utf-8")
    item = {"do": "GrowZones", "forecast": str(tmp_path / "f.csv")}
    with pytest.raises(ScenarioError) as raised:
        apply_scenario(town, content(item), tmp_path / "r")
    assert words in str(raised.value)
    assert "f.csv" in str(raised.value)


def test_a_fault_of_ours_is_raised_and_not_put_on_the_shape(town, monkeypatch):
    def broken(*_args, **_options):
        raise ZeroDivisionError

    site = {"do": "AddSite", "name": "S", "area": area(0, 0, 1, 1)}
    monkeypatch.setattr("geopandas.GeoSeries.to_crs", broken)
    with pytest.raises(ZeroDivisionError):
        check_scenario(town, content(site))


def test_a_check_shows_first_whether_the_scenario_can_be_applied():
    problem = Reason("error_text", text="no such street")
    assert repr(Check("s", reasons=[problem])) == "Check('s': cannot be applied, 1 problem)"
    assert repr(Check("s", reasons=[problem] * 2)).endswith("2 problems)")
    assert repr(Check("s", changes=[{}])) == "Check('s': can be applied, 1 change)"


@pytest.mark.parametrize("content", [[], None, "text", 7])
def test_what_is_no_table_of_keys_is_no_scenario(content):
    assert parse_scenario(content).problems == ((0, Reason("scenario_no_mapping")),)


def test_a_refused_value_keeps_its_code_and_says_it_in_words():
    error = unfit_value("clock_unread", text="8 o'clock")
    reason = Reason("clock_unread", text="8 o'clock")
    assert error.message() == english(reason)
    assert reason_of_value(error.type, error.context) == reason
