"""Streets in whole seconds and strict time limits, as R5 has them: one road of twelve pieces.

Each piece is 9.5 m long and walked at 1 m/s: 9.5 s, or 10 s rounded up. Points lie on its ends.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo_planner.accessibility import cumulative
from geo_planner.analysis.access import measures_of
from geo_planner.config import Study, Travel, preset_travel
from geo_planner.region.build import build_region
from geo_planner.travel_time import travel_times
from tests.sources.osm.osm_drawing import Drawing

PIECE_M, N_PIECES = 9.5, 12
PLAIN = Travel(walk_speed_kmh=3.6)
WHOLE = Travel(walk_speed_kmh=3.6, whole_second_streets=True)


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("road")
    road = Drawing()
    for number in range(N_PIECES + 1):
        road.node(1 + number, number * PIECE_M, 0.0)
    for number in range(N_PIECES):
        road.way(100 + number, [1 + number, 2 + number], {"highway": "residential"})
    study = Study.model_validate(
        {
            "study": {"id": "road", "name": "Road", "crs": "EPSG:25832"},
            "sources": {"osm": [{"path": road.write(folder)}]},
        }
    )
    return build_region(study, folder / "region")


@pytest.fixture(scope="module")
def ends(region):
    """Give the ends of the pieces, exactly, from west to east."""
    nodes = region.geo_table("street_nodes")
    nodes = nodes.iloc[np.argsort(nodes.geometry.x)]
    ids = [f"p{number}" for number in range(N_PIECES + 1)]
    return gpd.GeoSeries(nodes.geometry.to_numpy(), index=pd.Index(ids, name="id"), crs=region.crs)


def test_every_street_takes_whole_seconds_rounded_up(region, ends):
    plain, whole = (
        travel_times(region, ends, ends, "walk", travel).times_s[0, :, 0]
        for travel in (PLAIN, WHOLE)
    )
    pieces = np.arange(N_PIECES + 1)
    np.testing.assert_array_equal(whole, 10.0 * pieces)
    np.testing.assert_allclose(plain, PIECE_M * pieces, atol=0.2)


def test_whole_seconds_have_arrays_of_their_own_and_strict_limits_have_not(region, ends):
    for travel in (PLAIN, PLAIN.model_copy(update={"strict_cutoffs": True}), WHOLE):
        travel_times(region, ends, ends, "walk", travel)
    names = [folder.name for folder in (region.path / "derived").glob("street-walk-*")]
    assert len(names) == 2


@pytest.mark.parametrize(
    ("options", "within_a_minute", "within_two"),
    [((), 7, 13), (("--preset", "r5"), 6, 12)],
)
def test_the_preset_rounds_streets_up_and_leaves_out_what_takes_just_as_long(
    cli, region, ends, tmp_path, options, within_a_minute, within_two
):
    """R5's 60 s and 120 s are six and twelve pieces; both lie on the limit and do not count."""
    places, out = tmp_path / "ends.gpkg", tmp_path / "access.csv"
    bits = 2 ** np.arange(N_PIECES + 1)
    frame = gpd.GeoDataFrame({"id": ends.index, "jobs": bits}, geometry=ends.to_numpy(), crs=25832)
    frame.to_file(places)
    ran = cli(
        "access", region.path, "--opportunities", places, "--column", "jobs", "--mode", "walk",
        "--cutoffs-min", "1,2", "--walk-speed-kmh", 3.6, "--out", out, *options,
    )  # fmt: skip
    assert ran.code == 0, ran.err
    counted = pd.read_csv(out).set_index("id").loc["p0"]
    assert counted["jobs_1min"] == 2**within_a_minute - 1
    assert counted["jobs_2min"] == 2**within_two - 1


def test_a_strict_limit_counts_a_hundredth_of_a_second_less_and_not_the_limit():
    times_s = np.array([899.99, 900.0, 900.01])
    assert cumulative(15, is_strict=True).weigh(times_s).tolist() == [1, 0, 0]
    assert cumulative(15).weigh(times_s).tolist() == [1, 1, 0]


def test_a_study_may_ask_for_strict_limits():
    given = {"study": {"id": "x", "name": "X"}, "travel": {"strict_cutoffs": True}}
    strict = measures_of(Study.model_validate(given), "walk")[0]
    assert strict.name == "15min"
    assert strict.weigh(np.array([899.99, 900.0])).tolist() == [1, 0]


def test_the_preset_turns_both_on():
    travel = Travel.model_validate(preset_travel("r5"))
    assert travel.whole_second_streets
    assert travel.strict_cutoffs
    assert not Travel().whole_second_streets
    assert not Travel().strict_cutoffs
