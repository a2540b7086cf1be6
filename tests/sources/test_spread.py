"""Totals of districts are spread over built-up land, and none of them is lost."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from shapely.geometry import box

from geo_planner import schema
from geo_planner.config import SpreadSource
from geo_planner.errors import InputError
from geo_planner.sources.spread import read_spread
from geo_planner.words.english import english

CRS_DK = CRS.from_epsg(25832)
EAST, NORTH = 700_000, 6_170_000


def square(x, y, side):
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def write_inputs(
    folder,
    *,
    totals="id;persons 0-17;persons 18-;jobless\n15101;30;70;-\n15102;0;100;-\n16301;5;45;2\n",
):
    """Two districts of 200 m: 0151 holds 2 homes (weights 1, 3), 0163 one home over the border."""
    (folder / "totals.csv").write_text(totals, "utf-8")
    gpd.GeoDataFrame(
        {"code": ["0151", "0163"], "name": ["Vest", "Øst"]},
        geometry=[square(0, 0, 200), square(200, 0, 200)],
        crs=CRS_DK,
    ).to_file(folder / "areas.gpkg")
    gpd.GeoDataFrame(
        {"type": ["low", "high", "low", "forest"]},
        geometry=[
            square(0, 0, 100),
            square(100, 100, 50),
            square(150, 0, 100),
            square(300, 100, 90),
        ],
        crs=CRS_DK,
    ).to_file(folder / "land.gpkg")


def source_of(folder, **changes):
    settings = {
        "totals": {
            "path": folder / "totals.csv", "field": "id", "drop_last": 2, "width": 4,
            "columns": {"population_count": "^persons", "workers_count": "^persons 18"},
        },
        "areas": {"path": folder / "areas.gpkg", "field": "code", "name_field": "name"},
        "land": {"path": folder / "land.gpkg", "field": "type", "weights": {"low": 1, "high": 3}},
    }  # fmt: skip
    for key, value in changes.items():
        settings[key] = {**settings[key], **value} if isinstance(value, dict) else value
    return SpreadSource.model_validate(settings)


def test_people_live_where_the_land_is_built_up_by_its_weight(tmp_path):
    write_inputs(tmp_path)
    frame = read_spread(source_of(tmp_path), CRS_DK).frame.set_index("zone_id")
    # district 0151: 10 000 m2 low, 2 500 m2 high x 3, 5 000 m2 low of the home on the border
    expected = {"0151-7000-61700": 10_000, "0151-7001-61701": 7_500, "0151-7001-61700": 5_000}
    for zone, weight in expected.items():
        assert frame.loc[zone, "population_count"] == pytest.approx(200 * weight / 22_500)
        assert frame.loc[zone, "workers_count"] == pytest.approx(170 * weight / 22_500)
    assert frame.loc["0163-7002-61700", "population_count"] == pytest.approx(50)
    assert list(frame["district"].unique()) == ["Vest", "Øst"]
    assert len(frame) == 4


def test_cells_fit_the_table_zones(tmp_path):
    write_inputs(tmp_path)
    rows = read_spread(source_of(tmp_path, role="hinterland"), CRS_DK)
    checked = schema.validate(rows.frame, schema.tables()["zones"], origin="spread")
    assert (checked["role"] == "hinterland").all()
    assert any("an assumption" in english(finding.what) for finding in rows.findings)


@pytest.mark.parametrize("cell_m", [10, 33, 100, 1000])
def test_no_total_is_lost_at_any_cell_size(tmp_path, cell_m):
    write_inputs(tmp_path)
    frame = read_spread(source_of(tmp_path, cell_m=cell_m), CRS_DK).frame
    sums = frame.groupby("district")["population_count"].sum()
    np.testing.assert_allclose(sums[["Vest", "Øst"]], [200, 50], rtol=1e-12)


@given(st.lists(st.integers(0, 10_000), min_size=3, max_size=3))
@settings(max_examples=20)
def test_any_totals_are_kept(tmp_path_factory, counts):
    folder = tmp_path_factory.mktemp("spread")
    a, b, c = counts
    write_inputs(folder, totals=f"id;persons 18-\n15101;{a}\n15102;{b}\n16301;{c}\n")
    frame = read_spread(source_of(folder), CRS_DK).frame
    assert frame["population_count"].sum() == pytest.approx(a + b + c)


def test_only_districts_asked_for_are_used(tmp_path):
    write_inputs(tmp_path)
    frame = read_spread(source_of(tmp_path, areas={"keep": ("0163",)}), CRS_DK).frame
    assert frame["population_count"].sum() == pytest.approx(50)


def test_districts_without_totals_polygon_or_land_are_named(tmp_path):
    write_inputs(tmp_path, totals="id;persons 18-\n15101;1\n99901;2\n")
    source = source_of(
        tmp_path, areas={"keep": ("0151", "0163", "0999")}, land={"weights": {"high": 1}}
    )
    with pytest.raises(InputError) as caught:
        read_spread(source, CRS_DK)
    found = str(caught.value)
    assert "no totals in totals.csv: 0163" in found
    assert "no polygon in areas.gpkg: 0999" in found
    assert "no land to spread over in land.gpkg: 0163" in found


def test_missing_fields_and_texts_that_are_no_numbers_are_named(tmp_path):
    write_inputs(tmp_path)
    with pytest.raises(InputError, match=r"areas\.gpkg: no field 'kode'"):
        read_spread(source_of(tmp_path, areas={"field": "kode"}), CRS_DK)
    with pytest.raises(InputError, match="population_count: no field matches"):
        read_spread(source_of(tmp_path, totals={"columns": {"population_count": "^folk"}}), CRS_DK)
    write_inputs(tmp_path, totals="id;persons 18-\n15101;many\n")
    with pytest.raises(InputError, match="holds 'many', which is no number"):
        read_spread(source_of(tmp_path), CRS_DK)
