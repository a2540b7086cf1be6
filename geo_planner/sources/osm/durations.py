"""How long a crossing takes, from the tags of a ferry: every spelling that is in use.

A time that would make a crossing slower than someone wading or faster than any ferry is refused.
"""

import math

from geo_planner.sources.osm.access_rules import duration_patterns
from geo_planner.units import KMH_PER_MPS, SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MIN

_SECONDS_PER = {"d": SECONDS_PER_DAY, "h": SECONDS_PER_HOUR, "m": SECONDS_PER_MIN, "s": 1}
_FASTEST_KMH = 150.0
_SLOWEST_KMH = 1.0


def parse_duration_s(text: str) -> float | None:
    """Read a crossing time [s], or None where it cannot be read.

    Examples
    --------
    >>> parse_duration_s("01:20"), parse_duration_s("45"), parse_duration_s("PT1H20M")
    (4800.0, 2700.0, 4800.0)
    >>> parse_duration_s("10 min"), parse_duration_s("1.5 h")
    (600.0, 5400.0)
    >>> parse_duration_s("soon") is None
    True
    """
    for pattern in duration_patterns():
        found = pattern.fullmatch(text.strip())
        if found is None:
            continue
        parts = {unit: number for unit, number in found.groupdict().items() if number}
        total_s = sum(float(n.replace(",", ".")) * _SECONDS_PER[unit] for unit, n in parts.items())
        return total_s or None
    return None


def is_plausible(duration_s: float, length_m: float) -> bool:
    """Tell whether a crossing can take so long: short ones may wait long, long ones may not crawl.

    Examples
    --------
    >>> is_plausible(600, 200), is_plausible(90 * 3600, 5000), is_plausible(60, 5000)
    (True, False, False)
    """
    kmh = length_m / duration_s * KMH_PER_MPS
    is_short = duration_s <= SECONDS_PER_HOUR
    return math.isfinite(kmh) and kmh <= _FASTEST_KMH and (is_short or kmh >= _SLOWEST_KMH)
