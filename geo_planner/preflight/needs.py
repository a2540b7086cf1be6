"""What criteria, measures and the policy need, and what is lost where no source gives it.

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
from geo_planner.reasons import Reason
from geo_planner.words.labels import plain_label


@dataclass(frozen=True)
class Need:
    """Say what one criterion or measure takes from the region.

    Parameters
    ----------
    id
        Criterion, measure or indicator of the policy.
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
    def what(self) -> Reason:
        """Say what is asked for."""
        if not self.column:
            return Reason("missing_rows", tables=self.tables)
        if not self.value:
            return Reason("missing_column", tables=self.tables, column=self.column)
        return Reason("missing_value", tables=self.tables, column=self.column, value=self.value)


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
        Ids of criteria and measures, and what each is called by language.
    """

    what: Reason
    table: str
    remedy: Reason
    lost: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]


_LANGUAGES = ("en", "da")
OSM_TABLES = ("streets", "stations", "landscape", "amenities")
GTFS_TABLES = ("stop_times", "stops")


@cache
def needs() -> tuple[Need, ...]:
    """Read all needs; criteria and indicators are called as in their own tables."""
    tables = ("criteria", "policy_indicators")
    named = {row["id"]: row for table in tables for row in packaged_rows(table)}
    return tuple(
        Need(
            row["id"],
            tuple(filter(None, row["table"].split("|"))),
            row["column"],
            row["value"],
            {
                language: plain_label(
                    row[f"label_{language}"] or named[row["id"]][f"label_{language}"]
                )
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
    unmet: dict[Reason, list[Need]] = defaultdict(list)
    for need in needs():
        if not any(_is_met(tables.get(name), need) for name in need.tables):
            unmet[need.what].append(need)
    return tuple(_missing(what, group, tables, broken) for what, group in unmet.items())


def _is_met(frame: pd.DataFrame | None, need: Need) -> bool:
    if frame is None or not len(frame):
        return False
    if not need.column:
        return True
    if need.column not in frame:
        return False
    values = frame[need.column]
    return bool((values == need.value).any() if need.value else values.notna().any())


def _missing(
    what: Reason,
    group: list[Need],
    tables: Mapping[str, pd.DataFrame],
    broken: Mapping[str, str],
) -> Missing:
    first = group[0]
    wrong = next((broken[name] for name in first.tables if name in broken), None)
    remedy = Reason("remedy_mend_source", source=wrong) if wrong else _remedy(first, tables)
    lost = {need.id: need for need in group}
    labels = {
        language: tuple(need.labels[language] for need in lost.values()) for language in _LANGUAGES
    }
    return Missing(what, first.tables[0], remedy, tuple(lost), labels)


def _remedy(need: Need, tables: Mapping[str, pd.DataFrame]) -> Reason:
    name = need.tables[0]
    if name in GTFS_TABLES:
        return Reason("remedy_add_gtfs")
    if name in OSM_TABLES:
        is_there = any(len(tables.get(other, ())) for other in OSM_TABLES)
        return Reason("remedy_wider_osm" if is_there else "remedy_add_osm", table=name)
    if need.value and need.column == "role":
        return Reason("remedy_add_role", table=name, role=need.value)
    if need.value:
        return Reason("remedy_add_rows", column=need.column, value=need.value, table=name)
    if need.column and len(tables.get(name, ())):
        return Reason("remedy_name_field", column=need.column, table=name)
    return Reason("remedy_add_layer", table=name)
