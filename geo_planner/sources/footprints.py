"""Footprints of buildings: from OpenStreetMap data, or from any vector layer of polygons."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_planner.crs import require_metric
from geo_planner.errors import InputError
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.sources.osm.copies import SUFFIXES, require_readable
from geo_planner.sources.osm.landscape import areas_of, metric_polygons
from geo_planner.sources.osm.pieces import transformer_to
from geo_planner.sources.vector import files, shapes
from geo_planner.sources.vector.points import log_findings
from geo_planner.words.english import sentence

_NO_BUILDING = ("no", "demolished", "proposed")
_KINDS = ("Polygon", "MultiPolygon")


def read_footprints(path: Path, crs: CRS) -> gpd.GeoSeries:
    """Read the footprints of buildings.

    Parameters
    ----------
    path
        OpenStreetMap data (.osm, .osm.pbf), of which areas with a tag ``building`` are taken, or a
        vector file of one layer of polygons.
    crs
        Metric CRS of the region.

    Raises
    ------
    SourceError
        When the file is absent or unreadable.
    InputError
        When it holds no polygon at all, or shapes of another kind.
    """
    require_metric(crs)
    found = _of_osm(path, crs) if path.name.endswith(SUFFIXES) else _of_layer(path, crs)
    if not len(found):
        raise InputError(sentence("fault_no_footprints", source=path.name))
    return found


def _of_osm(path: Path, crs: CRS) -> gpd.GeoSeries:
    require_readable(path)
    areas, n_open = areas_of(path, ["building"], lambda tags: tags["building"] not in _NO_BUILDING)
    polygons, is_crossed = metric_polygons([area.wkb for area in areas], transformer_to(crs))
    findings = (
        Finding(path.name, "repaired", int(is_crossed.sum()), Reason("osm_outlines_crossed")),
        Finding(path.name, "left_out", n_open, Reason("osm_outlines_open")),
    )
    log_findings(finding for finding in findings if finding.count)
    return gpd.GeoSeries(polygons, crs=crs)


def _of_layer(path: Path, crs: CRS) -> gpd.GeoSeries:
    layer = files.read_features(path, None, None, None)
    frame = layer.frame
    if not isinstance(frame, gpd.GeoDataFrame):
        raise InputError(sentence("fault_no_geometry", layer=path.name))
    filled = frame.geometry[frame.geometry.notna()].to_crs(crs)
    fitted, mended = shapes.fit(filled, _KINDS, path.name, np.arange(len(filled)))
    log_findings([*layer.findings, *mended])
    if (shapely.get_dimensions(fitted.to_numpy()) != 2).any():  # noqa: PLR2004 -- of a surface
        raise InputError(sentence("fault_no_footprints", source=path.name))
    return fitted
