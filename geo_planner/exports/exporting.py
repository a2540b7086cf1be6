"""One export: a region or a run, in one of the formats, with its credits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo_planner.errors import InputError, require_path
from geo_planner.exports.content import Content, read_content
from geo_planner.exports.danish_csv import write_danish_csv
from geo_planner.exports.geopackage import write_geopackage
from geo_planner.exports.results import CREDITS_FILE, require_suffix
from geo_planner.exports.shapefile import write_shapefiles
from geo_planner.exports.spreadsheet import write_workbook
from geo_planner.exports.web import write_geojson
from geo_planner.folders import written_beside

Writer = Callable[[Content, Path], list[str]]


@dataclass(frozen=True)
class Format:
    """Describe a format: how it is written, its suffix where it is one file, and for whom.

    A format for people has reasons in words, one for programs their codes and figures.
    """

    write: Writer
    suffix: str | None
    has_words: bool = True


def write_parquet(content: Content, folder: Path) -> list[str]:
    """Write every table as a (Geo)Parquet file into a folder."""
    for name, frame in content.tables.items():
        with written_beside(folder / f"{name}.parquet") as file:
            frame.to_parquet(file, index=False, compression="zstd")
    return [f"{name}.parquet" for name in content.tables]


FORMATS: Mapping[str, Format] = {
    "gpkg": Format(write_geopackage, ".gpkg"),
    "shapefile": Format(write_shapefiles, ".zip"),
    "parquet": Format(write_parquet, None, has_words=False),
    "csv-da": Format(write_danish_csv, None),
    "xlsx": Format(write_workbook, ".xlsx"),
    "geojson": Format(write_geojson, None),
}


def export(
    source: Path | str, out: Path | str, form: str, tables: Sequence[str] | None = None
) -> dict[str, Any]:
    """Write the tables of a region or of a run for another program.

    Parameters
    ----------
    source
        Folder of a region, or of a run.
    out
        File (gpkg, shapefile as .zip, xlsx) or folder (parquet, csv-da, geojson) to write.
    form
        Name of a format: a key of :data:`FORMATS`.
    tables
        Tables to take; None: as :func:`geo_planner.exports.content.read_content` chooses.

    Returns
    -------
    dict
        out, format, rows by table, and what was written: layers, sheets or files.

    Raises
    ------
    InputError
        When source, format, tables or the name of the output do not fit.
    MissingDependencyError
        When the format needs an extra that is not installed.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import example_region, export
    >>> export(example_region().path, mkdtemp(), "parquet", ["zones", "sites"])["tables"]
    {'zones': 25, 'sites': 3}
    """
    if form not in FORMATS:
        raise InputError(f"{form!r} is no format: choose from {', '.join(FORMATS)}")
    chosen, target = FORMATS[form], require_path(out, "out")
    if chosen.suffix:
        require_suffix(target, (chosen.suffix,))
    elif target.exists() and not target.is_dir():
        raise InputError(f"{target}: is a file; {form} needs a folder")
    content = read_content(require_path(source, "source"), tables)
    if chosen.has_words:
        content = content.in_words()
    written = _write(chosen, content, target)
    rows = {name: len(frame) for name, frame in content.tables.items()}
    return {"out": str(target), "format": form, "tables": rows, "written": written}


def _write(form: Format, content: Content, target: Path) -> list[str]:
    """Write a file under another name first, or files into a folder; credits beside both."""
    if form.suffix is None:
        target.mkdir(parents=True, exist_ok=True)
        written = form.write(content, target)
        _write_credits(content, target)
        return written
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(target) as file:
        written = form.write(content, file)
    if form.suffix == ".gpkg":
        _write_credits(content, target.parent)
    return written


def _write_credits(content: Content, folder: Path) -> None:
    (folder / CREDITS_FILE).write_text(content.credit_text, "utf-8")
