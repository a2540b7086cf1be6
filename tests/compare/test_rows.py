"""Rows side by side: differences by hand, and the laws a difference must keep."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.compare.people import winners_and_losers
from geo_planner.compare.ranking import ranking_changes
from geo_planner.compare.rows import compare_rows, figures_of
from tests.wordings import danish, english

figures = st.dictionaries(
    st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(-9, 99)), min_size=1
)


def frame(values, **columns):
    points = [shapely.Point(i, 0) for i in range(len(values))]
    return gpd.GeoDataFrame(
        {"jobs": pd.Series(list(values.values()), dtype=float).to_numpy(), **columns},
        geometry=points,
        index=pd.Index(list(values), name="zone_id"),
        crs="EPSG:25832",
    )


def test_a_row_shows_before_after_difference_and_share():
    row = compare_rows(frame({"z": 80}), frame({"z": 100}), ["jobs"]).loc["z"]
    assert row[["jobs_a", "jobs_b", "jobs_difference", "jobs_relative"]].tolist() == [
        80,
        100,
        20,
        0.25,
    ]
    assert row["presence"] == "both"


def test_rows_of_one_side_are_gained_or_lost_and_have_no_difference():
    rows = compare_rows(frame({"old": 5}), frame({"new": 7}), ["jobs"])
    assert rows["presence"].to_dict() == {"new": "gained", "old": "lost"}
    assert rows["jobs_difference"].isna().all()
    assert rows.geometry.notna().all()


def test_what_grows_from_nothing_has_no_relative_difference():
    row = compare_rows(frame({"z": 0}), frame({"z": 3}), ["jobs"]).loc["z"]
    assert row["jobs_difference"] == 3
    assert np.isnan(row["jobs_relative"])


def test_unknown_before_or_after_is_an_unknown_difference():
    rows = compare_rows(frame({"z": None}), frame({"z": 3}), ["jobs"])
    assert rows["jobs_difference"].isna().all()


@given(figures, figures)
def test_swapping_the_sides_turns_every_difference_round(a, b):
    there = compare_rows(frame(a), frame(b), ["jobs"])
    back = compare_rows(frame(b), frame(a), ["jobs"])
    pd.testing.assert_series_equal(there["jobs_difference"], -back["jobs_difference"])
    swapped = back["presence"].replace({"gained": "lost", "lost": "gained"})
    assert there["presence"].tolist() == swapped.tolist()


def test_figures_are_numbers_of_either_side_in_order():
    a = frame({"z": 1}, jobs_walk=1.0, jobs_note="text")
    b = frame({"z": 1}, jobs_car=2.0)
    assert figures_of(a, b, ("jobs_",)) == ["jobs_walk", "jobs_car"]


def zones(jobs):
    return frame(
        dict(zip("wxyz", jobs, strict=True)),
        role=["study", "study", "study", "hinterland"],
        district=["north", "north", "south", "south"],
        population_count=[10.0, 20, 30, 40],
    )


def test_people_gain_and_lose_by_more_than_one_per_cent_study_rows_only():
    before, after = zones([100, 100, 100, 100]), zones([101, 150, 40, 0])
    people = winners_and_losers(compare_rows(before, after, ["jobs"]), before, ["jobs"])
    rows = people.set_index("district")
    assert rows.index.tolist() == ["all", "north", "south"]
    assert rows.loc["all", ["people", "gaining", "losing", "unchanged"]].tolist() == [
        60,
        20,
        30,
        10,
    ]
    assert rows.loc["north", "mean_b"] == (101 * 10 + 150 * 20) / 30
    assert rows.loc["south", "difference"] == -60


def test_people_of_unknown_access_are_told_apart():
    before, after = zones([100, None, 100, 100]), zones([100, 150, None, 100])
    people = winners_and_losers(compare_rows(before, after, ["jobs"]), before, ["jobs"])
    assert people.iloc[0][["people", "unknown", "unchanged"]].tolist() == [60, 50, 10]


def test_a_rank_change_names_the_criterion_that_moved_it():
    criteria = pd.DataFrame(index=["departures_per_hour"])
    before = frame(
        {"s": 1},
        rank=[4],
        score=[50.0],
        departures_per_hour=[4.0],
        departures_per_hour_contribution=[10.0],
    )
    after = frame(
        {"s": 1},
        rank=[1],
        score=[56.5],
        departures_per_hour=[12.0],
        departures_per_hour_contribution=[16.5],
    )
    rows = compare_rows(
        before, after, ["rank", "score", "departures_per_hour", "departures_per_hour_contribution"]
    )
    change = ranking_changes(rows, criteria, criteria).loc["s"]
    assert change["rank_change"] == 3
    assert change["score_difference"] == 6.5
    assert english(change["reasons"]) == "Departures per hour, 500 m +6.5 points: 4 to 12"
    assert danish(change["reasons"]) == "Afgange pr. time, 500 m +6,5 point: 4 til 12"
