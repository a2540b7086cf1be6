"""Points linked to streets from afar are counted by what they are, the farthest named first."""

import pandas as pd
import pytest

from geo_planner import Isochrones, Itineraries, access_of_points
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


@pytest.mark.parametrize(("north_m", "count"), [(90.0, 0), (250.0, 1)])
@pytest.mark.parametrize("mode", ["walk", "transit"])
def test_isochrones_and_journeys_say_which_ends_are_linked_from_afar(north_m, count, mode):
    region = example_region()
    work = region.geo_table("businesses").set_index("business_id").geometry
    top = max(region.geo_table("streets").total_bounds[[1, 3]])
    far = work.iloc[:1].translate(0, top + north_m - work.iloc[0].y)
    drawn = Isochrones(region, mode).around(far, [10])
    journeys = Itineraries(region, mode).between(far, work.iloc[1])
    for findings, end in ((drawn.findings, far.index[0]), (journeys.findings, "origin")):
        found = [one for one in findings if one.what.code == "points_linked_far"]
        assert [one.examples for one in found] == [(end,)] * count


def test_the_commands_say_which_ends_are_linked_from_afar(cli, tmp_path):
    region = example_region()
    work = region.geo_table("businesses").set_index("business_id").geometry
    top = max(region.geo_table("streets").total_bounds[[1, 3]])
    ends = [work.iloc[:1].translate(0, top + 250 - work.iloc[0].y), work.iloc[1:2]]
    places = [f"{p.x:.7f},{p.y:.7f}" for p in (end.to_crs(4326).iloc[0] for end in ends)]
    ran = cli("isochrone", region.path, "--point", places[0], "--mode", "walk", "--cutoffs-min",
              "10", "--out", tmp_path / "area.geojson")  # fmt: skip
    assert "linked to a street over more than 100 m" in ran.err
    ran = cli("itinerary", region.path, "--from", places[0], "--to", places[1], "--mode", "walk")
    assert "linked to a street over more than 100 m" in ran.err
