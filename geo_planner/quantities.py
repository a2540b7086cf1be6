"""What a raster holds: quantities with unit, words, bounds and class borders.

A quantity is named in snake_case with its unit at the end (``flood_depth_m``). Those known by name
and the units known by suffix stand in ``data/raster_quantities.csv``. Only counts are summed; of
all others the mean, the least and the greatest value are told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geo_planner.packaged import packaged_rows

ELEVATION = "elevation_m"
POPULATION = "population_count"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


@dataclass(frozen=True)
class Quantity:
    """Describe what the cells of a raster hold.

    Parameters
    ----------
    name
        Name in snake_case, unit at the end.
    unit
        Unit in words.
    labels
        Title by language; empty where only the suffix is known.
    is_clear_at_zero
        Whether a map shows the ground where the value is 0.
    minimum, maximum
        Values outside are no values of this quantity; None: no bound.
    breaks
        Class borders in use; empty: chosen from the values.
    """

    name: str
    unit: str
    labels: Mapping[str, str]
    is_clear_at_zero: bool
    minimum: float | None
    maximum: float | None
    breaks: tuple[float, ...]

    @property
    def is_count(self) -> bool:
        """Tell whether cells hold things that can be summed."""
        return self.name.endswith("_count")


def quantity_of(name: str) -> Quantity:
    """Describe a quantity by its name, or by the unit its name ends with.

    Raises
    ------
    ValueError
        When the name is not snake_case or ends with no known unit.

    Examples
    --------
    >>> quantity_of("elevation_m").unit, quantity_of("trees_count").is_count
    ('m', True)
    """
    rows = _rows()
    if name in rows and not name.startswith("_"):
        return _described(name, rows[name])
    suffixes = [key for key in rows if key.startswith("_")]
    ends = [suffix for suffix in suffixes if name.endswith(suffix)]
    if not _NAME.fullmatch(name) or not ends:
        msg = (
            f"{name!r} is no quantity: write it in snake_case with its unit at the end, "
            f"one of {', '.join(suffixes)}"
        )
        raise ValueError(msg)
    return _described(name, rows[max(ends, key=len)])


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    rows = packaged_rows("raster_quantities")
    return MappingProxyType({row["quantity"]: row for row in rows})


def _described(name: str, row: Mapping[str, str]) -> Quantity:
    labels = {language: row[f"label_{language}"] for language in ("en", "da")}
    return Quantity(
        name=name,
        unit=row["unit"],
        labels=MappingProxyType({key: text for key, text in labels.items() if text}),
        is_clear_at_zero=row["clear_zero"] == "yes",
        minimum=float(row["minimum"]) if row["minimum"] else None,
        maximum=float(row["maximum"]) if row["maximum"] else None,
        breaks=tuple(float(border) for border in row["breaks"].split()),
    )
