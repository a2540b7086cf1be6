"""Shapefiles in one zip: names cut to 10 bytes by a list that comes with them.

A Shapefile holds one kind of geometry, so a table with several becomes several layers. Its text
fields hold 254 bytes: longer texts are cut and stand whole in ``long_texts.csv``. It knows no
empty text, and no yes or no that may be unknown: those are 1, 0 or empty.
"""

import csv
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from geo_planner.exports.content import Content, dimensions
from geo_planner.exports.formulas import guarded
from geo_planner.exports.gdal import layer_written
from geo_planner.exports.results import CREDITS_FILE

NAMES_FILE = "field_names.csv"
LONG_TEXTS_FILE = "long_texts.csv"
_NAME_BYTES = 10
_TEXT_BYTES = 254
_KINDS = ("point", "line", "polygon")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same bytes for the same tables


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Give every column a name of at most 10 bytes, each once, whatever the case of letters.

    Examples
    --------
    >>> short_names(["zone_id", "workers_basic_count", "workers_basic_share"])
    {'zone_id': 'zone_id', 'workers_basic_count': 'workers_ba', 'workers_basic_share': 'workers_b1'}
    >>> short_names(["aaaaaaaaaæ"])
    {'aaaaaaaaaæ': 'aaaaaaaaa'}
    """
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        short, number = _cut(name, _NAME_BYTES), 0
        while short.lower() in taken:
            number += 1
            short = f"{_cut(name, _NAME_BYTES - len(str(number)))}{number}"
        taken.add(short.lower())
        given[name] = short
    return given


def _cut(text: str, n_bytes: int) -> str:
    return text.encode()[:n_bytes].decode(errors="ignore")


def write_shapefiles(content: Content, file: Path) -> list[str]:
    """Write every table as one Shapefile a kind of geometry, all in one zip.

    Parameters
    ----------
    content
        What to write; a table without places becomes a .dbf file.
    file
        The zip.

    Returns
    -------
    list of str
        The layers.
    """
    names: list[tuple[str, str, str]] = []
    long_texts: list[tuple[str, str, str, str]] = []
    layers: list[str] = []
    with tempfile.TemporaryDirectory(prefix="geo_planner-") as folder:
        place = Path(folder)
        for table, frame in content.tables.items():
            short = short_names([str(name) for name in frame.columns if name != "geometry"])
            names += [(table, cut, name) for name, cut in short.items()]
            long_texts += _long_texts(table, frame)
            for layer, part in _parts(table, frame):
                _write_layer(part.rename(columns=short), place, layer)
                layers.append(layer)
        _write_csv(place / NAMES_FILE, ("table", "field", "column"), names)
        if long_texts:
            _write_csv(place / LONG_TEXTS_FILE, ("table", "row", "column", "text"), long_texts)
        (place / CREDITS_FILE).write_text(content.credit_text, "utf-8")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for item in sorted(place.iterdir()):
                entry = zipfile.ZipInfo(item.name, _ZIP_DATE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, item.read_bytes())
    return layers


def _parts(table: str, frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Part a table by kind of geometry; rows without one go with the largest part."""
    if not isinstance(frame, gpd.GeoDataFrame):
        yield table, frame
        return
    dimension = pd.Series(dimensions(frame), frame.index)
    has_place = dimension >= 0
    main = int(dimension[has_place].mode().iloc[0]) if has_place.any() else 0
    kinds = dimension.where(has_place, main)
    placed = frame.set_geometry(frame.geometry.where(has_place))
    found = sorted(kinds.unique())
    for kind in found:
        layer = table if len(found) == 1 else f"{table}_{_KINDS[int(kind)]}"
        yield layer, placed[kinds == kind]


def _write_layer(frame: pd.DataFrame, folder: Path, layer: str) -> None:
    bools = frame.select_dtypes(["bool", "boolean"]).columns
    texts = frame.select_dtypes("str").columns
    cut = partial(_cut, n_bytes=_TEXT_BYTES)
    plain = frame.assign(
        **{name: frame[name].astype("Int32") for name in bools},
        **{name: frame[name].map(cut, na_action="ignore").astype("str") for name in texts},
    )
    suffix = "shp" if isinstance(frame, gpd.GeoDataFrame) else "dbf"
    file = folder / f"{layer}.{suffix}"
    with layer_written(file):
        pyogrio.write_dataframe(plain, file, driver="ESRI Shapefile", encoding="UTF-8")


def _long_texts(table: str, frame: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    """List the texts that do not fit, by the first column of their row."""
    for column in frame.select_dtypes("str").columns:
        values = frame[column].dropna()
        for row, text in values[values.map(lambda text: len(text.encode()) > _TEXT_BYTES)].items():
            yield table, str(frame.iloc[:, 0].loc[row]), str(column), str(text)


def _write_csv(file: Path, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows([guarded(value) for value in row] for row in rows)
