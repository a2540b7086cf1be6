"""One table of a study as a collection: its rows, their ids and places, chosen by box and value."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner import schema
from geo_planner.analysis import AnalysisResult
from geo_planner.crs import to_degrees
from geo_planner.exports import sites_table
from geo_planner.exports.results import finite
from geo_planner.region import Region
from geo_planner.words.frames import frame_in_words
from geo_planner.words.tables import table_words
from geo_planner.words.wording import Wording

RESULTS = ("sites", "zones", "businesses")
COLLECTIONS = (
    *RESULTS, "plans", "constraints", "stations", "streets", "places", "schools", "study_area",
)  # fmt: skip
_ID_JOINT = "."

Rows = npt.NDArray[np.intp]


class Range(NamedTuple):
    """Hold the ends of a range of numbers, both included; None: open."""

    low: float | None
    high: float | None


Wanted = Mapping[str, str | Range]


class Table:
    """Hold the rows of a collection, in a stable order.

    Parameters
    ----------
    name
        Id of the collection.
    frame
        Rows in the CRS of the region, reasons in words, numbers finite.
    ids
        Id of each row.
    """

    def __init__(self, name: str, frame: gpd.GeoDataFrame, ids: Sequence[str]) -> None:
        self.name = name
        self.frame = frame
        self.ids = ids
        self.row_of = {one: row for row, one in enumerate(ids)}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.frame)

    @property
    def columns(self) -> list[str]:
        """Names of the attributes."""
        return [str(name) for name in self.frame.columns if name != self.frame.geometry.name]

    @cached_property
    def degrees(self) -> gpd.GeoDataFrame:
        """The rows in longitude and latitude."""
        return to_degrees(self.frame)

    @cached_property
    def bounds(self) -> list[float] | None:
        """West, south, east and north of all rows [degrees]; None without any place."""
        box = self.degrees.total_bounds
        return [float(end) for end in box] if np.isfinite(box).all() else None

    def select(
        self, boxes: Sequence[Sequence[float]], wanted: Wanted, *, in_degrees: bool = True
    ) -> Rows:
        """Give the rows that meet one of some boxes and have the values wanted."""
        is_kept = np.ones(len(self), bool)
        if boxes:
            is_kept[:] = False
            shapes = self.degrees if in_degrees else self.frame.geometry
            for box in boxes:
                is_kept[shapes.sindex.query(shapely.box(*box), predicate="intersects")] = True
        for column, value in wanted.items():
            is_kept &= _has(self.frame[column], value)
        return np.flatnonzero(is_kept)


def open_table(name: str, region: Region, result: AnalysisResult | None, language: str) -> Table:
    """Open a table of a study: of its result where that has one, else of its region."""
    frame = _rows(name, region, result)
    keys = [key for key in schema.tables()[name].key if key in frame]
    ids = frame[keys].astype("str").agg(_ID_JOINT.join, axis=1) if len(frame) else []
    shown = finite(frame_in_words(gpd.GeoDataFrame(frame), language))
    return Table(name, gpd.GeoDataFrame(shown), list(ids))


def _rows(name: str, region: Region, result: AnalysisResult | None) -> gpd.GeoDataFrame:
    if result is None or name not in RESULTS:
        return region.geo_table(name).reset_index(drop=True)
    if name == "sites" and "score" in result.sites:
        return sites_table(result)
    return gpd.GeoDataFrame(getattr(result, name).reset_index())


def _has(column: pd.Series, value: str | Range) -> npt.NDArray[np.bool_]:
    if isinstance(value, Range):
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(float)
        low = -np.inf if value.low is None else value.low
        high = np.inf if value.high is None else value.high
        found: npt.NDArray[np.bool_] = (numbers >= low) & (numbers <= high)
        return found
    if pd.api.types.is_bool_dtype(column):
        return (column.map({True: "true", False: "false"}) == value).to_numpy(bool)
    if pd.api.types.is_numeric_dtype(column):
        return (column == _number(value)).fillna(value=False).to_numpy(bool)
    return (column.astype("str") == value).fillna(value=False).to_numpy(bool)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def titles(name: str, region: Region) -> dict[str, str]:
    """Name a collection for people, and say what a row is."""
    words = table_words(name, Wording.of_study(region.study))
    return {"title": words, "description": schema.tables()[name].meaning}
