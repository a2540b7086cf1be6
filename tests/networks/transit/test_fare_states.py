"""What the rides of a journey cost by their classes, where some changes are sold at less."""

import pytest

from geo_planner.config import Fares
from geo_planner.networks.transit.fare_states import ride_fare_cents

BUS, RAIL = 0, 1
# from bus to rail 12.00 in place of 20.00, and no other change at less
FARES = Fares(
    kind="rides", currency="DKK", max_reduced_transfers=1,
    classes=[{"name": "bus", "price": 10, "modes": ["bus"]},
             {"name": "rail", "price": 20, "modes": ["train"]}],
    transfers=[{"first": "bus", "second": "rail", "price": 12}],
)  # fmt: skip


@pytest.mark.parametrize(
    ("rides", "price"),
    [
        ([BUS, RAIL], 10 + 12),
        ([RAIL, BUS], 20 + 10),
        ([RAIL, BUS, RAIL], 20 + 10 + 12),
        ([BUS, RAIL, BUS, RAIL], 10 + 12 + 10 + 20),
    ],
)
def test_a_change_is_sold_at_less_where_it_is_stated_and_as_often_as_it_may(rides, price):
    assert ride_fare_cents(FARES, rides) == 100 * price
