"""Sets of derived arrays are made once, kept whole, and do not fill the disk."""

import os
import time

import numpy as np
import pytest

from geo_planner.networks import derived

DAY_S = 86_400


@pytest.fixture
def folder(tmp_path):
    """Three sets of 8 kB, last used today, 10 and 40 days ago, and a folder of another kind."""
    now_s = time.time()
    for name, age_days in (("new", 0), ("middle", 10), ("old", 40)):
        place = tmp_path / f"street-{name}-{'0' * 16}"
        place.mkdir()
        np.save(place / "a.npy", np.zeros(1000))
        os.utime(place, (now_s, now_s - age_days * DAY_S))
    (tmp_path / "scenarios").mkdir()
    os.utime(tmp_path / "scenarios", (0, 0))
    return tmp_path


def names(folder):
    return sorted(f.name.removesuffix("-" + "0" * 16) for f in folder.iterdir())


def test_a_set_not_used_for_a_month_goes(folder):
    keep = folder / f"street-new-{'0' * 16}"
    assert derived.prune(folder, keep=keep) == [f"street-old-{'0' * 16}"]
    assert names(folder) == ["scenarios", "street-middle", "street-new"]


def test_of_too_much_the_longest_unused_goes_first(folder, monkeypatch):
    monkeypatch.setattr(derived, "MOST_BYTES", 20_000)
    monkeypatch.setattr(derived, "MOST_UNUSED_DAYS", 365)
    derived.prune(folder, keep=folder / f"street-new-{'0' * 16}")
    assert names(folder) == ["scenarios", "street-middle", "street-new"]


def test_the_set_just_made_stays_whatever_its_size(folder, monkeypatch):
    monkeypatch.setattr(derived, "MOST_BYTES", 1)
    derived.prune(folder, keep=folder / f"street-old-{'0' * 16}")
    assert names(folder) == ["scenarios", "street-old"]
