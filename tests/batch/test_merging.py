"""Batches put together into one file: the rows of the data set, in order, or a refusal."""

from pathlib import Path
from shutil import copytree

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner import read_batch, run_batch
from geo_planner.batch import merge_batch
from geo_planner.cli import app
from geo_planner.errors import InputError
from tests.batch.conftest import COUNT, TIMES


@pytest.fixture(scope="module")
def folder(town, tmp_path_factory):
    """A batch of two tables on foot and by public transport, in tiles of ten zones."""
    asked = {"region": town.path, "modes": ["walk", "transit"], "measures": [COUNT, TIMES]}
    out = tmp_path_factory.mktemp("merging") / "out"
    assert run_batch({**asked, "tile_origins": 10}, out).is_complete
    return out


def rows_of(folder, table):
    return read_batch(folder, table).to_table().to_pandas()


def test_a_merged_table_holds_every_row_in_order_with_its_point(folder, tmp_path):
    assert merge_batch(folder, tmp_path / "access.parquet", "access") == 2 * 25
    merged = gpd.read_parquet(tmp_path / "access.parquet")
    expected = rows_of(folder, "access")
    assert merged.geometry.to_wkb().tolist() == expected["geometry"].tolist()
    plain = pd.DataFrame(merged.drop(columns="geometry"))
    pd.testing.assert_frame_equal(plain, expected.drop(columns="geometry"), check_exact=True)
    alone = gpd.read_parquet(sorted(folder.rglob("access/**/tile-*.parquet"))[0])
    assert merged.crs == alone.crs


def test_a_column_that_one_mode_lacks_is_empty_and_not_nothing(folder, tmp_path):
    merge_batch(folder, tmp_path / "access.csv", "access")
    merged = pd.read_csv(tmp_path / "access.csv").set_index("mode")
    assert "geometry" not in merged
    assert merged.loc["walk", "employees_count_10min"].notna().all()
    assert merged.loc["transit", "employees_count_10min"].isna().all()
    assert merged.loc["transit", "employees_count_10min_p50"].notna().all()


def test_pairs_are_written_without_geometry(folder, tmp_path):
    n_rows = merge_batch(folder, tmp_path / "times.parquet", "times")
    merged = pd.read_parquet(tmp_path / "times.parquet")
    assert n_rows == len(merged) == len(rows_of(folder, "times"))
    pd.testing.assert_frame_equal(merged, rows_of(folder, "times"), check_exact=True)


def test_a_batch_that_lacks_a_file_is_refused_unless_a_part_will_do(folder, tmp_path):
    cut = Path(copytree(folder, tmp_path / "cut"))
    sorted(cut.rglob("access/**/mode=walk/**/tile-*.parquet"))[1].unlink()
    out = tmp_path / "access.csv"
    with pytest.raises(InputError, match="1 files of access are not there or not whole"):
        merge_batch(cut, out, "access")
    assert not out.exists()
    assert merge_batch(cut, out, "access", partial=True) == 2 * 25 - 10


@pytest.mark.parametrize(
    ("out", "table", "words"),
    [
        ("access.xlsx", "access", r"must end in \.parquet, \.csv"),
        ("access.csv", None, "name a table of this batch: access, times"),
        ("access.csv", "reach", "not 'reach'"),
    ],
)
def test_what_cannot_be_merged_is_refused(out, table, words, folder, tmp_path):
    with pytest.raises(InputError, match=words):
        merge_batch(folder, tmp_path / out, table)


def test_the_command_counts_the_rows_it_wrote(folder, tmp_path):
    out = tmp_path / "access.csv"
    answer = CliRunner().invoke(
        app, ["batch", "merge", str(folder), "--table", "access", "--out", str(out)]
    )
    assert answer.exit_code == 0, answer.output
    assert "50 rows" in answer.stdout
    assert len(pd.read_csv(out)) == 50
