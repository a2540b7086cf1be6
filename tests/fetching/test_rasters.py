"""Rasters by address: the window of the study area, and what broken servers make of it."""

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import Affine

from geo_planner.errors import FetchError
from geo_planner.fetching.area import FetchArea
from geo_planner.fetching.asking import Asker
from geo_planner.fetching.rasters import fetch_raster
from geo_planner.fetching.store import shelf_of
from tests.fetching.servers import HURRIED, Reply, file_reply

CELL, SIDE = 0.001, 1_000
CELLS = np.random.default_rng(1).random((SIDE, SIDE), dtype=np.float32)
TOWN = FetchArea(shapely.box(8.2005, 41.1005, 8.2495, 41.1495))


@pytest.fixture(scope="module")
def raster(tmp_path_factory):
    file = tmp_path_factory.mktemp("raster") / "people.tif"
    profile = {
        "driver": "GTiff", "width": SIDE, "height": SIDE, "count": 1, "dtype": "float32",
        "crs": "EPSG:4326", "transform": Affine(CELL, 0, 8.0, 0, -CELL, 42.0), "nodata": -1,
        "tiled": True, "blockxsize": 128, "blockysize": 128,
    }  # fmt: skip
    with rasterio.open(file, "w", **profile) as written:
        written.write(CELLS, 1)
    return file.read_bytes()


def fetch(url, area=TOWN):
    with Asker(url, None, HURRIED, sleep=lambda _: None) as asker:
        shelf = shelf_of({"url": url})
        stored = fetch_raster(asker, shelf, area, 0)
    return stored, shelf


def test_only_the_window_over_the_study_area_comes_and_its_cells_are_those_there(server, raster):
    url = server.on("/people.tif", file_reply(raster, '"a"'))
    stored, shelf = fetch(url)
    with rasterio.open(shelf.path(stored.name)) as part:
        cells, nodata = part.read(1), part.nodata
        row, column = part.index(8.2255, 41.1255)
    assert nodata == -1
    assert 49 <= min(cells.shape) <= max(cells.shape) <= 52
    assert cells[row, column] == CELLS[874, 225]
    sent = [asked.headers["range"] for asked in server.asked]
    assert len(sent) * (1 << 16) < len(raster) / 2


def test_a_server_without_parts_is_asked_for_the_whole_file(server, raster):
    stored, _ = fetch(server.on("/people.tif", Reply(raster)))
    assert stored.size_bytes == len(raster)


def test_a_study_area_beside_the_raster_finds_nothing_there(server, raster):
    url = server.on("/people.tif", file_reply(raster, '"a"'))
    stored, _ = fetch(url, FetchArea(shapely.box(20, 20, 20.1, 20.1)))
    assert (stored.name, stored.rows) == (None, 0)


def test_a_server_that_breaks_off_within_the_file_has_cut_it_short(server, raster):
    good = file_reply(raster, '"a"')

    def breaks_off(asked):
        reply = good(asked)
        is_first = asked.headers["range"].startswith("bytes=0-")
        return reply if is_first else Reply(reply.body[:100], 206, headers=reply.headers)

    with pytest.raises(FetchError) as caught:
        fetch(server.on("/people.tif", breaks_off))
    assert caught.value.what.code == "cut_short_source"


def test_a_file_that_is_no_raster_is_said(server):
    text = file_reply(b"no raster at all" * 10_000, '"a"')
    with pytest.raises(FetchError) as caught:
        fetch(server.on("/people.tif", text))
    assert caught.value.what.code == "layer_gone_source"
