"""Numbers in text: which mark parts decimals, what is doubtful, what stands for unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.config import CellFormat, NumberFormat
from geo_planner.errors import ConfigError
from geo_planner.sources.vector.delimited import read_delimited
from geo_planner.sources.vector.numbers import (
    as_numbers,
    doubtful_number_fields,
    is_numeric,
    to_floats,
    unread,
    unread_words,
    without_missing,
)
from geo_planner.words.english import english
from tests.sources.vector.layer_files import written as saved

PLAIN = NumberFormat()


def written(folder, text):
    return saved(folder / "a.csv", text)


def judged(read, fields, **options):
    return as_numbers(read.frame, fields, stated=PLAIN, separator=read.separator, **options)


def floats(values, separator="", **stated):
    frame = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    read, _, problems = as_numbers(frame, ["a"], stated=NumberFormat(**stated), separator=separator)
    return problems or to_floats(read["a"]).tolist()


@pytest.mark.parametrize(
    ("values", "numbers", "mark"),
    [
        (["1.234", "12,5"], ["1234", "12.5"], ","),
        (["1.234.567", "8"], ["1234567", "8"], ","),
        (["1.234", "12.5"], ["1.234", "12.5"], "."),
        (["0.123", "-7"], ["0.123", "-7"], "."),
        (["12", "many"], ["12", "many"], "."),
        (["-1.234,50", "+3"], ["-1234.50", "+3"], ","),
    ],
)
def test_the_decimal_mark_follows_from_the_numbers(tmp_path, values, numbers, mark):
    read = read_delimited(written(tmp_path, "a;b\n" + "".join(f"{v};x\n" for v in values)))
    frame, found, problems = judged(read, ["a"])
    assert (frame["a"].tolist(), found, problems) == (numbers, mark, [])


def test_text_beside_the_numbers_has_no_say_in_the_decimal_mark(tmp_path):
    read = read_delimited(written(tmp_path, "a;b\n12.5;3,4\n"))
    assert judged(read, ["a"])[1] == "."


def test_degrees_with_three_decimals_are_no_thousands(tmp_path):
    read = read_delimited(written(tmp_path, "lon;lat\n12.345;55.678\n"))
    frame, mark, problems = judged(read, ["lon", "lat"], degrees=["lon", "lat"])
    assert (frame.loc[0].tolist(), mark, problems) == (["12.345", "55.678"], ".", [])


def test_two_decimal_marks_in_one_file_are_refused(tmp_path):
    read = read_delimited(written(tmp_path, "a;b\n12.5;3,4\n"))
    assert judged(read, ["a", "b"])[2] == [
        "two decimal marks: '3,4' in field 'b' and '12.5' in field 'a': write all numbers one way"
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "2.5", "1e3"], True),
        (["0.5", "0"], True),
        (["007", "8"], False),
        (["a", "1"], False),
        ([""], False),
    ],
)
def test_codes_that_start_with_a_zero_are_no_numbers(tmp_path, values, expected):
    read = read_delimited(written(tmp_path, "a,b\n" + "".join(f"{v},x\n" for v in values)))
    assert is_numeric(read.frame["a"]) is expected


@pytest.mark.parametrize(
    ("values", "stated", "expected"),
    [
        (["1.234", "2.345"], {"thousands": "."}, [1234, 2345]),
        (["1.234", "2.345"], {"decimal": "."}, [1.234, 2.345]),
        (["1,200", "100"], {"thousands": ","}, [1200, 100]),
        (["1,200", "100"], {"decimal": ","}, [1.2, 100]),
        (["1 234", "1\u00a0234,5", "1'234"], {}, [1234, 1234.5, 1234]),
        (["1,234.5", "1,200"], {}, [1234.5, 1200]),
        (["1,234,567"], {}, [1234567]),
        (["\u22125", "+3"], {}, [-5, 3]),
        (["0,85"], {}, [0.85]),
    ],
)
def test_numbers_are_read_as_stated_or_as_they_can_only_be_read(values, stated, expected):
    assert floats(values, **stated) == expected


@pytest.mark.parametrize(
    ("value", "separator", "whole"), [("1,200", ",", "1200"), ("1.200", ";", "1200")]
)
def test_a_doubtful_number_is_refused_with_the_lines_that_settle_it(value, separator, whole):
    (problem,) = floats([value, "7"], separator)
    mark = value[1]
    assert f"{value!r} may be {whole} or a decimal number" in problem
    assert f"add thousands = '{mark}' for {whole}, or decimal = '{mark}' for 1.200" in problem


def test_a_number_against_the_stated_mark_is_refused():
    assert floats(["12.5"], decimal=",") == ["field 'a': '12.5' has no decimal ',' as is stated"]


@pytest.mark.parametrize(
    "text", ["<5", "N/A", "inf", "nan", "1e999", "*", "..", "12%", "'12", "1,2,3"]
)
def test_what_is_no_number_is_never_read_as_one(text):
    values = pd.Series(["1", text, None], dtype=object)
    assert unread(values).tolist() == [text]
    assert f'missing = ["{text}"]' in unread_words(unread(values))


def test_what_stands_for_unknown_is_cleared_in_every_field_and_counted():
    frame = pd.DataFrame({"a": ["*", "3", "-1"], "b": [-1.0, 2.0, np.nan], "c": ["..", "x", "*"]})
    cleared, (found,) = without_missing(frame, CellFormat(missing=("*", -1, "gone")), "a.csv")
    assert cleared["a"].isna().tolist() == [True, False, True]
    assert cleared["b"].isna().tolist() == [True, False, True]
    assert cleared["c"].isna().tolist() == [False, False, True]
    assert english(found.what) == "values taken as unknown, as 'missing' says: '*' (2), '-1' (2)"


def test_a_column_that_mostly_holds_numbers_is_doubtful_and_one_of_addresses_is_not():
    frame = pd.DataFrame({"jobs": ["1", "<5", "3", "4"], "house": ["5", "5A", "7B", "9C"]})
    (problem,) = doubtful_number_fields(frame, ["jobs", "house"])
    assert problem.startswith("field 'jobs': no number: '<5' (1)")


def test_one_mark_cannot_be_both():
    with pytest.raises(ConfigError, match="decimal and thousands are both"):
        NumberFormat(decimal=",", thousands=",")


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=1))
def test_numbers_written_in_danish_are_read_back(values):
    texts = [f"{value:,.2f}".translate(str.maketrans(",.", ".,")) for value in values]
    assert floats(texts) == [float(f"{value:.2f}") for value in values]
