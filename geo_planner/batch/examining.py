"""Looking at all a job names before any work: everything that is wrong is said at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from geo_planner.accessibility import COUNTED, service_points
from geo_planner.accessibility.points import opportunities_of
from geo_planner.batch.isolating import text_of
from geo_planner.batch.plan import ANY_TIME, BASELINE, text_digest
from geo_planner.config import TRANSIT_MODES, Job, JobMeasure, Mode, Travel
from geo_planner.config.base import problem_of
from geo_planner.config.job import (
    PLACES,
    Cumulative,
    Gravity,
    Reach,
    Service,
    Times,
    is_table_column,
)
from geo_planner.config.travel_options import laid_over
from geo_planner.errors import ConfigError, GeoPlannerError
from geo_planner.folders import sha256_of
from geo_planner.region import Region, open_region
from geo_planner.scenario import chain_of, check_scenario, identity_of, read_scenario
from geo_planner.scenario.files import bases_beside
from geo_planner.travel_time.inputs import require_limits

T = TypeVar("T")
TYPICAL = "typical"


@dataclass(frozen=True)
class Asked:
    """Hold a region that a job asks about.

    Parameters
    ----------
    name
        Id of its study.
    region
        The region.
    travels
        Settings by departure.
    """

    name: str
    region: Region
    travels: dict[str, Travel]

    def departures(self, mode: Mode) -> dict[str, Travel]:
        """Give the settings that make a difference to a mode, by departure."""
        if mode in TRANSIT_MODES:
            return self.travels
        return {ANY_TIME: next(iter(self.travels.values()))}

    @property
    def days(self) -> dict[str, Travel]:
        """Give settings by the day they are of, each day once."""
        found: dict[str, Travel] = {}
        for travel in self.travels.values():
            moment = travel.depart or travel.arrive or travel.day
            day = moment.strftime("%Y-%m-%d") if isinstance(moment, date) else TYPICAL
            found.setdefault(day, travel)
        return found


@dataclass
class Examined:
    """Hold what a job names, and the digests of all of it."""

    regions: list[Asked] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)


class _Problems(list[str]):
    """Collect what is wrong."""

    def of(self, place: str, attempt: Callable[[], T]) -> T | None:
        """Try something; keep what is wrong with it."""
        try:
            return attempt()
        except (GeoPlannerError, OSError) as error:
            self.append(f"{place}: {text_of(error)}")
        return None


def examine(job: Job) -> Examined:
    """Open and read all that a job names.

    Raises
    ------
    ConfigError
        With all that is wrong: regions, origins, opportunities, limits, modes and scenarios.
    """
    problems, found = _Problems(), Examined()
    for path in job.region:
        region = problems.of("region", lambda path=path: open_region(path))  # type: ignore[misc]
        if region is not None:
            asked = _asked(job, region, problems)
            found.regions.append(asked)
            problems += _unusable_modes(job, region)
            _look_at(job, asked, problems)
    named = Counter(asked.name for asked in found.regions)
    problems += [
        f"region: {count} regions are of a study called {name!r}; batch them apart"
        for name, count in named.items()
        if count > 1
    ]
    _look_at_scenarios(job, found, problems)
    if problems:
        raise ConfigError("the job cannot be done", list(dict.fromkeys(problems)))
    for asked in found.regions:
        content = [asked.region.digest, dict(asked.region.study)]
        found.inputs[f"region {asked.region.path}"] = text_digest(content)
    found.inputs.update(
        (f"file {file}", sha256_of(file)) for name in _files(job) for file in _parts_of(name)
    )
    return found


def _asked(job: Job, region: Region, problems: _Problems) -> Asked:
    """Lay the job's settings over those a region was built with, for each departure."""
    kept = region.study.get("travel", {})
    given = {name: getattr(job.travel, name) for name in job.travel.model_fields_set}
    travels: dict[str, Travel] = {}
    for moment in job.departures or (None,):
        asked = given if moment is None else {**given, "depart": moment}
        try:
            travel = Travel.model_validate(laid_over(kept, asked))
        except ValidationError as error:
            problems += [f"travel.{problem_of(item)}" for item in error.errors()]
            continue
        travels[moment_label(travel)] = travel
    if job.departures and travels and len(travels) < len(job.departures):
        problems.append("departures: two of them are the same minute")
    return Asked(str(region.study.get("id", region.path.name)), region, travels)


def moment_label(travel: Travel) -> str:
    """Name a window by its start, or by its end where it is one of arrivals.

    Examples
    --------
    >>> moment_label(Travel(depart="2026-03-10T07:30")), moment_label(Travel(arrive_time="08:30"))
    ('2026-03-10T0730', 'arrive-typical-T0830')
    """
    end = travel.depart or travel.depart_time or travel.arrive or travel.arrive_time
    is_arrival = travel.arrive is not None or travel.arrive_time is not None
    text = TYPICAL
    if isinstance(end, datetime):
        text = end.strftime("%Y-%m-%dT%H%M")
    elif isinstance(end, time):
        text = f"{travel.day or TYPICAL}-T{end.strftime('%H%M')}"
    return f"arrive-{text}" if is_arrival else text


def _unusable_modes(job: Job, region: Region) -> Iterator[str]:
    rides = [str(mode) for mode in job.modes if mode in TRANSIT_MODES]
    rides += [one.kind for one in job.measures if isinstance(one, Service)]
    if not region.has("streets"):
        yield f"{region.path}: the region has no streets; build it with an OSM file"
    if rides and (not region.has("stop_times") or region.timezone is None):
        yield (
            f"{region.path}: the region has no timetable for {', '.join(rides)}; "
            "build it with a GTFS file, or leave them out"
        )


def _look_at(job: Job, asked: Asked, problems: _Problems) -> None:
    """Read origins and what is measured to, and hold limits to what is searched."""
    region = asked.region
    problems.of("origins", lambda: service_points(region, job.origins))
    columns: Counter[str] = Counter()
    for place, measure in enumerate(job.measures):
        where = f"measures[{place}]"
        columns.update(problems.of(where, lambda m=measure: _columns(region, m)) or ())  # type: ignore[misc]
        limits = getattr(measure, "cutoffs_min", None)
        for travel in asked.travels.values() if limits else ():
            problems.of(where, lambda t=travel, of=limits: require_limits(of, t.max_time_min))  # type: ignore[misc]
    problems += [
        f"measures: {name} is asked for {count} times; give one of them a name of its own"
        for name, count in columns.items()
        if count > 1
    ]


def _columns(region: Region, measure: JobMeasure) -> list[str]:
    """Read what is measured to; name the columns, as far as two measures may make the same."""
    if isinstance(measure, Times):
        service_points(region, measure.destinations)
    elif isinstance(measure, Reach):
        for name in measure.columns:
            opportunities_of(region, COUNTED.get(name, name))
    elif isinstance(measure, Cumulative | Gravity):
        _, counts = opportunities_of(region, measure.opportunities, measure.column)
        if measure.name is not None and counts.shape[1] > 1:
            raise ConfigError(
                f"name = {measure.name!r} is for one column, but there are {counts.shape[1]}: "
                "choose one by column"
            )
        names = counts.columns if measure.name is None else [measure.name]
        limits = measure.cutoffs_min if isinstance(measure, Cumulative) else ("gravity",)
        return [f"{name} within {limit}" for name in names for limit in dict.fromkeys(limits)]
    return []


def _look_at_scenarios(job: Job, found: Examined, problems: _Problems) -> None:
    """Try every scenario on every region."""
    ids: Counter[str] = Counter()
    for file in job.scenarios:
        scenario = problems.of("scenarios", lambda file=file: read_scenario(file))  # type: ignore[misc]
        if scenario is None:
            continue
        ids[scenario.id] += 1
        for asked in found.regions:
            wrong = check_scenario(asked.region, file).problems
            problems += [f"scenarios: {file.name} on {asked.name}: {text}" for text in wrong]
            if not wrong:
                chain = chain_of(scenario, bases_beside(scenario, file.parent))
                found.inputs[f"scenario {file} on {asked.name}"] = identity_of(asked.region, chain)
    problems += [
        f"scenarios: {count} are called {name!r}; give each an id of its own"
        for name, count in ids.items()
        if count > 1
    ]
    problems += [f"scenarios: {BASELINE} is no name for one" for name in ids if name == BASELINE]


def _files(job: Job) -> Sequence[str]:
    """List the files of points a job names, each once."""
    named = [job.origins]
    for measure in job.measures:
        named += [getattr(measure, name, "zones") for name in ("opportunities", "destinations")]
    return [one for one in dict.fromkeys(named) if not (one in PLACES or is_table_column(one))]


def _parts_of(name: str) -> list[Path]:
    """List the files a layer lies in: a Shapefile is several."""
    file = Path(name)
    if file.suffix.lower() != ".shp":
        return [file]
    return sorted(part for part in file.parent.glob(f"{file.stem}.*") if part.is_file())


def json_of(travel: Travel) -> dict[str, Any]:
    """Write settings as plain values that read back to the same."""
    return travel.model_dump(mode="json", exclude_none=True)
