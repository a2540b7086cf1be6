"""Patches, places and amenities of a drawn landscape."""

from pathlib import Path

import pandas as pd
import pytest

from geo_planner import schema
from geo_planner.errors import SourceError
from geo_planner.sources.osm import OsmExtract, read_osm
from geo_planner.sources.osm.landscape import (
    amenity_kind,
    amenity_tags,
    landscape_kind,
    landscape_kinds,
)
from geo_planner.words.english import english
from tests.sources.osm.osm_drawing import METRIC, Drawing

TABLES = ("landscape", "localities", "amenities", "shared_bicycle_stations")


def _town() -> Drawing:
    return Drawing().node(901, 0, -50).node(902, 100, -50).way(900, [901, 902])


def _square(drawing: Drawing, first: int, x_m: float, side_m: float) -> list[int]:
    """Draw the corners of a square from (x, 0) and return the closed ring of nodes."""
    corners = [(0, 0), (side_m, 0), (side_m, side_m), (0, side_m)]
    for number, (dx_m, dy_m) in enumerate(corners, start=first):
        drawing.node(number, x_m + dx_m, dy_m)
    return [*range(first, first + 4), first]


def _read(drawing: Drawing, folder: Path) -> OsmExtract:
    extract = read_osm(drawing.write(folder), METRIC)
    for name in TABLES:
        schema.validate(extract.tables[name], schema.tables()[name], origin=name)
    return extract


def _patches(drawing: Drawing, folder: Path) -> pd.DataFrame:
    return _read(drawing, folder).tables["landscape"].set_index("patch_id")


def test_a_lake_with_an_island_loses_the_area_of_the_island(tmp_path: Path) -> None:
    drawing = _town()
    shore = _square(drawing, 1, 0, 300)
    for number, (x_m, y_m) in enumerate([(100, 100), (200, 100), (200, 200), (100, 200)], start=11):
        drawing.node(number, x_m, y_m)
    drawing.way(10, shore[:3], {}).way(11, shore[2:], {}).way(12, [11, 12, 13, 14, 11], {})
    members = [("way", 10, "outer"), ("way", 11, "outer"), ("way", 12, "inner")]
    tags = {"type": "multipolygon", "natural": "water", "name": "Lake"}
    patches = _patches(drawing.relation(5, members, tags), tmp_path)
    assert patches["kind"].to_dict() == {"r5": "water"}
    assert patches["name"].tolist() == ["Lake"]
    assert patches.geometry.area.tolist() == pytest.approx([300**2 - 100**2], rel=1e-4)
    assert len(patches.geometry.iloc[0].interiors) == 1


def test_closed_ways_become_patches_of_their_kind(tmp_path: Path) -> None:
    drawing = _town()
    tags = [("landuse", "residential"), ("landuse", "retail"), ("leisure", "pitch")]
    for i, (key, value) in enumerate(tags):
        drawing.way(10 + i, _square(drawing, 10 * i + 1, 200 * i, 100), {key: value})
    drawing.way(20, _square(drawing, 101, 900, 100), {"building": "yes"})
    patches = _patches(drawing, tmp_path)
    assert patches["kind"].to_dict() == {"w10": "built_up", "w11": "business", "w12": "sport"}
    assert patches.geometry.area.tolist() == pytest.approx([10_000] * 3, rel=0.001)
    assert patches.geometry.geom_type.unique().tolist() == ["Polygon"]


def test_an_outline_that_does_not_close_is_no_patch_and_is_counted(tmp_path: Path) -> None:
    drawing = _town()
    ring = _square(drawing, 1, 0, 100)
    drawing.way(10, ring[:4], {"landuse": "residential"})
    drawing.way(11, [*ring[:3], 777, ring[0]], {"landuse": "forest"})
    patches = _patches(drawing, tmp_path)
    assert "w10" not in patches.index


def test_an_outline_that_crosses_itself_is_left_out_or_mended_never_invalid(
    tmp_path: Path,
) -> None:
    drawing = _town()
    for number, (x_m, y_m) in enumerate([(0, 0), (100, 100), (100, 0), (0, 100)], start=1):
        drawing.node(number, x_m, y_m)
    drawing.way(10, [1, 2, 3, 4, 1], {"landuse": "forest"})
    drawing.way(20, _square(drawing, 11, 300, 100), {"landuse": "forest"})
    patches = _patches(drawing, tmp_path)
    assert "w20" in patches.index
    assert patches.geometry.is_valid.all()


def test_scraps_and_small_lawns_are_not_drawn(tmp_path: Path) -> None:
    drawing = _town()
    drawing.way(10, _square(drawing, 1, 0, 5), {"landuse": "residential"})
    drawing.way(11, _square(drawing, 11, 100, 30), {"landuse": "grass"})
    drawing.way(12, _square(drawing, 21, 200, 60), {"landuse": "grass"})
    patches = _patches(drawing, tmp_path)
    assert patches["kind"].to_dict() == {"w12": "park"}


def test_every_kind_of_the_table_is_allowed_in_the_schema() -> None:
    allowed = set(schema.tables()["landscape"].columns["kind"].allowed)
    assert set(landscape_kinds().values()) == allowed
    for (key, value), kind in landscape_kinds().items():
        assert landscape_kind({key: value}) == kind


def test_amenities_come_from_nodes_and_from_areas(tmp_path: Path) -> None:
    drawing = _town().node(50, 0, 0, shop="supermarket", name="Shop").node(51, 5, 5, shop="vacant")
    drawing.node(52, 9, 9, amenity="bench").node(53, 9, 9, tourism="hotel")
    drawing.way(10, _square(drawing, 1, 0, 20), {"amenity": "kindergarten", "building": "yes"})
    amenities = _read(drawing, tmp_path).tables["amenities"].set_index("amenity_id")
    assert amenities["kind"].to_dict() == {
        "n50": "shop:supermarket",
        "n53": "tourism:hotel",
        "w10": "amenity:kindergarten",
    }
    assert amenities.loc["n50", "name"] == "Shop"


def test_the_amenities_of_the_criterion_are_all_known() -> None:
    assert len(amenity_tags()) > 10
    assert amenity_kind({"leisure": "fitness_centre"}) == "leisure:fitness_centre"
    assert amenity_kind({"shop": "no", "amenity": "cafe"}) == "amenity:cafe"
    assert amenity_kind({"leisure": "park"}) is None


def test_named_towns_and_districts_become_localities(tmp_path: Path) -> None:
    drawing = _town().node(50, 0, 0, place="town", name="Ballerup")
    drawing.node(51, 0, 0, place="borough", name="East").node(52, 0, 0, place="town")
    drawing.node(53, 0, 0, place="square", name="Torvet")
    localities = _read(drawing, tmp_path).tables["localities"].set_index("locality_id")
    assert localities["kind"].to_dict() == {"n50": "town", "n51": "suburb"}
    assert localities["name"].tolist() == ["Ballerup", "East"]


def test_a_file_out_of_order_gives_the_same_patches(tmp_path: Path) -> None:
    drawing = _town()
    ring = _square(drawing, 1, 0, 100)
    drawing.way(20, ring, {"landuse": "forest"}).way(10, ring, {"natural": "water"})
    patches = _patches(drawing, tmp_path)
    assert patches["kind"].sort_index().to_dict() == {"w10": "water", "w20": "wood"}


def test_landscape_alone_is_no_region(tmp_path: Path) -> None:
    drawing = Drawing()
    drawing.way(20, _square(drawing, 1, 0, 100), {"landuse": "forest"})
    with pytest.raises(SourceError, match="choose an extract with highways"):
        read_osm(drawing.write(tmp_path))


def test_stations_of_shared_bicycles_are_told_from_shops_and_private_ones(tmp_path: Path) -> None:
    hire = {"amenity": "bicycle_rental"}
    drawing = _town()
    for number, tags in enumerate(
        [
            {"bicycle_rental": "docking_station", "name": "Torvet", "capacity": "20"},
            {"bicycle_rental": "dropoff_point", "network": "Donkey"},
            {"network": "Bycyklen", "capacity": "about 9"},
            {"capacity": "8"},
            {"bicycle_rental": "shop", "network": "Bycyklen"},
            {"name": "Cykelbutik"},
            {"bicycle_rental": "docking_station", "access": "private"},
        ],
        start=50,
    ):
        drawing.node(number, number, 0, **hire, **tags)
    area = _square(drawing, 1, 200, 10)
    drawing.way(10, area, hire | {"bicycle_rental": "docking_station"})
    extract = _read(drawing, tmp_path)
    stations = extract.tables["shared_bicycle_stations"].set_index("station_id")
    assert list(stations.index) == ["n50", "n51", "n52", "n53", "w10"]
    assert stations["name"].fillna("-").tolist() == ["Torvet", "-", "-", "-", "-"]
    assert stations["network"].fillna("-").tolist() == ["-", "Donkey", "Bycyklen", "-", "-"]
    assert stations["capacity_count"].fillna(-1).tolist() == [20, -1, -1, 8, -1]
    assert stations.geometry["w10"].distance(stations.geometry["n50"]) == pytest.approx(155, abs=6)
    told = {f.kind: f.count for f in extract.findings if "bicycle" in english(f.what)}
    assert told == {"read": 5, "left_out": 3}
