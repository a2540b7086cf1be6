"""Places that times are quoted to."""

import pytest

from geo_planner.siting.places import place_name
from tests.land.land_town import area, layer, region_of


@pytest.mark.parametrize(
    ("names", "expected"), [(["CPH"], "CPH"), (["CPH", "BLL"], None), ([None], None), ([], None)]
)
def test_a_place_has_a_name_where_there_is_one_of_its_kind(names, expected):
    named = ["Centre", *names]
    shapes = [area(0, 0, 1, 1).centroid] * len(named)
    kinds = ["city_centre", *["airport"] * len(names)]
    region = region_of(places=layer("places", shapes, name=named, kind=kinds))
    assert place_name(region, "airport") == expected
