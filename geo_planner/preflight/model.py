"""What a check found, as values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

from geo_planner.config import Study
from geo_planner.findings import Finding
from geo_planner.preflight.comparing import FeedDay, Misfit, Total
from geo_planner.preflight.coverage import CoverageGrid, LayerCoverage
from geo_planner.preflight.needs import Missing
from geo_planner.reasons import Reason


@dataclass(frozen=True)
class Fault:
    """Say one thing that is wrong.

    Parameters
    ----------
    source, file, layer, table, column
        Where; empty where it concerns the study as a whole.
    what
        What is wrong.
    first
        First ids concerned, with their values.
    remedy
        What to do; None where ``what`` says so itself.
    """

    source: str
    file: str
    layer: str
    table: str
    column: str
    what: Reason
    first: str
    remedy: Reason | None


@dataclass(frozen=True)
class SourceReport:
    """Say what one source gives.

    Parameters
    ----------
    kind, label, file
        List of the study it stands in, its name, and its file or server.
    tables
        Rows by table.
    crs
        CRS of the file; None where it has none.
    bounds_wgs84
        West, south, east, north of all its rows [degrees].
    unmapped_fields
        Fields no column is made from.
    findings
        What was repaired, left out or is doubtful.
    faults
        What is wrong with it.
    fetched
        What became of it where it has an address; None where it has none.
    """

    kind: str
    label: str
    file: str
    tables: Mapping[str, int]
    crs: str | None
    bounds_wgs84: tuple[float, float, float, float] | None
    unmapped_fields: tuple[str, ...]
    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]
    fetched: Reason | None = None


@dataclass(frozen=True)
class Preflight:
    """Hold what a check found.

    Parameters
    ----------
    study
        The study that was checked.
    can_build
        Whether a region can be built.
    crs, timezone
        Those of the region; None where they could not be told.
    sources
        What each source gives, in the order of the study.
    faults
        All that is wrong, of all sources and of the study as a whole.
    missing
        What no source gives and what is lost with it.
    grid, coverage
        Squares over the study area and how far each layer covers them; None without an area.
    misfits, totals, feed_days
        How the sources fit each other and what is known from elsewhere.
    warnings
        What a reader of results should know.
    credits
        Credit lines of the sources.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import check_study, read_study, write_example
    >>> check_study(read_study(write_example(mkdtemp())))
    Preflight('example': can be built, 6 sources, 0 faults)
    """

    study: Study
    can_build: bool
    crs: str | None
    timezone: str | None
    sources: tuple[SourceReport, ...]
    faults: tuple[Fault, ...]
    missing: tuple[Missing, ...]
    grid: CoverageGrid | None
    coverage: tuple[LayerCoverage, ...]
    misfits: tuple[Misfit, ...]
    totals: tuple[Total, ...]
    feed_days: tuple[FeedDay, ...]
    warnings: tuple[Reason, ...]
    credits: tuple[str, ...]

    def __repr__(self) -> str:
        can = "can be built" if self.can_build else "cannot be built"
        counts = f"{len(self.sources)} sources, {len(self.faults)} faults"
        return f"Preflight({self.study.study.id!r}: {can}, {counts})"

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values, for machines."""
        plain = ("sources", "faults", "missing", "misfits", "totals", "feed_days")
        return {
            "study": self.study.study.id,
            "can_build": self.can_build,
            "crs": self.crs,
            "timezone": self.timezone,
            **{name: [_plain(item) for item in getattr(self, name)] for name in plain},
            "coverage": [
                {name: value for name, value in asdict(layer).items() if name != "squares"}
                for layer in self.coverage
            ],
            "warnings": [warning.to_json() for warning in self.warnings],
        }


def _plain(value: Any) -> Any:
    """Return a value of a check as JSON takes it, reasons and findings by their codes."""
    if isinstance(value, Reason | Finding):
        return value.to_json()
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value
