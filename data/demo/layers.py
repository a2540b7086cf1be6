"""The list of shapefiles: name and the function that makes each."""

from collections.abc import Callable

import geopandas as gpd

from demo.limits import constraint_layer
from demo.people import (
    cell_layer,
    hinterland_layer,
    municipality_layer,
    place_layer,
    school_layer,
    station_area_layer,
)
from demo.plans import (
    building_field_layer,
    framework_layer,
    local_plan_layer,
    sub_area_layer,
)
from demo.sites import parcel_layer, site_layer
from demo.workplaces import hinterland_workplace_layer, workplace_layer

LAYERS: dict[str, Callable[[], gpd.GeoDataFrame]] = {
    "kommune": municipality_layer,
    "zoner": cell_layer,
    "opland": hinterland_layer,
    "virksomhed": workplace_layer,
    "opl_virk": hinterland_workplace_layer,
    "kpramme": framework_layer,
    "lokalplan": local_plan_layer,
    "delomraade": sub_area_layer,
    "byggefelt": building_field_layer,
    "matrikel": parcel_layer,
    "arealer": site_layer,
    "begraens": constraint_layer,
    "steder": place_layer,
    "skoler": school_layer,
    "stationsnaer": station_area_layer,
}
