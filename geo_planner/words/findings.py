"""Findings in words: one line each."""

from geo_planner.findings import Finding
from geo_planner.words.reasons import reason_words
from geo_planner.words.wording import Wording


def finding_line(finding: Finding, words: Wording) -> str:
    r"""Say one finding in a line.

    Examples
    --------
    >>> from geo_planner.reasons import Reason
    >>> lost = Finding("town.osm", "left_out", 2, Reason("lines_no_length"), ("row 4",))
    >>> finding_line(lost, Wording("da"))
    'town.osm: udeladt: 2 linjer uden længde (første: row 4)'
    """
    kind = words(f"finding_{finding.kind}")
    place = f"{source_words(finding, words)}: {kind}"
    return f"{place}: {counted_words(finding, words)}{first_words(finding, words)}"


def counted_words(finding: Finding, words: Wording) -> str:
    """Say what a finding found, with its count."""
    return f"{words.number(finding.count)} {reason_words(finding.what, words, count=finding.count)}"


def source_words(finding: Finding, words: Wording) -> str:
    """Name what a finding concerns: a table by its words, a file by its name."""
    return words.phrases.get(f"table_{finding.source}", finding.source)


def first_words(finding: Finding, words: Wording) -> str:
    """Name the first rows a finding concerns, in brackets after it."""
    if not finding.examples:
        return ""
    return f" ({words('first_ids', ids=', '.join(finding.examples))})"
