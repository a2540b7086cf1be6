"""A check reads all, builds nothing, and says at once what is there, missing and wrong."""

import csv
import html
import json
import re
from importlib import resources
from string import Formatter

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_planner import schema
from geo_planner.analysis import analyse, policy_of
from geo_planner.config import Study, read_study
from geo_planner.land import (
    environment_classes,
    resolve_plans,
    sensitive_uses,
    site_capacity,
)
from geo_planner.packaged import packaged_rows
from geo_planner.pages.study.check import render_check
from geo_planner.preflight import check_study
from geo_planner.preflight.comparing import Unstated, feed_days, misfits, totals, unstated
from geo_planner.preflight.coverage import cover, lay_grid
from geo_planner.preflight.needs import missing, needs
from geo_planner.reasons import Reason
from geo_planner.region.build import build_region
from geo_planner.words.english import english
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording
from tests.land.plan_towns import SQUARE, parcels, plan, plans, sites
from tests.scenario.town import build_town
from tests.small_study import businesses, write_study, zones

CRS_M = 25832


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS_M)


def town(**more):
    """A study area of 1 000 m by 1 000 m whose west half is two zones."""
    made = {
        "study_area": frame([shapely.box(0, 0, 1000, 1000)], area_id=["1"]),
        "zones": frame(
            [shapely.box(0, 0, 500, 500), shapely.box(0, 500, 500, 1000)],
            zone_id=["z1", "z2"], role="study", population_count=[60.0, 40.0],
            workers_count=[30.0, 20.0],
        ),
        "businesses": frame(
            [shapely.Point(100, 100), shapely.Point(900, 100)],
            business_id=["b1", "b2"], role="study", employees_count=[30.0, 10.0], cluster="it",
        ),
    }  # fmt: skip
    return made | more


_FOR_WANT_OF_DATA = (
    "no_reference_employment", "no_base_and_later_year", "table_lacks", "no_rows_of_area",
    "no_turnover_of_area", "no_area_compared", "no_source_of_table",
)  # fmt: skip


def tables_of(region):
    return {name: region.table(name) for name in schema.tables() if region.has(name)}


def lost_of(tables):
    return {name for item in missing(tables) for name in item.lost}


def controlled(area="Town", **stated):
    head = {"id": "x", "name": area}
    return Study.model_validate({"study": head, "control_totals": stated})


def by_id(items):
    return {item.id: item for item in items}


def broken_study(folder):
    """Break the workplaces twice and leave the timetable's file out."""
    study = write_study(folder, "zones", "businesses", "gtfs")
    (folder / "feed.zip").unlink()
    bad = businesses()
    bad["business_id"] = bad["business_id"].where(bad.index > 1, "000")
    bad.loc[3, "employees_count"] = -4.0
    bad.to_file(folder / "businesses.gpkg")
    return study


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    study = write_study(folder, "zones", "businesses", "sites")
    checked = check_study(read_study(study))
    assert not list(folder.rglob("region.json"))
    return checked


def test_a_sound_study_can_be_built_and_every_source_is_counted(checked):
    assert checked.can_build
    assert not checked.faults
    assert [source.tables for source in checked.sources] == [
        {"zones": 9}, {"businesses": 11}, {"sites": 3},
    ]  # fmt: skip
    assert {source.crs for source in checked.sources} == {"EPSG:25832"}


def test_the_extent_of_a_source_is_in_degrees(checked):
    west, south, east, north = checked.sources[0].bounds_wgs84
    assert 12 < west < east < 13
    assert 55 < south < north < 56


def test_what_is_lost_without_streets_and_a_timetable_is_named(checked):
    lost = {english(item.what): item for item in checked.missing}
    assert "street_times" in lost["streets"].lost
    assert "[[sources.gtfs]]" in english(lost["timetable"].remedy)
    assert "departures_per_hour" in lost["timetable"].lost


def test_zones_stand_in_for_a_study_area_and_that_is_said(checked):
    assert any(
        "coverage is measured over the study's zones" in english(w) for w in checked.warnings
    )
    shares = {layer.table: layer.share for layer in checked.coverage}
    assert shares["zones"] == pytest.approx(1.0)


def test_all_faults_of_all_sources_come_at_once_with_place_and_remedy(tmp_path):
    study = read_study(broken_study(tmp_path))
    found = check_study(study)
    assert not found.can_build
    told = [(f.source, f.table, f.column, english(f.what)) for f in found.faults]
    assert [(source, table, column) for source, table, column, _ in told] == [
        ("feed.zip", "", ""),
        ("businesses.gpkg", "businesses", "employees_count"),
        ("businesses.gpkg", "businesses", ""),
    ]
    faults = {fault.column or fault.source: fault for fault in found.faults}
    assert faults["employees_count"].first == "003 (-4.0)"
    assert faults["employees_count"].file.endswith("businesses.gpkg")
    assert faults["employees_count"].remedy == Reason("remedy_scale")
    assert "give a GTFS zip file or folder" in english(faults["feed.zip"].what)
    remedies = {english(item.what): english(item.remedy) for item in found.missing}
    assert remedies["timetable"] == "put right what is wrong with feed.zip"


def test_check_and_build_complain_of_the_same(tmp_path):
    study = read_study(broken_study(tmp_path))
    with pytest.raises(ValueError, match="cannot be built") as caught:
        build_region(study, tmp_path / "region")
    assert not (tmp_path / "region" / "region.json").exists()
    for fault in check_study(study).faults:
        assert english(fault.what) in str(caught.value)


def test_sources_are_read_even_when_the_regions_crs_is_unknown(tmp_path):
    study = broken_study(tmp_path)
    study.write_text(study.read_text("utf-8").replace('crs = "EPSG:25832"', ""), "utf-8")
    faults = check_study(read_study(study)).faults
    assert any("names no CRS" in english(fault.what) for fault in faults)
    assert any("must be at least 0" in english(fault.what) for fault in faults)


def test_fields_no_column_is_made_from_are_listed(tmp_path):
    study = write_study(tmp_path, "zones")
    zones().assign(kommentar="x").to_file(tmp_path / "zones.gpkg")
    assert check_study(read_study(study)).sources[0].unmapped_fields == ("kommentar",)


def test_polygons_cover_their_area_and_points_their_squares():
    tables = town()
    grid = lay_grid(tables)
    shares = {layer.table: layer for layer in cover(tables, grid)}
    assert (grid.side_m, len(grid.squares)) == (50, 400)
    assert shares["zones"].share == pytest.approx(0.5)
    assert shares["zones"].by == "area"
    assert shares["businesses"].by == "squares"
    assert shares["businesses"].rows_inside == 2


def test_overlapping_polygons_are_counted_once_and_levels_of_plans_apart():
    plans = frame([shapely.box(0, 0, 1000, 100), shapely.box(0, 0, 1000, 100),
                   shapely.box(0, 0, 1000, 200)],
                  plan_id=["a", "b", "c"], level=["local_plan"] * 2 + ["framework"])  # fmt: skip
    tables = town(plans=plans)
    shares = {layer.table: layer.share for layer in cover(tables, lay_grid(tables))}
    assert shares["plans (local_plan)"] == pytest.approx(0.1)
    assert shares["plans (framework)"] == pytest.approx(0.2)


def test_without_any_area_there_is_no_grid():
    assert lay_grid({"businesses": town()["businesses"]}) is None


def test_workplaces_outside_all_zones_are_counted_with_their_jobs():
    tables = town()
    outside = by_id(misfits(tables, lay_grid(tables)))["businesses_outside_zones"]
    assert (outside.count, outside.of, outside.examples) == (1, 2, ("b2",))
    assert outside.share == pytest.approx(10 / 40)


def test_a_zone_outside_the_study_area_is_found_and_one_of_the_hinterland_is_not():
    far = shapely.box(5000, 0, 5100, 100)
    more = frame([far, far], zone_id=["out", "hinter"], role=["study", "hinterland"],
                 population_count=[25.0, 1.0], workers_count=[1.0, 1.0])  # fmt: skip
    tables = town(zones=pd.concat([town()["zones"], more], ignore_index=True))
    found = by_id(misfits(tables, lay_grid(tables)))["zones_outside_study_area"]
    assert found.examples == ("out",)
    assert found.share == pytest.approx(25 / 125)


def test_zones_that_overlap_are_found_and_neighbours_are_not():
    tables = town()
    assert by_id(misfits(tables, lay_grid(tables)))["zones_overlap"].count == 0
    shifted = tables["zones"].copy()
    shifted.loc[1, "geometry"] = shapely.box(0, 400, 500, 1000)
    tables["zones"] = shifted
    assert by_id(misfits(tables, lay_grid(tables)))["zones_overlap"].count == 2


@pytest.mark.parametrize(
    ("stated", "is_within", "difference"),
    [(100.0, True, 0.0), (102.0, True, -2.0), (103.0, False, -3.0), (None, None, None)],
)
def test_totals_are_held_against_those_stated(stated, is_within, difference):
    found = by_id(totals(town(), controlled(residents=stated)))["residents"]
    assert (found.found, found.is_within, found.difference) == (100.0, is_within, difference)


def test_a_breach_of_a_control_total_is_a_warning_and_no_fault(tmp_path):
    study = write_study(tmp_path, "zones")
    study.write_text(
        study.read_text("utf-8") + "\n[control_totals]\nresidents = 1000\njobs = 5\n", "utf-8"
    )
    found = check_study(read_study(study))
    assert found.can_build
    said = "\n".join(map(english, found.warnings))
    assert "900 found, 1 000 stated as control total: −100 (−10.0 %, 2.0 % tolerated)" in said
    assert "jobs: no row has a figure, 5 are stated" in said


@pytest.mark.parametrize(
    ("day", "n_trips"), [("2024-05-15", 2), ("2024-05-18", 0), ("2023-05-15", 0)]
)
def test_trips_of_the_day_of_departure_are_counted_per_feed(day, n_trips):
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    tables = {
        "feeds": pd.DataFrame(
            {"feed": ["1"], "first_date": ["2024-01-01"], "last_date": ["2024-12-31"]}
        ),
        "calendar": pd.DataFrame(
            {"service_id": ["s"], "start_date": "2024-01-01", "end_date": "2024-12-31",
             **dict.fromkeys(weekdays, 1), "saturday": 0, "sunday": 0}
        ),
        "calendar_dates": schema.empty_frame(schema.tables()["calendar_dates"], None),
        "trips": pd.DataFrame({"trip_id": ["a", "b"], "feed": "1", "service_id": "s"}),
    }  # fmt: skip
    study = Study.model_validate(
        {"study": {"id": "x", "name": "x"}, "travel": {"depart": f"{day}T08:00:00"}}
    )
    assert [feed.n_trips for feed in feed_days(tables, study)] == [n_trips]


def test_no_departure_asks_nothing_of_the_timetable():
    study = Study.model_validate({"study": {"id": "x", "name": "x"}})
    assert feed_days({}, study) == ()


def test_every_criterion_has_its_needs_and_every_need_names_a_real_column():
    text = resources.files("geo_planner").joinpath("data", "criteria.csv").read_text("utf-8")
    criteria = {row["id"] for row in csv.DictReader(text.splitlines())}
    assert criteria <= {need.id for need in needs()}
    for need in needs():
        for name in need.tables:
            columns = schema.tables()[name].columns
            assert not need.column or need.column in columns
            allowed = columns[need.column].allowed if need.column else ()
            assert not need.value or need.value in allowed


def test_what_the_policy_lacks_is_missing_with_what_is_lost():
    lost = {english(item.what): item for item in missing(town())}
    quotients = {f"location_quotient_{name}" for name in ("life_science", "finance", "it")}
    assert quotients <= set(lost["reference employment"].lost)
    sectors = lost["workplaces: private or public"]
    assert "private_jobs" in sectors.lost
    assert "labour_pool_basic" in lost["zones: residents in work with basic education"].lost
    assert "Private jobs at workplaces of the area" in sectors.labels["en"]
    unread = lost["commuting"]
    assert "self_containment_residents" in unread.lost
    assert english(unread.remedy) == "add [[sources.layers]] with table = 'commuting'"


@pytest.mark.slow
def test_every_indicator_a_town_lacks_for_want_of_data_is_missing_in_its_check(tmp_path):
    region = build_town(tmp_path)
    table = policy_of(analyse(region))
    lacking = table[table["reason"].fillna("").str.contains("|".join(_FOR_WANT_OF_DATA))]
    assert len(lacking) > 10
    assert set(lacking["id"]) <= lost_of(tables_of(region))


@pytest.mark.parametrize(
    ("on_site", "on_parcel", "is_computed"),
    [(0.0, None, True), (None, 700.0, True), (None, None, False)],
)
def test_floor_area_left_is_lost_only_where_neither_sites_nor_parcels_state_what_stands(
    on_site, on_parcel, is_computed
):
    at = sites(s=SQUARE).assign(existing_floor_area_m2=pd.Series([on_site], dtype=float))
    on = parcels(("1a", "P", SQUARE, 10_000.0, float("nan") if on_parcel is None else on_parcel))
    right = plans(plan("l1", "local_plan", floor_area_ratio=0.5, ratio_basis=1, env_class_max=7))
    capacity = site_capacity(resolve_plans(at, right, on), uses=["office"])
    left = capacity.xs("add", level="variant")["remaining_likely_m2"]
    lost = lost_of(town(sites=at, parcels=on, plans=right))
    assert left.notna().any() == is_computed
    assert ("remaining_m2" not in lost) == is_computed
    assert ("cluster_ready_potential_class_6" in lost) == ("remaining_m2" in lost)


@pytest.mark.parametrize(
    ("stated", "is_computed"), [({"env_class_max": 7}, True), ({"env_class_min": 2}, False)]
)
def test_readiness_by_class_is_lost_only_where_no_plan_states_the_highest(stated, is_computed):
    at = sites(s=SQUARE).assign(existing_floor_area_m2=0.0)
    ruled = plans(plan("f1", "framework", **stated))
    homes = frame([shapely.box(1000, 0, 1050, 50)], patch_id=["h"], kind="built_up")
    result = resolve_plans(at, ruled)
    found = environment_classes(result, sensitive_uses(result.plans, {"landscape": homes}))
    lost = lost_of(town(sites=at, plans=ruled, landscape=homes))
    assert found["env_class_possible"].notna().all() == is_computed
    assert ("cluster_ready_now_class_2" not in lost) == is_computed


def test_every_need_is_asked_for_in_words_of_both_languages():
    asked = [item.what for item in missing({})]
    for language in ("en", "da"):
        assert not [what for what in asked if "_" in reason_words(what, Wording(language))]


def test_a_column_without_values_is_missing_and_one_with_values_is_not():
    known = {english(item.what) for item in missing(town())}
    assert "zones: residents in work" not in known
    empty = town()["zones"].assign(workers_count=float("nan"))
    found = {english(item.what): item for item in missing(town(zones=empty))}
    lost = found["zones: residents in work"]
    assert "workers_car_30" in lost.lost
    assert english(lost.remedy) == "name a field for workers_count in a layer of table 'zones'"


def test_the_command_exits_0_when_a_region_can_be_built(tmp_path, cli):
    study = write_study(tmp_path, "zones", "businesses")
    ran = cli("check", study)
    assert ran.code == 0, ran
    assert ran.out.endswith("A region can be built\n")


def test_the_command_exits_1_and_lists_every_problem_when_not(tmp_path, cli):
    study = broken_study(tmp_path)
    ran = cli("check", study, "--json")
    told = json.loads(ran.out)
    assert ran.code == 1
    assert not told["can_build"]
    assert len(told["faults"]) == 3
    plain = cli("check", study)
    assert "No region can be built: problems found: 3" in plain.out
    assert plain.out.count("do: ") == 2


def test_the_page_stands_alone_and_has_a_map_of_every_layer(checked):
    page = render_check(checked)
    assert 'lang="en"' in page
    assert "Invented" in page
    assert page.count('<svg role="img"') == len(checked.coverage) > 0
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "<script" not in page


def test_texts_of_sources_cannot_run_on_the_page(tmp_path):
    study = write_study(tmp_path, "zones")
    bad = zones()
    bad.loc[0, "population_count"] = -1.0
    bad.loc[0, "zone_id"] = "<img src=x onerror=alert(1)>"
    bad.to_file(tmp_path / "zones.gpkg")
    page = render_check(check_study(read_study(study)))
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_page_speaks_danish_where_the_study_does(tmp_path, cli):
    study = write_study(tmp_path, "zones")
    text = study.read_text("utf-8").replace('id = "small"', 'id = "small"\nlanguage = "da"')
    study.write_text(text, "utf-8")
    assert cli("check", study, "--out", tmp_path / "deep" / "check.html").code == 0
    page = (tmp_path / "deep" / "check.html").read_text("utf-8")
    assert "Der kan bygges en region" in page
    assert 'lang="da"' in page


def in_danish(tmp_path, *layers):
    """Write a study that speaks Danish, with a source that has much to say."""
    study = write_study(tmp_path, *layers)
    text = study.read_text("utf-8").replace('id = "small"', 'id = "small"\nlanguage = "da"')
    study.write_text(text + "\n[control_totals]\nresidents = 1000\njobs = 5\n", "utf-8")
    return study


def english_texts():
    """Give what is said in English alone: the words between the figures of each text."""
    for row in packaged_rows("reasons"):
        for text, *_ in Formatter().parse(row["en"]):
            words = text.strip(" ,;:()'.")
            if len(words.split()) > 2 and words not in row["da"]:
                yield words


@pytest.mark.parametrize("broken", [False, True])
def test_a_danish_check_holds_none_of_the_english_texts(tmp_path, cli, broken):
    study = in_danish(tmp_path, "zones", "businesses", "sites")
    if broken:
        frame = zones()
        frame.loc[0, "geometry"] = None
        frame.loc[1, "zone_id"] = None
        frame.to_file(tmp_path / "zones.gpkg")
    checked = check_study(read_study(study))
    assert checked.warnings
    assert checked.missing
    page = re.sub(r"<[^>]+>", " ", html.unescape(render_check(checked)))
    shown = page + cli("check", study).out
    assert [words for words in english_texts() if words in shown] == []
    assert "kontroltotal" in shown


def test_counts_that_some_rows_state_are_told_as_the_least_there_can_be():
    zones_of = town()["zones"]
    in_part = town(zones=zones_of.assign(population_count=[60.0, None], workers_count=None))
    assert unstated(in_part) == (Unstated("zones", "population_count", 1, 2),)
    assert unstated(town()) == ()
    what = Reason("counts_in_part", table="zones", column="population_count", count=1, of=2)
    assert english(what) == (
        "zones: residents stated by all but 1 of 2; sums count the others and are the least "
        "there can be"
    )


def test_what_an_extract_lacks_is_not_asked_for_as_another_extract():
    lacking = {item.table: item.remedy.code for item in missing(town(streets=town()["zones"]))}
    assert lacking["amenities"] == "remedy_wider_osm"
    assert {item.table: item.remedy.code for item in missing(town())}["amenities"] == (
        "remedy_add_osm"
    )
