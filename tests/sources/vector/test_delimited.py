"""Text files: the rules for encoding, separator and decimal mark, and what they refuse."""

from pathlib import Path

import pytest

from geo_planner.errors import InputError, SourceError
from geo_planner.sources.vector.delimited import as_numbers, finding, is_numeric, read_delimited
from tests.wordings import plain_english


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "a.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_the_encoding_is_found_and_said(tmp_path, encoding, found):
    read = read_delimited(written(tmp_path, "id,navn\n1,Måløv\n", encoding))
    assert read.frame.to_dict("list") == {"id": ["1"], "navn": ["Måløv"]}
    assert read.encoding == found
    assert plain_english(finding(read, "a.csv", ".").what) == (
        f"rows of text in {found}, separated by ,, with decimal point"
    )


def test_a_stated_encoding_comes_before_the_rule(tmp_path):
    path = written(tmp_path, "id\nø\n", "utf-8")
    assert read_delimited(path, "cp1252").frame["id"].tolist() == ["Ã¸"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_most_often_in_the_header(tmp_path, separator):
    text = separator.join(['"a,;b"', "c", "d"]) + "\n" + separator.join(["1", "2", "3"]) + "\n"
    assert read_delimited(written(tmp_path, text)).frame.to_dict("list") == {
        "a,;b": ["1"],
        "c": ["2"],
        "d": ["3"],
    }


def test_blanks_are_cut_and_blank_values_are_null(tmp_path):
    frame = read_delimited(written(tmp_path, "id;navn\n 7 ;  \n")).frame
    assert frame["id"].tolist() == ["7"]
    assert frame["navn"].isna().all()


def test_an_unnamed_last_field_without_values_is_dropped(tmp_path):
    assert list(read_delimited(written(tmp_path, "id;\n1;\n")).frame) == ["id"]


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
    frame, found, problems = as_numbers(read, ["a"])
    assert (frame["a"].tolist(), found, problems) == (numbers, mark, [])


def test_text_beside_the_numbers_has_no_say_in_the_decimal_mark(tmp_path):
    read = read_delimited(written(tmp_path, "a;b\n12.5;3,4\n"))
    assert as_numbers(read, ["a"])[1] == "."


def test_degrees_with_three_decimals_are_no_thousands(tmp_path):
    read = read_delimited(written(tmp_path, "lon;lat\n12.345;55.678\n"))
    frame, mark, problems = as_numbers(read, ["lon", "lat"], degrees=["lon", "lat"])
    assert (frame.loc[0].tolist(), mark, problems) == (["12.345", "55.678"], ".", [])


def test_two_decimal_marks_in_one_file_are_refused(tmp_path):
    read = read_delimited(written(tmp_path, "a;b\n12.5;3,4\n"))
    assert as_numbers(read, ["a", "b"])[2] == [
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


BROKEN = {
    "a,a\n1,2\n": (InputError, "the header names 'a' more than once: rename the fields"),
    "a,\n1,2\n": (InputError, "field 2 of the header has values but no name: name it"),
    "a,b\n1,2,3\n": (SourceError, "not a table separated by ',' .*Expected 2 columns, got 3"),
    "a,b\n1\n": (SourceError, "Expected 2 columns, got 1"),
    "  \n": (SourceError, "the file is empty"),
    "a\0b,c\n1,2\n": (SourceError, "not text in UTF-8 or cp1252: state its encoding"),
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_text_file_is_refused_in_words(tmp_path, text):
    kind, words = BROKEN[text]
    with pytest.raises(kind, match=words):
        read_delimited(written(tmp_path, text))


def test_an_unknown_encoding_is_refused(tmp_path):
    with pytest.raises(InputError, match="'danish' is no text encoding"):
        read_delimited(written(tmp_path, "a\n1\n"), "danish")


def test_bytes_that_do_not_fit_the_stated_encoding_are_refused(tmp_path):
    with pytest.raises(SourceError, match="not text in ascii: state its encoding"):
        read_delimited(written(tmp_path, "a\nø\n"), "ascii")
