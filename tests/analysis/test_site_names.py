"""Sites that share a name are told apart by street and number."""

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point, box

from geo_planner.analysis import site_names
from geo_planner.analysis.site_names import distinct_names

UTM = "EPSG:25832"


class Town:
    """Have two named streets 100 m apart."""

    def __init__(self, *names):
        lines = [LineString([(0, y), (500, y)]) for y in (0, 100)][: len(names)]
        self.streets = gpd.GeoDataFrame({"name": list(names)}, geometry=lines, crs=UTM)

    def geo_table(self, _):
        return self.streets


@pytest.fixture(autouse=True)
def no_stations(monkeypatch):
    nothing = gpd.GeoDataFrame({"name": []}, geometry=[], crs=UTM)
    monkeypatch.setattr(site_names, "listed_stations", lambda _: nothing)


def sites(**rows):
    """Lay out sites by id: name, west, south, side."""
    shapes = [box(x, y, x + side, y + side) for _, x, y, side in rows.values()]
    names = [name for name, *_ in rows.values()]
    return gpd.GeoDataFrame({"name": names}, index=list(rows), geometry=shapes, crs=UTM)


def test_a_shared_name_gets_the_nearest_street_and_where_that_is_shared_a_number():
    found = distinct_names(
        Town("Low Road", "High Road"),
        sites(a=("Works", 0, 5, 10), b=("Works", 50, 5, 30), c=("Works", 0, 80, 10),
              d=("Mill", 0, 5, 10)),
    )  # fmt: skip
    assert found.to_dict() == {
        "a": "Works, Low Road 2",
        "b": "Works, Low Road 1",
        "c": "Works, High Road",
        "d": "Mill",
    }


def test_without_named_streets_the_nearest_station_tells_sites_apart(monkeypatch):
    stop = gpd.GeoDataFrame({"name": ["Northby"]}, geometry=[Point(0, 90)], crs=UTM)
    monkeypatch.setattr(site_names, "listed_stations", lambda _: stop)
    found = distinct_names(Town(None), sites(a=("Works", 0, 5, 10), b=("Works", 50, 5, 30)))
    assert found.to_dict() == {"a": "Works, Northby 2", "b": "Works, Northby 1"}


def test_without_any_name_near_a_number_tells_sites_apart():
    found = distinct_names(Town(None), sites(a=("Works", 0, 5, 10), b=("Works", 50, 5, 30)))
    assert found.to_dict() == {"a": "Works 2", "b": "Works 1"}


def test_a_site_without_a_name_keeps_none():
    found = distinct_names(Town("Low Road"), sites(a=(None, 0, 5, 10), b=(None, 50, 5, 30)))
    assert found.isna().all()
