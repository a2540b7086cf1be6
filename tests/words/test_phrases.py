"""What the analysis says reaches Danish pages in Danish, with Danish numbers and days."""

import pytest

from geo_planner.words.phrases import phrase_in, table_words
from geo_planner.words.wording import NARROW_SPACE, NO_BREAK_SPACE, Wording

DA, EN = Wording("da"), Wording("en")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("modification 2 (AdjustSpeed): 14 streets state no limit, so a factor leaves them: use "
         "speed_kmh",
         "ændring 2 (Ændr hastighed): 14 veje har ingen angivet hastighedsgrænse, så en faktor "
         "ændrer dem ikke: brug speed_kmh"),
        ("base bus, modification 1 (AddDevelopment): 1200 m2 of the floor area lie on no site",
         "grundlag bus, ændring 1 (Nyt byggeri): 1\u202f200\u00a0m² af etagearealet ligger ikke "
         "på nogen byggemulighed"),
        ("anything else", "anything else"),
    ],
)  # fmt: skip
def test_notes_findings_and_reasons_are_told_in_danish(said, told):
    assert phrase_in(DA, said) == told
    assert phrase_in(EN, said).replace(f"1{NARROW_SPACE}200{NO_BREAK_SPACE}m²", "1200 m2") == said


def test_tables_are_named_for_people():
    assert table_words("shared bicycle stations", DA) == "delecykelstationer"
    assert table_words("something_else", DA) == "something else"
