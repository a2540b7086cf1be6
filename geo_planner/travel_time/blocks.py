"""Running a search over origins, block by block, on threads; memory stays bounded."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeVar

from geo_planner.arrays import IntArray
from geo_planner.errors import InputError

BLOCK_ORIGINS = 32
_BLOCKS_AHEAD = 2

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Block:
    """Hold the travel costs of some origins to some destinations, one of them all.

    Parameters
    ----------
    origins
        Which origins; all, where the search runs from destinations.
    costs_cs
        ``(n_block_origins, n_block_destinations, n_columns)`` [cs]; one column, or one a
        percentile; :data:`geo_planner.kernels.street.UNREACHED` where there is no way within
        the limits.
    destinations
        Which destinations; all, where the search runs from origins.
    """

    origins: slice
    costs_cs: IntArray
    destinations: slice = field(default_factory=lambda: slice(None))

    def progress(self, n_origins: int, n_destinations: int) -> tuple[int, int]:
        """Say how many rows of the search are done after this block, and of how many."""
        if self.destinations == slice(None):
            return self.origins.stop, n_origins
        return self.destinations.stop, n_destinations


def default_threads() -> int:
    """Count the processor cores this process may use."""
    return len(os.sched_getaffinity(0))


def chosen_threads(threads: int | None) -> int:
    """Return how many searches run at once; None: one per core.

    Raises
    ------
    InputError
        When there is no thread to work on.

    Examples
    --------
    >>> chosen_threads(3)
    3
    """
    if threads is None:
        return default_threads()
    if threads < 1:
        raise InputError(f"threads = {threads}: search at least one at once, or leave it out")
    return threads


def run_blocks(
    n_origins: int,
    threads: int,
    make_workspace: Callable[[], T],
    search: Callable[[slice, T], IntArray],
) -> Iterator[Block]:
    """Search block by block and hand the blocks out in order.

    Parameters
    ----------
    n_origins
        How many origins there are.
    threads
        How many blocks are searched at once.
    make_workspace
        Makes what one search needs; each is used by one block at a time.
    search
        Fills one block; must release the interpreter lock to gain from threads.
    """
    for origins, costs_cs in run_in_order(n_origins, threads, make_workspace, search):
        yield Block(origins, costs_cs)


def run_in_order(
    n_origins: int,
    threads: int,
    make_workspace: Callable[[], T],
    work: Callable[[slice, T], R],
    *,
    block_origins: int = BLOCK_ORIGINS,
) -> Iterator[tuple[slice, R]]:
    """Do some work block by block, on threads, and hand the results out in order.

    Parameters
    ----------
    n_origins, threads, make_workspace
        As for :func:`run_blocks`.
    work
        Does one block; must release the interpreter lock to gain from threads.
    block_origins
        Origins in a block. Blocks do not depend on the threads, so neither do results.

    Raises
    ------
    InputError
        When there is no thread to work on.
    """
    chosen_threads(threads)
    free: SimpleQueue[T] = SimpleQueue()
    n_blocks = -(-n_origins // block_origins)
    for _ in range(min(threads, n_blocks)):
        free.put(make_workspace())

    def one(origins: slice) -> tuple[slice, R]:
        space = free.get()
        try:
            return origins, work(origins, space)
        finally:
            free.put(space)

    waiting: deque[Future[tuple[slice, R]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, n_origins, block_origins):
            stop = min(start + block_origins, n_origins)
            waiting.append(pool.submit(one, slice(start, stop)))
            if len(waiting) >= threads * _BLOCKS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
