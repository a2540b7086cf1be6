"""Danish words of the trade are used one way, in all tables that people read."""

import re

import pytest

from geo_planner.packaged import packaged_rows

# what stands for a candidate site, a study, a workplace, free flow, floor area left, a stage,
# a resident, a kind, the base map, an analysis zone, a mean
WRONG = re.compile(
    r"byggemulighed|stedsnotat|\bstudie(t|ts|r|rne)?\b|undersøgelsesområde|arbejdsplads"
    r"|fri kørsel|resterende etageareal|modenhed|bycykel|\bborgere?\b|\bslags\b|bunden ses"
    r"|ladt tilbage|(?<![\wæøå-])zoner(ne)?\b|steder ukendt|^middel$|højst \{rides\} ture",
    re.IGNORECASE,
)
# middling, not a mean
OTHER = {"service_medium"}
TABLES = {
    "ui_words": ("key", "da"),
    "reasons": ("code", "da"),
    "stand_in_words": ("key", "da"),
    "criteria": ("id", "label_da"),
    "needs": ("id", "label_da"),
    "policy_indicators": ("id", "label_da"),
}


@pytest.mark.parametrize("table", TABLES)
def test_terms_are_those_of_the_glossary(table):
    key, column = TABLES[table]
    rows = {row[key]: row[column] for row in packaged_rows(table)}
    wrong = {key: text for key, text in rows.items() if WRONG.search(text) and key not in OTHER}
    assert not wrong
