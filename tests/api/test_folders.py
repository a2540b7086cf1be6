"""Studies are found in runs, regions and folders of several; a damaged one fails alone."""

import shutil

import pytest

from api.folders import find_studies
from api.library import Library
from geo_planner.errors import InputError
from geo_planner.report import write_report
from tests.api.services import TestClient, error_of, service_of, wait_until


@pytest.fixture
def copied(run_folder, tmp_path):
    shutil.copytree(run_folder, tmp_path / "small")
    return tmp_path / "small"


def test_a_run_holds_its_study_and_its_scenarios(run_folder):
    found = find_studies([run_folder])
    assert list(found.studies) == ["small"]
    study = found.studies["small"]
    assert study.baseline.is_run
    assert list(study.scenarios) == ["more"]
    assert study.scenarios["more"].region.path == run_folder / "more" / "region"


def test_a_folder_of_several_holds_each(run_folder, bare_region, tmp_path):
    shutil.copytree(run_folder, tmp_path / "a")
    shutil.copytree(bare_region.path, tmp_path / "b")
    (tmp_path / "c").mkdir()
    found = find_studies([tmp_path])
    assert list(found.studies) == ["small", "town"]
    assert not found.studies["town"].baseline.is_run


def test_two_studies_of_one_id_are_told_apart_by_their_folders(run_folder, tmp_path):
    for name in ("a", "b"):
        shutil.copytree(run_folder, tmp_path / name)
    assert list(find_studies([tmp_path]).studies) == ["small", "small-b"]
    assert list(find_studies([tmp_path / "a", tmp_path / "a"]).studies) == ["small", "small-a"]


def test_a_damaged_study_is_named_and_the_others_are_served(run_folder, tmp_path):
    for name in ("good", "torn", "stopped"):
        shutil.copytree(run_folder, tmp_path / name)
    (tmp_path / "torn" / "region" / "region.json").write_text("{")
    (tmp_path / "stopped" / "INTERRUPTED.txt").write_text("stopped")
    found = find_studies([tmp_path])
    assert list(found.studies) == ["small"]
    assert set(found.damaged) == {"torn", "stopped"}
    assert "damaged" in str(found.damaged["torn"])
    assert "interrupted" in str(found.damaged["stopped"])


def test_a_damaged_scenario_leaves_its_study(copied):
    (copied / "more" / "region" / "region.json").unlink()
    found = find_studies([copied])
    assert list(found.studies["small"].scenarios) == []
    assert set(found.studies["small"].damaged) == {"more"}


def test_a_folder_without_any_is_refused(tmp_path):
    with pytest.raises(InputError, match="no run or region here"):
        find_studies([tmp_path])
    with pytest.raises(InputError, match="no folder"):
        find_studies([])


def test_a_run_is_served_at_once_and_nothing_is_analysed(run_folder, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("analysed")

    monkeypatch.setattr("geo_planner.analysis.analyse", fail)
    with TestClient(service_of(run_folder)) as client:
        wait_until("ready", client)
        for page in ("/", "/map", "/sites"):
            assert client.get(page).status_code == 200
            assert client.get(page, params={"scenario": "more"}).status_code == 200
        studies = client.get("/api/v1/studies").json()["studies"]
        assert [one["id"] for one in studies[0]["scenarios"]] == ["more"]
        assert client.get("/", params={"scenario": "less"}).status_code == 404


def test_a_run_whose_files_were_changed_says_so_and_the_others_are_served(
    run_folder, copied, bare_region
):
    (copied / "summary.json").write_text("{}")
    with TestClient(service_of(copied, bare_region.path)) as client:
        answer = client.get("/", params={"study": "small"})
        assert answer.status_code == 422
        assert "summary.json was changed" in error_of(answer)["detail"]
        wait_until("ready", client, "town")
        assert client.get("/map", params={"study": "town"}).status_code == 200


def test_a_run_that_is_made_anew_is_noticed(copied, monkeypatch):
    monkeypatch.setattr("api.library._LOOK_EVERY_S", 0.0)
    library = Library([copied])
    before = library.shelf("small")
    assert library.shelf("small") is before
    result = before.require_result()
    write_report(result, copied)
    assert library.shelf("small") is not before
    shutil.rmtree(copied / "more")
    assert list(library.study("small").shelves) == ["baseline"]


def test_a_run_that_is_being_written_is_kept_as_it_was(copied, monkeypatch):
    monkeypatch.setattr("api.library._LOOK_EVERY_S", 0.0)
    library = Library([copied])
    before = library.shelf("small")
    (copied / "INTERRUPTED.txt").write_text("being written")
    assert library.shelf("small") is before
    (copied / "INTERRUPTED.txt").unlink()
    assert library.shelf("small").region.digest == before.region.digest
