"""The portfolio command on the small town with a local plan: 3 sites of 3600 m2, ratio 1."""

import json
import re

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.config import read_study
from geo_planner.region.build import build_region
from tests.small_study import add_plans, write_study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portfolio")
    path = write_study(folder)
    add_plans(path)
    build_region(read_study(path), folder / "region")
    return folder / "region"


def asked(region, out, *options):
    return CliRunner().invoke(
        app,
        ["portfolio", str(region), "--objective", "land_take", "--out", str(out), *options],
    )


def test_the_opened_sites_come_out_with_their_shares(region, tmp_path):
    out = tmp_path / "p.csv"
    answer = asked(region, out, "--target-jobs", "50", "--json", "--alternatives", "1")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    rows = pd.read_csv(out)
    likely = rows[rows["case"] == "likely"]
    assert likely["jobs"].sum() == pytest.approx(50, rel=1e-4)
    assert set(likely["site_id"]) <= {"south", "middle", "north"}
    assert told["cases"]["likely"]["is_reachable"]
    assert len(told["portfolios"]) == sum(case["is_reachable"] for case in told["cases"].values())


def test_outlines_go_to_a_geopackage(region, tmp_path):
    out = tmp_path / "p.gpkg"
    assert asked(region, out, "--target-jobs", "50").exit_code == 0
    layer = gpd.read_file(out)
    assert layer.crs == 25832
    assert layer.geometry.area.round().eq(3600).all()


def test_a_target_out_of_reach_says_how_many_jobs_are_and_what_binds(region, tmp_path):
    out = tmp_path / "p.csv"
    answer = asked(region, out, "--target-jobs", "1e6", "--max-sites", "1")
    assert answer.exit_code == 1
    reached, free = _figures(str(answer.exception))
    assert 0 < reached < free
    assert not out.exists()


def test_the_sites_of_a_use_profile_are_kept_to_their_number(region, tmp_path):
    out = tmp_path / "p.csv"
    none = asked(region, out, "--target-jobs", "20", "--max-per-cluster", "balanced=0")
    assert none.exit_code == 1
    assert "at most 0 sites of balanced binds" in str(none.exception)


def _figures(text):
    reached = re.search(r"case\): (\d+) can", text)
    free = re.search(r"at most 1 site binds: without it (\d+) jobs", text)
    assert reached, text
    assert free, text
    return int(reached[1]), int(free[1])


@pytest.mark.parametrize(
    "options",
    [
        ["--objective", "charm"],
        ["--case", "worst"],
        ["--shares", "half"],
        ["--max-per-cluster", "it"],
    ],
)
def test_options_that_mean_nothing_are_refused(region, tmp_path, options):
    answer = asked(region, tmp_path / "p.csv", "--target-jobs", "10", *options)
    assert answer.exit_code == 2


def test_a_year_counts_from_the_studys_departure_unless_one_is_given(region, tmp_path):
    """A local plan in force takes half a year: in time for the year after, not for the same."""
    out = tmp_path / "p.csv"
    late = asked(region, out, "--target-jobs", "20", "--from-year", "2026", "--by-year", "2026")
    assert late.exit_code == 1
    assert "jobs by 2026" in str(late.exception)
    soon = asked(region, out, "--target-jobs", "20", "--by-year", "2100")
    assert soon.exit_code == 0
    rows = pd.read_csv(out)
    assert set(rows["stage"]) <= {1, 3}
    assert rows.loc[rows["stage"] == 1, "ready_year"].mod(1).eq(0.5).all()


def test_workers_travel_time_can_be_what_is_best(region, tmp_path):
    out = tmp_path / "p.csv"
    answer = asked(
        region, out, "--target-jobs", "20", "--objective", "travel_time", "--mode", "walk",
        "--alternatives", "1",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    assert pd.read_csv(out)["site_id"].tolist()[0] == "middle"


def test_the_answer_names_its_sites_and_when_their_jobs_come(region, tmp_path):
    answer = asked(
        region, tmp_path / "p.csv", "--target-jobs", "50", "--alternatives", "1", "--by-year",
        "2026", "--from-year", "2025",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    (line,) = [text for text in answer.output.splitlines() if text.startswith("likely case")]
    opened = pd.read_csv(tmp_path / "p.csv").query("case == 'likely'")["name"]
    assert all(name in line for name in opened)
    assert re.search(r"^  2026: 0 m2, 50 jobs by its end$", answer.output, re.MULTILINE)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--max-per-cluster", "astronomy=1"), "unknown cluster 'astronomy'"),
        (("--exclusive", "south,nowhere"), "unknown site 'nowhere'"),
    ],
)
def test_a_name_that_nothing_answers_to_is_refused(region, tmp_path, options, words):
    answer = asked(region, tmp_path / "p.csv", "--target-jobs", "5", *options)
    assert answer.exit_code == 1
    assert words in str(answer.exception)
