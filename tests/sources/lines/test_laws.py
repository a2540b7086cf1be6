"""Laws that hold for any drawing of lines."""

import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.config import LinesSource
from geo_planner.sources.lines import read_lines
from tests.sources.lines.line_files import ORIGIN_M, UTM, line

TOLERANCE_M = 5.0
place = st.tuples(st.integers(0, 60), st.integers(0, 60))
course = st.lists(place, min_size=2, max_size=4, unique=True)
drawing = st.lists(course, min_size=1, max_size=8)


def network(courses, **given_settings):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roads.parquet"
        gpd.GeoDataFrame(geometry=[line(*course) for course in courses], crs=UTM).to_parquet(path)
        return read_lines(LinesSource(path=path, **given_settings), UTM)


@settings(max_examples=20)
@given(drawing, st.sampled_from(["split", "shared_vertex"]))
def test_length_changes_by_no_more_than_the_moves_and_every_end_is_a_node(courses, crossings):
    made = network(courses, snap_tolerance_m=TOLERANCE_M, crossings=crossings)
    streets, nodes = made.tables["streets"], made.tables["street_nodes"]
    distinct = {shapely.normalize(line(*course)) for course in courses}
    drawn_m = sum(shape.length for shape in distinct)
    n_moves = made.repairs.n_ends_joined + made.repairs.n_ends_to_lines
    slack_m = 0.1 * (len(streets) + 1)
    assert abs(streets.length.sum() - drawn_m) <= TOLERANCE_M * n_moves + slack_m
    assert made.repairs.max_moved_m <= TOLERANCE_M + 0.002
    points = nodes.set_index("node_id").geometry
    for column, which in (("from_node", 0), ("to_node", -1)):
        ends = shapely.get_point(streets.geometry.to_numpy(), which)
        assert shapely.equals(ends, points.loc[streets[column]].to_numpy()).all()
    assert set(nodes["node_id"]) == {*streets["from_node"], *streets["to_node"]}
    assert nodes.total_bounds.min() >= min(ORIGIN_M) - 1


@settings(max_examples=8)
@given(drawing, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(courses, random):
    shuffled = random.sample(courses, len(courses))
    first, second = network(courses).tables, network(shuffled).tables
    for name, frame in first.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(second[name]))
