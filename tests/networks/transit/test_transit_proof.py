"""The long proof: every label of many places, minute by minute, both ways, in two real feeds.

PROVE_PLACES sets how many places: 50 unless told.
"""

import datetime as dt
import os

import numpy as np
import pandas as pd
import pytest

from tests.networks.transit.arrival_searches import BothWays
from tests.networks.transit.test_real_timetables import (
    MONDAY,
    WEDNESDAY,
    porto_alegre,  # noqa: F401 -- a fixture
    s_trains,  # noqa: F401 -- a fixture
    straight_walks,
    walks_between,
)
from tests.networks.transit.transit_searches import Limits, at

pytestmark = [pytest.mark.prove, pytest.mark.slow]

N_PLACES = int(os.environ.get("PROVE_PLACES", "50"))
N_MINUTES = 60


def ways_around(stops: pd.DataFrame, max_s: int) -> dict[str, dict[str, int]]:
    """Put places near stops that are spread over the feed; walk to all stops around each."""
    places = np.column_stack([stops.geometry.x, stops.geometry.y])
    chosen = np.linspace(0, len(stops) - 1, N_PLACES).astype(int)
    ids = pd.Series([f"place {number}" for number in range(N_PLACES)])
    found = straight_walks(places[chosen] + [37.0, 21.0], ids, places, stops["stop_id"], max_s)
    return {name: dict(walks) for name, walks in found.items()}


def prove(tables, day: dt.date, first: str, *, walk_s: int, transfer_s: int, limits: Limits):
    """Compare all labels both ways; return (compared, reached) leaving and arriving."""
    stops = tables["stops"]
    moments = [at(first) + 6000 * number for number in range(N_MINUTES)]
    searches = BothWays(tables, day, walks_between(stops, transfer_s), N_MINUTES)
    totals = np.zeros((2, 2), dtype=int)
    for ways in ways_around(stops, walk_s).values():
        totals += searches.compare(ways, moments, limits)
    for name, (compared, reached) in zip(("leaving", "arriving"), totals, strict=True):
        print(f"{name}: {compared} labels compared, {reached} reached, all equal")
    return totals


def test_every_label_of_the_s_trains_is_right_both_ways(s_trains):  # noqa: F811
    totals = prove(s_trains, WEDNESDAY, "07:30", walk_s=1800, transfer_s=900, limits=Limits())
    assert (totals[:, 0] == N_PLACES * N_MINUTES * len(s_trains["stops"])).all()
    assert (totals[:, 1] > 0.3 * totals[:, 0]).all()


def test_every_label_of_porto_alegre_is_right_both_ways(porto_alegre):  # noqa: F811
    limits = Limits(max_time_cs=75 * 6000)
    totals = prove(porto_alegre, MONDAY, "14:00", walk_s=1200, transfer_s=600, limits=limits)
    assert (totals[:, 0] == N_PLACES * N_MINUTES * 4010).all()
    assert (totals[:, 1] > 0.1 * totals[:, 0]).all()
