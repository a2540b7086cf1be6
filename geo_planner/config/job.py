"""The job of a batch: regions, scenarios, modes, times and origins, and what to measure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeAlias

from pydantic import BeforeValidator, Field, model_validator

from geo_planner.config.base import Minutes, Mode, Settings
from geo_planner.config.travel import WINDOW_SETTINGS, Travel

PLACES = ("zones", "businesses", "sites")
_Cutoffs = Annotated[tuple[Minutes, ...], Field(min_length=1)]


class _Counting(Settings):
    """Say what is counted."""

    opportunities: str = Field(
        min_length=1, description="What is counted: TABLE:COLUMN of the region, or a file."
    )
    column: str | None = Field(
        None, description="Column of the file; by default every column of numbers."
    )
    name: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="Name of what is counted in the results, in place of its column's; one column.",
    )

    @model_validator(mode="after")
    def _a_column_is_of_a_file(self) -> Self:
        if self.column is not None and is_table_column(self.opportunities):
            msg = "a column belongs to a file; for a table write TABLE:COLUMN alone"
            raise ValueError(msg)
        return self


class Cumulative(_Counting):
    """Count what is reached within time limits: `geo-planner access`."""

    kind: Literal["cumulative"]
    cutoffs_min: _Cutoffs = Field(description="Time limits [min].")


class Gravity(_Counting):
    """Count what is reached the less the farther it is."""

    kind: Literal["gravity"]
    half_weight_min: Minutes = Field(description="Time at which an opportunity counts half [min].")


class Reach(Settings):
    """Count what is reached within every limit, in a row for each: `geo-planner reach`."""

    kind: Literal["reach"]
    columns: tuple[str, ...] = Field(
        ("jobs",),
        min_length=1,
        description="What to count: jobs, workers, residents, pupils or TABLE:COLUMN.",
    )
    cutoffs_min: _Cutoffs | None = Field(
        None, description="Time limits [min]; by default every minute up to travel.max_time_min."
    )


class Times(Settings):
    """Search the travel times of all pairs: `geo-planner times`."""

    kind: Literal["times"]
    destinations: str = Field(
        min_length=1, description="zones, businesses or sites of the region, or a file of points."
    )
    only_reached: bool = Field(
        default=False, description="Leave out pairs without any time within the limits."
    )


class Service(Settings):
    """Measure the service level and PTAL of the origins: `geo-planner service`."""

    kind: Literal["service"]
    ptal_window: Literal["dk", "london"] = Field(
        "dk", description="Time of day of the PTAL: dk (07:30-08:30) or london (08:15-09:15)."
    )


JobMeasure: TypeAlias = Annotated[
    Cumulative | Gravity | Reach | Times | Service, Field(discriminator="kind")
]


def is_table_column(text: str) -> bool:
    """Tell TABLE:COLUMN of a region from the name of a file.

    Examples
    --------
    >>> is_table_column("businesses:employees_count"), is_table_column("C:/shops.csv")
    (True, False)
    """
    return bool(text.partition(":")[2]) and not Path(text).suffix


def _listed(given: Any) -> Any:
    return [given] if isinstance(given, str | Path) else given


class Job(Settings):
    """Hold a job of a batch.

    Examples
    --------
    >>> from geo_planner.config import Job
    >>> Job(region="out/demo/region", modes=["walk"], measures=[
    ...     {"kind": "cumulative", "opportunities": "businesses:employees_count",
    ...      "cutoffs_min": [15, 30]}]).origins
    'zones'
    """

    region: Annotated[tuple[Path, ...], BeforeValidator(_listed)] = Field(
        description="Folder of a region made by `geo-planner build`, or several."
    )
    origins: str = Field(
        "zones",
        min_length=1,
        description="Where to measure from: zones, businesses or sites of the region, or a file.",
    )
    modes: tuple[Mode, ...] = Field(description="Modes of travel.")
    measures: tuple[JobMeasure, ...] = Field(
        description="What to measure, a table of keys each; its kind says which keys it takes.",
    )
    travel: Travel = Field(
        default_factory=Travel,
        description="As in a study; what is not given is as the region was built with.",
    )
    departures: tuple[datetime | time, ...] = Field(
        (),
        description="Starts of the departure window, each measured by itself: 2026-03-10T07:30, "
        "or 07:30 of a typical day; in place of the window of travel.",
    )
    scenarios: tuple[Path, ...] = Field(
        (), description="Scenario files; each is measured beside the region as it is."
    )
    tile_origins: int = Field(
        1024,
        ge=1,
        le=1_000_000,
        description="Most origins in one file of results, and in one piece of work.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        problems = [
            f"{name}: name at least one"
            for name in ("region", "modes", "measures")
            if not getattr(self, name)
        ]
        problems += [
            f"{name} lists {what} more than once"
            for name in ("region", "modes", "scenarios", "departures")
            for what in _doubled(getattr(self, name))
        ]
        kinds = [one.kind for one in self.measures if isinstance(one, Reach | Times | Service)]
        problems += [
            f"measures: one of kind {kind} at most; give the others a job of their own"
            for kind in _doubled(kinds)
        ]
        if self.departures and _WINDOW_ENDS & self.travel.model_fields_set:
            problems.append("give either departures or a window under travel")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def based_in(self, folder: Path) -> Self:
        """Take every path relative to a folder."""
        return self.model_copy(
            update={
                "region": tuple((folder / path).resolve() for path in self.region),
                "scenarios": tuple((folder / path).resolve() for path in self.scenarios),
                "origins": _based(self.origins, folder),
                "measures": tuple(_measure_based(one, folder) for one in self.measures),
            }
        )


_WINDOW_ENDS = frozenset(WINDOW_SETTINGS) - {"window_min", "percentiles", "day"}


def _based(place: str, folder: Path) -> str:
    return place if place in PLACES or is_table_column(place) else str((folder / place).resolve())


def _measure_based(measure: Any, folder: Path) -> Any:
    paths = {
        name: _based(getattr(measure, name), folder)
        for name in ("opportunities", "destinations")
        if hasattr(measure, name)
    }
    return measure.model_copy(update=paths)


def _doubled(values: Iterable[object]) -> Iterator[str]:
    yield from (text for text, count in Counter(map(str, values)).items() if count > 1)
