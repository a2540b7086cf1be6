"""Nearness to stations in a town of two long streets, where a railway lies between them.

Street 1 runs east from the station along y = 0, street 2 comes back along y = 400; they meet at
x = 1000 only. A site on street 2 beside the station lies 400 m away and 2.4 km to walk.
"""

import math

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from geo_planner.land.stations.office_rule import answers_per_use, office_answer, uses
from geo_planner.land.stations.points import listed_stations
from geo_planner.land.stations.proximity import IF_COUNTED, station_proximity
from tests.land.land_town import area, at, layer, region_of
from tests.wordings import english

CORNERS = {"a": (0, 0), "b": (1000, 0), "c": (1000, 400), "d": (0, 400)}
LINES = [("a", "b"), ("b", "c"), ("c", "d")]
NEAR = area(150, -40, 250, 40)
ACROSS = area(-40, 360, 40, 440)
FAR = area(2000, 2000, 2100, 2100)


def street_tables(lines=LINES, corners=CORNERS):
    shapes = [at(LineString([corners[start], corners[end]])) for start, end in lines]
    streets = layer(
        "streets", shapes,
        from_node=[start for start, _ in lines], to_node=[end for _, end in lines],
        length_m=[shape.length for shape in shapes], road_class="residential",
        walk_forward=True, walk_backward=True, bicycle_forward=True, bicycle_backward=True,
        car_forward=True, car_backward=True, is_destination_only=False, is_roundabout=False,
        is_bridge=False, is_tunnel=False, level=0,
    )  # fmt: skip
    nodes = layer(
        "street_nodes", [at(Point(place)) for place in corners.values()], node_id=list(corners),
        is_signal=False, blocks_walk=False, blocks_bicycle=False, blocks_car=False,
    )  # fmt: skip
    return {"streets": streets, "street_nodes": nodes}


def stations(*rows):
    """Make stations of (x, y, columns)."""
    columns = ("kind", "mode", "name", "counts_for_station_rule", "status")
    default = {"kind": "station", "mode": "train", "counts_for_station_rule": True}
    filled = [default | more for _, _, more in rows]
    return layer(
        "stations", [at(Point(x, y)) for x, y, _ in rows],
        **{name: [row.get(name) for row in filled] for name in columns},
    )  # fmt: skip


ONE = stations((0, 0, {"name": "Central"}))


def town(found=ONE, sites=(NEAR, ACROSS, FAR), **more):
    return region_of(sites=layer("sites", sites), **(street_tables() | {"stations": found} | more))


def method_rows(result, site):
    return result.methods[result.methods["site_id"] == site].set_index("method")


def test_a_site_across_the_railway_is_near_by_circle_and_far_on_foot():
    result = station_proximity(town())
    near, across, far = (method_rows(result, f"sites{i}") for i in range(3))
    assert near["place"].to_dict() == {"municipal": "unknown", "network": "core", "circle": "core"}
    assert across["place"].to_dict()["circle"] == "core"
    assert across["place"].to_dict()["network"] == "outside"
    assert far["place"].to_dict()["circle"] == "outside"
    assert result.sites["is_flip"].tolist() == [False, True, False]
    assert result.sites["place"].tolist() == ["core", "outside", "outside"]
    assert result.sites["method"].tolist() == ["network"] * 3
    assert result.sites["office_rule"].tolist() == ["allowed", "not_allowed", "not_allowed"]


def test_edges_are_measured_straight_and_along_streets():
    found = method_rows(station_proximity(town()), "sites0")
    assert found.loc["circle", "nearest_m"] == pytest.approx(150, abs=0.2)
    assert found.loc["circle", "farthest_m"] == pytest.approx(math.hypot(250, 40))
    # where the site's edge meets the street, and its corner 40 m beside the street
    assert found.loc["network", "nearest_m"] == pytest.approx(150, abs=15)
    assert found.loc["network", "farthest_m"] == pytest.approx(250 + 40)
    across = method_rows(station_proximity(town()), "sites1")
    # 1000 + 400 + 960 to the corner (40, 360 or 440), then 40 m beside the street
    assert across.loc["network", "nearest_m"] == pytest.approx(1000 + 400 + 960, abs=15)
    assert found["measured_from"].dropna().unique().tolist() == ["station point"]


def test_a_municipal_area_rules_over_both_and_a_special_area_over_all():
    drawn = layer(
        "station_areas", [ACROSS, area(1900, 1900, 2200, 2200), FAR],
        kind=["core", "zone", "special"],
    )  # fmt: skip
    result = station_proximity(town(station_areas=drawn))
    assert result.sites["place"].tolist() == ["outside", "core", "special"]
    assert set(result.sites["method"]) == {"municipal"}
    assert result.sites["is_flip"].tolist() == [True, True, True]
    shares = method_rows(result, "sites1").loc["municipal", ["core_share", "zone_share"]]
    assert shares.tolist() == pytest.approx([1, 1])  # what is core is station area too


@pytest.mark.parametrize(("east", "place"), [(49, "outside"), (50, "core"), (51, "core")])
def test_half_of_a_site_inside_makes_it_inside(east, place):
    drawn = layer("station_areas", [area(0, 0, east, 100)], kind="core")
    result = station_proximity(town(sites=[area(0, 0, 100, 100)], station_areas=drawn))
    assert result.sites["place_municipal"].tolist() == [place]
    assert result.methods["core_share"].iloc[0] == pytest.approx(east / 100)


def test_bus_stops_and_terminals_do_not_count_but_are_shown_as_if_they_did():
    terminal = {"mode": "bus", "counts_for_station_rule": False, "name": "Buses"}
    stop = {"kind": "bus_stop", "mode": "bus", "counts_for_station_rule": False}
    found = stations((0, 0, {"name": "Central"}), (2050, 2300, terminal), (2050, 2050, stop))
    result = station_proximity(town(found))
    far = method_rows(result, "sites2")
    assert far.loc["circle", "place"] == "outside"
    assert far.loc[IF_COUNTED, "place"] == "core"
    assert result.sites.loc["sites2", ["place", "is_flip"]].tolist() == ["outside", False]
    assert result.stations["name"].tolist() == ["Central"]


def test_decided_stations_count_and_unlisted_ones_are_assumed():
    found = stations(
        (0, 0, {"name": "Old", "counts_for_station_rule": None}),
        (2050, 1900, {"name": "New", "status": "decided"}),
        (0, 0, {"mode": "bus", "counts_for_station_rule": None}),
        (0, 0, {"counts_for_station_rule": False}),
    )
    listed = listed_stations(town(found))
    assert listed["name"].tolist() == ["Old", "New"]
    assert listed["is_assumed"].tolist() == [True, False]
    result = station_proximity(town(found))
    assert result.sites.loc["sites2", ["place_circle", "station_status"]].tolist() == [
        "core", "decided"
    ]  # fmt: skip


def test_a_station_is_measured_from_its_entrances_then_its_platforms():
    platform = {"kind": "platform", "counts_for_station_rule": None}
    entrance = {"kind": "entrance", "counts_for_station_rule": None}
    both = stations((0, 0, {}), (100, 0, platform), (150, 0, entrance), (900, 0, entrance))
    found = method_rows(station_proximity(town(both)), "sites0").loc["circle"]
    # the entrance at x = 150 stands on the site's edge; the one at x = 900 is too far to belong
    assert found["measured_from"] == "entrance"
    assert found["nearest_m"] == pytest.approx(0, abs=7.5)
    first = stations((0, 0, {}), (100, 0, platform))
    found = method_rows(station_proximity(town(first)), "sites0").loc["circle"]
    assert found["measured_from"] == "platform"
    assert found["nearest_m"] == pytest.approx(50, abs=0.5)


def test_without_stations_or_streets_the_answer_is_unknown_and_never_outside():
    none = region_of(sites=layer("sites", [NEAR]), **street_tables())
    result = station_proximity(none)
    assert set(result.methods["place"]) == {"unknown"}
    assert result.methods["core_share"].isna().all()
    assert result.sites["office_rule"].tolist() == ["unknown"]
    assert pd.isna(result.sites["method"].iloc[0])
    assert not result.sites["is_flip"].any()
    bare = station_proximity(region_of(sites=layer("sites", [NEAR]), stations=ONE))
    rows = method_rows(bare, "sites0")
    assert rows.loc["network", "place"] == "unknown"
    assert english(rows.loc["network", "reason"]) == "the region has no streets"
    assert rows.loc["circle", "place"] == "core"


def test_the_walked_area_lies_within_the_circle():
    areas = station_proximity(town()).areas.set_index(["method", "kind"]).geometry
    for kind, metres in (("core", 600), ("zone", 1200)):
        walked = areas["network", kind]
        assert walked.area > 50_000
        assert walked.difference(at(Point(0, 0)).buffer(metres, quad_segs=64)).area < 1
    assert areas["network", "core"].difference(areas["network", "zone"]).area < 1
    # along the street to x = 600, and from there no farther
    assert areas["network", "core"].bounds[2] == pytest.approx(at(Point(600, 0)).x, abs=1.5)


def test_the_office_rule_asks_for_the_place_and_the_size_of_the_project():
    expected = {
        "core": ("allowed", "allowed"), "zone": ("allowed", "with_measures"),
        "special": ("allowed", "allowed"), "outside": ("allowed", "not_allowed"),
        "unknown": ("unknown", "unknown"),
    }  # fmt: skip
    for place, answers in expected.items():
        assert (office_answer(place, 1500.0), office_answer(place, 1500.1)) == answers


def test_other_uses_remain_on_a_site_outside_station_areas():
    places = pd.Series(["outside", "zone", "unknown"], index=["a", "b", "c"])
    answers = answers_per_use(places, pd.Series([20_000.0, np.nan, 900.0], index=places.index))
    found = answers.set_index(["site_id", "use"])["answer"]
    assert found["a", "office"] == "not_allowed"
    assert found["a", "laboratory"] == found["a", "light_industry"] == "allowed"
    assert found["b", "office_tenants"] == "unknown"  # how large the project is decides
    assert found["c", "office"] == "unknown"
    assert {use for use, is_dense in uses() if is_dense} == {"office", "office_tenants"}
