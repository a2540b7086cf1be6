"""Conversions between people's units and the units inside: seconds, metres, metres per second.

Costs in kernels are whole centiseconds, so that sums are exact whatever their order.
"""

CENTISECONDS_PER_S = 100
SECONDS_PER_MIN = 60
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 86_400
KMH_PER_MPS = 3.6
KMH_PER_MPH = 1.609344
KMH_PER_KNOT = 1.852


def mps_from_kmh(speed_kmh: float) -> float:
    """Convert a speed [km/h] to [m/s].

    Examples
    --------
    >>> mps_from_kmh(3.6)
    1.0
    """
    return speed_kmh / KMH_PER_MPS


def seconds_from_min(time_min: float) -> float:
    """Convert a duration [min] to [s]."""
    return time_min * SECONDS_PER_MIN


def centiseconds(time_s: float) -> int:
    """Round a duration [s] to whole centiseconds, the cost unit of the kernels."""
    return round(time_s * CENTISECONDS_PER_S)
