"""The tables of numbers and words that come with the package, read once."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def packaged_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Read a table of the package's data folder, such as ``turn_costs``. Do not change it."""
    file = resources.files("geo_planner").joinpath("data", f"{name}.csv")
    return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))
