"""How long a vehicle takes from stop to stop: speed up, run at the limit, brake, stand.

On a hop too short to reach the limit the vehicle brakes as soon as it must.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo_planner.arrays import FloatArray


@dataclass(frozen=True)
class RunTimes:
    """Hold when a vehicle comes to each stop and leaves it, counted from its first departure.

    Parameters
    ----------
    arrival_s, departure_s
        ``(n_stops,)`` [s]; at the first stop both are 0, at the last both are the arrival.
    """

    arrival_s: FloatArray
    departure_s: FloatArray


def run_times(
    distances_m: npt.ArrayLike,
    speed_limits_mps: npt.ArrayLike,
    *,
    acceleration_mps2: float,
    deceleration_mps2: float,
    dwell_s: float,
) -> RunTimes:
    """Work out a timetable from distances and speeds.

    Parameters
    ----------
    distances_m
        Way from each stop to the next, ``(n_stops - 1,)`` [m].
    speed_limits_mps
        Highest speed on each hop, ``(n_stops - 1,)`` or one for all [m/s].
    acceleration_mps2, deceleration_mps2
        How fast the vehicle speeds up and brakes [m/s2]; infinite: at once.
    dwell_s
        Time at each stop between the first and the last [s].

    Notes
    -----
    A hop of length d at limit v takes d / v + v / 2a + v / 2b; one shorter than the way to speed up
    and brake, v^2 / 2a + v^2 / 2b, takes u / a + u / b with u^2 = 2 d a b / (a + b).

    Examples
    --------
    >>> times = run_times(
    ...     [1000, 50], 20, acceleration_mps2=1, deceleration_mps2=1, dwell_s=30
    ... )
    >>> times.arrival_s.round(1).tolist(), times.departure_s.round(1).tolist()
    ([0.0, 70.0, 114.1], [0.0, 100.0, 114.1])
    """
    distance = np.atleast_1d(np.asarray(distances_m, dtype=np.float64))
    limit = np.broadcast_to(np.asarray(speed_limits_mps, dtype=np.float64), distance.shape)
    per_speed = 0.5 / acceleration_mps2 + 0.5 / deceleration_mps2
    needed = limit**2 * per_speed
    is_short = distance < needed
    peak = np.sqrt(distance / per_speed) if per_speed > 0 else limit
    hops = np.where(is_short, 2 * peak * per_speed, distance / limit + limit * per_speed)
    stands = np.append(np.full(len(hops) - 1, dwell_s), 0.0)
    arrival = np.append(0.0, np.cumsum(hops) + np.append(0.0, np.cumsum(stands[:-1])))
    return RunTimes(arrival, arrival + np.append(0.0, stands))
