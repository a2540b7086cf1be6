"""The real centre lines of Ballerup: connected as published, and routable."""

import geopandas as gpd
import numpy as np
import pytest

from geo_planner.config import Study, Travel
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from geo_planner.words.english import english

pytestmark = pytest.mark.slow

# GeoDanmark, October 2024: 1 568 lines, 317.5 km; snapped at 5 m 99.2 % of the length is one part
N_LINES, LENGTH_M = 1568, 317_536
MAX_KMH = 110
N_PAIRS = 500


def study(data, **settings):
    ballerup = data / "ballerup"
    lines = {
        "path": ballerup / "roads_geodanmark.parquet",
        "keep": {"komkode": ["0151"]},
        "fields": {"road_class": "type"},
        "classes": {
            "Off. statsvej": "trunk", "Off. kommunevej": "unclassified",
            "Privat fællesvej": "residential", "Privat vej": "residential",
            "Udlagt priv. fælles": "residential", "Almen vej": "unclassified",
        },
        "speed_limits": {"path": ballerup / "speed_limits.parquet", "field": "type"},
        **settings,
    }  # fmt: skip
    head = {"id": "ballerup", "name": "Ballerup", "crs": "EPSG:25832"}
    return Study.model_validate({"study": head, "sources": {"lines": [lines]}})


@pytest.fixture(scope="module")
def region(shared_data, tmp_path_factory):
    return build_region(study(shared_data), tmp_path_factory.mktemp("ballerup") / "region")


def share_after(region):
    words = next(
        english(found.what) for found in region.findings if "one connected" in english(found.what)
    )
    return float(words.split("; ")[1].split(" %")[0])


def test_the_lines_of_ballerup_are_one_network_at_five_metres(region):
    length = region.geo_table("streets").length.sum()
    assert length == pytest.approx(LENGTH_M, rel=0.002)
    assert share_after(region) >= 99.0


def test_at_one_metre_less_of_it_is_connected(shared_data, tmp_path):
    made = build_region(study(shared_data, snap_tolerance_m=1.0), tmp_path / "region")
    assert 95.0 <= share_after(made) < 99.0


def test_drives_take_as_long_back_and_never_less_than_the_straight_line(region):
    streets = region.geo_table("streets")
    chosen = streets[streets["road_class"] != "trunk"].sample(N_PAIRS, random_state=1)
    middles = chosen.geometry.interpolate(0.5, normalized=True).set_axis(chosen["street_id"])
    starts, ends = middles.iloc[: N_PAIRS // 2], middles.iloc[N_PAIRS // 2 :]
    # turns across oncoming traffic there are turns to the near side back
    travel = Travel(car_parking_min=0, turn_costs=False)
    there = travel_times(region, starts, ends, "car", travel).times_s[:, :, 0]
    back = travel_times(region, ends, starts, "car", travel).times_s[:, :, 0].T
    np.testing.assert_array_equal(there, back)
    reached = np.isfinite(there)
    assert reached.mean() > 0.95
    gaps = np.array([ends.distance(start).to_numpy() for start in starts])
    fastest_s = gaps / (MAX_KMH / 3.6) * (1 - 1e-3) - 0.01  # projected metres, centiseconds
    assert (there[reached] >= fastest_s[reached]).all()
    assert isinstance(streets, gpd.GeoDataFrame)
