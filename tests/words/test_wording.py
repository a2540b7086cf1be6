"""Numbers and words read right in both languages, and no phrase is missing."""

import re
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from string import Formatter

import pytest

from geo_planner import pages
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

EN, DA = Wording("en"), Wording("da")
SPACE, NO_BREAK = "\u202f", "\u00a0"


def test_thousands_are_set_apart_by_a_narrow_space_and_decimals_follow_the_language():
    assert EN.number(1234567.89, 1) == f"1{SPACE}234{SPACE}567.9"
    assert DA.number(1234567.89, 1) == f"1{SPACE}234{SPACE}567,9"


def test_minus_is_a_minus_sign_and_zero_has_none():
    assert EN.number(-4.0, 1) == "\u22124.0"
    assert EN.number(-0.01, 1) == "0.0"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (192_214, "persons", f"192{SPACE}000"),
        (999.6, "workers", f"1{SPACE}000"),
        (2634, "jobs", f"2{SPACE}630"),
        (41, "jobs", "41"),
        (663, "m", f"660{NO_BREAK}m"),
        (1490, "m", f"1.5{NO_BREAK}km"),
        (65_812, "m2", f"6.6{NO_BREAK}ha"),
        (9_812, "m2", f"9{SPACE}800{NO_BREAK}m²"),
        (12.4, "min", f"12{NO_BREAK}min"),
        (0.048, "share", f"5{NO_BREAK}%"),
        (float("nan"), "m", "unknown"),
        (float("inf"), "min", "not reachable"),
    ],
)
def test_figures_have_a_unit_and_few_digits(value, unit, text):
    assert EN.figure(value, unit) == text


def test_days_and_times_read_as_in_the_language():
    assert EN.day(date(2026, 11, 23)) == "23 November 2026"
    assert DA.day("2026-11-23") == "23. november 2026"
    assert DA.clock(datetime(2026, 3, 10, 7, 30)) == "07.30"  # noqa: DTZ001 -- local, by design
    assert EN.day("some day") == "some day"


def test_both_languages_have_every_phrase_with_the_same_gaps():
    assert list(EN.phrases) == list(DA.phrases)
    for key, phrase in EN.phrases.items():
        gaps = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (
            phrase, DA.phrases[key])]  # fmt: skip
        assert gaps[0] == gaps[1], key
        assert bool(phrase) == bool(DA.phrases[key]), key


def test_every_phrase_that_code_names_exists():
    folder = Path(str(resources.files(pages)))
    named = set()
    for file in [*folder.rglob("*.py"), *folder.glob("templates/*.html")]:
        named |= set(re.findall(r"words\(\s*[\"']([a-z_]+)[\"']", file.read_text("utf-8")))
    for file in folder.glob("static/*.js"):
        named |= set(re.findall(r"words\.([a-z_]+)", file.read_text("utf-8")))
    assert len(named) > 60
    assert named <= set(EN.phrases)


def test_an_unknown_language_falls_back_to_english():
    assert Wording("sv").language == "en"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [(37.0, "m2", "37 m²"), (0.0, "m2", "0 m²"), (120.0, "m2", "100 m²"), (3.0, "m", "3 m")],
)
def test_what_is_there_is_never_rounded_to_nothing(value, unit, said):
    assert Wording("en").figure(value, unit).replace(NO_BREAK_SPACE, " ") == said
