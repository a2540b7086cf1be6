"""Figures by year as small SVG drawings: lines, bands, gaps, targets.

Lines need no zero. A year without a figure is a hatched gap: it is never bridged. Nothing is drawn
past the last observation, but the target, which is no observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 20.0, 18.0
_TICKS = 4
_PAD_SHARE = 0.08
_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Frame:
    """Place years and values on pixels.

    Parameters
    ----------
    width, height
        Size of the drawing [px].
    first, last
        Years at its sides.
    low, high
        Values at its foot and top.
    """

    width: float
    height: float
    first: float
    last: float
    low: float
    high: float

    def x(self, year: float) -> float:
        """Give the pixel of a year."""
        span = max(self.last - self.first, 1)
        return round(_LEFT + (year - self.first) / span * (self.width - _LEFT - _RIGHT), 1)

    def y(self, value: float) -> float:
        """Give the pixel of a value."""
        span = (self.high - self.low) or 1.0
        return round(_TOP + (self.high - value) / span * (self.height - _TOP - _BOTTOM), 1)


def nice_step(span: float, n_steps: int = _TICKS) -> float:
    """Choose a round step that divides a span into about so many.

    Examples
    --------
    >>> nice_step(3700), nice_step(0.08)
    (1000.0, 0.02)
    """
    if not span > 0:
        return 1.0
    rough = span / n_steps
    size = 10.0 ** np.floor(np.log10(rough))
    return float(next(step * size for step in _NICE if step * size >= rough * 0.999))


def runs_of(values: pd.Series) -> list[pd.Series]:
    """Cut a series where it is unknown, so that no line bridges a gap.

    Examples
    --------
    >>> runs_of(pd.Series([1.0, 2.0, None, 4.0], index=[1, 2, 3, 4]))[1].to_dict()
    {4: 4.0}
    """
    is_there = values.notna()
    number = (is_there != is_there.shift()).cumsum()
    return [rows for _, rows in values[is_there].groupby(number[is_there])]


def line_path(frame: Frame, values: pd.Series) -> str:
    """Write a series as an SVG path, a move at every gap."""
    parts = []
    for run in runs_of(values):
        points = [f"{frame.x(float(year))} {frame.y(value)}" for year, value in run.items()]
        parts.append("M" + "L".join(points))
    return "".join(parts)


def band_path(frame: Frame, low: pd.Series, high: pd.Series) -> str:
    """Write a range as a closed path; empty where no range is wider than its line."""
    both = pd.DataFrame({"low": low, "high": high}).dropna()
    if not (both["high"] > both["low"]).any():
        return ""
    parts = []
    for run in runs_of(low.where(high.notna())):
        top = [f"{frame.x(float(year))} {frame.y(high[year])}" for year in run.index]
        foot = [f"{frame.x(float(year))} {frame.y(low[year])}" for year in run.index[::-1]]
        parts.append("M" + "L".join([*top, *foot]) + "Z")
    return "".join(parts)


def gap_boxes(frame: Frame, values: pd.Series) -> list[dict[str, float]]:
    """Mark the years between the first and the last figure that have none."""
    stated = values.dropna()
    years = [
        float(year)
        for year in values.index[values.isna()]
        if stated.index.min() < year < stated.index.max()
    ]
    half = (frame.x(frame.first + 1) - frame.x(frame.first)) / 2
    return [{"x": round(frame.x(year) - half, 1), "width": round(2 * half, 1)} for year in years]


def frame_of(
    series: Sequence[pd.Series],
    extra: Sequence[float],
    years: Sequence[float],
    size: tuple[float, float],
) -> Frame:
    """Choose a frame that holds all figures, further values and years, with a little room."""
    figures = [np.array(extra, float), *(s.to_numpy(float) for s in series)]
    values: FloatArray = np.concatenate(figures)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    room = (high - low) * _PAD_SHARE or abs(high) * _PAD_SHARE or 1.0
    stated = [year for s in series for year in s.dropna().index]
    every = [*map(float, stated), *years]
    return Frame(*size, min(every), max(every), low - room, high + room)


def ticks_of(frame: Frame) -> list[float]:
    """List round values along the side of a frame."""
    step = nice_step(frame.high - frame.low)
    first = np.ceil(frame.low / step) * step
    return [float(value) for value in np.arange(first, frame.high + step / 1000, step)]


def spark(values: pd.Series, base: int | None, size: tuple[float, float]) -> dict[str, Any]:
    """Draw a bare line with its base year and its last figure; empty where nothing is known."""
    stated = values.dropna()
    if len(stated) < 2:  # noqa: PLR2004 -- a line takes two points
        return {}
    width, height = size
    frame = Frame(width + _LEFT + _RIGHT, height + _TOP + _BOTTOM, float(stated.index.min()),
                  float(stated.index.max()), float(stated.min()), float(stated.max()))  # fmt: skip
    last = int(stated.index.max())
    return {
        "view": f"{_LEFT - 4} {_TOP - 4} {width + 8} {height + 8}",
        "width": width + 8,
        "height": height + 8,
        "path": line_path(frame, values),
        "base": None
        if base not in stated.index
        else (frame.x(float(base or 0)), frame.y(stated[base])),
        "last": (frame.x(float(last)), frame.y(stated[last])),
    }
