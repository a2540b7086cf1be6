"""Layers as received: what is mapped, mended, counted, and what is refused in which words."""

import warnings
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner.config import FieldRule, LayerSource
from geo_planner.errors import CRSError, InputError, SchemaError, SourceError
from geo_planner.schema import tables, validate
from geo_planner.sources.layers import LayerRows, read_layer

UTM = CRS.from_epsg(25832)
EAST, NORTH = 708_000.0, 6_181_000.0


def square(column: int, side_m: float = 100.0) -> shapely.Polygon:
    west = EAST + 200 * column
    return shapely.box(west, NORTH, west + side_m, NORTH + side_m)


def cells(n: int = 3, **fields) -> gpd.GeoDataFrame:
    content = {"zone_id": [f"z{i}" for i in range(n)], **fields}
    return gpd.GeoDataFrame(content, geometry=[square(i) for i in range(n)], crs=UTM)


def saved(frame: gpd.GeoDataFrame, path: Path, **options) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".parquet":
            frame.to_parquet(path)
        else:
            frame.to_file(path, **options)
    return path


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, table: str = "zones", **settings_) -> LayerRows:
    return read_layer(LayerSource(table=table, path=path, **settings_), UTM)


def counts(rows: LayerRows, kind: str) -> dict[str, int]:
    return {found.what: found.count for found in rows.findings if found.kind == kind}


def checked(rows: LayerRows) -> pd.DataFrame:
    return validate(rows.frame, tables()[rows.table], origin="test")


# what is read


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
    assert counts(rows, "left_out") == {"rows not kept: only those where 'komnr' is 151": 2}


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


# what is mended, and counted


def test_a_polygon_that_crosses_itself_is_mended_and_counted(tmp_path):
    frame = cells()
    x, y = EAST, NORTH
    bow = [(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100), (x, y)]
    frame.loc[1, "geometry"] = shapely.Polygon(bow)
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    assert checked(rows).area.tolist() == [10_000, 5_000, 10_000]
    mended = [found for found in rows.findings if found.kind == "repaired"]
    assert [(found.count, found.examples) for found in mended] == [(1, ("z1",))]


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
        "rows without zone_id: made from a digest of the geometry": 3
    }


def test_workplaces_at_one_address_get_ids_of_their_own(tmp_path):
    text = "name,lon,lat\na,12.3,55.7\nb,12.3,55.7\n"
    ids = checked(read(written(tmp_path / "a.csv", text), "businesses"))["business_id"]
    assert ids[1] == f"{ids[0]}-2"


def test_what_cannot_be_mended_is_left_to_the_schema_with_its_ids(tmp_path):
    frame = cells()
    frame.loc[2, "geometry"] = None
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    with pytest.raises(SchemaError, match="geometry is absent or empty: 1 row, z2"):
        checked(rows)


# what is refused


def test_a_missing_field_is_refused_with_the_fields_present_all_at_once(tmp_path):
    path = saved(cells(), tmp_path / "a.gpkg")
    with pytest.raises(InputError) as caught:
        read(path, fields={"name": "navn", "colour": "zone_id"}, keep={"komnr": (1,)})
    assert caught.value.problems == (
        "table 'zones' has no column 'colour'; it has: zone_id, role, name, district, "
        "population_count, workers_count, workers_basic_count, workers_vocational_count, "
        "workers_higher_count, pupils_count, income_dkk",
        "there is no field 'navn'; the layer has: zone_id",
        "there is no field 'komnr'; the layer has: zone_id",
    )


def test_a_name_that_a_shapefile_cut_is_pointed_at(tmp_path):
    path = saved(cells(population_count=[1, 2, 4]), tmp_path / "a.shp")
    with pytest.raises(InputError, match="perhaps 'population', cut to 10 bytes"):
        read(path, fields={"population_count": "population_count"})


def test_values_that_are_not_listed_are_refused_with_their_counts(tmp_path):
    path = saved(cells(zone=[1, 9, 9], status="adopted"), tmp_path / "a.gpkg")
    rule = FieldRule(field="zone", values={"1": "urban"})
    with pytest.raises(InputError, match=r"'values' does not list '9' \(2\): add each, or null"):
        read(path, "plans", fields={"zone_status": rule})


BREACHES = {
    "an unknown table": (
        {"table": "zoner"},
        InputError,
        "there is no table 'zoner'; the tables are: study_area, streets",
    ),
    "a constant beside a field": (
        {"constants": {"name": "x"}, "fields": {"name": "zone_id"}},
        InputError,
        "given both in 'fields' and in 'constants'",
    ),
    "nothing kept": (
        {"keep": {"zone_id": ("z9",)}},
        InputError,
        r"no row is left by 'keep' \('zone_id' is z9\); found: {'zone_id': \['z0'",
    ),
    "a scale on text": (
        {"fields": {"population_count": {"field": "zone_id", "scale": 2}}},
        InputError,
        r"cannot scale what is no number: 'z0' \(1\)",
    ),
    "a layer that is not there": (
        {"layer": "b"},
        InputError,
        "there is no layer 'b'; it has: a",
    ),
    "a CRS that is not the file's": (
        {"crs": "EPSG:4326"},
        CRSError,
        "the file is in EPSG:25832, but crs = 'EPSG:4326' is stated",
    ),
    "an encoding for a GeoPackage": (
        {"encoding": "cp1252"},
        InputError,
        "files are always UTF-8: leave out 'encoding'",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_wrong_source_is_refused_in_words(tmp_path, breach):
    options, kind, words = BREACHES[breach]
    path = saved(cells(), tmp_path / "a.gpkg")
    with pytest.raises(kind, match=words):
        read(path, **options)


def test_a_date_that_is_none_is_refused(tmp_path):
    frame = cells(level="framework", status="adopted", dated=["2020-13-01", "soon", "2020-01-01"])
    with pytest.raises(InputError, match=r"not a date .* '2020-13-01' \(1\), 'soon' \(1\)"):
        read(saved(frame, tmp_path / "a.gpkg"), "plans", fields={"plan_id": "zone_id"})


def without_prj(folder: Path) -> Path:
    path = saved(cells(), folder / "a.shp")
    (folder / "a.prj").unlink()
    return path


def with_two_layers(folder: Path) -> Path:
    saved(cells(), folder / "a.gpkg", layer="one")
    return saved(cells(), folder / "a.gpkg", layer="two")


def in_the_wrong_crs(folder: Path) -> Path:
    return saved(cells().set_crs(4326, allow_override=True), folder / "a.gpkg")


def with_swapped_axes(folder: Path) -> Path:
    return written(folder / "a.csv", "zone_id,lon,lat\nz0,55.7,12.3\n")


def damaged(folder: Path) -> Path:
    return written(folder / "a.gpkg", "not a database")


def with_no_rows(folder: Path) -> Path:
    return saved(cells().iloc[:0], folder / "a.gpkg")


def with_ambiguous_numbers(folder: Path) -> Path:
    return written(folder / "a.csv", "zone_id;population_count;lon;lat\nz0;1.234;12;55\n")


def with_unusable_coordinates(folder: Path) -> Path:
    return written(folder / "a.csv", "zone_id,lon,lat\nz0,12.3,55.7\nz1,east,55.7\nz2,12,95\n")


FILES = {
    without_prj: (CRSError, r"a.shp: the file names no CRS: state it in the study file \(crs = "),
    with_two_layers: (InputError, r"name one of its layers \('layer'\): one, two"),
    in_the_wrong_crs: (CRSError, r"3 of 3 rows lie outside the area WGS 84 is for \(z0, z1, z2\)"),
    with_swapped_axes: (CRSError, "1 of 1 rows lie outside .*longitude and latitude are swapped"),
    damaged: (SourceError, "a.gpkg: not readable"),
    with_no_rows: (InputError, "a.gpkg: the layer has no rows"),
    with_ambiguous_numbers: (InputError, "'1.234' may be 1234 or a decimal number"),
    with_unusable_coordinates: (
        InputError,
        r"2 rows have no usable 'lon' and 'lat': z1 \('east', '55.7'\), z2 \('12', '95'\)",
    ),
    lambda folder: folder / "none.gpkg": (SourceError, "none.gpkg: no such file"),
    lambda folder: written(folder / "a.xlsx", "x"): (SourceError, "cannot read .xlsx: use .shp"),
    lambda folder: written(folder / "a.csv", "zone_id,name\nz0,a\n"): (
        InputError,
        "no coordinates found: name their fields",
    ),
}


@pytest.mark.parametrize("make", FILES, ids=lambda make: make.__name__)
def test_a_broken_file_is_refused_in_words(tmp_path, make):
    kind, words = FILES[make]
    with pytest.raises(kind, match=words):
        read(make(tmp_path))


def test_geojson_without_crs_member_is_in_degrees_unless_stated(tmp_path):
    path = saved(cells(), tmp_path / "a.geojson")
    text = path.read_text()
    start = text.index('"crs"')
    path.write_text(text[:start] + text[text.index('"features"') :])
    with pytest.raises(CRSError, match="outside the area WGS 84 is for"):
        read(path)
    assert read(path, crs="EPSG:25832").frame.area.tolist() == [10_000] * 3


# laws


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
