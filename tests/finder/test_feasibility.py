"""Does it pay: sites worked by hand, laws of the appraisal, and ranges that stay ranges."""

import json
import math
import tomllib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from geo_planner import (
    Assumptions,
    appraise_sites,
    example_region,
    read_assumptions,
    write_example_assumptions,
)
from geo_planner.cli import app
from geo_planner.errors import ConfigError, InputError
from geo_planner.finder.appraisal import PARTS
from geo_planner.reasons import read_reasons
from tests.finder.town import area, parcels, plans, town
from tests.land.land_town import layer

KEYS = ["site_id", "use", "state"]
OFFICE = {
    "rent_per_m2_year": 1000,
    "exit_yield": 0.05,
    "lettable_share": 0.9,
    "building_cost_per_m2": 10_000,
    "m2_per_parking_space": 50,
}
PLAIN = {
    "name": "Round numbers",
    "is_made_up": True,
    "currency": "DKK",
    "price_year": 2026,
    "uses": {"office": OFFICE},
    "finance_rate": 0,
    "planning_years": {"now": 0, "if_adopted": 0, "potential": 0},
    "building_years": 0,
    "profit_share": 0,
}
SITE = area(50, 50, 150, 150)  # a hectare, ratio 1: 10 000 m2


def assumed(use=None, **changed):
    office = {"office": OFFICE | (use or {})}
    return Assumptions.model_validate(PLAIN | {"uses": office} | changed)


def appraised(assumptions, state="now", **tables):
    region = town(**({"sites": layer("sites", [SITE], existing_floor_area_m2=0.0)} | tables))
    found = appraise_sites(region, assumptions)
    rows = found.appraisals.set_index("state")
    return rows.loc[state], found


def test_a_site_sold_at_once_is_worth_its_value_less_its_cost():
    row, _ = appraised(assumed())
    # 9 000 m2 earn 1 000 each: 9 million a year, 180 million at a twentieth; building 100 million
    assert row["floor_area_likely_m2"] == pytest.approx(10_000)
    assert row["value"] == pytest.approx(180e6)
    assert row["building_cost"] == pytest.approx(100e6)
    assert row["land_value_likely"] == pytest.approx(80e6)
    assert row["profit_before_land_likely"] == pytest.approx(80e6)
    assert row["land_value_per_floor_m2"] == pytest.approx(8_000)
    assert row["yield_on_cost_likely"] == pytest.approx(0.09)
    # 100 million at a twentieth are 5 million of 9 000 m2
    assert row["break_even_rent_per_m2_year_likely"] == pytest.approx(5e6 / 9_000)
    assert row["pays_share"] == 1


def test_every_cost_is_worked_by_hand():
    row, _ = appraised(
        assumed(
            use={"vacancy_share": 0.1, "operating_cost_per_m2_year": 50},
            selling_cost_share=0.02,
            fees_share=0.1,
            finance_rate=0.05,
            planning_years={"now": 1, "if_adopted": 2, "potential": 3},
            building_years=2,
            letting_years=1,
            profit_share=0.2,
            parking={
                "surface": {"share": 0.75, "cost_per_space": 20_000},
                "basement": {"share": 0.25, "cost_per_space": 400_000},
            },
        )
    )
    value = 9_000 * (900 - 50) / 0.05 * 0.98
    parking = 200 * (0.75 * 20_000 + 0.25 * 400_000)
    fees = 0.1 * (100e6 + parking)
    spent = 100e6 + parking + fees
    drawn = spent * (1.05**2 - 1) / (2 * math.log(1.05)) * 1.05
    profit = 0.2 * drawn
    land = (value - drawn - profit) / 1.05**4
    assert row["value"] == pytest.approx(value)
    assert row["parking_cost"] == pytest.approx(parking)
    assert row["fees"] == pytest.approx(fees)
    assert row["required_profit"] == pytest.approx(profit)
    assert row["land_value_likely"] == pytest.approx(land)
    assert row["finance"] == pytest.approx(
        drawn - spent + (value - drawn - profit) * (1 - 1.05**-4)
    )
    assert row["yield_on_cost_likely"] == pytest.approx(9_000 * 850 / drawn)


def test_the_parts_add_up_to_the_likely_land_value():
    row, _ = appraised(assumed(fees_share=0.1, finance_rate=0.05, building_years=2))
    paid = sum(row[part] for part in PARTS[1:-1])
    assert row["value"] - paid == pytest.approx(row["land_value_likely"])


@given(
    st.floats(200, 3_000), st.floats(0.03, 0.09), st.floats(0, 0.1), st.floats(0, 0.3),
    st.floats(0, 4), st.floats(0, 0.3),
)  # fmt: skip
def test_land_is_worth_nothing_at_the_rent_from_which_it_pays(
    rent, exit_yield, rate, profit, years, vacancy
):
    from geo_planner.finder.appraisal import appraise, ranges_of

    chosen = assumed(
        use={"rent_per_m2_year": rent, "exit_yield": exit_yield, "vacancy_share": vacancy},
        finance_rate=rate, profit_share=profit, building_years=years,
    )  # fmt: skip
    ranges = ranges_of(chosen, "office", "now", (1e4, 1e4, 1e4), np.nan)
    figures = {name: np.array(ends[1]) for name, ends in ranges.items()}
    first = appraise(figures, 0.0)
    at_rent = first["break_even_rent_per_m2_year"]
    again = appraise(figures | {"rent_per_m2_year": at_rent}, 0.0)
    assert float(again["land_value"]) == pytest.approx(0, abs=1e-3)
    assert float(again["profit_before_land"]) == pytest.approx(
        float(again["required_profit"]), abs=1e-3
    )


def test_readings_differ_in_floor_area_and_in_years():
    richer = plans()
    richer.loc[richer["plan_id"] == "framework", "floor_area_ratio"] = 2.0
    chosen = assumed(finance_rate=0.05, planning_years={"now": 0, "if_adopted": 1, "potential": 2})
    now, found = appraised(chosen, plans=richer)
    later = found.appraisals.set_index("state").loc["potential"]
    assert later["floor_area_likely_m2"] == pytest.approx(20_000)
    assert later["land_value_likely"] == pytest.approx(2 * now["land_value_likely"] / 1.05**2)


def test_what_stands_is_left_or_pulled_down_as_assumed():
    half = layer("sites", [SITE], existing_floor_area_m2=4_000.0)
    kept, _ = appraised(assumed(demolition_cost_per_m2=1_000), sites=half)
    assert kept["floor_area_likely_m2"] == pytest.approx(6_000)
    assert kept["demolition_cost"] == 0
    gone, _ = appraised(assumed(demolition_cost_per_m2=1_000, replaces_buildings=True), sites=half)
    assert gone["floor_area_likely_m2"] == pytest.approx(10_000)
    assert gone["demolition_cost"] == pytest.approx(4e6)


def test_tall_buildings_cost_more_where_the_plan_allows_them():
    tall = {"tall_from_floors": 5, "tall_added_share": 0.2}
    for floors, cost in ((5, 100e6), (6, 120e6)):
        row, _ = appraised(assumed(use=tall), plans=plans().assign(max_floors=float(floors)))
        assert row["building_cost"] == pytest.approx(cost)


def test_unknown_floor_area_gives_no_figure_and_its_reason():
    silent = plans()
    silent["floor_area_ratio"] = None
    row, found = appraised(assumed(), plans=silent)
    assert math.isnan(row["floor_area_likely_m2"])
    assert "land_value_likely" not in found.appraisals or math.isnan(row["land_value_likely"])
    assert read_reasons(row["reason"])
    standing = layer("sites", [SITE])  # nobody says what stands there
    row, _ = appraised(assumed(replaces_buildings=True), sites=standing)
    assert read_reasons(row["reason"])[0].code == "standing_unknown"


def test_a_use_that_is_not_allowed_has_no_floor_area_to_build():
    homes = layer("sites", [area(700, 50, 800, 150)], existing_floor_area_m2=0.0)
    row, found = appraised(assumed(), "potential", sites=homes)
    assert read_reasons(row["reason"])[0].code == "no_floor_area_to_add"
    assert not len(found.tornado)


def test_without_any_local_plan_no_right_is_appraised():
    row, found = appraised(assumed(), plans=plans().query("level == 'framework'"))
    assert read_reasons(row["reason"])[0].code == "no_local_plan_in_data"
    rows = found.appraisals.set_index("state")
    is_unknown = rows["floor_area_likely_m2"].isna()
    assert is_unknown.to_dict() == {"now": True, "if_adopted": True, "potential": False}


def test_ranges_give_ranges_and_numbers_give_points():
    point, _ = appraised(assumed())
    assert point["land_value_low"] == point["land_value_high"] == point["land_value_likely"]
    rent, found = appraised(assumed(use={"rent_per_m2_year": [400, 1000, 1600]}, draws=2_000))
    assert rent["land_value_low"] < rent["land_value_likely"] < rent["land_value_high"]
    # a symmetric triangle: a tenth lies below low + width * sqrt(0.05)
    low_rent = 400 + 1200 * math.sqrt(0.05)
    assert rent["land_value_low"] == pytest.approx(low_rent * 9_000 / 0.05 - 100e6, rel=0.01)
    # it pays from a rent of 555.6: a share of 1 - ((555.6 - 400) / 1200)^2 * 2
    assert rent["pays_share"] == pytest.approx(1 - 2 * (155.6 / 1200) ** 2, abs=0.002)
    assert found.tornado["figure"].unique().tolist() == ["rent_per_m2_year"]


def test_the_same_seed_draws_the_same_and_another_does_not():
    ranged = {"rent_per_m2_year": [400, 1000, 1600], "exit_yield": [0.04, 0.05, 0.06]}
    one, again, other = (
        appraised(assumed(use=ranged, seed=seed, draws=50))[0]["land_value_low"]
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


def test_what_moves_most_comes_first_and_by_how_much():
    row, found = appraised(
        assumed(
            use={
                "rent_per_m2_year": [900, 1000, 1100],
                "building_cost_per_m2": [9000, 10000, 13000],
            }
        )
    )
    rows = found.tornado[found.tornado["state"] == "now"].set_index("figure")
    assert rows.index.tolist() == ["building_cost_per_m2", "rent_per_m2_year"]
    assert rows.loc["building_cost_per_m2", "swing"] == pytest.approx(40e6)
    assert rows.loc["rent_per_m2_year", "land_value_at_high"] == pytest.approx(98e6)
    assert row["moved_most_by"] == "building_cost_per_m2 rent_per_m2_year"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"uses": {"castle": OFFICE}}, "no 'castle'"),
        ({"finance_rate": [0.06, 0.05, 0.07]}, "rising order"),
        ({"finance_rate": 1.5}, "below 1"),
        ({"building_years": -1}, "greater than or equal to 0"),
        ({"price": 3}, "unknown key"),
        ({"uses": {"office": OFFICE | {"exit_yield": 0}}}, "greater than 0"),
        ({"parking": {"deck": {"share": 0, "cost_per_space": 1}}}, "sum to more than 0"),
    ],
)
def test_wrong_assumptions_are_refused_with_the_key(changed, words, tmp_path):
    import tomli_w

    file = tmp_path / "a.toml"
    file.write_text(tomli_w.dumps(PLAIN | changed), "utf-8")
    with pytest.raises(ConfigError, match=words):
        read_assumptions(file)


def test_the_example_says_in_its_first_line_and_as_a_value_that_it_is_made_up(tmp_path):
    file = write_example_assumptions(tmp_path / "a.toml")
    assert file.read_text("utf-8").startswith("# Made-up numbers")
    assert tomllib.loads(file.read_text("utf-8"))["is_made_up"] is True
    assert read_assumptions(file).is_made_up
    with pytest.raises(InputError, match="exists already"):
        write_example_assumptions(file)


@pytest.mark.slow
def test_the_command_appraises_by_a_file_and_shows_nothing_without_one(tmp_path):
    region, run = example_region(), CliRunner().invoke
    out, file = tmp_path / "pays.csv", tmp_path / "a.toml"
    without = run(app, ["feasibility", str(region.path), "--out", str(out)])
    assert without.exit_code == 2
    assert not out.exists()
    assert run(app, ["feasibility", "--example", str(file)]).exit_code == 0
    asked = ["feasibility", str(region.path), "--assumptions", str(file), "--out", str(out)]
    answer = run(app, asked)
    assert answer.exit_code == 0, answer.output
    assert "made-up assumptions" in answer.stdout
    rows = pd.read_csv(out)
    assert rows["is_made_up"].all()
    assert len(rows) == len(region.table("sites")) * 2 * 3
    assert len(pd.read_csv(tmp_path / "pays_tornado.csv"))
    summary = json.loads(run(app, [*asked, "--json"]).stdout)
    assert summary["is_made_up"] is True
    assert len(summary["appraisals"]) == len(rows)


def test_sites_are_needed(tmp_path):
    with pytest.raises(InputError, match="no sites"):
        appraise_sites(town(parcels=parcels((SITE, 0.0))), assumed())
