"""The bridge to OSMnx keeps streets, directions and lengths; its speeds fill what is not stated."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from geo_planner.config import Study, Travel
from geo_planner.networks.street.osmnx_graph import imputed_limits_mps, to_osmnx
from geo_planner.networks.street.speeds import street_costs
from geo_planner.region.build import build_region
from geo_planner.travel_time.street import StreetRouter
from tests.sources.osm.osm_drawing import Drawing

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """Build a ring of 6 x 200 m with a one-way side and two speed limits."""
    folder = tmp_path_factory.mktemp("ring")
    town = Drawing()
    for number, (x, y) in enumerate([(0, 0), (200, 0), (400, 0), (400, 200), (200, 200), (0, 200)]):
        town.node(number, x, y)
    town.way(1, [0, 1, 2], {"highway": "residential", "maxspeed": "30"})
    town.way(2, [2, 3], {"highway": "residential", "maxspeed": "50"})
    town.way(3, [3, 4], {"highway": "residential", "oneway": "yes"})
    town.way(4, [4, 5, 0], {"highway": "tertiary"})
    town.way(5, [1, 4], {"highway": "footway"})
    study = Study.model_validate(
        {
            "study": {"id": "ring", "name": "Ring", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": town.write(folder)}]},
        }
    )
    return build_region(study, folder / "region")


def test_shortest_paths_in_osmnx_are_ours(region):
    graph = to_osmnx(region, "car")
    assert graph.number_of_edges() == 9
    by_name = {data["node_id"]: number for number, data in graph.nodes(data=True)}
    there = nx.shortest_path_length(graph, by_name["n2"], by_name["n4"], weight="length")
    back = nx.shortest_path_length(graph, by_name["n4"], by_name["n2"], weight="length")
    assert there == pytest.approx(400, rel=1e-3)
    assert back == pytest.approx(800, rel=1e-3)


def test_every_allowed_direction_is_one_edge(region):
    router = StreetRouter(region, "walk", Travel())
    assert to_osmnx(region, "walk").number_of_edges() == len(router.network.arc_head)


def test_missing_limits_are_the_mean_of_the_class_or_of_all(region):
    streets = region.table("streets")
    cars = streets[streets["car_forward"]]
    limits = imputed_limits_mps(cars) * 3.6
    stated = cars.dropna(subset="maxspeed_forward_mps")["maxspeed_forward_mps"] * 3.6
    assert sorted(stated.round()) == [30, 30, 50] or sorted(stated.round()) == [30, 50]
    assert limits["residential"] == pytest.approx(stated.mean(), abs=0.5)
    assert limits["tertiary"] == pytest.approx(stated.mean(), abs=0.5)


def test_streets_without_any_stated_limit_keep_the_country_default(region):
    streets = region.table("streets").assign(maxspeed_forward_mps=np.nan)
    assert imputed_limits_mps(streets).empty
    observed = Travel(missing_limits="observed")
    by_country = street_costs(streets, "car", Travel(), "DK")
    np.testing.assert_array_equal(street_costs(streets, "car", observed, "DK")[0], by_country[0])


def test_observed_limits_change_only_streets_that_state_none(region):
    streets = region.table("streets")
    by_country = pd.Series(street_costs(streets, "car", Travel(), "DK")[0])
    observed = pd.Series(street_costs(streets, "car", Travel(missing_limits="observed"), "DK")[0])
    differs = (by_country != observed).to_numpy()
    assert differs.any()
    assert streets.loc[differs, "maxspeed_forward_mps"].isna().all()
