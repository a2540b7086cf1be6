"""Every code has a text in every language, with the same gaps, and reads back from a table."""

from string import Formatter

import pandas as pd
import pytest

from geo_planner.errors import InputError
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import (
    Reason,
    gaps_of,
    join_reasons,
    read_reasons,
    short_reason,
    write_reasons,
)
from geo_planner.words.frames import frame_in_words, reason_columns
from geo_planner.words.reasons import FIGURE_WRITERS, reason_words, reasons_words
from geo_planner.words.wording import Wording

ROWS = {row["code"]: row for row in packaged_rows("reasons")}
LANGUAGES = ("en", "da")
PHRASES = Wording("en").phrases
_SAMPLES = {
    "": "P1", "day": "2026-03-01", "weekday": "2026-03-01", "mode_lower": "car",
    "site_use": "office", "criterion": "jobs_45", "constraint": "noise",
    "column_of": "population_count",
}  # fmt: skip
NUMBERS = set(FIGURE_WRITERS) - set(_SAMPLES)


def sample(code: str) -> Reason:
    parts = Formatter().parse(ROWS[code]["en"])
    gaps = {name: spec for _, name, spec, _ in parts if name and "|" not in spec}
    return Reason(code, **{name: figure(spec) for name, spec in gaps.items()})


def figure(spec: str) -> float | str:
    """Choose a figure of a unit, or the first word of a vocabulary."""
    if spec in NUMBERS:
        return 0.25
    if spec in _SAMPLES:
        return _SAMPLES[spec]
    return next(key for key in PHRASES if key.startswith(f"{spec}_")).removeprefix(f"{spec}_")


def test_codes_stand_once():
    assert len(ROWS) == len(packaged_rows("reasons"))


@pytest.mark.parametrize("code", ROWS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text_in_every_language(code, language):
    text = reason_words(sample(code), Wording(language))
    assert text.strip() == text
    assert text
    assert "{" not in text


@pytest.mark.parametrize("code", ROWS)
def test_languages_have_the_same_gaps(code):
    assert gaps_of(ROWS[code]["en"]) == gaps_of(ROWS[code]["da"])


@pytest.mark.parametrize("code", ROWS)
def test_a_reason_reads_back_from_a_table(code):
    reason = sample(code)
    assert read_reasons(write_reasons([reason])) == (reason,)


def test_several_reasons_are_one_cell_each_said_once():
    one = Reason("no_data_share", share=0.25)
    other = Reason("no_data_share", share=0.5)
    cell = write_reasons([one, other, one])
    assert read_reasons(cell) == (one, other)
    assert reasons_words(cell, Wording("en")).count(";") == 1


def test_no_reason_is_no_text():
    assert write_reasons([]) is None
    assert reasons_words(None, Wording("en")) == ""


def test_an_unknown_code_is_refused():
    with pytest.raises(ValueError, match="no_such_code"):
        Reason("no_such_code")


def test_figures_that_a_text_does_not_name_are_refused():
    with pytest.raises(ValueError, match="share"):
        Reason("no_data_share", ground=3.0)


def test_cells_are_joined_each_reason_said_once():
    one, other = Reason("no_streets"), Reason("no_transit")
    cell = join_reasons([str(one), None, "", write_reasons([other, one])])
    assert read_reasons(cell) == (one, other)


def test_a_value_may_be_several_reasons_or_ids():
    claims = (
        Reason("claim_ratio_of", plan="l1", ratio=0.6, basis=3),
        Reason("claim_ratio", plan="l2", ratio=0.95),
    )
    reason = Reason("plans_disagree", level="local_plan", claims=claims)
    assert read_reasons(str(reason)) == (reason,)
    assert reason_words(reason, Wording("da")).replace("\N{NO-BREAK SPACE}", " ") == (
        "planer på samme niveau (lokalplan) overlapper og er uenige: "
        "l1 (60 % for den enkelte grund), l2 (95 %)"
    )
    named = Reason("plan_complex", plans=("l1", "l2"))
    assert reason_words(named, Wording("en")).startswith("the register marks l1, l2 complex")


def test_a_short_reason_leaves_the_details_out():
    full = Reason("plan_silent", reading="now", quantity="use_code")
    assert reason_words(short_reason(full), Wording("en")) == "no local plan states it"
    assert short_reason(Reason("no_streets")) == Reason("no_streets")


@pytest.mark.parametrize("code", [code for code in ROWS if code.endswith("_short")])
def test_a_short_text_names_no_figure_its_long_one_lacks(code):
    assert gaps_of(ROWS[code]["en"]) <= gaps_of(ROWS[code.removesuffix("_short")]["en"])


@pytest.mark.parametrize("text", ["no plan states any limit", '{"code": "of_tomorrow"}', "[1]"])
def test_a_sentence_or_a_code_of_another_version_is_refused(text):
    with pytest.raises(InputError, match="make the run again"):
        read_reasons(text)


def test_a_frame_in_words_changes_its_reasons_alone():
    frame = pd.DataFrame(
        {
            "name": ["{curly}", None, ""],
            "shares": ['{"1": 0.5}', "{}", None],
            "reason": [None, "", write_reasons([Reason("no_streets"), Reason("no_transit")])],
            "stage": [1.0, 2.0, None],
        }
    )
    assert reason_columns(frame) == ["reason"]
    told = frame_in_words(frame, "da")
    assert told["reason"].tolist()[1:] == [
        "",
        "regionen har ingen veje; kollektiv trafik er ikke beregnet",
    ]
    pd.testing.assert_frame_equal(told.drop(columns="reason"), frame.drop(columns="reason"))
    assert frame["reason"].iloc[2].startswith("[")
