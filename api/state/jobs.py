"""Keeping jobs: each is held by one service at a time, and run again once when that one ended."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from ..errors import Refusal, RefusedError
from .store import Store
from .tables import Job, now

OPEN = ("waiting", "running", "cancelling")
_MOST_ATTEMPTS = 2
_SILENT_S = 60.0


class Jobs:
    """Keep jobs in order.

    Parameters
    ----------
    store
        The database.
    most_open
        Most jobs that wait or run at once.
    silent_s
        Time without a word after which the service that ran a job counts as gone [s].
    """

    def __init__(self, store: Store, most_open: int = 100, silent_s: float = _SILENT_S) -> None:
        self._store = store
        self._silent_s = silent_s
        self._most_open = most_open
        self.holder = secrets.token_hex(8)

    def add(self, study: str, scenario: str, content: Mapping[str, Any]) -> Job:
        """Put a run of a scenario in the queue; one that waits or runs is given back instead.

        Raises
        ------
        RefusedError
            503 when too many wait.
        """
        with self._store.session() as session:
            there = session.scalar(
                select(Job).where(Job.study == study, Job.scenario == scenario, Job.state.in_(OPEN))
            )
            if there is not None:
                return there
            n_open = session.scalar(select(func.count()).where(Job.state.in_(OPEN))) or 0
            if n_open >= self._most_open:
                detail = f"{n_open} jobs wait already: try again when some are done"
                raise RefusedError(503, Refusal(code="TooManyJobs", detail=detail), 60)
            job = Job(
                id=secrets.token_hex(8), kind="scenario", study=study, scenario=scenario,
                content=dict(content), state="waiting", problems=[],
            )  # fmt: skip
            session.add(job)
            return job

    def get(self, job_id: str) -> Job:
        """Give one job.

        Raises
        ------
        RefusedError
            404 when there is none.
        """
        with self._store.session() as session:
            job = session.get(Job, job_id)
        if job is None:
            detail = f"no job {job_id!r}"
            raise RefusedError(404, Refusal(code="UnknownJob", detail=detail))
        return job

    def latest(self, study: str | None, limit: int) -> list[Job]:
        """Give the latest jobs, of one study or of all."""
        wanted = select(Job).order_by(Job.created_at.desc()).limit(limit)
        if study is not None:
            wanted = wanted.where(Job.study == study)
        with self._store.session() as session:
            return list(session.scalars(wanted))

    def place_of(self, job: Job) -> int | None:
        """Count the jobs that come before one that waits; None when it waits no more."""
        if job.state != "waiting":
            return None
        before = select(func.count()).where(Job.state == "waiting", Job.created_at < job.created_at)
        with self._store.session() as session:
            return session.scalar(before) or 0

    def cancel(self, job_id: str) -> Job:
        """Take a job out of the queue, or ask for its end where it runs."""
        self.get(job_id)
        with self._store.session() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.state == "waiting")
                .values(state="cancelled", ended_at=now())
            )
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.state == "running")
                .values(state="cancelling")
            )
        return self.get(job_id)

    def claim(self) -> Job | None:
        """Take the job that waits longest; None when none does. No two ever take the same."""
        with self._store.session() as session:
            job_id = session.scalar(
                select(Job.id)
                .where(Job.state == "waiting")
                .order_by(Job.created_at, Job.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if job_id is None:
                return None
            taken = session.execute(
                update(Job)
                .where(Job.id == job_id, Job.state == "waiting")
                .values(
                    state="running", holder=self.holder, attempts=Job.attempts + 1,
                    started_at=now(), beat_at=now(), step="", share=0.0,
                )
            )  # fmt: skip
            if taken.rowcount != 1:  # type: ignore[attr-defined]
                return None
        return self.get(job_id)

    def note(self, job_id: str, step: str, share: float) -> str:
        """Note how far a job is; give its state, or ``lost`` where another service took it."""
        with self._store.session() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.holder == self.holder)
                .values(step=step[:500], share=share, beat_at=now())
            )
        job = self.get(job_id)
        return job.state if job.holder == self.holder else "lost"

    def end(
        self, job_id: str, state: str, reason: str | None = None, problems: list[str] | None = None
    ) -> None:
        """Note that a job has ended: done, failed or cancelled."""
        values: dict[str, Any] = {"state": state, "reason": reason, "problems": problems or []}
        if state == "done":
            values |= {"share": 1.0, "step": ""}
        with self._store.session() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.holder == self.holder, Job.state.in_(OPEN))
                .values(ended_at=now(), **values)
            )

    def give_back(self, job_id: str) -> None:
        """Put a job back in the queue, because this service ends in good order."""
        with self._store.session() as session:
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.holder == self.holder, Job.state == "running")
                .values(state="waiting", holder=None, attempts=Job.attempts - 1)
            )

    def recover(self) -> None:
        """Let jobs of other services that fell silent run again, once; then they fail."""
        is_other = or_(Job.holder.is_(None), Job.holder != self.holder)
        limit = now() - timedelta(seconds=self._silent_s)
        is_quiet = or_(Job.beat_at.is_(None), Job.beat_at < limit)
        silent = and_(is_other, is_quiet)
        with self._store.session() as session:
            session.execute(
                update(Job).where(Job.state == "cancelling", silent)
                .values(state="cancelled", ended_at=now())
            )  # fmt: skip
            session.execute(
                update(Job).where(Job.state == "running", silent, Job.attempts < _MOST_ATTEMPTS)
                .values(state="waiting", holder=None)
            )  # fmt: skip
            session.execute(
                update(Job).where(Job.state == "running", silent)
                .values(state="failed", ended_at=now(),
                        reason="the service ended twice while this ran: run it again")
            )  # fmt: skip
