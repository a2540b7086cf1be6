"""Notes beside modifications: changes without any result, and values that look like other units."""

import pytest

from geo_planner import schema
from geo_planner.region import write_region
from geo_planner.scenario import check_scenario
from geo_planner.words.english import english
from tests.scenario.town import area, at, block, scenario, way
from tests.worlds import calls, service, write_gtfs

ROW = {"ids": [block(0, 0)]}
SERVICE = [{"start": "08:00", "end": "10:00", "headway_min": 10}]
STOPS = [{"name": "A", "at": at(0, 5)}, {"name": "B", "at": at(5, 5)}]
LINE = {"do": "AddLine", "name": "L", "run_times_min": [2], "service": SERVICE, "stops": STOPS}
REGULAR = {"do": "AdjustHeadway", "routes": {"line": "R"}, "service": SERVICE[0]}
PLAN = {"do": "Rezone", "plans": {"ids": ["p1"]}}
BUSES = {"routes": {"line": "R"}}


def notes(region, *items):
    check = check_scenario(region, scenario(*items))
    assert check.problems == []
    return " ".join(map(english, check.notes))


def with_travel(region, folder, tables=None, **travel):
    """Write the region again with other settings of travel, or other tables."""
    study = {**region.study, "travel": {**region.study["travel"], **travel}}
    kept = {name: region.table(name) for name in region.tables}
    typed = {
        name: schema.validate(frame, schema.tables()[name], origin="test")
        for name, frame in (kept | (tables or {})).items()
    }
    return write_region(
        folder, typed, crs=region.crs, timezone=str(region.timezone), study=study, sources={}
    )


def feed_of(folder, **running):
    rows = [*calls("t", ("a", 28800), ("b", 28860))]
    stops = {"a": (0.0, 10_000.0), "b": (1000.0, 10_000.0)}
    return write_gtfs(folder / "more.zip", stops=stops, stop_times=rows,
                      calendar=[service("daily", **running)])  # fmt: skip


@pytest.mark.parametrize(
    "running", [{"first": "20220101", "last": "20221231"}, {"days": "0000011"}],
    ids=["a feed that ended", "weekends"],
)  # fmt: skip
def test_trips_of_other_days_are_told_beside_a_study_of_a_wednesday(town, tmp_path, running):
    add = {"do": "AddTrips", "path": str(feed_of(tmp_path, **running)), "prefix": "more"}
    told = notes(town, add)
    assert "the study's day: no travel time changes" in told
    assert "study's day" not in notes(town, add | {"path": str(feed_of(tmp_path))})


def test_trips_of_other_days_are_told_where_the_study_takes_a_typical_day(town, tmp_path):
    region = with_travel(town, tmp_path / "r", depart=None)
    assert "the study's day" in notes(region, LINE | {"days": "weekend"})
    assert "the study's day" not in notes(region, LINE | {"days": "weekdays"})


@pytest.mark.parametrize(
    ("item", "is_without"),
    [
        (LINE | {"days": "weekend"}, True), (LINE, False),
        (REGULAR | {"days": "sunday", "service": SERVICE[0] | {"headway_min": 5}}, True),
        (REGULAR | {"service": SERVICE[0] | {"headway_min": 5}}, False),
        ({"do": "AdjustRunTimes", **BUSES, "factor": 2}, False),
    ],
)  # fmt: skip
def test_services_of_other_days_are_told_whatever_changes_them(town, item, is_without):
    assert ("the study's day" in notes(town, item)) is is_without


def test_a_line_that_runs_after_the_study_has_closed_is_told(town):
    late = [{"start": "20:00", "end": "22:00", "headway_min": 10}]
    told = notes(town, LINE | {"service": late})
    assert "runs between 08:00 and" in told
    assert "the study's window" in told


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"do": "AddStop", "name": "S", "at": at(1, 1)}, "no trip calls at scenario:"),
        ({"do": "AddCycleTrack", "streets": ROW}, "tracks count in traffic stress alone"),
        ({"do": "AddConstraint", "kind": "conservation", "area": area(3, 7, 4, 8)},
         "no site lies on the ground of the constraints"),
        ({"do": "Rezone", "area": area(3, 7, 4, 8), "max_floors": 3},
         "no site lies on the ground of the plans"),
        ({"do": "AddBicycleStation", "name": "S", "at": at(1, 1), "network": "N"},
         "nobody rides shared bicycles in this study"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["do"],
)  # fmt: skip
def test_what_changes_rows_and_no_result_says_so(town, item, words):
    assert words in notes(town, item)


def test_a_limit_on_a_footpath_is_told_to_change_nothing(town):
    close = {"do": "CloseStreet", "streets": ROW, "modes": ["car"]}
    limit = {"do": "AdjustSpeed", "streets": ROW, "speed_kmh": 30}
    assert "1 of 1 street is closed to cars" in notes(town, close, limit)
    assert "closed to cars" not in notes(town, limit)


@pytest.mark.parametrize(
    ("network", "there", "words", "taken"),
    [
        (None, ["N", "N"], "taken for a station of N", "N"),
        ("n", ["N", "N"], "the only station of system 'n': nobody can ride from it (there are N)",
         "n"),
        (None, ["M", "N"], "it names no system: nobody can ride from it to stations of M, N", None),
        ("N", ["N", "N"], "", "N"),
        (None, [None, None], "", None),
    ],
)  # fmt: skip
def test_a_bicycle_station_joins_the_only_system_or_says_it_stands_alone(
    town, tmp_path, network, there, words, taken
):
    import geopandas as gpd

    places = town.geo_table("stops").geometry.to_numpy()
    stations = gpd.GeoDataFrame(
        {"station_id": ["a", "b"], "name": ["A", "B"], "network": there},
        geometry=list(places), crs=25832,
    )  # fmt: skip
    tables = {"shared_bicycle_stations": stations}
    region = with_travel(town, tmp_path / "r", tables, to_stop_by="shared_bicycle")
    item = {"do": "AddBicycleStation", "name": "S", "at": at(1, 1), "station_id": "s"}
    item |= {"network": network} if network else {}
    check = check_scenario(region, scenario(item))
    assert words in " ".join(map(english, check.notes))
    assert bool(check.notes) is bool(words)
    rows = check.tables["shared_bicycle_stations"].set_index("station_id")["network"]
    assert (rows["s"] if isinstance(rows["s"], str) else None) == taken


def test_a_name_of_a_line_in_two_feeds_is_told(town, tmp_path):
    add = {"do": "AddTrips", "path": str(feed_of(tmp_path)), "prefix": "more"}
    slow = {"do": "AdjustRunTimes", **BUSES, "factor": 2}
    assert "line 'R' is in 2 feeds (1, more)" in notes(town, add, slow)
    assert "2 feeds" not in notes(town, slow)


def test_a_value_of_a_column_that_no_row_has_is_refused_beside_others_that_are_there(town):
    where = {"road_class": ["residential", "avenue"]}
    check = check_scenario(
        town, scenario({"do": "CloseStreet", "streets": {"where": where}})
    )  # fmt: skip
    assert "no row of streets has road_class 'avenue'" in check.problems[0]


DOUBTFUL = {
    "run times in seconds": (LINE | {"run_times_min": [120]}, "500 m, are 0.3 km/h"),
    "run times in hours": (LINE | {"run_times_min": [0.1]}, "are 300.0 km/h"),
    "a bus at 0.3 km/h": (
        LINE | {"run_times_min": None, "speed_kmh": 0.3}, "speed_kmh = 0.3 is unusual"
    ),
    "a limit in m/s": (
        {"do": "AdjustSpeed", "streets": ROW, "speed_kmh": 13.9}, "13.9 m/s are 50 km/h"
    ),
    "a new street's limit in m/s": (
        {"do": "AddStreet", "name": "N", "road_class": "residential", "speed_kmh": 8.3,
         "course": way((0, 0), (3, 4))},
        "speed_kmh = 8.3",
    ),
    "a headway in seconds": (
        LINE | {"service": [SERVICE[0] | {"headway_min": 600}]}, "one departure only"
    ),
    "a headway in hours": (
        LINE | {"service": [SERVICE[0] | {"headway_min": 0.1}]}, "a departure every 6 s"
    ),
    "a regular headway in seconds": (
        REGULAR | {"service": SERVICE[0] | {"headway_min": 600}}, "one departure only"
    ),
    "growth in per cent": ({"do": "GrowZones", "factor": 20}, "not per cent"),
    "congestion in per cent": (
        {"do": "CongestArea", "streets": ROW, "factor": 8}, "not per cent"
    ),
    "run times in per cent": ({"do": "AdjustRunTimes", **BUSES, "factor": 9}, "not per cent"),
    "a ratio in per cent": (PLAN | {"floor_area_ratio": 18}, "180 % is 1.8"),
    "storeys in metres": (PLAN | {"max_floors": 60}, "storeys, not metres"),
    "ground in hectares": (
        {"do": "AddSite", "name": "S", "area": area(3, 3, 4, 4), "area_m2": 1.0},
        "area_m2 = 1, but the area drawn measures",
    ),
    "jobs of a whole town at one place": (
        {"do": "AddBusiness", "name": "B", "at": at(6, 1), "employees_count": 1_000_000},
        "jobs at one workplace",
    ),
    "a stop moved to another district": (
        {"do": "MoveStop", "stops": {"ids": ["1:east"]}, "to": at(60, 60)},
        "the run times of its lines stay",
    ),
    "floor area beyond the ground": (
        {"do": "AddDevelopment", "name": "D", "area": area(0, 0, 1, 1), "floor_area_m2": 2e5,
         "jobs_count": 9},
        "more than ten times the ground",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_value_of_another_unit_is_taken_with_a_note(town, name):
    item, words = DOUBTFUL[name]
    item = {key: value for key, value in item.items() if value is not None}
    assert words in notes(town, item)


@pytest.mark.parametrize(
    "item",
    [
        LINE, REGULAR | {"service": SERVICE[0] | {"headway_min": 5}},
        {"do": "AdjustSpeed", "streets": ROW, "speed_kmh": 50},
        {"do": "GrowZones", "factor": 1.2}, PLAN | {"floor_area_ratio": 1.8},
        {"do": "AddSite", "name": "S", "area": area(3, 3, 4, 4), "area_m2": 9800},
    ],
    ids=lambda item: item["do"],
)  # fmt: skip
def test_a_usual_value_gets_no_note(town, item):
    assert "unusual" not in notes(town, item)
    assert "?" not in notes(town, item)


def test_a_forecast_in_thousands_is_taken_with_a_note(town, tmp_path):
    table = tmp_path / "forecast.csv"
    table.write_text("zone_id,population_count\nz0,0.3\nz1,0.2\n", "utf-8")
    told = notes(town, {"do": "GrowZones", "forecast": str(table)})
    assert "population_count of the zones named goes from 200 to 0" in told
