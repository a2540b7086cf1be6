"""The public names as analysts meet them: found by completion, shown short, with examples."""

import subprocess
import sys
from importlib.resources import files

import pytest

import geo_planner
from geo_planner import (
    AnalysisResult,
    Fares,
    Isochrones,
    Itineraries,
    PortfolioLimits,
    Reaching,
    Region,
    Scenario,
    Travel,
    access_of_points,
    analyse,
    balanced_floating_catchment,
    check_scenario,
    check_study,
    compare_results,
    cumulative,
    example_region,
    find_itineraries,
    gravity,
    open_catchment,
    portfolio_frame,
    read_study,
    settings_of,
    solve_portfolio,
    travel_times,
    write_example,
)
from geo_planner.errors import ConfigError, GeoPlannerError, InputError, ScenarioError

LONGEST_REPR = 250
CLOSED = {
    "id": "closed",
    "name": "Depot closes",
    "modifications": [{"do": "RemoveBusiness", "businesses": {"ids": ["depot"]}}],
}


@pytest.fixture(scope="module")
def region() -> Region:
    return example_region()


@pytest.fixture(scope="module")
def result(region) -> AnalysisResult:
    return analyse(region, threads=1)


@pytest.fixture(scope="module")
def work(region):
    return region.geo_table("businesses").set_index("business_id")


def test_completion_lists_all_public_names_before_any_is_used():
    asked = "import geo_planner; print(*dir(geo_planner))"
    listed = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(geo_planner.__all__) <= set(listed)
    assert [name for name in listed if name.startswith("_") and not name.startswith("__")] == []


def test_listing_names_imports_no_library():
    asked = "import sys, geo_planner; dir(geo_planner); print('pandas' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_types_are_stated_to_be_there():
    assert (files("geo_planner") / "py.typed").is_file()


@pytest.mark.parametrize("name", geo_planner.__all__)
def test_a_public_name_has_an_example_that_runs(name):
    # the examples themselves are run as doctests
    assert ">>> " in (getattr(geo_planner, name).__doc__ or "")


def test_what_analysts_hold_is_shown_in_one_short_line(region, result, work, tmp_path):
    study = read_study(write_example(tmp_path))
    ends = work.geometry[["bakery", "office"]]
    shown = [
        region,
        result,
        study,
        settings_of(region),
        settings_of(region).travel,
        Travel(),
        Fares(kind="flat", currency="DKK", price=24),
        Scenario.model_validate(CLOSED),
        check_scenario(region, CLOSED),
        check_study(study),
        compare_results(result, result),
        PortfolioLimits(max_sites=2),
        solve_portfolio(portfolio_frame(result.sites, result.sites), 500),
        times := travel_times(region, work, work, "walk"),
        Isochrones(region, "walk"),
        Isochrones(region, "walk").around(work, [5]),
        Itineraries(region),
        find_itineraries(region, ends.iloc[0], ends.iloc[1]),
        open_catchment(region, work, work, "walk", cumulative(6)),
    ]
    texts = [repr(one) for one in shown]
    assert [text for text in texts if len(text) > LONGEST_REPR or "\n" in text] == []
    assert texts[0].endswith("12 tables, EPSG:25832, " + region.digest[:12] + ")")
    assert repr(times) == "TravelTimes(4 origins x 4 destinations x 1 column, 16 of 16 reached)"
    assert repr(Travel(walk_speed_kmh=4)) == "Travel(walk_speed_kmh=4.0)"


@pytest.mark.parametrize("function", [analyse, settings_of, Itineraries])
def test_the_path_of_a_region_is_no_region_and_the_remedy_is_named(function, region):
    with pytest.raises(InputError, match=r"region must be of type Region, not str: open .* with"):
        function(str(region.path))


@pytest.mark.parametrize("name", ["check_scenario", "apply_scenario"])
def test_a_scenario_wants_a_region_too(name, region):
    with pytest.raises(InputError, match="open_region"):
        getattr(geo_planner, name)(region.path, CLOSED)


def test_files_may_be_named_by_text(tmp_path):
    study = write_example(str(tmp_path / "town"))
    assert read_study(str(study)) == read_study(study)
    with pytest.raises(ConfigError, match="no such file of fares"):
        geo_planner.read_fares(str(tmp_path / "none.toml"))


def test_settings_written_in_python_are_refused_with_all_problems():
    with pytest.raises(ConfigError) as refused:
        Travel(walk_speed_kmh=-1, walking=3)
    assert isinstance(refused.value, GeoPlannerError)
    assert [text.partition(":")[0] for text in refused.value.problems] == [
        "walk_speed_kmh",
        "walking",
    ]


def test_scenarios_written_in_python_are_refused_with_all_problems():
    with pytest.raises(ScenarioError) as refused:
        Scenario(id="a b", name="", modifications=[{"do": "Nope"}])
    assert len(refused.value.problems) == 3


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda town, _, work: travel_times(town, work, work, "walk", threads=-1), "threads = -1"),
        (lambda town, _, work: Isochrones(town, "walk").around(work, [5], threads=-1), "threads"),
        (lambda town, _, work: travel_times(town, work, work, "walk", threads=0), "threads = 0"),
        (lambda town, _, work: Isochrones(town, "walk").around(work, [5], threads=0), "threads"),
        (
            lambda town, _, work: Reaching(town, "walk").within(work, ["jobs"], [5], threads=0),
            "threads = 0",
        ),
        (lambda town, _, work: access_of_points(town, work, mode="walk", threads=0), "threads = 0"),
        (
            lambda town, _, work: open_catchment(
                town, work, work, "walk", cumulative(6), threads=0
            ),
            "threads = 0",
        ),
        (lambda town, *_: analyse(town, threads=0), "threads = 0"),
        (lambda *_: cumulative(-3), "time limits are"),
        (lambda *_: gravity("long"), "time limits are"),
        (
            lambda town, _, work: open_catchment(
                town, work, work, "walk", cumulative(6), demand_at="left"
            ),
            "choose from origins, destinations",
        ),
        (lambda town, _, work: open_catchment(town, work, work, "walk", 30), "measure must be"),
        (
            lambda town, _, work: balanced_floating_catchment(
                open_catchment(town, work, work, "walk", cumulative(6)),
                [1, 2, 3, 4],
                [1, 2, 3, 4],
                competes=[True],
            ),
            "one value for each of 4",
        ),
        (
            lambda town, _, work: find_itineraries(
                town, work[:1], work[1:2], max_total_walk_min="far"
            ),
            "write minutes",
        ),
        (
            lambda town, _, work: find_itineraries(
                town, work[:1], work[1:2], "walk", max_total_walk_min=5
            ),
            "not for walk",
        ),
        (lambda town, *_: compare_results(town, town), "a must be of type AnalysisResult"),
        (lambda _, result, __: compare_results(result, None), "b must be of type AnalysisResult"),
        (lambda *_: solve_portfolio(None, 100), "sites must be of type DataFrame"),
        (lambda _, result, __: solve_portfolio(result.sites, "many"), "a number of jobs"),
        (
            lambda _, result, __: solve_portfolio(result.sites, 100, limits={"max_sites": 1}),
            "limits must be of type PortfolioLimits",
        ),
        (
            lambda _, result, __: portfolio_frame(result.zones[["role"]], result.sites),
            "sites must be of type GeoDataFrame",
        ),
        (lambda town, *_: geo_planner.export(town, "out", "parquet"), "source must be the path"),
        (lambda *_: geo_planner.open_region(None), "region must be the path"),
        (lambda *_: read_study(None), "study must be the path"),
        (lambda *_: geo_planner.read_scenario(None), "scenario must be the path"),
        (lambda *_: geo_planner.run(None), "study must be the path"),
        (lambda *_: geo_planner.read_result(None), "folder must be the path"),
        (lambda *_: check_study("x.toml"), "study must be of type Study"),
        (lambda *_: geo_planner.build_region("x.toml", "out"), "study must be of type Study"),
        (lambda town, *_: analyse(town, "x.toml"), "study must be of type Study"),
        (lambda town, *_: geo_planner.write_report(town, "out"), "result must be of type"),
        (lambda _, result, __: geo_planner.write_report(result, __file__), "name a folder"),
        (lambda _, result, __: geo_planner.write_comparison(result, "out"), "comparison must be"),
        (lambda *_: write_example(__file__), "name a folder"),
    ],
)
def test_wrong_use_is_said_in_a_sentence_of_ours(wrong, words, region, result, work):
    with pytest.raises(InputError, match=words):
        wrong(region, result, work)
