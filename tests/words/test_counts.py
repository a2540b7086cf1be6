"""Counts of one read as one, in every text of both languages that counts something."""

import re

import pytest

from geo_planner import schema
from geo_planner.findings import Finding
from geo_planner.packaged import packaged_rows
from geo_planner.reasons import Reason
from geo_planner.words.findings import finding_line
from geo_planner.words.reasons import reason_words
from geo_planner.words.tables import counted_rows
from geo_planner.words.wording import NO_BREAK_SPACE, Wording

EN, DA = Wording("en"), Wording("da")
TABLES = {"reasons": "code", "ui_words": "key", "stand_in_words": "key"}
COUNT_BEFORE_A_WORD = re.compile(r"\{\w+:count\}[ \u00a0]([^\W\d_]+)")
# words that do not change: units, words of place, and Danish words alike for one and for many
UNCHANGING = {
    "en": {
        *("m", "m²", "s", "min", "km", "of", "is", "are", "on", "to", "can", "found", "stated"),
        *("branch", "in", "tagged", "such", "net", "private", "chosen", "swallows", "unknown"),
    },
    "da": {
        *("m", "m²", "s", "min", "km", "af", "er", "kan", "på", "til", "job", "stop", "findes"),
        *("betjente", "byte", "fundet", "i", "oplyst", "sådanne"),
    },
}
COUNTED_WORD = re.compile(
    r"\{(?:count|n|jobs|residents|people|sites|zones|draws)\} (sites|zones|rows|jobs|residents"
    r"|workplaces|sources|kinds|arealer|zoner|rækker|indbyggere|arbejdssteder|kilder)\b"
)


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_word_after_a_count_has_forms_for_one_and_for_many(language):
    wrong = {
        row["code"]: found
        for row in packaged_rows("reasons")
        if (found := set(COUNT_BEFORE_A_WORD.findall(row[language])) - UNCHANGING[language])
    }
    assert wrong == {}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("language", ["en", "da"])
def test_no_phrase_counts_in_the_plural_alone(table, language):
    rows = {row[TABLES[table]]: row[language] for row in packaged_rows(table)}
    assert {key: text for key, text in rows.items() if COUNTED_WORD.search(text)} == {}


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("table", schema.tables())
def test_rows_of_every_table_are_counted_in_one_and_in_many(table, count):
    for words in (EN, DA):
        one, many = words.phrases[f"counted_rows_{table}"].split("|")
        assert counted_rows(table, count, words) == f"{count} {one if count == 1 else many}"


@pytest.mark.parametrize(
    ("count", "english", "danish"),
    [
        (0, "0 rows without any value", "0 rækker uden nogen værdi"),
        (1, "1 row without any value", "1 række uden nogen værdi"),
        (2, "2 rows without any value", "2 rækker uden nogen værdi"),
    ],
)
def test_a_finding_says_its_count_in_the_right_form(count, english, danish):
    finding = Finding("towns.csv", "left_out", count, Reason("layer_blank_rows"))
    assert finding_line(finding, EN).endswith(english)
    assert finding_line(finding, DA).endswith(danish)


@pytest.mark.parametrize(
    ("count", "english", "danish"),
    [(0, "0 sites", "0 arealer"), (1, "1 site", "1 areal"), (2, "2 sites", "2 arealer")],
)
def test_a_phrase_says_its_count_in_the_right_form(count, english, danish):
    assert EN("count_of_sites", count=count) == english
    assert DA("count_of_sites", count=DA.number(count)) == danish


@pytest.mark.parametrize(("count", "said"), [(1, "1 workplace"), (2, "2 workplaces")])
def test_a_reason_names_the_rows_of_a_table_by_their_count(count, said):
    unknown = Reason("rows_unknown", column="employees_count", count=count, table="businesses")
    assert reason_words(unknown, EN).replace(NO_BREAK_SPACE, " ").endswith(f": {said}")


def test_a_finding_within_a_note_takes_the_count_before_it():
    note = Reason("scenario_feed_finding", source="x.zip", count=1, what=Reason("gtfs_rows"))
    assert reason_words(note, EN) == "x.zip: 1 row"
