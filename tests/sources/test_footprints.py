"""Footprints of buildings: from OpenStreetMap data and from layers of polygons."""

import geopandas as gpd
import pytest
import shapely

from geo_planner.errors import CRSError, InputError, SourceError
from geo_planner.sources.footprints import read_footprints
from tests.worlds import WORLD_CRS, WORLD_ORIGIN_M

EAST, NORTH = WORLD_ORIGIN_M
HOUSE = shapely.box(EAST, NORTH, EAST + 20, NORTH + 10)


def write_osm(path, *rings):
    """Write rings of metres as ways with their tags."""
    nodes, ways = [], []
    for number, (shape, tags) in enumerate(rings):
        corners = gpd.GeoSeries.from_xy(*shape.exterior.coords.xy, crs=WORLD_CRS).to_crs(4326)
        refs = [100 * number + k + 1 for k in range(len(corners) - 1)]
        nodes += [
            f'<node id="{ref}" version="1" lon="{point.x:.9f}" lat="{point.y:.9f}"/>'
            for ref, point in zip(refs, corners, strict=False)
        ]
        inner = "".join(f'<nd ref="{ref}"/>' for ref in [*refs, refs[0]])
        inner += "".join(f'<tag k="{key}" v="{value}"/>' for key, value in tags.items())
        ways.append(f'<way id="{number + 1}" version="1">{inner}</way>')
    text = "\n".join([*nodes, *ways])
    path.write_text(f'<osm version="0.6">{text}</osm>', "utf-8")
    return path


def test_areas_tagged_building_are_read_from_osm_data(tmp_path):
    garden = shapely.box(EAST + 50, NORTH, EAST + 60, NORTH + 10)
    gone = shapely.box(EAST + 80, NORTH, EAST + 90, NORTH + 10)
    path = write_osm(
        tmp_path / "town.osm",
        (HOUSE, {"building": "yes"}),
        (garden, {"leisure": "garden"}),
        (gone, {"building": "demolished"}),
    )
    footprints = read_footprints(path, WORLD_CRS)
    assert footprints.crs == WORLD_CRS
    assert footprints.area.tolist() == pytest.approx([200], abs=0.1)
    assert footprints.iloc[0].symmetric_difference(HOUSE).area < 0.5


def test_polygons_of_a_layer_are_brought_to_the_crs_of_the_region(tmp_path):
    layer = gpd.GeoDataFrame({"id": ["a"]}, geometry=[HOUSE], crs=WORLD_CRS)
    layer.to_crs(4326).to_file(tmp_path / "houses.gpkg")
    footprints = read_footprints(tmp_path / "houses.gpkg", WORLD_CRS)
    assert footprints.area.tolist() == pytest.approx([200], abs=0.01)


def test_data_without_a_building_are_refused_and_not_taken_for_empty_ground(tmp_path):
    path = write_osm(tmp_path / "town.osm", (HOUSE, {"leisure": "garden"}))
    with pytest.raises(InputError, match=r"town\.osm: no footprints of buildings"):
        read_footprints(path, WORLD_CRS)
    points = gpd.GeoDataFrame({"id": ["a"]}, geometry=[HOUSE.centroid], crs=WORLD_CRS)
    points.to_file(tmp_path / "points.gpkg")
    with pytest.raises(InputError, match="no footprints of buildings"):
        read_footprints(tmp_path / "points.gpkg", WORLD_CRS)


def test_a_file_that_is_not_there_is_said():
    from pathlib import Path

    for name in ("nowhere.osm", "nowhere.gpkg"):
        with pytest.raises(SourceError):
            read_footprints(Path(name), WORLD_CRS)
    with pytest.raises(CRSError):
        read_footprints(Path("nowhere.osm"), gpd.GeoSeries([], crs=4326).crs)
