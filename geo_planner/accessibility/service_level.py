"""Public-transport service level of places, as Statistics Denmark defines it.

Departures an hour are counted over the day, at all stops within a walk on the network, of all lines
and in all directions: a bus that calls at two stops within the walk counts twice.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.networks.transit.departures import Departures
from geo_planner.packaged import packaged_rows
from geo_planner.travel_time.walk_metres import WalkMetres
from geo_planner.units import SECONDS_PER_HOUR

_DECIMALS = 6


def service_rules() -> dict[str, float]:
    """Read the numbers of service levels and PTAL, by rule."""
    return {row["rule"]: float(row["value"]) for row in packaged_rows("service_rules")}


def level_names() -> tuple[str, ...]:
    """List the levels, from none to the highest.

    Examples
    --------
    >>> level_names()
    ('none', 'low', 'medium', 'high', 'very_high')
    """
    return tuple(row["level"] for row in packaged_rows("service_levels"))


def service_level_of(
    departures_per_hour: FloatArray, n_modes: npt.NDArray[np.int64]
) -> npt.NDArray[np.object_]:
    """Give the level of each place, by its departures an hour and the modes they are of.

    Examples
    --------
    >>> service_level_of(np.array([0, 3.9, 4, 10, 10]), np.array([0, 1, 3, 1, 2])).tolist()
    ['none', 'low', 'medium', 'high', 'very_high']
    """
    level = np.full(len(departures_per_hour), level_names()[0], dtype=object)
    for row in packaged_rows("service_levels"):
        reaches = departures_per_hour >= float(row["from_per_hour"])
        level[reaches & (n_modes >= int(row["least_modes"]))] = row["level"]
    return level


def service_levels(walks: WalkMetres, departures: Departures) -> pd.DataFrame:
    """Measure the service level of every point walks start at.

    Parameters
    ----------
    walks
        Walks from the points to the stops of ``departures``, at least as far as the rule asks.
    departures
        Departures of a day.

    Returns
    -------
    DataFrame
        Index = ids of the points: service_level, departures_per_hour, service_modes (names, by
        spaces). Null where a point is not linked to a street.

    References
    ----------
    Statistics Denmark, levels of public-transport service.
    """
    rules = service_rules()
    from_hour, until_hour = rules["service_from_hour"], rules["service_until_hour"]
    counted = departures.between(from_hour * SECONDS_PER_HOUR, until_hour * SECONDS_PER_HOUR)
    names = np.array(sorted(set(departures.lines["mode"])), dtype=object)
    n_points = len(walks.origins)
    by_mode = np.zeros((len(departures.stops), len(names)))
    mode = np.searchsorted(names, departures.lines["mode"].to_numpy(object))
    np.add.at(by_mode, (counted.stop, mode[counted.line]), 1 / (until_hour - from_hour))
    is_near = walks.metres <= rules["service_walk_m"]
    per_hour = np.zeros((n_points, len(names)))
    np.add.at(per_hour, walks.origin[is_near], by_mode[walks.end[is_near]])
    total = per_hour.sum(axis=1).round(_DECIMALS)
    level = service_level_of(total, (per_hour > 0).sum(axis=1))
    modes = [" ".join(names[row]) for row in per_hour > 0]
    ids = pd.Index(walks.origins.ledger["id"])
    frame = pd.DataFrame(
        {"service_level": pd.Series(level, ids, dtype="str"), "departures_per_hour": total,
         "service_modes": pd.Series(modes, ids, dtype="str")},
        index=ids,
    )  # fmt: skip
    return frame.where(np.repeat(walks.is_linked[:, np.newaxis], frame.shape[1], axis=1))
