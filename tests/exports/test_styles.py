"""A layer is drawn by what its geometries are, whatever else stands in its rows."""

from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.exports.styles import default_style
from tests.exports.conftest import CRS_M, box

POINT = shapely.Point(0, 0)
LINE = shapely.LineString([(0, 0), (9, 0)])
HOLED = shapely.Polygon(box(0, 0).exterior, [box(0.2, 0.2, 10).exterior])
SOLID = shapely.force_3d(box(0, 0), 12.5)


def drawn(shapes):
    """Return the kinds of symbols constraints of these shapes are drawn with."""
    frame = gpd.GeoDataFrame({"effect": ["excludes"] * len(shapes)}, geometry=shapes, crs=CRS_M)
    style = default_style("constraints", frame, None)
    root = ElementTree.fromstring(style.qml.split("\n", 1)[1])  # noqa: S314 -- ours
    return {symbol.get("type") for symbol in root.iter("symbol")}


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        ([POINT], "marker"),
        ([shapely.MultiPoint([POINT, (1, 1)])], "marker"),
        ([shapely.force_3d(POINT, 3.0)], "marker"),
        ([LINE], "line"),
        ([shapely.MultiLineString([LINE, [(0, 1), (9, 1)]])], "line"),
        ([box(0, 0)], "fill"),
        ([HOLED], "fill"),
        ([SOLID], "fill"),
        ([shapely.MultiPolygon([box(0, 0), box(2, 0)])], "fill"),
        ([POINT, LINE], "line"),
        ([POINT, LINE, HOLED], "fill"),
        ([None, POINT], "marker"),
        ([None, LINE], "line"),
        ([shapely.Point(), shapely.MultiLineString([LINE])], "line"),
        ([shapely.Polygon(), LINE], "line"),
    ],
)
def test_a_layer_is_drawn_by_the_widest_kind_of_its_geometries(shapes, kind):
    assert drawn(shapes) == {kind}


@pytest.mark.parametrize("shapes", [[], [None], [shapely.Point()], [shapely.Polygon()]])
def test_a_layer_without_any_place_is_drawn_as_points(shapes):
    assert drawn(shapes) == {"marker"}


def test_a_single_known_figure_has_a_class_of_its_own():
    zones = gpd.GeoDataFrame(
        {"population_count": [7.0, np.nan, np.inf]}, geometry=[box(i, 0) for i in range(3)]
    )
    root = ElementTree.fromstring(  # noqa: S314 -- ours
        default_style("zones", zones, None).qml.split("\n", 1)[1]
    )
    assert [(part.get("lower"), part.get("upper")) for part in root.iter("range")] == [
        ("7.0", "7.0")
    ]


def test_a_table_without_a_drawing_of_ours_is_left_to_qgis():
    frame = gpd.GeoDataFrame({"station_id": ["a"]}, geometry=[POINT])
    assert default_style("stations", frame, None) is None
    assert default_style("zones", frame, "jobs") is None


def test_the_figure_shown_first_is_that_of_zones_and_other_tables_keep_their_own():
    sites = gpd.GeoDataFrame({"score": [40.0, 60.0], "jobs": [1.0, 2.0]}, geometry=[POINT, POINT])
    assert default_style("sites", sites, "jobs").title == "sites by score"
    assert default_style("zones", sites, "jobs").title == "zones by jobs"
