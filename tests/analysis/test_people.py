"""What access means for people: districts side by side, workers by education, windows turned."""

from datetime import datetime

import geopandas as gpd
import numpy as np
import shapely

from geo_planner.analysis.people import arriving, equity_table
from geo_planner.config import Travel


def zones(**columns):
    frame = {
        "role": ["study", "study", "hinterland"],
        "district": ["north", "south", "north"],
        "population_count": [10.0, 30.0, 500.0],
        "income_amount": [np.nan] * 3,
        "jobs_walk_15min": [100.0, 20.0, 9000.0],
    }
    points = [shapely.Point(i, 0) for i in range(3)]
    return gpd.GeoDataFrame({**frame, **columns}, geometry=points, crs="EPSG:25832")


def test_only_people_of_the_study_count_in_its_equity():
    table = equity_table(zones()).set_index("district")
    assert table.index.tolist() == ["all", "north", "south"]
    assert table.loc["all", ["people", "mean"]].tolist() == [40, 40]
    assert np.isnan(table.loc["all", "palma"])


def test_incomes_that_are_known_give_a_palma_ratio():
    table = equity_table(zones(income_amount=[400_000.0, 200_000.0, 1.0]))
    assert table.loc[table["district"] == "all", "palma"].tolist() == [5]


def test_without_residents_there_is_no_equity():
    assert not len(equity_table(zones(population_count=[np.nan] * 3)))


def test_departures_turn_into_the_arrivals_of_the_same_minutes():
    leaving = Travel(depart=datetime.fromisoformat("2026-03-10T07:30"), window_min=60)
    turned = arriving(leaving)
    assert turned.depart is None
    assert turned.window == leaving.window
    assert arriving(Travel()) == Travel()
