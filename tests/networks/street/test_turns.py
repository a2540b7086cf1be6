"""Cars turn as a plain search of single streets does, and laws of streets hold in random towns."""

import heapq

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo_planner.config import Travel
from geo_planner.networks.street import build, turns
from geo_planner.networks.street.build import build_street_arrays
from geo_planner.networks.street.graph import KEPT, StreetNetwork
from geo_planner.networks.street.snap import Snapper
from geo_planner.networks.street.speeds import street_costs
from tests.networks.street.random_towns import PlainSearch, Town

SEEDS = st.integers(0, 100_000)
FEW = settings(deadline=None, max_examples=15)
CHARGED, FREE = Travel(), Travel(turn_costs=False)


def network_of(town, mode="car", travel=CHARGED):
    arrays = build_street_arrays(town.streets, town.nodes, mode, travel, "DK", town.restrictions)
    return StreetNetwork(mode=mode, **arrays)


def labels(graph, seeds):
    """Search a graph in compressed rows, in plain Python."""
    ptr, head, cost = graph
    found, queue = {}, [(c, s) for s, c in seeds if s >= 0 and c >= 0]
    heapq.heapify(queue)
    while queue:
        so_far, state = heapq.heappop(queue)
        if state in found:
            continue
        found[state] = so_far
        for arc in range(ptr[state], ptr[state + 1]):
            heapq.heappush(queue, (so_far + int(cost[arc]), int(head[arc])))
    return found


def matrix(town, network, streets, shares, *, is_reversed=False):
    """Give the costs between points within streets by the network's states [cs]."""
    points = Snapper(town.streets, network).snap(
        town.points(streets, shares), walk_speed_mps=1, max_snap_m=1
    )
    leave, enter = (
        (np.stack(states, 1), np.stack(costs, 1))
        for states, costs in (
            ((points.leave_from, points.leave_to), (points.to_from, points.to_to)),
            ((points.enter_from, points.enter_to), (points.by_from, points.by_to)),
        )
    )
    graph = (network.arc_ptr, network.arc_head, network.arc_cost)
    if is_reversed:
        graph = (network.reverse_ptr, network.reverse_head, network.reverse_cost)
        leave, enter = enter, leave
    out = np.full((len(streets), len(streets)), np.inf)
    for o in range(len(streets)):
        reached = labels(graph, zip(leave[0][o], leave[1][o], strict=True))
        for d in range(len(streets)):
            ends = zip(enter[0][d], enter[1][d], strict=True)
            out[o, d] = min(
                [reached[s] + c for s, c in ends if c >= 0 and s in reached] or [np.inf]
            )
            if streets[o] == streets[d]:
                ahead = shares[d] - shares[o]
                is_forward = (ahead > 0) != is_reversed
                whole = network.street_forward if is_forward else network.street_backward
                if ahead == 0 or whole[streets[o]] >= 0:
                    out[o, d] = min(out[o, d], round(whole[streets[o]] * abs(ahead)))
    return out


def some_points(town, network, n=4):
    kept = np.flatnonzero(network.street_state == KEPT)
    rng = np.random.default_rng(1)
    return rng.choice(kept, n).tolist(), rng.uniform(0.1, 0.9, n).tolist()


@pytest.mark.parametrize("turn_costs", [True, False])
@given(seed=SEEDS)
@FEW
def test_every_time_is_that_of_a_search_street_by_street(turn_costs, seed):
    town = Town(seed)
    travel = Travel(turn_costs=turn_costs)
    network = network_of(town, travel=travel)
    plain = PlainSearch(
        town, street_costs(town.streets, "car", travel, "DK"), turn_costs=turn_costs
    )
    assume(plain.has_one_largest)
    streets, shares = some_points(town, network)
    found = matrix(town, network, streets, shares)
    places = list(zip(streets, shares, strict=True))
    expected = [[plain.cost(o, d) for d in places] for o in places]
    np.testing.assert_array_equal(found, expected)


@given(seed=SEEDS)
@FEW
def test_bicycles_obey_the_restrictions_that_hold_for_them(seed):
    town = Town(seed)
    network = network_of(town, "bicycle", FREE)
    costs = street_costs(town.streets, "bicycle", FREE, "DK")
    plain = PlainSearch(town, costs, "bicycle", turn_costs=False)
    streets, shares = some_points(town, network)
    places = list(zip(streets, shares, strict=True))
    expected = [[plain.cost(o, d) for d in places] for o in places]
    np.testing.assert_array_equal(matrix(town, network, streets, shares), expected)


@pytest.mark.parametrize("mode", ["walk", "bicycle"])
@given(seed=SEEDS)
@FEW
def test_private_streets_end_for_walkers_and_riders_as_for_cars(mode, seed):
    town = Town(seed)
    town.streets[f"{mode}_destination_only"] = town.streets["is_destination_only"]
    network = network_of(town, mode, FREE)
    costs = street_costs(town.streets, mode, FREE, "DK")
    plain = PlainSearch(town, costs, mode, turn_costs=False)
    assume(plain.has_one_largest)
    streets, shares = some_points(town, network)
    places = list(zip(streets, shares, strict=True))
    expected = [[plain.cost(o, d) for d in places] for o in places]
    np.testing.assert_array_equal(matrix(town, network, streets, shares), expected)


@given(seed=SEEDS)
@FEW
def test_a_town_without_rules_and_costs_is_a_graph_of_nodes(seed):
    town = Town(seed, n_rules=0, p_guarded=0)
    network = network_of(town, travel=FREE)
    assert network.n_nodes == len(town.nodes)
    free_turns = _expanded(town)
    streets, shares = some_points(town, network)
    np.testing.assert_array_equal(
        matrix(town, network, streets, shares), matrix(town, free_turns, streets, shares)
    )


def _expanded(town):
    """Expand every crossing, with turns that cost nothing."""

    class Free(turns.Turning):
        def cost_cs(self, arriving, leaving):
            return np.minimum(super().cost_cs(arriving, leaving), 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            build, "car_turning", lambda *given, **_: Free(**vars(turns.car_turning(*given)))
        )
        network = network_of(town)
    assert network.n_nodes > len(town.nodes)
    return network


@given(seed=SEEDS)
@FEW
def test_reversing_the_graph_transposes_the_matrix(seed):
    town = Town(seed)
    network = network_of(town)
    streets, shares = some_points(town, network)
    there = matrix(town, network, streets, shares)
    back = matrix(town, network, streets, shares, is_reversed=True)
    np.testing.assert_array_equal(there, back.T)


@given(seed=SEEDS)
@FEW
def test_a_faster_street_slows_nobody_down(seed):
    town = Town(seed)
    network = network_of(town)
    streets, shares = some_points(town, network)
    before = matrix(town, network, streets, shares)
    faster = town.rng.random(len(town.streets)) < 0.3
    for way in ("maxspeed_forward_mps", "maxspeed_backward_mps"):
        town.streets.loc[faster, way] *= 1.5
    assert (matrix(town, network_of(town), streets, shares) <= before).all()


@given(seed=SEEDS)
@FEW
def test_closing_a_street_speeds_nobody_up(seed):
    # where all may enter and no turn is the only one: closing those may open others
    town = Town(seed, p_guarded=0)
    town.restrictions = town.restrictions[town.restrictions["kind"] == "no"]
    network = network_of(town)
    closed = int(town.rng.integers(len(town.streets)))
    streets, shares = some_points(town, network)
    before = matrix(town, network, streets, shares)
    town.streets.loc[closed, ["car_forward", "car_backward"]] = False
    after = network_of(town)
    still = [i for i, s in enumerate(streets) if after.street_state[s] == KEPT]
    found = matrix(town, after, [streets[i] for i in still], [shares[i] for i in still])
    assert len(found) == len(still)
    assert (found >= before[np.ix_(still, still)]).all()
