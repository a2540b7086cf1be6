"""The tables of numbers and words that come with the package, read once.

What differs by country stands in ``data/countries/CC``, a folder of tables each; a table that a
country has not is that of ``any``. A folder named in the environment as GEO_PLANNER_COUNTRIES
holds further countries of the same form, and comes first. The folder ``r5`` is none: it holds the
numbers of R5, taken where its rules are asked for.
"""

import csv
import os
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

ANY_COUNTRY = "any"
COUNTRIES_VARIABLE = "GEO_PLANNER_COUNTRIES"
_FACTS = "country"

Rows = tuple[Mapping[str, str], ...]


@cache
def packaged_rows(name: str) -> Rows:
    """Read a table of the package's data folder, such as ``turn_costs``. Do not change it."""
    file = resources.files("geo_planner").joinpath("data", f"{name}.csv")
    return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))


def packaged_text(name: str) -> str:
    """Read a text of the package's data folder by its whole name."""
    return resources.files("geo_planner").joinpath("data", name).read_text("utf-8")


def country_rows(country: str | None, name: str) -> Rows:
    """Read a table of a country, such as ``car_speeds``; that of any country where it has none.

    Parameters
    ----------
    country
        Two letters as in ISO 3166, or None where none is stated.
    name
        Table; where ``any`` has none either, there are no rows.

    Examples
    --------
    >>> len(country_rows("DK", "office_rule")) > 0, country_rows("BR", "office_rule")
    (True, ())
    """
    return _country_rows(country or ANY_COUNTRY, name, os.environ.get(COUNTRIES_VARIABLE, ""))


def country_facts(country: str | None) -> Mapping[str, str]:
    """Read what is stated of a country by name, such as its driving_side; blank: nothing is.

    Examples
    --------
    >>> country_facts("GB")["driving_side"], country_facts("SE")["driving_side"]
    ('left', 'right')
    """
    facts = {row["fact"]: row["value"] for row in country_rows(None, _FACTS)}
    facts |= {row["fact"]: row["value"] for row in country_rows(country, _FACTS)}
    return MappingProxyType(facts)


def described_countries() -> tuple[str, ...]:
    """Name the countries that have tables, but not ``any``."""
    names = {folder.name for root in _roots() if root.is_dir() for folder in root.iterdir()}
    return tuple(sorted(name for name in names if name.isalpha() and name.isupper()))


@cache
def _country_rows(country: str, name: str, _further: str) -> Rows:
    for root in _roots():
        for folder in (country, ANY_COUNTRY):
            file = root.joinpath(folder, f"{name}.csv")
            if (folder == country or root == _packaged()) and file.is_file():
                return tuple(csv.DictReader(file.read_text("utf-8").splitlines()))
    return ()


def _roots() -> tuple[Traversable, ...]:
    """Give the folders of countries: the one of the environment, then the package's."""
    further = os.environ.get(COUNTRIES_VARIABLE)
    return (*((Path(further),) if further else ()), _packaged())


def _packaged() -> Traversable:
    return resources.files("geo_planner").joinpath("data", "countries")
