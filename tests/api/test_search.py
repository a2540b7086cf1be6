"""Search by name: spellings are alike, the likeliest comes first, nothing of the text is run."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from api.search import Names
from geo_planner.region.names import folded, named_things


class Town:
    """Stand for a region of some named rows."""

    crs = 25832

    def __init__(self):
        point = shapely.Point(700_000, 6_180_000)
        line = shapely.LineString([(700_000, 6_180_000), (700_100, 6_180_000)])
        self._tables = {
            "stations": self._frame("station_id", ["Måløv", "Værløse"], point),
            "places": self._frame("place_id", ["Rådhus", None], point),
            "streets": self._frame("street_id", ["Måløvvej", "Måløvvej", "Ågade"], line,
                                   length_m=[10.0, 20.0, 5.0]),
            "businesses": self._frame("business_id", ["Måløv Bageri"], point),
        }  # fmt: skip

    def _frame(self, key, names, place, **more):
        ids = [f"{key}-{i}" for i in range(len(names))]
        frame = pd.DataFrame({key: ids, "name": names, **more})
        return gpd.GeoDataFrame(frame, geometry=[place] * len(names), crs=self.crs)

    def has(self, name):
        return name in self._tables

    def geo_table(self, name):
        return self._tables[name]


@pytest.fixture(scope="module")
def names():
    return Names(Town())


@pytest.mark.parametrize("text", ["Måløv", "maaløv", "MAALOEV", "malov", "måloev"])
def test_spellings_of_danish_letters_are_alike(names, text):
    assert names.find(text, 8)[0]["name"] == "Måløv"


@pytest.mark.parametrize(("text", "name"), [("vær", "Værløse"), ("vaerl", "Værløse"),
                                            ("aaga", "Ågade"), ("råd", "Rådhus")])  # fmt: skip
def test_beginnings_of_words_find_names(names, text, name):
    assert [hit["name"] for hit in names.find(text, 8)] == [name]


def test_the_whole_name_comes_first_then_stations_before_streets_before_workplaces(names):
    hits = names.find("måløv", 8)
    assert [hit["kind"] for hit in hits] == ["stations", "streets", "businesses"]
    assert len(names.find("måløv", 2)) == 2


def test_pieces_of_one_street_stand_once_at_the_longest(names):
    (street,) = [hit for hit in names.find("måløvvej", 8) if hit["kind"] == "streets"]
    assert street["id"] == "street_id-1"


@pytest.mark.parametrize("text", ['"', "' OR 1=1 --", "NEAR(", "*", "name:x", "-", "a" * 1000])
def test_signs_of_the_query_language_are_text(names, text):
    assert names.find(text, 8) == []


def test_rows_without_a_name_are_left_out():
    found = named_things(Town())
    assert found["name"][found["kind"] == "places"].tolist() == ["Rådhus"]
    assert found["name"].notna().all()


@pytest.mark.parametrize("text", ["Straße", "İ", "Æbeltoft", "ǅ"])
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


def test_the_service_finds_streets_and_refuses_an_empty_question(client):
    found = client.get("/api/v1/search", params={"study": "small", "q": "south"}).json()["hits"]
    assert [hit["kind"] for hit in found] == ["sites"]
    assert client.get("/api/v1/search", params={"q": ""}).status_code == 422
