"""A workbook keeps text as text and numbers as numbers, a sheet a table."""

from dataclasses import replace

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from geo_planner.errors import InputError
from geo_planner.exports import spreadsheet
from geo_planner.exports.content import without_places


@pytest.fixture(scope="module")
def book(content, tmp_path_factory):
    file = tmp_path_factory.mktemp("xlsx") / "town.xlsx"
    assert spreadsheet.write_workbook(content, file) == list(content.tables)
    return load_workbook(file)


@pytest.mark.parametrize("name", ["zones", "businesses", "plans", "constraints", "feeds"])
def test_every_sheet_reads_back_equal(book, tables, name):
    head, *rows = book[name].values
    written = without_places(tables[name])
    expected = written.astype(object).where(written.notna(), None)
    assert list(head) == list(written.columns)
    for read, row in zip(rows, expected.to_numpy().tolist(), strict=True):
        # a workbook keeps 15 to 16 digits of a number
        assert [pytest.approx(v, rel=1e-15) if isinstance(v, float) else v for v in row] == [*read]


def test_text_that_looks_like_a_formula_stays_text(book):
    cells = [row[2] for row in book["businesses"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * 5
    assert [cell.quotePrefix for cell in cells] == [True, True, True, True, False]
    assert cells[0].value == '=HYPERLINK("x")'


def test_the_head_stays_in_sight_and_numbers_have_formats(book):
    sheet = book["zones"]
    names = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "A2"
    assert sheet[1][0].font.bold
    assert sheet.cell(2, names.index("population_count") + 1).number_format == "#,##0.00"
    assert sheet.cell(2, 1).number_format == "@"
    assert names[-2:] == ["x", "y"]
    width_of = {name: sheet.column_dimensions[get_column_letter(i)].width
                for i, name in enumerate(names, start=1)}  # fmt: skip
    assert width_of["name"] == len("name") + 4
    assert max(width_of.values()) <= 48


def test_the_last_sheet_names_credits_notice_and_crs(book, content):
    about = dict(row[:2] for row in book["about"].values)
    assert about["notice"] == "Synthetic data"
    assert "EPSG:25832" in about["x, y"]
    assert about["credit"] == content.credits[-1]


def test_a_table_longer_than_a_sheet_is_refused_with_the_way_out(content, tmp_path, monkeypatch):
    monkeypatch.setattr(spreadsheet, "_MOST_ROWS", 5)
    with pytest.raises(InputError, match=r"businesses: more rows .* export as parquet"):
        spreadsheet.write_workbook(content, tmp_path / "x.xlsx")


def test_characters_a_workbook_cannot_hold_are_shown_as_replaced(content, tables, tmp_path):
    odd = tables["feeds"].assign(publisher_name="a\x07b")
    spreadsheet.write_workbook(replace(content, tables={"feeds": odd}), tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx")["feeds"]["C2"].value == "a\ufffdb"


def test_a_text_longer_than_a_cell_is_refused_and_not_cut(content, tables, tmp_path):
    longer = replace(content, tables={"feeds": tables["feeds"].assign(publisher_name="x" * 40_000)})
    with pytest.raises(InputError, match="feeds, column 'publisher_name': 1 texts longer"):
        spreadsheet.write_workbook(longer, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_a_text_that_fills_a_cell_is_written(content, tables, tmp_path):
    full = "x" * 32_767
    fitting = replace(content, tables={"feeds": tables["feeds"].assign(publisher_name=full)})
    spreadsheet.write_workbook(fitting, tmp_path / "a.xlsx")
    assert load_workbook(tmp_path / "a.xlsx")["feeds"]["C2"].value == full
