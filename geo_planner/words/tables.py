"""Names of a region's tables for people."""

from geo_planner.words.wording import Wording, form_of


def table_words(table: str, words: Wording) -> str:
    """Name a table of a region for people.

    Examples
    --------
    >>> table_words("shared bicycle stations", Wording("da"))
    'delecykelstationer'
    """
    name = table.replace(" ", "_")
    return words.phrases.get(f"table_{name}", name.replace("_", " "))


def counted_rows(table: str, count: int, words: Wording) -> str:
    """Count the rows of a table by what they are.

    Examples
    --------
    >>> counted_rows("stop_times", 34, Wording("da"))
    '34 stoptider'
    >>> counted_rows("feeds", 1, Wording("da"))
    '1 køreplan'
    """
    forms = words.phrases.get(f"counted_rows_{table}", table_words(table, words))
    return f"{words.number(count)} {form_of(count, forms) if '|' in forms else forms}"
