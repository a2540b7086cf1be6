"""Sources held against each other and against what is known from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.config import Study
from geo_planner.preflight.coverage import CoverageGrid
from geo_planner.region.yearly import own_area
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.gtfs.feed import active_services

_OVERLAP_SHARE = 0.01  # slivers between neighbours are drawing noise, not double counting
_WEIGHTS = {"zones": "population_count", "businesses": "employees_count", "sites": "area_m2"}
_YEARLY = {
    "private_jobs": ("reference_employment", "jobs_count"),
    "residents_in_work": ("residents_history", "workers_count"),
    "commuters_in": ("commuting", "persons_count"),
}
_COUNTS = (
    ("zones", "population_count"),
    ("zones", "workers_count"),
    ("businesses", "employees_count"),
)
_KEYS = {"zones": "zone_id", "businesses": "business_id", "sites": "site_id"}


@dataclass(frozen=True)
class Misfit:
    """Count rows of one table that do not lie where they should.

    Parameters
    ----------
    id
        Name of the comparison.
    table
        Table whose rows were looked at.
    count, of
        Rows that do not fit, of how many.
    share
        Share of the residents, jobs or ground that these rows hold; None where not known.
    examples
        First ids.
    """

    id: str
    table: str
    count: int
    of: int
    share: float | None
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """Hold a total of the study's rows against the one stated.

    Parameters
    ----------
    id
        What is summed: ``residents``, ``jobs`` or a total of a table by area and year.
    found
        Sum of the study's rows; None where no row has a figure.
    stated
        Control total; None where the study names none.
    difference
        Found less stated.
    is_within
        Whether the difference is within the tolerance; None where there is nothing to compare.
    """

    id: str
    found: float | None
    stated: float | None
    difference: float | None
    is_within: bool | None


@dataclass(frozen=True)
class Unstated:
    """Count the study's rows that leave open what others of their table state.

    Parameters
    ----------
    table, column
        Where.
    count, of
        Rows that state nothing, of how many.
    """

    table: str
    column: str
    count: int
    of: int


@dataclass(frozen=True)
class FeedDay:
    """Say whether a timetable runs on the day of departure.

    Parameters
    ----------
    feed
        Prefix of the feed in the region.
    first_date, last_date
        Days it is made for.
    day
        Day of departure.
    n_trips
        Trips that run on it.
    """

    feed: str
    first_date: str | None
    last_date: str | None
    day: str
    n_trips: int


def misfits(tables: Mapping[str, pd.DataFrame], grid: CoverageGrid | None) -> tuple[Misfit, ...]:
    """Look for rows outside the study area, workplaces outside all zones, and zones that overlap.

    Study rows are looked at alone; a workplace may lie in a zone of the hinterland.
    """
    found: list[Misfit] = []
    study = {name: _study_rows(tables, name) for name in _KEYS}
    if grid is not None and grid.stands_in == "study_area":
        shapely.prepare(grid.area)
        for name, frame in study.items():
            outside = ~shapely.intersects(grid.area, _anchors(frame))
            found.append(_misfit(f"{name}_outside_study_area", name, frame, outside))
    zones = _shapes(tables, "zones")
    if len(zones):
        places = study["businesses"]
        hits = shapely.STRtree(zones).query(_anchors(places), predicate="intersects")
        alone = ~np.isin(np.arange(len(places)), hits[0])
        found.append(_misfit("businesses_outside_zones", "businesses", places, alone))
        own = study["zones"]
        found.append(_misfit("zones_overlap", "zones", own, _overlapping(own)))
    return tuple(item for item in found if item.of)


def _study_rows(tables: Mapping[str, pd.DataFrame], name: str) -> gpd.GeoDataFrame:
    frame = tables.get(name)
    if not isinstance(frame, gpd.GeoDataFrame):
        return gpd.GeoDataFrame({_KEYS[name]: [], _WEIGHTS[name]: []}, geometry=[])
    return frame[frame["role"] == "study"] if "role" in frame else frame


def _shapes(tables: Mapping[str, pd.DataFrame], name: str) -> npt.NDArray[np.object_]:
    """Return the polygons of a table, of hinterland rows too."""
    frame = tables.get(name)
    if not isinstance(frame, gpd.GeoDataFrame):
        return np.array([], dtype=object)
    shapes: npt.NDArray[np.object_] = frame.geometry.to_numpy()
    return shapes[shapely.area(shapes) > 0]


def _anchors(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    anchors: npt.NDArray[np.object_] = shapely.point_on_surface(frame.geometry.to_numpy())
    return anchors


def _overlapping(zones: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Mark zones that share more of their area with another than drawing noise."""
    shapes = zones.geometry.to_numpy()
    areas = shapely.area(shapes)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = left < right
    left, right = left[apart], right[apart]
    shared = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    counts = shared > _OVERLAP_SHARE * np.minimum(areas[left], areas[right])
    marked = np.zeros(len(zones), dtype=bool)
    marked[left[counts]] = marked[right[counts]] = True
    return marked & (areas > 0)


def _misfit(key: str, name: str, frame: gpd.GeoDataFrame, marked: npt.NDArray[np.bool_]) -> Misfit:
    weights = frame[_WEIGHTS[name]].astype(float)
    total = float(weights.sum())
    share = float(weights[marked].sum()) / total if total > 0 else None
    ids = tuple(frame.loc[marked, _KEYS[name]].head(MAX_IDS_SHOWN))
    return Misfit(key, name, int(marked.sum()), len(frame), share, ids)


def totals(tables: Mapping[str, pd.DataFrame], study: Study) -> tuple[Total, ...]:
    """Sum residents and jobs and hold them against the totals stated.

    Those of the study's rows always; those of tables by area and year where a total is stated.
    """
    control = study.control_totals
    pairs = (("residents", "zones", control.residents), ("jobs", "businesses", control.jobs))
    own = tuple(
        _total(key, _study_rows(tables, name)[_WEIGHTS[name]], stated, control.tolerance)
        for key, name, stated in pairs
    )
    area = own_area(study.policy.area, tables.get("study_area"), study.study.name)
    yearly = tuple(
        _total(key, _last_year(tables, key, area), stated, control.tolerance)
        for key, stated in (
            ("private_jobs", control.private_jobs),
            ("residents_in_work", control.residents_in_work),
            ("commuters_in", control.commuters_in),
        )
        if stated is not None
    )
    return own + yearly


def unstated(tables: Mapping[str, pd.DataFrame]) -> tuple[Unstated, ...]:
    """Find counts of people and jobs that some rows of the study state and others do not."""
    found = []
    for name, column in _COUNTS:
        frame = _study_rows(tables, name)
        n_open = int(frame[column].isna().sum()) if column in frame else 0
        if 0 < n_open < len(frame):
            found.append(Unstated(name, column, n_open, len(frame)))
    return tuple(found)


def _last_year(tables: Mapping[str, pd.DataFrame], key: str, area: str | None) -> pd.Series:
    """Give the counts of the own area in the last year of the table that a total is about."""
    name, column = _YEARLY[key]
    frame = tables.get(name)
    if frame is None or not len(frame):
        return pd.Series([], dtype=float)
    if key == "private_jobs":
        whole = frame["district"].isna() & (frame["area"] == area)
        rows = frame[whole & (frame["sector"] == "private")]
    elif key == "commuters_in":
        rows = frame[(frame["to_area"] == area) & (frame["from_area"] != area)]
        by_education = rows["education"].notna()
        rows = rows if by_education.all() else rows[~by_education]
    else:
        rows = frame[frame["area"] == area]
    return rows.loc[rows["year"] == rows["year"].max(), column]


def _total(key: str, counts: pd.Series, stated: float | None, tolerance: float) -> Total:
    found = float(counts.sum()) if counts.notna().any() else None
    if stated is None:
        return Total(key, found, None, None, None)
    difference = (found or 0.0) - stated
    return Total(key, found, stated, difference, abs(difference) <= tolerance * stated)


def feed_days(tables: Mapping[str, pd.DataFrame], study: Study) -> tuple[FeedDay, ...]:
    """Count the trips each timetable runs on the day of the window; nothing where none is given."""
    window = study.travel.window
    needed = ("feeds", "calendar", "calendar_dates", "trips")
    if window is None or not all(name in tables for name in needed):
        return ()
    day = window[0].date()
    services = active_services(tables["calendar"], tables["calendar_dates"], day)
    running = tables["trips"][tables["trips"]["service_id"].isin(services)]
    counts = running.groupby("feed").size()
    return tuple(
        FeedDay(
            str(row["feed"]),
            _text(row["first_date"]),
            _text(row["last_date"]),
            day.isoformat(),
            int(counts.get(row["feed"], 0)),
        )
        for row in _records(tables["feeds"])
    )


def _records(frame: pd.DataFrame) -> Sequence[Mapping[str, object]]:
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _text(value: object) -> str | None:
    return None if value is None else str(value)
