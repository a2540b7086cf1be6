"""Ways between stops and points, searched from the side where there are fewer."""

import numpy as np
import pytest

from geo_planner.travel_time import open_router
from geo_planner.travel_time.stop_ways import Ends
from tests.test_predicted_town import BUS, points, region  # noqa: F401 -- a fixture
from tests.travel_time.test_shared_bicycles import town, with_an_entrance  # noqa: F401

MANY = [(k % 11, (k * 7) % 10 + 0.3) for k in range(60)]


def same(one, other):
    return all((a == b).all() for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("has_entrance", [False, True])
def test_ways_alike_from_either_side(region, town, tmp_path, has_entrance):  # noqa: F811
    """Searched from stops, where these are fewer than the points, and from the points."""
    where = with_an_entrance(town, tmp_path / "region") if has_entrance else region
    router = open_router(where, "transit", BUS)
    stops, way = router.network.stop_points, router.ways.from_stops[0]
    assert (way.doors is not None) == has_entrance
    ends = Ends(router.snap_destinations(points(*MANY)), way.streets, where.crs)
    choice = way.from_stops(ends, stops)
    assert choice.search.n_ends < len(MANY), "searched from stops"
    found = choice.collected(2)
    assert len(found.stop) > 20
    assert same(found, choice.walks(slice(0, len(MANY)), choice.workspace()))


def test_ways_kept_for_the_last_points_are_not_taken_for_others(region):  # noqa: F811
    router = open_router(region, "transit", BUS)
    starts = router.snap_origins(points((0, 0), (5, 5)))
    far, near = (router.snap_destinations(points(*ends)) for ends in (MANY, MANY[::-1][:7]))

    def asked(one, ends):
        return [block.costs_cs for block in one.blocks(starts, ends, threads=1)]

    for ends in (far, near, far, far, near):
        fresh = open_router(region, "transit", BUS)
        for found, expected in zip(asked(router, ends), asked(fresh, ends), strict=True):
            np.testing.assert_array_equal(found, expected)
