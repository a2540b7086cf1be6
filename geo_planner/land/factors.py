"""The numbers of the chain from plan to jobs: packaged, and replaced where a study says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from geo_planner.arrays import FloatArray
from geo_planner.config import Land
from geo_planner.packaged import packaged_rows

ENDS = ("low", "likely", "high")
_SETTLED = ("S", "D")


@dataclass(frozen=True)
class Factors:
    """Give intervals as arrays low, likely, high ``(3,)``.

    Parameters
    ----------
    land
        Settings whose replacements hold.
    """

    land: Land

    def interval(self, factor: str, applies_to: str) -> FloatArray:
        """Return an interval of ``floor_area_factors.csv``; zeros where none is listed."""
        name = f"{factor}.{applies_to}"
        given = self.land.factors.get(name)
        return np.array(given if given is not None else _packaged().get(name, (0.0, 0.0, 0.0)))

    def m2_per_job(self, use: str) -> FloatArray:
        """Return floor area per job [m2]: spacious, likely, dense, as jobs run low to high."""
        dense, likely, spacious = self.land.m2_per_job.get(use) or _m2_rows()[use]
        return np.array([spacious, likely, dense])

    def by_code(self, factor: str, codes: FloatArray) -> FloatArray:
        """Return an interval per plan use code, ``(n, 3)``; zeros where the code has none."""
        found = np.zeros((len(codes), len(ENDS)))
        for code in np.unique(codes[~np.isnan(codes)]):
            found[codes == code] = self.interval(factor, f"{code:g}")
        return found


@cache
def _packaged() -> Mapping[str, tuple[float, float, float]]:
    return {
        f"{row['factor']}.{row['applies_to']}": (
            float(row["low"]),
            float(row["likely"]),
            float(row["high"]),
        )
        for row in packaged_rows("floor_area_factors")
    }


@cache
def _m2_rows() -> Mapping[str, tuple[float, float, float]]:
    return {
        row["use"]: (float(row["dense_m2"]), float(row["likely_m2"]), float(row["spacious_m2"]))
        for row in packaged_rows("m2_per_job")
    }


def all_uses() -> tuple[str, ...]:
    """List the uses capacity is given for."""
    return tuple(_m2_rows())


@cache
def plan_use_codes(use: str) -> tuple[float, ...]:
    """List the general plan uses that allow a use."""
    return tuple(float(code) for code in _by_use("land_uses")[use]["plan_use_codes"].split())


def storey_kind(use: str) -> str:
    """Name the storey height of a use: office, laboratory or hall."""
    return _by_use("land_uses")[use]["storey"]


def m2_per_space(use: str) -> float:
    """Return floor area per parking space [m2]."""
    return float(_by_use("parking")[use]["m2_per_space"])


@cache
def _by_use(table: str) -> Mapping[str, Mapping[str, str]]:
    return {row["use"]: row for row in packaged_rows(table)}


@cache
def use_of_profile() -> Mapping[str, str]:
    """Name the use each profile is measured by."""
    return {row["id"]: row["use"] for row in packaged_rows("profiles")}


@cache
def class_needed() -> Mapping[str, int]:
    """Name the environmental class each profile needs."""
    return {row["id"]: int(row["env_class_needed"]) for row in packaged_rows("profiles")}


@cache
def building_right_ratios() -> Mapping[float, float]:
    """Give the floor area ratio of the building regulations by plan use code."""
    return {
        float(code): float(row["floor_area_ratio"])
        for row in packaged_rows("building_right")
        for code in row["use_codes"].split()
    }


@cache
def readiness_rows() -> pd.DataFrame:
    """Give readiness and years to a permit by stage."""
    rows = pd.DataFrame(packaged_rows("readiness"))
    numbers = rows[["readiness", "years_low", "years_high"]].apply(pd.to_numeric)
    return numbers.set_axis(rows["stage"].astype(int))


def assumed_files() -> tuple[str, ...]:
    """Name the packaged files of this chain that hold assumed or unchecked values."""
    files = (
        "floor_area_factors.csv",
        "m2_per_job.csv",
        "land_uses.csv",
        "parking.csv",
        "building_right.csv",
        "readiness.csv",
    )
    return tuple(
        file
        for file in files
        if any(row["status"] not in _SETTLED for row in packaged_rows(file.removesuffix(".csv")))
    )
