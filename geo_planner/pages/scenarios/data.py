"""What the scripts of both pages of scenarios read: the service, shapes and colours."""

from collections.abc import Mapping
from typing import Any

from geo_planner.pages.drawing.basemap import BaseMap
from geo_planner.pages.drawing.page import map_data
from geo_planner.pages.drawing.view import View
from geo_planner.pages.scenarios.form import shape_keys
from geo_planner.palette import EDITED, REMOVED_EDIT


def scenario_data(
    view: View, base: BaseMap, service: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Collect what the scripts of a page of scenarios need."""
    return map_data(
        view,
        base,
        service=dict(service),
        shapeKeys=shape_keys(),
        edited={"added": EDITED, "removed": REMOVED_EDIT},
        **more,
    )
