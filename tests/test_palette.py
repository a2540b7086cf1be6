"""Colours can be told apart by readers with normal and colour-blind sight."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from geo_planner import palette

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip


def linear(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour, sight):
    seen = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
         [0.0193339, 0.1191920, 0.9503041]]
    )  # fmt: skip
    ratio = (to_xyz @ seen) / (0.95047, 1.0, 1.08883)
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return 116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])


def ciede2000(one, two):
    """Follow Sharma, Wu and Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(chroma**7 / (chroma**7 + 25**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    lm, cm = (l1 + l2) / 2, (c1 + c2) / 2
    hm = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = (
        1 - 0.17 * np.cos(np.radians(hm - 30)) + 0.24 * np.cos(np.radians(2 * hm))
        + 0.32 * np.cos(np.radians(3 * hm + 6)) - 0.20 * np.cos(np.radians(4 * hm - 63))
    )  # fmt: skip
    sl = 1 + 0.015 * (lm - 50) ** 2 / np.sqrt(20 + (lm - 50) ** 2)
    sc, sh = 1 + 0.045 * cm, 1 + 0.015 * cm * t
    around = np.exp(-(((hm - 275) / 25) ** 2))
    rt = -2 * np.sqrt(cm**7 / (cm**7 + 25**7)) * np.sin(np.radians(60 * around))
    return np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rt * (dc / sc) * (dh / sh))


def test_the_distance_agrees_with_the_published_pairs():
    # Sharma, Wu and Dalal 2005, table 1, pairs 1, 7 and 25
    pairs = [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ]
    for one, two, distance in pairs:
        assert ciede2000(one, two) == pytest.approx(distance, abs=5e-5)


RAMPS = {**{f"{n} classes": colours for n, colours in palette.SEQUENTIAL.items()},
         "diverging": palette.DIVERGING, **palette.RASTERS}  # fmt: skip
SETS = {
    "criteria": palette.CRITERIA,
    "clusters": [colour for colour, _ in palette.CLUSTERS.values()],
    "plan uses": list(palette.PLAN_USES.values()),
    "constraints": list(palette.CONSTRAINTS.values()),
}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", RAMPS)
def test_neighbours_of_a_ramp_differ(name, sight):
    for one, two in pairwise(RAMPS[name]):
        assert ciede2000(lab(one, sight), lab(two, sight)) >= 8, (one, two)


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", SETS)
def test_any_two_categories_differ(name, sight):
    for one, two in combinations(SETS[name], 2):
        assert ciede2000(lab(one, sight), lab(two, sight)) >= 7.5, (one, two)


@pytest.mark.parametrize("pair", palette.TEXT_PAIRS)
def test_text_stands_out_from_its_ground(pair):
    bright, dark = sorted((float(linear(c) @ (0.2126, 0.7152, 0.0722)) for c in pair), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


def test_a_ramp_has_the_colours_asked_for():
    assert [len(palette.ramp(n)) for n in (0, 1, 3, 6, 9)] == [1, 1, 3, 6, 6]
