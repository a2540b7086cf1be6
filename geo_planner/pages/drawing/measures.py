"""Access measures as pages show them: their scale and their words."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo_planner.accessibility.keys import MeasureKey
from geo_planner.classes import round_borders
from geo_planner.config import Study
from geo_planner.palette import ramp
from geo_planner.travel_time.columns import MEDIAN
from geo_planner.words.wording import EN_DASH, NO_BREAK_SPACE, Wording

_THOUSANDS_FROM = 10_000.0
_THOUSAND = 1000.0
_SAME = 1e-9


@dataclass(frozen=True)
class Scale:
    """Hold a class scale: borders, colours, border labels, and the unit they are in."""

    borders: tuple[float, ...]
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    unit: str


def scale_of(values: pd.Series, what: str, wording: Wording) -> Scale:
    """Choose round classes for values, labelled in thousands where they are large."""
    borders = round_borders(values.to_numpy(float))
    in_thousands = bool(borders) and max(borders) >= _THOUSANDS_FROM
    labels = tuple(border_labels(borders, wording, _THOUSAND if in_thousands else 1.0))
    unit = wording(f"unit_thousand_{what}" if in_thousands else f"unit_{what}")
    return Scale(tuple(borders), ramp(len(borders) + 1), labels, unit)


def border_labels(borders: Sequence[float], wording: Wording, divisor: float = 1.0) -> list[str]:
    """Write class borders, with only as many decimals as tell them apart."""
    shown = [border / divisor for border in borders]
    decimals = next(
        (d for d in range(3) if all(abs(value - round(value, d)) < _SAME for value in shown)), 3
    )
    return [wording.number(value, decimals) for value in shown]


def measure_title(measure: MeasureKey, wording: Wording) -> str:
    """Name a measure in words, such as "Jobs within 45 min"."""
    if measure.cutoff_min is None:
        return wording(f"{measure.what}_gravity")
    return wording(f"{measure.what}_within", minutes=wording.figure(measure.cutoff_min, "min"))


def measure_condition(measure: MeasureKey, study: Study | None, wording: Wording) -> str:
    """Say how a measure was travelled: mode, half weight, departure window and percentile."""
    is_peak = measure.mode == "car" and study is not None and study.travel.car_traffic == "peak"
    parts = [wording("by_car_peak" if is_peak else f"by_{measure.mode}")]
    if measure.cutoff_min is None and study is not None:
        half = study.access.half_weight_min.get(measure.mode)
        if half is not None:
            parts.append(wording("half_weight", minutes=wording.figure(half, "min")))
    if measure.percentile is not None:
        parts.append(window_words(study, wording))
        parts.append(percentile_words(measure.percentile, wording))
        parts.append(fare_words(study, wording))
    return " · ".join(part for part in parts if part)


def measure_short(measure: MeasureKey, study: Study | None, wording: Wording) -> str:
    """Say in a legend's second line how a measure was travelled: mode, and the highest fare."""
    fare = fare_words(study, wording, "fare_short") if measure.percentile is not None else ""
    return ", ".join(part for part in (wording(f"mode_{measure.mode}").lower(), fare) if part)


def fare_words(study: Study | None, wording: Wording, phrase: str = "fare_at_most") -> str:
    """Say what journeys by public transport may cost at most; empty where any fare counts."""
    if study is None or study.travel.max_fare is None or study.travel.fares is None:
        return ""
    fare = study.travel.max_fare
    number = wording.number(float(fare), 0 if fare == fare.to_integral_value() else 2)
    return wording(phrase, price=f"{number}{NO_BREAK_SPACE}{study.travel.fares.currency}")


def window_words(study: Study | None, wording: Wording) -> str:
    """Say the window, and whether its minutes are departures or arrivals."""
    if study is None or study.travel.window is None:
        return ""
    start, end = study.travel.window
    window = f"{wording.clock(start)}{EN_DASH}{wording.clock(end)}"
    phrase = "departing" if study.travel.arrive is None else "arriving"
    return wording(phrase, window=window, day=wording.day(start.date()))


def percentile_words(percentile: int, wording: Wording) -> str:
    """Say which time of the window counts."""
    if percentile == MEDIAN:
        return wording("median")
    return wording("percentile", number=percentile)
