"""What is exported: the tables of a region, or of a run with its region behind them.

Unreachable (infinite) is written as unknown, as in all tables that leave the program.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner import schema
from geo_planner.accessibility.keys import find_measures, headline
from geo_planner.config import Study
from geo_planner.errors import InputError
from geo_planner.exports.results import finite
from geo_planner.region import Region, open_region
from geo_planner.region.store import REGION_FILE
from geo_planner.run_folder import SUMMARY, RunFolder, is_run, open_run
from geo_planner.words.frames import frame_in_words

RESULT_TABLES = ("sites", "zones", "businesses")
# What a reader of a run's tables wants to see round them; other tables when named.
_BESIDE_RESULTS = ("study_area", "plans", "constraints", "stations", "places")


@dataclass(frozen=True)
class Content:
    """Hold what is written, whatever the format.

    Parameters
    ----------
    name
        Name of the study.
    badge
        Warning that goes with every copy, such as Synthetic data.
    tables
        Frames by table; those with places are GeoDataFrames in the region's CRS.
    credits
        Credit lines of the data.
    headline
        Column of zones that a map shows first; None where nothing was computed.
    language
        Language of reasons.
    """

    name: str
    badge: str | None
    tables: Mapping[str, pd.DataFrame]
    credits: tuple[str, ...]
    headline: str | None = None
    language: str = "en"

    @property
    def credit_text(self) -> str:
        """Name, badge and credits as a text that ends in a line break."""
        return "\n".join(filter(None, [self.name, self.badge, *self.credits])) + "\n"

    def in_words(self) -> "Content":
        """Put the reasons of all tables into words."""
        tables = {name: frame_in_words(frame, self.language) for name, frame in self.tables.items()}
        return replace(self, tables=tables)


def read_content(path: Path, names: Sequence[str] | None = None) -> Content:
    """Read a region folder, or the folder ``geo-planner run`` wrote.

    Parameters
    ----------
    path
        Folder of a region or of a run.
    names
        Tables to take; None: all of a region, or the results of a run and what lies round them.

    Raises
    ------
    InputError
        When the folder is neither, or a table named is not in it.
    """
    if (path / REGION_FILE).is_file():
        region = open_region(path)
        chosen = _chosen(names, _filled(region), path)
        tables = {name: finite(region.table(name)) for name in chosen}
        study = region.study
        return Content(
            str(study["name"]),
            study.get("badge"),
            tables,
            region.credits,
            language=str(study.get("language", "en")),
        )
    if is_run(path):
        return _of_run(open_run(path), names)
    raise InputError(
        f"{path}: neither a region (made by `geo-planner build`) "
        "nor a run (made by `geo-planner run`)"
    )


def _filled(region: Region) -> list[str]:
    return [name for name in schema.tables() if region.has(name)]


def _chosen(names: Sequence[str] | None, present: Sequence[str], path: Path) -> list[str]:
    """Return the tables to take, in the order of the schema; refuse those that are not there."""
    if names is None:
        return list(present)
    absent = [name for name in names if name not in present]
    if absent:
        raise InputError(
            f"{path}: no rows in table {', '.join(absent)}; it has: {', '.join(present) or 'none'}"
        )
    return [name for name in present if name in names]


def _of_run(run: RunFolder, names: Sequence[str] | None) -> Content:
    summary = json.loads(run.file(SUMMARY).read_text("utf-8"))
    results = [name for name in RESULT_TABLES if run.has(f"{name}.parquet")]
    region = open_region(run.region) if (run.region / REGION_FILE).is_file() else None
    others = [] if region is None else [name for name in _filled(region) if name not in results]
    if names is None:
        chosen = [*results, *(name for name in others if name in _BESIDE_RESULTS)]
    else:
        chosen = _chosen(names, [*results, *others], run.path)
    tables = {
        name: finite(
            region.table(name)
            if region is not None and name not in results
            else gpd.read_parquet(run.file(f"{name}.parquet"))
        )
        for name in chosen
    }
    return Content(
        str(summary.get("name", run.path.name)),
        summary.get("badge"),
        tables,
        tuple(summary.get("credits", ())),
        _headline(tables.get("zones"), region),
        language="en" if region is None else str(region.study.get("language", "en")),
    )


def _headline(zones: pd.DataFrame | None, region: Region | None) -> str | None:
    """Name the column the study's headline measure stands in."""
    if zones is None:
        return None
    stored: Mapping[str, Any] = region.study if region else {}
    study = None
    if "access" in stored:
        study = Study.model_validate(
            {"study": {"id": "x", "name": "x"}, "access": stored["access"]}
        )
    measure = headline(find_measures(list(zones.columns), "jobs"), study)
    return measure.column if measure else None


def unit_of(table: str, column: str) -> str:
    """Give the unit of a column by the schema; empty where it has none or is a result."""
    described_table = schema.tables().get(table)
    described = described_table.columns.get(column) if described_table else None
    return described.unit if described else ""


def dimensions(frame: gpd.GeoDataFrame) -> npt.NDArray[np.int32]:
    """Give each row's kind of place: 0 point, 1 line, 2 polygon; -1 where it has none or is empty.

    Examples
    --------
    >>> import shapely
    >>> dimensions(gpd.GeoDataFrame(geometry=[shapely.Point(0, 0), shapely.Polygon(), None]))
    array([ 0, -1, -1], dtype=int32)
    """
    shapes = frame.geometry.to_numpy()
    return np.where(shapely.is_empty(shapes), -1, shapely.get_dimensions(shapes)).astype(np.int32)


def without_places(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table's attributes, with x and y of a point on each shape [m] where it has one."""
    if not isinstance(frame, gpd.GeoDataFrame):
        return frame
    points = frame.geometry.representative_point()
    return pd.DataFrame(frame.drop(columns=frame.geometry.name)).assign(x=points.x, y=points.y)
