"""Linking points to streets: points without a place."""

import geopandas as gpd
import numpy as np
from shapely import Point

from geo_planner.travel_time.matrix import seconds
from geo_planner.travel_time.street import StreetRouter
from tests.test_predicted_town import WALK, points, region  # noqa: F401 -- a fixture


def test_a_point_without_a_place_keeps_its_row_and_moves_no_other(region):  # noqa: F811
    first, last = points((0, 0), (3, 0))
    places = gpd.GeoSeries([first, None, Point(), last], index=list("abcd"), crs=region.crs)
    router = StreetRouter(region, "walk", WALK)
    linked = router.snap_origins(places)
    np.testing.assert_array_equal(linked.position[[0, 3]], [[first.x, first.y], [last.x, last.y]])
    assert np.isnan(linked.position[1:3]).all()
    (block,) = router.blocks(linked, router.snap_destinations(places), threads=1)
    found = seconds(block.costs_cs[:, :, 0])
    assert found[0, 3].round() == 300
    assert found[0, 0] == 0
    assert np.isinf(np.delete(np.delete(found, [0, 3], 0), [], 1)).all()
