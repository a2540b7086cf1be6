"""Times written while they are searched: the same rows as of all pairs at once."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from geo_planner.exports.times import write_times
from geo_planner.travel_time import travel_times
from geo_planner.travel_time.matrix import TimesSearch
from tests.test_predicted_town import BUS, WALK, points, region  # noqa: F401 -- a fixture
from tests.travel_time.test_transit_windows import ARRIVE

# more than one block of origins, the last two out of reach
PLACES = [(k % 11, (k * 7) % 10 + 0.3) for k in range(40)]
ENDS = [(0, 0), (10, 0), (5, 5), (9, 9), (0, 90)]


def read(file):
    table = pd.read_csv(file) if file.suffix == ".csv" else pd.read_parquet(file)
    return table.astype({"from_id": object, "to_id": object})


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(("mode", "travel"), [("walk", WALK), ("transit", BUS)])
def test_parts_make_the_table_of_all_pairs(region, tmp_path, mode, travel, suffix):  # noqa: F811
    ends = points(*PLACES), points(*ENDS)
    whole = travel_times(region, *ends, mode, travel).to_frame()
    out = tmp_path / f"times{suffix}"
    made = write_times(TimesSearch(region, *ends, mode, travel), out, ("Credit",))
    pd.testing.assert_frame_equal(
        read(out), whole.astype({"from_id": object, "to_id": object}), rtol=1e-12
    )
    n_reached = int(whole.iloc[:, 2:].notna().any(axis=1).sum())
    assert (made.n_rows, made.n_reached) == (len(whole), n_reached)
    assert n_reached < len(whole)
    assert (tmp_path / "CREDITS.txt").read_text() == "Credit\n"

    few = tmp_path / f"few{suffix}"
    search = TimesSearch(region, *ends, mode, travel)
    assert write_times(search, few, (), only_reached=True).n_rows == len(whole)
    is_reached = read(out).iloc[:, 2:].notna().any(axis=1)
    pd.testing.assert_frame_equal(read(few), read(out)[is_reached].reset_index(drop=True))


def test_rows_to_arrive_by_a_time_lie_destination_by_destination(region, tmp_path):  # noqa: F811
    starts, ends = points(*PLACES[:3]), points(*PLACES)
    whole = travel_times(region, starts, ends, "transit", ARRIVE, is_expanded=True)
    out = tmp_path / "times.parquet"
    search = TimesSearch(region, starts, ends, "transit", ARRIVE, is_expanded=True)
    made = write_times(search, out, (), is_long=True)
    place = {name: number for number, name in enumerate(ends.index)}
    rows = whole.to_long_frame()
    rows = rows.iloc[np.argsort(rows["to_id"].map(place), kind="stable")].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        read(out), rows.astype({"from_id": object, "to_id": object}), check_dtype=False
    )
    pd.testing.assert_frame_equal(made.instability, whole.instability())


class Endless:
    """Give part after part of a square of pairs, all of one time; fail at one if asked to."""

    columns, snaps, findings, engine = ("travel_time_s",), None, (), "search"

    def __init__(self, n, fails_at=None):
        self.origins = self.destinations = points(*[(0, 0)] * n)
        self._fails_at = fails_at

    times = TimesSearch.times

    def parts(self, **_options):
        n = len(self.origins)
        for first in range(0, n, 10):
            if first == self._fails_at:
                raise KeyboardInterrupt
            yield slice(first, first + 10), slice(None), np.full((10, n, 1), 60.0)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("ids", [range(40), [f"p{number}" for number in range(40)]])
def test_a_first_part_without_any_time_leaves_ids_as_they_are(tmp_path, ids, suffix):
    search = Endless(40)
    search.origins = search.destinations = points(*[(0, 0)] * 40).set_axis(ids)
    search.parts = lambda **_options: (
        (slice(first, first + 20), slice(None), np.full((20, 40, 1), time_s))
        for first, time_s in ((0, np.inf), (20, 60.0))
    )
    out = tmp_path / f"times{suffix}"
    made = write_times(search, out, (), only_reached=True)
    assert (made.n_rows, made.n_reached) == (1600, 800)
    found = read(out)
    assert found["from_id"].tolist() == [one for one in ids[20:] for _ in ids]
    assert found["travel_time_s"].tolist() == [60.0] * 800


def test_a_pair_reached_in_some_minutes_is_reached(tmp_path):
    search = Endless(2)
    search.columns = ("travel_time_s_p10", "travel_time_s_p90")
    times_s = np.array([[[60.0, np.inf], [np.inf, np.inf]], [[60.0, 90.0], [np.inf, np.inf]]])
    search.parts = lambda **_options: [(slice(0, 2), slice(None), times_s)]
    out = tmp_path / "times.csv"
    assert write_times(search, out, (), only_reached=True).n_reached == 2
    assert read(out)["travel_time_s_p10"].tolist() == [60, 60]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_memory_does_not_grow_with_the_number_of_pairs(tmp_path, suffix):
    def peak(n_parts):
        search = Endless(400)
        search.parts = lambda **_options: (
            (slice(0, 10), slice(None), np.full((10, 400, 1), 60.0)) for _ in range(n_parts)
        )
        tracemalloc.start()
        write_times(search, tmp_path / f"times{suffix}", ())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2)
    assert peak(80) < 1.5 * peak(8) + 2e6


def test_an_interrupted_write_leaves_the_earlier_file(tmp_path):
    out = tmp_path / "times.csv"
    write_times(Endless(20), out, ())
    before = out.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        write_times(Endless(40, fails_at=20), out, ())
    assert out.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["times.csv"]
