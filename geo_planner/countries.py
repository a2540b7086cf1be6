"""The country a place or a clock belongs to, from the time zones: each is of one country."""

from functools import cache
from importlib import resources

from tzfpy import get_tz


def country_at(longitude: float, latitude: float) -> str | None:
    """Name the country of a place by its two letters, or None at sea [degrees WGS 84].

    Examples
    --------
    >>> country_at(-0.1, 51.5), country_at(12.57, 55.68), country_at(-30.0, 45.0)
    ('GB', 'DK', None)
    """
    return _country_of_zone().get(get_tz(longitude, latitude))


def country_of_timezone(zone: str) -> str | None:
    """Name the country of a time zone by its two letters, or None where it is of none.

    Examples
    --------
    >>> country_of_timezone("America/Los_Angeles"), country_of_timezone("UTC")
    ('US', None)
    """
    return _country_of_zone().get(zone)


@cache
def country_codes() -> frozenset[str]:
    """Name all countries that have a time zone, by their two letters."""
    return frozenset(_country_of_zone().values())


@cache
def _country_of_zone() -> dict[str, str]:
    """Read the country of each time zone."""
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {zone: country for country, _, zone, *_ in rows}
