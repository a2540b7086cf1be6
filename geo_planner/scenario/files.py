"""Scenario files: TOML or JSON, with what they build on beside them."""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geo_planner.config.reading import TOO_DEEP, require_shallow
from geo_planner.errors import require_path
from geo_planner.reasons import Reason
from geo_planner.scenario.model import Parsed, Scenario, parse_scenario, require_scenario
from geo_planner.scenario.refusals import scenario_error

SUFFIXES = (".toml", ".json")


def parse_file(path: Path | str) -> Parsed:
    """Read a scenario file as far as it is right; paths in it are relative to its folder.

    Raises
    ------
    ScenarioError
        When the file is absent, or neither TOML nor JSON.
    """
    file = require_path(path, "scenario")
    return parse_scenario(_content(file), file.parent, origin=file.name)


def read_scenario(path: Path | str) -> Scenario:
    """Read a scenario file (TOML or JSON); paths in it are relative to its folder.

    Raises
    ------
    ScenarioError
        With all that is wrong with it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_scenario
    >>> file = Path(mkdtemp()) / "bus.toml"
    >>> _ = file.write_text('''
    ... id = "none"
    ... name = "No change"
    ... ''')
    >>> read_scenario(file)
    Scenario('none': No change, no modification)
    """
    return require_scenario(parse_file(path))


def _content(file: Path) -> Any:
    if file.suffix.lower() not in SUFFIXES:
        raise scenario_error(str(file), [Reason("scenario_file_suffix")])
    try:
        text = file.read_text("utf-8")
        content = tomllib.loads(text) if file.suffix.lower() == ".toml" else json.loads(text)
        require_shallow(content)
    except FileNotFoundError:
        raise scenario_error(str(file), [Reason("scenario_no_file")]) from None
    except (OSError, ValueError) as error:
        raise scenario_error(
            str(file), [Reason("scenario_file_unread", error=str(error))]
        ) from error
    except RecursionError:
        raise scenario_error(str(file), [Reason("scenario_file_unread", error=TOO_DEEP)]) from None
    return content


def bases_beside(
    scenario: Scenario, folder: Path, bases: Iterable[Scenario] = ()
) -> list[Scenario]:
    """Read what a scenario builds on from files named by id in a folder, where not known yet.

    Raises
    ------
    ScenarioError
        When such a file is wrong.
    """
    found = {other.id: other for other in bases}
    wanted = scenario.based_on
    while wanted is not None and wanted not in found and wanted != scenario.id:
        files = [folder / f"{wanted}{suffix}" for suffix in SUFFIXES]
        file = next((file for file in files if file.is_file()), None)
        if file is None:
            break
        found[wanted] = read_scenario(file)
        wanted = found[wanted].based_on
    return list(found.values())


def write_scenario(scenario: Scenario, path: Path | str) -> None:
    """Write a scenario as JSON, as :func:`read_scenario` takes it."""
    content = scenario.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    items = [
        {"do": type(item).__name__} | item.model_dump(mode="json", exclude_defaults=True)
        for item in scenario.modifications
    ]
    text = json.dumps(content | {"modifications": items}, ensure_ascii=False, indent=1)
    Path(path).write_text(text + "\n", "utf-8")
