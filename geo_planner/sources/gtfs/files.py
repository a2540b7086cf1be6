"""The files of a GTFS feed as they are: opened, decoded, split into cells; nothing is judged yet.

A cell without text is blank, whatever blanks, quotes or byte-order marks surround it. Columns of
text come as categories, because a timetable repeats few words many times: parsing a column means
parsing each different word once.
"""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from geo_planner.config import TableLimits, share_to_allow
from geo_planner.errors import SourceError
from geo_planner.findings import Finding, FindingKind
from geo_planner.reasons import Reason
from geo_planner.sources.archives import DAMAGED, members_of, refuse_bomb
from geo_planner.sources.sizes import require_counts, require_size
from geo_planner.words.english import sentence

MAX_EXAMPLES = 5
_MAX_ERROR_CHARACTERS = 200

_DECIMAL_COMMA = r"[+-]?\d+,\d+"
_WORDS = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Notes:
    """Gather what happened to a feed's rows while it is read."""

    source: str
    findings: list[Finding] = field(default_factory=list)
    max_lost_share: float = 0.1
    limits: TableLimits = field(default_factory=TableLimits)

    def add(
        self, file: str, kind: FindingKind, what: Reason, count: int, examples: Iterable[Any] = ()
    ) -> None:
        """Note that something happened to so many rows; none, and nothing is noted."""
        if count:
            shown = tuple(dict.fromkeys(str(example) for example in examples))[:MAX_EXAMPLES]
            self.findings.append(Finding(f"{self.source} {file}", kind, int(count), what, shown))


@contextmanager
def open_feed(path: Path, limits: TableLimits) -> Iterator[dict[str, Callable[[], bytes]]]:
    """Map each file name of a feed (zip or folder, one folder deep at most) to its reader.

    Raises
    ------
    SourceError
        When there is no such file, when it is no zip, or when it would unpack to an absurd size.
    """
    if path.is_dir():
        files = [
            file
            for file in path.glob("**/*")
            if file.suffix in {".txt", ".geojson"} and file.is_file()
        ]
        require_size(path, sum(file.stat().st_size for file in files), limits)
        found = [(file.relative_to(path).as_posix(), _opener(path, file)) for file in files]
        yield _top_level(path, found)
        return
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise SourceError(str(path), sentence("fault_no_timetable")) from None
    except DAMAGED as error:
        raise SourceError(str(path), sentence("fault_gtfs_zip", error=str(error))) from error
    with archive:
        members = members_of(archive)
        refuse_bomb(path, members, limits)
        yield _top_level(
            path, [(info.filename, _unzipper(path, archive, info)) for info in members]
        )


def _unzipper(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return archive.read(info)
        except DAMAGED as error:
            raise SourceError(
                str(path), sentence("fault_gtfs_unpack", file=info.filename, error=str(error))
            ) from error

    return read


def _opener(path: Path, file: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return file.read_bytes()
        except OSError as error:
            raise SourceError(
                str(path), sentence("fault_gtfs_file", file=file.name, error=str(error))
            ) from error

    return read


def _top_level(
    path: Path, found: Sequence[tuple[str, Callable[[], bytes]]]
) -> dict[str, Callable[[], bytes]]:
    """Keep the files beside the topmost stops.txt, by plain lower-case name.

    Raises
    ------
    SourceError
        When two have the same name: nobody knows which one holds.
    """
    paths = [(PurePosixPath(name.replace("\\", "/")), read) for name, read in found]
    homes = sorted(
        (len(place.parts), str(place.parent))
        for place, _ in paths
        if place.name.lower() == "stops.txt" and "__MACOSX" not in place.parts
    )
    home = homes[0][1] if homes else "."
    top = [(place.name.lower(), read) for place, read in paths if str(place.parent) == home]
    counts = Counter(name for name, _ in top)
    doubled = ", ".join(sorted(name for name, count in counts.items() if count > 1))
    if doubled:
        raise SourceError(str(path), sentence("fault_gtfs_doubled", files=doubled))
    return dict(top)


def read_cells(
    raw: bytes, file: str, notes: Notes, *, numbers: Collection[str] = (), wanted: Collection[str]
) -> pd.DataFrame:
    """Split a file into columns: categories of trimmed text, or float64 for numbers.

    Parameters
    ----------
    raw
        Content of the file.
    file
        Its name, for notes and errors.
    notes
        Where repairs are noted.
    numbers
        Columns read as float64 at once; what is no number becomes nan and is noted.
    wanted
        Columns to keep; a column the file has not is absent from the result.

    Raises
    ------
    SourceError
        When the content cannot be split into rows and columns.
    """
    text = _as_utf8(raw, file, notes)
    header, _, body = text.partition(b"\n")
    try:
        first = next(csv.reader([header.decode("utf-8")], strict=True), [])
    except csv.Error as error:
        raise SourceError(
            notes.source, sentence("fault_gtfs_header", file=file, error=str(error))
        ) from error
    require_counts(f"{notes.source} {file}", notes.limits, columns=len(first))
    names = [name.strip().lower() for name in first]
    if not body.strip():
        return pd.DataFrame(
            {name: pd.Categorical([], categories=[]) for name in names if name in wanted}
        )
    kept = {name: place for place, name in reversed(list(enumerate(names))) if name in wanted}
    table = _parse(body, len(names), kept, numbers, file=file, notes=notes)
    require_counts(f"{notes.source} {file}", notes.limits, rows=table.num_rows)
    return pd.DataFrame(
        {
            name: _floats(table.column(str(place)), name, file, notes)
            if name in numbers
            else _categories(table.column(str(place)))
            for name, place in sorted(kept.items(), key=lambda item: item[1])
        }
    )


def _as_utf8(raw: bytes, file: str, notes: Notes) -> bytes:
    """Bring the text to UTF-8 without byte-order mark and with plain line ends in the header."""
    for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            notes.add(file, "repaired", Reason("gtfs_not_utf8", encoding=name), 1)
            return raw.decode(name, errors="replace").encode()
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if not _is_utf8(raw):
        notes.add(file, "repaired", Reason("gtfs_cp1252"), 1)
        try:
            raw = raw.decode("cp1252").encode()
        except UnicodeDecodeError:
            raw = raw.decode("latin-1").encode()
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    return raw


def _is_utf8(raw: bytes) -> bool:
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parse(
    body: bytes,
    n_columns: int,
    kept: Mapping[str, int],
    numbers: Collection[str],
    *,
    file: str,
    notes: Notes,
) -> pa.Table:
    """Split rows; where a row has another number of cells than the header, mend it and retry."""
    n_ragged = 0

    def skip(_row: Any) -> str:
        nonlocal n_ragged
        n_ragged += 1
        return "skip"

    loose = {str(place): _WORDS for place in kept.values()}
    strict = loose | {str(kept[name]): pa.float64() for name in numbers if name in kept}
    types = strict
    try:
        try:
            table = _arrow(body, n_columns, types, skip)
        except pa.ArrowInvalid:
            n_ragged = 0
            table = _arrow(body, n_columns, loose, skip, block_bytes=len(body) + 1)
        if n_ragged:
            table = _parse_mended(body, n_columns, loose, file=file, notes=notes)
    except (pa.ArrowException, csv.Error) as error:
        raise SourceError(
            notes.source,
            sentence("fault_gtfs_columns", file=file, error=str(error)[:_MAX_ERROR_CHARACTERS]),
        ) from error
    if b'"' in body and body.count(b"\n") > table.num_rows:
        _look_for_swallowed(body, n_columns, file, notes)
    return table


def _look_for_swallowed(body: bytes, n_columns: int, file: str, notes: Notes) -> None:
    """Find whole rows inside a cell: an open quote reached over them.

    Raises
    ------
    SourceError
        When they are a larger share of the rows than is allowed for.
    """
    n_rows, lost = 0, list[tuple[int, int]]()
    for row in _python_rows(body):
        n_rows += 1
        n_within = sum(
            line.count(",") >= n_columns - 1
            for cell in row
            if "\n" in cell
            for line in cell.splitlines()[1:]
        )
        if n_within and n_columns > 1:
            lost.append((n_rows, n_within))
    n_lost = sum(count for _, count in lost)
    if n_lost > notes.max_lost_share * (n_rows + n_lost):
        share = share_to_allow(n_lost / (n_rows + n_lost))
        raise SourceError(
            notes.source,
            sentence(
                "fault_gtfs_quote",
                file=file,
                row=lost[0][0],
                lost=n_lost,
                of=n_rows + n_lost,
                share=str(share),
            ),
        )
    what = Reason("gtfs_swallowed")
    notes.add(file, "left_out", what, n_lost, (f"row {row}" for row, _ in lost))


def _python_rows(body: bytes) -> Iterator[list[str]]:
    """Split rows one by one; cells may have any length."""
    csv.field_size_limit(max(csv.field_size_limit(), len(body) + 1))
    return csv.reader(io.StringIO(body.decode("utf-8"), newline=""))


def _parse_mended(
    body: bytes,
    n_columns: int,
    column_types: Mapping[str, pa.DataType],
    *,
    file: str,
    notes: Notes,
) -> pa.Table:
    """Fill short rows with blanks and cut blank cells off long ones; leave others out."""
    mended = io.StringIO()
    writer = csv.writer(mended, lineterminator="\n")
    n_left_out = n_cut = n_filled = 0
    for row in _python_rows(body):
        if any(cell.strip() for cell in row[n_columns:]):
            n_left_out += 1
        elif row:
            n_cut += len(row) > n_columns
            n_filled += len(row) < n_columns
            writer.writerow((row + [""] * n_columns)[:n_columns])
    notes.add(file, "left_out", Reason("gtfs_more_cells"), n_left_out)
    notes.add(file, "repaired", Reason("gtfs_blank_cells"), n_cut)
    notes.add(file, "repaired", Reason("gtfs_fewer_cells"), n_filled)
    content = mended.getvalue().encode()
    return _arrow(
        content, n_columns, column_types, lambda _row: "skip", block_bytes=len(content) + 1
    )


def _arrow(
    body: bytes,
    n_columns: int,
    column_types: Mapping[str, pa.DataType],
    skip: Callable[[Any], str],
    *,
    block_bytes: int = 1 << 22,
) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            column_names=[str(place) for place in range(n_columns)], block_size=block_bytes
        ),
        parse_options=arrow_csv.ParseOptions(
            # line breaks within quotes are looked for only where there are quotes: it costs time
            newlines_in_values=b'"' in body,
            invalid_row_handler=skip,
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict(column_types),
            include_columns=list(column_types),
            strings_can_be_null=True,
            null_values=[""],
            check_utf8=False,
        ),
    )


def _categories(column: pa.ChunkedArray) -> pd.Categorical:
    """Trim each different word and make blank words null."""
    array = column.unify_dictionaries().combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        return pd.Categorical([], categories=[])
    codes = array.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    words = np.array([word.strip() or None for word in array.dictionary.to_pylist()], dtype=object)
    new_codes, unique = pd.factorize(words)
    if len(unique) < len(words):
        codes = np.append(new_codes, -1).astype(np.int32)[codes]
    return pd.Categorical.from_codes(codes, categories=pd.Index(unique, dtype=object))


def _floats(column: pa.ChunkedArray, name: str, file: str, notes: Notes) -> np.ndarray:
    """Read numbers; where the column holds other words, those become nan."""
    if pa.types.is_floating(column.type):
        numbers: np.ndarray = column.to_numpy()
        return numbers
    words = pd.Series(_categories(column).astype(object))
    values = np.array(pd.to_numeric(words, errors="coerce"), dtype=np.float64)
    is_bad = np.isnan(values) & words.notna().to_numpy()
    has_comma = is_bad & words.str.fullmatch(_DECIMAL_COMMA).fillna(value=False).to_numpy(bool)
    # beside decimal points, a comma may as well part thousands
    if has_comma.any() and not words.str.contains(".", regex=False).any():
        values[has_comma] = words[has_comma].str.replace(",", ".").astype(np.float64)
        commas = words[has_comma]
        notes.add(file, "repaired", Reason("gtfs_decimal_comma", column=name), len(commas), commas)
        is_bad &= ~has_comma
    bad = words[is_bad]
    notes.add(file, "repaired", Reason("gtfs_no_number", column=name), len(bad), bad)
    return values
