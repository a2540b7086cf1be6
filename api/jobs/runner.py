"""Running jobs: one process each, as many at once as there are workers; ended when cancelled."""

import asyncio
import os
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

import structlog

from ..errors import RefusedError
from ..library import Library
from ..state.jobs import Jobs
from ..state.tables import Job
from .work import Told, run_scenario

_log = structlog.get_logger(__package__)
_LOOK_EVERY_S = 0.5
_RECOVER_EVERY_S = 5.0
_BEAT_EVERY_S = 1.0
_END_LIMIT_S = 3.0


class Runner:
    """Run what waits in the queue.

    Parameters
    ----------
    jobs
        The queue.
    library
        Studies whose scenarios are run.
    workers
        Jobs at once.
    """

    def __init__(self, jobs: Jobs, library: Library, workers: int) -> None:
        self._jobs = jobs
        self._library = library
        self._workers = workers
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take jobs."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._work()) for _ in range(self._workers)]
        self._tasks.append(loop.create_task(self._recover()))

    async def stop(self) -> None:
        """Take no more; what runs is put back in the queue, for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _recover(self) -> None:
        while True:
            with suppress(Exception):
                await asyncio.to_thread(self._jobs.recover)
            await asyncio.sleep(_RECOVER_EVERY_S)

    async def _work(self) -> None:
        while True:
            try:
                job = await asyncio.to_thread(self._jobs.claim)
                if job is not None:
                    await self._run(job)
            except Exception:  # noqa: BLE001 -- the next job may fare better
                _log.exception("a job could not be run")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _run(self, job: Job) -> None:
        log = _log.bind(job=job.id, study=job.study, scenario=job.scenario)
        try:
            folder = self._library.study(job.study).folder
        except RefusedError as error:
            await asyncio.to_thread(self._jobs.end, job.id, "failed", error.refusal.detail)
            return
        context = get_context("spawn")
        pipe, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=run_scenario, args=(theirs, folder, job.content, os.getpid()), daemon=True
        )
        await asyncio.to_thread(process.start)
        theirs.close()
        log.info("job begun")
        try:
            state = await self._follow(job, process, pipe)
            log.info("job ended", state=state)
        except asyncio.CancelledError:
            await _end(process)
            self._jobs.give_back(job.id)
            raise
        finally:
            await _end(process)
            pipe.close()

    async def _follow(self, job: Job, process: SpawnProcess, pipe: Connection) -> str:
        """Note what the process tells until it ends; end it where that is asked for."""
        told = Told("step", "starting", 0.0)
        while True:
            for one in await asyncio.to_thread(_heard, pipe):
                told = one
                if told.kind != "step":
                    return await asyncio.to_thread(self._ended, job, told)
            state = await asyncio.to_thread(self._jobs.note, job.id, told.step, told.share)
            if state == "cancelling":
                await _end(process)
                await asyncio.to_thread(self._jobs.end, job.id, "cancelled")
                return "cancelled"
            if state == "lost":  # another service took it: two must not write one result
                await _end(process)
                return "lost"

    def _ended(self, job: Job, told: Told) -> str:
        if told.kind == "done":
            self._jobs.end(job.id, "done")
            return "done"
        reason = told.step
        if told.kind == "fault":
            _log.error("a job failed", job=job.id, traceback=told.step)
            reason = f"unexpected error; the log of the service has the details of job {job.id}"
        self._jobs.end(job.id, "failed", reason, list(told.problems))
        return "failed"


def _heard(pipe: Connection) -> list[Told]:
    """Wait a while for words of the process; give all there are, and last of all that it ended."""
    heard: list[Told] = []
    try:
        is_word = pipe.poll(_BEAT_EVERY_S)
        while is_word:
            heard.append(pipe.recv())
            is_word = pipe.poll()
    except (EOFError, OSError):
        heard.append(Told("failed", "the process ended unexpectedly; it may lack memory"))
    return heard


async def _end(process: SpawnProcess) -> None:
    if process.is_alive():
        process.kill()
    await asyncio.to_thread(process.join, _END_LIMIT_S)
