"""Scenarios as texts of files: what is written reads back the same, and what is wrong is said."""

import pytest

from geo_planner.errors import ScenarioError
from geo_planner.scenario.files import content_of_text, text_of_content

CONTENT = {
    "id": "two",
    "name": "Ærø »<b>« \\ \n",
    "modifications": [
        {"do": "GrowZones", "factor": 1.5, "counts": ["pupils_count"]},
        {"do": "AddStop", "name": "A", "at": [12.5, 55.7]},
    ],
}


@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_what_is_written_reads_back_the_same(suffix):
    assert content_of_text(text_of_content(CONTENT, suffix), f"two{suffix}") == CONTENT


def test_a_key_without_a_value_is_left_out_of_toml():
    text = text_of_content({"id": "a", "note": None, "modifications": [{"level": None}]}, ".toml")
    assert content_of_text(text, "a.toml") == {"id": "a", "modifications": [{}]}


def test_days_of_toml_are_texts():
    assert content_of_text("date = 2026-03-02", "a.toml") == {"date": "2026-03-02"}


@pytest.mark.parametrize(
    ("text", "name"), [("id = ", "a.toml"), ("{", "a.json"), ("[1]", "a.json"), ("{}", "a.txt")]
)
def test_what_is_no_scenario_file_is_refused_by_its_name(text, name):
    with pytest.raises(ScenarioError, match=name):
        content_of_text(text, name)
