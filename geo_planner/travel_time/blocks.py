"""Running a search over origins, block by block, on threads; memory stays bounded."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TypeVar

import numpy as np
import numpy.typing as npt

BLOCK_ORIGINS = 32
_BLOCKS_AHEAD = 2

IntArray = npt.NDArray[np.int32]
T = TypeVar("T")


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
    free: SimpleQueue[T] = SimpleQueue()
    for _ in range(threads):
        free.put(make_workspace())

    def one(origins: slice) -> Block:
        space = free.get()
        try:
            return Block(origins, search(origins, space))
        finally:
            free.put(space)

    waiting: deque[Future[Block]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, n_origins, BLOCK_ORIGINS):
            stop = min(start + BLOCK_ORIGINS, n_origins)
            waiting.append(pool.submit(one, slice(start, stop)))
            if len(waiting) >= threads * _BLOCKS_AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
