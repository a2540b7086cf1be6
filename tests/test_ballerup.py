"""The real Ballerup: centre lines without topology, S-trains, spread residents, stand-ins."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo_planner.config import Travel
from geo_planner.report import write_map
from geo_planner.travel_time import travel_times

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def region(ballerup):
    return ballerup


@pytest.fixture(scope="module")
def crossings(region):
    """Five hundred street nodes inside the municipality, as origins and as destinations."""
    nodes = region.geo_table("street_nodes")
    area = region.geo_table("study_area").union_all()
    inside = nodes[shapely.within(nodes.geometry.to_numpy(), area)]
    chosen = inside.sample(1000, random_state=3).set_index("node_id").geometry
    return chosen.iloc[:500], chosen.iloc[500:]


def test_residents_are_those_of_the_statistics(region):
    zones = region.table("zones")
    assert zones["population_count"].sum() == pytest.approx(48_602, abs=0.5)
    assert zones["workers_count"].sum() == pytest.approx(23_431, abs=0.5)
    assert len(zones) > 1500


def test_the_main_component_holds_nearly_all_of_the_municipality(region):
    streets = region.geo_table("streets")
    area = region.geo_table("study_area").union_all()
    own = streets[streets.geometry.intersects(area)]
    ids = np.unique(streets[["from_node", "to_node"]].to_numpy().astype(str))
    ends = [
        np.searchsorted(ids, streets[end].to_numpy().astype(str))
        for end in ("from_node", "to_node")
    ]
    graph = coo_matrix((np.ones(len(streets)), ends), (len(ids), len(ids)))
    _, part = connected_components(graph, directed=False)
    of_street = part[ends[0]]
    main = np.bincount(of_street, weights=streets["length_m"]).argmax()
    is_main = (of_street == main)[streets.geometry.intersects(area).to_numpy()]
    assert own["length_m"].sum() > 300_000
    assert own["length_m"][is_main].sum() / own["length_m"].sum() >= 0.99


def test_implausible_speed_limits_are_refused_and_counted(region):
    limits_kmh = region.table("streets")["maxspeed_forward_mps"].dropna() * 3.6
    assert len(limits_kmh) > 1000
    assert limits_kmh.max() <= 130


def test_drives_are_as_long_there_as_back_and_never_faster_than_the_limit(region, crossings):
    starts, ends = crossings
    # turns across oncoming traffic there are turns to the near side back
    travel = Travel(car_parking_min=0, turn_costs=False)
    there = travel_times(region, starts, ends, "car", travel).times_s[:, :, 0]
    back = travel_times(region, ends, starts, "car", travel).times_s[:, :, 0].T
    reached = np.isfinite(there)
    assert reached.mean() > 0.95
    np.testing.assert_allclose(there[reached], back[reached], atol=0.011)
    straight_m = shapely.distance(starts.to_numpy()[:, None], ends.to_numpy()[None, :])
    fastest_mps = region.table("streets")["maxspeed_forward_mps"].max()
    assert (there[reached] >= straight_m[reached] / max(fastest_mps, 130 / 3.6) - 0.1).all()


def test_ballerup_has_its_own_map_that_says_what_stands_in(region, tmp_path):
    assert write_map(region, tmp_path / "map.html") is not None
    page = (tmp_path / "map.html").read_text("utf-8")
    assert "Stand-ins for plans, workplaces, sites" in page
    assert "GeoDanmark" in page
    assert "© OpenStreetMap contributors" in page


def test_protected_areas_and_sites_are_those_of_the_files(region, shared_data):
    land = gpd.read_parquet(shared_data / "ballerup" / "land_use.parquet")
    business = land[(land["type"] == "Erhverv") & (land["komkode"] == "0151")]
    sites = region.geo_table("sites")
    assert len(sites) == len(business) == 26
    assert sites["area_m2"].sum() == pytest.approx(business.area.sum(), rel=1e-6)
    assert set(region.table("constraints")["kind"]) == {
        "protected_nature", "conservation", "valued_landscape"
    }  # fmt: skip
