"""The names of columns of travel times: made and read here alone.

``travel_time_s`` where departure plays no part; else with a label: a percentile over the window
(``travel_time_s_p50``), a minute of it (``travel_time_s_07:30``), before either a highest fare
(``travel_time_s_fare24_p50``).
"""

from collections.abc import Sequence
from decimal import Decimal

TRAVEL_TIME = "travel_time_s"
MEDIAN = 50


def time_column(label: str = "", max_fare: Decimal | None = None) -> str:
    """Name a column of times.

    Examples
    --------
    >>> time_column(), time_column(percentile_label(50)), time_column("07:30", Decimal("24"))
    ('travel_time_s', 'travel_time_s_p50', 'travel_time_s_fare24_07:30')
    """
    fare = "" if max_fare is None else f"fare{max_fare:f}"
    return "_".join(part for part in (TRAVEL_TIME, fare, label) if part)


def percentile_label(percentile: int) -> str:
    """Name a percentile over the window."""
    return f"p{percentile}"


def label_of(column: str) -> str:
    """Read what a column's name says behind the quantity: a percentile, a minute, or nothing."""
    return column.removeprefix(TRAVEL_TIME).removeprefix("_")


def percentile_place(columns: Sequence[str], percentile: int) -> int | None:
    """Find the column of a percentile, or the only one of times that know no departure.

    Examples
    --------
    >>> percentile_place(["travel_time_s_p10", "travel_time_s_p50"], 50)
    1
    >>> percentile_place(["travel_time_s"], 50), percentile_place(["travel_time_s_p10"], 50)
    (0, None)
    """
    for name in (time_column(percentile_label(percentile)), time_column()):
        if name in columns:
            return list(columns).index(name)
    return None
