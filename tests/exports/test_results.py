"""Files by their ending: GeoJSON that commands write is that of the standard."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.crs import to_degrees
from geo_planner.errors import InputError
from geo_planner.exports import write_table
from tests.exports.conftest import CRS_M, box

HOLED = shapely.Polygon(box(0, 0).exterior, [box(0.2, 0.2, 10).exterior])


def frame_of(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS_M)


def features(frame, out, credit_lines=()):
    write_table(frame, out, credit_lines)
    content = json.loads(out.read_text("utf-8"))
    assert len(content["features"]) == len(frame)
    return content


@pytest.mark.parametrize("shape", [HOLED, shapely.reverse(HOLED)])
def test_outer_rings_run_counter_clockwise_and_holes_the_other_way(shape, tmp_path):
    (feature,) = features(frame_of(shape), tmp_path / "a.geojson")["features"]
    outer, hole = map(shapely.LinearRing, feature["geometry"]["coordinates"])
    assert (outer.is_ccw, hole.is_ccw) == (True, False)


def test_coordinates_are_degrees_to_a_millimetre(tmp_path):
    frame = frame_of(HOLED)
    (feature,) = features(frame, tmp_path / "a.geojson")["features"]
    written = np.array(feature["geometry"]["coordinates"][0])
    assert np.array_equal(written, np.round(written, 8))
    back = gpd.GeoSeries([shapely.Polygon(written)], crs=4326).to_crs(CRS_M).iloc[0]
    assert back.hausdorff_distance(shapely.Polygon(HOLED.exterior)) < 0.001
    west, south, east, north = to_degrees(frame).total_bounds
    assert written.min(axis=0) == pytest.approx([west, south], abs=1e-8)
    assert written.max(axis=0) == pytest.approx([east, north], abs=1e-8)


def test_what_is_not_reached_or_unknown_is_null_and_credits_stand_within(tmp_path):
    frame = frame_of(HOLED, HOLED, None, minutes=[3.5, np.inf, np.nan])
    content = features(frame, tmp_path / "a.geojson", ("© Somebody",))
    found = [feature["properties"]["minutes"] for feature in content["features"]]
    assert found == [3.5, None, None]
    assert content["features"][2]["geometry"] is None
    assert content["credits"] == ["© Somebody"]
    assert (tmp_path / "CREDITS.txt").read_text("utf-8") == "© Somebody\n"


def test_a_table_without_places_is_refused_with_the_endings_it_may_have(tmp_path):
    with pytest.raises(InputError, match=r"no geometry: write it as \.csv or \.parquet"):
        write_table(frame_of(HOLED, a=[1])[["a"]], tmp_path / "a.geojson", ())
    assert not (tmp_path / "a.geojson").exists()
