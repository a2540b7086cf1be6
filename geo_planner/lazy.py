"""Packages whose names are imported when they are first used, so that a command waits for no more.

Such a package lists its names three times: imported for type checkers, in ``__all__``, and by the
module each lies in. A test holds the three together. A name must not be that of a module too.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def names_on_use(package: str, homes: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Make the ``__getattr__`` of a package.

    Parameters
    ----------
    package
        Its name.
    homes
        Module within it, as a key, and the names it gives.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def give(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{home_of[name]}"), name)

    return give
