"""The frozen reference: kept, read again, and refused where it means something else."""

import pytest

from geo_planner.config import Study
from geo_planner.errors import InputError, SourceError
from geo_planner.siting import Reference, load_reference, save_reference
from geo_planner.siting.reference import neighbour_clusters, settings_digest

POINTS = {"workers_car_30": ((1000.5, 0.0), (5000.25, 1.0))}


def study(**parts):
    return Study.model_validate({"study": {"id": "t", "name": "T", "country": None}, **parts})


def test_a_reference_comes_back_as_it_was_kept(tmp_path):
    kept = Reference("abc", settings_digest(study()), POINTS)
    save_reference(kept, tmp_path / "run" / "reference.json")
    assert load_reference(tmp_path / "run" / "reference.json", study()) == kept
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["reference.json"]


def test_a_reference_of_other_settings_is_refused(tmp_path):
    path = tmp_path / "reference.json"
    save_reference(Reference("abc", settings_digest(study()), POINTS), path)
    with pytest.raises(InputError, match="measured with other settings"):
        load_reference(path, study(travel={"walk_speed_kmh": 4.0}))
    with pytest.raises(InputError, match="measured with other settings"):
        load_reference(path, study(siting={"cluster": "it"}))


def test_weights_may_differ_between_a_baseline_and_its_scenario(tmp_path):
    path = tmp_path / "reference.json"
    save_reference(Reference("abc", settings_digest(study()), POINTS), path)
    other = study(siting={"weights": {"readiness": 20}})
    assert load_reference(path, other).points == POINTS


@pytest.mark.parametrize("content", [None, "{", "[]", '{"points": {"charm": [[0, 1]]}}'])
def test_what_is_no_reference_is_refused_with_its_path(tmp_path, content):
    path = tmp_path / "reference.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(SourceError, match=r"reference\.json: no reference can be read here"):
        load_reference(path, study())


def test_a_profile_brings_its_clusters_unless_the_study_names_one():
    assert neighbour_clusters(study()) == ()
    assert neighbour_clusters(study(siting={"profile": "office"})) == ("finance", "it")
    named = study(siting={"profile": "office", "cluster": "life_science"})
    assert neighbour_clusters(named) == ("life_science",)


@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ({"charm": [[0, 0], [1, 1]]}, "no criterion 'charm'"),
        ({"amenities_500": [[0, 0]]}, "give two or more, raw figures rising"),
        ({"amenities_500": [[3, 0], [3, 1]]}, "give two or more, raw figures rising"),
        ({"amenities_500": [[0, 0], [3, 2]]}, "less than or equal to 1"),
    ],
)
def test_points_of_the_study_are_checked(points, problem):
    with pytest.raises(ValueError, match=problem):
        study(siting={"points": points})


def test_points_of_a_criterion_that_is_not_known_are_refused_by_name(tmp_path):
    path = tmp_path / "reference.json"
    save_reference(Reference("abc", settings_digest(study()), {"charm": ((0, 0), (1, 1))}), path)
    with pytest.raises(SourceError, match="of criteria not known here \\(charm\\)"):
        load_reference(path, study())


def test_a_fault_of_ours_is_not_taken_for_a_damaged_reference(tmp_path, monkeypatch):
    path = tmp_path / "reference.json"
    save_reference(Reference("abc", settings_digest(study()), POINTS), path)
    monkeypatch.setattr("geo_planner.siting.reference.criteria", lambda: None)
    with pytest.raises(TypeError):
        load_reference(path, study())
