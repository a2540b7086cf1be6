"""Numbers the policy indicators rest on, from packaged tables."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType


def packaged_rows(file: str) -> list[dict[str, str]]:
    """Read a packaged table."""
    text = resources.files("geo_planner").joinpath("data", file).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def policy_rules() -> Mapping[str, float]:
    """Read the rules by name."""
    return MappingProxyType(
        {r["rule"]: float(r["value"]) for r in packaged_rows("policy_rules.csv")}
    )
