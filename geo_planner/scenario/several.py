"""Several scenario files against one region."""

from collections.abc import Callable, Sequence
from pathlib import Path

from geo_planner.errors import ScenarioError
from geo_planner.reasons import Reason
from geo_planner.region import Region
from geo_planner.scenario.applying import apply_scenario, check_scenario
from geo_planner.scenario.files import read_scenario
from geo_planner.scenario.model import Scenario
from geo_planner.scenario.refusals import scenario_error
from geo_planner.scenario.result_folders import require_free


def require_files(files: Sequence[Path]) -> list[Scenario]:
    """Read scenario files.

    Raises
    ------
    ScenarioError
        With what is wrong with all of them, or when two have one id.
    """
    read: list[Scenario] = []
    problems: list[Reason] = []
    for file in files:
        try:
            read.append(read_scenario(file))
        except ScenarioError as error:
            problems += [
                Reason("scenario_of_file", file=file.name, what=what) for what in error.reasons
            ]
    ids = [item.id for item in read]
    doubled = sorted({name for name in ids if ids.count(name) > 1})
    problems += [Reason("scenario_same_id", id=name) for name in doubled]
    if problems:
        raise scenario_error(", ".join(file.name for file in files), problems)
    return read


def require_places(scenarios: Sequence[Scenario], out: Path, inner: str, *, replace: bool) -> None:
    """Refuse a folder ``out/<scenario id>/<inner>`` where another scenario's region stands.

    Raises
    ------
    RegionError
        With what the folder holds; nothing where scenarios may be replaced.
    """
    if not replace:
        for item in scenarios:
            require_free(out / item.id / inner, item)


def apply_files(
    region: Region,
    files: Sequence[Path],
    out: Path,
    *,
    inner: str = "",
    is_listed: bool = True,
    replace: bool = False,
    progress: Callable[[str], None] = lambda _name: None,
) -> list[Region]:
    """Apply scenario files to a region, each by itself, into a folder each.

    Parameters
    ----------
    region
        Baseline.
    files
        Scenario files; they may build on each other or on files beside them.
    out
        Regions are written to ``out/<scenario id>/<inner>``.
    inner
        Folder within, where the region is not to stand alone.
    is_listed, replace
        As in :func:`~geo_planner.scenario.applying.apply_scenario`.
    progress
        Called with each scenario's name.

    Raises
    ------
    ScenarioError
        With what is wrong with all files; nothing is written then.
    RegionError
        When another scenario's region stands in the place of one.
    """
    scenarios = require_files(files)
    problems = [
        Reason("scenario_of_file", file=item.id, what=what)
        for file, item in zip(files, scenarios, strict=True)
        for what in check_scenario(region, file, scenarios).reasons
    ]
    if problems:
        raise scenario_error(", ".join(item.id for item in scenarios), problems)
    require_places(scenarios, out, inner, replace=replace)
    regions = []
    for file, item in zip(files, scenarios, strict=True):
        progress(item.name)
        place = out / item.id / inner
        regions.append(
            apply_scenario(region, file, place, scenarios, is_listed=is_listed, replace=replace)
        )
    return regions
