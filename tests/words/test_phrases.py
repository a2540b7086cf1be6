"""What the analysis says reaches Danish pages in Danish, with Danish numbers and days."""

import ast
from pathlib import Path

import pytest

import geo_planner
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
        ("modification 1 (AddTrips): b.zip trips.txt: 3 trips with fewer than two stops",
         "ændring 1 (Nye afgange): b.zip trips.txt: 3 ture med færre end to stop"),
        ("anything else", "anything else"),
        ("sites and zones without any data: values unknown",
         "steder og zoner helt uden data: værdier ukendte"),
        ("streets with fewer than two nodes in the file",
         "veje med færre end to knuder i filen"),
    ],
)  # fmt: skip
def test_notes_findings_and_reasons_are_told_in_danish(said, told):
    assert phrase_in(DA, said) == told
    assert phrase_in(EN, said).replace(f"1{NARROW_SPACE}200{NO_BREAK_SPACE}m²", "1200 m2") == said


def test_a_gap_that_is_a_number_is_written_as_in_danish():
    told = phrase_in(DA, "rows farther than 2,500 m from the study area")
    assert told == f"rækker mere end 2{NARROW_SPACE}500 m fra undersøgelsesområdet"


def shown_findings():
    """Read from the code what sources and scenarios may say on a page: plain texts only."""
    root = Path(geo_planner.__file__).parent
    for file in [*(root / "sources").rglob("*.py"), *(root / "region").glob("*.py")]:
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) < 4:
                continue
            kind, texts = call.args[1], [call.args[2], call.args[3]]
            if isinstance(kind, ast.Constant) and kind.value in ("repaired", "left_out", "warning"):
                for text in texts:
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield text.value


def test_every_plain_finding_of_a_source_has_danish_words():
    said = set(shown_findings())
    assert len(said) > 20
    assert [text for text in sorted(said) if phrase_in(DA, text) == text] == []


def test_tables_are_named_for_people():
    assert table_words("shared bicycle stations", DA) == "delecykelstationer"
    assert table_words("something_else", DA) == "something else"
