"""Every error the library raises on purpose, in one tree.

GeoPlannerError
├── InputError (ValueError)            what the user handed over is wrong
│   ├── SchemaError                    a table breaks its schema; all breaches at once
│   ├── CRSError                       a coordinate system is absent, wrong or not metric
│   └── ConfigError                    the study file is wrong; all problems at once
├── SourceError (OSError)              a source is missing, unreadable or damaged
│   └── FetchError                     a source was not fetched; says which of five results it is
├── RegionError (ValueError)           a region folder is damaged, newer or locked
├── FolderError (OSError)              a folder is in use, or what lies in it is not one run
├── ScenarioError (ValueError)         a list of modifications is wrong; see ``problems``
└── MissingDependencyError (ImportError)  an extra is not installed

Each error is also the builtin it resembles, so that old ``except`` clauses work. A message says
what is wrong, where, and what to do. Arguments reach ``super().__init__`` unchanged, so that
errors survive pickling between processes.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

MAX_PROBLEMS_SHOWN = 20
_LINES_SHOWN = 36
_LEAST_LINES_EACH = 2
_HEAD_SHOWN, _TAIL_SHOWN = 1500, 300


T = TypeVar("T")


class GeoPlannerError(Exception):
    """Stand at the root of all errors of this library."""


class InputError(GeoPlannerError, ValueError):
    """Say that what the user handed over is wrong, with every problem found."""

    def __init__(self, subject: str, problems: Sequence[str] = ()) -> None:
        super().__init__(subject, tuple(problems))
        self.subject = subject
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Join the subject and its problems on one screen, with what is left out counted."""
        subject = _cut(self.subject)
        if not self.problems:
            return subject
        return "\n".join([f"{subject}:", *_listed(self.problems)])


def _cut(text: str) -> str:
    """Leave the middle out of a text that no screen holds: a value may be of any length.

    Examples
    --------
    >>> len(_cut("x" * 5_000_000))
    1839
    """
    n_out = len(text) - _HEAD_SHOWN - _TAIL_SHOWN
    if n_out <= 0:
        return text
    return f"{text[:_HEAD_SHOWN]} ... ({n_out} characters left out) ... {text[-_TAIL_SHOWN:]}"


def _listed(problems: Sequence[str]) -> Iterator[str]:
    """List problems, the lines of one that has several further in; tails are counted."""
    shown = problems[:MAX_PROBLEMS_SHOWN]
    lines_each = max(_LEAST_LINES_EACH, _LINES_SHOWN // len(shown))
    for problem in shown:
        first, *rest = problem.splitlines() or [""]
        yield f"  - {_cut(first)}"
        n_kept = len(rest) if len(rest) < lines_each else lines_each - 2
        yield from (f"    {_cut(line)}" for line in rest[:n_kept])
        if n_kept < len(rest):
            yield f"      - and {len(rest) - n_kept} more lines"
    if len(problems) > len(shown):
        yield f"  - and {len(problems) - len(shown)} more problems"


class SchemaError(InputError):
    """Say that a table breaks its schema."""

    def __init__(self, subject: str, problems: Sequence[str] = (), table: str = "") -> None:
        super().__init__(subject, problems)
        self.args = (subject, tuple(problems), table)
        self.table = table


class CRSError(InputError):
    """Say that a coordinate reference system is absent, unknown, or unfit to measure in."""


class ConfigError(InputError):
    """Say that a study file is wrong."""


class _AtPath(Exception):  # noqa: N818 -- a part of errors, never raised itself
    """Carry the path of a file or folder and what is wrong there."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        """Put the path before the reason."""
        return f"{_cut(self.path)}: {_cut(self.reason)}"


class SourceError(_AtPath, GeoPlannerError, OSError):
    """Say that a source is missing, unreadable or damaged."""


class FetchError(SourceError):
    """Say that a source was not fetched, in English and as a reason: see ``what``."""

    def __init__(self, path: str, reason: str, what: Any = None) -> None:
        super().__init__(path, reason)
        self.args = (path, reason, what)
        self.what = what


class RegionError(_AtPath, GeoPlannerError, ValueError):
    """Say that a region folder is damaged, of another version, or in use."""


class FolderError(_AtPath, GeoPlannerError, OSError):
    """Say that a folder is in use, or that what lies in it is not one whole run."""


class ScenarioError(GeoPlannerError, ValueError):
    """Say that modifications are wrong, with the index of each: in English, and as reasons."""

    def __init__(self, name: str, problems: Sequence[str], reasons: Sequence[Any] = ()) -> None:
        super().__init__(name, tuple(problems), tuple(reasons))
        self.name = name
        self.problems = tuple(problems)
        self.reasons = tuple(reasons)

    def __str__(self) -> str:
        """List the problems, one a line."""
        return "\n".join(
            [f"scenario {_cut(self.name)!r}:", *(f"  - {_cut(p)}" for p in self.problems)]
        )


class MissingDependencyError(GeoPlannerError, ImportError):
    """Say which extra is not installed and how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    def __str__(self) -> str:
        """Name the package and the command that installs it."""
        return (
            f"{self.package} is not installed: "
            f"run pip install 'geo_planner[{self.extra}]' to get it"
        )


def require_kind(given: Any, kind: type[T], name: str, remedy: str) -> T:
    """Return what is of a kind, or refuse it.

    Parameters
    ----------
    given
        What was handed over.
    kind
        Class that is wanted.
    name
        Name of the argument.
    remedy
        How to get one.

    Raises
    ------
    InputError
        When it is something else.

    Examples
    --------
    >>> require_kind("a.toml", int, "count", "write a number")
    Traceback (most recent call last):
    geo_planner.errors.InputError: count must be of type int, not str: write a number
    """
    if isinstance(given, kind):
        return given
    raise InputError(
        f"{name} must be of type {kind.__name__}, not {type(given).__name__}: {remedy}"
    )


def require_path(given: Any, name: str) -> Path:
    """Return the path of a file or folder, or refuse what is none.

    Raises
    ------
    InputError
        When it is neither text nor a path.

    Examples
    --------
    >>> require_path("study.toml", "study").suffix
    '.toml'
    """
    if isinstance(given, str | Path):
        return Path(given)
    raise InputError(f"{name} must be the path of a file or folder, not {type(given).__name__}")
