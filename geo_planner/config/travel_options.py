"""Travel options of one question, laid over the settings of the study it is asked of."""

from collections.abc import Mapping
from typing import Any

from geo_planner.config.presets import preset_travel
from geo_planner.config.travel import Travel

_WINDOW = frozenset({"depart", "arrive", "day", "depart_time", "arrive_time"})


def laid_over(kept: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Lay options over the travel settings of a study, and give the values of :class:`Travel`.

    Parameters
    ----------
    kept
        Travel settings of the study.
    given
        Options by the names of :class:`Travel`, and ``preset``; None: not given. A window that is
        given takes the place of the study's, whichever way that runs; one wait at boardings holds
        at transfers too.

    Examples
    --------
    >>> kept = {"arrive": "2026-03-10T08:30", "max_rides": 3}
    >>> laid_over(kept, {"depart": "2026-03-10T07:00", "max_rides": None})
    {'max_rides': 3, 'depart': '2026-03-10T07:00'}
    """
    chosen = {name: given[name] for name in Travel.model_fields if given.get(name) is not None}
    if "board_wait_s" in chosen:
        chosen.setdefault("transfer_slack_s", chosen["board_wait_s"])
    taken = _WINDOW if _WINDOW & chosen.keys() else frozenset()
    values = {name: value for name, value in kept.items() if name not in taken}
    if given.get("preset") is not None:
        values.update(preset_travel(given["preset"]))
    return {**values, **chosen}
