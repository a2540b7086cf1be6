"""The nest and its forks as the service sees them: started, asked one thing at a time, killed."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from threading import Lock

from .nest import FORK, Answering, Warm, nest
from .question import Answer, Question

_END_LIMIT_S = 2.0


class LostError(Exception):
    """Say that a process ended before it answered."""


class Fork:
    """Hold a process that answers one question at a time.

    Parameters
    ----------
    process_id
        Its id.
    pipe
        Where questions go and answers come from.
    """

    def __init__(self, process_id: int, pipe: Connection) -> None:
        self.process_id = process_id
        self._pipe = pipe

    def ask(self, question: Question) -> Answer:
        """Wait for the answer to a question.

        Raises
        ------
        GeoPlannerError
            As the library raised it.
        LostError
            When the process was killed meanwhile.
        """
        try:
            self._pipe.send(question)
            reply = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise LostError(f"process {self.process_id} ended") from error
        if isinstance(reply, Exception):
            raise reply
        answer: Answer = reply
        return answer

    def kill(self) -> None:
        """End the process, whatever it does."""
        with suppress(ProcessLookupError):
            os.kill(self.process_id, signal.SIGKILL)

    def close(self) -> None:
        """Let the process end when it has answered."""
        self._pipe.close()


class Nest:
    """Hold the process that lays networks out and forks.

    Parameters
    ----------
    ahead
        Regions to lay out before the first fork.
    answer
        What questions are answered with; None: :mod:`.answers`.
    """

    def __init__(self, ahead: Sequence[Warm], answer: Answering | None = None) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._lock = Lock()
        self._process = context.Process(
            target=nest, args=(theirs, tuple(ahead), answer), name="nest", daemon=True
        )
        self._process.start()
        theirs.close()

    def wait_until_laid_out(self, progress: Callable[[float], None]) -> None:
        """Follow the laying out; call with the share done.

        Raises
        ------
        LostError
            When the nest ended.
        """
        share = 0.0
        try:
            while share < 1.0:
                share = self._pipe.recv()
                progress(share)
        except (EOFError, OSError) as error:
            raise LostError("the process that opens networks ended") from error

    def fork(self) -> Fork:
        """Make one more process that answers.

        Raises
        ------
        LostError
            When the nest ended.
        """
        ours, theirs = get_context("spawn").Pipe()
        try:
            with self._lock, theirs:
                self._pipe.send(FORK)
                send_handle(self._pipe, theirs.fileno(), self._process.pid)
                return Fork(self._pipe.recv(), ours)
        except (EOFError, OSError) as error:
            raise LostError("the process that opens networks ended") from error

    def stop(self) -> None:
        """End the nest, and with it all its forks."""
        self._pipe.close()
        self._process.kill()  # it has nothing to put away
        self._process.join(_END_LIMIT_S)
