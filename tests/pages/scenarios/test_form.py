"""The forms of modifications come from the schema, whole, in both languages."""

import pytest

from geo_planner.packaged import packaged_rows
from geo_planner.pages.scenarios.form import GROUPS, forms, shape_keys, texts
from geo_planner.scenario import modification_types, scenario_schema


def field(verb, key, language="en"):
    return next(one for one in forms(language)[verb]["fields"] if one["key"] == key)


def test_every_modification_has_a_form_with_all_its_fields():
    assert list(forms("en")) == [one.__name__ for one in modification_types()]
    for one in modification_types():
        form = forms("en")[one.__name__]
        assert {part["key"] for part in form["fields"]} == set(one.model_fields) - {"do"}
        assert form["group"] in GROUPS
        assert form["help"]


def test_every_english_text_of_the_forms_has_a_danish_one_and_no_other_stands_there():
    danish = {row["en"]: row["da"] for row in packaged_rows("scenario_words")}
    helps = {form["help"] for form in forms("en").values()}
    assert set(danish) == texts() | helps
    assert all(danish.values())


@pytest.mark.parametrize(
    ("verb", "key", "label", "unit", "limits"),
    [
        ("AddLine", "speed_kmh", "Speed", "km/h", (None, 0, 400)),
        ("AddLine", "dwell_s", "Dwell", "s", (0, None, 3600)),
        ("Rezone", "max_floor_area_m2", "Max floor area", "m²", (0, None, None)),
        ("Rezone", "env_class_min", "Env class min", "", (1, None, 7)),
        ("AddBusiness", "employees_count", "Employees", "", (0, None, None)),
    ],
)
def test_label_unit_and_limits_are_those_of_the_schema(verb, key, label, unit, limits):
    found = field(verb, key)
    assert (found["label"], found["unit"]) == (label, unit)
    assert (found["min"], found["above"], found["max"]) == limits


def test_a_shape_says_of_which_kind_it_may_be():
    assert field("AddSite", "area")["shapes"] == ["Polygon", "MultiPolygon"]
    assert field("AddStop", "at")["shapes"] == ["Point"]
    assert field("AddStreet", "course")["shapes"] == ["LineString"]
    assert set(shape_keys()) == {"at", "area", "alignment", "course", "to", "within"}
    assert "shapes" in str(scenario_schema()["$defs"]["AddStop"]["properties"]["at"])


def test_required_fields_come_first_and_help_is_in_the_language_asked_for():
    fields = forms("en")["AddBusiness"]["fields"]
    required = [one["required"] for one in fields]
    assert required == sorted(required, reverse=True)
    assert field("AddBusiness", "name", "da")["label"] == "Navn"
    assert field("AddLine", "mode", "da")["choices"][4]["label"] == "S-tog"
