"""The routes of jobs: begun, listed, followed by events or by asking again, cancelled."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Body, FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse

from ..addresses import V1, root_of
from ..errors import Refusal, RefusedError, problems_of
from ..library import Library
from ..state.jobs import OPEN, Jobs
from ..state.scenarios import Scenarios
from ..state.tables import Job

_LOOK_EVERY_S = 0.5
JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", examples=["0123456789abcdef"])]


class JobAsked(BaseModel):
    """Ask for a run of a scenario that is kept."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(max_length=200, description="Id of the scenario.", examples=["more"])
    study: str | None = Field(
        None, max_length=200, description="Id of the study; default: the first."
    )


def add_jobs(app: FastAPI, library: Library, jobs: Jobs, scenarios: Scenarios) -> None:
    """Add the routes of jobs to an application."""

    @app.post(f"{V1}/jobs", tags=["jobs"], status_code=202,
              responses=problems_of(404, 409, 422, 503))  # fmt: skip
    def begin(
        asked: Annotated[JobAsked, Body()], request: Request, response: Response
    ) -> dict[str, Any]:
        """Put a run of a scenario in the queue; one that waits or runs is given back instead."""
        study = library.study(asked.study)
        if not study.baseline.place.is_run:
            detail = f"{study.study_id!r} is a region without a run: make one with geo-planner run"
            raise RefusedError(409, Refusal(code="NoRun", detail=detail))
        kept = scenarios.get(study.study_id, asked.scenario)
        job = jobs.add(study.study_id, kept.id, kept.content)
        response.headers["Location"] = f"{root_of(request)}{V1}/jobs/{job.id}"
        return shown(job, jobs)

    @app.get(f"{V1}/jobs", tags=["jobs"])
    def listed(
        study: Annotated[str | None, Query(max_length=200, description="Only of a study.")] = None,
        limit: Annotated[int, Query(ge=1, le=1000, description="Most jobs.")] = 50,
    ) -> dict[str, Any]:
        """List jobs, the latest first."""
        return {"jobs": [shown(job, jobs) for job in jobs.latest(study, limit)]}

    @app.get(f"{V1}/jobs/{{job}}", tags=["jobs"], responses=problems_of(404))
    def get(job: JobId) -> dict[str, Any]:
        """Tell how far a job is."""
        return shown(jobs.get(job), jobs)

    @app.post(f"{V1}/jobs/{{job}}/cancel", tags=["jobs"], responses=problems_of(404))
    def cancel(job: JobId) -> dict[str, Any]:
        """End a job; what it has written so far goes."""
        return shown(jobs.cancel(job), jobs)

    @app.get(
        f"{V1}/jobs/{{job}}/events", tags=["jobs"], response_class=EventSourceResponse,
        responses={200: {"description": "Each change of the job as an event.",
                         "content": {"text/event-stream": {"schema": {"type": "string"}}}},
                   **problems_of(404)},
    )  # fmt: skip
    async def events(job: JobId) -> EventSourceResponse:
        """Tell each change of a job as it comes, until it ends."""
        first = await asyncio.to_thread(jobs.get, job)
        return EventSourceResponse(_changes(first, jobs))


async def _changes(job: Job, jobs: Jobs) -> AsyncIterator[dict[str, str]]:
    last = None
    while True:
        now = await asyncio.to_thread(shown, job, jobs)
        if now != last:
            yield {"event": "job", "data": json.dumps(now, ensure_ascii=False)}
            last = now
        if job.state not in OPEN:
            return
        await asyncio.sleep(_LOOK_EVERY_S)
        job = await asyncio.to_thread(jobs.get, job.id)


def shown(job: Job, jobs: Jobs) -> dict[str, Any]:
    """Give what whoever follows a job sees."""
    moments = {"created_at": job.created_at, "started_at": job.started_at, "ended_at": job.ended_at}
    return {
        "id": job.id, "kind": job.kind, "study": job.study, "scenario": job.scenario,
        "state": job.state, "place": jobs.place_of(job), "step": job.step,
        "share": round(job.share, 3), "reason": job.reason, "problems": job.problems,
        "attempts": job.attempts,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
    }  # fmt: skip
