"""Numbers the policy indicators rest on, from packaged tables."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from geo_planner.packaged import packaged_rows

# the indicator whose goal the capacity of the land is held to
JOBS_GOAL = "private_jobs_change"


@cache
def policy_rules() -> Mapping[str, float]:
    """Read the rules by name."""
    return MappingProxyType({r["rule"]: float(r["value"]) for r in packaged_rows("policy_rules")})
