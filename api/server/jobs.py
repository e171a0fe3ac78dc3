"""Work that takes longer than a request: one job at a time, its state kept across restarts.

A reindex has a thread of its own, for it may take hours and lets others publish meanwhile.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from api import log
from api.activity.jobs import Job, Jobs
from api.errors import Internal, Interrupted
from api.progress import Counts, Tally
from retrieval.errors import FootnoteError


class Work(Protocol):
    """Does what a job of this kind is told by its arguments and returns its report.

    A call of `progress` raises `Interrupted` at shutdown.
    """

    def __call__(self, kind: str, arguments: Mapping[str, Any], progress: Counts) -> Mapping[str, Any]: ...


_BESIDE = ("reindex",)


@dataclass(frozen=True, slots=True)
class _Running:
    job_id: str
    progress: Counts
    started: float


class _Lane:
    """Jobs of which one runs at a time."""

    def __init__(self, name: str, run: "Callable[[_Lane], None]") -> None:
        self.queue: queue.Queue[Job | None] = queue.Queue()
        self.running: _Running | None = None
        self.thread = threading.Thread(target=run, args=(self,), name=name, daemon=True)


class JobRunner:
    """Runs jobs in the order in which they were submitted, those that run beside the others on their own."""

    def __init__(self, jobs: Jobs, work: Work) -> None:
        self._jobs = jobs
        self._work = work
        self._stop = threading.Event()
        self._lane = _Lane("footnote-jobs", self._run)
        self._beside = _Lane("footnote-reindex", self._run)

    def start(self) -> None:
        """What an earlier server left unfinished has failed; run it again."""
        self._jobs.fail_unfinished(_told(interrupted()))
        for lane in self._lanes:
            lane.thread.start()

    def submit(self, kind: str, arguments: Mapping[str, Any], *, asker: str) -> Job:
        """A queued job. Raises `Interrupted` while the server shuts down."""
        if self._stop.is_set():
            raise interrupted()
        job = self._jobs.add(kind, arguments, asker=asker)
        (self._beside if kind in _BESIDE else self._lane).queue.put(job)
        return job

    def do(self, kind: str, arguments: Mapping[str, Any], *, asker: str) -> Job:
        """A job that waits for no other one, ended. Raises `Interrupted` while the server shuts down."""
        if self._stop.is_set():
            raise interrupted()
        job = self._jobs.add(kind, arguments, asker=asker)
        self._do(job, Counts(self._check))
        return self._jobs.find(job.job_id)

    def progress(self, job_id: str) -> Counts | None:
        """Null unless this job is running."""
        running = self._running(job_id)
        return running.progress if running is not None else None

    def seconds(self, job_id: str) -> float:
        """For how long this job has been running; 0 unless it is."""
        running = self._running(job_id)
        return time.monotonic() - running.started if running is not None else 0.0

    @property
    def alive(self) -> bool:
        return all(lane.thread.is_alive() for lane in self._lanes)

    @property
    def waiting(self) -> int:
        return sum(lane.queue.qsize() for lane in self._lanes)

    def request_stop(self) -> None:
        """The running jobs end at their next step, those that wait never start."""
        self._stop.set()
        for lane in self._lanes:
            lane.queue.put(None)

    def join(self, timeout: float) -> bool:
        """Whether the threads ended within so many seconds."""
        limit = time.monotonic() + timeout
        for lane in self._lanes:
            lane.thread.join(max(0.0, limit - time.monotonic()))
        return not any(lane.thread.is_alive() for lane in self._lanes)

    @property
    def _lanes(self) -> tuple[_Lane, _Lane]:
        return self._lane, self._beside

    def _running(self, job_id: str) -> _Running | None:
        found = (lane.running for lane in self._lanes)
        return next((one for one in found if one is not None and one.job_id == job_id), None)

    def _run(self, lane: _Lane) -> None:
        while (job := lane.queue.get()) is not None and not self._stop.is_set():
            progress = Counts(self._check)
            lane.running = _Running(job.job_id, progress, time.monotonic())
            self._kept(partial(self._do, job, progress))
            lane.running = None
        if lane is self._lane:
            self._beside.thread.join()  # its last job's end is written down by itself
            self._kept(partial(self._jobs.fail_unfinished, _told(interrupted())))

    def _kept(self, work: Callable[[], None]) -> None:
        """A job whose state can't be written down does not keep the next one from running."""
        try:
            work()
        except FootnoteError as exc:
            log.logger().error("a job's state was not kept", code=exc.code)

    def _check(self, _: Tally) -> None:
        if self._stop.is_set():
            raise interrupted()

    def _do(self, job: Job, progress: Counts) -> None:
        self._jobs.start(job.job_id)
        try:
            report = self._work(job.kind, job.arguments, progress)
        except FootnoteError as exc:
            self._jobs.failed(job.job_id, _told(exc))
        except Exception as exc:  # noqa: BLE001 - a thread's outermost frame: the job tells of it, the next one runs
            log.logger().error("job failed", error=type(exc).__name__, frames=log.frames(exc.__traceback__))
            self._jobs.failed(job.job_id, _told(Internal(f"the job ended in a fault of ours: {type(exc).__name__}")))
        else:
            self._jobs.done(job.job_id, report)


def interrupted() -> Interrupted:
    return Interrupted("the server stopped before this was done", remedy="run it again; what was published is kept")


def _told(error: FootnoteError) -> dict[str, str]:
    return {"code": error.code, "message": error.message, "remedy": error.remedy}
