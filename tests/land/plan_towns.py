"""Small towns of plans on hundred-metre squares, whose floor area is arithmetic."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

EAST_M, NORTH_M = 700_000.0, 6_170_000.0
UTM = "EPSG:25832"


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    """Draw a rectangle [m] from a corner given in metres from the town's south-west."""
    west, south = EAST_M + x, NORTH_M + y
    return shapely.box(west, south, west + width, south + height)


SQUARE = box(0, 0, 100, 100)


def sites(**shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    """Lay out sites by id; nothing stands on them."""
    return gpd.GeoDataFrame(
        {"site_id": list(shapes), "existing_floor_area_m2": 0.0},
        geometry=list(shapes.values()),
        crs=UTM,
    )


def plan(plan_id: str, level: str, shape: shapely.Polygon = SQUARE, **stated) -> dict:
    """Describe one plan; adopted, for business, unless told otherwise."""
    row = {"plan_id": plan_id, "level": level, "part": 0, "status": "adopted", "use_code": 31}
    row |= {"document_url": f"https://example.org/{plan_id}.pdf", "dated": "2015-06-15"}
    return row | {"geometry": shape} | stated


def field(plan_id: str, shape: shapely.Polygon, **stated) -> dict:
    """Describe a building field."""
    return plan(plan_id, "building_field", shape, use_code=None, **stated)


def plans(*rows: dict) -> gpd.GeoDataFrame:
    """Make the table of plans, in the types a region has."""
    from geo_planner.schema import tables

    frame = pd.DataFrame(list(rows))
    typed = {}
    for column in tables()["plans"].attributes:
        values = frame[column.name] if column.name in frame else [None] * len(frame)
        kept = pd.Series(list(values), dtype=object)
        if column.pandas_dtype == "float64":
            kept = pd.to_numeric(kept)
        typed[column.name] = kept.astype(column.pandas_dtype)
    return gpd.GeoDataFrame(typed, geometry=list(frame["geometry"]), crs=UTM)


def parcels(*rows: tuple[str, str | None, shapely.Polygon, float, float]) -> gpd.GeoDataFrame:
    """Make parcels: id, property, shape, registered area, floor area on it."""
    names = ["parcel_id", "property_id", "geometry", "area_m2", "existing_floor_area_m2"]
    return gpd.GeoDataFrame(
        pd.DataFrame([dict(zip(names, row, strict=True)) for row in rows]), crs=UTM
    )


def only(frame: pd.DataFrame, column: str, state: str, use: str = "office", variant: str = "add"):
    """Pick one figure of a capacity frame of a single site."""
    rows = frame.xs((state, use, variant), level=("state", "use", "variant"))
    assert len(rows) == 1
    return rows[column].iloc[0]


def is_nan(value: object) -> bool:
    return bool(np.isnan(value))
