"""One town, every way to search it: single searches, sweeps, turned round, summed on threads."""

import geopandas as gpd
import numpy as np
import pytest

from geo_planner.accessibility import cumulative, gravity, sweep_access
from geo_planner.config import Study, Travel
from geo_planner.kernels.street import UNREACHED
from geo_planner.networks.street.hierarchies import region_hierarchy
from geo_planner.region.build import build_region
from geo_planner.travel_time import street as street_router
from geo_planner.travel_time.choosing import sweeps_pay
from geo_planner.travel_time.matrix import seconds, travel_times
from geo_planner.travel_time.row_search import RowSearch
from geo_planner.travel_time.street import StreetRouter
from tests.sources.osm.osm_drawing import ORIGIN_M
from tests.test_predicted_town import SIZE, SPACING_M, grid_town

MEASURES = [gravity(3), cumulative(4), cumulative(2)]
MODES = ["walk", "car"]


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    sources = {"osm": [{"path": grid_town().write(folder)}]}
    study = {"study": {"id": "t", "name": "T", "crs": "EPSG:25832"}, "sources": sources}
    return build_region(Study.model_validate(study), folder / "region")


def scattered(seed, n_points):
    """Scatter points over the town: some on streets, some shared, the last two far outside."""
    rng = np.random.default_rng(seed)
    places = rng.integers(0, 4 * (SIZE - 1), (n_points, 2)) / 4 * SPACING_M
    places[-2:] += 1e5
    x, y = (ORIGIN_M[axis] + places[:, axis] for axis in (0, 1))
    ids = [f"{seed}-{i}" for i in range(n_points)]
    return gpd.GeoSeries(gpd.points_from_xy(x, y), index=ids, crs="EPSG:25832")


def whole(search):
    return search(slice(0, search.n_starts), search.workspace())[:, :, 0]


@pytest.fixture(params=MODES)
def town(region, request):
    router = StreetRouter(region, request.param, Travel(max_time_min=12))
    starts = router.snap_origins(scattered(1, 90))
    return router, starts, router.snap_destinations(scattered(2, 70))


def test_sweeps_and_searches_give_the_same_costs_both_ways(region, town):
    router, starts, ends = town
    net = router.network
    made = region_hierarchy(region, net.mode, net.arc_ptr, net.arc_head, net.arc_cost)
    for limit_s in (300, 720):
        costs = whole(RowSearch(net, starts, ends, limit_s))
        turned = whole(RowSearch(net, ends, starts, limit_s, is_reversed=True))
        swept = whole(RowSearch(net, starts, ends, limit_s).down(made))
        swept_turned = whole(RowSearch(net, ends, starts, limit_s, is_reversed=True).down(made))
        np.testing.assert_array_equal(swept, costs)
        np.testing.assert_array_equal(turned.T, costs)
        np.testing.assert_array_equal(swept_turned.T, costs)
        assert 50 < (costs < UNREACHED).sum() < costs.size
        assert (costs[-2:] == UNREACHED).all()
        assert (costs == 0).any()


@pytest.mark.parametrize("pays", [True, False])
def test_sums_while_searching_are_those_of_the_matrix_on_any_number_of_threads(
    town, monkeypatch, pays
):
    monkeypatch.setattr(street_router, "sweeps_pay", lambda _search, **_stored: pays)
    router, starts, ends = town
    rng = np.random.default_rng(3)
    jobs, people = rng.integers(0, 99, len(ends)) * 1.0, rng.random(len(starts))
    found = [
        sweep_access(
            router, starts, ends, MEASURES,
            opportunities={"jobs": jobs}, people={"people": people}, threads=threads,
        )
        for threads in (1, 3)
    ]  # fmt: skip
    assert found[0].reached.equals(found[1].reached)
    assert found[0].reaching.equals(found[1].reaching)
    times_s = seconds(whole(RowSearch(router.network, starts, ends, 720)))
    assert found[0].n_reached_pairs == np.isfinite(times_s).sum()
    for measure in MEASURES:
        weights = measure.weigh(times_s)
        reached = found[0].reached[f"jobs_{measure.name}"].to_numpy()
        reaching = found[0].reaching[f"people_{measure.name}"].to_numpy()
        on = starts.street >= 0
        assert np.isnan(reached[~on]).all()
        tolerance = 0 if measure.cutoff_s else 1e-12
        np.testing.assert_allclose(reached[on], (weights @ jobs)[on], rtol=tolerance)
        there = ends.street >= 0
        np.testing.assert_allclose(reaching[there], (weights.T @ people)[there], rtol=1e-12)


def test_sweeps_pay_for_many_large_searches_only_and_sooner_where_the_hierarchy_is_stored(town):
    router, starts, ends = town
    few = RowSearch(router.network, starts, ends, 720)
    assert not sweeps_pay(few, is_stored=False)
    rows = np.tile(np.arange(88), 400)
    many = RowSearch(router.network, starts.part(rows), ends, 720)
    assert sweeps_pay(many, is_stored=False)
    near = RowSearch(router.network, starts.part(rows), ends, 1)
    assert not sweeps_pay(near, is_stored=True)
    counts = range(88, len(rows), 880)

    def first_paid(is_stored):
        searches = (RowSearch(router.network, starts.part(rows[:n]), ends, 720) for n in counts)
        return next(
            n for n, s in zip(counts, searches, strict=True) if sweeps_pay(s, is_stored=is_stored)
        )

    assert first_paid(is_stored=True) < first_paid(is_stored=False)


def test_no_origins_are_not_swept(town):
    router, starts, ends = town
    assert not sweeps_pay(
        RowSearch(router.network, starts.part(slice(0, 0)), ends, 720), is_stored=True
    )


def test_times_say_how_they_were_searched_and_are_the_same_either_way(region, monkeypatch):
    found = {}
    for pays in (True, False):
        monkeypatch.setattr(street_router, "sweeps_pay", lambda _search, pays=pays, **_stored: pays)
        times = travel_times(region, scattered(5, 40), scattered(6, 30), "car")
        found[times.engine] = times.times_s
    np.testing.assert_array_equal(found["hierarchy"], found["search"])
