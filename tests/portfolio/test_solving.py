"""The target solver: small cases by head, all sets of sites as the twin, limits that bind."""

import pickle
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.errors import InputError
from geo_planner.portfolio import OBJECTIVES, PortfolioLimits, TargetError, solve_portfolio
from geo_planner.reasons import Reason
from tests.portfolio.brute_force import all_sets, cheapest_by_sets, cheapest_by_stages
from tests.wordings import danish, english


def town(**columns):
    """Lay out four sites; a column given takes the place of the usual one."""
    usual = {
        "jobs_low": [300.0, 150.0, 240.0, 60.0],
        "jobs_likely": [500.0, 250.0, 400.0, 100.0],
        "jobs_high": [700.0, 350.0, 560.0, 140.0],
        "stage": [1, 1, 3, 5],
        "years": [0.5, 0.5, 2.0, 6.0],
        "floor_area_m2": [10_000.0, 5_000.0, 8_000.0, 2_000.0],
        "area_m2": [20_000.0, 5_000.0, 40_000.0, 1_000.0],
        "score": [60.0, 80.0, 50.0, 100.0],
        "travel_time_min": [40.0, 30.0, 25.0, 10.0],
        "station_near_share": [0.0, 1.0, 1.0, 1.0],
        "cluster": ["it", "it", "life_science", None],
    }
    return pd.DataFrame(usual | columns, index=["a", "b", "c", "d"])


def shares(result, case="likely", alternative=1):
    rows = result.alternatives
    mine = rows[(rows["case"] == case) & (rows["alternative"] == alternative)]
    return dict(zip(mine["site_id"], mine["share"].round(6), strict=True))


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        # 450 jobs; points missed per job: b 20, a 40, c 50
        ("score", {"b": 1.0, "a": 0.4}),
        # minutes per job: c 25, b 30, a 40; c alone holds 400, so b opens for 50
        ("travel_time", {"c": 1.0, "b": 0.2}),
        # ground per job: b 20, a 40, c 100 m2
        ("land_take", {"b": 1.0, "a": 0.4}),
    ],
)
def test_the_cheapest_jobs_come_first(objective, expected):
    result = solve_portfolio(town(), 450, objective=objective, cases=("likely",))
    assert shares(result) == pytest.approx(expected, abs=1e-5)
    assert result.portfolios["jobs"].tolist() == pytest.approx([450], rel=1e-5)


def test_near_stations_no_job_is_taken_away_from_them_while_there_is_room():
    result = solve_portfolio(town(), 650, objective="station_near", cases=("likely",))
    assert result.portfolios["station_near_share"].iloc[0] == pytest.approx(1.0)
    more = solve_portfolio(town(), 700, objective="station_near", cases=("likely",))
    assert more.portfolios["station_near_share"].iloc[0] == pytest.approx(650 / 700, rel=1e-4)


def test_a_site_opened_is_developed_to_the_least_share():
    result = solve_portfolio(town(), 260, limits=PortfolioLimits(min_share=0.5), cases=("likely",))
    # b alone gives 250, and half of another beside it misses more points than 52 % of a alone
    assert shares(result) == pytest.approx({"a": 0.52}, abs=1e-5)


def test_sites_develop_in_stages_where_stages_are_asked_for():
    limits = PortfolioLimits(shares=(0.5, 1.0))
    result = solve_portfolio(town(), 450, limits=limits, cases=("likely",))
    assert shares(result) == {"a": 0.5, "b": 1.0}
    assert result.portfolios["jobs"].iloc[0] == 500


def test_what_needs_another_directive_never_counts():
    for objective in OBJECTIVES:
        result = solve_portfolio(town(), 1150, objective=objective, cases=("likely",))
        assert set(shares(result)) == {"a", "b", "c"}
        left = result.left_out.set_index("site_id")["reason"]
        assert english(left["d"]) == "stage 5: a directive would have to change"


def test_an_excluded_site_does_not_count_whatever_it_holds():
    sites = town(excluded_because=[str(Reason("in_green_wedge")), None, None, None])
    with pytest.raises(InputError, match="650 can"):
        solve_portfolio(sites, 700)


def test_a_callers_own_words_may_exclude_a_site():
    sites = town(excluded_because=["floods", None, None, None])
    with pytest.raises(TargetError) as caught:
        solve_portfolio(sites, 700)
    assert "floods (1)" in str(caught.value)


def test_a_target_out_of_reach_keeps_its_figures_between_processes():
    with pytest.raises(TargetError) as caught:
        solve_portfolio(town(), 5000)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 -- our own bytes
    assert str(again) == str(caught.value)
    assert again.binding == caught.value.binding
    assert "netto kan ikke" not in str(again)
    assert danish(again.binding).startswith("ingen enkelt grænse er afgørende")


def test_the_number_of_sites_is_kept():
    with pytest.raises(InputError) as caught:
        solve_portfolio(town(), 600, limits=PortfolioLimits(max_sites=1))
    assert "500 can" in str(caught.value)
    assert caught.value.problems[0] == (
        "at most 1 site binds: without it 1\u202f150 jobs can be reached"
    )
    two = solve_portfolio(town(), 600, limits=PortfolioLimits(max_sites=2), cases=("likely",))
    assert two.portfolios["n_sites"].tolist() == [2]


def test_the_sites_of_a_cluster_are_kept_to_their_number():
    limits = PortfolioLimits(max_per_cluster={"it": 1})
    result = solve_portfolio(town(), 900, limits=limits, cases=("likely",))
    assert set(shares(result)) == {"a", "c"}
    with pytest.raises(InputError, match="at most 1 site of it binds"):
        solve_portfolio(town(), 1000, limits=limits)


def test_a_site_that_is_not_ready_in_time_does_not_count():
    limits = PortfolioLimits(from_year=2026, by_year=2027)
    with pytest.raises(InputError, match=r"jobs by 2027 binds: without it 1.150") as caught:
        solve_portfolio(town(), 1000, limits=limits)
    assert "750 can" in str(caught.value)
    later = PortfolioLimits(from_year=2026, by_year=2028)
    assert "c" in shares(solve_portfolio(town(), 1000, limits=later, cases=("likely",)))


def test_floor_area_is_taken_up_no_faster_than_the_market_does():
    """To the end of 2029 there are 3.5 years for a and b: 4000 m2 in each, 50 jobs per 1000 m2."""
    limits = PortfolioLimits(
        from_year=2026, by_year=2029, take_up_m2_per_year=4_000, min_share=0.05
    )
    with pytest.raises(InputError, match="700 can") as caught:
        solve_portfolio(town(), 701, limits=limits)
    assert re.match(r"take-up of 4.000.m² a year binds: without it 1.150", caught.value.problems[0])
    result = solve_portfolio(town(), 700, limits=limits, cases=("likely",))
    phases = result.phases
    assert phases["year"].tolist() == [2026, 2027, 2028, 2029]
    assert phases["floor_area_m2"].tolist() == pytest.approx([2000, 4000, 4000, 4000], abs=0.1)
    assert phases["jobs_by_end"].iloc[-1] == pytest.approx(700, rel=1e-5)


@pytest.mark.parametrize("by_year", [2027, 2028, 2030])
def test_a_take_up_that_binds_nothing_takes_nothing_away(by_year):
    """Site c is ready as 2028 begins: with 2028 as the target year it counts, limit or none."""
    free = PortfolioLimits(from_year=2026, by_year=by_year)
    generous = PortfolioLimits(from_year=2026, by_year=by_year, take_up_m2_per_year=1e9)
    reached = [
        solve_portfolio(town(), 1, limits=limits, cases=("likely",)).summary["cases"]["likely"]
        for limits in (free, generous)
    ]
    assert reached[0]["reachable_jobs"] == pytest.approx(reached[1]["reachable_jobs"])


def on_ground(**boxes):
    """Lay out sites on rectangles (west, east) of 100 m depth."""
    shapes = [shapely.box(west, 0, east, 100) for west, east in boxes.values()]
    names = ["a", "b", "c", "d"][: len(boxes)]
    frame = town().loc[names].set_axis(list(boxes))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=25832)


def test_ground_of_two_sites_is_counted_once():
    sites = on_ground(one=(0, 100), same=(0, 100), beside=(99.5, 200))
    with pytest.raises(InputError, match="900 can") as caught:
        solve_portfolio(sites, 901, cases=("likely",))
    assert "at most one site of each of these groups: one, same" in " ".join(caught.value.problems)
    result = solve_portfolio(sites, 900, cases=("likely",))
    assert set(shares(result)) == {"one", "beside"}
    assert result.summary["share_ground"] == [["one", "same"]]


@pytest.mark.parametrize("objective", ["score", "land_take"])
def test_of_answers_equally_good_the_order_of_rows_chooses_none(objective):
    alike = town(score=60.0, area_m2=1000.0, jobs_likely=100.0, stage=1)
    found = [
        solve_portfolio(alike.loc[list(order)], 230, objective=objective, cases=("likely",))
        for order in ("abcd", "dcba", "cadb")
    ]
    assert shares(found[0]) == shares(found[1]) == shares(found[2])


def test_sites_may_be_said_to_exclude_each_other():
    limits = PortfolioLimits(exclusive=(("a", "c"),))
    with pytest.raises(InputError, match="750 can") as caught:
        solve_portfolio(town(), 751, limits=limits, cases=("likely",))
    assert re.match(r"at most one of a, c binds: without it 1.150", caught.value.problems[0])
    assert set(shares(solve_portfolio(town(), 750, limits=limits))) == {"a", "b"}


def test_names_that_nothing_answers_to_are_all_refused():
    limits = PortfolioLimits(
        max_per_cluster={"astronomy": 1, "it": 1}, exclusive=(("a", "z"), ("a", "a"))
    )
    with pytest.raises(InputError) as caught:
        solve_portfolio(town(), 1, objective="beauty", limits=limits, cases=("probable",))
    told = " ".join(caught.value.problems)
    for words in ("objective 'beauty'", "case 'probable'", "cluster 'astronomy': there are it, l",
                  "site 'z': there are a, b, c, d", "name two different ones"):  # fmt: skip
        assert words in told


def test_without_a_take_up_a_site_stands_in_the_year_it_is_ready():
    limits = PortfolioLimits(from_year=2026, by_year=2030)
    result = solve_portfolio(town(), 1150, limits=limits, cases=("likely",))
    assert result.phases["jobs_by_end"].tolist() == pytest.approx([750, 750, 1150, 1150, 1150])
    ready = result.alternatives.set_index("site_id")["ready_year"]
    assert ready["c"] == 2028


def test_the_low_case_may_fail_where_only_the_likely_must_hold():
    result = solve_portfolio(town(), 1000)
    cases = result.summary["cases"]
    assert [cases[case]["is_reachable"] for case in ("low", "likely", "high")] == [
        False, True, True,
    ]  # fmt: skip
    assert cases["low"]["reachable_jobs"] == pytest.approx(690)
    assert set(result.portfolios["case"]) == {"likely", "high"}
    with pytest.raises(InputError, match=r"690 can"):
        solve_portfolio(town(), 1000, must_hold="low")


def test_a_portfolio_tells_its_jobs_in_every_case():
    result = solve_portfolio(town(), 1150, cases=("likely",))
    row = result.portfolios.iloc[0]
    assert (row["jobs_low"], row["jobs_likely"], row["jobs_high"]) == pytest.approx(
        (690, 1150, 1610)
    )
    assert row["mean_score"] == pytest.approx((500 * 60 + 250 * 80 + 400 * 50) / 1150)
    assert row["land_take_m2"] == pytest.approx(65_000)


def test_what_is_unknown_is_left_out_with_the_reason_and_never_counted():
    sites = town(
        jobs_likely=[np.nan, 250.0, 400.0, 100.0],
        stage=[1, np.nan, 3, 1],
        score=[60.0, 80.0, np.nan, 90.0],
    )
    with pytest.raises(InputError) as caught:
        solve_portfolio(sites, 200)
    assert "100 can" in str(caught.value)
    assert "jobs unknown (1)" in str(caught.value)
    assert "readiness unknown (1)" in str(caught.value)
    assert "score unknown (1)" in str(caught.value)


def test_a_question_that_cannot_be_is_refused_with_all_its_faults():
    limits = PortfolioLimits(max_sites=0, by_year=2030, take_up_m2_per_year=-1, min_share=0)
    with pytest.raises(InputError) as caught:
        solve_portfolio(town(), 0, limits=limits, alternatives=0)
    assert len(caught.value.problems) == 7
    with pytest.raises(InputError, match="travel_time_min: needed for the objective"):
        solve_portfolio(town().drop(columns="travel_time_min"), 10, objective="travel_time")


figures = st.integers(1, 60).map(float)


def drawn_town(jobs, scores):
    return pd.DataFrame(
        {"jobs_likely": jobs, "score": scores, "stage": 1},
        index=[f"s{i}" for i in range(len(jobs))],
    )


def cost_of(result, sites, alternative=1):
    rows = result.alternatives[result.alternatives["alternative"] == alternative]
    chosen = sites.loc[rows["site_id"]]
    return float((rows["share"].to_numpy() * chosen["jobs_likely"] * (100 - chosen["score"])).sum())


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(figures, figures), min_size=1, max_size=12),
    st.floats(0.05, 0.98),
    st.sampled_from([0.1, 0.4, 1.0]),
    st.sampled_from([None, 2, 5]),
)
def test_no_set_of_sites_is_better_than_the_one_found(rows, part, min_share, max_sites):
    jobs, scores = (list(column) for column in zip(*rows, strict=True))
    sites = drawn_town(jobs, scores)
    target = part * sum(jobs)
    costs = [job * (100 - score) for job, score in rows]
    best = cheapest_by_sets(jobs, costs, target, min_share=min_share, max_sites=max_sites)
    limits = PortfolioLimits(min_share=min_share, max_sites=max_sites)
    ask = {"limits": limits, "cases": ("likely",)}
    if best is None:
        with pytest.raises(InputError, match="cannot be reached"):
            solve_portfolio(sites, target, **ask)
        return
    result = solve_portfolio(sites, target, **ask)
    assert cost_of(result, sites) == pytest.approx(best[0], rel=2e-5, abs=1e-2)
    assert result.portfolios["jobs"].iloc[0] >= target * (1 - 1e-5)
    assert result.alternatives["share"].min() >= min_share - 1e-6


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(figures, figures), min_size=2, max_size=6), st.floats(0.05, 0.9))
def test_the_next_best_are_the_next_best_of_all_sets(rows, part):
    jobs, scores = (list(column) for column in zip(*rows, strict=True))
    sites = drawn_town(jobs, scores)
    target = part * sum(jobs)
    costs = [job * (100 - score) for job, score in rows]
    expected = all_sets(jobs, costs, target, min_share=0.3)
    result = solve_portfolio(
        sites, target, limits=PortfolioLimits(min_share=0.3), alternatives=3, cases=("likely",)
    )
    found = [
        cost_of(result, sites, number) for number in sorted(set(result.alternatives["alternative"]))
    ]
    assert found == pytest.approx([cost for cost, _ in expected[:3]], rel=2e-5, abs=1e-2)
    sets = result.alternatives.groupby("alternative")["site_id"].agg(frozenset)
    assert sets.is_unique


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(figures, figures), min_size=1, max_size=6), st.floats(0.05, 1.0))
def test_no_choice_of_stages_is_better_than_the_one_found(rows, part):
    jobs, scores = (list(column) for column in zip(*rows, strict=True))
    sites = drawn_town(jobs, scores)
    stages = (0.25, 0.5, 1.0)
    costs = [job * (100 - score) for job, score in rows]
    limits = PortfolioLimits(shares=stages)
    result = solve_portfolio(sites, part * sum(jobs), limits=limits, cases=("likely",))
    best = cheapest_by_stages(jobs, costs, part * sum(jobs), stages)
    assert cost_of(result, sites) == pytest.approx(best, rel=2e-5, abs=1e-2)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(figures, figures), min_size=2, max_size=8), st.data())
def test_a_stricter_limit_never_makes_more_jobs_reachable(rows, data):
    jobs, scores = (list(column) for column in zip(*rows, strict=True))
    sites = drawn_town(jobs, scores)
    most = [
        solve_portfolio(
            sites, 0.01, limits=PortfolioLimits(max_sites=n), cases=("likely",)
        ).summary["cases"]["likely"]["reachable_jobs"]
        for n in (1, 2, None)
    ]
    assert most == pytest.approx([max(jobs), sum(sorted(jobs)[-2:]), sum(jobs)])
