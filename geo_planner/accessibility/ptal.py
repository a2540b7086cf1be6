"""Public transport access level (PTAL): how much service lies within a walk at one time of day.

For each route the access time is the walk to a stop, half a headway and an allowance for
unreliability; it counts as 30 minutes over that time ("equivalent doorstep frequency"). A route
counts once, at the stop and in the direction with the shortest access time. Of each mode the best
route counts whole and the others half; the sum is the index, and bands of it are the levels.

PTAL does not see where services go, nor how fast: show it beside the workers within reach, never in
their place.

References
----------
Transport for London (2015). Assessing transport connectivity in London.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.accessibility.service_level import service_rules
from geo_planner.arrays import FloatArray
from geo_planner.errors import InputError
from geo_planner.networks.transit.departures import Departures
from geo_planner.packaged import packaged_rows
from geo_planner.travel_time.walk_metres import WalkMetres
from geo_planner.units import SECONDS_PER_HOUR, SECONDS_PER_MIN

DEFAULT_WINDOW = "dk"
_DECIMALS = 9


def ptal_windows() -> dict[str, tuple[int, int]]:
    """Give the times of day a level may be made for [s of the day]: dk and london."""
    return {
        row["window"]: (_seconds(row["from_time"]), _seconds(row["until_time"]))
        for row in packaged_rows("ptal_windows")
    }


def ptal_window_s(window: str) -> tuple[int, int]:
    """Give the time of day of a level [s of the day].

    Raises
    ------
    InputError
        When there is no such window.
    """
    windows = ptal_windows()
    if window not in windows:
        raise InputError(f"there is no PTAL window {window!r}: choose from {', '.join(windows)}")
    return windows[window]


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * SECONDS_PER_HOUR + int(minutes) * SECONDS_PER_MIN


def catchments_m() -> dict[str, float]:
    """Give the farthest walk to a stop of each mode that counts [m]."""
    return {row["mode"]: float(row["catchment_m"]) for row in packaged_rows("ptal_modes")}


def ptal_band_of(index: FloatArray) -> npt.NDArray[np.object_]:
    """Give the band of each access index.

    Examples
    --------
    >>> ptal_band_of(np.array([0.0, 2.5, 2.6, 40.0, 41.0])).tolist()
    ['0', '1a', '1b', '6a', '6b']
    """
    rows = packaged_rows("ptal_bands")
    tops = [float(row["up_to"]) for row in rows if row["up_to"]]
    names = np.array([row["band"] for row in rows], dtype=object)
    return names[np.searchsorted(tops, index.round(_DECIMALS), side="left")]


def ptal(
    walks: WalkMetres, departures: Departures, *, window: str = DEFAULT_WINDOW
) -> pd.DataFrame:
    """Measure the access level of every point walks start at.

    Parameters
    ----------
    walks
        Walks from the points to the stops of ``departures``, at least as far as the widest
        catchment.
    departures
        Departures of a day.
    window
        Time of day, as :func:`ptal_windows` names it.

    Returns
    -------
    DataFrame
        Index = ids of the points: ptal (the index), ptal_band. Null where a point is not linked to
        a street.

    Raises
    ------
    InputError
        When there is no such window.

    Examples
    --------
    A bus every 10 minutes at 400 m: 5 min walk, 5 min wait and 2 min allowance are 12 min, so the
    index is 30 / 12 = 2.5.
    """
    found = _access_times(walks, departures, *ptal_window_s(window))
    rules = service_rules()
    found["edf"] = rules["ptal_edf_min"] / found["access_min"]
    best = found.groupby(["origin", "mode", "line"])["edf"].max()
    of_mode = best.groupby(["origin", "mode"]).agg(["max", "sum"])
    other = rules["ptal_other_weight"]
    index = (of_mode["max"] * (1 - other) + of_mode["sum"] * other).groupby("origin").sum()
    total = index.reindex(np.arange(len(walks.origins)), fill_value=0.0).to_numpy(float)
    ids = pd.Index(walks.origins.ledger["id"])
    band = pd.Series(ptal_band_of(total), ids, dtype="str")
    frame = pd.DataFrame({"ptal": total, "ptal_band": band}, index=ids)
    return frame.where(np.repeat(walks.is_linked[:, np.newaxis], frame.shape[1], axis=1))


def _access_times(
    walks: WalkMetres, departures: Departures, from_s: int, until_s: int
) -> pd.DataFrame:
    """Give the access time [min] of every line and direction at every stop near every point."""
    rules, modes = service_rules(), {row["mode"]: row for row in packaged_rows("ptal_modes")}
    counted = departures.between(from_s, until_s)
    served = pd.DataFrame(
        {"end": counted.stop, "line": counted.line, "direction": counted.direction}
    )
    served = served.value_counts(sort=False).rename("count").reset_index()
    served["mode"] = departures.lines["mode"].to_numpy(object)[served["line"]]
    served = served[served["mode"].isin(modes)]
    headway_min = (until_s - from_s) / SECONDS_PER_MIN / served["count"]
    reliability_min = {name: float(row["reliability_min"]) for name, row in modes.items()}
    # without any row a mapped column would be text
    allowance_min = served["mode"].map(reliability_min).astype(float)
    served["wait_min"] = rules["ptal_wait_share"] * headway_min + allowance_min
    ways = pd.DataFrame({"origin": walks.origin, "end": walks.end, "metres": walks.metres})
    found = ways.merge(served, on="end")
    found = found[found["metres"] <= found["mode"].map(catchments_m()).astype(float)]
    access_min = found["metres"] / rules["ptal_walk_m_per_min"] + found["wait_min"]
    return found.assign(access_min=access_min)
