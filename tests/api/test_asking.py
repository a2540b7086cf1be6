"""Questions over HTTP answer what the command line does, to the digit."""

import json

import pandas as pd
import pytest

from tests.api.services import error_of, strict_json
from tests.worlds import WORLD_DAY

V1 = "/api/v1"
WINDOW = {"depart": f"{WORLD_DAY}T08:00", "window_min": 10}


@pytest.fixture(scope="module")
def place(small_region):
    """Give the first workplace as longitude and latitude."""
    point = small_region.geo_table("businesses").geometry.to_crs(4326).iloc[0]
    return round(point.x, 6), round(point.y, 6)


@pytest.fixture(scope="module")
def goal(small_region):
    """Give the last workplace as longitude and latitude."""
    point = small_region.geo_table("businesses").geometry.to_crs(4326).iloc[-1]
    return round(point.x, 6), round(point.y, 6)


def text_of(place):
    return f"{place[0]!r},{place[1]!r}"


def asked(client, what, **given):
    answer = client.get(f"{V1}/{what}", params={"study": "small", **given})
    assert answer.status_code == 200, answer.text
    return strict_json(answer.text)


@pytest.mark.parametrize("shape", ["areas", "rings", "streets"])
def test_isochrones_are_those_of_the_command_line(
    client, cli, small_region, place, tmp_path, shape
):
    out = tmp_path / "reach.geojson"
    options = [] if shape == "areas" else [f"--{shape}"]
    ran = cli("isochrone", small_region.path, "--point", text_of(place), "--mode", "walk",
              "--cutoffs-min", "5,10", "--out", out, *options)  # fmt: skip
    assert ran.code == 0, ran.err
    lon, lat = place
    got = asked(client, "isochrones", lon=lon, lat=lat, cutoffs_min="5,10", shape=shape)
    written = json.loads(out.read_text("utf-8"))
    assert got["features"] == written["features"]
    assert got["features"]
    assert got["credits"] == written["credits"]


def test_isochrones_by_bus_are_those_of_the_command_line(
    client, cli, small_region, place, tmp_path
):
    out = tmp_path / "reach.geojson"
    ran = cli("isochrone", small_region.path, "--point", text_of(place), "--mode", "transit",
              "--cutoffs-min", "10,20", "--depart", WINDOW["depart"], "--window-min", "10",
              "--percentiles", "75", "--out", out)  # fmt: skip
    assert ran.code == 0, ran.err
    lon, lat = place
    got = asked(client, "isochrones", lon=lon, lat=lat, mode="transit", cutoffs_min="10,20",
                percentile=75, **WINDOW)  # fmt: skip
    assert got["features"] == json.loads(out.read_text("utf-8"))["features"]
    assert got["question"]["travel"]["percentiles"] == [75]


def test_reach_is_that_of_the_command_line_minute_by_minute(
    client, cli, small_region, place, tmp_path
):
    out = tmp_path / "reach.csv"
    ran = cli("reach", small_region.path, "--point", text_of(place), "--mode", "transit",
              "--columns", "jobs,residents", "--percentiles", "25,50,75", "--max-time-min", "30",
              "--depart", WINDOW["depart"], "--window-min", "10", "--out", out)  # fmt: skip
    assert ran.code == 0, ran.err
    lon, lat = place
    got = asked(client, "reach", lon=lon, lat=lat, mode="transit", columns="jobs,residents",
                percentile="25,50,75", max_time_min=30, **WINDOW)  # fmt: skip
    written = pd.read_csv(out)
    assert got["minutes"] == written["minutes"].tolist() == [float(m) for m in range(1, 31)]
    assert list(got["sums"]) == list(written.columns[2:])
    for name, values in got["sums"].items():
        assert values == written[name].tolist()
    assert got["sums"]["jobs_p50"][-1] > got["sums"]["jobs_p50"][0]


def test_reach_within_limits_is_what_access_counts(client, place):
    lon, lat = place
    reach = asked(client, "reach", lon=lon, lat=lat, cutoffs_min="5,15", columns="jobs")
    access = asked(client, "access", origins=text_of(place), cutoffs_min="5,15")
    counted = access["features"][0]["properties"]
    assert reach["minutes"] == [5, 15]
    assert reach["sums"]["jobs"] == [
        counted["employees_count_5min"], counted["employees_count_15min"]
    ]  # fmt: skip


def test_access_of_all_zones_is_that_of_the_command_line(client, cli, small_region, tmp_path):
    out = tmp_path / "access.csv"
    ran = cli("access", small_region.path, "--opportunities", "businesses:employees_count",
              "--mode", "walk", "--cutoffs-min", "5,10", "--out", out)  # fmt: skip
    assert ran.code == 0, ran.err
    got = asked(client, "access", cutoffs_min="5,10")
    rows = [feature["properties"] for feature in got["features"]]
    written = pd.read_csv(out).astype(object)
    assert rows == written.where(written.notna(), None).to_dict("records")


def test_journeys_are_those_of_the_command_line(client, cli, small_region, place, goal):
    ran = cli("itinerary", small_region.path, "--from", text_of(place), "--to", text_of(goal),
              "--depart", WINDOW["depart"], "--window-min", "10", "--json")  # fmt: skip
    assert ran.code == 0, ran.err
    got = asked(client, "itineraries", **{"from": text_of(place), "to": text_of(goal)}, **WINDOW)
    assert got["journeys"] == json.loads(ran.out)["journeys"]
    assert got["journeys"]


def test_times_to_a_table_are_those_of_the_command_line(client, cli, small_region, place, tmp_path):
    starts, ends = tmp_path / "from.csv", tmp_path / "to.csv"
    starts.write_text(f"id,lon,lat\nhere,{place[0]},{place[1]}\n")
    work = small_region.geo_table("businesses").to_crs(4326)
    rows = zip(work["business_id"], work.geometry.x, work.geometry.y, strict=True)
    ends.write_text("id,lon,lat\n" + "".join(f"{i},{x!r},{y!r}\n" for i, x, y in rows))
    ran = cli("times", small_region.path, "--origins", starts, "--destinations", ends,
              "--mode", "walk", "--out", tmp_path / "times.csv")  # fmt: skip
    assert ran.code == 0, ran.err
    got = asked(client, "times", **{"from": text_of(place)}, to_table="businesses")
    written = pd.read_csv(tmp_path / "times.csv", dtype={"to_id": str})
    assert [row[1] for row in got["rows"]] == written["to_id"].tolist()
    assert [row[2] for row in got["rows"]] == written["travel_time_s"].tolist()


def test_the_same_question_is_not_answered_twice_to_who_has_the_answer(client, place):
    lon, lat = place
    params = {"study": "small", "lon": lon, "lat": lat}
    first = client.get(f"{V1}/isochrones", params=params)
    again = client.get(
        f"{V1}/isochrones", params=params, headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304
    assert again.text == ""
    other = client.get(f"{V1}/isochrones", params={**params, "mode": "bicycle"})
    assert other.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    ("what", "given", "words"),
    [
        ("isochrones", {"lon": 12.3}, "query.lat"),
        ("isochrones", {"lon": 12.3, "lat": 95}, "query.lat"),
        ("isochrones", {"lon": "nan", "lat": 55}, "query.lon"),
        ("isochrones", {"lon": 12.3, "lat": 55.7, "mode": "fly"}, "query.mode"),
        ("isochrones", {"lon": 12.3, "lat": 55.7, "cutoffs_min": "0"}, "query.cutoffs_min"),
        ("isochrones", {"lon": 12.3, "lat": 55.7, "cutoff_min": "5"}, "query.cutoff_min"),
        ("isochrones", {"lon": 12.3, "lat": 55.7, "walk_speed_kmh": 99}, "query.walk_speed_kmh"),
        ("isochrones", {"lon": 12.3, "lat": 55.7, "depart": "soon"}, "query.depart"),
        ("reach", {"lon": 12.3, "lat": 55.7, "columns": "../etc"}, "query.columns"),
        ("reach", {"lon": 12.3, "lat": 55.7, "percentile": "75,25"}, "query.percentile"),
        ("itineraries", {"from": "12.3", "to": "12.3,55.7"}, "query.from"),
        ("itineraries", {"from": "12.3,555", "to": "12.3,55.7"}, "query.from"),
        ("times", {"from": "12.3,55.7", "to_table": "../x"}, "query.to_table"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(client, what, given, words):
    answer = client.get(f"{V1}/{what}", params=given)
    assert answer.status_code == 422
    assert any(problem.startswith(words) for problem in error_of(answer)["problems"])


def test_what_the_region_cannot_answer_is_said(client):
    answer = client.get(f"{V1}/isochrones", params={"study": "small", "lon": 2, "lat": 2})
    assert answer.status_code == 422
    assert error_of(answer)["code"] == "InputError"
    answer = client.get(
        f"{V1}/reach",
        params={"study": "small", "lon": 12.3, "lat": 55.7, "columns": "businesses:nothing"},
    )
    assert answer.status_code == 422
    assert "nothing" in error_of(answer)["detail"]


def test_a_window_given_two_ways_is_refused(client, place):
    lon, lat = place
    answer = client.get(
        f"{V1}/reach",
        params={"lon": lon, "lat": lat, "mode": "transit", "depart": "2026-03-10T08:00",
                "arrive": "2026-03-10T09:00"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "give either depart or arrive" in answer.text


def test_an_unknown_scenario_is_refused_with_those_there_are(client):
    answer = client.get(f"{V1}/reach", params={"scenario": "none", "lon": 12, "lat": 55})
    assert answer.status_code == 404
    assert error_of(answer)["problems"] == ["baseline"]
