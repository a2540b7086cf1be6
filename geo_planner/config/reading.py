"""Reading a study file: TOML, without secrets, every problem at once."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from geo_planner.config.base import STUDY_KEYS, Settings, problem_of
from geo_planner.config.fares import Fares
from geo_planner.config.job import Job
from geo_planner.config.study import Study
from geo_planner.errors import ConfigError, require_path

_SECRET_NAMES = re.compile(r"password|passwd|secret|token|api_?key|credential", re.IGNORECASE)
_SECRET_VALUES = re.compile(r"://[^/\s:@]+:[^/\s@]+@|[?&](token|api_?key|password)=", re.IGNORECASE)
_MAX_DEPTH = 32
TOO_DEEP = "values are nested too deep"

T = TypeVar("T", bound=Settings)


def read_study(path: Path | str) -> Study:
    """Read a study file; paths in it are relative to its folder.

    Raises
    ------
    ConfigError
        When the file is absent, is no TOML, or has unknown, wrong or secret keys: all at once.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_study, write_example
    >>> read_study(write_example(mkdtemp())).access.modes
    ('walk', 'transit')
    """
    file = require_path(path, "study")
    return with_base(read_settings(file, Study, "study file"), file.parent)


def read_fares(path: Path | str) -> Fares:
    """Read a file of fares: the keys of ``[travel.fares]`` of a study, at its top.

    Raises
    ------
    ConfigError
        As for :func:`read_study`.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> from geo_planner import read_fares
    >>> file = Path(mkdtemp()) / "fares.toml"
    >>> _ = file.write_text('''
    ... kind = "flat"
    ... price = 24
    ... currency = "DKK"
    ... ''')
    >>> read_fares(file)
    Fares(kind='flat', currency='DKK', price=Decimal('24'))
    """
    return read_settings(require_path(path, "fares"), Fares, "file of fares")


def read_job(path: Path | str) -> Job:
    """Read the job of a batch; paths in it are relative to its folder.

    Raises
    ------
    ConfigError
        As for :func:`read_study`.
    """
    file = require_path(path, "job")
    return read_settings(file, Job, "job", page="job-keys.md").based_in(file.parent)


def read_settings(path: Path, kind: type[T], what: str, *, page: str = STUDY_KEYS) -> T:
    """Read settings of a kind from a TOML file.

    Parameters
    ----------
    path
        The file.
    kind
        Settings it holds.
    what
        What messages call such a file.
    page
        Page of the reference that lists its keys.

    Raises
    ------
    ConfigError
        As for :func:`read_study`.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        require_shallow(content)
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such {what}") from None
    except (OSError, ValueError) as error:  # ValueError: of text, of TOML, of absurd numbers
        raise ConfigError(f"{path}: not a readable TOML file ({error})") from error
    except RecursionError:
        raise ConfigError(f"{path}: not a readable TOML file ({TOO_DEEP})") from None
    secrets = list(_secrets(content))
    problems = [
        f"{where}: looks like a secret; take it from the environment instead" for where in secrets
    ]
    found = None
    try:
        found = kind.model_validate(content)
    except ValidationError as error:
        texts = [problem_of(item, page) for item in error.errors()]
        problems += [text for text in texts if text.partition(":")[0] not in secrets]
    if problems or found is None:
        raise ConfigError(f"{path}: the {what} is wrong", problems)
    return found


def require_shallow(content: Any) -> None:
    """Refuse values nested deeper than any setting is, as the parsers of text do.

    Raises
    ------
    RecursionError
        When they are.
    """
    level = [content]
    for _ in range(_MAX_DEPTH):
        level = [
            item
            for value in level
            for item in (
                value.values()
                if isinstance(value, dict)
                else value
                if isinstance(value, list)
                else ()
            )
        ]
        if not level:
            return
    raise RecursionError


def with_base(study: Study, folder: Path) -> Study:
    """Return the study with every path in it taken relative to a folder."""
    parts = {name: _based(getattr(study, name), folder) for name in ("sources", "siting")}
    return study.model_copy(update=parts)


def _based(value: Any, folder: Path) -> Any:
    """Put a folder before every path in a value, however deep it lies."""
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, tuple):
        return tuple(_based(item, folder) for item in value)
    if isinstance(value, Settings):
        parts = {name: _based(getattr(value, name), folder) for name in type(value).model_fields}
        return value.model_copy(update=parts)
    return value


def _secrets(content: Any, where: str = "") -> Iterator[str]:
    """Find keys and values that look like secrets, by their place in the file."""
    if isinstance(content, dict):
        for key, value in content.items():
            place = f"{where}.{key}" if where else str(key)
            if isinstance(value, str) and _SECRET_NAMES.search(str(key)):
                yield place
            else:
                yield from _secrets(value, place)
    elif isinstance(content, list):
        for position, value in enumerate(content):
            yield from _secrets(value, f"{where}[{position}]")
    elif isinstance(content, str) and _SECRET_VALUES.search(content):
        yield where
