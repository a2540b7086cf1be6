"""Whether two results may be compared: every difference that is not the question asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult


def differences_in_kind(a: AnalysisResult, b: AnalysisResult) -> list[str]:
    """Name what differs in engine, settings, place or data beside the scenario itself.

    Returns
    -------
    list of str
        One line each, for people; empty where the comparison is fair.
    """
    told = []
    versions = [str(result.summary.get("geo_planner_version", "unknown")) for result in (a, b)]
    if versions[0] != versions[1]:
        told.append(f"version of geo_planner: {versions[0]} and {versions[1]}")
    if a.region.crs != b.region.crs:
        told.append(f"CRS: {a.region.crs.to_string()} and {b.region.crs.to_string()}")
    settings = [dict(_flat(result.summary.get("settings", {}))) for result in (a, b)]
    for key in dict.fromkeys([*settings[0], *settings[1]]):
        values = [found.get(key) for found in settings]
        if values[0] != values[1]:
            told.append(f"setting {key}: {_shown(values[0])} and {_shown(values[1])}")
    told += _timetables(a, b)
    return told


def _timetables(a: AnalysisResult, b: AnalysisResult) -> Iterator[str]:
    """Compare the days the timetables hold, where the study names no day of its own."""
    spans = []
    for result in (a, b):
        feeds = result.region.table("feeds")
        days = feeds[["first_date", "last_date"]].dropna()
        spans.append(
            f"{days['first_date'].min()} to {days['last_date'].max()}" if len(days) else "none"
        )
    if spans[0] != spans[1]:
        yield f"days of the timetables: {spans[0]} and {spans[1]}"


def _flat(settings: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        name = f"{place}.{key}" if place else str(key)
        if isinstance(value, Mapping):
            yield from _flat(value, name)
        else:
            yield name, value


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)
