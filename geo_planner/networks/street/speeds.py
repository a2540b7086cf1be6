"""What it costs to travel a street from end to end, by mode and direction.

Cars drive at the stated limit, or the default of country, class and town, times the share that is
driven on empty roads; at the peak times a share by class and hour that tells no direction apart;
and times the street's own ``car_speed_factor`` where one is given. Walkers and riders keep their
speed, but for slopes; where bicycles are pushed they go as fast as people walk.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import FloatArray, IntArray
from geo_planner.config import Travel
from geo_planner.errors import InputError
from geo_planner.networks.street.grades import speed_share
from geo_planner.networks.street.osmnx_graph import imputed_limits_mps
from geo_planner.networks.street.stress import traffic_stress
from geo_planner.packaged import country_rows
from geo_planner.reasons import Reason
from geo_planner.units import CENTISECONDS_PER_S, KMH_PER_MPS, mps_from_kmh

WAYS = ("forward", "backward")
BICYCLES = ("bicycle", "ebike")
_FERRY_SPEED_MPS = mps_from_kmh(20)
ANY_STRESS = 4


def access_mode(mode: str) -> str:
    """Name the mode whose access columns hold: an e-bike may go where a bicycle may."""
    return "bicycle" if mode in BICYCLES else mode


def flags(frame: pd.DataFrame, column: str) -> npt.NDArray[np.bool_]:
    """Read a column of marks that may be absent or null: then nothing is marked."""
    if column not in frame:
        return np.zeros(len(frame), bool)
    return frame[column].astype("boolean").fillna(value=False).to_numpy(bool)


def street_costs(
    streets: pd.DataFrame, mode: str, travel: Travel, country: str | None
) -> tuple[IntArray, IntArray]:
    """Give the cost of each street along and against its geometry [cs]; -1: not allowed.

    Parameters
    ----------
    streets
        Rows of the streets table.
    mode, travel
        Mode and speeds.
    country
        Country whose default limits hold; None: the general ones.

    Raises
    ------
    InputError
        When no factor is known for the hour of the peak.
    """
    length = streets["length_m"].to_numpy(float)
    is_ferry = (streets["road_class"] == "ferry").to_numpy(bool)
    duration = streets["duration_s"].to_numpy(float)
    crossing = np.where(np.isnan(duration), length / _FERRY_SPEED_MPS, duration)
    is_calm = _is_calm(streets, mode, travel, country)
    costs = []
    for way in WAYS:
        speed_mps = _speed_mps(streets, mode, travel, country, way)
        time_s = np.where(is_ferry, crossing, length / speed_mps)
        cost = np.rint(time_s * CENTISECONDS_PER_S).astype(np.int32)
        if travel.whole_second_streets:
            cost = -(-cost // CENTISECONDS_PER_S) * CENTISECONDS_PER_S
        is_open = streets[f"{access_mode(mode)}_{way}"].to_numpy(bool) & is_calm
        costs.append(np.where(is_open, cost, -1).astype(np.int32))
    return costs[0], costs[1]


def _speed_mps(
    streets: pd.DataFrame, mode: str, travel: Travel, country: str | None, way: str
) -> FloatArray:
    if mode == "car":
        limit = limits_mps(streets, f"maxspeed_{way}_mps", travel, country)
        rows = pd.DataFrame(car_speed_rows(country))
        share = _by_class_and_town(streets, rows, _numbers(rows, "free_flow_factor"))
        if travel.car_traffic == "peak":
            share = (
                share
                * streets["road_class"].map(peak_factors(travel.car_peak_hour, country)).to_numpy()
            )
        if "car_speed_factor" in streets:
            share = share * streets["car_speed_factor"].fillna(1.0).to_numpy(float)
        return limit * share
    flat_mps = {
        "walk": travel.walk_speed_mps,
        "bicycle": travel.bicycle_speed_mps,
        "ebike": travel.ebike_speed_mps,
    }[mode]
    grade = (1 if way == "forward" else -1) * streets["grade"].to_numpy(float)
    speed_mps = flat_mps * speed_share(mode, grade, flat_mps)
    if mode not in BICYCLES:
        return speed_mps
    walked_mps = travel.walk_speed_mps * speed_share("walk", grade, travel.walk_speed_mps)
    is_pushed = flags(streets, "bicycle_pushed") | flags(streets, f"bicycle_pushed_{way}")
    return np.where(is_pushed, walked_mps, speed_mps)


def limits_mps(
    streets: pd.DataFrame, column: str, travel: Travel, country: str | None
) -> FloatArray:
    """Take the stated limit of a column, else the default or the mean of the class [m/s]."""
    rows = pd.DataFrame(car_speed_rows(country))
    default = _by_class_and_town(streets, rows, _numbers(rows, "default_limit_kmh") / KMH_PER_MPS)
    if travel.missing_limits == "observed":
        observed = streets["road_class"].map(imputed_limits_mps(streets)).to_numpy(float)
        default = np.where(np.isnan(observed), default, observed)
    stated = streets[column].to_numpy(float)
    return np.where(np.isnan(stated), default, stated)


def peak_factors(hour: int, country: str | None = None) -> Mapping[str, float]:
    """Give the share of free-flow speed by road class in an hour of the day, as of a country.

    Raises
    ------
    InputError
        When the table has no factors for the hour.
    """
    rows = country_rows(country, "car_peak")
    at_hour = [row for row in rows if int(row["from_hour"]) <= hour < int(row["to_hour"])]
    if {row["road_class"] for row in at_hour} != {row["road_class"] for row in rows}:
        spans = sorted({f"{row['from_hour']}-{row['to_hour']}" for row in rows})
        raise InputError(
            f"car_peak_hour = {hour}: no factors are known for that hour, only for "
            f"{', '.join(spans)}: choose an hour within, or car_traffic = 'free_flow'"
        )
    return {row["road_class"]: float(row["speed_factor"]) for row in at_hour}


def traffic_reason(travel: Travel) -> Reason:
    """Say at what traffic cars drive; no figure of a car stands without these words.

    Examples
    --------
    >>> traffic_reason(Travel()).code
    'streets_free_flow'
    """
    if travel.car_traffic == "free_flow":
        return Reason("streets_free_flow")
    return Reason("streets_peak", hour=travel.car_peak_hour)


def _is_calm(
    streets: pd.DataFrame, mode: str, travel: Travel, country: str | None
) -> npt.NDArray[np.bool_]:
    """Mark streets that cyclists take at the stress they stand; all for other modes."""
    if (
        mode not in BICYCLES
        or travel.max_traffic_stress == ANY_STRESS
        or travel.street_rules == "r5"
    ):
        return np.ones(len(streets), bool)
    limits = [limits_mps(streets, f"maxspeed_{way}_mps", travel, country) for way in WAYS]
    return traffic_stress(streets, np.maximum(*limits)) <= travel.max_traffic_stress


def car_speed_rows(country: str | None) -> tuple[Mapping[str, str], ...]:
    """Read the default limits and shares of a country; the general ones where it has none."""
    return country_rows(country, "car_speeds")


def _numbers(rows: pd.DataFrame, column: str) -> FloatArray:
    return rows[column].astype(float).to_numpy()


def _by_class_and_town(streets: pd.DataFrame, rows: pd.DataFrame, values: FloatArray) -> FloatArray:
    """Look a number up by road class and town; where nothing tells, streets lie in town."""
    index = pd.MultiIndex.from_arrays([rows["road_class"], rows["is_urban"] == "yes"])
    urban = streets["is_urban"].astype("boolean").fillna(value=True).to_numpy(bool)
    keys = pd.MultiIndex.from_arrays([streets["road_class"], urban])
    return pd.Series(values, index).reindex(keys).to_numpy(float)
