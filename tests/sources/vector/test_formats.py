"""Formats: read whatever common one, refuse what is not what its name says."""

import json
import shutil
import sqlite3
import tracemalloc
import zipfile

import geopandas as gpd
import pytest
import shapely

from geo_planner.config import LayerLimits
from geo_planner.errors import InputError, SourceError
from tests.sources.vector.layer_files import UTM, cells, counts, read, saved, square, written


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [(".gml", "GML"), (".tab", "MapInfo File"), (".mif", "MapInfo File"), (".fgb", "FlatGeobuf")],
)
def test_common_formats_are_read(tmp_path, suffix, driver):
    path = saved(cells(), tmp_path / f"a{suffix}", driver=driver)
    before = sorted(file.name for file in tmp_path.iterdir())
    rows = read(path).frame
    assert sorted(rows["zone_id"]) == ["z0", "z1", "z2"]
    assert rows.area.tolist() == [pytest.approx(10_000, rel=1e-6)] * 3
    assert sorted(file.name for file in tmp_path.iterdir()) == before  # nothing written beside


def test_kml_is_read(tmp_path):
    layer = cells().rename(columns={"zone_id": "Name"}).to_crs(4326)
    rows = read(saved(layer, tmp_path / "a.kml", driver="KML"), fields={"zone_id": "Name"}).frame
    assert sorted(rows["zone_id"]) == ["z0", "z1", "z2"]


def zipped(folder, pattern, name):
    files = list(folder.glob(pattern))  # before the archive is one of them
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in files:
            archive.write(file, f"inside/{file.name}")
    return folder / name


@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".fgb"])
def test_zipped_layers_are_read(tmp_path, suffix):
    saved(cells(), tmp_path / f"a{suffix}")
    assert len(read(zipped(tmp_path, "a.*", f"a{suffix}.zip")).frame) == 3


def test_of_several_files_in_a_zip_one_must_be_named(tmp_path):
    for name in ("a", "b"):
        saved(cells(2 if name == "a" else 3), tmp_path / f"{name}.shp")
    path = zipped(tmp_path, "[ab].*", "both.zip")
    with pytest.raises(InputError, match=r"name one of its files \('layer'\): a, b"):
        read(path)
    assert len(read(path, layer="b").frame) == 3


def test_a_zip_without_features_is_refused(tmp_path):
    written(tmp_path / "a.txt", "x")
    with pytest.raises(SourceError, match="holds no file of features"):
        read(zipped(tmp_path, "a.txt", "a.zip"))


def with_sql(path, *statements):
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_project_kept_in_a_geopackage_is_no_layer(tmp_path):
    path = with_sql(saved(cells(), tmp_path / "a.gpkg"), "CREATE TABLE qgis_projects(name TEXT)")
    assert len(read(path).frame) == 3


VIEW = """CREATE VIEW evil AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r)
SELECT i AS zone_id FROM r"""


def test_a_view_is_no_layer(tmp_path):
    entry = "INSERT INTO gpkg_contents (table_name, data_type) VALUES ('evil', 'attributes')"
    path = with_sql(saved(cells(), tmp_path / "a.gpkg"), VIEW, entry)
    with pytest.raises(SourceError, match="layer 'evil' is a view, not a table"):
        read(path, layer="evil")


def test_a_crs_at_the_end_of_a_geojson_counts(tmp_path):
    path = saved(cells(), tmp_path / "a.geojson")
    content = json.loads(path.read_text())
    crs = content.pop("crs")
    content["padding"] = "x" * 50_000
    path.write_text(json.dumps({**content, "crs": crs}))
    assert read(path).frame.area.tolist() == [pytest.approx(10_000, rel=1e-6)] * 3


def test_a_field_named_crs_is_no_crs(tmp_path):
    path = saved(cells(crs=["a", "b", "c"]).to_crs(4326), tmp_path / "a.geojson")
    content = json.loads(path.read_text())
    content.pop("crs", None)
    path.write_text(json.dumps(content))
    assert len(read(path, crs="EPSG:4326").frame) == 3


@pytest.mark.parametrize("kind", ["POLYHEDRALSURFACE Z", "TIN Z"])
def test_a_shape_of_an_odd_kind_is_refused_in_words(tmp_path, kind):
    path = saved(cells(1), tmp_path / "a.gpkg")
    code = {"POLYHEDRALSURFACE Z": 1015, "TIN Z": 1016}[kind]
    blob = b"GP\x00\x01" + (25832).to_bytes(4, "little") + b"\x01" + code.to_bytes(4, "little")
    statement = "UPDATE a SET geom = ?"
    with sqlite3.connect(path) as connection:
        for name, part in connection.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}") if part == "a" else None
        connection.execute(statement, (blob + (0).to_bytes(4, "little"),))
    with pytest.raises((SourceError, InputError), match=r"a\.gpkg"):
        read(path)


def test_curves_are_told(tmp_path):
    path = saved(cells(1), tmp_path / "a.gpkg")
    gpd_wkb = shapely.to_wkb(square(0), byte_order=1)
    ring = gpd_wkb[9:]  # after byte order, kind and number of rings
    line = b"\x01\x02\x00\x00\x00" + ring
    curve = b"\x01\x0a\x00\x00\x00\x01\x00\x00\x00" + line
    blob = b"GP\x00\x01" + (25832).to_bytes(4, "little") + curve
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE a SET geom = ?", (blob,))
        connection.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
    rows = read(path)
    assert counts(rows, "repaired")["shapes with curves, read as chords"] == 1
    assert rows.frame.area.tolist() == [pytest.approx(10_000)]


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer>"
    "</OGRVRTDataSource>"
)
DISGUISED = {
    "a virtual dataset": (".gpkg", VRT, "which is no .gpkg file"),
    "a virtual dataset as Shapefile": (".shp", VRT, "which is no .shp file"),
    "a virtual dataset as GeoJSON": (".geojson", VRT, "which is no .geojson file"),
    "a virtual dataset as GML": (".gml", "<?xml version='1.0'?>" + VRT, "points to other files"),
    "entities": (".kml", "<!DOCTYPE x [<!ENTITY a SYSTEM '{}'>]><kml/>", "no .kml|points to other"),
    "other XML": (".gml", "<?xml version='1.0'?><html></html>", "is XML, but no GML"),
    "tables of tables": (".tab", '!table\n"\\IsSeamless" = "TRUE"\n', "is made of other tables"),
    "TopoJSON": (".json", '{"type": "Topology", "arcs": [], "objects": {}}', r"is TopoJSON|not re"),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_what_is_not_what_its_name_says_is_refused(tmp_path, name):
    suffix, text, words = DISGUISED[name]
    other = saved(cells(), tmp_path / "other.gpkg")
    path = written(tmp_path / f"a{suffix}", text.replace("{}", str(other)))
    with pytest.raises(SourceError, match=words):
        read(path)


@pytest.mark.parametrize(
    ("name", "limit", "words"),
    [
        ("max_rows", 2, "more rows"),
        ("max_columns", 1, "more columns"),
        ("max_vertices", 10, "more vertices"),
        ("max_mb", 0.01, "more than max_mb = 0.01"),
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson"])
def test_a_source_larger_than_its_limits_is_refused_with_the_setting(
    tmp_path, suffix, name, limit, words
):
    layer = cells(note=["x" * 10_000] * 3)
    path = saved(layer, tmp_path / f"a{suffix}")
    with pytest.raises(SourceError, match=rf"{words}.*limits\.{name}"):
        read(path, limits=LayerLimits(**{name: limit}))


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".tab"])
def test_a_small_file_is_read_in_little_memory_however_many_rows_are_allowed(tmp_path, suffix):
    path = saved(cells(), tmp_path / f"a{suffix}")
    tracemalloc.start()
    try:
        assert len(read(path, limits=LayerLimits(max_rows=20_000_000)).frame) == 3
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_a_table_whose_other_files_are_named_in_capitals_is_read_to_its_last_row(tmp_path):
    path = saved(cells(500), tmp_path / "a.tab")
    for part in list(tmp_path.iterdir()):
        if part != path:
            part.rename(tmp_path / part.name.upper())
    assert path.stat().st_size < 500  # less than a byte a row
    assert len(read(path).frame) == 500


def test_a_zip_is_unpacked_within_its_limits(tmp_path):
    saved(cells(), tmp_path / "a.gpkg")
    path = zipped(tmp_path, "a.gpkg", "a.zip")
    with pytest.raises(SourceError, match=r"more than max_mb = 0\.05"):
        read(path, limits=LayerLimits(max_mb=0.05))


def test_a_capital_suffix_is_the_same_format(tmp_path):
    shutil.move(saved(cells(), tmp_path / "a.gpkg"), tmp_path / "A.GPKG")
    assert isinstance(read(tmp_path / "A.GPKG").frame, gpd.GeoDataFrame)
    assert read(tmp_path / "A.GPKG").frame.crs == UTM
