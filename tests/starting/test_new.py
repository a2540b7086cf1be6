"""Begin a study: a boundary by name, file or box, and a study file that check accepts."""

import json
import re
import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_planner.config import Study, read_study
from geo_planner.errors import ConfigError, FetchError, InputError
from geo_planner.packaged import described_countries
from geo_planner.region.build import build_region
from geo_planner.starting import LocalFiles, find_place, place_in_box, place_of_file, write_study
from geo_planner.starting.published import ADDS, published_for
from tests.fetching.servers import json_reply, running
from tests.sources.osm.osm_drawing import METRIC, ORIGIN_M, Drawing
from tests.test_countries import DANISH, told

PORTO = "-8.66,41.14,-8.58,41.18"
FOUND = {
    "display_name": "Porto, Portugal", "name": "Porto", "osm_type": "relation", "osm_id": 1,
    "place_id": 1, "lat": "41.16", "lon": "-8.62", "class": "boundary", "type": "administrative",
    "importance": 0.7, "boundingbox": ["41.1", "41.2", "-8.7", "-8.5"],
    "geojson": shapely.box(-8.66, 41.14, -8.58, 41.18).__geo_interface__,
}  # fmt: skip


def town(folder: Path) -> Path:
    """Draw a town of two streets with a shop and ground in business use."""
    drawing = Drawing()
    for number, (x_m, y_m) in enumerate([(-500, 0), (0, 0), (500, 0), (0, 500)], start=1):
        drawing.node(number, x_m, y_m)
    drawing.way(10, [1, 2]).way(11, [2, 3]).way(12, [2, 4])
    drawing.node(20, 20, 20, shop="books", name="Books").node(21, 5_000, 0, shop="far")
    for number, (x_m, y_m) in enumerate([(50, 50), (150, 50), (150, 150), (50, 150)], start=30):
        drawing.node(number, x_m, y_m)
    drawing.way(40, [30, 31, 32, 33, 30], {"landuse": "industrial", "name": "Works"})
    return drawing.write(folder)


def box_around() -> str:
    streets = shapely.box(-600, -100, 600, 600)
    moved = shapely.affinity.translate(streets, *ORIGIN_M)
    bounds = gpd.GeoSeries([moved], crs=METRIC).to_crs(4326).total_bounds
    return ",".join(f"{value:.6f}" for value in bounds)


def test_a_place_is_found_by_its_name():
    with running() as server:
        server.on("/search", json_reply([FOUND]))
        place = find_place("Porto, Portugal", server=server.url + "/")
    assert (place.country, place.timezone, place.crs) == ("PT", "Europe/Lisbon", "EPSG:3763")
    assert place.short_name == "porto"
    assert place.area_km2 == pytest.approx(29.8, abs=0.3)


def test_a_name_that_is_nowhere_is_said_with_other_ways():
    with running() as server:
        server.on("/search", json_reply([]))
        with pytest.raises(InputError, match=r"no place of this name.*--boundary"):
            find_place("Xyzzy", server=server.url + "/")


def test_a_server_that_is_gone_is_not_reached():
    with running() as server:
        gone = server.url + "/"
    with pytest.raises(FetchError) as caught:
        find_place("Porto", server=gone)
    assert caught.value.what.code == "not_reached_source"


@pytest.mark.parametrize(
    ("box", "frame"),
    [
        (PORTO, ("PT", "Europe/Lisbon", "EPSG:3763")),
        ("-51.3,-30.1,-51.1,-30.0", ("BR", "America/Sao_Paulo", "EPSG:32722")),
        ("12.3,55.7,12.4,55.8", ("DK", "Europe/Copenhagen", "EPSG:25832")),
        ("18.0,59.3,18.1,59.4", ("SE", "Europe/Stockholm", "EPSG:32634")),
        ("-0.1,51.5,0.1,51.6", ("GB", "Europe/London", "EPSG:27700")),
        ("-31.3,39.3,-31.1,39.5", ("PT", "Atlantic/Azores", "EPSG:32625")),
    ],
)
def test_country_time_zone_and_crs_follow_from_the_place(box, frame):
    place = place_in_box(box)
    assert (place.country, place.timezone, place.crs) == frame


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "10,0,5,1", "0,80,1,99", "0,0,0,0"])
def test_a_box_that_is_none_is_refused(box):
    with pytest.raises(InputError, match="--bbox"):
        place_in_box(box)


def test_a_boundary_file_may_be_in_any_crs(tmp_path):
    file = tmp_path / "area.gpkg"
    shape = gpd.GeoSeries([shapely.box(-8.66, 41.14, -8.58, 41.18)], crs=4326).to_crs(3763)
    gpd.GeoDataFrame({"name": ["x"]}, geometry=shape).to_file(file)
    assert place_of_file(file).boundary.bounds == pytest.approx(
        (-8.66, 41.14, -8.58, 41.18), abs=1e-3
    )


def test_a_boundary_of_lines_is_no_area(tmp_path):
    file = tmp_path / "area.geojson"
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=4326)
    line.to_file(file)
    with pytest.raises(InputError, match="no area"):
        place_of_file(file)


@pytest.mark.parametrize("country", [*described_countries(), "SE"])
def test_the_study_of_any_country_says_what_is_missing_and_where_it_is(tmp_path, country):
    place = place_in_box(PORTO, 'Ærø "by"', country)
    file = write_study(place, tmp_path / "new")
    study = read_study(file)
    assert study.study.name == 'Ærø "by"'
    assert study.sources.osm[0].overpass_url
    comments = [line for line in file.read_text("utf-8").splitlines() if line.startswith("#")]
    assert all(any(table in line for line in comments) for table in ADDS)
    assert all(published_for(country)[table] for table in ADDS)


class TestCommand:
    """The command writes a study that check accepts, and asks only on a terminal."""

    def test_a_town_of_local_files_is_checked_and_built(self, tmp_path, cli):
        extract = town(tmp_path)
        out = tmp_path / "new"
        ran = cli("new", "Book town", f"--bbox={box_around()}", "--osm", extract,
                  "--country", "SE", "--out", out)  # fmt: skip
        assert ran.code == 0, ran.err
        assert cli("check", out / "study.toml").code == 0
        region = build_region(read_study(out / "study.toml"), tmp_path / "region")
        (shop, far) = region.table("businesses").to_dict("records")
        assert (shop["name"], shop["employees_count"], shop["role"]) == ("Books", 1.0, "study")
        assert far["role"] == "hinterland"
        (site,) = region.table("sites").to_dict("records")
        assert site["name"] == "Works"
        assert site["area_m2"] == pytest.approx(10_000, rel=1e-3)
        assert region.study["badge"] == "Stand-ins for workplaces, sites"
        assert tuple(region.study["jobs_stand_in"]["en"]) == ("mapped place", "mapped places")
        (source,) = region.tables["sites"].sources
        assert source["note"] == "stand-in made of OpenStreetMap"

    def test_a_script_that_names_no_place_is_not_asked(self, cli):
        ran = cli("new")
        assert ran.code == 2
        assert "PLACE" in ran.err

    def test_a_country_that_there_is_not_is_refused(self, cli, tmp_path):
        ran = cli("new", f"--bbox={PORTO}", "--country", "XX", "--out", tmp_path / "new")
        assert ran.code == 1
        assert "no country" in ran.err

    def test_a_folder_with_files_is_left_as_it_is(self, cli, tmp_path):
        (tmp_path / "mine.txt").write_text("mine")
        ran = cli("new", f"--bbox={PORTO}", "--out", tmp_path)
        assert ran.code == 1
        assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]

    def test_files_that_are_not_there_are_named_before_anything_is_written(self, cli, tmp_path):
        out = tmp_path / "new"
        ran = cli("new", f"--bbox={PORTO}", "--osm", "no.pbf", "--gtfs", "no.zip", "--out", out)
        assert ran.code == 1
        assert "no.pbf" in ran.err
        assert "no.zip" in ran.err
        assert not out.exists()

    def test_the_example_is_a_whole_copy_of_the_demo(self, cli, tmp_path):
        out = tmp_path / "demo"
        ran = cli("new", "--example", "--out", out, "--json")
        study = read_study(json.loads(ran.out)["study"])
        assert all(layer.path.exists() for layer in study.sources.layers)
        shutil.rmtree(out)


class TestStandIns:
    """A stand-in is declared, refused beside the real thing, and said on every page."""

    def study(self, tmp_path, *stand_ins, **head):
        sources = {"osm": [{"path": town(tmp_path)}], "stand_ins": list(stand_ins)}
        return Study(study={"id": "t", "name": "T", "crs": "EPSG:25832", **head}, sources=sources)

    def test_land_use_stands_for_plans_that_give_no_right(self, tmp_path):
        region = build_region(self.study(tmp_path, {"table": "plans"}), tmp_path / "region")
        (plan,) = region.table("plans").to_dict("records")
        assert (plan["use_code"], plan["level"], plan["status"]) == (31, "framework", "adopted")
        assert (
            plan["floor_area_ratio"] is None or plan["floor_area_ratio"] != plan["floor_area_ratio"]
        )

    def test_small_patches_are_left_out_and_counted(self, tmp_path):
        drawing = Drawing().node(1, 0, 0).node(2, 300, 0).way(10, [1, 2])
        for way, side_m in ((20, 100), (30, 40), (40, 30)):
            corners = [(0, 0), (side_m, 0), (side_m, side_m), (0, side_m)]
            for number, (x_m, y_m) in enumerate(corners):
                drawing.node(way + number, 5 * way + x_m, 50 + y_m)
            drawing.way(way, [way, way + 1, way + 2, way + 3, way], {"landuse": "industrial"})
        sources = {"osm": [{"path": drawing.write(tmp_path)}], "stand_ins": [{"table": "sites"}]}
        study = Study(study={"id": "t", "name": "T", "crs": "EPSG:25832"}, sources=sources)
        region = build_region(study, tmp_path / "region")
        (site,) = region.table("sites").to_dict("records")
        assert site["area_m2"] == pytest.approx(10_000, rel=1e-3)
        (small,) = [found for found in region.findings if found.what.code == "stand_in_small"]
        assert (small.kind, small.count) == ("left_out", 2)

    def test_squares_that_a_street_crosses_are_sites_where_their_middle_is_in_the_area(
        self, tmp_path
    ):
        drawing = Drawing().node(1, -450, 100).node(2, 100, 100).node(3, 450, 100)
        drawing.node(4, 100, 700).node(5, 1_050, 100).node(6, 1_400, 100)
        drawing.way(10, [1, 2, 3]).way(11, [2, 4]).way(12, [5, 6])
        area = shapely.affinity.translate(shapely.box(-600, -100, 1_100, 1_100), *ORIGIN_M)
        gpd.GeoDataFrame({"area_id": ["a"]}, geometry=[area], crs=METRIC).to_file(
            tmp_path / "area.gpkg"
        )
        sources = {
            "osm": [{"path": drawing.write(tmp_path)}],
            "layers": [{"table": "study_area", "path": tmp_path / "area.gpkg"}],
            "stand_ins": [{"table": "sites", "of": "squares", "side_m": 500}],
        }
        study = Study(study={"id": "t", "name": "T", "crs": "EPSG:25832"}, sources=sources)
        sites = build_region(study, tmp_path / "region").geo_table("sites")
        assert set(sites["name"]) == {"1399-12360", "1400-12360", "1400-12361"}
        assert sites["area_m2"].tolist() == [250_000.0] * 3
        corners = {tuple(np.subtract(shape.bounds[:2], ORIGIN_M)) for shape in sites.geometry}
        assert corners == {(-500, 0), (0, 0), (0, 500)}

    def test_ground_of_small_patches_alone_is_refused_with_what_to_do(self, tmp_path):
        large = {"table": "sites", "least_area_m2": 20_000}
        with pytest.raises(InputError, match="of = 'squares'"):
            build_region(self.study(tmp_path, large), tmp_path / "region")

    def test_two_sources_of_a_table_are_refused(self, tmp_path):
        twice = ({"table": "sites"}, {"table": "sites"})
        with pytest.raises(InputError, match="leave the stand-in out"):
            build_region(self.study(tmp_path, *twice), tmp_path / "region")

    def test_squares_are_sites_alone(self):
        with pytest.raises(ConfigError, match="squares"):
            Study(study={"id": "t", "name": "T"},
                  sources={"stand_ins": [{"table": "plans", "of": "squares"}]})  # fmt: skip

    def test_the_badge_is_in_the_language_of_the_pages_and_that_of_the_study_comes_first(
        self, tmp_path
    ):
        stand_in = {"table": "businesses"}
        danish = self.study(tmp_path, stand_in, language="da").study
        assert danish.badge == "Erstatning for arbejdssteder"
        assert danish.jobs_stand_in.da == ("kortlagt sted", "kortlagte steder")
        assert self.study(tmp_path, stand_in, badge="Draft").study.badge == "Draft"


def n_lines(study: Path) -> int:
    """Count the lines of a study file that are no comments."""
    lines = study.read_text("utf-8").splitlines()
    return sum(bool(line.strip()) and not line.startswith("#") for line in lines)


HEXAGONS = """
[[sources.layers]]
table = "{table}"
path = "{path}"
crs = "EPSG:4326"
fields = {{ {fields} }}
"""


@pytest.mark.slow
def test_porto_of_streets_alone_comes_to_a_ranked_map_without_a_danish_word(
    shared_data, tmp_path, cli
):
    extract = shared_data / "porto" / "porto_portugal.osm.pbf"
    boundary = tmp_path / "porto.geojson"
    frame = gpd.GeoDataFrame(geometry=[place_in_box("-8.63,41.14,-8.59,41.17").boundary], crs=4326)
    frame.to_file(boundary)
    out = tmp_path / "new"
    ran = cli("new", "Porto", "--boundary", boundary, "--osm", extract, "--out", out)
    assert ran.code == 0, ran.err
    assert n_lines(out / "study.toml") < 25
    _ranked_without_a_danish_word(out / "study.toml", tmp_path / "run", cli, least_sites=20)


@pytest.mark.slow
def test_porto_alegre_of_streets_timetables_and_hexagons_comes_to_a_ranked_map(
    shared_data, tmp_path, cli
):
    data, out = shared_data / "porto_alegre", tmp_path / "new"
    ran = cli("new", "Porto Alegre", "--bbox=-51.24,-30.06,-51.20,-30.02",
              "--osm", data / "poa_osm.pbf", "--gtfs", data / "poa_eptc.zip",
              "--gtfs", data / "poa_trensurb.zip", "--out", out)  # fmt: skip
    assert ran.code == 0, ran.err
    study = out / "study.toml"
    cells = data / "poa_hexgrid.csv"
    zones = HEXAGONS.format(table="zones", path=cells,
                            fields='zone_id = "id", population_count = "population"')  # fmt: skip
    study.write_text(study.read_text("utf-8") + zones, "utf-8")
    assert tomllib.loads(study.read_text("utf-8"))["study"]["country"] == "BR"
    assert n_lines(study) < 25
    _ranked_without_a_danish_word(study, tmp_path / "run", cli, least_sites=1)


def _ranked_without_a_danish_word(study: Path, out: Path, cli, least_sites: int) -> None:
    ran = cli("run", study, "--out", out, "--json")
    assert ran.code == 0, ran.err
    summary = json.loads(ran.out)
    assert summary["sites"] >= least_sites
    assert summary["top_site"]
    pages = dict(told(out))
    assert {"index.html", "map.html", "sites.html"} <= set(pages)
    assert {name for name, text in pages.items() if DANISH.search(text)} == set()
    assert all("Stand-ins for" in text for name, text in pages.items() if name == "index.html")
    assert re.search(r"stand-in", pages["index.html"])


def test_an_absent_file_is_refused_in_python_too(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        write_study(place_in_box(PORTO), tmp_path / "new", LocalFiles(gtfs=[tmp_path / "no.zip"]))
