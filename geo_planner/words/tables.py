"""Names of a region's tables for people."""

from geo_planner.words.wording import Wording


def table_words(table: str, words: Wording) -> str:
    """Name a table of a region for people.

    Examples
    --------
    >>> table_words("shared bicycle stations", Wording("da"))
    'delecykelstationer'
    """
    name = table.replace(" ", "_")
    return words.phrases.get(f"table_{name}", name.replace("_", " "))
