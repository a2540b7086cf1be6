"""Where data of a country are published, by the table of the region they would fill."""

from collections.abc import Mapping

from geo_planner.packaged import country_rows

_TABLE = "published"

# what each table adds, and which it is named by in a study file
ADDS: Mapping[str, str] = {
    "zones": "residents and workers: access weighted by people, catchments of sites",
    "businesses": "jobs: jobs within reach, clusters, competition for workers",
    "sites": "candidate sites: their ranking and briefs",
    "plans": "legal plans: floor area that may be built, readiness",
    "parcels": "parcels and what stands on them: remaining floor area",
    "constraints": "protected and hazardous ground: what excludes and limits sites",
    "places": "city centre, airport, junctions: times that investors ask for",
    "stop_times": "timetables: everything by public transport",
    "rasters": "terrain, flood and noise",
    "reference_employment": "jobs by branch and year: the policy's indicators",
    "commuting": "commuters between areas: the policy's indicators",
}


def published_for(country: str) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """List where the data of each table are published: in the country, else anywhere.

    Examples
    --------
    >>> [row["what"] for row in published_for("PT")["stop_times"]][:1]
    ['timetables by bounding box']
    """
    own, general = country_rows(country, _TABLE), country_rows(None, _TABLE)
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for table in ADDS:
        mine = tuple(row for row in own if row["table"] == table)
        others = tuple(row for row in general if row["table"] == table and row not in mine)
        found[table] = (*mine, *others)
    return found
