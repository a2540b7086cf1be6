"""What happened to an input on its way in: read, repaired, left out, doubtful; always counted.

Findings travel with the tables into ``region.json`` and from there to pages and summaries, so
that nothing is dropped or mended in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from geo_planner.reasons import Reason

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
        What it is that happened to them; put into words at the edge.
    examples
        First ids concerned, at most five.
    """

    source: str
    kind: FindingKind
    count: int
    what: Reason
    examples: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values, as ``region.json`` holds it."""
        return {**vars(self), "what": self.what.to_json(), "examples": list(self.examples)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Finding":
        """Read what :meth:`to_json` wrote."""
        what = Reason.from_json(plain["what"])
        return cls(**{**plain, "what": what, "examples": tuple(plain["examples"])})
