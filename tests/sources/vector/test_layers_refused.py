"""Layers that cannot be read: each breakage is refused in words that say what to do."""

from pathlib import Path

import pytest

from geo_planner.config import FieldRule
from geo_planner.errors import CRSError, InputError, SourceError
from tests.sources.vector.layer_files import cells, read, saved, written


def test_a_missing_field_is_refused_with_the_fields_present_all_at_once(tmp_path):
    path = saved(cells(), tmp_path / "a.gpkg")
    with pytest.raises(InputError) as caught:
        read(path, fields={"name": "navn", "colour": "zone_id"}, keep={"komnr": (1,)})
    assert caught.value.problems == (
        "table 'zones' has no column 'colour'; it has: zone_id, role, name, district, "
        "population_count, workers_count, workers_basic_count, workers_vocational_count, "
        "workers_higher_count, pupils_count, income_amount",
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
    with pytest.raises(InputError, match=r"'values' does not list '9' \(2\): add each"):
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
        r"no row is left by 'keep' \(zone_id = z9\); found: {'zone_id': \['z0'",
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


def with_swapped_metres(folder: Path) -> Path:
    return written(folder / "a.csv", "zone_id,x,y\nz0,6180150,700150\nz1,6180450,700450\n")


def with_a_place_at_zero(folder: Path) -> Path:
    return written(folder / "a.csv", "zone_id,lon,lat\nz0,0,0\nz1,12.3,55.7\n")


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
    with_swapped_axes: (CRSError, "1 of 1 row lies outside .*longitude and latitude are swapped"),
    with_a_place_at_zero: (
        CRSError,
        r"1 of 2 rows lies outside .* \(z0\): their place is 0, 0, .*leave_out = \"incomplete\"",
    ),
    damaged: (SourceError, "a.gpkg: not readable"),
    with_no_rows: (InputError, "a.gpkg: the layer has no rows"),
    with_ambiguous_numbers: (InputError, "'1.234' may be 1234 or a decimal number"),
    with_unusable_coordinates: (
        InputError,
        r"2 rows have no usable 'lon', 'lat': z1 \('east', '55.7'\), z2 \('12', '95'\)",
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


def test_eastings_and_northings_that_are_swapped_are_named_as_that(tmp_path):
    with pytest.raises(
        CRSError, match=r"outside .* \(z0, z1\): longitude and latitude are swapped"
    ):
        read(with_swapped_metres(tmp_path), crs="EPSG:25832")
