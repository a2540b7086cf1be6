"""What a study's sources gave: frames, provenance, findings and problems, kept while reading."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from pyproj import CRS

from geo_planner import schema
from geo_planner.errors import GeoPlannerError, InputError, SchemaError
from geo_planner.fetching import Fetched
from geo_planner.findings import Finding
from geo_planner.reasons import Reason
from geo_planner.words.english import reason_of


@dataclass(frozen=True)
class Problem:
    """Say what keeps a region from being built.

    Parameters
    ----------
    source
        Label of the source concerned; empty when the study as a whole is.
    text
        All that is wrong, in English.
    parts
        The single breaches within it.
    table
        Table that the rows do not fit; empty where it is about more than one.
    """

    source: str
    text: str
    parts: tuple[Reason, ...]
    table: str = ""


@dataclass
class SourceRead:
    """Keep what one source gave.

    Parameters
    ----------
    kind
        ``osm``, ``gtfs``, ``gbfs``, ``layer``, ``lines``, ``spread``: the list of the study it
        stands in.
    label
        Its name in messages.
    path
        File or server.
    layer, table
        Layer within the file and the table it goes to, where the study names them.
    frames
        Rows by table, in the region's CRS; those that break the schema too.
    crs
        CRS of the file, where it has one of its own.
    unmapped_fields
        Fields no column is made from.
    findings, problems
        What happened to its rows, and what is wrong with it.
    fetched
        What became of it where it has an address; None where it has none.
    """

    kind: str
    label: str
    path: str
    layer: str | None = None
    table: str | None = None
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    crs: CRS | None = None
    unmapped_fields: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    fetched: Fetched | None = None


@dataclass
class Ingested:
    """Collect frames, provenance, findings and problems while sources are read.

    Parameters
    ----------
    crs
        CRS of the region; None where it could not be told.
    timezone
        Time zone of the region; None where no source tells or feeds disagree.
    tables
        One frame per table, of all its sources.
    sources
        Provenance by table.
    findings, problems
        What happened to the rows, and what is wrong.
    reads
        What each source gave, in the order of the study.
    """

    crs: CRS | None = None
    timezone: str | None = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    sources: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    reads: list[SourceRead] = field(default_factory=list)
    timezones: dict[str, str] = field(default_factory=dict)
    frames: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: defaultdict(list))
    fetched: dict[str, Fetched] = field(default_factory=dict)

    def add(self, name: str, frame: pd.DataFrame, origin: str, provenance: dict[str, Any]) -> None:
        """Validate one frame for a table and keep it, or keep what is wrong with it."""
        try:
            frame = schema.validate(frame, schema.tables()[name], origin=origin)
            self.frames[name].append(frame)
        except GeoPlannerError as error:
            self.complain(error, origin)
        self.reads[-1].frames[name] = frame
        self.sources[name].append(provenance)

    def complain(self, error: GeoPlannerError | str, source: str = "") -> None:
        """Keep a problem."""
        table = error.table if isinstance(error, SchemaError) else ""
        problem = Problem(source, str(error), tuple(map(reason_of, _parts(error))), table)
        self.problems.append(problem)
        if self.reads and self.reads[-1].label == source:
            self.reads[-1].problems.append(problem)

    def found(self, findings: Iterable[Finding]) -> None:
        """Keep what happened to the rows of the source being read."""
        findings = tuple(findings)
        self.reads[-1].findings += findings
        self.findings += findings


def _parts(error: GeoPlannerError | str) -> Sequence[str]:
    """Give the single breaches of an error; those at a path without it."""
    if isinstance(error, InputError):
        return error.problems or (error.subject,)
    return (getattr(error, "reason", None) or str(error),)
