"""Files made to do harm, and broken ones, of every kind: refused in words of ours, or read."""

import json
import os
import sqlite3
import warnings
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyproj import CRS

from geo_planner.config import GbfsSource, LayerLimits, RasterSource, TableLimits, read_study
from geo_planner.errors import ConfigError, GeoPlannerError, InputError, ScenarioError, SourceError
from geo_planner.region.ingest import ingest
from geo_planner.region.rasters import read_raster
from geo_planner.scenario.files import read_scenario
from geo_planner.sources.gbfs import read_gbfs
from geo_planner.sources.gtfs.feed import read_gtfs
from geo_planner.sources.osm import read_osm
from tests.cases.test_fuzz import FEED, OSM
from tests.small_study import HEAD
from tests.sources.vector.layer_files import cells, read, saved, written

UTM = CRS.from_epsg(25832)
XML = '<?xml version="1.0"?>'
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
FEATURE = {
    "type": "Feature", "properties": {"zone_id": "a"},
    "geometry": {"type": "Point", "coordinates": [12.4, 55.7]},
}  # fmt: skip


def collection(text=""):
    plain = json.dumps({"type": "FeatureCollection", "features": [FEATURE]})
    return plain.replace('"a"', text) if text else plain


def packed(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # members of the same name are what is tried
        for name, content in members:
            archive.writestr(name, content)
    return path


def feed(path, *more, without=()):
    members = [(name, text) for name, text in FEED.items() if name not in without]
    return packed(path, *members, *more)


def link(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.gpx", "<gpx/>", "cannot read .gpx"),
        ("a.kml", XML + '<!DOCTYPE x [<!ENTITY a "b">]>' + KML, "points to other"),
        ("b.kml", XML + "<!--" + 70_000 * "x" + "--><!DOCTYPE x [<!ENTITY a 'b'>]>" + KML,
         "points to other"),
        ("c.kml", XML + KML.format("<NetworkLink><Link><href>http://a.dk</href></Link></NetworkLink>"),
         "no rows"),
        ("a.geojson", collection(40 * "9"), "READ"),
        ("b.geojson", collection(5_000 * "[" + 5_000 * "]"), "nested"),
        ("c.json", '{"type":"Topology","objects":{},"arcs":[]}', "not readable"),
        ("d.json", '{"features":[{"attributes":{"a":1},"geometry":{"x":1,"y":2}}],'
         '"geometryType":"esriGeometryPoint"}', "ESRIJSON"),
        ("a.csv", "zone_id;x;y\na\0b;708100;6181100\n", "not text"),
        ("b.csv", ";".join(f"c{i}" for i in range(300_000)) + "\n1\n", "columns.*max_columns"),
        ("c.csv", 300_000 * "c;" + "\n1\n", "columns.*max_columns"),
        ("d.csv", 200_001 * '"' + "\n", "header cannot be read"),
    ],
)  # fmt: skip
def test_a_text_that_is_no_layer_is_refused_in_words(tmp_path, name, text, words):
    try:
        read(written(tmp_path / name, text))
    except GeoPlannerError as error:
        found = str(error)
    else:
        found = "READ"
    assert pd.Series([found]).str.contains(words).all(), found


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32"])
def test_a_text_in_an_encoding_that_does_not_show_is_refused(tmp_path, encoding):
    text = "zone_id;x;y\na;708100;6181100\n"
    with pytest.raises(SourceError, match=r"not text in .*: state its encoding"):
        read(written(tmp_path / "a.csv", text, encoding))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_text_in_an_encoding_that_shows_is_read(tmp_path, encoding):
    text = "zone_id;x;y\næ;708100;6181100\n"
    rows = read(written(tmp_path / "a.csv", text, encoding), crs="EPSG:25832")
    assert rows.frame["zone_id"].tolist() == ["æ"]


def test_a_text_in_two_encodings_is_refused(tmp_path):
    content = "zone_id;x;y\næ;708100;6181100\n".encode() + "ø;708200;6181100\n".encode("cp1252")
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(
        SourceError, match=r"in UTF-8 \('æ'\), others are not: .*state its encoding"
    ):
        read(tmp_path / "a.csv", crs="EPSG:25832")
    stated = read(tmp_path / "a.csv", crs="EPSG:25832", encoding="cp1252")
    assert stated.frame["zone_id"].tolist() == ["Ã¦", "ø"]


def test_a_shapefile_in_two_encodings_is_refused(tmp_path):
    path = saved(cells(2, name=["first.", "second"]), tmp_path / "a.shp")
    path.with_suffix(".cpg").unlink()
    file = path.with_suffix(".dbf")
    content = file.read_bytes().replace(b"first.", "æ    ".encode())
    file.write_bytes(content.replace(b"second", "ø     ".encode("cp1252")))
    with pytest.raises(SourceError, match=r"in UTF-8 \('æ'\), others are not"):
        read(path)


def test_a_value_of_any_length_leaves_its_error_short(tmp_path):
    text = f"zone_id;x;y\n{'a' * 100_000};here;6181100\n"
    with pytest.raises(GeoPlannerError, match="characters left out") as raised:
        read(written(tmp_path / "a.csv", text), crs="EPSG:25832")
    assert len(str(raised.value)) < 10_000


def test_an_error_about_a_file_in_a_zip_names_the_zip(tmp_path):
    path = packed(tmp_path / "a.zip", ("inside/a.shp", "<OGRVRTDataSource/>"))
    with pytest.raises(SourceError, match=r"a\.zip: a\.shp: not readable: it starts"):
        read(path)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("CREATE VIEW evil AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x FROM c) "
         "SELECT x AS fid, x AS zone_id FROM c", "is a view"),
        ("CREATE VIRTUAL TABLE evil USING fts4(zone_id)", "is a virtual table"),
    ],
)  # fmt: skip
def test_a_layer_of_a_geopackage_that_is_no_table_is_refused(tmp_path, sql, words):
    path = saved(cells(), tmp_path / "a.gpkg")
    database = sqlite3.connect(path)
    database.execute(sql)
    database.execute(
        "INSERT INTO gpkg_contents(table_name, data_type, identifier) VALUES (?, ?, ?)",
        ("evil", "attributes", "evil"),
    )
    database.commit()
    database.close()
    with pytest.raises(SourceError, match=words):
        read(path, layer="evil")


@pytest.mark.parametrize("content", [b"abc", b"\x01\x03\x00\x00\x00\xff\xff\xff\xff"])
def test_shapes_of_a_parquet_file_that_are_none_are_refused(tmp_path, content):
    path = saved(cells(), tmp_path / "a.parquet")
    table = pq.read_table(path)
    place = table.schema.get_field_index("geometry")
    field = table.schema.field(place)
    pq.write_table(table.set_column(place, field, pa.array([content] * 3, field.type)), path)
    with pytest.raises(SourceError, match="not readable"):
        read(path)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_a_parquet_file_that_was_cut_is_refused(tmp_path, keep):
    path = saved(cells(), tmp_path / "a.parquet")
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(SourceError, match="not readable"):
        read(path)


def test_a_layer_with_more_fields_than_allowed_is_refused_before_its_rows_are_read(tmp_path):
    fields = {f"c{i}": [1, 2, 3] for i in range(9)}
    path = saved(cells(**fields), tmp_path / "a.gpkg")
    with pytest.raises(SourceError, match=r"more columns \(10\) than max_columns = 8"):
        read(path, limits=LayerLimits(max_columns=8))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"max_columns": 3}, "stops.txt: has more columns .4. than max_columns = 3"),
        ({"max_rows": 1}, r"\.txt: has more rows .2. than max_rows = 1"),
        ({"max_mb": 1e-4}, "more than max_mb = 0.0001"),
    ],
)
def test_a_timetable_larger_than_allowed_is_refused_with_the_setting(tmp_path, limit, words):
    with pytest.raises(SourceError, match=words):
        read_gtfs(feed(tmp_path / "a.zip"), "1", UTM, limits=TableLimits(**limit))


@pytest.mark.parametrize("home", ["a/b/c/", "../../", "/etc/", "..\\"])
def test_a_timetable_in_any_folder_of_its_zip_is_read_where_it_is(tmp_path, home):
    inside = packed(tmp_path / "a.zip", *((home + name, text) for name, text in FEED.items()))
    assert len(read_gtfs(inside, "1", UTM).tables["stops"]) == 2
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("name", ["stops.txt", "STOPS.TXT"])
def test_a_timetable_that_holds_a_file_twice_is_refused(tmp_path, name):
    with pytest.raises(SourceError, match=r"holds stops\.txt more than once"):
        read_gtfs(feed(tmp_path / "a.zip", (name, FEED["stops.txt"])), "1", UTM)


def test_a_link_in_a_zip_is_not_followed(tmp_path):
    path = feed(tmp_path / "a.zip", (link("stops.txt"), "/etc/passwd"), without=["stops.txt"])
    with pytest.raises(SourceError, match=r"stops.txt lacks the column"):
        read_gtfs(path, "1", UTM)


def test_a_folder_of_a_timetable_that_leads_to_a_device_is_refused(tmp_path):
    for name, text in FEED.items():
        written(tmp_path / name, text)
    (tmp_path / "stops.txt").unlink()
    (tmp_path / "stops.txt").symlink_to("/dev/zero")
    (tmp_path / "round").symlink_to(tmp_path)
    with pytest.raises(SourceError, match=r"lacks stops\.txt"):
        read_gtfs(tmp_path, "1", UTM)


@pytest.mark.parametrize(
    "text",
    [
        OSM[: len(OSM) // 2],
        OSM.replace("?>", '?><!DOCTYPE o [<!ENTITY a "b">]>').replace("residential", "&a;"),
        OSM.replace('id="1"', f'id="{20 * "9"}"'),
        OSM.replace("55.70", "955.70"),
    ],
)
def test_broken_maps_are_refused(tmp_path, text):
    with pytest.raises(SourceError, match="cannot be read as OpenStreetMap data"):
        read_osm(written(tmp_path / "a.osm", text), UTM)


@pytest.mark.parametrize("text", [100_000 * "[", f'{{"data": {5_000 * "9"}}}'])
def test_stations_nested_without_end_or_with_absurd_numbers_are_refused(tmp_path, text):
    with pytest.raises(SourceError, match="cannot be read as JSON"):
        read_gbfs(GbfsSource(path=written(tmp_path / "a.json", text)), "g", UTM)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", 100_000 * "["),
        ("b.json", 500 * '{"a":' + "1" + 500 * "}"),
        ("a.toml", "a = " + 20_000 * "[" + 20_000 * "]"),
        ("b.toml", f"[{'.'.join(500 * 'a')}]\nb = 1"),
    ],
)
def test_a_scenario_nested_without_end_is_refused(tmp_path, name, text):
    with pytest.raises(ScenarioError, match="nested too deep"):
        read_scenario(written(tmp_path / name, text))


@pytest.mark.parametrize("value", ["0x" + 5_000 * "f", 400 * "9", f'"{5_000 * "x"}"', "nan", "inf"])
def test_an_absurd_value_of_a_study_is_refused_in_a_few_words(tmp_path, value):
    study = written(tmp_path / "a.toml", f"{HEAD}max_rides = {value}\n")
    with pytest.raises(ConfigError, match=r"travel\.max_rides: ") as raised:
        read_study(study)
    assert len(str(raised.value)) < 600


def test_a_raster_of_absurd_size_is_refused_with_the_setting(tmp_path):
    import rasterio

    path = tmp_path / "a.tif"
    place = rasterio.Affine(0.01, 0, 708_000, 0, -0.01, 6_182_000)
    with rasterio.open(
        path, "w", driver="GTiff", width=400_000, height=400_000, count=1, dtype="uint8",
        crs="EPSG:25832", transform=place, tiled=True, blockxsize=4096, blockysize=4096,
        SPARSE_OK=True,
    ):  # fmt: skip
        pass
    zones = cells().assign(role="study")
    with pytest.raises(InputError, match=r"more than max_cells = 1000: .* raise limits.max_cells"):
        read_raster(
            RasterSource(path=path, quantity="elevation_m", limits={"max_cells": 1000}),
            {"zones": [zones]},
        )


NAMES = [
    "a b.csv", "it's.csv", "-x.csv", "æøå.csv", 'q"q.csv', "new\nline.csv", "[x].csv", "%41.csv",
    "a#b.gpkg", "a?mode=memory.gpkg", "æ ø.gpkg", "it's.gpkg", "-rf.shp", "a|layername=b.gpkg",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_any_name_is_read(tmp_path, name):
    if name.endswith("csv"):
        written(tmp_path / name, "zone_id;x;y\na;708100;6181100\n")
        assert len(read(tmp_path / name, crs="EPSG:25832").frame) == 1
    else:
        assert len(read(saved(cells(), tmp_path / name)).frame) == 3


@pytest.mark.parametrize("name", [300 * "x" + ".gpkg", "a\\u0000b.gpkg", "loop.gpkg"])
def test_a_path_that_can_be_no_file_is_told_with_all_other_problems(tmp_path, name):
    (tmp_path / "loop.gpkg").symlink_to("loop.gpkg")
    layers = "".join(
        f'[[sources.layers]]\ntable = "zones"\npath = "{path}"\n' for path in (name, "absent.gpkg")
    )
    problems = ingest(read_study(written(tmp_path / "a.toml", HEAD + layers))).problems
    assert len(problems) == 2, [problem.text for problem in problems]


def slow_study(tmp_path, limit):
    saved(cells(), tmp_path / "zones.gpkg")
    text = f'[[sources.layers]]\ntable = "zones"\npath = "zones.gpkg"\nlimits = {{ {limit} }}\n'
    return read_study(written(tmp_path / "a.toml", HEAD + text))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("max_seconds = 1e-3", "zones.gpkg: reading it takes longer than max_seconds = 0.001"),
        ("max_memory_mb = 1", "zones.gpkg.*max_memory_mb = 1"),
    ],
)
def test_time_and_memory_of_a_source_are_settings(tmp_path, limit, words):
    problems = ingest(slow_study(tmp_path, limit)).problems
    assert pd.Series([problem.text for problem in problems]).str.contains(words).all()
    assert len(problems) == 1


def test_one_process_reads_all_sources(tmp_path):
    assert not ingest(slow_study(tmp_path, "max_seconds = 600")).problems
    # other tests may have started programs of theirs from this process
    assert len([pid for pid in _children(os.getpid()) if b"sources.apart" in _command(pid)]) == 1


def _children(process):
    return Path(f"/proc/{process}/task/{process}/children").read_text("utf-8").split()


def _command(process):
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # it ended meanwhile
        return b""


def test_numbers_that_are_none_leave_no_shape(tmp_path):
    frame = cells()
    frame.loc[0, "geometry"] = frame.geometry[1].__class__()
    rows = read(saved(frame, tmp_path / "a.gpkg"))
    assert rows.frame.geometry.area.tolist() == [0, 10_000, 10_000]
