"""Which measure is shown first."""

from geo_planner.accessibility.keys import find_measures, headline


def test_of_one_mode_and_cutoff_the_median_is_shown_first():
    names = [f"jobs_transit_45min_p{percentile}" for percentile in (10, 50, 90)]
    assert headline(find_measures(names, "jobs"), None).percentile == 50
