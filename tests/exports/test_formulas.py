"""No text of a file that leaves runs as a formula in a spreadsheet."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.exports import write_table
from geo_planner.exports.formulas import guarded, guarded_frame

BEGINNINGS = tuple("=+-@\t\r\n")


@given(st.text())
def test_no_guarded_text_begins_like_a_formula_and_each_reads_back(text):
    safe = guarded(text)
    assert not safe.startswith(BEGINNINGS)
    assert text in (safe, safe[1:])


@pytest.mark.parametrize("value", [-1.5, 3, None, float("nan"), True])
def test_numbers_are_left_alone(value):
    assert guarded(value) is value


def test_names_of_columns_are_guarded_too():
    frame = guarded_frame(pd.DataFrame({"=a": [1.0]}))
    assert list(frame.columns) == ["'=a"]


def test_a_table_that_leaves_as_csv_is_guarded(tmp_path):
    frame = pd.DataFrame({"name": ["=cmd|'/C calc'!A0", "West"], "gain": [-1.5, 2.0]})
    write_table(frame, tmp_path / "a.csv", ())
    read = pd.read_csv(tmp_path / "a.csv")
    assert read["name"].tolist() == ["'=cmd|'/C calc'!A0", "West"]
    assert read["gain"].tolist() == [-1.5, 2.0]
