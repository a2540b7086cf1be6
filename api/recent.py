"""What was made lately and may be asked for again; what was asked for longest ago goes first."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import RLock
from typing import Generic, TypeVar

MOST_KEPT = 64_000_000

T = TypeVar("T", str, bytes)


class Recent(Generic[T]):
    """Keep texts or bytes by what they answer, no more in all than a limit.

    Parameters
    ----------
    most
        Characters or bytes that are kept in all.

    Examples
    --------
    >>> recent = Recent[str](most=8)
    >>> recent.keep("a", "12345"), recent.keep("b", "678"), recent.get("a"), recent.keep("c", "9")
    (None, None, '12345', None)
    >>> recent.get("a"), recent.get("b")
    ('12345', None)
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._size = 0
        self._lock = RLock()

    def get(self, key: Hashable) -> T | None:
        """Give what is kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, value: T) -> None:
        """Keep a value, and let go of the oldest where all together are too large."""
        with self._lock:
            self._size += len(value) - len(self._kept.pop(key, value[:0]))
            self._kept[key] = value
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1])

    def give(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept, or make it, once however many ask for it at the same time."""
        with self._lock:
            found = self.get(key)
            if found is None:
                found = make()
                self.keep(key, found)
            return found
