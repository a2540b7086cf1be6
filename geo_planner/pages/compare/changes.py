"""What a scenario changes, in words: one line per modification, as the scenario file says it."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo_planner.analysis import AnalysisResult
from geo_planner.words.wording import EN_DASH, Wording

_FIGURES = (
    ("headway_min", "min", "every"),
    ("speed_kmh", "km/h", None),
    ("max_floor_area_m2", "m2_whole", "floor_area_of"),
    ("floor_area_ratio", "share", "ratio_of"),
    ("floor_area_m2", "m2_whole", "floor_area_of"),
    ("jobs_count", "jobs", "jobs_of"),
    ("homes_count", "count", "homes_of"),
    ("employees_count", "jobs", "jobs_of"),
    ("factor", "factor", "times"),
)


def modification_lines(result: AnalysisResult, words: Wording) -> list[dict[str, str]]:
    """Say what the scenario of a result does; empty for a result without a scenario.

    Returns
    -------
    list of dict
        ``what``: the kind of modification in words; ``verb``: its name in scenario files;
        ``detail``: name and figures, may be empty.
    """
    origin = result.region.origin
    if origin is None:
        return []
    wanted = list(_modifications(origin.scenario))
    return [
        {
            "what": words.phrases.get(f"do_{content['do']}", str(content["do"])),
            "verb": str(content["do"]),
            "detail": " · ".join(_details(content, words)),
        }
        for content in wanted
    ]


def scenario_facts(result: AnalysisResult) -> dict[str, str]:
    """Return note, author and date of a result's scenario; empty where not given."""
    origin = result.region.origin
    found = {} if origin is None else origin.scenario
    return {key: str(found.get(key) or "") for key in ("note", "author", "date")}


def _modifications(scenario: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield modifications of the scenarios it builds on, then its own."""
    for below in scenario.get("chain", ()):
        if isinstance(below, Mapping):
            yield from below.get("modifications", ())
    yield from scenario.get("modifications", ())


def _details(content: Mapping[str, Any], words: Wording) -> Iterator[str]:
    name = content.get("name")
    if name:
        yield words("quoted", name=name)
    yield from _service(content.get("service") or content.get("headways") or (), words)
    for key, unit, phrase in _FIGURES:
        value = content.get(key)
        if isinstance(value, int | float):
            figure = _figure(value, unit, words)
            yield words(phrase, figure=figure) if phrase else figure
    stops = content.get("stops")
    if isinstance(stops, list | tuple) and stops:
        yield words("stops_of", count=len(stops))
    modes = content.get("modes")
    if isinstance(modes, list | tuple) and modes:
        yield ", ".join(words(f"mode_{mode}").lower() for mode in modes)


def _service(service: Any, words: Wording) -> Iterator[str]:
    """Say headways as a range, with the hours the line runs."""
    rows = [row for row in service if isinstance(row, Mapping) and row.get("headway_min")]
    if not rows:
        return
    minutes = [float(row["headway_min"]) for row in rows]
    low, high = min(minutes), max(minutes)
    span = words.number(low) if low == high else words.span(low, high)
    yield words("every", figure=f"{span}\u00a0min")
    starts, ends = [row.get("start") for row in rows], [row.get("end") for row in rows]
    if all(starts) and all(ends):
        clock = f"{min(map(str, starts))}{EN_DASH}{max(map(str, ends))}"
        yield clock.replace(":", ".") if words.language == "da" else clock


def _figure(value: float, unit: str, words: Wording) -> str:
    if unit == "m2_whole":
        return f"{words.number(value)}\u00a0m²"
    if unit == "km/h":
        return f"{words.number(value)}\u00a0{words('unit_kmh')}"
    if unit == "factor":
        return words.number(value, 2)
    return words.figure(value, unit)
