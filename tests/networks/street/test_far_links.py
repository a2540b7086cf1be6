"""Points linked to streets from afar are counted by what they are, the farthest named first."""

import pandas as pd
import pytest

from geo_planner import access_of_points
from geo_planner.networks.street.far_links import far_link_findings
from geo_planner.region.example import example_region
from geo_planner.travel_time import travel_times
from geo_planner.words.english import english


def ledger(*rows):
    return pd.DataFrame(rows, columns=["table", "id", "mode", "distance_m"])


def test_a_point_counts_once_for_all_modes_with_its_longest_line():
    found = far_link_findings(
        ledger(
            ("sites", "a", "walk", 100.0), ("sites", "b", "walk", 140.0),
            ("sites", "b", "car", 340.0), ("zones", "b", "walk", 120.0),
            ("sites", "c", "car", 360.0), ("sites", "d", "car", float("nan")),
        ),
        "table",
    )  # fmt: skip
    assert [(one.source, one.count, one.examples) for one in found] == [
        ("sites", 2, ("c", "b")), ("zones", 1, ("b",))
    ]  # fmt: skip
    assert "over more than 100 m, the farthest over 360 m" in english(found[0].what)


def test_nothing_far_and_no_ledger_at_all_are_no_finding():
    assert far_link_findings(ledger(("sites", "a", "walk", 99.9)), "table") == ()
    assert far_link_findings(pd.DataFrame(), "table") == ()


@pytest.mark.parametrize(("north_m", "count"), [(90.0, 0), (250.0, 1)])
def test_times_and_access_say_which_points_are_linked_from_afar(north_m, count):
    region = example_region()
    work = region.geo_table("businesses").set_index("business_id").geometry
    top = max(region.geo_table("streets").total_bounds[[1, 3]])
    start = work.iloc[:1].set_axis(["far"]).translate(0, top + north_m - work.iloc[0].y)
    start.index.name = "id"
    result = travel_times(region, start, work, "walk")
    found = [one for one in result.findings if one.what.code == "points_linked_far"]
    assert sum(one.count for one in found) == count
    assert all(one.source == "origin" and one.examples == ("far",) for one in found)
    notes = []
    access_of_points(
        region, "businesses:employees_count", origins=start, mode="walk", cutoffs_min=[10],
        on_findings=notes.extend,
    )  # fmt: skip
    assert [one.count for one in notes if one.what.code == "points_linked_far"] == [count] * count
