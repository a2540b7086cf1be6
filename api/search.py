"""Search by name over what has one in a study, by SQLite's full-text index."""

import sqlite3
from threading import Lock
from typing import Annotated, Any

from fastapi import FastAPI, Query

from geo_planner.region import Region
from geo_planner.region.names import NAMED_KINDS, folded, named_things

from .addresses import V1, ScenarioId, StudyId
from .errors import problems_of
from .library import Library

_MOST_HITS = 50
_ROWS = "SELECT kind, id, name, lon, lat FROM names"
_ORDER = (
    "ORDER BY (folded = :whole) DESC, (folded LIKE :whole || '%') DESC, place, length(name), name "
    "LIMIT :limit"
)


class Names:
    """Hold the names of a region, ready to be searched.

    Parameters
    ----------
    region
        Region whose names are taken in.
    """

    def __init__(self, region: Region) -> None:
        self._lock = Lock()
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute(
            "CREATE VIRTUAL TABLE names USING fts5(folded, name UNINDEXED, kind UNINDEXED, "
            "id UNINDEXED, lon UNINDEXED, lat UNINDEXED, place UNINDEXED, prefix='2 3')"
        )
        rows = (
            (folded(one.name), one.name, one.kind, one.id, one.lon, one.lat,
             NAMED_KINDS.index(one.kind))
            for one in named_things(region).itertuples()
        )  # fmt: skip
        self._base.executemany("INSERT INTO names VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def find(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Find names whose words begin as those of a text, the likeliest first."""
        whole = folded(text)
        if not whole:
            return []
        words = " ".join(f'"{word}"*' for word in whole.split())
        values = {"words": words, "whole": whole, "limit": limit}
        with self._lock:
            found = self._base.execute(f"{_ROWS} WHERE names MATCH :words {_ORDER}", values)
            names = [one[0] for one in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]


def add_search(app: FastAPI, library: Library) -> None:
    """Add the search by name."""

    @app.get(f"{V1}/search", tags=["studies"], responses=problems_of(404, 409, 422))
    def search(
        q: Annotated[
            str, Query(min_length=1, max_length=100, description="Beginnings of words of a name.")
        ],
        limit: Annotated[int, Query(ge=1, le=_MOST_HITS, description="Most hits.")] = 8,
        study: StudyId = None,
        scenario: ScenarioId = None,
    ) -> dict[str, Any]:
        """Find stations, places, sites, streets and workplaces; æ and ae, å and aa are alike."""
        shelf = library.shelf(study, scenario)
        names = shelf.keep("names", lambda: Names(shelf.region))
        return {"hits": names.find(q, limit)}
