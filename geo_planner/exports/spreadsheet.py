"""An Excel workbook: one sheet a table, without shapes but with a point on each.

Text stays text: an id with leading zeros keeps them, and a text that begins like a formula is
never one.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.errors import InputError, MissingDependencyError
from geo_planner.exports.content import Content, unit_of, without_places

ABOUT_SHEET = "about"
_MOST_ROWS = 1_048_576  # of a sheet, its head included
_MOST_CHARACTERS = 32_767  # of a cell
_FORMATS = {
    "text": "@", "whole": "#,##0", "number": "#,##0.00", "share": "0.000", "place": "0.00",
}  # fmt: skip
_WIDEST = 48


def write_workbook(content: Content, file: Path) -> list[str]:
    """Write every table as a sheet, and a last one that says where the data come from.

    Parameters
    ----------
    content
        What to write.
    file
        The .xlsx file.

    Returns
    -------
    list of str
        The sheets of tables.

    Raises
    ------
    MissingDependencyError
        When the extra ``xlsx`` is not installed.
    InputError
        When a table has more rows than a sheet holds, or a text longer than a cell holds.
    """
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise MissingDependencyError("openpyxl", "xlsx") from error
    too_long = [name for name, frame in content.tables.items() if len(frame) >= _MOST_ROWS]
    if too_long:
        raise InputError(
            f"{', '.join(too_long)}: more rows than the {_MOST_ROWS} of a sheet: "
            "name other tables (--tables), or export as parquet"
        )
    problems = [
        f"{name}, column {column!r}: {n_long} texts longer than the {_MOST_CHARACTERS} characters "
        "of a cell"
        for name, frame in content.tables.items()
        for column, n_long in _long_texts(frame).items()
    ]
    if problems:
        raise InputError("a workbook cannot hold it: export as parquet or gpkg", problems)
    book = Workbook(write_only=True)
    for name, frame in content.tables.items():
        _write_sheet(book.create_sheet(name), name, without_places(frame))
    about = book.create_sheet(ABOUT_SHEET)
    crs = next((f.crs.to_string() for f in content.tables.values() if hasattr(f, "crs")), None)
    lines: list[tuple[str, ...]] = [("study", content.name)]
    lines += [("notice", content.badge)] if content.badge else []
    lines += [("x, y", f"a point on each shape [m], {crs}")] if crs else []
    for line in [*lines, *(("credit", credit) for credit in content.credits)]:
        about.append([_text_cell(about, text) for text in line])
    book.save(file)
    return list(content.tables)


def _long_texts(frame: pd.DataFrame) -> dict[str, int]:
    """Count the texts of each column that are longer than a cell."""
    texts = frame.select_dtypes(["str", "object"])
    counts = {str(name): int((texts[name].str.len() > _MOST_CHARACTERS).sum()) for name in texts}
    return {name: count for name, count in counts.items() if count}


def _write_sheet(sheet: Any, table: str, frame: pd.DataFrame) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = "A2"
    names = [str(name) for name in frame.columns]
    for place, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(_WIDEST, len(name) + 4)
    head = [_text_cell(sheet, name) for name in names]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    formats = [_format(table, name, frame[name].dtype) for name in names]
    columns = [
        frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names
    ]
    for row in zip(*columns, strict=True):
        sheet.append([_cell(sheet, v, form) for v, form in zip(row, formats, strict=True)])


def _format(table: str, name: str, dtype: Any) -> str:
    if name in ("x", "y"):
        return _FORMATS["place"]
    if unit_of(table, name) == "share":
        return _FORMATS["share"]
    if pd.api.types.is_integer_dtype(dtype):
        return _FORMATS["whole"]
    return _FORMATS["number" if pd.api.types.is_float_dtype(dtype) else "text"]


def _cell(sheet: Any, value: Any, form: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if value is None:
        return None
    if isinstance(value, str):
        return _text_cell(sheet, value)
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "General" if isinstance(value, bool) else form
    return cell


def _text_cell(sheet: Any, text: str) -> Any:
    """Make a cell of text; what looks like a formula is marked as text for Excel too."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    shown = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    cell.number_format = _FORMATS["text"]
    cell.quotePrefix = shown.startswith(("=", "+", "-", "@"))
    return cell
