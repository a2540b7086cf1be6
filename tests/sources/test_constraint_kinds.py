"""Kinds of constraint carry what else holds as a code whose figures are thresholds of the row."""

import csv

import pytest

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.sources.constraint_kinds import read_constraint_kinds


def table(tmp_path, **changes):
    """Write the row of road noise, changed, as a table of its own."""
    row = next(r for r in packaged_rows("constraint_kinds") if r["kind"] == "road_noise_homes")
    file = tmp_path / "kinds.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow({**row, **changes})
    return file


def test_the_threshold_of_a_row_is_the_figure_of_its_condition(tmp_path):
    found = read_constraint_kinds(table(tmp_path, above="55"))
    assert found["road_noise_homes"].condition == Reason("noise_above", above=55.0)
    assert (
        read_constraint_kinds(table(tmp_path, condition=""))["road_noise_homes"].condition is None
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"condition": "loud at night"}, "'loud at night' is no code"),
        ({"condition": "no_data_share"}, "is no code of reasons.csv on above and up_to"),
        ({"condition": "depth_up_to"}, "'depth_up_to' needs up_to"),
    ],
)
def test_a_condition_without_text_or_threshold_is_refused(tmp_path, changes, problem):
    with pytest.raises(InputError, match=problem):
        read_constraint_kinds(table(tmp_path, **changes))
