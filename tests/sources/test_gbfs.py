"""Stations of shared bicycles: files of GBFS 1 to 3 as operators write them, right and wrong."""

import json

import pytest
from pyproj import CRS, Transformer

from geo_planner.config import GbfsSource, Study, read_study
from geo_planner.errors import ConfigError, CRSError, InputError, SourceError
from geo_planner.region.build import build_region
from geo_planner.sources.gbfs import read_gbfs
from geo_planner.words.english import english, reason_of
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import grid_town

METRIC = CRS.from_epsg(25832)
LONGITUDE, LATITUDE = Transformer.from_crs(METRIC, 4326, always_xy=True).transform(*ORIGIN_M)
PLACE = {"lat": LATITUDE, "lon": LONGITUDE}
GOOD = {"station_id": "a", "name": "Torvet", **PLACE}


def write(folder, *stations, **head):
    path = folder / "station_information.json"
    path.write_text(json.dumps({**head, "data": {"stations": list(stations)}}), "utf-8")
    return path


def read(path, **source):
    return read_gbfs(GbfsSource(path=path, **source), "gbfs1", METRIC)


def told(found):
    return {(finding.kind, finding.count): english(finding.what) for finding in found.findings}


# v1 writes truth as 0 and 1 and often ids as numbers; v3 writes names by language
VERSIONS = {
    "1": ({"last_updated": 1434054678, "ttl": 0},
          {"station_id": 7, "name": "Torvet", "is_virtual_station": 0, "capacity": 12}),
    "2.3": ({"last_updated": 1640887163, "ttl": 0, "version": "2.3"},
            {"station_id": "7", "name": "Torvet", "is_virtual_station": False, "capacity": 12}),
    "3.0": ({"last_updated": "2023-07-17T13:34:13+02:00", "ttl": 0, "version": "3.0"},
            {"station_id": "7", "is_virtual_station": False, "capacity": 12,
             "name": [{"text": "Torvet", "language": "da"},
                      {"text": "The Square", "language": "en"}]}),
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_all_versions_give_the_same_station(tmp_path, version):
    head, station = VERSIONS[version]
    found = read(write(tmp_path, station | PLACE, **head), network="Bycyklen")
    row = found.frame.iloc[0]
    assert row[["station_id", "name", "network", "capacity_count"]].tolist() == [
        "gbfs1:7", "Torvet", "Bycyklen", 12.0,
    ]  # fmt: skip
    assert (row.geometry.x, row.geometry.y) == pytest.approx(ORIGIN_M, abs=0.001)
    assert found.frame.crs == METRIC
    assert told(found) == {("read", 1): "stations of shared bicycles"}


def test_what_a_station_need_not_state_is_null(tmp_path):
    found = read(write(tmp_path, {"station_id": "a", "capacity": None, **PLACE}))
    assert found.frame["network"].tolist() == ["gbfs1"]
    assert found.frame[["name", "capacity_count"]].isna().to_numpy().all()


def test_virtual_stations_are_used_and_counted(tmp_path):
    other = GOOD | {"station_id": "b", "is_virtual_station": True}
    found = read(write(tmp_path, GOOD, other))
    assert found.frame["station_id"].tolist() == ["gbfs1:a", "gbfs1:b"]
    assert told(found)["read", 1] == "of them without docks (virtual), used as the others"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"lat": None, "lon": None}, "without a position"),
        ({"lat": LATITUDE, "lon": None}, "without a position"),
        ({"lat": 0, "lon": 0.0}, "without a position"),
        ({"lat": LONGITUDE, "lon": LATITUDE}, "far outside the area"),
    ],
)
def test_stations_without_a_usable_position_are_left_out_and_counted(tmp_path, place, words):
    found = read(write(tmp_path, GOOD, GOOD | {"station_id": "b"} | place))
    assert found.frame["station_id"].tolist() == ["gbfs1:a"]
    (lost,) = [finding for finding in found.findings if finding.kind == "left_out"]
    assert words in english(lost.what)
    assert (lost.count, lost.examples) == (1, ("gbfs1:b",))


def test_a_latitude_that_is_absent_leaves_the_station_out(tmp_path):
    without = {"station_id": "b", "lon": LONGITUDE}
    assert ("left_out", 1) in told(read(write(tmp_path, GOOD, without)))


def test_all_that_breaks_the_specification_is_told_at_once(tmp_path):
    path = write(
        tmp_path, GOOD, GOOD, {"station_id": "north", "lat": "55.7", "lon": 190},
        GOOD | {"station_id": "full", "capacity": -1}, PLACE, "station",
        GOOD | {"station_id": "odd", "name": 7, "capacity": True},
        GOOD | {"station_id": "none", "lat": float("nan"), "capacity": 10**400},
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        read(path)
    assert "these stations break GBFS" in caught.value.subject
    assert caught.value.problems == (
        "station_id stands more than once: 'a' (2)",
        "north: lat must be degrees within 90 (given '55.7')",
        "north: lon must be degrees within 180 (given 190)",
        "full: capacity must be 0 or more (given -1)",
        "data.stations[4]: station_id is absent or no text (given None)",
        "data.stations[5]: is no station but 'station'",
        "odd: capacity must be 0 or more (given True)",
        "odd: name must be text, or texts by language (given 7)",
        "none: lat must be degrees within 90 (given nan)",
        f"none: capacity must be 0 or more (given 1{39 * '0'})",
    )
    danish = [reason_words(reason_of(text), Wording("da")) for text in caught.value.problems]
    assert not [text for text in danish if " must " in text or "given" in text or " is " in text]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read as JSON"),
        ("<html>502</html>", "cannot be read as JSON"),
        ('{"data": {"stations": [', "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[]", "has no list data.stations"),
        ('{"data": {"feeds": []}}', "not its gbfs.json"),
        ('{"data": {"stations": {}}}', "has no list data.stations"),
        ('{"data": null}', "has no list data.stations"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, text, reason):
    path = tmp_path / "stations.json"
    path.write_text(text)
    with pytest.raises(SourceError, match=reason):
        read(path)


def test_a_file_that_is_absent_or_no_text_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no such file"):
        read(tmp_path / "none.json")
    path = tmp_path / "packed.json"
    path.write_bytes(b"\x1f\x8b\xff\xfe")
    with pytest.raises(SourceError, match="cannot be read as JSON"):
        read(path)


@pytest.mark.parametrize("stations", [[], [{"station_id": "a", "is_renting": True}]])
def test_a_file_without_one_usable_station_is_refused(tmp_path, stations):
    with pytest.raises(InputError, match=f"none of {len(stations)} stations? has a position"):
        read(write(tmp_path, *stations))


def test_degrees_are_no_crs_of_a_region(tmp_path):
    with pytest.raises(CRSError):
        read_gbfs(GbfsSource(path=write(tmp_path, GOOD)), "x", CRS.from_epsg(4326))


def study_of(folder, **sources):
    return Study.model_validate(
        {
            "study": {"id": "t", "name": "T", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": grid_town().write(folder)}], **sources},
        }
    )


def test_files_and_layers_add_up_and_name_their_sources(tmp_path):
    path = write(tmp_path, GOOD)
    layer = tmp_path / "more.csv"
    layer.write_text(f"number,title,lon,lat,docks\n9,Havnen,{LONGITUDE},{LATITUDE},20\n")
    fields = {"station_id": "number", "name": "title", "capacity_count": "docks"}
    study = study_of(
        tmp_path,
        gbfs=[{"path": path, "licence": "CC0"}, {"path": path, "prefix": "old"}],
        layers=[{"path": layer, "table": "shared_bicycle_stations", "fields": fields}],
    )
    region = build_region(study, tmp_path / "region")
    table = region.table("shared_bicycle_stations").set_index("station_id")
    assert table["network"].fillna("-").to_dict() == {"9": "-", "gbfs1:a": "gbfs1", "old:a": "old"}
    assert table.loc["9", "capacity_count"] == 20
    files = [one["file"] for one in region.tables["shared_bicycle_stations"].sources]
    assert files == ["town.osm", path.name, path.name, layer.name]


def test_a_study_with_a_broken_file_hears_of_it_beside_other_faults(tmp_path):
    layer = {"path": tmp_path / "none.csv", "table": "schools"}
    study = study_of(tmp_path, gbfs=[{"path": write(tmp_path, GOOD, GOOD)}], layers=[layer])
    with pytest.raises(InputError) as caught:
        build_region(study, tmp_path / "region")
    assert "station_id stands more than once: 'a' (2)" in str(caught.value)
    assert "none.csv" in str(caught.value)


def test_paths_in_a_study_file_count_from_its_folder_and_unknown_keys_are_refused(tmp_path):
    file = tmp_path / "study.toml"
    head = '[study]\nid = "t"\nname = "T"\n[[sources.gbfs]]\n'
    file.write_text(head + 'path = "stations.json"\nnetwork = "Bycyklen"\n')
    (source,) = read_study(file).sources.gbfs
    assert source == GbfsSource(path=tmp_path / "stations.json", network="Bycyklen")
    file.write_text(head + 'path = "stations.json"\nsystem = "Bycyklen"\n')
    with pytest.raises(ConfigError, match="system: unknown key"):
        read_study(file)
