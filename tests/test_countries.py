"""Countries as tables: each has its own, a new one takes no code, and none gets Denmark's rules."""

import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.analysis import analyse, with_policy
from geo_planner.config import FieldRule, StudyHead, Travel, read_study
from geo_planner.errors import ConfigError
from geo_planner.networks.street.graph import street_network
from geo_planner.networks.street.speeds import car_speed_rows, peak_factors
from geo_planner.networks.street.turns import driving_side
from geo_planner.packaged import COUNTRIES_VARIABLE, country_facts, described_countries
from geo_planner.region.build import build_region
from geo_planner.report import write_briefs, write_report
from geo_planner.sources.businesses import clusters_of
from geo_planner.words.labels import country_words
from geo_planner.words.wording import Wording
from tests.small_study import write_study
from tests.test_predicted_town import region  # noqa: F401 -- a fixture

DANISH = re.compile(
    r"Copenhagen|København|Denmark|Danmark|Danish|\bdansk|Fingerplan|Plandata|\bDKK\b|\bDB07\b|"
    r"Ballerup|Office rule|Offices above|Core area near a station|station-proximity|"
    r"\b1[ \u202f,.]?500 m²",
)
NOWHERE = gpd.GeoDataFrame(geometry=[], crs=25832)


def test_a_study_without_a_country_takes_none_and_the_pages_say_so():
    assert StudyHead(id="x", name="x").country is None
    assert country_words(None, Wording("en")).startswith("no country stated")
    assert country_words("any", Wording("da")).startswith("intet land angivet")


@pytest.mark.parametrize("code", ["DK", "BR", "any", "SE", None])
def test_any_country_that_there_is_may_be_stated(code):
    assert StudyHead(id="x", name="x", country=code).country == code


@pytest.mark.parametrize("code", ["dk", "Denmark", "XX"])
def test_what_is_no_country_is_refused_with_those_that_have_tables(code):
    with pytest.raises(ConfigError, match="BR, DE, DK, GB, PT, US"):
        StudyHead(id="x", name="x", country=code)


@pytest.mark.parametrize(
    ("country", "side", "motorway_kmh", "hour", "currency"),
    [("BR", "right", 110, 8, "BRL"), ("PT", "right", 120, 9, "EUR"), ("GB", "left", 113, 8, "GBP"),
     ("US", "right", 105, 8, "USD"), ("DE", "right", 130, 8, "EUR"),
     ("DK", "right", 130, 8, "DKK")],
)  # fmt: skip
def test_side_speeds_peak_and_currency_are_the_countrys(
    country, side, motorway_kmh, hour, currency
):
    assert driving_side("country", country, NOWHERE) == side
    limits = {(r["road_class"], r["is_urban"]): r for r in car_speed_rows(country)}
    assert float(limits["motorway", "no"]["default_limit_kmh"]) == motorway_kmh
    assert peak_factors(hour, country)["motorway"] == 0.65
    assert country_facts(country)["currency"] == currency


def test_a_new_country_is_a_folder_of_tables(tmp_path, monkeypatch):
    (tmp_path / "ZZ").mkdir()
    facts = {"name_en": "Zedland", "name_da": "Zedland", "driving_side": "left",
             "currency": "ZZD", "branch_standard": "ISIC4", "station_rule": "no"}  # fmt: skip
    lines = ["fact,value", *(f"{name},{value}" for name, value in facts.items())]
    (tmp_path / "ZZ" / "country.csv").write_text("\n".join(lines), "utf-8")
    speeds = pd.DataFrame([dict(row) for row in car_speed_rows("any")])
    speeds["default_limit_kmh"] = "42"
    speeds.to_csv(tmp_path / "ZZ" / "car_speeds.csv", index=False)
    monkeypatch.setenv(COUNTRIES_VARIABLE, str(tmp_path))
    assert "ZZ" in described_countries()
    assert StudyHead(id="x", name="x", country="ZZ").country == "ZZ"
    assert {row["default_limit_kmh"] for row in car_speed_rows("ZZ")} == {"42"}
    assert driving_side("country", "ZZ", NOWHERE) == "left"
    assert country_words("ZZ", Wording("en")) == "rules and speed limits of Zedland"
    # what it has no table of is that of any country
    assert peak_factors(8, "ZZ") == peak_factors(8, None)


def test_a_country_that_changes_sides_has_its_turns_laid_out_anew(region, tmp_path, monkeypatch):  # noqa: F811
    abroad = replace(region, study={**region.study, "country": "ZZ"})
    costs = {}
    for side in ("right", "left"):
        (tmp_path / side / "ZZ").mkdir(parents=True)
        facts = f"fact,value\ndriving_side,{side}\n"
        (tmp_path / side / "ZZ" / "country.csv").write_text(facts, "utf-8")
        monkeypatch.setenv(COUNTRIES_VARIABLE, str(tmp_path / side))
        costs[side] = np.array(street_network(abroad, "car", Travel()).arc_cost)
    assert len(costs["left"]) == len(costs["right"]) > 100
    assert (costs["left"] != costs["right"]).any()


@pytest.mark.parametrize(
    ("code", "standard", "cluster"),
    [("21", "NACE2", "life_science"), ("6201", "NACE21", "it"), ("65120", "WZ08", "finance"),
     ("541511", "NAICS", "it"), ("325412", "NAICS", "life_science"), ("6202300", "CNAE2", "it"),
     ("62020", "SIC07", "it"), ("64190", "CAE3", "finance"), ("4711", "ISIC4", None)],
)  # fmt: skip
def test_workplaces_have_clusters_in_every_code_list(code, standard, cluster):
    assert next(iter(clusters_of(code, standard)), None) == cluster


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ({"field": "use", "vocabulary": "hilucs"}, {"5_1": 11, "CommercialServices": 41}),
        ({"field": "use", "vocabulary": "baunvo"}, {"GE": 31, "MK": 41}),
        ({"field": "use", "vocabulary": "baunvo", "values": {"GE": 21, "X9": 51}},
         {"GE": 21, "X9": 51, "WA": 11}),
    ],
)  # fmt: skip
def test_published_lists_of_land_uses_are_mapped_and_local_codes_come_first(rule, codes):
    values = FieldRule.model_validate(rule).values  # noqa: PD011 -- a setting
    assert {code: values[code] for code in codes} == codes


@pytest.fixture(scope="module")
def region_of_no_country(tmp_path_factory):
    """Build a small town whose study names no country, with sites, workplaces and a timetable."""
    folder = tmp_path_factory.mktemp("abroad")

    study = read_study(write_study(folder))
    return build_region(study, folder / "region")


def told(folder):
    """Give the words of all pages, and all tables as text, without scripts and styles."""
    for file in sorted(folder.rglob("*.html")):
        text = re.sub(r"<(style|script)\b.*?</\1>", " ", file.read_text("utf-8"), flags=re.S)
        yield file.name, re.sub(r"<[^>]+>", " ", text)
    for file in sorted(folder.glob("*.csv")):
        yield file.name, file.read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "da"])
def test_pages_briefs_and_tables_of_another_country_name_no_danish_rule_place_or_word(
    region_of_no_country, tmp_path, language
):
    result = with_policy(analyse(region_of_no_country, threads=1), threads=1)
    head = result.study.study.model_copy(update={"language": language, "country": "BR"})
    result = replace(result, study=result.study.model_copy(update={"study": head}))
    write_report(result, tmp_path)
    write_briefs(result, tmp_path / "briefs")
    pages = dict(told(tmp_path))
    assert len(pages) > 5
    found = {name: DANISH.findall(text) for name, text in pages.items() if DANISH.search(text)}
    assert found == {}


@pytest.mark.slow
def test_no_rule_binds_offices_where_no_country_has_one(region_of_no_country):
    sites = analyse(region_of_no_country, threads=1).sites
    assert set(sites["office_rule"]) == {"no_rule"}
    assert set(sites["place"]) == {"unknown"}
    assert not sites["excluded_because"].fillna("").str.contains("office").any()
