"""Who asks when: a bounded number of questions at once, the next wait their turn or come back.

A question that takes too long, or whose asker has left, is stopped by ending its process; another
takes its place.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from ..errors import Refusal, RefusedError
from ..settings import ServiceSettings
from .forks import Fork, LostError, Nest
from .nest import Answering, Warm
from .question import Answer, Question

_log = structlog.get_logger(__package__)
_BUSY_RETRY_S = 2
_OPENING_RETRY_S = 3

T = TypeVar("T")


class Askers:
    """Ask questions of processes that can be stopped.

    Parameters
    ----------
    settings
        How many at once, how long.
    ahead
        Regions whose networks are opened before the first question.
    answer
        What questions are answered with; None: :mod:`.answers`.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        ahead: Sequence[Warm],
        answer: Answering | None = None,
    ) -> None:
        self._answer = answer
        self._settings = settings
        self._ahead = ahead
        self._nest: Nest | None = None
        self._free: asyncio.Queue[Fork] = asyncio.Queue()
        self._forks: set[Fork] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._n_waiting = 0
        self._is_stopping = False
        self._threads = ThreadPoolExecutor(settings.question_workers + 2, "asking")
        self.share = 0.0
        self.is_open = False

    @property
    def n_running(self) -> int:
        """Questions that are worked on now."""
        return len(self._forks) - self._free.qsize()

    @property
    def n_waiting(self) -> int:
        """Questions that wait their turn."""
        return self._n_waiting

    def start(self) -> None:
        """Open the networks in the background; questions are taken once that is done."""
        self._later(self._open())

    async def stop(self) -> None:
        """End all processes, and what they work on."""
        self._is_stopping, self.is_open = True, False
        for task in self._tasks:
            task.cancel()
        for fork in self._forks:
            fork.kill()
        if self._nest is not None:
            await asyncio.to_thread(self._nest.stop)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, question: Question) -> Answer:
        """Answer a question when its turn has come.

        Raises
        ------
        RefusedError
            503 while the networks are opened or too many ask, 504 past the deadline.
        GeoPlannerError
            When the question does not fit its region.
        """
        if not self.is_open:
            detail = f"the networks are being opened, {self.share:.0%} done: ask again in a moment"
            raise RefusedError(
                503, Refusal(code="NetworksOpening", detail=detail), _OPENING_RETRY_S
            )
        fork = await self._turn()
        work = self._in_thread(fork.ask, question)
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                answer = await asyncio.shield(work)
        except TimeoutError:
            self._later(self._replace(fork, work))
            detail = (
                f"not answered within {self._settings.deadline_s:g} s and stopped: ask for shorter "
                "limits, a shorter window or fewer points"
            )
            raise RefusedError(504, Refusal(code="DeadlinePassed", detail=detail)) from None
        except asyncio.CancelledError:
            self._later(self._let_end(fork, work))
            raise
        except LostError:
            self._later(self._replace(fork, work))
            detail = "the process that worked on this ended unexpectedly: ask again"
            raise RefusedError(
                503, Refusal(code="AnswerLost", detail=detail), _BUSY_RETRY_S
            ) from None
        except Exception:
            self._free.put_nowait(fork)
            raise
        self._free.put_nowait(fork)
        return answer

    async def _turn(self) -> Fork:
        """Wait for a process that is free."""
        if self._free.empty() and self._n_waiting >= self._settings.questions_waiting:
            raise self._busy()
        self._n_waiting += 1
        try:
            async with asyncio.timeout(self._settings.wait_limit_s):
                return await self._free.get()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self._n_waiting -= 1

    def _busy(self) -> RefusedError:
        detail = f"{self.n_running} questions are worked on and {self.n_waiting} wait: ask again"
        return RefusedError(503, Refusal(code="Busy", detail=detail), _BUSY_RETRY_S)

    async def _open(self) -> None:
        """Start the nest and the first forks; start again where the nest ends meanwhile."""
        self.is_open, self.share = False, 0.0
        while not self._is_stopping:
            try:
                self._nest = await self._in_thread(Nest, self._ahead, self._answer)
                await self._in_thread(self._nest.wait_until_laid_out, self._note)
                for _ in range(self._settings.question_workers):
                    self._add(await self._in_thread(self._nest.fork))
            except LostError as error:
                _log.warning("networks are opened again", reason=str(error))
                self._clear()
                await asyncio.sleep(1)
                continue
            self.is_open = True
            _log.info("questions can be asked", processes=self._settings.question_workers)
            return

    def _note(self, share: float) -> None:
        self.share = share

    def _add(self, fork: Fork) -> None:
        self._forks.add(fork)
        self._free.put_nowait(fork)

    def _clear(self) -> None:
        for fork in self._forks:
            fork.kill()
        self._forks.clear()
        while not self._free.empty():
            self._free.get_nowait()

    async def _let_end(self, fork: Fork, work: "asyncio.Future[Answer]") -> None:
        """Give a question nobody waits for a moment to end; then end it."""
        done, _ = await asyncio.wait({work}, timeout=self._settings.leaving_grace_s)
        if done and not isinstance(work.exception(), LostError):
            self._free.put_nowait(fork)
        else:
            await self._replace(fork, work)

    async def _replace(self, fork: Fork, work: "asyncio.Future[Answer]") -> None:
        """End a process and what it works on; put another in its place."""
        fork.kill()
        with suppress(Exception):
            await work
        fork.close()
        if fork not in self._forks or self._nest is None or self._is_stopping:
            return
        self._forks.discard(fork)
        try:
            self._add(await self._in_thread(self._nest.fork))
        except LostError:
            self._clear()
            await self._open()

    def _in_thread(self, work: Callable[..., T], *given: Any) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
