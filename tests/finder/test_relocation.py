"""Moving staff in the made-up town, where a block of 200 m is walked in 150 s: all by hand."""

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner import Travel, example_region, merged_staff, relocate, settings_of, travel_times
from geo_planner.cli import app
from geo_planner.errors import InputError

BLOCK_M = 200.0
SLOWLY = Travel(walk_speed_kmh=1.2)  # ten minutes a block
EAST, NORTH = 700_000.0, 6_180_000.0


def crossing(column, row):
    return EAST + column * BLOCK_M, NORTH + row * BLOCK_M


def points(**places):
    x, y = zip(*(crossing(*place) for place in places.values()), strict=True)
    return gpd.GeoSeries.from_xy(x, y, index=list(places), crs=25832)


@pytest.fixture(scope="module")
def region():
    return example_region()


@pytest.fixture(scope="module")
def staff():
    """Ten people at the south-west corner, thirty five blocks east and two north of it."""
    return merged_staff(points(west=(0, 0), east=(5, 2)), np.array([10, 30]))


@pytest.fixture(scope="module")
def sites():
    places = points(east=(5, 2), west=(0, 0), middle=(2, 1))
    named = {"name": [name.title() for name in places.index]}
    return gpd.GeoDataFrame(named, index=places.index, geometry=places)


@pytest.fixture(scope="module")
def moved(region, staff, sites):
    """Today's address is two blocks east of the corner."""
    today = points(today=(2, 0)).to_crs(4326)
    return relocate(
        region, staff, sites, today, modes=["walk"], ranked_by="walk", travel=SLOWLY, threads=1
    ).addresses


def test_minutes_are_blocks_weighted_by_people(moved):
    # west walks 2, 7, 0, 3 blocks; east 5, 0, 7, 4
    assert moved["walk_mean_min"].round(1).to_dict() == {
        "today": (10 * 20 + 30 * 50) / 40,
        "east": 10 * 70 / 40,
        "west": 30 * 70 / 40,
        "middle": (10 * 30 + 30 * 40) / 40,
    }


def test_shares_within_the_limits_count_all_staff(moved):
    columns = [f"walk_share_{limit}min" for limit in (30, 45, 60)]
    assert moved[columns].loc["today"].tolist() == [0.25, 0.25, 1.0]
    assert moved[columns].loc["east"].tolist() == [0.75, 0.75, 0.75]
    assert moved["walk_share_45min"]["middle"] == 1.0


def test_who_gains_and_who_loses_and_by_how_much(moved):
    east = moved.loc["east"]
    assert (east["walk_gain_count"], east["walk_lose_count"]) == (30, 10)
    assert east["walk_gain_mean_min"] == pytest.approx(50, abs=0.05)
    assert east["walk_lose_mean_min"] == pytest.approx(50, abs=0.05)
    assert east["walk_change_mean_min"] == pytest.approx((10 * 50 - 30 * 50) / 40, abs=0.05)
    today = moved.loc["today"]
    assert (today["walk_gain_count"], today["walk_lose_count"]) == (0, 0)
    assert math.isnan(today["walk_gain_mean_min"])


def test_sites_are_ranked_by_share_within_45_minutes_and_today_is_not(moved):
    assert moved.index.tolist() == ["today", "middle", "east", "west"]
    assert moved["rank"].tolist() == [pd.NA, 1, 2, 3]


def test_kilometres_are_straight_lines_times_the_factor_there_and_back(moved):
    metres = 10 * math.hypot(1000, 400) * 1.3 * 2
    assert moved["walk_km_day"]["east"] == pytest.approx(metres / 1000)
    assert moved["walk_co2_kg_day"]["east"] == 0


def test_emissions_are_kilometres_by_the_packaged_factor(region, staff, sites):
    found = relocate(region, staff, sites, modes=["transit"], ranked_by="transit", threads=1)
    rows = found.addresses
    assert rows["transit_co2_kg_day"].tolist() == pytest.approx(
        (rows["transit_km_day"] * 60 / 1000).tolist()
    )
    assert "transit_gain_count" not in rows  # nothing to compare with


@pytest.mark.parametrize("mode", ["walk", "transit"])
def test_minutes_are_those_of_travel_times_to_the_digit(region, staff, mode):
    sites = region.geo_table("sites").set_index("site_id")
    found = relocate(region, staff, modes=[mode], ranked_by=mode, threads=1).addresses
    settings = settings_of(region).travel.model_copy(update={"percentiles": (50, 90)})
    times = travel_times(
        region, staff.homes, sites.representative_point(), mode, settings, threads=1
    )
    minutes = times.times_s[:, :, 0] / 60
    expected = pd.Series(staff.people @ minutes / staff.people.sum(), sites.index)
    pd.testing.assert_series_equal(
        found[f"{mode}_mean_min"].sort_index(), expected.sort_index(),
        check_names=False, check_exact=True,
    )  # fmt: skip


def test_staff_without_a_route_are_counted_and_lose_or_gain_one(region, staff, sites):
    short = Travel(walk_speed_kmh=1.2, max_time_min=45)
    today = points(today=(2, 0))
    rows = relocate(
        region, staff, sites, today, modes=["walk"], ranked_by="walk", travel=short, threads=1
    ).addresses
    # east walks 50 minutes to today's address: none; west 70 to the eastern site: none
    assert rows["walk_no_route_count"].to_dict() == {
        "today": 30, "middle": 0, "east": 10, "west": 30,
    }  # fmt: skip
    east = rows.loc["east"]
    assert (east["walk_gain_count"], east["walk_lose_count"]) == (30, 10)
    assert math.isnan(east["walk_gain_mean_min"])  # no minutes where there was no route
    west = rows.loc["west"]
    assert (west["walk_gain_count"], west["walk_lose_count"]) == (10, 0)
    assert west["walk_mean_min"] == 0


def test_a_site_nobody_reaches_stands_last_without_minutes(region, sites):
    staff = merged_staff(points(west=(0, 0)), np.array([10]))
    near = Travel(walk_speed_kmh=1.2, max_time_min=20)
    rows = relocate(
        region, staff, sites, modes=["walk"], ranked_by="walk", travel=near, threads=1
    ).addresses
    assert rows.index[0] == "west"
    assert rows["walk_mean_min"].isna().tolist() == [False, True, True]
    assert rows["rank"].tolist() == [1, 2, 2]


def test_what_cannot_be_compared_is_refused(region, staff):
    with pytest.raises(InputError, match="measure it too"):
        relocate(region, staff, modes=["walk"], ranked_by="car")
    none = region.geo_table("sites").set_index("site_id").iloc[:0]
    with pytest.raises(InputError, match="no sites"):
        relocate(region, staff, none, modes=["walk"], ranked_by="walk")


@pytest.mark.slow
def test_the_command_writes_sums_and_no_row_of_the_file(region, tmp_path):
    file = tmp_path / "staff.csv"
    file.write_text("zone_id,count,name\nzone-00,3,Ann\nzone-01,4,Bo\nzone-24,13,Cy\n", "utf-8")
    out = tmp_path / "moved.csv"
    asked = ["relocate", str(region.path), "--staff", str(file), "--out", str(out), "--json"]
    answer = CliRunner().invoke(app, [*asked, "--from", "clinic", "--modes", "walk,transit"])
    assert answer.exit_code == 0, answer.output
    summary = json.loads(answer.stdout)
    assert (summary["people"], summary["groups"], summary["rows_merged"]) == (20, 2, 2)
    assert summary["not_read"] == ["name"]
    written = pd.read_csv(out)
    assert written["address_id"].iloc[0] == "today"
    assert len(written) == 1 + len(region.table("sites"))
    text = out.read_text("utf-8") + answer.stdout
    assert not any(word in text for word in ("Ann", "zone-00", "zone-24"))
    counts = [name for name in written if name.endswith("_count")]
    assert written[counts].apply(lambda column: column.isin([0, 7, 13, 20])).all(axis=None)


def test_an_address_that_is_none_is_refused(region, tmp_path):
    file = tmp_path / "staff.csv"
    file.write_text("zone_id,count\nzone-00,30\n", "utf-8")
    asked = ["relocate", str(region.path), "--staff", str(file), "--out", str(tmp_path / "x.csv")]
    answer = CliRunner().invoke(app, [*asked, "--from", "castle"])
    assert answer.exit_code == 2
    assert "castle" in answer.output
