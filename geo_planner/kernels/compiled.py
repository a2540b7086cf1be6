"""Where compiled code is kept: beside the source, or, where that cannot be written, in a cache.

Numba stops a program that has nowhere to keep what it compiled, as under a service without a home.
"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from numba.core import config

from geo_planner.errors import FolderError

_VARIABLE = "NUMBA_CACHE_DIR"


def keep_compiled_code() -> None:
    """Name a folder for compiled code that can be written, unless the user named one.

    Raises
    ------
    FolderError
        When there is none.
    """
    beside = Path(__file__).parent / "__pycache__"
    if config.CACHE_DIR or _is_writable(beside):  # type: ignore[attr-defined]
        return
    tried = []
    for folder in _caches():
        if _is_writable(folder) and folder.stat().st_uid == os.getuid():
            config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
            return
        tried.append(str(folder))
    raise FolderError(
        ", ".join(tried),
        f"nowhere to keep compiled code: set {_VARIABLE} to a folder that can be written",
    )


def _caches() -> Iterator[Path]:
    """Name folders for caches, the best first: the user's, then one of the machine's."""
    if os.environ.get("XDG_CACHE_HOME"):
        yield Path(os.environ["XDG_CACHE_HOME"]) / "geo_planner"
    if os.environ.get("HOME"):
        yield Path(os.environ["HOME"]) / ".cache" / "geo_planner"
    yield Path(tempfile.gettempdir()) / f"geo_planner-{os.getuid()}"


def _is_writable(folder: Path) -> bool:
    """Tell whether a folder can be written, made now if need be, for its owner alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
