"""The names of columns of travel times: made and read here alone.

``travel_time_s`` where departure plays no part; else with a label: a percentile over the window
(``travel_time_s_p50``), a minute of it (``travel_time_s_07:30``), a minute of one of several draws
(``travel_time_s_07:30_draw2``), before each a highest fare (``travel_time_s_fare24_p50``).
"""

from collections.abc import Sequence
from decimal import Decimal

TRAVEL_TIME = "travel_time_s"
MEDIAN = 50
_DRAW = "_draw"


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


def minute_labels(minutes: Sequence[str], n_draws: int) -> list[str]:
    """Name every minute of a window; of several draws, the draws of each minute, counted from 1.

    Examples
    --------
    >>> minute_labels(["07:30", "07:31"], 1), minute_labels(["07:30"], 2)
    (['07:30', '07:31'], ['07:30_draw1', '07:30_draw2'])
    """
    if n_draws == 1:
        return list(minutes)
    return [f"{minute}{_DRAW}{draw}" for minute in minutes for draw in range(1, n_draws + 1)]


def minute_and_draw(column: str) -> tuple[str, int | None]:
    """Read the minute and the draw of a column; None: there is only one draw.

    Examples
    --------
    >>> minute_and_draw("travel_time_s_07:30_draw2"), minute_and_draw("travel_time_s_07:30")
    (('07:30', 2), ('07:30', None))
    """
    minute, _, draw = label_of(column).partition(_DRAW)
    return minute, int(draw) if draw else None


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
