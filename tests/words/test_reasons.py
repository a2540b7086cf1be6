"""Every code has a text in every language, with the same gaps, and reads back from a table."""

from string import Formatter

import pytest

from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason, gaps_of, read_reasons, write_reasons
from geo_planner.words.reasons import reason_words, reasons_words
from geo_planner.words.wording import Wording

ROWS = {row["code"]: row for row in packaged_rows("reasons")}
LANGUAGES = ("en", "da")
_SAMPLES = {"": "P1", "day": "2026-03-01", "weekday": "2026-03-01"}


def sample(code: str) -> Reason:
    gaps = {name: spec for _, name, spec, _ in Formatter().parse(ROWS[code]["en"]) if name}
    numbers = {"count", "decimal", "exact", "share", "percent", "m", "m2", "min", "persons", "jobs"}
    return Reason(
        code,
        **{
            name: 0.25 if spec in numbers else _SAMPLES.get(spec, "x")
            for name, spec in gaps.items()
        },
    )


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
