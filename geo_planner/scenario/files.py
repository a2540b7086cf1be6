"""Scenario files: TOML or JSON, with what they build on beside them."""

import json
import tomllib
from collections.abc import Iterable, Mapping
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
    _require_suffix(str(file))
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise scenario_error(str(file), [Reason("scenario_no_file")]) from None
    except (OSError, ValueError) as error:
        raise scenario_error(
            str(file), [Reason("scenario_file_unread", error=str(error))]
        ) from error
    return _parsed(text, str(file))


def content_of_text(text: str, name: str) -> dict[str, Any]:
    """Read the text of a scenario file, whose name says whether it is TOML or JSON.

    Raises
    ------
    ScenarioError
        When it is neither, or holds no keys.

    Examples
    --------
    >>> content_of_text('id = "more"', "more.toml")
    {'id': 'more'}
    """
    _require_suffix(name)
    content = _parsed(text, name)
    if not isinstance(content, dict):
        raise scenario_error(name, [Reason("scenario_no_mapping")])
    return json.loads(json.dumps(content, default=str))  # days of TOML, as JSON has them


def text_of_content(content: Mapping[str, Any], suffix: str) -> str:
    """Write what a scenario says as the text of a file; keys without a value are left out."""
    if suffix == ".json":
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    import tomli_w

    return tomli_w.dumps(_without_nulls(content))


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(one) for one in value if one is not None]
    return value


def _require_suffix(name: str) -> None:
    if Path(name).suffix.lower() not in SUFFIXES:
        raise scenario_error(name, [Reason("scenario_file_suffix")])


def _parsed(text: str, name: str) -> Any:
    try:
        content = tomllib.loads(text) if name.lower().endswith(".toml") else json.loads(text)
        require_shallow(content)
    except ValueError as error:
        raise scenario_error(name, [Reason("scenario_file_unread", error=str(error))]) from error
    except RecursionError:
        raise scenario_error(name, [Reason("scenario_file_unread", error=TOO_DEEP)]) from None
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
