"""The area that services are asked for: the study area with ground around it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from geo_planner.config import LayerSource, Study
from geo_planner.crs import WGS84, local_metric_crs, parse_crs
from geo_planner.errors import InputError
from geo_planner.sources.apart import read_apart
from geo_planner.sources.vector.layers import read_layer
from geo_planner.words.english import sentence

_METRIC_EVERYWHERE = "EPSG:6933"
_NORTH = ("north", "south")


@dataclass(frozen=True)
class FetchArea:
    """Hold the study area, in degrees.

    Parameters
    ----------
    polygon
        Its outline, longitude and latitude.
    """

    polygon: BaseGeometry

    def around(self, metres: float) -> BaseGeometry:
        """Give its outline with ground around it, in degrees.

        Parameters
        ----------
        metres
            Width of the ground [m].
        """
        if not metres:
            return self.polygon
        middle = self.polygon.centroid
        shape = gpd.GeoSeries([self.polygon], crs=WGS84)
        metric = shape.to_crs(local_metric_crs(middle.x, middle.y))
        return metric.buffer(metres).to_crs(WGS84).iloc[0]

    def bounds(self, metres: float, crs: CRS = WGS84) -> tuple[float, float, float, float]:
        """Bound it with ground around it: west, south, east, north in the units of a CRS."""
        west, south, east, north = self.around(metres).bounds
        if crs == WGS84:
            return west, south, east, north
        to_crs = Transformer.from_crs(WGS84, crs, always_xy=True)
        left, bottom, right, top = to_crs.transform_bounds(west, south, east, north)
        return left, bottom, right, top

    def question(self, metres: float) -> Mapping[str, object]:
        """Give what makes it another area to ask for, to about a metre."""
        return {"bounds": [round(value, 5) for value in self.bounds(metres)]}


def is_north_first(crs: CRS) -> bool:
    """Tell whether a CRS names its northward axis first, as its authority has it.

    Examples
    --------
    >>> is_north_first(CRS.from_epsg(4326)), is_north_first(CRS.from_epsg(25832))
    (True, False)
    """
    return bool(crs.axis_info) and crs.axis_info[0].direction in _NORTH


def area_of(study: Study) -> FetchArea | None:
    """Read the study area from the study's local files; None where the study has none.

    Raises
    ------
    InputError
        When it is empty or not on earth.
    """
    layers = [layer for layer in study.sources.layers if layer.table == "study_area"]
    if not layers:
        return None
    shape = shapely.union_all([_outline(layer) for layer in layers])
    if shape.is_empty or not all(map(math.isfinite, shape.bounds)):
        raise InputError(sentence("fault_area_empty"))
    return FetchArea(shape)


def _outline(layer: LayerSource) -> BaseGeometry:
    metric = parse_crs(_METRIC_EVERYWHERE)
    read = read_apart(read_layer, layer, metric, limits=layer.limits, label=layer.label)
    return gpd.GeoDataFrame(read.frame).to_crs(WGS84).union_all()
