"""The edge of the data: a square of four zones and one in the middle."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.accessibility.edge import cut_by_edge
from geo_planner.travel_time import Block

CORNERS = [(0, 0), (20_000, 0), (20_000, 20_000), (0, 20_000), (10_000, 10_000)]


class CrowRouter:
    """Travel as the crow flies, at 10 m/s."""

    columns = ("travel_time_s",)

    def snap_origins(self, points):
        return points

    snap_destinations = snap_origins

    def blocks(self, origins, destinations, **_limits):
        metres = [destinations.distance(point).to_numpy() for point in origins]
        yield Block(slice(0, len(origins)), (np.array(metres) * 10).astype(np.int32)[:, :, None])


@pytest.mark.parametrize(
    ("cutoff_min", "is_cut"),
    [(16, [True] * 4 + [False]), (17, [True] * 5), (1, [True] * 4 + [False])],
)
def test_a_zone_is_cut_when_it_reaches_the_border_in_time(cutoff_min, is_cut):
    # the middle lies 10 km, 1 000 s or 16.7 min, from the border
    zones = gpd.GeoDataFrame(geometry=[shapely.Point(*at) for at in CORNERS], crs="EPSG:25832")
    found = cut_by_edge(CrowRouter(), zones, zones, cutoff_min, threads=1)
    assert found.tolist() == is_cut


def test_a_wider_hinterland_takes_the_border_away():
    zones = gpd.GeoDataFrame(geometry=[shapely.Point(*at) for at in CORNERS], crs="EPSG:25832")
    wide = gpd.GeoDataFrame(
        geometry=zones.geometry.affine_transform([9, 0, 0, 9, -8e4, -8e4]), crs=zones.crs
    )
    assert not cut_by_edge(CrowRouter(), zones, wide, 45, threads=1).any()


@pytest.mark.parametrize("places", [[(0, 0)], [(0, 0), (0, 0)], [(0, 0), (3_000, 0)]])
def test_zones_at_one_place_or_in_line_have_an_edge_too(places):
    zones = gpd.GeoDataFrame(geometry=[shapely.Point(*at) for at in places], crs="EPSG:25832")
    assert cut_by_edge(CrowRouter(), zones, zones, 45, threads=1).all()
