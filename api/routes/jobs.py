"""Ingest as a job, and what became of it."""

import os
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Response
from typing_extensions import TypedDict

from api.activity.jobs import Job, no_job
from api.errors import InvalidRequest
from api.progress import seconds_left
from api.server.auth import Principal
from api.server.deps import Admin, Serving
from api.server.schemas import IngestBody
from api.server.services import Services
from api.server.sse import AnswerEvents, event_bytes

router = APIRouter(prefix="/v1", tags=["ingest"])

_SECONDS_BETWEEN_EVENTS = 0.5


class ProgressObject(TypedDict):
    files: int
    ended: int
    pages: int
    chunks: int
    embedded: int
    seconds: float
    seconds_left: float | None


class JobErrorObject(TypedDict):
    code: str
    message: str
    remedy: str


class JobObject(TypedDict):
    """`report` is what the verb of this kind prints with `--json`; a kept one may lack fields that came later."""

    job_id: str
    kind: str
    state: str
    created_at: str
    started_at: str | None
    finished_at: str | None
    progress: ProgressObject | None
    report: dict[str, Any] | None
    error: JobErrorObject | None


@router.post("/ingest", status_code=202)
def ingest(body: IngestBody, response: Response, serving: Serving, admin: Admin) -> JobObject:
    """Ingest paths of the server's own file system."""
    if bool(body.paths) == (body.retry is not None):
        raise InvalidRequest("paths: either these or `retry` is wanted", remedy="name paths, or a run to retry")
    relative = next((path for path in body.paths if not os.path.isabs(path) and "://" not in path), None)
    if relative is not None:
        raise InvalidRequest("paths: every path must be absolute", remedy="the server does not know your folder")
    job = serving.jobs.submit("ingest", body.model_dump(), asker=admin.key_id)
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return job_object(job, serving)


@router.get("/jobs/{job_id}")
def job(job_id: str, serving: Serving, admin: Admin) -> JobObject:
    """How far a job is, or how it ended. It is its submitter's and the owner's."""
    return job_object(_its_job(job_id, serving, admin), serving)


@router.get("/jobs/{job_id}/events")
def events(job_id: str, serving: Serving, admin: Admin) -> AnswerEvents:
    """The same as it changes, as server-sent events: `progress` with what `progress` holds, at last `done` {job}."""
    _its_job(job_id, serving, admin)
    return AnswerEvents(_events(job_id, serving))


async def _events(job_id: str, serving: Services) -> AsyncGenerator[bytes]:
    told: ProgressObject | None = None
    while True:
        found = await to_thread.run_sync(serving.activity.jobs.find, job_id)
        if found.state not in ("queued", "running"):
            yield event_bytes("done", {"job": job_object(found, serving)})
            return
        progress = _progress(found, serving)
        if progress is not None and progress != told:
            told = progress
            yield event_bytes("progress", progress)
        await anyio.sleep(_SECONDS_BETWEEN_EVENTS)


def _its_job(job_id: str, serving: Services, admin: Principal) -> Job:
    """Raises `NotFound` for one that is neither the caller's own nor asked for by the owner."""
    found = serving.activity.jobs.find(job_id)
    if found.asker != admin.key_id and not admin.caller.owner:
        raise no_job(job_id)
    return found


def job_object(job: Job, serving: Services) -> JobObject:
    """With the whole report: only who submitted the job, and so named its sources, and the owner may have it."""
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "state": job.state,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "progress": _progress(job, serving),
        "report": None if job.report is None else dict(job.report),
        "error": None if job.error is None else _error(job.error),
    }


def _progress(job: Job, serving: Services) -> ProgressObject | None:
    found = serving.jobs.progress(job.job_id)
    if found is None:
        return None
    seconds = serving.jobs.seconds(job.job_id)
    left = seconds_left(found, seconds)
    return {
        "files": found.files,
        "ended": found.ended,
        "pages": found.pages,
        "chunks": found.chunks,
        "embedded": found.embedded,
        "seconds": round(seconds, 1),
        "seconds_left": None if left is None else round(left, 1),
    }


def _error(error: Mapping[str, Any]) -> JobErrorObject:
    return {"code": error["code"], "message": error["message"], "remedy": error["remedy"]}
