"""Every reader of files, fed with bytes changed by chance: only errors of ours come out."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo_planner.config import GbfsSource, LayerSource, RasterSource, SourceLimits, read_study
from geo_planner.errors import GeoPlannerError
from geo_planner.scenario.files import read_scenario
from geo_planner.schema import tables, validate
from geo_planner.sources.apart import read_apart
from geo_planner.sources.gbfs import read_gbfs
from geo_planner.sources.gtfs.feed import read_gtfs
from geo_planner.sources.osm import read_osm
from geo_planner.sources.raster.grid import open_grid
from geo_planner.sources.vector.layers import read_layer
from geo_planner.sources.vector.points import read_points
from tests.sources.raster.raster_files import write_raster
from tests.sources.vector.layer_files import cells, saved

UTM = CRS.from_epsg(25832)
IN_CI, IN_A_PROOF = 300, 10_000
ZONES = "zone_id;population_count;x;y\nz0;1.234,5;708100;6181100\nz1;7;708400;6181100\n"
POINTS = 'id,lon,lat,jobs\na,12.4,55.7,100\nb,12.5,55.8,"1,200"\n'
OSM = """<?xml version="1.0"?><osm version="0.6">
<node id="1" lat="55.70" lon="12.40"/><node id="2" lat="55.701" lon="12.40"/>
<way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>"""
GBFS = {"data": {"stations": [{"station_id": "1", "name": "A", "lat": 55.7, "lon": 12.4}]}}
STUDY = '[study]\nid = "t"\nname = "T"\ncrs = "EPSG:25832"\n[travel]\nwindow_min = 60\n'
SCENARIO = 'id = "t"\nname = "T"\n[[modifications]]\ndo = "GrowZones"\nfactor = 1.1\n'
FEED = {
    "agency.txt": "agency_name,agency_url,agency_timezone\nA,http://a.dk,Europe/Copenhagen\n",
    "stops.txt": 'stop_id,stop_name,stop_lat,stop_lon\n1,"A, x",55.7,12.4\n2,B,55.71,12.41\n',
    "routes.txt": "route_id,route_short_name,route_type\nr,1,3\n",
    "trips.txt": "route_id,service_id,trip_id\nr,s,t\n",
    "stop_times.txt": (
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
        "t,08:00:00,08:00:00,1,1\nt,08:10:00,08:10:00,2,2\n"
    ),
    "calendar.txt": (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        "s,1,1,1,1,1,1,1,20260101,20261231\n"
    ),
}


def _layer(path):
    rows = read_layer(LayerSource(table="zones", path=path, crs="EPSG:25832"), UTM)
    validate(rows.frame, tables()["zones"], origin="fuzz")


def _named_layer(path):
    rows = read_layer(LayerSource(table="zones", path=path), UTM)
    validate(rows.frame, tables()["zones"], origin="fuzz")


def _raster(path):
    grid = open_grid(RasterSource(path=path, quantity="population_count"))
    grid.read(grid.whole._replace(n_columns=min(grid.n_columns, 64), n_rows=min(grid.n_rows, 64)))


READERS = {
    "zones.csv": _layer,
    "zones.gpkg": _named_layer,
    "zones.geojson": _named_layer,
    "zones.shp": _named_layer,
    "zones.fgb": _named_layer,
    "zones.gml": _named_layer,
    "zones.kml": _named_layer,
    "zones.tab": _named_layer,
    "zones.parquet": _named_layer,
    "zones.zip": _named_layer,
    "points.csv": lambda path: read_points(path, UTM, column="jobs"),
    "people.tif": _raster,
    "feed.zip": lambda path: read_gtfs(path, "1", UTM),
    "stops.txt": lambda path: read_gtfs(path.parent, "1", UTM),
    "town.osm": lambda path: read_osm(path, UTM),
    "station_information.json": lambda path: read_gbfs(GbfsSource(path=path), "g", UTM),
    "study.toml": read_study,
    "scenario.toml": read_scenario,
    "scenario.json": read_scenario,
}  # fmt: skip


def zipped(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def originals(folder: Path) -> dict[str, bytes]:
    """Write one sound file for every reader."""
    texts = {
        "zones.csv": ZONES, "points.csv": POINTS, "town.osm": OSM, "study.toml": STUDY,
        "scenario.toml": SCENARIO, "station_information.json": json.dumps(GBFS),
        "scenario.json": json.dumps({"id": "t", "name": "T", "modifications": []}), **FEED,
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    for suffix in ("gpkg", "geojson", "shp", "fgb", "gml", "parquet"):
        saved(cells(), folder / f"zones.{suffix}")
    saved(cells().to_crs(4326), folder / "zones.kml", driver="KML")
    saved(cells(), folder / "zones.tab", driver="MapInfo File")
    write_raster(folder / "people.tif", np.arange(16, dtype="float32").reshape(4, 4))
    parts = [f"zones.{end}" for end in ("shp", "shx", "dbf", "prj")]
    shape = {part: (folder / part).read_bytes() for part in parts}
    (folder / "zones.zip").write_bytes(zipped(shape))
    (folder / "feed.zip").write_bytes(zipped(FEED))
    return {name: (folder / name).read_bytes() for name in READERS}


def changed(content: bytes, rng: np.random.Generator) -> bytes:
    """Change, cut out, double or turn round some bytes."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        if not data:
            break
        at = int(rng.integers(len(data)))
        kind = int(rng.integers(5))
        end = at + int(rng.integers(1, 40))
        if kind == 0:
            data[at] = int(rng.integers(256))
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:at] = data[at:end]
        elif kind == 3:
            data[at:at] = bytes(rng.choice(list(b"\"',;\n\r\0-+.eE9[]{}<>%"), size=3).tolist())
        else:
            data[at:end] = data[at:end][::-1]
    return bytes(data)


def read_named(name: str, path: Path) -> None:
    """Read a file without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        READERS[name](path)


def require_ours(name: str, path: Path, read: Callable[..., None] = read_named) -> None:
    """Read a file; what is raised must be an error of ours."""
    try:
        read(name, path)
    except GeoPlannerError:
        return
    except Exception as error:  # noqa: BLE001 -- whatever comes out is the finding
        kept = path.with_name(f"kept_{path.name}")
        kept.write_bytes(path.read_bytes())
        pytest.fail(f"{name}: {type(error).__name__}: {str(error)[:300]} (see {kept})")


def apart(name: str, path: Path) -> None:
    """Read a file as sources are read: in a process with limits, which may break down."""
    read_apart(read_named, name, path, limits=SourceLimits(), label=name)


def fuzz(folder: Path, name: str, n_files: int) -> None:
    sound = originals(folder)[name]
    rng = np.random.default_rng([7, *name.encode()])
    for _ in range(n_files):
        (folder / name).write_bytes(changed(sound, rng))
        require_ours(name, folder / name, apart)


@pytest.mark.parametrize("name", READERS)
def test_sound_files_are_read(tmp_path, name):
    originals(tmp_path)
    if name == "points.csv":  # its numbers are doubtful on purpose
        with pytest.raises(GeoPlannerError):
            READERS[name](tmp_path / name)
    else:
        READERS[name](tmp_path / name)


@pytest.mark.parametrize("name", READERS)
def test_only_errors_of_ours_come_out_of_changed_files(tmp_path, name):
    fuzz(tmp_path, name, IN_CI // len(READERS))


@pytest.mark.prove
@pytest.mark.parametrize("name", READERS)
def test_only_errors_of_ours_come_out_of_many_changed_files(tmp_path, name):
    fuzz(tmp_path, name, IN_A_PROOF // len(READERS))


@cache
def _text_folder(base: Path) -> Path:
    folder = base / "texts"
    folder.mkdir()
    return folder


@given(st.text(alphabet='idzone_xy;,\t"\n\r .0123456789-+eE%*<N/A\u00a0æøå', max_size=200))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_errors_of_ours_come_out_of_any_text(tmp_path_factory, text):
    folder = _text_folder(tmp_path_factory.getbasetemp())
    for name in ("zones.csv", "points.csv", "study.toml"):
        (folder / name).write_text(text, "utf-8")
        require_ours(name, folder / name)
