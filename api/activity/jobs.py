"""Jobs and how they ended, kept across restarts."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, or_, select, update

from api.activity import outbox
from api.activity.schema import jobs
from retrieval.errors import NotFound
from retrieval.store.database import Database

State = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Job:
    """`report` is the run's report once it is done, `error` the error's code, message and remedy once it failed."""

    job_id: str
    kind: str
    state: State
    asker: str
    created_at: str
    started_at: str | None
    finished_at: str | None
    arguments: Mapping[str, Any]
    report: Mapping[str, Any] | None
    error: Mapping[str, str] | None


class Jobs:
    """Where `announcing`, the end of an ingest is put into the outbox in the transaction that writes it down."""

    def __init__(self, database: Database, *, announcing: bool = False) -> None:
        self._database = database
        self._announcing = announcing

    def add(self, kind: str, arguments: Mapping[str, Any], *, asker: str) -> Job:
        """A queued job."""
        job_id = f"job_{secrets.token_hex(8)}"
        with self._database.write() as connection:
            connection.execute(
                insert(jobs).values(
                    id=job_id,
                    kind=kind,
                    state="queued",
                    asker=asker,
                    created_at=_now(),
                    arguments=json.dumps(arguments),
                )
            )
        return self.find(job_id)

    def find(self, job_id: str) -> Job:
        """Raises `NotFound`."""
        with self._database.read() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
        if row is None:
            raise no_job(job_id)
        return _job(row)

    def start(self, job_id: str) -> None:
        self._set(job_id, state="running", started_at=_now())

    def done(self, job_id: str, report: Mapping[str, Any]) -> None:
        self._end(job_id, {"state": "done", "report": json.dumps(report)}, report=report)

    def failed(self, job_id: str, error: Mapping[str, str]) -> None:
        self._end(job_id, {"state": "failed", "error": json.dumps(error)}, error=error)

    def fail_unfinished(self, error: Mapping[str, str]) -> None:
        """What a server that is gone left queued or running."""
        unfinished = select(jobs.c.id).where(or_(jobs.c.state == "queued", jobs.c.state == "running"))
        with self._database.read() as connection:
            left = list(connection.execute(unfinished).scalars())
        for job_id in left:
            self.failed(job_id, error)

    def forget(self, before: str) -> None:
        """Drop what finished before this time (ISO 8601, UTC)."""
        with self._database.write() as connection:
            connection.execute(delete(jobs).where(jobs.c.finished_at < before))

    def _end(
        self,
        job_id: str,
        values: Mapping[str, str],
        *,
        report: Mapping[str, Any] | None = None,
        error: Mapping[str, str] | None = None,
    ) -> None:
        with self._database.write() as connection:
            ended = update(jobs).where(jobs.c.id == job_id).values(finished_at=_now(), **values).returning(jobs.c.kind)
            kind = connection.execute(ended).scalar()
            if self._announcing and kind == "ingest":
                event = "ingest.failed" if report is None else "ingest.completed"
                content = {"job_id": job_id, "report": _summary(report) if report else None, "error": error}
                outbox.add(connection, event, content)

    def _set(self, job_id: str, **values: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))


def no_job(job_id: str) -> NotFound:
    """The one way to say that a job does not exist, or not for this caller."""
    return NotFound(f"there is no job {job_id}", remedy="jobs are kept for a limited time")


def _summary(report: Mapping[str, Any]) -> dict[str, Any]:
    """Without the sources: there may be many, and not everybody may know of them."""
    return {name: value for name, value in report.items() if name != "outcomes"}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _job(row: Row[tuple[object, ...]]) -> Job:
    state: State = row.state
    return Job(
        job_id=row.id,
        kind=row.kind,
        state=state,
        asker=row.asker,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        arguments=json.loads(row.arguments),
        report=None if row.report is None else json.loads(row.report),
        error=None if row.error is None else json.loads(row.error),
    )
