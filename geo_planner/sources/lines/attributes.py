"""What the fields of a layer say about its lines: class, direction, level, limit, access.

Values that are not understood are refused, all at once, with how often each occurs. Blanks are
allowed: class by default, both directions, level unknown, no limit, access by class.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geo_planner.config import LinesSource, NumberFormat
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.schema import MAX_IDS_SHOWN, tables
from geo_planner.sources.vector.columns import as_text
from geo_planner.sources.vector.numbers import as_numbers, without_missing
from geo_planner.units import mps_from_kmh
from geo_planner.words.english import sentence

DEFAULT_MAX_KMH = 130.0
_MAX_SHOWN = 10
_ONEWAY = {
    **dict.fromkeys(["yes", "true", "1", "ja", "forward"], "forward"),
    **dict.fromkeys(["-1", "backward", "reverse"], "backward"),
    **dict.fromkeys(["no", "false", "0", "nej", "both"], "both"),
}
_YES_NO = {
    **dict.fromkeys(["yes", "true", "1", "ja"], True),
    **dict.fromkeys(["no", "false", "0", "nej"], False),
}
_TEXTS = ("street_id", "name", "surface")
_NUMBERS = ("level", "lanes_count", "maxspeed_kmh")
_MARKS = ("is_lit", "is_urban", "walk", "bicycle", "car")


def read_attributes(
    frame: pd.DataFrame, source: LinesSource, title: str
) -> tuple[pd.DataFrame, list[Finding]]:
    """Make one row of attributes for each row of the layer.

    Raises
    ------
    InputError
        When a field is absent or a value is not understood: all at once.
    """
    present = [str(name) for name in frame.columns]
    problems = [
        sentence("fault_no_field", field=repr(name), listed=", ".join(present) or "none")
        for name in dict.fromkeys([*source.fields.values(), *source.keep])
        if name not in present
    ]
    if problems:
        raise InputError(f"{title} cannot be read as streets", problems)
    numeric = [name for column, name in source.fields.items() if column in _NUMBERS]
    frame, cleared, problems = with_numbers(frame, numeric, source, title)
    given: dict[str, pd.Series] = {
        column: as_text(frame[name]) for column, name in source.fields.items()
    }
    blank = pd.Series(None, index=frame.index, dtype="str")
    columns: dict[str, pd.Series] = {column: given.get(column, blank) for column in _TEXTS}
    classes = source.classes or {name: name for name in _road_classes()}
    unknown = sorted({*source.classes.values(), source.default_class} - set(_road_classes()))
    if unknown:
        listed = ", ".join(_road_classes())
        problems.append(sentence("fault_no_road_class", unknown=", ".join(unknown), listed=listed))

    def coded(column: str, codes: Mapping[str, object], code: str) -> pd.Series:
        """Look values up; keep a problem that names those not listed."""
        values = given.get(column, blank)
        unlisted = values[values.notna() & ~values.isin(list(codes))]
        if len(unlisted):
            field, values_found = repr(source.fields[column]), _counted(unlisted)  # type: ignore[index]
            problems.append(sentence(code, field=field, values=values_found))
        return values.astype(object).map(dict(codes)).where(values.notna(), None)

    columns["road_class"] = coded("road_class", classes, "fault_unlisted_class").fillna(
        source.default_class
    )
    oneway = source.oneway_values or _ONEWAY
    columns["oneway"] = coded("oneway", oneway, "fault_unlisted_oneway").fillna("both")
    for column in _MARKS:
        columns[column] = coded(column, _YES_NO, "fault_neither_yes_nor_no").astype("boolean")
    for column in ("level", "lanes_count"):
        values = given.get(column, blank)
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
        unfit = values[values.notna() & ~(numbers == np.floor(numbers))]
        if len(unfit):
            field = repr(source.fields[column])  # type: ignore[index]
            problems.append(sentence("fault_field_whole", field=field, values=_counted(unfit)))
        columns[column] = numbers
    if problems:
        raise InputError(f"{title} cannot be read as streets", problems)
    stated = source.speed_limits
    limits, findings = plausible_mps(
        given.get("maxspeed_kmh", blank),
        stated.max_plausible_kmh if stated else DEFAULT_MAX_KMH,
        title,
    )
    return pd.DataFrame({**columns, "maxspeed_mps": limits}), [*cleared, *findings]


def with_numbers(
    frame: pd.DataFrame, fields: Sequence[str], stated: NumberFormat, title: str
) -> tuple[pd.DataFrame, list[Finding], list[str]]:
    """Clear what stands for unknown and write numbers in text plainly; with the problems found."""
    frame, cleared = without_missing(frame, stated, title)
    frame, _, problems = as_numbers(frame, fields, stated=stated)
    return frame, cleared, problems


def plausible_mps(values: pd.Series, max_kmh: float, title: str) -> tuple[pd.Series, list[Finding]]:
    """Read limits [km/h] as metres per second; refuse and count what cannot be one."""
    texts = as_text(values)
    numbers = pd.to_numeric(texts, errors="coerce").astype("float64")
    refused = texts[texts.notna() & ~((numbers > 0) & (numbers <= max_kmh))]
    numbers[refused.index] = np.nan
    findings = []
    if len(refused):
        what = Reason("lines_speeds_refused", speed=max_kmh)
        examples = tuple(refused.value_counts().index[:MAX_IDS_SHOWN])
        findings.append(Finding(title, "left_out", len(refused), what, examples))
    return numbers.map(mps_from_kmh), findings


def _road_classes() -> Sequence[str]:
    return tables()["streets"].columns["road_class"].allowed


def _counted(values: pd.Series) -> str:
    counts = values.value_counts()
    shown = [f"{value!r} ({count})" for value, count in counts.head(_MAX_SHOWN).items()]
    more = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {more} more values" if more else "")
