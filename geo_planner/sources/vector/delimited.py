"""Text files with a header line and separated fields, read as text and only then as numbers.

Two rules, each reported with what it found:

- encoding: the one stated; else that of a byte-order mark; else UTF-8 where every byte fits it;
  else cp1252, unless some letters are UTF-8 all the same.
- separator: the one a first line ``sep=;`` names, as spreadsheets write it; else of ``;``, tab and
  ``,`` the one found most often in the header outside quotes.

Rows without any value are left out and counted. Rows that an open quote has swallowed are looked
for: they would be lost without a word.
"""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from geo_planner.config import TableLimits, share_to_allow
from geo_planner.errors import InputError, SourceError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.sizes import require_counts, require_size
from geo_planner.words.english import sentence

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_LETTER = re.compile(rb"\xc3[\x80-\xbf]")  # of western languages; in cp1252 no word has these
_SEPARATORS = (";", "\t", ",")
_QUOTED = re.compile(r'"[^"]*"')
_STATED_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_MOST_BYTES = 2**31 - 1  # the parser takes a file as one block, so that rows may have any length
_MAX_ERROR_CHARACTERS = 200
_MOST_EXAMPLES = 5


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
    findings
        Rows left out.
    """

    frame: pd.DataFrame
    separator: str
    encoding: str
    findings: tuple[Finding, ...] = ()


def read_delimited(
    path: Path,
    encoding: str | None = None,
    *,
    max_lost_share: float = 0.1,
    limits: TableLimits | None = None,
) -> Delimited:
    """Read a text file with a header line.

    Parameters
    ----------
    path
        The file.
    encoding
        Text encoding; None: by the rule of this module.
    max_lost_share
        Largest share of rows that an open quote may swallow.
    limits
        How large it may be; None: as large as the defaults say.

    Raises
    ------
    SourceError
        When the file is absent, undecodable, too large, or its lines differ in length; when more
        rows are swallowed.
    InputError
        When the header names a field twice or not at all.
    """
    allowed = limits or TableLimits()
    text, used = _decode(path, encoding, allowed)
    stated = _STATED_SEPARATOR.match(text)
    text = text[stated.end() if stated else 0 :].lstrip("\r\n")
    header = text.partition("\n")[0]
    separator = stated[1] if stated else max(_SEPARATORS, key=_QUOTED.sub("", header).count)
    stream = io.StringIO(text, newline="")
    try:
        found = next(csv.reader(stream, delimiter=separator, strict=True))
    except (csv.Error, StopIteration) as error:
        raise SourceError(str(path), sentence("fault_header", error=str(error))) from error
    require_counts(path, allowed, columns=len(found))
    names, body = _field_names(path, found), stream.read()
    frame = _parse(path, body, names, separator).apply(_without_blanks)
    require_counts(path, allowed, rows=len(frame))
    lost = _swallowed(path, frame, separator, max_lost_share)
    is_blank = frame.isna().all(axis=1)
    blank = Finding(path.name, "left_out", int(is_blank.sum()), Reason("layer_blank_rows"))
    unnamed = [name for name in frame.columns if name.startswith("\n")]
    filled = [name for name in unnamed if frame[name].notna().any()]
    if filled:
        raise InputError(sentence("fault_unnamed_field", file=path.name, number=int(filled[0]) + 1))
    frame = frame.drop(columns=unnamed)[~is_blank].reset_index(drop=True)
    return Delimited(frame, separator, used, (*lost, *([blank] if blank.count else [])))


def _parse(path: Path, body: str, names: list[str], separator: str) -> pd.DataFrame:
    """Split the rows below the header into fields."""
    if not body.strip("\r\n"):
        return pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    content = body.encode("utf-8", errors="replace")
    if len(content) >= _MOST_BYTES:
        raise SourceError(str(path), sentence("fault_text_too_large"))
    try:
        table = pa_csv.read_csv(
            io.BytesIO(content),
            parse_options=pa_csv.ParseOptions(delimiter=separator, newlines_in_values=True),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=len(content) + 1),
            convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        )
    except pa.ArrowException as error:
        reason = str(error).partition("\n")[0][:_MAX_ERROR_CHARACTERS]
        raise SourceError(
            str(path), sentence("fault_no_separated_table", separator=repr(separator), why=reason)
        ) from error
    return table.to_pandas()


def _swallowed(
    path: Path, frame: pd.DataFrame, separator: str, max_lost_share: float
) -> tuple[Finding, ...]:
    """Find whole rows inside a field: an open quote reached over them.

    Raises
    ------
    SourceError
        When their share is too large.
    """
    fewest = len(frame.columns) - 1
    lost: list[tuple[int, int]] = []
    for name in frame.columns if fewest else ():
        long = frame[name].dropna()
        long = long[long.str.contains("\n", regex=False)]
        for row, value in long.items():
            n_rows = sum(line.count(separator) >= fewest for line in value.splitlines()[1:])
            if n_rows:
                lost.append((int(str(row)), n_rows))
    n_lost = sum(n_rows for _, n_rows in lost)
    if not n_lost:
        return ()
    n_all = len(frame) + n_lost
    row = lost[0][0] + 1
    if n_lost > max_lost_share * n_all:
        raise SourceError(
            str(path),
            sentence(
                "fault_open_quote",
                row=row,
                lost=n_lost,
                of=n_all,
                share=str(share_to_allow(n_lost / n_all)),
            ),
        )
    rows = tuple(f"row {row + 1}" for row, _ in lost[:_MOST_EXAMPLES])
    what = Reason("layer_swallowed", row=row)
    return (Finding(path.name, "left_out", n_lost, what, rows),)


def _decode(path: Path, encoding: str | None, limits: TableLimits) -> tuple[str, str]:
    """Return the text and the encoding it was read in."""
    try:
        require_size(path, path.stat().st_size, limits)
        content = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(str(path), sentence("fault_no_file")) from None
    except SourceError:
        raise
    except OSError as error:
        raise SourceError(str(path), sentence("fault_unreadable", error=error.strerror)) from error
    used = encoding or next((name for mark, name in _MARKS if content.startswith(mark)), None)
    for name in [used] if used else ["utf-8", "cp1252"]:
        try:
            text = content.decode(name)
        except LookupError:
            raise InputError(
                sentence("fault_no_encoding", file=path.name, name=repr(name))
            ) from None
        except UnicodeError:
            continue
        if "\0" in text:
            break
        if not used and name == "cp1252":
            require_one_encoding(path, content)
        if not text.strip():
            raise SourceError(str(path), sentence("fault_empty_file"))
        return text.removeprefix("\ufeff"), name
    raise SourceError(str(path), sentence("fault_not_text", encoding=used or "UTF-8 or cp1252"))


def require_one_encoding(path: Path, content: bytes) -> None:
    """Refuse bytes that are not UTF-8 throughout and hold letters of it: two files in one."""
    letter = _UTF8_LETTER.search(content)
    if letter:
        raise SourceError(
            str(path),
            sentence("fault_two_encodings", letter=repr(letter[0].decode())),
        )


def _field_names(path: Path, found: list[str]) -> list[str]:
    """Check the header's field names; unnamed ones get a name no file can hold."""
    found = [" ".join(name.split()) for name in found]
    counts = Counter(name for name in found if name)
    doubled = sorted(name for name, count in counts.items() if count > 1)
    if doubled:
        raise InputError(
            sentence("fault_header_doubled", file=path.name, doubled=", ".join(map(repr, doubled)))
        )
    return [name or f"\n{position}" for position, name in enumerate(found)]


def _without_blanks(values: pd.Series) -> pd.Series:
    stripped = values.str.strip()
    return stripped.where(stripped != "", None)


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
