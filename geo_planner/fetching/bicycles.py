"""Stations of shared bicycles by the address of their system (GBFS)."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo_planner.fetching.asking import Asker
from geo_planner.fetching.files import fetch_file
from geo_planner.fetching.pages import json_of, no_data, not_listed, objects_of
from geo_planner.fetching.store import Shelf, Stored

_FILE = "station_information.json"
_FEED = "station_information"


def fetch_stations(asker: Asker, shelf: Shelf) -> Stored:
    """Fetch station_information.json, named by the system or asked for itself.

    Raises
    ------
    FetchError
        When the system is not reached, names no stations, or answers with something else.
    """
    whole = json_of(asker, asker.get(asker.url).content)
    inner = whole.get("data")
    if not isinstance(inner, dict):
        raise no_data(asker, "GBFS")
    if isinstance(inner.get("stations"), list):
        return fetch_file(asker, shelf, _FILE)
    feeds = {str(feed.get("name")): str(feed.get("url")) for feed in _feeds(inner)}
    if _FEED not in feeds:
        raise not_listed(asker, _FEED, list(feeds))
    return fetch_file(asker, shelf, _FILE, url=feeds[_FEED])


def _feeds(inner: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """List the files of a system: of version 3, or of the languages of the earlier ones."""
    for part in (inner, *inner.values()):
        if isinstance(part, dict):
            yield from objects_of(part, "feeds")
