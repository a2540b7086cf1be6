"""Hard constraints: what excludes a site, apart from its score, each with its reasons.

What is not known excludes nothing: it is listed as a question to ask.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.arrays import BoolArray
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason, reason_gaps, write_reasons
from geo_planner.siting.profiles import Profile

MIN_NET_AREA_M2 = 1_000.0
OFFICE_LIMIT_M2 = 1_500.0
LAST_STAGE_WITHOUT_HOPE = 5


@dataclass(frozen=True)
class SiteLimits:
    """Hold what the constraints measure against.

    Parameters
    ----------
    min_net_area_m2
        Least ground that can be built on [m2].
    office_limit_m2
        Floor area up to which offices are allowed everywhere [m2].
    """

    min_net_area_m2: float = MIN_NET_AREA_M2
    office_limit_m2: float = OFFICE_LIMIT_M2


@dataclass(frozen=True)
class _Verdict:
    """Say which sites a rule excludes, of which it does not know, and the figures it quotes."""

    excludes: BoolArray
    is_unknown: BoolArray
    found: npt.NDArray[np.float64] | None = None
    needed: float | None = None


def hard_constraints(
    land: pd.DataFrame, profile: Profile, limits: SiteLimits = SiteLimits()
) -> pd.DataFrame:
    """Name the sites that cannot be used as the profile wants, and what is to be asked.

    Parameters
    ----------
    land
        One row per site, index site_id. Any column may be absent or missing in places: ``stage``
        (readiness 1-5 of the profile's use), ``use_allowed`` (bool), ``env_class_possible`` (1-7),
        ``net_area_m2``, ``in_green_wedge``, ``in_rural_zone`` (bool; undesignated), ``office_rule``
        (``allowed``, ``with_measures``, ``not_allowed`` or ``unknown``, for offices above the
        limit), ``remaining_m2``.
    profile
        What the sites are wanted for.
    limits
        What is measured against.

    Returns
    -------
    DataFrame
        ``excluded_because`` and ``to_ask``: reasons as tables hold them, missing where there are
        none; index as given.
    """
    excluded: list[list[Reason]] = [[] for _ in range(len(land))]
    to_ask: list[list[Reason]] = [[] for _ in range(len(land))]
    codes_of = {row["id"]: row for row in packaged_rows("exclusion_reasons")}
    for rule, judge in _RULES.items():
        verdict, codes = judge(land, profile, limits), codes_of[rule]
        for i in np.flatnonzero(verdict.excludes):
            excluded[i].append(_reason(codes["reason"], verdict, profile, i))
        for i in np.flatnonzero(verdict.is_unknown & ~verdict.excludes):
            to_ask[i].append(_reason(codes["ask"], verdict, profile, i))
    return pd.DataFrame(
        {"excluded_because": _cells(excluded, land), "to_ask": _cells(to_ask, land)}
    )


def _reason(code: str, verdict: _Verdict, profile: Profile, i: np.intp) -> Reason:
    """Give a reason the figures its text names."""
    figures: dict[str, str | float] = {"use": profile.use}
    if verdict.found is not None:
        figures["found"] = float(verdict.found[i])
    if verdict.needed is not None:
        figures["needed"] = float(verdict.needed)
    return Reason(code, **{gap: figures[gap] for gap in reason_gaps()[code]})


def _cells(reasons: list[list[Reason]], land: pd.DataFrame) -> pd.Series:
    return pd.Series([write_reasons(some) for some in reasons], index=land.index, dtype="str")


def _numbers(land: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    if column not in land:
        return np.full(len(land), np.nan)
    return land[column].to_numpy(float, na_value=np.nan)


def _answers(land: pd.DataFrame, column: str) -> tuple[BoolArray, BoolArray]:
    """Give where a yes-no column says yes, and where it says nothing."""
    if column not in land:
        return np.zeros(len(land), bool), np.ones(len(land), bool)
    answers = land[column].astype("boolean")
    return answers.fillna(value=False).to_numpy(bool), answers.isna().to_numpy(bool)


def _use(land: pd.DataFrame, _profile: Profile, _limits: SiteLimits) -> _Verdict:
    stage = _numbers(land, "stage")
    is_allowed, is_unknown = _answers(land, "use_allowed")
    refused = (stage >= LAST_STAGE_WITHOUT_HOPE) | (~is_allowed & ~is_unknown)
    return _Verdict(refused, np.isnan(stage) & is_unknown)


def _env_class(land: pd.DataFrame, profile: Profile, _limits: SiteLimits) -> _Verdict:
    found = _numbers(land, "env_class_possible")
    needed = profile.env_class_needed
    return _Verdict(found < needed, np.isnan(found) & (needed > 1), found, needed)


def _net_area(land: pd.DataFrame, _profile: Profile, limits: SiteLimits) -> _Verdict:
    found = _numbers(land, "net_area_m2")
    return _Verdict(found < limits.min_net_area_m2, np.isnan(found), found, limits.min_net_area_m2)


def _office(land: pd.DataFrame, profile: Profile, limits: SiteLimits) -> _Verdict:
    """Exclude offices where the rule forbids large ones and more than small ones would fit."""
    nothing = np.zeros(len(land), bool)
    if not profile.obeys_office_rule:
        return _Verdict(nothing, nothing)
    words = land["office_rule"] if "office_rule" in land else pd.Series(None, index=land.index)
    says_no = words.eq("not_allowed").fillna(value=False).to_numpy(bool)
    says_nothing = (words.isna() | words.eq("unknown")).to_numpy(bool)
    remaining = _numbers(land, "remaining_m2")
    is_small = remaining <= limits.office_limit_m2
    return _Verdict(
        says_no & (remaining > limits.office_limit_m2),
        (says_nothing & ~is_small) | (says_no & np.isnan(remaining)),
        remaining,
        limits.office_limit_m2,
    )


_RULES: Mapping[str, Callable[[pd.DataFrame, Profile, SiteLimits], _Verdict]] = {
    "use_not_allowed": _use,
    "env_class_too_low": _env_class,
    "net_area_too_small": _net_area,
    "in_green_wedge": lambda land, *_: _Verdict(*_answers(land, "in_green_wedge")),
    "in_rural_zone": lambda land, *_: _Verdict(*_answers(land, "in_rural_zone")),
    "office_outside_station_area": _office,
}
