"""Text files with a header line and separated fields, read as text and only then as numbers.

Three rules, each reported with what it found:

- encoding: the one stated; else that of a byte-order mark; else UTF-8 where every byte fits it;
  else cp1252.
- separator: of ``;``, tab and ``,`` the one found most often in the header outside quotes.
- decimal mark: in files separated by ``,`` the point. In others the comma where a number is
  written with a comma, or with points between groups of three digits; the point where a number
  is written with one. Where both are found, or only numbers such as 1.234 that may be read either
  way, the file is refused.
"""

import codecs
import io
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from geo_planner.errors import InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = (";", "\t", ",")
_QUOTED = re.compile(r'"[^"]*"')

_COMMA_NUMBER = r"[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d+"
_GROUPED_NUMBER = r"[+-]?\d{1,3}(?:\.\d{3}){2,}"
_POINT_NUMBER = r"[+-]?(?:0?|\d*)\.(?:\d{1,2}|\d{4,})(?:[eE][+-]?\d+)?|[+-]?0\.\d+|[+-]?\d{4,}\.\d+"
_EITHER_NUMBER = r"[+-]?[1-9]\d{0,2}\.\d{3}"
_PLAIN_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_CODE_WITH_ZERO = r"[+-]?0\d+.*"


@dataclass(frozen=True)
class Delimited:
    """Hold a text file's rows as text, blank fields as null, with how it was read.

    Parameters
    ----------
    frame
        One column a header field, all text; blanks at either end of a value are cut.
    separator
        Character between fields.
    encoding
        Text encoding, as Python names it.
    """

    frame: pd.DataFrame
    separator: str
    encoding: str


def read_delimited(path: Path, encoding: str | None = None) -> Delimited:
    """Read a text file with a header line.

    Parameters
    ----------
    path
        The file.
    encoding
        Text encoding; None: by the rule of this module.

    Raises
    ------
    SourceError
        When the file is absent, undecodable, or its lines differ in length.
    InputError
        When the header names a field twice or not at all.
    """
    text, used = _decode(path, encoding)
    header = text.lstrip("\r\n").partition("\n")[0]
    unquoted = _QUOTED.sub("", header)
    separator = max(_SEPARATORS, key=unquoted.count)
    names = _field_names(path, header, separator)
    try:
        table = pa_csv.read_csv(
            io.BytesIO(text.encode("utf-8")),
            parse_options=pa_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows_after_names=1),
            convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowInvalid as error:
        raise SourceError(
            str(path), f"not a table separated by {separator!r} ({_one_line(error)})"
        ) from error
    frame = table.to_pandas().apply(_without_blanks)
    return Delimited(_without_unnamed(path, frame), separator, used)


def _decode(path: Path, encoding: str | None) -> tuple[str, str]:
    """Return the text and the encoding it was read in."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(str(path), "no such file") from None
    except OSError as error:
        raise SourceError(str(path), f"not readable ({error.strerror})") from error
    used = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in [used] if used else ["utf-8", "cp1252"]:
        try:
            text = content.decode(name)
        except LookupError:
            raise InputError(
                f"{path.name}: {name!r} is no text encoding: write for example 'cp1252'"
            ) from None
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if not text.strip():
            raise SourceError(str(path), "the file is empty")
        return text.removeprefix("\ufeff"), name
    raise SourceError(str(path), f"not text in {used or 'UTF-8 or cp1252'}: state its encoding")


def _field_names(path: Path, header: str, separator: str) -> list[str]:
    """Read the header's field names; unnamed ones get a name no file can hold."""
    parsed = pa_csv.read_csv(
        io.BytesIO(header.strip("\r\n").encode("utf-8") + b"\n"),
        parse_options=pa_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
        read_options=pa_csv.ReadOptions(autogenerate_column_names=True),
    )
    found = [str(column[0].as_py() or "").strip() for column in parsed.columns]
    named = [name for name in found if name]
    doubled = sorted({name for name in named if named.count(name) > 1})
    if doubled:
        raise InputError(
            f"{path.name}: the header names {', '.join(map(repr, doubled))} more than once: "
            "rename the fields"
        )
    return [name or f"\n{position}" for position, name in enumerate(found)]


def _without_blanks(values: pd.Series) -> pd.Series:
    stripped = values.str.strip()
    return stripped.where(stripped != "", None)


def _without_unnamed(path: Path, frame: pd.DataFrame) -> pd.DataFrame:
    """Drop unnamed fields, which spreadsheets add at the end, when nothing stands in them."""
    unnamed = [name for name in frame.columns if name.startswith("\n")]
    filled = [name for name in unnamed if frame[name].notna().any()]
    if filled:
        raise InputError(
            f"{path.name}: field {int(filled[0]) + 1} of the header has values but no name: name it"
        )
    return frame.drop(columns=unnamed)


def _one_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def as_numbers(
    source: Delimited, fields: Iterable[str], *, degrees: Collection[str] = ()
) -> tuple[pd.DataFrame, str, list[str]]:
    """Write the numbers of some fields with a decimal point, by the rule of this module.

    Values that are no numbers stay as they are, for the schema to report with their ids.

    Parameters
    ----------
    source
        The file as read.
    fields
        Fields that hold numbers.
    degrees
        Those of them in degrees, where 12.345 cannot be twelve thousand.

    Returns
    -------
    The frame with the fields rewritten, the decimal mark found, and the problems found.
    """
    wanted = [name for name in dict.fromkeys(fields) if name in source.frame]
    if source.separator == ",":
        return source.frame, ".", []
    commas = [name for name in wanted if _first_match(source, name, _COMMA_NUMBER)]
    commas += [name for name in wanted if _first_match(source, name, _GROUPED_NUMBER)]
    points = [name for name in wanted if _first_match(source, name, _POINT_NUMBER)]
    unclear = [name for name in wanted if _first_match(source, name, _EITHER_NUMBER)]
    points += [name for name in unclear if name in degrees]
    if commas and points:
        return source.frame, ".", [_mixed_words(source, commas[0], points[0])]
    if unclear and not commas and not points:
        value = _first_match(source, unclear[0], _EITHER_NUMBER)
        return (
            source.frame,
            ".",
            [
                f"field {unclear[0]!r}: {value!r} may be {value.replace('.', '')} or a decimal "
                "number, and no other number tells: write it without the point or with a "
                "decimal comma"
            ],
        )
    if not commas:
        return source.frame, ".", []
    rewritten = {name: _comma_to_point(source.frame[name]) for name in wanted}
    return source.frame.assign(**rewritten), ",", []


def _first_match(source: Delimited, name: str, pattern: str) -> str:
    values = source.frame[name].dropna()
    matching = values[values.str.fullmatch(pattern)]
    return "" if matching.empty else str(matching.iloc[0])


def _mixed_words(source: Delimited, comma: str, point: str) -> str:
    with_comma = _first_match(source, comma, _COMMA_NUMBER) or _first_match(
        source, comma, _GROUPED_NUMBER
    )
    with_point = _first_match(source, point, f"{_POINT_NUMBER}|{_EITHER_NUMBER}")
    return (
        f"two decimal marks: {with_comma!r} in field {comma!r} and {with_point!r} in field "
        f"{point!r}: write all numbers one way"
    )


def _comma_to_point(values: pd.Series) -> pd.Series:
    numbers = values.str.fullmatch(
        f"{_COMMA_NUMBER}|{_GROUPED_NUMBER}|{_EITHER_NUMBER}", na=False
    ).astype(bool)
    rewritten = values.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return values.where(~numbers, rewritten)


def is_numeric(values: pd.Series) -> bool:
    """Tell whether all values are numbers and none a code that starts with 0, such as 007."""
    given = values.dropna()
    if given.empty:
        return False
    numbers = given.str.fullmatch(_PLAIN_NUMBER)
    codes = given.str.fullmatch(_CODE_WITH_ZERO) & ~given.str.fullmatch(r"[+-]?0\.\d*")
    return bool(numbers.all() and not codes.any())


def finding(source: Delimited, name: str, decimal_mark: str) -> Finding:
    """Report how a text file was read."""
    separator = "tab" if source.separator == "\t" else source.separator
    mark = "comma" if decimal_mark == "," else "point"
    return Finding(
        name,
        "read",
        len(source.frame),
        Reason("layer_text", encoding=source.encoding, separator=separator, mark=mark),
    )
