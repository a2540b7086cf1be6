"""A square kilometre of plans, parcels, a street, a railway and a lake, whose ground is arithmetic.

The framework allows business on the western 600 m; a local plan in force allows it on the southern
300 m of that. Homes lie east. The street runs north at 300 m (12 m wide), the railway east at
700 m (12 m wide); a lake of 100 m square lies in the north-west corner.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_planner.config import Study
from tests.land.land_town import area, at, layer, region_of
from tests.worlds import WORLD_CRS

STUDY = Study.model_validate({"study": {"id": "town", "name": "Town"}})
NO_BUILDINGS = gpd.GeoSeries([], crs=WORLD_CRS)
BUILT = {"is_tunnel": False, "level": 0}
WHOLE_M2 = 1_000_000.0

PLANS = {
    "framework": (area(0, 0, 600, 1000), "framework", 31),
    "homes": (area(600, 0, 1000, 1000), "framework", 11),
    "local": (area(0, 0, 600, 300), "local_plan", 31),
}


def line(*points):
    return at(shapely.LineString(points))


def plans(**changed):
    rows = PLANS | changed
    return layer(
        "plans",
        [shape for shape, _, _ in rows.values()],
        plan_id=list(rows),
        part=0,
        level=[level for _, level, _ in rows.values()],
        status="adopted",
        use_code=[code for _, _, code in rows.values()],
        floor_area_ratio=1.0,
        ratio_basis=1,
        is_complex=False,
    )


def streets(*lines, road_class="residential"):
    return layer(
        "streets",
        lines,
        road_class=road_class,
        **BUILT,
        **{f"{mode}_{way}": True for mode in ("walk", "bicycle", "car")
           for way in ("forward", "backward")},
    )  # fmt: skip


def parcels(*rows):
    """Make parcels of shape and floor area that stands there, None where unknown."""
    shapes = [shape for shape, _ in rows]
    return layer(
        "parcels",
        shapes,
        area_m2=shapely.area(np.array(shapes, dtype=object)),
        existing_floor_area_m2=pd.array([floor for _, floor in rows], dtype="Float64"),
    )


def protected(*shapes):
    return layer("constraints", shapes, kind="protected_nature")


def town(**tables):
    frames = {
        "study_area": layer("study_area", [area(0, 0, 1000, 1000)]),
        "plans": plans(),
        "streets": streets(line((300, -50), (300, 1050))),
        "rails": layer("rails", [line((-50, 700), (1050, 700))], kind="rail", **BUILT),
        "landscape": layer("landscape", [area(0, 900, 100, 1000)], kind="water"),
    }
    return region_of(**(frames | tables))
