"""Samples along streets against the library's own interpolation."""

import numpy as np
import shapely

from geo_planner.isochrone.samples import sample_streets


class OnTheSpot:
    """Put points where they are said to lie."""

    def place_destinations(self, street, fraction, position):
        return Placed(street, fraction, position)


class Placed:
    def __init__(self, street, fraction, position):
        self.street, self.fraction, self.position = street, fraction, position


def test_samples_lie_evenly_along_each_street_and_every_street_has_one():
    rng = np.random.default_rng(3)
    lines = [shapely.LineString(rng.uniform(0, 300, (n, 2))) for n in (2, 3, 9, 2, 4)]
    lines[3] = shapely.LineString([(50, 60), (50, 60)])
    lines[4] = shapely.LineString([(0, 0), (0, 0), (30, 0), (30, 10)])
    rows = np.array([0, 2, 3, 4])
    found = sample_streets(OnTheSpot(), np.array(lines, object), rows, 20.0)
    assert np.unique(found.street).tolist() == rows.tolist()
    for row in rows:
        own = found.street == row
        n = max(int(np.ceil(lines[row].length / 20)), 1)
        assert own.sum() == n
        np.testing.assert_allclose(found.share[own], (np.arange(n) + 0.5) / n)
        np.testing.assert_allclose(found.half_share[own], 0.5 / n)
        places = shapely.line_interpolate_point(lines[row], found.share[own], normalized=True)
        np.testing.assert_allclose(found.points.position[own], shapely.get_coordinates(places))
