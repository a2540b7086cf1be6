"""Linking points to streets: points without a place, beside an island, or far from any street."""

import geopandas as gpd
import numpy as np
from shapely import Point

from geo_planner.config import Study
from geo_planner.region.build import build_region
from geo_planner.travel_time.matrix import seconds
from geo_planner.travel_time.street import StreetRouter
from tests.test_predicted_town import SPACING_M, WALK, grid_town, points, region  # noqa: F401


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


def test_a_point_beside_an_island_is_isolated_and_one_beside_nothing_too_far(tmp_path):
    drawn = grid_town()
    for number, column in ((901, 60), (902, 61)):
        drawn.node(number, column * SPACING_M, 0)
    drawn.way(900, [901, 902], {"highway": "residential"})
    study = Study.model_validate(
        {
            "study": {"id": "grid", "name": "Grid", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": drawn.write(tmp_path)}]},
        }
    )
    router = StreetRouter(build_region(study, tmp_path / "region"), "walk", WALK)
    linked = router.snap_origins(points((3, 0), (60.5, 0), (120, 0)))
    assert linked.ledger["status"].tolist() == ["snapped", "isolated", "too_far"]
    assert linked.n_unsnapped == 2
