"""Named sets of travel settings, so that results can be compared with those of other engines."""

import csv
from functools import cache
from importlib import resources
from typing import Any

from geo_planner.errors import InputError


@cache
def _rows() -> tuple[dict[str, str], ...]:
    file = resources.files("geo_planner").joinpath("data", "presets.csv")
    return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))


def preset_names() -> tuple[str, ...]:
    """List the presets there are.

    Examples
    --------
    >>> preset_names()
    ('r5',)
    """
    return tuple(dict.fromkeys(row["preset"] for row in _rows()))


def preset_travel(name: str) -> dict[str, Any]:
    """Give the travel settings of a preset, to be laid under those a caller chooses.

    Raises
    ------
    InputError
        When there is no such preset.

    Examples
    --------
    >>> preset_travel("r5")["walk_speed_kmh"]
    3.6
    """
    if name not in preset_names():
        raise InputError(f"there is no preset {name!r}: choose from {', '.join(preset_names())}")
    return {row["setting"]: float(row["value"]) for row in _rows() if row["preset"] == name}
