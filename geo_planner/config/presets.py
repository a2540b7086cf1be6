"""Named sets of travel settings, so that results can be compared with those of other engines."""

from typing import Any

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows


def preset_names() -> tuple[str, ...]:
    """List the presets there are.

    Examples
    --------
    >>> preset_names()
    ('r5',)
    """
    return tuple(dict.fromkeys(row["preset"] for row in packaged_rows("presets")))


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
    return {
        row["setting"]: _value(row["value"])
        for row in packaged_rows("presets")
        if row["preset"] == name
    }


def _value(text: str) -> float | str:
    """Read a value of a preset: a number, or the name of a choice."""
    try:
        return float(text)
    except ValueError:
        return text
