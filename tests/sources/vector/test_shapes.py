"""Repair keeps the ground that is meant, and tells what it changed."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.sources.vector.shapes import fit
from geo_planner.words.english import english
from tests.sources.vector.layer_files import UTM

POLYGONS = ("Polygon", "MultiPolygon")
SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]


def moved(ring, east, north=0):
    return [(x + east, y + north) for x, y in ring]


def scaled(ring, factor, east=0, north=0):
    return moved([(x * factor, y * factor) for x, y in ring], east, north)


BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)])
SPIKE = shapely.Polygon([(0, 0), (100, 0), (200, 0), (100, 0), (100, 100), (0, 100)])
MEANT_M2 = {
    "a bow tie": (BOW_TIE, 5_000),
    "a spike": (SPIKE, 10_000),
    "a shell in a shell": (
        shapely.MultiPolygon([[SQUARE, []], [scaled(SQUARE, 0.5, 20, 20), []]]), 10_000
    ),
    "the same part twice": (shapely.MultiPolygon([[SQUARE, []], [SQUARE, []]]), 10_000),
    "parts that overlap": (shapely.MultiPolygon([[SQUARE, []], [moved(SQUARE, 50), []]]), 15_000),
    "a hole outside its shell": (shapely.Polygon(SQUARE, [scaled(SQUARE, 0.2, 150, 0)]), 10_000),
    "a hole over the edge": (shapely.Polygon(SQUARE, [scaled(SQUARE, 0.4, 80, 30)]), 9_200),
    "holes that overlap": (
        shapely.Polygon(SQUARE, [scaled(SQUARE, 0.4, 10, 10), scaled(SQUARE, 0.4, 30, 10)]), 7_600
    ),
    "a ring drawn twice": (shapely.Polygon([*SQUARE, *SQUARE[1:]]), 10_000),
    "a collection that overlaps": (
        shapely.GeometryCollection([shapely.Polygon(SQUARE), shapely.Polygon(moved(SQUARE, 50))]),
        15_000,
    ),
    "a collection with a line": (
        shapely.GeometryCollection([shapely.Polygon(SQUARE), shapely.LineString(SQUARE[:2])]),
        10_000,
    ),
    "a collection in a collection": (
        shapely.GeometryCollection([shapely.GeometryCollection([shapely.Polygon(SQUARE)])]), 10_000
    ),
    "a collection of a bow tie": (shapely.GeometryCollection([BOW_TIE]), 5_000),
}  # fmt: skip


def fitted(*shapes, allowed=POLYGONS):
    layer = gpd.GeoSeries(list(shapes), crs=UTM)
    return fit(layer, allowed, "a.gpkg", np.array([f"r{n}" for n in range(len(shapes))]))


@pytest.mark.parametrize("name", MEANT_M2)
def test_a_repair_keeps_the_ground_that_is_meant(name):
    shape, meant_m2 = MEANT_M2[name]
    (mended,), findings = fitted(shape)
    assert mended.is_valid
    assert mended.geom_type in POLYGONS
    assert mended.area == pytest.approx(meant_m2)
    assert [(one.kind, one.count) for one in findings] == [("repaired", 1)]
    assert dict(findings[0].what.values)["after"] == pytest.approx(meant_m2)


def test_the_finding_tells_square_metres_before_and_after():
    _, (found,) = fitted(BOW_TIE, shapely.Polygon(SQUARE))
    assert english(found.what).replace("\N{NO-BREAK SPACE}", " ") == (
        "polygons that crossed themselves made valid: "
        "0 m² as drawn, 5 000 m² now (5 000 m² changed)"
    )
    assert found.examples == ("r0",)


def test_a_polygon_that_encloses_nothing_is_empty_and_counted():
    flat = shapely.Polygon([(0, 0), (100, 0), (50, 0), (0, 0)])
    (mended,), (found,) = fitted(flat)
    assert mended.is_empty
    assert found.count == 1


def test_what_is_right_is_left_as_it_is():
    (kept,), findings = fitted(shapely.Polygon(SQUARE))
    assert kept.equals_exact(shapely.Polygon(SQUARE), 0)
    assert findings == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=9))
def test_whatever_is_drawn_becomes_valid_ground_within_its_hull(ring):
    shape = shapely.Polygon(ring)
    (mended,), _ = fitted(shape)
    assert mended.is_valid
    assert mended.area <= shape.convex_hull.area + 1e-9
