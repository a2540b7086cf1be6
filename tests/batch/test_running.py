"""Batches: the numbers of the commands, the same bytes whoever works, nothing lost or redone."""

import json
import os

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner import (
    Reaching,
    Travel,
    access_of_points,
    gravity,
    open_region,
    read_batch,
    run_batch,
    travel_times,
)
from geo_planner.accessibility import service_of, sweep_access
from geo_planner.accessibility.points import anchor_points
from geo_planner.batch import batch_status, tiles, validate_batch
from geo_planner.batch.plan import BATCH_FILE, PLAN_FILE
from geo_planner.config import read_job
from geo_planner.errors import ConfigError, FolderError, InputError
from geo_planner.folders import locked
from geo_planner.networks.transit.departures import day_departures
from geo_planner.travel_time import open_router
from tests.batch.conftest import COUNT, GRAVITY, REACH, SERVICE, TIMES, attempts, results

BUS = """
id = "{id}"
name = "Depot closes"
[[modifications]]
do = "RemoveBusiness"
businesses = {{ ids = ["{closed}"] }}
"""


def frame_of(folder, table=None, **only):
    frame = read_batch(folder, table).to_table().to_pandas()
    for key, value in only.items():
        frame = frame[frame[key] == value]
    return frame.reset_index(drop=True)


def zones_of(town):
    return anchor_points(town.geo_table("zones").set_index("zone_id"))


@pytest.mark.parametrize("mode", ["walk", "transit"])
def test_sums_are_those_of_access_to_the_digit(mode, job, town, tmp_path):
    run_batch(job(modes=[mode]), tmp_path)
    alone, _ = access_of_points(town, "businesses:employees_count", mode=mode, cutoffs_min=[5, 10])
    found = frame_of(tmp_path).set_index("id")
    expected = pd.DataFrame(alone.drop(columns="geometry"))
    assert expected.to_numpy().sum() > 0
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_exact=True, check_index_type=False
    )


@pytest.mark.parametrize("mode", ["walk", "transit"])
def test_times_are_those_of_the_command_in_its_order(mode, job, town, tmp_path):
    run_batch(job(modes=[mode], measures=[TIMES]), tmp_path)
    work = anchor_points(town.geo_table("businesses").set_index("business_id"))
    alone = travel_times(town, zones_of(town), work, mode).to_frame()
    found = frame_of(tmp_path)[alone.columns]
    pd.testing.assert_frame_equal(found, alone, check_exact=True, check_dtype=False)


def test_arrivals_are_searched_as_the_command_does(job, town, tmp_path):
    travel = {"arrive": "2026-03-10T08:30:00", "window_min": 5}
    run_batch(job(modes=["transit"], measures=[TIMES, COUNT], travel=travel), tmp_path)
    asked = Travel(**{**town.study["travel"], "depart": None, **travel})
    work = anchor_points(town.geo_table("businesses").set_index("business_id"))
    alone = travel_times(town, zones_of(town), work, "transit", asked).to_frame()
    found = frame_of(tmp_path, "times")
    assert found["departure"].unique().tolist() == ["arrive-2026-03-10T0830"]
    pd.testing.assert_frame_equal(found[alone.columns], alone, check_exact=True, check_dtype=False)


def test_reach_gravity_and_service_are_those_of_the_library(job, town, tmp_path):
    run_batch(job(measures=[REACH, GRAVITY, SERVICE]), tmp_path)
    zones = zones_of(town)
    curves = Reaching(town, "walk").within(zones, ["jobs", "residents"], [5, 10, 15]).curves
    found = frame_of(tmp_path, "reach")[curves.columns]
    pd.testing.assert_frame_equal(found, curves, check_exact=True, check_dtype=False)

    router = open_router(town, "walk", Travel(**town.study["travel"]))
    work = town.geo_table("businesses").set_index("business_id")
    sums = sweep_access(
        router,
        router.snap_origins(zones),
        router.snap_destinations(work.geometry),
        [gravity(10)],
        opportunities={"jobs": work["employees_count"].to_numpy(float)},
        people={},
        threads=1,
    ).reached["jobs_gravity"]
    found = frame_of(tmp_path, "access")["employees_count_gravity"]
    assert found.tolist() == sums.tolist()

    travel = Travel(**town.study["travel"])
    levels, _ = service_of(town, zones, day_departures(town, travel), travel)
    found = frame_of(tmp_path, "service").set_index("id")
    assert found["departures_per_hour"].tolist() == levels["departures_per_hour"].tolist()
    assert found["ptal_band"].tolist() == levels["ptal_band"].tolist()
    assert set(found["departure"]) == {"2026-03-10"}


def test_bytes_depend_neither_on_threads_nor_on_where_a_run_was_stopped(job, tmp_path):
    asked = job(modes=["walk", "transit"], measures=[COUNT, GRAVITY, TIMES, REACH])
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    assert run_batch(asked, whole, threads=1).is_complete

    def stop_after(done, _total):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(asked, stopped, threads=2, progress=stop_after)
    assert batch_status(stopped).state == "stopped"
    assert batch_status(stopped).seconds_left > 0
    assert 5 <= len(results(stopped)) < len(results(whole))
    assert run_batch(asked, stopped, threads=2).is_complete
    assert results(stopped) == results(whole)
    assert set(attempts(stopped)) == {1}


def test_a_tile_that_is_gone_or_cut_short_is_done_again_and_no_other(job, tmp_path):
    run_batch(job(), tmp_path)
    before = results(tmp_path)
    first, second, _ = sorted(tmp_path.rglob("tile-*.parquet"))
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    assert validate_batch(tmp_path) != []
    asked = []
    run_batch(job(), tmp_path, progress=lambda *done: asked.append(done))
    assert asked == [(1, 2), (2, 2)]
    assert results(tmp_path) == before
    assert attempts(tmp_path) == [2, 2, 1]
    assert validate_batch(tmp_path) == []


def test_scenarios_and_departures_are_measured_beside_each_other(job, town, tmp_path):
    file = tmp_path / "closed.toml"
    file.write_text(BUS.format(id="closed", closed="depot"), "utf-8")
    asked = job(
        modes=["walk", "transit"],
        scenarios=[file],
        departures=["2026-03-10T08:00", "2026-03-10T08:30"],
    )
    out = tmp_path / "out"
    run_batch(asked, out)
    found = frame_of(out)
    shown = found.groupby(["scenario", "mode", "departure"]).size().to_dict()
    moments = ["2026-03-10T0800", "2026-03-10T0830"]
    assert shown == {
        (scenario, mode, departure): 25
        for scenario in ("baseline", "closed")
        for mode, departure in [("walk", "any"), *(("transit", moment) for moment in moments)]
    }
    column = "employees_count_10min"
    lost = (
        frame_of(out, scenario="baseline", mode="walk")[column]
        - frame_of(out, scenario="closed", mode="walk")[column]
    )
    assert set(lost) == {0.0, 40.0}
    assert open_region(town.path).digest == town.digest


def test_a_changed_input_is_refused_by_name_and_redone_when_asked(job, town, tmp_path):
    points = tmp_path / "points.csv"
    places = zones_of(town).to_crs(4326)[:3]
    frame = pd.DataFrame({"id": places.index, "lon": places.x, "lat": places.y})
    frame.to_csv(points, index=False)
    scenario = tmp_path / "closed.toml"
    scenario.write_text(BUS.format(id="closed", closed="depot"), "utf-8")
    out = tmp_path / "out"
    asked = job(origins=str(points), scenarios=[scenario])
    run_batch(asked, out)
    before = results(out)

    frame[:2].to_csv(points, index=False)
    scenario.write_text(BUS.format(id="closed", closed="office"), "utf-8")
    changed = {**asked, "travel": {"walk_speed_kmh": 4}}
    with pytest.raises(FolderError) as refused:
        run_batch(changed, out)
    text = str(refused.value)
    assert "--redo" in text
    assert f"file {points}: its content has changed" in text
    assert f"scenario {scenario} on example: its content has changed" in text
    assert "travel of the job: now " in text
    assert results(out) == before

    status = run_batch(changed, out, redo=True)
    assert status.is_complete
    assert sorted(set(frame_of(out)["id"])) == sorted(frame["id"][:2])
    assert validate_batch(out) == []


def test_a_part_of_a_layer_that_is_gone_is_a_changed_input(job, town, tmp_path):
    places = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=zones_of(town)[:2].to_numpy(), crs=25832)
    places.to_file(tmp_path / "points.shp")
    asked, out = job(origins=str(tmp_path / "points.shp")), tmp_path / "out"
    run_batch(asked, out)
    (tmp_path / "points.cpg").unlink()
    with pytest.raises(FolderError, match=r"points\.cpg: is gone"):
        run_batch(asked, out)
    (gone,) = validate_batch(out)
    assert gone.endswith("points.cpg: is gone: ask for --redo")


def poison(monkeypatch, bad, error=ZeroDivisionError):
    """Let every search that starts at some origins fail."""
    opened = tiles.open_desk

    def open_poisoned(*given):
        desk = opened(*given)

        def rows(origins, threads):
            if set(bad) & set(origins.index):
                raise error("poison")
            return desk.rows(origins, threads)

        return tiles.Desk(rows, desk.findings)

    monkeypatch.setattr(tiles, "open_desk", open_poisoned)


def test_a_poisoned_origin_is_listed_and_all_others_are_measured(job, tmp_path, monkeypatch):
    run_batch(job(), tmp_path / "sound")
    sound = frame_of(tmp_path / "sound")
    poison(monkeypatch, ["zone-12", "zone-44"])
    status = run_batch(job(), tmp_path / "poisoned")
    assert (status.state, status.n_failed_origins) == ("failures", 2)
    assert [one["id"] for one in status.failed_origins] == ["zone-12", "zone-44"]
    assert status.failed_origins[0]["reason"] == "ZeroDivisionError: poison"
    found = frame_of(tmp_path / "poisoned")
    expected = sound[~sound["id"].isin(["zone-12", "zone-44"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)

    monkeypatch.undo()
    tiles._desk.cache_clear()
    assert run_batch(job(), tmp_path / "poisoned").is_complete
    assert results(tmp_path / "poisoned") == results(tmp_path / "sound")


def test_a_tile_that_fails_once_is_tried_again_with_the_reason_kept(job, tmp_path, monkeypatch):
    opened, seen = tiles.open_desk, []

    def open_flaky(*given):
        desk = opened(*given)

        def rows(origins, threads):
            seen.append(origins.index[0])
            if len(seen) == 1:
                raise MemoryError("for a moment")
            return desk.rows(origins, threads)

        return tiles.Desk(rows, desk.findings)

    monkeypatch.setattr(tiles, "open_desk", open_flaky)
    assert run_batch(job(), tmp_path).is_complete
    assert attempts(tmp_path) == [2, 1, 1]
    (receipt, *_) = sorted((tmp_path / "receipts").rglob("*.json"))
    assert json.loads(receipt.read_text())["reasons"] == ["MemoryError: for a moment"]


def test_a_tile_that_always_fails_is_listed_and_the_others_are_done(job, tmp_path, monkeypatch):
    poison(monkeypatch, ["zone-00"], MemoryError)
    status = run_batch(job(), tmp_path)
    assert status.by_state == {"done": 2, "failed": 1}
    (failed,) = status.failed_tiles
    assert failed["file"].endswith("tile-000000.parquet")
    assert failed["reason"] == "MemoryError: poison"
    assert attempts(tmp_path) == [3, 1, 1]


def test_all_problems_of_a_job_are_said_at_once(job_file, tmp_path):
    file = job_file()
    file.write_text(
        file.read_text("utf-8")
        .replace('"walk"', '"wlak"')
        .replace("tile_origins = 10", "tile_origins = 0\nspeed = 3")
        .replace("cutoffs_min", "cutoff_min"),
        "utf-8",
    )
    with pytest.raises(ConfigError) as refused:
        read_job(file)
    assert [text.partition(":")[0] for text in refused.value.problems] == [
        "modes[0]",
        "measures[0].cumulative.cutoffs_min",
        "measures[0].cumulative.cutoff_min",
        "tile_origins",
        "speed",
    ]
    assert "job-keys.md" in str(refused.value)


def test_all_that_a_job_names_wrongly_is_said_at_once(job, tmp_path):
    asked = job(
        origins="schools.csv",
        measures=[
            {**COUNT, "opportunities": "businesses:jobs"},
            {**COUNT, "cutoffs_min": [200]},
            {**REACH, "columns": ["shops"]},
            {**TIMES, "destinations": "nowhere.gpkg"},
        ],
        scenarios=["closed.toml"],
    )
    with pytest.raises(ConfigError) as refused:
        run_batch(asked, tmp_path)
    text = str(refused.value)
    for words in (
        "origins: ",
        "measures[0]: businesses:jobs: no column 'jobs'",
        "measures[1]: time limits are minutes above 0",
        "measures[2]: ",
        "measures[3]: ",
        "scenarios: ",
    ):
        assert words in text
    assert not (tmp_path / BATCH_FILE).exists()


def test_measures_of_one_name_are_refused_and_a_name_tells_them_apart(job, tmp_path):
    twice = [GRAVITY, {**GRAVITY, "half_weight_min": 5}]
    with pytest.raises(ConfigError, match="give one of them a name of its own"):
        run_batch(job(measures=twice), tmp_path)
    twice[1]["name"] = "near"
    run_batch(job(measures=twice), tmp_path)
    found = frame_of(tmp_path)
    assert (found["near_gravity"] <= found["employees_count_gravity"]).all()
    assert found["near_gravity"].sum() < found["employees_count_gravity"].sum()


def test_what_a_mode_lacks_is_said_before_any_work(job, tmp_path):
    late = job(modes=["walk", "transit"], departures=["2031-01-01T08:00"])
    with pytest.raises(ConfigError, match=r"mode=transit/departure=2031-01-01T0800: .*2031"):
        run_batch(late, tmp_path)
    assert results(tmp_path) == {}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"workers": 0}, "workers = 0"),
        ({"memory_gib": 0.0}, "memory_gib = 0"),
        ({"scheduler": "tcp://127.0.0.1:1", "workers": 3}, "leave workers and memory_gib out"),
    ],
)
def test_a_crew_that_cannot_be_is_refused(keys, words, job, tmp_path):
    with pytest.raises(InputError, match=words):
        run_batch(job(), tmp_path, **keys)


def test_a_second_batch_in_the_same_folder_is_refused(job, tmp_path):
    with locked(tmp_path), pytest.raises(FolderError, match="another run is writing here"):
        run_batch(job(), tmp_path)


def test_a_folder_of_other_files_is_refused_and_left_as_it_is(job, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    with pytest.raises(FolderError, match=r"holds other files \(thesis.txt\)"):
        run_batch(job(), tmp_path)
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "mine"


def test_a_run_stopped_while_it_prepared_is_gone_on_with(job, tmp_path):
    run_batch(job(), tmp_path)
    before = results(tmp_path)
    (tmp_path / PLAN_FILE).unlink()
    with pytest.raises(InputError, match="stopped before it began"):
        batch_status(tmp_path)
    run_batch(job(), tmp_path)
    assert results(tmp_path) == before


def test_a_damaged_manifest_is_refused_and_redone_when_asked(job, tmp_path):
    run_batch(job(), tmp_path)
    (tmp_path / BATCH_FILE).write_text("{", "utf-8")
    with pytest.raises(FolderError, match=r"damaged .*--redo"):
        run_batch(job(), tmp_path)
    assert run_batch(job(), tmp_path, redo=True).is_complete


def test_the_manifest_tells_inputs_versions_attempts_and_seconds(job, town, tmp_path):
    run_batch(job(), tmp_path)
    content = json.loads((tmp_path / BATCH_FILE).read_text("utf-8"))
    assert f"region {town.path}" in content["inputs"]
    assert set(content["versions"]) >= {"numpy", "pyarrow"}
    assert [one["attempts"] for one in content["partitions"]] == [1, 1, 1]
    assert all(one["seconds"] > 0 and len(one["sha256"]) == 64 for one in content["partitions"])


def test_an_origin_off_the_network_is_unknown_and_counted(job, tmp_path):
    far = pd.DataFrame({"id": ["in", "far"], "lon": [12.1786, 12.5], "lat": [55.7188, 55.9]})
    points = gpd.GeoSeries.from_xy([700_200, 720_000], [6_180_200] * 2, crs=25832).to_crs(4326)
    far = far.assign(lon=points.x, lat=points.y)
    far.to_csv(tmp_path / "points.csv", index=False)
    out = tmp_path / "out"
    status = run_batch(job(origins=str(tmp_path / "points.csv")), out)
    found = frame_of(out).set_index("id")
    assert status.off_network == 1
    assert found["status"].to_dict() == {"in": "snapped", "far": "too_far"}
    assert np.isnan(found.loc["far", "employees_count_10min"])


def test_many_tiles_share_a_task_once_their_cost_is_known(job, tmp_path, monkeypatch):
    from geo_planner.batch import crews

    sizes, done = [], crews.do_tiles
    monkeypatch.setattr(
        crews, "do_tiles", lambda *given: sizes.append(len(given[3])) or done(*given)
    )
    run_batch(job(tile_origins=1), tmp_path)
    assert sizes[0] == 1
    assert sum(sizes) == 25
    assert max(sizes) > 1


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")


@needs_root
@pytest.mark.slow
def test_a_full_disk_stops_the_batch_which_goes_on_when_there_is_room(job, tmp_path):
    from tests.test_interruptions import small_disk

    asked = job(measures=[TIMES, REACH, COUNT], tile_origins=2)
    run_batch(asked, tmp_path / "whole")
    pages = [1 + file.stat().st_size // 4096 for file in (tmp_path / "whole").rglob("*")]
    size_kb = 4 * sum(pages)
    with small_disk(tmp_path / "disk", size_kb + 200) as disk:
        (disk / "ballast").write_bytes(bytes(1024 * (200 + size_kb * 7 // 10)))
        with pytest.raises((FolderError, OSError), match="No space left"):
            run_batch(asked, disk / "out")
        done = results(disk / "out")
        assert 0 < len(done) < len(results(tmp_path / "whole"))
        (disk / "ballast").unlink()
        assert run_batch(asked, disk / "out").is_complete
        assert results(disk / "out") == results(tmp_path / "whole")
