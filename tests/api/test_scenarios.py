"""What the service says of scenarios."""

from geo_planner.region import open_region
from tests.api.services import GROWN, error_of

CHECK = "/api/v1/scenarios/check"


def posted(client, content):
    return client.post(CHECK, params={"study": "small"}, json=content)


def test_a_scenario_that_fits_tells_its_changes_and_writes_nothing(client, small_region):
    answer = posted(client, GROWN)
    assert answer.status_code == 200
    body = answer.json()
    assert body["can_apply"]
    assert [(row["table"], row["rows_changed"]) for row in body["changes"]] == [("zones", 9)]
    assert not (small_region.path / "derived" / "scenarios").exists()
    assert open_region(small_region.path).digest == small_region.digest


def test_all_that_is_wrong_is_told_at_once(client):
    wrong = GROWN | {
        "modifications": [
            {"do": "CloseStreet", "streets": {"ids": ["no-such"]}},
            {"do": "GrowZones", "factor": -1},
        ]
    }
    answer = posted(client, wrong)
    assert answer.status_code == 422
    error = error_of(answer)
    assert error["code"] == "ScenarioError"
    assert len(error["problems"]) == 2
    assert "no-such" in error["problems"][0]


def test_files_of_the_machine_are_not_read(client):
    feed = GROWN | {"modifications": [{"do": "AddTrips", "path": "/etc/passwd"}]}
    error = error_of(posted(client, feed))
    assert "modification 1: path names a file" in error["problems"][0]


def test_too_many_modifications_are_refused_unread(client):
    many = GROWN | {"modifications": GROWN["modifications"] * 1001}
    assert "at most 1\u202f000" in posted(client, many).json()["problems"][0]


def test_a_body_that_is_no_scenario_is_refused(client):
    assert posted(client, [1, 2]).status_code == 422
    assert posted(client, {"modifications": {}}).status_code == 422


def test_values_nested_very_deep_are_refused(client):
    deep = []
    for _ in range(100):
        deep = [deep]
    assert "nested" in error_of(posted(client, GROWN | {"note": deep}))["detail"]


def test_the_schema_names_every_modification(client):
    schema = client.get("/api/v1/scenarios/schema").json()
    assert "GrowZones" in schema["$defs"]


def test_each_edit_is_checked_by_itself_in_the_words_of_the_study(client):
    content = GROWN | {
        "modifications": [*GROWN["modifications"], {"do": "GrowZones", "factor": -1}]
    }
    answer = client.post("/api/v1/scenarios/edits", params={"study": "small"}, json=content)
    assert answer.status_code == 200
    whole, first, second = answer.json()["edits"]
    assert whole["problems"] == first["problems"] == []
    assert [(row["table"], row["rows_changed"]) for row in first["changes"]] == [("zones", 9)]
    assert {one["properties"]["change"] for one in first["shapes"]["features"]} == {"changed"}
    ((problem),) = second["problems"]
    assert problem["field"] == "factor"
    assert "-1" in problem["text"]
