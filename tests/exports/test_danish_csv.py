"""CSV for a Danish Excel: comma and semicolon, no formulas, and equal when read back."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner import schema
from geo_planner.exports.danish_csv import read_danish_csv, write_danish_csv, write_frame
from tests.exports.conftest import CRS_M

_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)
_RISKY = st.builds("".join, st.tuples(st.sampled_from(["'", "''", "="]), _TEXTS))


@pytest.fixture(scope="module")
def folder(content, tmp_path_factory):
    made = tmp_path_factory.mktemp("csv")
    write_danish_csv(content, made)
    return made


@pytest.mark.parametrize("name", ["zones", "businesses", "plans", "constraints", "feeds"])
def test_every_table_reads_back_equal(folder, tables, name, same_values):
    read = read_danish_csv(folder / f"{name}.csv", schema.tables()[name], CRS_M)
    same_values(read, tables[name])
    plain = [column for column in tables[name] if column != "geometry"]
    assert read[plain].dtypes.to_dict() == tables[name][plain].dtypes.to_dict()


def test_the_file_is_what_a_danish_excel_expects(folder):
    raw = (folder / "zones.csv").read_bytes()
    head, first, *_ = raw.decode("utf-8-sig").split("\r\n")
    assert raw.startswith(b"\xef\xbb\xbf")
    assert head.startswith("zone_id;role;name;")
    assert first.startswith("001;study;Østerhøj;;100;333333,3333333333;")


def test_points_stand_in_x_and_y_and_shapes_in_wkt(folder):
    assert read_danish_csv(folder / "businesses.csv")["x"][0] == "707000,123456"
    assert read_danish_csv(folder / "zones.csv")["geometry_wkt"][0].startswith("POLYGON ((")


def test_text_that_looks_like_a_formula_is_guarded_in_the_file(folder):
    text = (folder / "businesses.csv").read_text("utf-8-sig")
    for guarded in ("'=HYPERLINK", "'+45 44 77", "'-1; ", "'@SUM(A1)", "''=tæt"):
        assert guarded in text


def test_columns_are_listed_with_type_unit_and_meaning(folder):
    listed = read_danish_csv(folder / "columns.csv").set_index(["table", "column"])
    row = listed.loc[("zones", "population_count")]
    assert (row["type"], row["unit"], row["meaning"]) == ("number", "persons", "residents")


@given(st.lists(st.tuples(st.none() | _TEXTS | _RISKY, st.none() | st.floats(allow_nan=False,
                allow_infinity=False), st.none() | st.integers(-(2**31), 2**31 - 1)),
                min_size=1, max_size=6))  # fmt: skip
def test_any_text_and_number_survives_the_round_trip(tmp_path_factory, rows):
    texts, floats, wholes = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            "a": pd.Series(texts, dtype="str"),
            "b": pd.Series(floats, dtype="Float64"),
            "c": pd.Series(wholes, dtype="Int64"),
        }
    )
    file = tmp_path_factory.mktemp("any") / "any.csv"
    write_frame(frame, file)
    read = read_danish_csv(file)
    none_for_empty = [text or None for text in texts]
    assert [None if pd.isna(v) else v for v in read["a"]] == none_for_empty
    numbers = [None if pd.isna(v) else float(v.replace(",", ".")) for v in read["b"]]
    assert numbers == list(floats)
    assert [None if pd.isna(v) else int(v) for v in read["c"]] == list(wholes)
