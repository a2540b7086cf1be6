"""Tables made of what OpenStreetMap maps, where a study has no source of their own.

They let a first map be drawn. Nothing is known of the jobs at a mapped place, so that each counts
as one; land use says what stands on the ground, not what may be built.
"""

import math
from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.config import OsmStandIn
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.region.fetched import provenance_of
from geo_planner.region.ingested import Ingested
from geo_planner.words.english import sentence

# general use of the plan register by what covers the ground
_USES: Mapping[str, int] = {"built_up": 11, "business": 31, "park": 51, "sport": 51}


_NOTHING = {
    "businesses": "fault_stand_in_nothing",
    "sites": "fault_stand_in_no_sites",
    "plans": "fault_stand_in_nothing",
}


def add_stand_in(ingested: Ingested, source: OsmStandIn) -> None:
    """Add the table that a stand-in makes of the sources ingested so far.

    Raises
    ------
    InputError
        When another source gives the table, or OpenStreetMap has nothing to make it of.
    """
    given = [read.label for read in ingested.reads[:-1] if len(read.frames.get(source.table, ()))]
    if given:
        raise InputError(
            sentence(
                "fault_stand_in_twice", source=source.label, other=given[0], table=source.table
            )
        )
    made = _MAKERS[source.table](ingested, source)
    if not len(made):
        raise InputError(sentence(_NOTHING[source.table], source=source.label))
    ingested.found([Finding(source.label, "warning", len(made), Reason("stand_in_rows"))])
    ingested.add(source.table, made, source.label, provenance_of(source))


def _businesses(ingested: Ingested, source: OsmStandIn) -> gpd.GeoDataFrame:
    places = _frame(ingested, "amenities", source)
    area = _outline(ingested)
    inside = np.ones(len(places), bool) if area is None else places.within(area).to_numpy()
    return gpd.GeoDataFrame(
        {
            "business_id": places["amenity_id"],
            "name": places["name"],
            "employees_count": 1.0,
            "role": np.where(inside, "study", "hinterland"),
        },
        geometry=places.geometry,
    )


def _sites(ingested: Ingested, source: OsmStandIn) -> gpd.GeoDataFrame:
    if source.of == "squares":
        return _squares(ingested, source)
    patches = _inside(_frame(ingested, "landscape", source), _outline(ingested))
    patches = patches[patches["kind"] == "business"]
    large = patches[patches.area >= source.least_area_m2]
    n_small = len(patches) - len(large)
    if n_small:
        what = Reason("stand_in_small", area=source.least_area_m2)
        ingested.found([Finding(source.label, "left_out", n_small, what)])
    return gpd.GeoDataFrame(
        {"site_id": large["patch_id"], "name": large["name"], "area_m2": large.area},
        geometry=large.geometry,
    )


def _squares(ingested: Ingested, source: OsmStandIn) -> gpd.GeoDataFrame:
    """Lay squares over the study area, at multiples of their side; keep those a street crosses."""
    streets, area = _frame(ingested, "streets", source), _outline(ingested)
    if area is None:
        raise InputError(sentence("fault_needs_area", source=source.label))
    side = source.side_m
    west, south, east, north = (math.floor(value / side) for value in area.bounds)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    x, y = columns.ravel() * side, rows.ravel() * side
    squares = shapely.box(x, y, x + side, y + side)
    crossed = np.unique(streets.sindex.query(squares, predicate="intersects")[0])
    kept = crossed[shapely.within(shapely.centroid(squares[crossed]), area)]
    names = [f"{c}-{r}" for c, r in zip(columns.ravel()[kept], rows.ravel()[kept], strict=True)]
    return gpd.GeoDataFrame(
        {"site_id": names, "name": names, "area_m2": side * side},
        geometry=squares[kept],
        crs=streets.crs,
    )


def _plans(ingested: Ingested, source: OsmStandIn) -> gpd.GeoDataFrame:
    patches = _inside(_frame(ingested, "landscape", source), _outline(ingested))
    used = patches[patches["kind"].isin(list(_USES))]
    return gpd.GeoDataFrame(
        {
            "plan_id": used["patch_id"],
            "name": used["name"],
            "part": 0,
            "level": "framework",
            "status": "adopted",
            "use_code": used["kind"].map(_USES).astype("Int32"),
        },
        geometry=used.geometry,
    )


_MAKERS: Mapping[str, Callable[[Ingested, OsmStandIn], gpd.GeoDataFrame]] = {
    "businesses": _businesses,
    "sites": _sites,
    "plans": _plans,
}


def _frame(ingested: Ingested, table: str, source: OsmStandIn) -> gpd.GeoDataFrame:
    frames = ingested.frames.get(table)
    if not frames:
        raise InputError(sentence("fault_stand_in_osm", source=source.label))
    joined = pd.concat(frames, ignore_index=True)
    return gpd.GeoDataFrame(joined)


def _outline(ingested: Ingested) -> shapely.Geometry | None:
    frames = ingested.frames.get("study_area")
    return None if not frames else gpd.GeoDataFrame(pd.concat(frames)).union_all()


def _inside(patches: gpd.GeoDataFrame, area: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """Keep patches whose middle lies in the study area."""
    if area is None:
        return patches
    return gpd.GeoDataFrame(patches[patches.representative_point().within(area)])
