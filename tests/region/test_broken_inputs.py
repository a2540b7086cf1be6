"""Broken inputs: clear words on one screen, exit code 1, and the earlier region as it was."""

import errno
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.small_study import (
    businesses,
    files_of,
    sites,
    write_feed,
    write_study,
    zones,
)
from tests.sources.osm.osm_drawing import Drawing
from tests.sources.vector.layer_files import saved

SCREEN_LINES = 44


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """Build the whole small town once; broken builds are aimed at it."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region

    folder = tmp_path_factory.mktemp("small")
    return build_region(read_study(write_study(folder / "study")), folder / "region").path


def require_one_clear_error(ran, *words):
    assert ran.code == 1, ran
    assert ran.err.startswith("error: ")
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) <= SCREEN_LINES
    for word in words:
        assert word in ran.err


def changed(study: Path, old: str, new: str) -> Path:
    text = study.read_text("utf-8")
    assert old in text
    study.write_text(text.replace(old, new), "utf-8")
    return study


def no_study_file(folder):
    return folder / "absent.toml"


def broken_toml(folder):
    return changed(write_study(folder, "zones"), 'id = "small"', "id = ")


def unknown_key(folder):
    return changed(write_study(folder, "zones"), "window_min", "windw_min")


def unknown_criterion(folder):
    return changed(
        write_study(folder, "zones"), "[travel]", "[siting.weights]\nprice = 3\n\n[travel]"
    )


def cutoffs_beyond_the_longest_time(folder):
    return changed(write_study(folder, "zones"), "[travel]", "[travel]\nmax_time_min = 30")


def secret_in_the_file(folder):
    return changed(
        write_study(folder, "zones"), 'path = "zones', 'api_key = "s3cret"\npath = "zones'
    )


def missing_layer(folder):
    study = write_study(folder, "zones")
    (folder / "zones.gpkg").unlink()
    return study


def missing_streets(folder):
    study = write_study(folder, "osm")
    (folder / "town.osm").unlink()
    return study


def missing_streets_and_no_crs(folder):
    return changed(missing_streets(folder), 'crs = "EPSG:25832"', "")


def cut_short_osm(folder):
    study = write_study(folder, "osm")
    content = (folder / "town.osm").read_bytes()
    (folder / "town.osm").write_bytes(content[: len(content) // 2])
    return study


def cut_short_pbf(folder):
    import osmium

    study = changed(write_study(folder, "osm"), "town.osm", "town.osm.pbf")
    pbf = folder / "town.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for element in osmium.FileProcessor(str(folder / "town.osm")):
            writer.add(element)
    content = pbf.read_bytes()
    pbf.write_bytes(content[: len(content) * 2 // 3])
    return study


def osm_without_streets(folder):
    study = write_study(folder, "osm")
    Drawing().node(1, 0, 0).write(folder)
    return study


def no_crs_on_a_shapefile(folder):
    study = changed(write_study(folder, "zones"), "zones.gpkg", "zones.shp")
    saved(zones(), folder / "zones.shp")
    (folder / "zones.prj").unlink()
    return study


def metres_called_degrees(folder):
    study = write_study(folder, "zones")
    saved(zones().set_crs(4326, allow_override=True), folder / "zones.gpkg")
    return study


def layer_on_another_continent(folder):
    study = write_study(folder, "zones")
    far = zones().to_crs(4326)
    far.geometry = far.translate(-90, 0)
    saved(far, folder / "zones.gpkg")
    return study


def stated_crs_contradicts_the_file(folder):
    return changed(
        write_study(folder, "zones"), 'path = "zones', 'crs = "EPSG:4326"\npath = "zones'
    )


def geographic_region(folder):
    return changed(write_study(folder, "zones"), "EPSG:25832", "EPSG:4326")


def web_mercator_region(folder):
    return changed(write_study(folder, "zones"), "EPSG:25832", "EPSG:3857")


def no_such_crs(folder):
    return changed(write_study(folder, "zones"), "EPSG:25832", "EPSG:999999")


def crs_of_another_country(folder):
    return changed(write_study(folder, "osm"), "EPSG:25832", "EPSG:26918")


def ids_twice_in_a_layer(folder):
    study = write_study(folder, "zones")
    saved(zones().replace({"zone_id": {"z1": "z0"}}), folder / "zones.gpkg")
    return study


def ids_twice_across_layers(folder):
    study = write_study(folder, "zones")
    saved(zones().tail(2), folder / "more.gpkg")
    text = study.read_text("utf-8")
    layer = text[text.index("[[sources.layers]]") :].replace("zones.gpkg", "more.gpkg")
    study.write_text(f"{text}\n{layer}", "utf-8")
    return study


def null_geometry(folder):
    study = write_study(folder, "zones")
    frame = zones()
    frame.loc[1, "geometry"] = None
    saved(frame, folder / "zones.gpkg")
    return study


def points_where_areas_belong(folder):
    study = write_study(folder, "sites")
    saved(sites().set_geometry(sites().centroid), folder / "sites.gpkg")
    return study


def negative_jobs(folder):
    study = write_study(folder, "businesses")
    saved(
        businesses().replace({"employees_count": {8.0: -8.0}}),
        folder / "businesses.gpkg",
    )
    return study


def branch_code_without_standard(folder):
    study = write_study(folder, "businesses")
    saved(businesses().assign(branch_code="620100"), folder / "businesses.gpkg")
    return study


def field_that_is_not_there(folder):
    return changed(
        write_study(folder, "zones"), 'table = "zones"', 'table = "zones"\nfields.name = "navn"'
    )


def unknown_table(folder):
    return changed(write_study(folder, "zones"), 'table = "zones"', 'table = "zoner"')


def feed_without_stop_times(folder):
    study = write_study(folder, "gtfs")
    write_feed(folder / "feed.zip", stop_times="")
    return study


def feed_that_is_no_zip(folder):
    study = write_study(folder, "gtfs")
    (folder / "feed.zip").write_bytes(b"PK, but nothing else")
    return study


def feed_cut_short(folder):
    study = write_study(folder, "gtfs")
    content = (folder / "feed.zip").read_bytes()
    (folder / "feed.zip").write_bytes(content[: len(content) // 2])
    return study


def feeds_of_two_time_zones(folder):
    study = write_study(folder, "gtfs")
    london = [{"agency_name": "Far", "agency_timezone": "Europe/London"}]
    write_feed(folder / "far.zip", agency=london)
    return changed(
        study, "[[sources.gtfs]]", '[[sources.gtfs]]\npath = "far.zip"\n\n[[sources.gtfs]]'
    )


def a_folder_in_place_of_a_layer(folder):
    study = missing_layer(folder)
    (folder / "zones.gpkg").mkdir()
    return study


def no_sources(folder):
    study = write_study(folder, "zones")
    text = study.read_text("utf-8")
    study.write_text(text[: text.index("[[sources")], "utf-8")
    return study


BROKEN = {
    no_study_file: ["absent.toml: no such study file"],
    broken_toml: ["study.toml: not a readable TOML file", "line 3"],
    unknown_key: ["travel.windw_min: unknown key"],
    unknown_criterion: ["siting.weights: no criterion 'price': choose from workers_transit_45"],
    cutoffs_beyond_the_longest_time: ["access.cutoffs_min goes to 60", "travel.max_time_min = 30"],
    secret_in_the_file: ["sources.layers[0].api_key: looks like a secret", "environment"],
    missing_layer: ["zones.gpkg: no such file"],
    missing_streets: ["town.osm: no such file"],
    missing_streets_and_no_crs: ["town.osm: no such file"],
    cut_short_osm: ["town.osm: cannot be read as OpenStreetMap data", "cut short"],
    cut_short_pbf: ["town.osm.pbf: cannot be read as OpenStreetMap data", "cut short"],
    osm_without_streets: ["town.osm", "street"],
    no_crs_on_a_shapefile: ["zones.shp: the file names no CRS", "crs = 'EPSG:...'"],
    metres_called_degrees: ["9 of 9 rows lie outside the area WGS 84 is for", "z0, z1"],
    layer_on_another_continent: ["9 of 9 rows lie outside the area ETRS89 / UTM zone 32N is for"],
    stated_crs_contradicts_the_file: ["the file is in EPSG:25832, but crs = 'EPSG:4326' is"],
    geographic_region: ["WGS 84 does not measure in metres", "EPSG:25832"],
    web_mercator_region: ["Pseudo-Mercator does not measure in metres on the ground"],
    no_such_crs: ["'EPSG:999999' is no coordinate reference system"],
    crs_of_another_country: ["town.osm: the streets lie outside the area NAD83 / UTM zone 18N"],
    ids_twice_in_a_layer: ["zones.gpkg", "key zone_id must be unique: 2 rows, z0"],
    ids_twice_across_layers: [
        "zones.gpkg, more.gpkg", "key zone_id must be unique: 4 rows, z7, z8",
    ],
    null_geometry: ["zones.gpkg", "geometry is absent or empty: 1 row, z1"],
    points_where_areas_belong: ["sites.gpkg", "geometry", "Polygon", "south"],
    negative_jobs: ["businesses.gpkg", "'employees_count' must be at least 0", "003 (-8.0)"],
    branch_code_without_standard: ["11 branch codes without branch_standard", "DB07 or DB25"],
    field_that_is_not_there: ["there is no field 'navn'; the layer has: zone_id"],
    unknown_table: ["zones.gpkg: there is no table 'zoner'; the tables are: study_area"],
    feed_without_stop_times: ["feed.zip", "lacks stop_times.txt"],
    feed_that_is_no_zip: ["feed.zip", "no readable zip file"],
    feed_cut_short: ["feed.zip", "no readable zip file"],
    feeds_of_two_time_zones: ["time zones disagree", "Europe/London", "Europe/Copenhagen"],
    a_folder_in_place_of_a_layer: ["zones.gpkg"],
    no_sources: ["the study lists no sources"],
}  # fmt: skip


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_a_broken_study_is_refused_in_words_and_the_earlier_region_stays(
    cli, region, tmp_path, make
):
    before = files_of(region)
    ran = cli("build", make(tmp_path), "--out", region)
    require_one_clear_error(ran, *BROKEN[make])
    assert "s3cret" not in ran.err
    assert files_of(region) == before


def test_problems_of_several_sources_are_listed_at_once(cli, region, tmp_path):
    for break_one in (missing_streets, feed_that_is_no_zip, ids_twice_in_a_layer, negative_jobs):
        break_one(tmp_path)
    study = write_study(tmp_path / "all")
    for file in ("town.osm", "feed.zip", "zones.gpkg", "businesses.gpkg"):
        (tmp_path / "all" / file).unlink()
        if (tmp_path / file).exists():
            shutil.move(tmp_path / file, tmp_path / "all" / file)
    (tmp_path / "all" / "sites.gpkg").unlink()
    before = files_of(region)
    ran = cli("build", study, "--out", region)
    require_one_clear_error(
        ran, "feed.zip", "zones.gpkg", "z0", "businesses.gpkg", "003 (-8.0)", "sites.gpkg"
    )
    assert re.search(r"^  - .*town\.osm: no such file", ran.err, re.MULTILINE)
    assert re.search(r"^      - key zone_id must be unique", ran.err, re.MULTILINE)
    assert files_of(region) == before


def test_very_many_problems_still_fit_on_one_screen(cli, tmp_path):
    study = write_study(tmp_path, "zones")
    layer = '[[sources.layers]]\ntable = "zones"\npath = "zones.gpkg"\n'
    fields = "".join(f'fields.made_up_{n} = "none_{n}"\n' for n in range(30))
    study.write_text(study.read_text("utf-8") + 30 * f"{layer}{fields}", "utf-8")
    ran = cli("build", study, "--out", tmp_path / "region")
    require_one_clear_error(ran, "  - and 10 more problems", "      - and 21 more lines")


def test_polygons_that_cross_themselves_are_mended_and_counted(cli, tmp_path):
    frame = zones()
    west, south, east, north = frame.geometry[1].bounds
    corners = [(west, south), (east, north), (east, south), (west, north)]
    crossed = gpd.GeoSeries([shapely.Polygon(corners)], index=[1], crs=25832)
    frame.loc[[1], "geometry"] = crossed
    study = write_study(tmp_path, "zones")
    saved(frame, tmp_path / "zones.gpkg")
    ran = cli("build", study, "--out", tmp_path / "region")
    assert ran.code == 0, ran.err
    assert "mended: 1 polygon that crossed itself" in ran.err
    assert "z1" in ran.err
    findings = json.loads(cli("info", tmp_path / "region", "--json").out)["findings"]
    mended = [found for found in findings if found["what"]["code"] == "shapes_made_valid"]
    assert [found["count"] for found in mended] == [1]


def test_a_folder_that_holds_other_files_is_left_alone(cli, tmp_path):
    study = write_study(tmp_path / "study", "zones")
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "beach.jpg").write_bytes(b"sun")
    ran = cli("build", study, "--out", tmp_path / "photos")
    require_one_clear_error(ran, "photos: holds files that are no region: choose another folder")
    assert [file.name for file in (tmp_path / "photos").iterdir()] == ["beach.jpg"]


def test_a_file_in_place_of_the_folder_is_left_alone(cli, tmp_path):
    (tmp_path / "region").write_text("letter", "utf-8")
    ran = cli("build", write_study(tmp_path, "zones"), "--out", tmp_path / "region")
    require_one_clear_error(ran, "region: is a file: choose another folder")
    below = cli("build", tmp_path / "study.toml", "--out", tmp_path / "region" / "deeper")
    require_one_clear_error(below, "Not a directory")
    assert (tmp_path / "region").read_text("utf-8") == "letter"


@pytest.mark.parametrize("writer", ["to_parquet", "write_text"])
def test_a_full_disk_leaves_the_earlier_region(cli, region, tmp_path, monkeypatch, writer):
    full = OSError(errno.ENOSPC, "No space left on device")
    calls = []

    def fail_late(write):
        def writing(self, *arguments, **options):
            calls.append(write)
            if writer == "to_parquet" and len(calls) < 2:
                return write(self, *arguments, **options)
            raise full

        return writing

    study = write_study(tmp_path, "zones", "businesses")
    saved(zones().assign(workers_count=1.0), tmp_path / "zones.gpkg")
    before = files_of(region)
    if writer == "to_parquet":
        monkeypatch.setattr(gpd.GeoDataFrame, writer, fail_late(gpd.GeoDataFrame.to_parquet))
    else:
        monkeypatch.setattr(Path, writer, fail_late(Path.write_text))
    ran = cli("build", study, "--out", region)
    assert calls
    require_one_clear_error(ran, "No space left on device")
    assert files_of(region) == before


def damage_version(folder, version):
    file = folder / "region.json"
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(content | {"schema_version": version}), "utf-8")


@pytest.mark.parametrize(
    ("version", "words"), [(99, "written by a newer version (schema 99"), ("x", "another version")]
)
def test_a_region_of_another_version_is_refused_with_the_way_out(
    cli, region, tmp_path, version, words
):
    copy = shutil.copytree(region, tmp_path / "region")
    damage_version(copy, version)
    require_one_clear_error(cli("info", copy), words, "build it again")
    require_one_clear_error(cli("sites", copy, "--out", tmp_path / "s.csv"), words)


def drop_key(key):
    def damage(folder):
        content = json.loads((folder / "region.json").read_text("utf-8"))
        del content[key]
        (folder / "region.json").write_text(json.dumps(content), "utf-8")

    return damage


def remove_zones(folder):
    next(folder.glob("tables/zones-*")).unlink()


def scramble_zones(folder):
    file = next(folder.glob("tables/zones-*"))
    file.write_bytes(file.read_bytes()[:-9] + b"scrambled")


def cut_json(folder):
    text = (folder / "region.json").read_text("utf-8")
    (folder / "region.json").write_text(text[: len(text) // 2], "utf-8")


def edit_by_hand(folder):
    text = (folder / "region.json").read_text("utf-8")
    (folder / "region.json").write_text(text.replace("EPSG:25832", "EPSG:25833"), "utf-8")


DAMAGED = {
    "no digest": (drop_key("digest"), "region.json is damaged"),
    "no tables": (drop_key("tables"), "region.json is damaged"),
    "no version": (drop_key("schema_version"), "region.json is damaged"),
    "a table gone": (remove_zones, "zones-"),
    "a table scrambled": (scramble_zones, "missing or damaged: build the region again"),
    "half a region.json": (cut_json, "region.json is damaged"),
    "edited by hand": (edit_by_hand, "changed by hand"),
    "no region": (lambda folder: (folder / "region.json").unlink(), "no region here"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_region_is_refused_in_words(cli, region, tmp_path, damage):
    act, words = DAMAGED[damage]
    copy = shutil.copytree(region, tmp_path / "region")
    act(copy)
    ran = cli("map", copy, "--out", tmp_path / "map.html")
    require_one_clear_error(ran, words)
    assert not (tmp_path / "map.html").exists()


POINTS = "id,lon,lat\na,12.2,55.72\nb,12.21,55.72\n"


@pytest.fixture
def points(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text(POINTS, "utf-8")
    return file


@pytest.fixture
def ask_times(cli, region, tmp_path, points):
    def ask(*options, origins=points, where=region, mode="walk", out="times.csv"):
        return cli(
            "times", where, "--origins", origins, "--destinations", points, "--mode", mode,
            "--out", tmp_path / out, *options,
        )  # fmt: skip

    return ask


BAD_POINTS = {
    "id,lon,lat\na,12.2,55.7\na,12.2,55.7\n": ["1 id stands more than once: 'a'"],
    "id,lon,lat\n,12.2,55.7\nb,12.2,55.7\n": ["1 row without an id: row 1"],
    "id,lon,lat\na,east,55.7\n": ["no usable 'lon', 'lat': a ('east', '55.7')"],
    "id,lon,lat\na,12.2,95\n": ["no usable 'lon', 'lat'"],
    "id,lon,lat\na,,\n": ["1 row without coordinates: a"],
    "id,lon,lat\na,55.7,12.2\n": ["far outside the area", "swapped"],
    "name,lon,lat\na,12.2,55.7\n": ["there is no field 'id'; the file has: name, lon, lat"],
    "id,x,y\na,700000,6180000\n": ["points need longitude and latitude"],
    "id,lon,lat\n": ["there are no rows"],
    "": ["bad.csv"],
}


@pytest.mark.parametrize("text", BAD_POINTS)
def test_unusable_points_are_refused_in_words(ask_times, tmp_path, text):
    bad = tmp_path / "bad.csv"
    bad.write_text(text, "utf-8")
    require_one_clear_error(ask_times(origins=bad), "bad.csv", *BAD_POINTS[text])
    assert not (tmp_path / "times.csv").exists()


def test_points_without_a_crs_are_refused(ask_times, tmp_path):
    frame = sites().rename(columns={"site_id": "id"})
    shapefile = saved(frame, tmp_path / "sites.shp")
    (tmp_path / "sites.prj").unlink()
    require_one_clear_error(ask_times(origins=shapefile), "sites.shp: the file names no CRS")


def test_a_missing_or_unknown_point_file_is_named(ask_times, tmp_path):
    require_one_clear_error(ask_times(origins=tmp_path / "no.csv"), "no.csv: no such file")
    require_one_clear_error(ask_times(origins=tmp_path / "no.xlsx"), "cannot read .xlsx")


@pytest.mark.parametrize("out", ["times.txt", "times.gpkg", "times"])
def test_an_unknown_output_format_is_refused_before_any_work(ask_times, tmp_path, out):
    ran = ask_times(out=out, where=tmp_path / "not even looked for")
    require_one_clear_error(ran, "unknown format; the file must end in .csv, .parquet")


def test_a_departure_outside_the_timetable_names_its_dates(ask_times, tmp_path):
    ran = ask_times("--depart", "2023-05-15T08:00", mode="transit")
    require_one_clear_error(ran, "2023-05-15", "2024-01-01 to 2024-12-31")
    assert not (tmp_path / "times.csv").exists()


def test_a_full_disk_leaves_no_half_table(ask_times, tmp_path, monkeypatch):
    (tmp_path / "times.csv").write_text("earlier", "utf-8")

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    require_one_clear_error(ask_times(), "No space left on device")
    assert (tmp_path / "times.csv").read_text("utf-8") == "earlier"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["points.csv", "times.csv"]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Build a region of zones alone."""
    from geo_planner.config import read_study
    from geo_planner.region.build import build_region

    folder = tmp_path_factory.mktemp("bare")
    return build_region(read_study(write_study(folder / "study", "zones")), folder / "region").path


def test_a_region_without_what_is_asked_for_says_what_to_add(cli, ask_times, bare, tmp_path):
    for mode in ("walk", "bicycle", "car"):
        require_one_clear_error(ask_times(where=bare, mode=mode), "no streets", "OSM")
    require_one_clear_error(ask_times(where=bare, mode="transit"), "no timetable", "GTFS")
    require_one_clear_error(cli("sites", bare, "--out", tmp_path / "s.csv"), "no sites")
    require_one_clear_error(cli("serve", tmp_path / "nowhere"), "no run or region here")


OPPORTUNITIES = {
    "zoner:population_count": "there is no table 'zoner' with places: choose from study_area",
    "calendar:monday": "there is no table 'calendar' with places",
    "zones:peple": "no column 'peple'",
    "zones:pupils_count": "pupils_count holds no numbers",
    "businesses:name": "name holds no numbers",
    "nowhere.csv": "nowhere.csv: no such file",
}


@pytest.mark.parametrize("text", OPPORTUNITIES)
def test_opportunities_that_are_not_there_are_refused_in_words(cli, region, tmp_path, text):
    ran = cli(
        "access", region, "--opportunities", text, "--mode", "walk", "--cutoffs-min", 15,
        "--out", tmp_path / "access.csv",
    )  # fmt: skip
    require_one_clear_error(ran, OPPORTUNITIES[text])


def test_debug_shows_the_traceback_and_still_exits_with_one(tmp_path):
    command = [sys.executable, "-m", "geo_planner", "build", tmp_path / "no.toml", "--out", "r"]
    debugged = subprocess.run([*command, "--debug"], capture_output=True, text=True, check=False)
    assert (debugged.returncode, "Traceback" in debugged.stderr) == (1, True)
    assert "no such study file" in debugged.stderr


def test_a_feed_with_one_broken_file_in_the_zip_is_named(cli, tmp_path):
    study = write_study(tmp_path, "gtfs")
    with zipfile.ZipFile(tmp_path / "feed.zip", "a") as archive:
        archive.writestr("frequencies.txt", 'trip_id,start_time\n"unclosed')
    ran = cli("build", study, "--out", tmp_path / "region")
    require_one_clear_error(ran, "feed.zip", "frequencies.txt")
