"""What criteria and measures need, and what is lost where the sources do not give it.

The needs stand in ``data/needs.csv``: a table with rows, a column with values, or rows of one
kind. ``stations|stops`` means that either will do.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import pandas as pd

from geo_planner.packaged import packaged_rows


@dataclass(frozen=True)
class Need:
    """Say what one criterion or measure takes from the region.

    Parameters
    ----------
    id
        Criterion or measure.
    tables
        Tables of which one must have what is asked for.
    column, value
        Column that must hold a value, or this value; empty: any row will do.
    labels
        What the criterion or measure is called, by language.
    """

    id: str
    tables: tuple[str, ...]
    column: str
    value: str
    labels: Mapping[str, str]

    @property
    def what(self) -> str:
        """Say what is asked for in plain words."""
        names = " or ".join(self.tables)
        if not self.column:
            return f"rows in table {names}"
        return f"{names}.{self.column}" + (f" = {self.value!r}" if self.value else "")


@dataclass(frozen=True)
class Missing:
    """Say what no source gives, and which criteria and measures are lost with it.

    Parameters
    ----------
    what
        Table, column or kind of row.
    table
        First table it could stand in.
    remedy
        What to add to the study.
    lost
        Ids of criteria and measures, and what they are called by language.
    """

    what: str
    table: str
    remedy: str
    lost: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]


_LANGUAGES = ("en", "da")
OSM_TABLES = ("streets", "stations", "landscape", "amenities")
GTFS_TABLES = ("stop_times", "stops")


@cache
def needs() -> tuple[Need, ...]:
    """Read what criteria and measures need; criteria are called as in ``criteria.csv``."""
    criteria = {row["id"]: row for row in packaged_rows("criteria")}
    return tuple(
        Need(
            row["id"],
            tuple(row["table"].split("|")),
            row["column"],
            row["value"],
            {
                language: row[f"label_{language}"] or criteria[row["id"]][f"label_{language}"]
                for language in _LANGUAGES
            },
        )
        for row in packaged_rows("needs")
    )


def missing(
    tables: Mapping[str, pd.DataFrame], broken: Mapping[str, str] = MappingProxyType({})
) -> tuple[Missing, ...]:
    """List what the tables do not give, each with all that is lost for want of it.

    Parameters
    ----------
    tables
        Frames by table.
    broken
        Source by table that would give it if it were not wrong.
    """
    unmet: dict[str, list[Need]] = defaultdict(list)
    for need in needs():
        if not any(_is_met(tables.get(name), need) for name in need.tables):
            unmet[need.what].append(need)
    return tuple(_missing(what, group, tables, broken) for what, group in unmet.items())


def _is_met(frame: pd.DataFrame | None, need: Need) -> bool:
    if frame is None or not len(frame):
        return False
    if not need.column:
        return True
    values = frame[need.column]
    return bool((values == need.value).any() if need.value else values.notna().any())


def _missing(
    what: str,
    group: list[Need],
    tables: Mapping[str, pd.DataFrame],
    broken: Mapping[str, str],
) -> Missing:
    first = group[0]
    wrong = next((broken[name] for name in first.tables if name in broken), None)
    remedy = f"put right what is wrong with {wrong}" if wrong else _remedy(first, tables)
    labels = {
        language: tuple(dict.fromkeys(need.labels[language] for need in group))
        for language in _LANGUAGES
    }
    lost = tuple(dict.fromkeys(need.id for need in group))
    return Missing(what, first.tables[0], remedy, lost, labels)


def _remedy(need: Need, tables: Mapping[str, pd.DataFrame]) -> str:
    name = need.tables[0]
    if name in GTFS_TABLES:
        return "add a timetable: [[sources.gtfs]]"
    if name in OSM_TABLES:
        return "add an OpenStreetMap extract: [[sources.osm]]"
    if need.value and need.column == "role":
        return f"add [[sources.layers]] with table = {name!r} and role = {need.value!r}"
    if need.value:
        return f"add rows of {need.column} {need.value!r} to a layer of table {name!r}"
    if need.column and len(tables.get(name, ())):
        return f"name a field for {need.column} in a layer of table {name!r}"
    return f"add [[sources.layers]] with table = {name!r}"
