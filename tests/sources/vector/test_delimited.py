"""Text files: the rules for encoding, separator and decimal mark, and what they refuse."""

from pathlib import Path

import pytest

from geo_planner.errors import InputError, SourceError
from geo_planner.sources.vector.delimited import finding, read_delimited
from geo_planner.words.english import english


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
    assert english(finding(read, "a.csv", ".").what) == (
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


def test_the_first_line_of_a_spreadsheet_names_the_separator(tmp_path):
    read = read_delimited(written(tmp_path, "sep=;\r\nid;a,b,c\r\n1;2,5\r\n"))
    assert read.frame.to_dict("list") == {"id": ["1"], "a,b,c": ["2,5"]}
    assert read.separator == ";"


def test_rows_without_any_value_are_left_out_and_counted(tmp_path):
    read = read_delimited(written(tmp_path, "id;a\n1;2\n;\n ; \n3;\n"))
    assert read.frame["id"].tolist() == ["1", "3"]
    assert [(one.kind, one.count, english(one.what)) for one in read.findings] == [
        ("left_out", 2, "rows without any value")
    ]


def test_a_field_name_may_hold_a_line_break(tmp_path):
    assert list(read_delimited(written(tmp_path, '"id";"na\nvn"\n1;x\n')).frame) == ["id", "na vn"]


def test_rows_and_fields_may_have_any_length(tmp_path):
    long = "x" * 3_000_000
    read = read_delimited(written(tmp_path, f"id,a\n1,{long}\n2,b\n"))
    assert read.frame["a"].str.len().tolist() == [3_000_000, 1]


SWALLOWED = "id,name\n" + "".join(f"{n},x\n" for n in range(10)) + '10,"y\n11,z\n12,z\n'


def test_rows_that_an_open_quote_swallows_stop_the_reading_with_the_row(tmp_path):
    with pytest.raises(
        SourceError, match=r"not closed in row 11 .*: 2 of 13 .*lost_share = 0\.154"
    ):
        read_delimited(written(tmp_path, SWALLOWED))


def test_fewer_swallowed_rows_than_allowed_for_are_counted(tmp_path):
    read = read_delimited(written(tmp_path, SWALLOWED), max_lost_share=0.2)
    assert [(one.kind, one.count, one.examples) for one in read.findings] == [
        ("left_out", 2, ("row 11",))
    ]


def test_an_address_of_several_lines_is_no_lost_row(tmp_path):
    read = read_delimited(written(tmp_path, 'id,address\n1,"A 1\nB 2"\n2,"C\nD"\n'))
    assert (len(read.frame), read.findings) == (2, ())


BROKEN = {
    '"id;navn;x\n1;a;2\n': (SourceError, "header cannot be read .*is a quote left open"),
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
