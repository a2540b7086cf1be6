"""Whether two results may be compared: every difference that is not the question asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.errors import RegionError
from geo_planner.reasons import Reason
from geo_planner.region import Region

LEAST_MATCHED_SHARE = 0.5


def differences_in_kind(a: AnalysisResult, b: AnalysisResult) -> list[Reason]:
    """Name what differs in engine, settings, place or data beside the scenario itself.

    Returns
    -------
    list of Reason
        Empty where the comparison is fair.
    """
    found = []
    versions = [str(result.summary.get("geo_planner_version", "unknown")) for result in (a, b)]
    if versions[0] != versions[1]:
        found.append(Reason("version_differs", a=versions[0], b=versions[1]))
    if a.region.crs != b.region.crs:
        crs = [result.region.crs.to_string() for result in (a, b)]
        found.append(Reason("crs_differs", a=crs[0], b=crs[1]))
    settings = [dict(_flat(result.summary.get("settings", {}))) for result in (a, b)]
    for key in dict.fromkeys([*settings[0], *settings[1]]):
        values = [of_result.get(key) for of_result in settings]
        if values[0] != values[1]:
            shown = [Reason("not_set") if value is None else str(value) for value in values]
            found.append(Reason("setting_differs", name=key, a=shown[0], b=shown[1]))
    found += _timetables(a, b)
    found += _rows(a, b)
    if _root(a.region) != _root(b.region):
        found += _data(a.region, b.region)
    return found


def _rows(a: AnalysisResult, b: AnalysisResult) -> Iterator[Reason]:
    """Name tables whose rows match by id in part or not at all: the others cannot be compared."""
    for table in ("zones", "businesses", "sites"):
        ids = [getattr(result, table).index for result in (a, b)]
        n_both, n_least = len(ids[0].intersection(ids[1])), min(map(len, ids))
        if n_least and n_both < LEAST_MATCHED_SHARE * n_least:
            yield Reason("rows_do_not_match", table=table, both=n_both, least=n_least)


def _root(region: Region) -> str:
    """Give the digest of the region that scenarios were made of."""
    while region.origin is not None:
        try:
            parent = region.parent()
        except RegionError:
            parent = None
        if parent is None:
            return region.origin.parent_digest
        region = parent
    return region.digest


def _data(a: Region, b: Region) -> Iterator[Reason]:
    """Name the tables that differ between regions of different data."""
    names = sorted(a.tables.keys() | b.tables.keys())
    differing = [name for name in names if _sha256(a, name) != _sha256(b, name)]
    if differing:
        yield Reason("data_differ", tables=tuple(differing))


def _sha256(region: Region, table: str) -> str | None:
    return region.tables[table].sha256 if table in region.tables else None


def _timetables(a: AnalysisResult, b: AnalysisResult) -> Iterator[Reason]:
    """Compare the days the timetables hold, where the study names no day of its own."""
    spans = []
    for result in (a, b):
        feeds = result.region.table("feeds")
        days = feeds[["first_date", "last_date"]].dropna()
        first, last = str(days["first_date"].min()), str(days["last_date"].max())
        spans.append(
            Reason("days_between", first=first, last=last) if len(days) else Reason("no_days")
        )
    if spans[0] != spans[1]:
        yield Reason("timetable_days_differ", a=spans[0], b=spans[1])


def _flat(settings: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        name = f"{place}.{key}" if place else str(key)
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, value
