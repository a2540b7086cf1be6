"""The page of measurements shows every row, and losses as plainly as wins."""

import json

import pytest

from benchmarks.measuring import row
from benchmarks.table import page_of, rows_of

MACHINE = {"cpu": "x", "cores": 2}


@pytest.fixture
def page(tmp_path):
    files = {
        "a": [row("slow", 2.0, 1.0, 1, "one | two"), row("alone", 0.5, None, 1, "nothing beside")],
        "b": [row("fast", 1.0, 8.0, 1, "the same work")],
    }
    for name, rows in files.items():
        content = json.dumps({"machine": MACHINE, "cpu": name, "rows": rows})
        (tmp_path / f"{name}.json").write_text(content)
    return page_of(*rows_of(tmp_path))


def test_rows_stand_from_the_largest_lead_to_the_largest_lag(page):
    assert page.index("| fast |") < page.index("| slow |") < page.index("| alone |")


def test_a_row_whose_peer_is_faster_says_so(page):
    assert "| slow | 2.0 | 1.0 | 0.5 | **peer** | one / two |" in page
    assert "| fast | 1.0 | 8.0 | 8.0 | ours | the same work |" in page
    assert "In 1 of 2 rows with a peer the peer is faster." in page


def test_every_machine_is_named(page):
    assert "a, 2 cores; b, 2 cores" in page
