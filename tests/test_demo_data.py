"""Facts the embedded demo data must hold; the files are read as any user would read them."""

import hashlib
import io
import json
import sys
import zipfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pytest
import rasterio
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

DATA = Path(__file__).resolve().parents[1] / "data"
OSM = DATA / "osm" / "ballerup_demo.osm.pbf"
LAYERS = sorted(path.stem for path in (DATA / "shapefiles").glob("*.shp"))
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)
# Station points of the real network (Rejseplanen 2023), longitude and latitude.
REAL_STATIONS = {
    "Kildedal St.": (12.286623, 55.751952),
    "Måløv St.": (12.318319, 55.747485),
    "Ballerup St.": (12.358344, 55.729871),
    "Malmparken St.": (12.386028, 55.724632),
    "Skovlunde St.": (12.403533, 55.722763),
    "København H": (12.565558, 55.673059),
}
NOT_WALKED = ("motorway", "motorway_link")
DRIVEN = (
    "motorway", "motorway_link", "trunk", "primary", "secondary", "tertiary", "unclassified",
    "residential", "living_street", "service",
)  # fmt: skip


@cache
def shapefile(name: str) -> gpd.GeoDataFrame:
    return gpd.read_file(DATA / "shapefiles" / f"{name}.shp")


@cache
def gtfs(feed: str, table: str) -> pd.DataFrame:
    with zipfile.ZipFile(DATA / "gtfs" / f"{feed}.zip") as archive:
        return pd.read_csv(io.BytesIO(archive.read(f"{table}.txt")), dtype=str)


@cache
def osm_ways() -> tuple[list[tuple[dict[str, str], list[int]]], dict[int, tuple[float, float]]]:
    ways, places = [], {}
    for item in osmium.FileProcessor(str(OSM), osmium.osm.NODE | osmium.osm.WAY):
        if item.is_node():
            places[item.id] = (item.location.lon, item.location.lat)
        else:
            ways.append((dict(item.tags), [n.ref for n in item.nodes]))
    return ways, places


@cache
def walk_parts() -> tuple[np.ndarray, np.ndarray]:
    """Return metres of each walkable node and its part, the largest part being 0."""
    ways, places = osm_ways()
    edges = np.array(
        [
            pair
            for tags, nodes in ways
            if ("highway" in tags or tags.get("railway") == "platform")
            and tags.get("highway") not in NOT_WALKED
            and tags.get("foot") != "no"
            for pair in pairwise(nodes)
        ]
    )
    ids, index = np.unique(edges, return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_array((np.ones(len(index)), (index[:, 0], index[:, 1])), (len(ids),) * 2)
    label = connected_components(graph, directed=False)[1]
    order = np.argsort(-np.bincount(label), kind="stable")
    xy = np.column_stack(TO_METRES.transform(*np.array([places[i] for i in ids]).T))
    return xy, np.argsort(order)[label]


def seconds(text: str) -> int:
    hours, minutes, rest = (int(part) for part in text.split(":"))
    return 3600 * hours + 60 * minutes + rest


def test_residents_employed_and_jobs_have_the_stated_totals() -> None:
    cells, work = shapefile("zoner"), shapefile("virksomhed")
    assert cells["indb"].sum() == 48_600
    assert cells["besk"].sum() == 24_300
    assert work["ansatte"].sum() == 46_500
    assert (cells["besk"] + cells["elever"] <= cells["indb"]).all()
    assert 1_200 <= len(cells) <= 1_650


def test_jobs_are_mostly_private_and_many_lie_in_lautrup() -> None:
    work = shapefile("virksomhed")
    private = work.loc[work["sektor"] == "private", "ansatte"].sum()
    assert 34_500 <= private <= 36_500
    plans = shapefile("kpramme")
    lautrup = plans[plans["plannavn"].str.startswith("Lautrup ")].union_all().buffer(20)
    assert 18_500 <= work.loc[work.within(lautrup), "ansatte"].sum() <= 21_000


def test_hinterland_has_about_six_hundred_thousand_residents() -> None:
    zones = shapefile("opland")
    assert 590_000 <= zones["indb"].sum() <= 630_000
    assert 290_000 <= zones["besk"].sum() <= 320_000


def test_branch_codes_have_six_digits_and_name_their_standard() -> None:
    work = pd.concat([shapefile("virksomhed"), shapefile("opl_virk")])
    assert work["branche"].str.fullmatch(r"\d{6}").all()
    assert set(work["br_std"]) == {"DB07"}
    assert set(work["sektor"]) == {"private", "public"}


@pytest.mark.parametrize("name", LAYERS)
def test_layer_is_valid_metric_and_has_short_ascii_fields(name: str) -> None:
    frame = shapefile(name)
    fields = frame.columns.drop("geometry")
    assert all(field.isascii() and len(field) <= 10 for field in fields)
    assert frame.crs.to_epsg() == 25832
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.is_empty.any()
    assert (DATA / "shapefiles" / f"{name}.cpg").read_text() == "UTF-8"


@pytest.mark.parametrize(
    ("layer", "key"),
    [
        ("zoner", "zone_id"), ("opland", "zone_id"), ("virksomhed", "pnr"), ("matrikel", "matr_id"),
        ("kpramme", "planid"), ("lokalplan", "planid"), ("delomraade", "planid"),
        ("byggefelt", "planid"), ("arealer", "site_id"), ("begraens", "id"), ("steder", "id"),
        ("skoler", "id"), ("stationsnaer", "id"),
    ],
)  # fmt: skip
def test_keys_are_unique(layer: str, key: str) -> None:
    assert shapefile(layer)[key].is_unique


def test_sites_lie_inside_the_municipality_and_one_floor_area_is_unknown() -> None:
    sites, town = shapefile("arealer"), shapefile("kommune").geometry.iloc[0]
    assert sites.within(town.buffer(1.0)).all()
    assert sites["etageareal"].isna().sum() == 1
    assert len(sites) == 13


def test_parcels_of_a_site_add_up_to_its_area_and_floor_area() -> None:
    sites, parcels = shapefile("arealer"), shapefile("matrikel")
    for site in sites.itertuples():
        inside = parcels[parcels.representative_point().within(site.geometry)]
        assert inside.geometry.area.sum() == pytest.approx(site.geometry.area, rel=0.001)
        if site.etageareal == site.etageareal:
            assert inside["etageareal"].sum() == site.etageareal
        else:
            assert inside["etageareal"].isna().all()


def test_plans_hold_proposals_gaps_and_one_conflict() -> None:
    plans = shapefile("lokalplan")
    assert {"V", "F"} <= set(plans["status"])
    assert plans["bebygpct"].isna().any()
    assert (plans["maxetager"] == 5.5).any()
    adopted = plans[(plans["status"] == "V") & plans["bebygpct"].notna()]
    both = adopted.set_index("plannr").loc[["071", "164"]]
    overlap = both.geometry.iloc[0].intersection(both.geometry.iloc[1])
    assert overlap.area > 10_000.0
    assert both["bebygpct"].nunique() == 2


def test_most_of_ejby_mose_is_protected_nature() -> None:
    site = shapefile("arealer").set_index("navn").geometry["Ejby Mose"]
    limits = shapefile("begraens")
    nature = limits[limits["kind"] == "protected_nature"].union_all()
    assert 0.5 < site.intersection(nature).area / site.area < 0.95


def test_line_c_rides_from_ballerup_to_the_centre_in_26_minutes() -> None:
    times = gtfs("demo_strain", "stop_times")
    trips = gtfs("demo_strain", "trips")
    line = trips[(trips["route_id"] == "C") & (trips["direction_id"] == "0")]
    rows = times[times["trip_id"].isin(line["trip_id"])].set_index(["trip_id", "stop_id"])
    leave = rows.xs("st_ballerup_1", level=1)["departure_time"].map(seconds)
    arrive = rows.xs("st_koebenhavn_h_1", level=1)["arrival_time"].map(seconds)
    assert set(arrive - leave) == {26 * 60}


def test_trains_leave_every_ten_minutes_and_run_past_midnight() -> None:
    times, trips = gtfs("demo_strain", "stop_times"), gtfs("demo_strain", "trips")
    weekday = trips[
        (trips["route_id"] == "C") & (trips["service_id"] == "WD") & (trips["direction_id"] == "0")
    ]
    rows = times[times["trip_id"].isin(weekday["trip_id"])]
    leave = rows.loc[rows["stop_id"] == "st_ballerup_1", "departure_time"].map(seconds)
    assert set(np.diff(np.sort(leave))) == {600}
    assert rows["arrival_time"].map(seconds).max() > 24 * 3600


@pytest.mark.parametrize("feed", ["demo_strain", "demo_bus"])
def test_feed_refers_only_to_its_own_rows(feed: str) -> None:
    times, trips, stops = (gtfs(feed, t) for t in ("stop_times", "trips", "stops"))
    assert set(times["trip_id"]) == set(trips["trip_id"])
    assert set(times["stop_id"]) <= set(stops["stop_id"])
    assert set(trips["route_id"]) == set(gtfs(feed, "routes")["route_id"])
    assert set(trips["shape_id"]) <= set(gtfs(feed, "shapes")["shape_id"])
    assert "synthetic" in gtfs(feed, "attributions")["organization_name"].iloc[0]
    assert gtfs(feed, "calendar")[["start_date", "end_date"]].iloc[0].tolist() == [
        "20260101", "20271231",
    ]  # fmt: skip


@pytest.mark.parametrize("feed", ["demo_strain", "demo_bus"])
def test_times_never_run_backwards(feed: str) -> None:
    times = gtfs(feed, "stop_times").dropna(subset=["arrival_time"])
    arrival = times["arrival_time"].map(seconds)
    departure = times["departure_time"].map(seconds)
    same = times["trip_id"].to_numpy()[1:] == times["trip_id"].to_numpy()[:-1]
    assert (departure >= arrival).all()
    assert (arrival.to_numpy()[1:] > departure.to_numpy()[:-1])[same].all()


def test_a_bus_line_runs_by_frequency_and_some_stop_times_are_blank() -> None:
    times = gtfs("demo_bus", "stop_times")
    blank = times["arrival_time"].isna()
    first_and_last = ~times["trip_id"].duplicated() | ~times["trip_id"].duplicated(keep="last")
    assert blank.any()
    assert not blank[first_and_last].any()
    assert len(gtfs("demo_bus", "frequencies")) > 0


@pytest.mark.parametrize("name", sorted(REAL_STATIONS))
def test_stations_stand_where_they_really_are(name: str) -> None:
    stops = gtfs("demo_strain", "stops")
    wanted = name if name.endswith("St.") else f"{name} St."
    row = stops[(stops["stop_name"] == wanted) & (stops["location_type"] == "1")].iloc[0]
    here = TO_METRES.transform(float(row["stop_lon"]), float(row["stop_lat"]))
    assert np.hypot(*np.subtract(here, TO_METRES.transform(*REAL_STATIONS[name]))) < 100.0


def test_everybody_can_walk_everywhere() -> None:
    _, part = walk_parts()
    assert (part == 0).mean() > 0.999


def test_every_street_can_be_driven_to_and_from() -> None:
    ways, _ = osm_ways()
    edges = []
    for tags, nodes in ways:
        if tags.get("highway") in DRIVEN:
            edges += list(pairwise(nodes))
            if tags.get("oneway") != "yes":
                edges += list(pairwise(nodes[::-1]))
    ids, index = np.unique(np.array(edges), return_inverse=True)
    index = index.reshape(-1, 2)
    graph = coo_array((np.ones(len(index)), (index[:, 0], index[:, 1])), (len(ids),) * 2)
    assert connected_components(graph, connection="strong")[0] == 1


def test_zones_sites_and_platforms_lie_near_the_walking_network() -> None:
    xy, part = walk_parts()
    tree = cKDTree(xy[part == 0])
    cells = shapefile("zoner")
    lived_in = cells[cells["indb"] > 0].geometry.centroid
    outside = shapefile("opland").geometry.representative_point()
    stops = gtfs("demo_strain", "stops")
    platforms = np.column_stack(
        TO_METRES.transform(stops["stop_lon"].astype(float), stops["stop_lat"].astype(float))
    )
    assert tree.query(np.column_stack([outside.x, outside.y]))[0].max() < 300.0
    assert tree.query(platforms)[0].max() < 60.0
    away = tree.query(np.column_stack([lived_in.x, lived_in.y]))[0]
    assert (away < 150.0).mean() > 0.98


def test_the_street_file_says_it_is_synthetic_and_has_a_town_s_size() -> None:
    with osmium.io.Reader(str(OSM)) as reader:
        generator = reader.header().get("generator")
    ways, places = osm_ways()
    names = {tags["name"] for tags, _ in ways if "highway" in tags and "name" in tags}
    assert "synthetic" in generator
    assert 15_000 <= len(places) <= 45_000
    assert {"Ballerup Byvej", "Måløv Hovedgade", "Lautrupvang", "Tempovej"} <= names


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("elevation", 10.0, 45.0), ("flood_depth", 0.0, 1.8), ("noise_road_lden", 45.0, 80.0)],
)
def test_raster_values_are_plausible(name: str, low: float, high: float) -> None:
    with rasterio.open(DATA / "rasters" / f"{name}.tif") as raster:
        values = raster.read(1, masked=True)
        assert raster.crs.to_epsg() == 25832
        assert raster.nodata is not None
    assert low <= values.min() <= values.max() <= high


def test_files_stay_small() -> None:
    sizes = [
        path.stat().st_size
        for folder in ("osm", "gtfs", "gbfs", "shapefiles", "rasters", "tables")
        for path in (DATA / folder).iterdir()
    ]
    assert max(sizes) < 2_000_000
    assert sum(sizes) < 5_000_000


def test_remaking_a_table_gives_the_committed_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(DATA), *sys.path])
    from demo.feed import write_feed
    from demo.train_feed import train_tables

    write_feed(tmp_path / "again.zip", train_tables())
    again = hashlib.sha256((tmp_path / "again.zip").read_bytes()).hexdigest()
    kept = hashlib.sha256((DATA / "gtfs" / "demo_strain.zip").read_bytes()).hexdigest()
    assert again == kept


def test_remaking_the_bicycle_stations_gives_the_committed_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(DATA), *sys.path])
    from demo.bicycles import write_stations

    write_stations(tmp_path / "again.json")
    kept = DATA / "gbfs" / "station_information.json"
    assert (tmp_path / "again.json").read_bytes() == kept.read_bytes()
    stations = json.loads(kept.read_text("utf-8"))["data"]["stations"]
    assert len({station["station_id"] for station in stations}) == 12
    assert all(station["name"].endswith("(demo)") for station in stations)


def test_bicycle_stations_lie_in_the_municipality() -> None:
    stations = json.loads((DATA / "gbfs" / "station_information.json").read_text("utf-8"))
    places = [(one["lon"], one["lat"]) for one in stations["data"]["stations"]]
    points = gpd.GeoSeries(gpd.points_from_xy(*TO_METRES.transform(*np.array(places).T)))
    assert points.within(shapefile("kommune").geometry.iloc[0]).all()
    assert len(points) == 12


def test_remaking_the_tables_by_year_gives_the_committed_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "path", [str(DATA), *sys.path])
    from demo.yearly import write_tables

    write_tables(tmp_path)
    kept = {path.name: path.read_bytes() for path in (DATA / "tables").iterdir()}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_the_tables_by_year_end_where_the_town_is() -> None:
    jobs = pd.read_csv(DATA / "tables" / "job.csv")
    is_whole = jobs["bydel"].isna()
    own = jobs[is_whole & (jobs["omraade"] == "Ballerup") & (jobs["aar"] == 2025)]
    work = shapefile("virksomhed")
    for sector in ("private", "public"):
        stated = own.loc[own["sektor"] == sector, "job"].sum()
        assert stated == pytest.approx(work.loc[work["sektor"] == sector, "ansatte"].sum(), abs=200)
    people = pd.read_csv(DATA / "tables" / "borgere.csv").set_index("aar")
    assert people.loc[2025, ["borgere", "beskaeft"]].tolist() == [48_600, 24_300]
    flows = pd.read_csv(DATA / "tables" / "pendling.csv")
    here = flows[(flows["bopael"] == "Ballerup") & (flows["aar"] == 2025)]
    assert here["personer"].sum() == pytest.approx(24_300, abs=10)


@pytest.mark.parametrize("name", ["zoner", "opland"])
def test_workers_by_education_add_up_to_all_workers(name: str) -> None:
    cells = shapefile(name)
    parts = cells[["besk_gr", "besk_er", "besk_vi"]]
    assert (parts.sum(axis=1) == cells["besk"]).all()
    assert (parts.sum() / cells["besk"].sum()).between(0.1, 0.6).all()
