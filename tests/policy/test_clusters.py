"""Location quotients, specialisation and hot spots, on figures worked out by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.policy import (
    cluster_jobs,
    hot_spots,
    location_quotients,
    specialisation,
)
from geo_planner.policy.hot_spots import getis_ord
from tests.land.land_town import area
from tests.policy.policy_town import (
    FINANCE,
    IT,
    LIFE,
    NO_REFERENCE,
    SCHOOL,
    SHOP,
    clustered,
    reference,
    workplaces,
)
from tests.wordings import english

COUNTRY = reference((LIFE, 10), (FINANCE, 40), (SHOP, 150))


def core_of(frame, cluster="life_science", **where):
    rows = frame[(frame["cluster"] == cluster) & (frame["set"] == "core")]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    (row,) = rows.to_dict("records")
    return row


def test_a_quotient_compares_shares_of_jobs_and_not_of_units():
    row = core_of(location_quotients(clustered(), COUNTRY))
    # 100 of 400 jobs here, 10 of 200 there
    assert row["location_quotient"] == pytest.approx((100 / 400) / (10 / 200))
    assert (row["state"], row["area"], row["year"]) == ("computed", "Denmark", 2023)


def test_core_and_extended_are_two_results():
    places = workplaces(
        *[(LIFE, 20, "life_science", "core")] * 5,
        *[("464610", 10, "life_science", "extended")] * 5,
        (SHOP, 250, None, None),
    )
    country = reference((LIFE, 10), ("464610", 10), (SHOP, 180))
    found = location_quotients(places, country).set_index(["cluster", "set"])["location_quotient"]
    assert found["life_science", "core"] == pytest.approx(0.25 / 0.05)
    assert found["life_science", "core_and_extended"] == pytest.approx(0.375 / 0.1)
    counted = cluster_jobs(places)["jobs_count"]
    assert counted["life_science", "core"] == 100
    assert counted["life_science", "core_and_extended"] == 150


@pytest.mark.parametrize(
    ("n_places", "jobs", "state"),
    [(5, 6, "computed"), (4, 100, "suppressed"), (5, 5.9, "suppressed")],
)
def test_few_workplaces_or_jobs_are_not_shown(n_places, jobs, state):
    row = core_of(location_quotients(clustered(n_places, jobs), COUNTRY))
    assert row["state"] == state
    assert np.isnan(row["location_quotient"]) == (state != "computed")


def test_without_a_reference_a_quotient_needs_data_and_is_never_one():
    row = core_of(location_quotients(clustered(), NO_REFERENCE))
    assert row["state"] == "needs data"
    assert "no source gives reference employment" in english(row["reason"])
    assert np.isnan(row["location_quotient"])
    (whole,) = specialisation(clustered(), NO_REFERENCE).to_dict("records")
    assert whole["state"] == "needs data"
    assert np.isnan(whole["specialisation"])


@pytest.mark.parametrize(
    ("country", "words"),
    [
        (reference((LIFE, 10), standard="DB25"), "not in DB07"),
        (reference(("72", 5), (LIFE, 10)), "72 are too coarse"),
        (reference((SHOP, 10)), "no jobs in the cluster"),
    ],
)
def test_a_reference_that_cannot_answer_says_why(country, words):
    row = core_of(location_quotients(clustered(), country))
    assert row["state"] == "needs data"
    assert words in english(row["reason"])


def test_a_division_that_holds_excluded_codes_is_too_coarse_and_a_whole_one_is_not():
    country = reference(("64", 100), ("62", 100), (SHOP, 100))
    found = location_quotients(
        workplaces(*[(IT, 20, "it", "core")] * 5, (SHOP, 100, None, None)), country
    )
    assert "too coarse" in english(core_of(found, "finance")["reason"])
    assert core_of(found, "it")["location_quotient"] == pytest.approx((100 / 200) / (100 / 300))


def test_each_reference_area_is_compared_in_its_latest_year():
    both = pd.concat(
        [
            COUNTRY,
            reference((LIFE, 90), (SHOP, 110), year=2016),
            reference((LIFE, 1), (SHOP, 3), area="Region"),
        ]
    )
    found = location_quotients(clustered(), both)
    assert core_of(found, area="Denmark")["location_quotient"] == pytest.approx(5)
    assert core_of(found, area="Region")["location_quotient"] == pytest.approx(1)


def test_specialisation_sums_the_differences_of_shares():
    places = workplaces((LIFE, 50, "life_science", "core"), (SHOP, 50, None, None))
    country = reference((LIFE, 10), (SHOP, 60), (SCHOOL, 30))
    (row,) = specialisation(places, country).to_dict("records")
    # |0.5 - 0.1| + |0.5 - 0.6| + |0 - 0.3|
    assert row["specialisation"] == pytest.approx(0.8)


shares = st.lists(st.integers(1, 50), min_size=1, max_size=5)


@settings(max_examples=20)
@given(shares, shares)
def test_specialisation_lies_between_the_same_mix_and_nothing_in_common(here, there):
    codes = ["010000", "100000", "410000", "620000", "860000"]
    own = workplaces(*[(code, jobs, None, None) for code, jobs in zip(codes, here, strict=False)])
    country = reference(*zip(codes, there, strict=False))
    value = specialisation(own, country)["specialisation"].iloc[0]
    assert -1e-9 <= value <= 2 + 1e-9
    same = reference(*[(code, 7.0 * jobs) for code, jobs in zip(codes, here, strict=False)])
    assert specialisation(own, same)["specialisation"].iloc[0] == pytest.approx(0, abs=1e-9)


def plain_getis_ord(middles, values, reach_m):
    """Follow Ord and Getis (1995) term by term."""
    n, found = len(values), []
    mean = sum(values) / n
    deviation = (sum(v * v for v in values) / n - mean**2) ** 0.5
    for i in range(n):
        weights = [float(np.hypot(*(middles[i] - middles[j])) <= reach_m) for j in range(n)]
        total, squares = sum(weights), sum(w * w for w in weights)
        above = sum(w * v for w, v in zip(weights, values, strict=True)) - mean * total
        below = deviation * ((n * squares - total**2) / (n - 1)) ** 0.5
        found.append(above / below if below else np.nan)
    return found


@settings(max_examples=20)
@given(st.lists(st.integers(0, 500), min_size=12, max_size=12).filter(lambda v: len(set(v)) > 1))
def test_the_local_statistic_is_that_of_its_authors(values):
    middles = np.array([(250.0 * (i % 4), 250.0 * (i // 4)) for i in range(12)])
    expected = plain_getis_ord(middles, values, 300)
    np.testing.assert_allclose(
        getis_ord(middles, np.array(values, float), 300), expected, atol=1e-9
    )


def test_a_crowd_of_jobs_is_hot_and_an_even_town_is_not():
    town = area(0, 0, 5000, 5000)
    crowd = [(IT, 100, "it", "core")] * 10  # 100 m apart from the corner eastwards
    rows = workplaces(*crowd, *[(SHOP, 1, None, None)] * 10)
    cells = hot_spots(rows, town, "it")
    assert cells["jobs_count"].sum() == 1000
    hot = cells[cells["is_hot"]]
    assert 4 <= len(hot) < len(cells) / 4
    assert hot.distance(rows.geometry.iloc[0]).max() < 2000
    even = hot_spots(rows.iloc[:0], town)
    assert len(even) == len(cells)
    assert even["z"].isna().all()
    assert not even["is_hot"].any()


def test_workplaces_outside_the_area_take_no_part():
    rows = workplaces(*[(IT, 10, "it", "core")] * 30)
    cells = hot_spots(rows, area(-250, -250, 1000, 2000))
    assert isinstance(cells, gpd.GeoDataFrame)
    assert 0 < cells["jobs_count"].sum() < 300
