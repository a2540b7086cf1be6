"""A process that lays networks out once and forks the processes that answer.

A fork has all that is laid out at once, so that one may be killed for taking too long, and another
takes its place in no time. The nest has one thread and nothing of the service; when the service
ends, however it does, its pipe closes and the nest ends, and its forks with it.
"""

import os
import signal
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geo_planner.config import Mode
from geo_planner.errors import GeoPlannerError
from geo_planner.region import open_region

from ..processes import end_with_parent
from .question import Answer, Question

if TYPE_CHECKING:
    from .openings import Openings

FORK = "fork"
Answering = Callable[["Openings", Question], Answer]
_NICER = 5  # answers wait for the processor before whoever says that the service is well


class Warm(NamedTuple):
    """Name a region to lay out ahead of the first question."""

    region: Path
    digest: str


def nest(pipe: Connection, ahead: Sequence[Warm], answer: Answering | None = None) -> None:
    """Lay out regions, telling the share done, then fork a process for each handle received.

    Parameters
    ----------
    pipe
        Where the service asks for forks.
    ahead
        Regions to lay out.
    answer
        What the forks answer questions with; None: :mod:`.answers`.
    """
    from . import answers
    from .openings import Openings

    answer = answer or answers.answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.nice(_NICER)
    openings = Openings()
    try:
        _lay_out(openings, ahead, pipe)
        while pipe.recv() == FORK:
            handle = recv_handle(pipe)
            process_id = os.fork()
            if process_id == 0:
                pipe.close()
                _answer_all(Connection(handle), openings, answer)
            os.close(handle)
            pipe.send(process_id)
    except (EOFError, OSError):
        return


def _lay_out(openings: "Openings", ahead: Sequence[Warm], pipe: Connection) -> None:
    steps = [(warm, mode) for warm in ahead for mode in _modes(warm)]
    for done, (warm, mode) in enumerate(steps):
        pipe.send(done / len(steps))
        openings.warm(warm.region, warm.digest, mode)
    pipe.send(1.0)


def _modes(warm: Warm) -> Sequence[Mode]:
    from .openings import modes_of

    try:
        return modes_of(open_region(warm.region))
    except GeoPlannerError:
        return ()


def _answer_all(pipe: Connection, openings: "Openings", answer: Answering) -> None:
    """Answer questions until there are none, then end this fork."""
    end_with_parent()
    try:
        while True:
            question = pipe.recv()
            try:
                pipe.send(answer(openings, question))
            except GeoPlannerError as error:
                pipe.send(error)
            except Exception:  # noqa: BLE001 -- handed to the service, which logs it
                pipe.send(RuntimeError(traceback.format_exc()))
    except (EOFError, OSError):
        pass
    finally:
        os._exit(0)
