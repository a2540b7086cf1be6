"""One figure, one value: pages, briefs, tables and files of a run say the same."""

from dataclasses import replace

import pandas as pd

from geo_planner.analysis.totals import study_totals
from geo_planner.compare import compare_results
from geo_planner.pages.compare.ranking import total_rows
from geo_planner.words.wording import Wording
from tests.pages.shown_figures import (
    assert_one_figure,
    brief_places,
    gain_places,
    rank_places,
    study_figures,
)
from tests.pages.small_land import with_land


def assert_all_agree(result):
    for name, places in study_figures(result).items():
        assert_one_figure(name, places)
    for site, places in rank_places(result).items():
        assert len(set(places)) == 1, (site, places)


def assert_briefs_agree(result):
    for name, places in brief_places(result).items():
        assert_one_figure(name, places)


def test_the_town_says_every_figure_once(result):
    assert_all_agree(result)
    assert_briefs_agree(result)


def test_the_town_with_land_says_every_figure_once(result):
    assert_all_agree(with_land(result))


def test_who_gains_is_one_number(comparison):
    assert_one_figure("gain", gain_places(comparison))


def test_jobs_that_fit_leave_out_excluded_sites_everywhere(result):
    sites = result.sites.assign(jobs_likely=[100.0, 200.0, 400.0], jobs_low=1.0, jobs_high=900.0)
    sites["excluded_because"] = [None, "too small", None]
    shut = replace(result, sites=sites)
    totals = study_totals(shut.zones, shut.businesses, shut.sites)
    assert totals["sites", "jobs_likely"] == 500.0
    compared = compare_results(shut, shut)
    assert compared.totals.loc[("sites", "jobs_likely"), "a"] == 500.0


def test_totals_leave_the_hinterland_out(result):
    places = result.businesses.copy()
    places.loc["b3", "role"] = "hinterland"
    wide = replace(result, businesses=places)
    rows = compare_results(wide, wide).totals
    assert rows.loc[("businesses", "rows"), "a"] == 2
    assert rows.loc[("zones", "rows"), "a"] == 15


def test_sites_whose_jobs_are_unknown_are_counted_beside_the_sum(result):
    sites = result.sites.assign(jobs_likely=[100.0, None, None], jobs_low=1.0, jobs_high=900.0)
    open_ = replace(result, sites=sites)
    shown = {row["label"]: row for row in total_rows(compare_results(open_, open_), Wording("en"))}
    assert "sites unknown: 2" in shown["Jobs that fit on sites, likely"]["range_a"]


def test_a_total_nobody_knows_is_unknown(result):
    zones = result.zones.assign(workers_count=pd.Series(None, result.zones.index, dtype=float))
    totals = study_totals(zones, result.businesses, result.sites)
    assert pd.isna(totals["zones", "workers_count"])
