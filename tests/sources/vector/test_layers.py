"""Layers as received: what is mapped, what is mended and counted."""

import contextlib
import sqlite3
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_planner.config import FieldRule
from geo_planner.errors import CRSError, SchemaError
from tests.sources.vector.layer_files import (
    EAST,
    NORTH,
    UTM,
    cells,
    checked,
    counts,
    read,
    saved,
    square,
    written,
)


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.parquet", "a.geojson"])
def test_every_vector_format_gives_the_same_rows(tmp_path, name):
    frame = cells(population=[1, 2, 4])
    frame = frame.to_crs(4326) if name.endswith("geojson") else frame
    rows = read(saved(frame, tmp_path / name), fields={"population_count": "population"})
    assert checked(rows)["population_count"].tolist() == [1, 2, 4]
    assert rows.frame.crs == UTM
    assert rows.frame.area.tolist() == pytest.approx([10_000] * 3, abs=0.1)  # GeoJSON: 7 decimals


def test_a_field_of_the_columns_name_is_used_unasked_and_the_rest_is_named(tmp_path):
    rows = read(saved(cells(name=["a", "b", "c"], other=1), tmp_path / "a.gpkg"))
    assert rows.frame["name"].tolist() == ["a", "b", "c"]
    assert rows.unmapped_fields == ("other",)


def test_the_role_of_the_source_fills_the_role_column(tmp_path):
    path = saved(cells(role="study"), tmp_path / "a.gpkg")
    assert set(read(path).frame["role"]) == {"study"}
    assert set(read(path, role="hinterland").frame["role"]) == {"hinterland"}


def test_scale_and_values_recode_a_field(tmp_path):
    plans = cells(bebygpct=[110.0, None, 75.0], zone=[1, 3, 1], status="adopted")
    rows = read(
        saved(plans, tmp_path / "a.gpkg"),
        "plans",
        fields={
            "plan_id": "zone_id",
            "floor_area_ratio": FieldRule(field="bebygpct", scale=0.01),
            "zone_status": FieldRule(field="zone", values={"1": "urban", "3": "rural"}),
        },
        constants={"level": "framework"},
    )
    plans = checked(rows)
    assert plans["floor_area_ratio"].tolist()[::2] == pytest.approx([1.1, 0.75])
    assert plans["floor_area_ratio"].isna().tolist() == [False, True, False]
    assert plans["zone_status"].tolist() == ["urban", "rural", "urban"]


def test_several_areas_under_one_plan_are_numbered_in_file_order(tmp_path):
    plans = cells(plan_id=["7", "8", "7"], level="framework", status="adopted")
    assert read(saved(plans, tmp_path / "a.gpkg"), "plans").frame["part"].tolist() == [0, 0, 1]


def test_dates_of_any_form_become_iso_text(tmp_path):
    plans = cells(
        level="framework",
        status="adopted",
        dated=[20200127, 19991231, None],
        kompleks=["ja", "0", None],
    )
    rows = read(
        saved(plans, tmp_path / "a.gpkg"),
        "plans",
        fields={"plan_id": "zone_id", "is_complex": "kompleks"},
    )
    frame = checked(rows)
    assert frame["dated"].tolist()[:2] == ["2020-01-27", "1999-12-31"]
    assert frame["is_complex"].tolist()[:2] == [True, False]
    assert frame[["dated", "is_complex"]].isna().all(axis=1).tolist() == [False, False, True]


def test_moments_become_dates(tmp_path):
    frame = cells(kind="dike", geometry_is="zone", retrieved_at=pd.Timestamp("2024-05-06 07:08"))
    rows = read(saved(frame, tmp_path / "a.gpkg"), "constraints")
    assert set(rows.frame["retrieved_at"]) == {"2024-05-06"}


def test_rows_not_kept_are_counted(tmp_path):
    rows = read(
        saved(cells(komnr=[151.0, 163.0, None]), tmp_path / "a.gpkg"), keep={"komnr": (151,)}
    )
    assert rows.frame["zone_id"].tolist() == ["z0"]
    assert counts(rows, "left_out") == {"rows not kept: only those where komnr = 151": 2}


def test_a_table_without_geometry_is_read_from_text(tmp_path):
    text = "branch_code,branch_standard,area,year,jobs_count\n011100,DB07,Denmark,2016,12.5\n"
    rows = read(written(tmp_path / "a.csv", text), "reference_employment")
    assert checked(rows)["branch_code"].tolist() == ["011100"]
    assert rows.frame["jobs_count"].tolist() == ["12.5"]


def test_a_text_file_of_shapes_needs_its_crs(tmp_path):
    path = written(tmp_path / "a.csv", f'site_id;wkt\ns1;"{square(0).wkt}"\n')
    assert read(path, "sites", crs="EPSG:25832").frame.area.tolist() == [10_000]
    with pytest.raises(CRSError, match="names no CRS: state it in the study file"):
        read(path, "sites")


def test_a_danish_text_file_is_read_by_the_stated_rule(tmp_path):
    text = "p_nr;navn;ansatte;oest;nord\n007;Smørrebrød på Ærø;1.234,5;708000,5;6181000\n"
    rows = read(
        written(tmp_path / "a.csv", text, "cp1252"),
        "businesses",
        crs="EPSG:25832",
        fields={
            "business_id": "p_nr",
            "name": "navn",
            "employees_count": "ansatte",
            "x": "oest",
            "y": "nord",
        },
    )
    row = checked(rows).iloc[0]
    assert (row["business_id"], row["name"]) == ("007", "Smørrebrød på Ærø")
    assert row["employees_count"] == 1234.5
    assert row["geometry"].coords[0] == (708000.5, 6181000)
    assert "rows of text in cp1252, separated by ;, with decimal comma" in counts(rows, "read")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_danish_letters_survive_a_shapefile_with_and_without_its_cpg(tmp_path, encoding):
    path = saved(cells(name=["Måløv", "Ærø", "Øster"]), tmp_path / "a.shp", encoding=encoding)
    assert read(path).frame["name"].tolist() == ["Måløv", "Ærø", "Øster"]
    (tmp_path / "a.cpg").unlink()
    rows = read(path)
    assert rows.frame["name"].tolist() == ["Måløv", "Ærø", "Øster"]
    assert counts(rows, "read")[f"rows of text in {encoding}: there is no .cpg file"] == 3


def test_a_polygon_that_crosses_itself_is_mended_and_counted(tmp_path):
    frame = cells()
    x, y = EAST, NORTH
    bow = [(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100), (x, y)]
    frame.loc[1, "geometry"] = shapely.Polygon(bow)
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    assert checked(rows).area.tolist() == [10_000, 5_000, 10_000]
    mended = [found for found in rows.findings if found.kind == "repaired"]
    assert [(found.count, found.examples) for found in mended] == [(1, ("z1",))]


def test_curved_areas_become_polygons_of_the_same_size(tmp_path):
    file = saved(cells().head(1), tmp_path / "round.gpkg")
    # no library at hand writes curves: put the bytes of a circle of 50 m into the file itself
    x, y, r = 700_050.0, 6_170_050.0, 50.0
    corners = [(x - r, y), (x, y + r), (x + r, y), (x, y - r), (x - r, y)]
    circle = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5)
    circle += b"".join(struct.pack("<dd", *corner) for corner in corners)
    table = pyogrio.list_layers(file)[0][0]
    with contextlib.closing(sqlite3.connect(file)) as database, database:
        names = database.execute("select name from sqlite_master where type = 'trigger'").fetchall()
        for (name,) in names:
            database.execute(f'drop trigger "{name}"')
        head = bytes(database.execute(f'select substr(geom, 1, 8) from "{table}"').fetchone()[0])  # noqa: S608
        plain = head[:3] + bytes([head[3] & 0b11110001]) + head[4:]
        database.execute(f'update "{table}" set geom = ?', (plain + circle,))  # noqa: S608
        database.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")
    shape = read(file).frame.geometry.iloc[0]
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(np.pi * r**2, rel=2e-3)


def test_heights_are_cut_and_counted(tmp_path):
    frame = cells()
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 7.0)
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    assert not rows.frame.has_z.any()
    assert counts(rows, "repaired") == {"heights or measures cut from the geometry": 3}


def test_a_building_given_as_polygon_stands_at_a_point_inside_it(tmp_path):
    frame = cells(school_id=["a", "b", "c"], kind="vocational")
    rows = read(saved(frame, tmp_path / "a.gpkg"), "schools")
    assert frame.geometry.contains(checked(rows).geometry).all()
    assert counts(rows, "repaired") == {"larger shapes replaced by a point inside them": 3}


def test_ids_that_are_absent_come_from_the_geometry_and_are_counted(tmp_path):
    frame = cells().drop(columns="zone_id")
    first = read(saved(frame, tmp_path / "a.gpkg"))
    turned = read(saved(frame.iloc[::-1], tmp_path / "b.gpkg"))
    assert first.frame["zone_id"].str.fullmatch("[0-9a-f]{12}").all()
    assert first.frame["zone_id"].tolist() == turned.frame["zone_id"].tolist()[::-1]
    assert counts(first, "repaired") == {
        "rows without an id: made from a digest of the geometry": 3
    }


def test_workplaces_at_one_address_get_ids_of_their_own(tmp_path):
    text = "name,lon,lat\na,12.3,55.7\nb,12.3,55.7\n"
    ids = checked(read(written(tmp_path / "a.csv", text), "businesses"))["business_id"]
    assert ids[1] == f"{ids[0]}-2"


def test_areas_with_the_very_same_shape_are_kept_numbered_and_told(tmp_path):
    frame = cells().drop(columns="zone_id")
    frame.loc[1, "geometry"] = frame.loc[0, "geometry"]
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    assert rows.frame["zone_id"][1] == f"{rows.frame['zone_id'][0]}-2"
    assert counts(rows, "warning") == {
        "rows with the very shape of another row: kept, and numbered": 1
    }


def test_what_cannot_be_mended_is_left_to_the_schema_with_its_ids(tmp_path):
    frame = cells()
    frame.loc[2, "geometry"] = None
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    with pytest.raises(SchemaError, match="geometry is absent or empty: 1 row, z2"):
        checked(rows)


def test_of_a_collection_the_polygons_are_kept_and_counted(tmp_path):
    mixed = shapely.GeometryCollection([square(0), shapely.Point(EAST, NORTH)])
    frame = gpd.GeoDataFrame({"site_id": ["s"]}, geometry=[mixed], crs=UTM)
    rows = read(saved(frame, tmp_path / "a.gpkg"), "sites")
    assert checked(rows).area.tolist() == [10_000]
    assert sum(counts(rows, "repaired").values()) == 1


def test_coordinates_that_are_no_numbers_make_no_shape(tmp_path):
    frame = gpd.GeoDataFrame(
        {"place_id": ["a", "b"], "name": "x", "kind": "other"},
        geometry=[shapely.Point(EAST, NORTH), shapely.Point(np.inf, NORTH)],
        crs=UTM,
    )
    rows = read(saved(frame, tmp_path / "a.parquet"), "places")
    assert rows.frame.geometry.isna().tolist() == [False, True]
    assert counts(rows, "warning") == {
        "shapes with coordinates that are no numbers, taken as absent": 1
    }


def test_drawing_styles_kept_beside_a_layer_are_no_layer(tmp_path):
    path = saved(cells(), tmp_path / "a.gpkg", layer="cells")
    styles = pd.DataFrame({"style": ["x"]})
    pyogrio.write_dataframe(styles, path, layer="layer_styles", append=True)
    assert len(read(path).frame) == 3


def test_a_named_index_of_a_parquet_file_is_a_field(tmp_path):
    path = tmp_path / "a.parquet"
    cells().set_index("zone_id").to_parquet(path)
    assert read(path).frame["zone_id"].tolist() == ["z0", "z1", "z2"]


def test_a_real_extract_is_read_whole_and_fits_its_table(shared_data):
    rows = read(
        shared_data / "ballerup" / "ballerup_constraints.gpkg",
        "constraints",
        layer="protected_nature",
        keep={"komkode": ("0151",)},
        constants={"kind": "protected_nature", "geometry_is": "zone"},
    )
    assert len(checked(rows)) == 474
    assert rows.unmapped_fields == ("gruppe", "type")


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    ids=st.lists(st.sampled_from(["a", "b", "007", "æ", None]), min_size=1, max_size=4),
    people=st.sampled_from([0.0, 1.5, -1.0, None]),
    suffix=st.sampled_from([".gpkg", ".parquet"]),
)
def test_a_table_either_round_trips_or_every_breach_is_named(tmp_path, ids, people, suffix):
    frame = cells(len(ids), population_count=[people] * len(ids)).assign(
        zone_id=pd.Series(ids, dtype=object)
    )
    frame["population_count"] = frame["population_count"].astype(float)
    path = tmp_path / f"a{suffix}"
    path.unlink(missing_ok=True)
    rows = read(saved(frame, path))
    given_ids = [name for name in ids if name is not None]
    breaches = {
        "must be unique": len(set(given_ids)) < len(given_ids),
        "must be at least 0": people == -1.0,
    }
    expected = {words for words, is_broken in breaches.items() if is_broken}
    if expected:
        with pytest.raises(SchemaError) as caught:
            checked(rows)
        assert {words for words in breaches if words in str(caught.value)} == expected
        return
    table = checked(rows)
    again = checked(read(saved(table, tmp_path / f"again{suffix}")))
    pd.testing.assert_frame_equal(table.drop(columns="geometry"), again.drop(columns="geometry"))
    assert table.geometry.geom_equals(again.geometry).all()
