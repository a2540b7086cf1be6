"""What happened to an input on its way in: read, repaired, left out, doubtful; always counted.

Findings travel with the tables into ``region.json`` and from there to pages and summaries, so
that nothing is dropped or mended in silence.
"""

from dataclasses import dataclass
from typing import Literal

FindingKind = Literal["read", "repaired", "left_out", "warning"]


@dataclass(frozen=True)
class Finding:
    """Say what happened to how many rows of a source, and to which first.

    Parameters
    ----------
    source
        File name (and layer) it concerns.
    kind
        ``read`` (a plain count), ``repaired``, ``left_out``, or ``warning`` (kept, but doubtful).
    count
        How many rows or elements.
    what
        One sentence part in plain words, such as "ways with fewer than two nodes in the extract".
    examples
        First ids concerned, at most five.
    """

    source: str
    kind: FindingKind
    count: int
    what: str
    examples: tuple[str, ...] = ()
