"""A study file is read whole or refused with everything that is wrong with it."""

import pytest

from geo_planner.config import Study, Travel, read_study
from geo_planner.errors import ConfigError

MINIMAL = """
[study]
id = "town"
name = "Town"
crs = "EPSG:25832"
"""


def study_file(tmp_path, text):
    file = tmp_path / "study.toml"
    file.write_text(text, "utf-8")
    return file


def test_paths_are_relative_to_the_study_file(tmp_path):
    text = MINIMAL + '[[sources.gtfs]]\npath = "../feed.zip"\n'
    study = read_study(study_file(tmp_path, text))
    assert study.sources.gtfs[0].path == tmp_path / "../feed.zip"


def test_defaults_are_those_of_the_standards():
    travel = Travel()
    assert travel.walk_speed_mps == pytest.approx(4 / 3)
    assert (travel.board_wait_s, travel.transfer_slack_s) == (60, 120)
    assert (travel.max_walk_s, travel.max_transfer_s, travel.max_time_s) == (1800, 900, 7200)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"absent\.toml: no such study file"):
        read_study(tmp_path / "absent.toml")


def test_broken_toml_is_named_with_its_line(tmp_path):
    with pytest.raises(ConfigError, match="line 2"):
        read_study(study_file(tmp_path, "[study]\nid = \n"))


def test_all_problems_are_listed_at_once(tmp_path):
    text = """
[study]
id = "a town"
name = "Town"
timezone = "Europe/Ballerup"
colour = "red"
[travel]
walk_speed_kmh = -3
percentiles = [50, 25]
depart = 2026-03-10T07:30:00Z
[access]
cutoffs_min = [15, 30]
[[sources.osm]]
[[sources.layers]]
table = "zones"
path = "zones.shp"
api_key = "s3cret"
"""
    with pytest.raises(ConfigError) as caught:
        read_study(study_file(tmp_path, text))
    found = "\n".join(caught.value.problems)
    for place in (
        "study.id", "study.timezone", "study.colour: unknown key", "travel.walk_speed_kmh",
        "travel.percentiles", "travel.depart", "headline_cutoff_min 45", "sources.osm[0]",
        "sources.layers[0].api_key: looks like a secret",
    ):  # fmt: skip
        assert place in found
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        'overpass_url = "https://user:word@example.org/api"',
        'overpass_url = "https://example.org/api?token=abc"',
    ],
)
def test_a_secret_inside_a_value_is_refused(tmp_path, line):
    text = f"{MINIMAL}[[sources.osm]]\n{line}\n"
    with pytest.raises(ConfigError, match="looks like a secret"):
        read_study(study_file(tmp_path, text))


def test_a_study_survives_a_round_trip_through_json(tmp_path):
    study = read_study(study_file(tmp_path, MINIMAL))
    assert Study.model_validate_json(study.model_dump_json()) == study


def test_settings_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        Travel().walk_speed_kmh = 5
