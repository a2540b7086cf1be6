"""Profiles: what a site is wanted for, hence how its criteria weigh and what it must allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandas as pd

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows
from geo_planner.siting.criteria import criteria, groups_of


@dataclass(frozen=True)
class Profile:
    """Describe a profile.

    Parameters
    ----------
    profile_id, label_en, label_da
        Id and names.
    group_weights
        Weight [%] by group of criteria.
    use
        Use that the site is wanted for, as in the table of floor area per job.
    clusters
        Clusters whose jobs count as neighbours; empty: all.
    env_class_needed
        Environmental class that the use needs, 1 to 7.
    obeys_office_rule
        Whether the use is an office that large buildings may hold near stations only.
    """

    profile_id: str
    label_en: str
    label_da: str
    group_weights: Mapping[str, float]
    use: str
    clusters: tuple[str, ...]
    env_class_needed: int
    obeys_office_rule: bool


@cache
def profiles() -> Mapping[str, Profile]:
    """Read the packaged profiles, by id."""
    rows = packaged_rows("profiles")
    return {
        row["id"]: Profile(
            profile_id=row["id"],
            label_en=row["label_en"],
            label_da=row["label_da"],
            group_weights={r["group"]: float(r["weight"]) for r in rows if r["id"] == row["id"]},
            use=row["use"],
            clusters=tuple(row["clusters"].split()),
            env_class_needed=int(row["env_class_needed"]),
            obeys_office_rule=row["obeys_office_rule"] == "yes",
        )
        for row in rows
    }


def criterion_weights(
    available: list[str],
    profile: str,
    overrides: Mapping[str, float],
    group_weights: Mapping[str, float] | None = None,
) -> pd.Series:
    """Weigh the available criteria; the weights sum to 1.

    Parameters
    ----------
    available
        Criteria that the region's data allow, in display order.
    profile
        Profile whose group weights hold; within a group the default shares are kept.
    overrides
        Weights by criterion in place of the profile's, in the same unit (percent).
    group_weights
        Weights by group in place of the profile's; a group not named keeps its own.

    Raises
    ------
    InputError
        When an override names no criterion or group, or no weight is left.
    """
    _require_known("weights", overrides, criteria())
    of_profile = profiles()[profile].group_weights
    _require_known("group_weights", group_weights or {}, of_profile)
    in_group = pd.Series({key: c.weight for key, c in criteria().items()})
    group = groups_of(in_group.index)
    by_group = {**of_profile, **(group_weights or {})}
    weights = in_group / in_group.groupby(group).transform("sum") * group.map(by_group)
    weights.update(pd.Series(dict(overrides), dtype=float))
    weights = weights.reindex(available)
    if not weights.sum() > 0:
        raise InputError("no criterion has both data and a weight above zero: sites get no score")
    return weights / weights.sum()


def _require_known(setting: str, given: Mapping[str, float], choices: Mapping[str, object]) -> None:
    unknown = sorted(set(given) - set(choices))
    if unknown:
        raise InputError(
            f"[siting.{setting}] names unknown {'criteria' if setting == 'weights' else 'groups'}",
            [f"{name!r}: choose from {', '.join(choices)}" for name in unknown],
        )
