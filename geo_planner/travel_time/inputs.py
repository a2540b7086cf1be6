"""What callers hand over, checked at the door: mode, settings, time limits and points.

Points come as a frame or series in any CRS, or as the path of a file. They are known by their
ids: the column ``id`` of a frame, else its index. Ids are kept as given; they are told apart as
text.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import ValidationError

from geo_planner.config import MODES, CellFormat, Mode, Travel
from geo_planner.crs import require_stated
from geo_planner.errors import InputError, require_kind
from geo_planner.region import Region
from geo_planner.schema import MAX_IDS_SHOWN
from geo_planner.sources.vector.points import first_of, place_problems, read_points
from geo_planner.words.english import sentence

Points: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | Path | str
Place: TypeAlias = shapely.Point | Points


def require_mode(mode: Any) -> Mode:
    """Return a mode of travel, or refuse what is none.

    Raises
    ------
    InputError
        When there is no such mode.

    Examples
    --------
    >>> require_mode("walk")
    'walk'
    """
    if mode not in MODES:
        raise InputError(f"{mode!r} is no mode of travel: choose from {', '.join(MODES)}")
    found: Mode = mode
    return found


def travel_in(region: Region, travel: Travel | None) -> Travel:
    """Return travel settings; where none are given, those the region was built with.

    Raises
    ------
    InputError
        When they are no settings, or the region's are of another version.
    """
    if travel is not None:
        return require_kind(travel, Travel, "travel", "write Travel(walk_speed_kmh=4.5)")
    try:
        return Travel.model_validate(region.study.get("travel", {}))
    except ValidationError as error:
        raise InputError(
            f"{region.path}: its settings are of another version of geo_planner; build it again",
            [".".join(map(str, item["loc"])) for item in error.errors()],
        ) from error


def require_limits(cutoffs_min: Any, longest_min: float | None = None) -> tuple[float, ...]:
    """Return time limits [min] in rising order, each once.

    Parameters
    ----------
    cutoffs_min
        What was given.
    longest_min
        Longest time that is searched for; None: as long as the limits are.

    Raises
    ------
    InputError
        When there are none, or one is no time that is searched for.

    Examples
    --------
    >>> require_limits([30, 15, 15])
    (15.0, 30.0)
    """
    try:
        limits = tuple(sorted({float(limit) for limit in cutoffs_min}))
    except (TypeError, ValueError):
        raise InputError(
            f"time limits are a list of minutes such as [15, 30], not {cutoffs_min!r}"
        ) from None
    most = np.inf if longest_min is None else longest_min
    if not limits or not all(0 < limit <= most and np.isfinite(limit) for limit in limits):
        words = "" if longest_min is None else f" and at most max_time_min ({longest_min:g})"
        raise InputError(
            f"time limits are minutes above 0{words}, at least one; given: {list(cutoffs_min)}"
        )
    return limits


def points_of(
    given: Any, region: Region, name: str, cells: CellFormat | None = None
) -> gpd.GeoSeries:
    """Take points into the CRS of a region, by their ids.

    Parameters
    ----------
    given
        GeoDataFrame (ids in its column ``id``, else its index) or GeoSeries (ids in its index), in
        any CRS; or a file as :func:`geo_planner.sources.vector.points.read_points` reads it.
    region
        Region whose CRS is wanted.
    name
        Name in messages.
    cells
        How a file writes its cells; None: by the rules for text files.

    Returns
    -------
    GeoSeries
        Points in the CRS of the region, in the order given, index = ids.

    Raises
    ------
    InputError
        When they are no points, or have no ids of their own: all at once, first ids named.
    CRSError
        When they state no CRS.
    SourceError
        When a file is absent or unreadable.
    """
    if isinstance(given, str | Path):
        return read_points(Path(given), region.crs, cells).set_index("id").geometry
    if isinstance(given, gpd.GeoDataFrame) and given.active_geometry_name is None:
        raise InputError(f"{name}: the frame has no geometry; set one with .set_geometry(...)")
    if not isinstance(given, gpd.GeoDataFrame | gpd.GeoSeries):
        raise InputError(
            f"{name}: points are a GeoDataFrame, a GeoSeries or the path of a file, not "
            f"{type(given).__name__}"
        )
    if not len(given):
        raise InputError(f"{name}: there are no points")
    require_stated(given, name)
    ids = ids_of(given)
    places = given.geometry
    problems = [
        *_id_problems(ids),
        *place_problems(places, ids, region.crs),
        *_kind_problems(places, ids),
    ]
    if problems:
        raise InputError(f"{name}: these are not usable as points", problems)
    return gpd.GeoSeries(given.geometry.to_numpy(), index=ids, crs=given.crs).to_crs(region.crs)


def point_of(given: Any, region: Region, name: str) -> shapely.Point:
    """Take one point into the CRS of a region.

    Parameters
    ----------
    given
        A shapely point in the CRS of the region, or one point as :func:`points_of` takes it.
    region, name
        As for :func:`points_of`.

    Raises
    ------
    InputError
        When it is no point, or there are several.
    """
    if isinstance(given, shapely.Geometry):
        given = gpd.GeoSeries([given], index=[name], crs=region.crs)
    points = points_of(given, region, name)
    if len(points) > 1:
        raise InputError(f"{name}: one point is wanted, {len(points)} are given; take one by one")
    return points.iloc[0]


def ids_of(given: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Index:
    """Return the ids of rows: the column ``id``, else the index."""
    has_column = isinstance(given, gpd.GeoDataFrame) and "id" in given.columns
    return pd.Index(given["id"] if has_column else given.index, name="id")


def _id_problems(ids: pd.Index) -> Iterator[str]:
    absent = np.flatnonzero(ids.isna())
    if len(absent):
        rows = ", ".join(str(row + 1) for row in absent[:MAX_IDS_SHOWN])
        yield sentence("points_no_id", count=len(absent), first=rows)
    texts = ids[~ids.isna()].astype("str")
    doubled = texts[texts.duplicated()].unique()
    if len(doubled):
        yield sentence("points_ids_twice", count=len(doubled), first=first_of(doubled))


def _kind_problems(places: gpd.GeoSeries, ids: pd.Index) -> Iterator[str]:
    shapes = places.to_numpy()
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    kinds = places.geom_type.to_numpy(object)
    for kind in pd.unique(kinds[there]):
        rows = there & (kinds == kind)
        if kind != "Point":
            first = first_of(ids[rows])
            yield sentence("points_other_kind", count=int(rows.sum()), kind=kind, first=first)
