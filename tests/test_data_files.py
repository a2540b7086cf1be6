"""Packaged numbers: every file has its columns, sources and marks, and adds up."""

import csv
import itertools
import re
from importlib import resources
from pathlib import Path

import pytest

from geo_planner.packaged import country_facts, country_rows, described_countries
from geo_planner.schema import tables

PROVENANCE = ["source", "checked", "status"]
COLUMNS = {
    "criteria": "id group group_label label_en label_da unit direction points weight",
    "profiles": "id label_en label_da group weight use clusters env_class_needed obeys_office_rule",
    "exclusion_reasons": "id reason ask",
    "m2_per_job": "use label_en label_da dense_m2 likely_m2 spacious_m2",
    "floor_area_factors": "factor applies_to unit low likely high",
    "constraint_kinds": "kind label_en label_da effect cap cap_value width_m objects min_object_m2 "
    "quantities above up_to from_plans condition law",
    "constraint_rules": "rule value unit meaning",
    "policy_indicators": "id statement label_en label_da formula unit data kind",
    "branch_standards": "standard cluster_list digits public_divisions",
    "land_use_vocabularies": "vocabulary code use_code meaning",
    "policy_rules": "rule value unit meaning",
    "station_rule": "rule value unit meaning",
    "env_classes": "env_class distance_m kind_en kind_da typical_use",
    "use_codes": "use_code label_en label_da colour",
    "readiness": "stage meaning_en meaning_da readiness years_low years_high",
    "building_right": "kind label_en label_da floor_area_ratio use_codes",
    "parking": "use m2_per_space",
    "land_uses": "use storey plan_use_codes",
    "turn_costs": "mode turn from_deg to_deg cost_s meaning",
    "driving_sides": "country side",
    "generalised_time": "part weight meaning",
    "grade_relations": "mode item value unit meaning",
    "traffic_stress": "rule cars road_classes facility max_limit_kmh max_lanes stress meaning",
    "presets": "preset setting value meaning",
    "park_and_ride": "first_route_type last_route_type",
    "clusters": "cluster set standard prefix is_excluded reason",
    "station_ways": "name value unit meaning",
    "bicycle_on_board": "rule route_types line weekdays from_time until_time is_allowed meaning",
    "transit_modes": "mode label_en label_da first_route_type last_route_type",
    "service_levels": "level label_en label_da from_per_hour least_modes",
    "service_rules": "rule value unit meaning",
    "ptal_modes": "mode catchment_m reliability_min",
    "ptal_windows": "window from_time until_time meaning",
    "ptal_bands": "band up_to",
    "finder_cuts": "table kind width_m",
    "commute_factors": "mode detour_factor co2_g_per_person_km meaning",
    "plausible_values": "modification key low high unit hint",
}
NUMBERS = {
    "criteria": "weight",
    "profiles": "weight env_class_needed",
    "m2_per_job": "dense_m2 likely_m2 spacious_m2",
    "floor_area_factors": "low likely high",
    "constraint_kinds": "cap_value width_m min_object_m2 above up_to",
    "constraint_rules": "value",
    "policy_rules": "value",
    "station_rule": "value",
    "env_classes": "env_class distance_m",
    "use_codes": "use_code",
    "readiness": "stage readiness years_low years_high",
    "building_right": "floor_area_ratio",
    "parking": "m2_per_space",
    "turn_costs": "from_deg to_deg cost_s",
    "driving_sides": "",
    "generalised_time": "weight",
    "grade_relations": "value",
    "traffic_stress": "rule max_limit_kmh max_lanes stress",
    "clusters": "prefix",
    "transit_modes": "first_route_type last_route_type",
    "service_levels": "from_per_hour least_modes",
    "service_rules": "value",
    "ptal_modes": "catchment_m reliability_min",
    "ptal_bands": "up_to",
    "finder_cuts": "width_m",
    "commute_factors": "detour_factor co2_g_per_person_km",
}
KEYS = {
    "criteria": ["id"],
    "profiles": ["id", "group"],
    "exclusion_reasons": ["id"],
    "m2_per_job": ["use"],
    "floor_area_factors": ["factor", "applies_to"],
    "constraint_kinds": ["kind"],
    "constraint_rules": ["rule"],
    "policy_indicators": ["id"],
    "branch_standards": ["standard"],
    "land_use_vocabularies": ["vocabulary", "code"],
    "policy_rules": ["rule"],
    "station_rule": ["rule"],
    "env_classes": ["env_class"],
    "readiness": ["stage"],
    "building_right": ["kind"],
    "parking": ["use"],
    "land_uses": ["use"],
    "use_codes": ["use_code"],
    "turn_costs": ["mode", "turn"],
    "driving_sides": ["country"],
    "generalised_time": ["part"],
    "grade_relations": ["mode", "item"],
    "traffic_stress": ["rule"],
    "presets": ["preset", "setting"],
    "park_and_ride": ["first_route_type"],
    "clusters": ["cluster", "standard", "prefix"],
    "station_ways": ["name"],
    "bicycle_on_board": ["rule"],
    "transit_modes": ["first_route_type"],
    "service_levels": ["level"],
    "service_rules": ["rule"],
    "ptal_modes": ["mode"],
    "ptal_windows": ["window"],
    "ptal_bands": ["band"],
    "finder_cuts": ["table", "kind"],
    "commute_factors": ["mode"],
}
MAY_BE_BLANK = {
    "cap", "cap_value", "width_m", "condition", "clusters", "typical_use",
    "use_codes", "years_high",
    "objects", "min_object_m2", "quantities", "above", "up_to", "from_plans",
    "cars", "road_classes", "facility", "max_limit_kmh", "max_lanes",
}  # fmt: skip
MAY_BE_BLANK_IN = {
    "ptal_bands": {"up_to"},
}
CHECKED = {"S": "yes", "D": "yes", "A": "choice", "M": "no"}


COUNTRIES = ("BR", "DE", "DK", "GB", "PT", "US", "any")
OF_COUNTRIES = {
    "country": "fact value meaning",
    "car_speeds": "road_class is_urban default_limit_kmh free_flow_factor",
    "car_peak": "road_class from_hour to_hour speed_factor",
    "typical_day": "rule value meaning",
    "published": "table what publisher url",
    "office_rule": "place small large limit_m2 label_en label_da",
}


def country_files() -> list[tuple[str, str]]:
    folder = Path(str(resources.files("geo_planner").joinpath("data", "countries")))
    return sorted((file.parent.name, file.stem) for file in folder.rglob("*.csv"))


def rows(name: str) -> list[dict[str, str]]:
    text = resources.files("geo_planner").joinpath("data", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_file_has_its_columns_and_no_others(name):
    assert list(rows(name)[0]) == [*COLUMNS[name].split(), *PROVENANCE]


@pytest.mark.parametrize("name", COLUMNS)
def test_every_row_names_its_source_and_how_sure_it_is(name):
    for row in rows(name):
        assert row["source"].strip(), row
        assert row["checked"] == CHECKED[row["status"]], row
        assert row["status"] != "M" or "memory" in row["source"], row


@pytest.mark.parametrize("name", COLUMNS)
def test_no_field_is_blank_but_those_that_may_be(name):
    blank = {field for row in rows(name) for field, value in row.items() if not value.strip()}
    assert blank <= MAY_BE_BLANK | MAY_BE_BLANK_IN.get(name, set())


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_numbers_and_not_negative(name):
    for row in rows(name):
        assert all(float(row[field] or 0) >= 0 for field in NUMBERS[name].split()), row


@pytest.mark.parametrize("name", KEYS)
def test_no_row_stands_twice(name):
    keys = [tuple(row[field] for field in KEYS[name]) for row in rows(name)]
    assert len(keys) == len(set(keys))


def test_weights_of_the_criteria_sum_to_100_and_are_the_balanced_profile():
    by_group: dict[str, float] = {}
    for row in rows("criteria"):
        by_group[row["group"]] = by_group.get(row["group"], 0) + float(row["weight"])
    assert sum(by_group.values()) == 100
    assert by_group == {
        row["group"]: float(row["weight"]) for row in rows("profiles") if row["id"] == "balanced"
    }


def test_weights_of_every_profile_sum_to_100():
    totals: dict[str, float] = {}
    for row in rows("profiles"):
        totals[row["id"]] = totals.get(row["id"], 0) + float(row["weight"])
    allowed = tables()["sites"].columns["use_profile"].allowed
    assert totals == dict.fromkeys(allowed, 100)


def test_value_functions_rise_or_fall_as_their_direction_says():
    for row in rows("criteria"):
        if row["points"] == "frozen":
            continue
        raw, value = zip(
            *(tuple(map(float, pair.split(":"))) for pair in row["points"].split()), strict=True
        )
        assert list(raw) == sorted(set(raw)), row
        assert list(value) == sorted(set(value), reverse=row["direction"] == "-"), row
        assert {min(value), max(value)} == {0, 1}, row


def test_a_profiles_use_clusters_and_class_are_known():
    uses = {row["use"] for row in rows("m2_per_job")}
    clusters = {row["cluster"] for row in rows("clusters")}
    classes = {row["env_class"] for row in rows("env_classes")}
    for row in rows("profiles"):
        assert row["use"] in uses
        assert set(row["clusters"].split()) <= clusters
        assert row["env_class_needed"] in classes


def test_intervals_are_in_order():
    for row in rows("m2_per_job"):
        assert float(row["dense_m2"]) < float(row["likely_m2"]) < float(row["spacious_m2"]), row
    for row in rows("floor_area_factors"):
        interval = [float(row[field]) for field in ("low", "likely", "high")]
        assert interval in (sorted(interval), sorted(interval, reverse=True)), row
        assert row["unit"] != "share" or max(interval) <= 1, row


def test_environmental_classes_are_those_of_the_plans_table_and_distances_rise():
    found = rows("env_classes")
    assert [row["env_class"] for row in found] == list(
        tables()["plans"].columns["env_class_max"].allowed
    )
    distances = [float(row["distance_m"]) for row in found]
    assert distances == sorted(set(distances))


def test_constraints_have_an_effect_the_schema_knows_and_limits_have_a_cap():
    allowed = tables()["constraints"].columns["effect"].allowed
    for row in rows("constraint_kinds"):
        assert row["effect"] in allowed, row
        assert bool(row["cap"]) == (row["effect"] == "limits"), row
        assert bool(row["cap_value"]) <= bool(row["cap"]), row


def test_plan_uses_are_those_of_the_plans_table_each_with_its_own_colour():
    found = rows("use_codes")
    assert [row["use_code"] for row in found] == list(tables()["plans"].columns["use_code"].allowed)
    colours = [row["colour"] for row in found]
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)
    assert len(set(colours)) == len(colours)


def test_every_road_class_has_a_speed_in_and_out_of_town_for_every_country():
    classes = tables()["streets"].columns["road_class"].allowed
    wanted = {(road_class, urban) for road_class in classes for urban in ("yes", "no")}
    for country in (*COUNTRIES, "r5"):
        found = [
            (row["road_class"], row["is_urban"]) for row in country_rows(country, "car_speeds")
        ]
        assert set(found) == wanted
        assert len(found) == len(wanted)


@pytest.mark.parametrize(("country", "name"), country_files())
def test_a_table_of_a_country_has_its_columns_and_says_how_sure_it_is(country, name):
    found = country_rows(country, name)
    assert list(found[0]) == [*OF_COUNTRIES[name].split(), *PROVENANCE]
    for row in found:
        assert row["source"].strip(), row
        assert row["checked"] == CHECKED[row["status"]], row
        assert row["status"] != "M" or "memory" in row["source"], row


def test_every_country_states_the_same_facts_with_values_there_are():
    keys = [row["fact"] for row in country_rows("any", "country")]
    for country in COUNTRIES:
        facts = country_facts(country)
        assert [row["fact"] for row in country_rows(country, "country")] == keys
        assert facts["driving_side"] in ("left", "right")
        assert facts["station_rule"] in ("yes", "no")
        if country != "any":
            assert facts["branch_standard"] in {row["standard"] for row in rows("branch_standards")}
            assert re.fullmatch("[A-Z]{3}", facts["currency"])
    assert described_countries() == tuple(c for c in COUNTRIES if c != "any")


def test_danish_default_limits_are_those_of_the_road_traffic_act():
    limits = {
        (row["road_class"], row["is_urban"]): float(row["default_limit_kmh"])
        for row in country_rows("DK", "car_speeds")
    }
    assert limits["residential", "yes"] == 50
    assert limits["secondary", "no"] == 80
    assert limits["motorway", "no"] == limits["motorway", "yes"] == 130
    assert limits["living_street", "yes"] == 15


def test_peak_and_free_flow_factors_never_speed_a_car_up():
    for row in country_rows("DK", "car_speeds"):
        assert 0 < float(row["free_flow_factor"]) <= 1, row
    for row in country_rows(None, "car_peak"):
        assert 0 < float(row["speed_factor"]) <= 1, row


def test_every_road_class_has_a_factor_in_the_peak():
    classes = set(tables()["streets"].columns["road_class"].allowed)
    at_eight = [
        row["road_class"]
        for row in country_rows("PT", "car_peak")
        if int(row["from_hour"]) <= 8 < int(row["to_hour"])
    ]
    assert set(at_eight) == classes
    assert len(at_eight) == len(classes)


def test_the_last_rule_of_traffic_stress_leaves_no_street_without_a_level():
    *_, last = rows("traffic_stress")
    conditions = ("cars", "road_classes", "facility", "max_limit_kmh", "max_lanes")
    assert not any(last[name] for name in conditions)
    assert [int(row["rule"]) for row in rows("traffic_stress")] == list(
        range(1, len(rows("traffic_stress")) + 1)
    )


def test_cluster_prefixes_are_digits_and_exceptions_say_why():
    listed = {row["cluster_list"] for row in rows("branch_standards")}
    for row in rows("clusters"):
        assert re.fullmatch(r"\d{2,6}", row["prefix"]), row
        assert row["standard"] in listed, row
        assert row["set"] in ("core", "extended"), row
        assert row["is_excluded"] in ("yes", "no"), row


def test_every_use_of_the_capacity_chain_has_its_plan_uses_its_storey_and_its_parking():
    uses = [row["use"] for row in rows("m2_per_job")]
    assert [row["use"] for row in rows("land_uses")] == uses
    assert [row["use"] for row in rows("parking")] == uses
    codes = {row["use_code"] for row in rows("use_codes")}
    factors = {(row["factor"], row["applies_to"]) for row in rows("floor_area_factors")}
    for row in rows("land_uses"):
        assert ("storey_height", row["storey"]) in factors, row
        for code in row["plan_use_codes"].split():
            assert code in codes, row
            assert ("business_share", code) in factors, row
            assert ("private_share", code) in factors, row


def test_readiness_falls_from_stage_to_stage_as_its_criterion_says():
    [criterion] = [row for row in rows("criteria") if row["id"] == "readiness"]
    points = dict(pair.split(":") for pair in criterion["points"].split())
    assert {row["stage"]: row["readiness"] for row in rows("readiness")} == points


def test_no_plan_use_has_two_building_rights():
    codes = [code for row in rows("building_right") for code in row["use_codes"].split()]
    assert len(codes) == len(set(codes))


def test_levels_and_bands_of_service_rise():
    levels = [(float(row["from_per_hour"]), int(row["least_modes"]))
              for row in rows("service_levels")]  # fmt: skip
    assert levels == sorted(set(levels))
    *tops, last = [row["up_to"] for row in rows("ptal_bands")]
    assert last == ""
    assert [float(top) for top in tops] == sorted({float(top) for top in tops})
    assert {row["mode"] for row in rows("ptal_modes")} <= {
        row["mode"] for row in rows("transit_modes")
    }


def test_no_route_type_is_of_two_modes():
    spans = [
        (int(row["first_route_type"]), int(row["last_route_type"])) for row in rows("transit_modes")
    ]
    assert all(one[1] < other[0] for one, other in itertools.pairwise(spans))


def test_the_code_lists_a_table_may_be_in_are_those_described():
    listed = tuple(row["standard"] for row in rows("branch_standards"))
    for name in ("businesses", "reference_employment", "turnover_history", "firms_history"):
        assert tables()[name].columns["branch_standard"].allowed == listed
    clusters = {row["standard"] for row in rows("clusters")}
    assert {row["cluster_list"] for row in rows("branch_standards")} == clusters
