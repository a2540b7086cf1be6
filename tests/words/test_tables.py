"""Tables are named for people, in their language; one without words keeps its own name."""

from geo_planner.words.tables import table_words
from geo_planner.words.wording import Wording


def test_tables_are_named_for_people():
    assert table_words("shared bicycle stations", Wording("da")) == "delecykelstationer"
    assert table_words("something_else", Wording("da")) == "something else"
