"""Converters in processes of their own, so that a source that can't be read costs itself alone.

Each process has its own pipe. (One pipe for all, as pebble's pool and the standard library's have it, is left locked
by a process that is killed while it answers: tried with SIGKILL, and the other workers hung until the lock timed
out.) Processes are started when there is work, afresh from the interpreter and never forked from this one with its
threads and indexes; they get a clean environment without our keys, and a scratch folder as their home. After
`JOBS_EACH` sources, or when it holds much memory, one is replaced.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from multiprocessing.connection import Pipe
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from ingest.errors import OverLimit, WorkerDied
from ingest.models import ConvertSettings, Limits
from ingest.worker import Converted, Crash, Job, Reply, Setup
from retrieval.errors import SourceError
from retrieval.settings import ChunkSettings

JOBS_EACH = 200
_WAITING_EACH = 4  # sources in hand for each worker, so that none idles while a batch is published
_SECONDS_TO_END = 5.0
_START = "from ingest.worker import main; main()"  # not -m, whose classes would be those of __main__

_INHERITED = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TZ", "TZDIR")
_SWITCHES = {
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "true",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
}


class ChunkLimits(Protocol):
    """What the index says of its embedding model."""

    @property
    def max_tokens(self) -> int: ...
    @property
    def special_tokens(self) -> int: ...
    @property
    def tokenizer(self) -> Path: ...
    @property
    def settings(self) -> ChunkSettings: ...


T = TypeVar("T")


class Workers:
    """A context manager; leaving it, for whatever reason, leaves no process behind."""

    def __init__(
        self,
        chunk_limits: ChunkLimits,
        *,
        count: int = 0,
        limits: Limits | None = None,
        settings: ConvertSettings | None = None,
        converter: str = "ingest.convert",
    ) -> None:
        """`count` processes at most, 0 for one per processor; `converter` names the module with `convert` in it."""
        self._count = count or processors()
        self._setup = Setup(
            limits=limits or Limits(),
            settings=settings or ConvertSettings(),
            max_tokens=chunk_limits.max_tokens,
            special_tokens=chunk_limits.special_tokens,
            tokenizer=chunk_limits.tokenizer,
            chunking=chunk_limits.settings,
            converter=converter,
            parent=os.getpid(),
        )
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def __enter__(self) -> "Workers":
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="convert")
        self._scratch = tempfile.TemporaryDirectory(prefix="footnote-", ignore_cleanup_errors=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._stopping = True
            for process in self._all:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._all:
            process.end()
        self._scratch.cleanup()

    def convert(
        self, jobs: Iterator[tuple[T, Job]], *, tick: float = 1.0
    ) -> Iterator[tuple[T, Converted | SourceError] | None]:
        """Each job's key with how it ended, as they end; None whenever `tick` seconds passed without one.

        `jobs` is read as far ahead as there are workers to feed, so that memory stays flat however many there are.
        """
        running: dict[Future[Converted | SourceError], T] = {}
        more = True
        while more or running:
            while more and len(running) < self._count * _WAITING_EACH:
                if (following := next(jobs, None)) is None:
                    more = False
                else:
                    running[self._threads.submit(self._run, following[1])] = following[0]
            ended = wait(running, timeout=tick, return_when=FIRST_COMPLETED).done
            if not ended and running:
                yield None
            for future in ended:
                yield running.pop(future), future.result()

    def _run(self, job: Job) -> Converted | SourceError:
        """One job in one process; once more in a fresh one where the process died, or a used one ran out of memory."""
        try:
            process = self._taken()
            used = process.jobs > 0
            result = self._answer(process, job)
            if used and isinstance(result, OverLimit) and process.out_of_memory:
                result = self._answer(self._taken(fresh=True), job)
            elif isinstance(result, WorkerDied) and not self._stopping:
                result = _after_another_try(job, self._answer(self._taken(fresh=True), job))
        except _NotStarted as exc:
            return WorkerDied(f"{job.name}: no process could be started for it: {exc}", remedy="ingest it again")
        return result

    def _answer(self, process: "_Process", job: Job) -> Converted | SourceError:
        result = process.answer(job)
        with self._lock:
            if process.usable and not self._stopping:
                self._idle.append(process)
                return result
            self._all.discard(process)
        process.end()
        return result

    def _taken(self, *, fresh: bool = False) -> "_Process":
        with self._lock:
            if self._idle and not fresh:
                return self._idle.pop()
            if self._stopping:
                raise RuntimeError("the workers were stopped")
            process = _Process(self._setup, Path(self._scratch.name))
            self._all.add(process)
            return process


class _NotStarted(Exception):
    """The system has no process or no descriptor left for another worker."""


class _Process:
    """One worker's process, from this side of the pipe. Raises `_NotStarted`."""

    def __init__(self, setup: Setup, scratch: Path) -> None:
        self.jobs = 0
        self.usable = True
        self.out_of_memory = False
        self._seconds = setup.limits.seconds
        try:
            self._pipe, theirs = Pipe()
            with theirs:
                self._process = _started(theirs.fileno(), scratch)
        except OSError as exc:
            raise _NotStarted(exc.strerror) from exc
        with contextlib.suppress(OSError):  # it is already dead, which the first job will tell
            self._pipe.send(setup)

    def answer(self, job: Job) -> Converted | SourceError:
        """How the job ended, at the latest when its time is up."""
        self.jobs += 1
        try:
            self._pipe.send(job)
            if not self._pipe.poll(self._seconds):
                self.usable = False
                return OverLimit(f"{job.name}: took more than {self._seconds:g} s", remedy="split the file")
            reply: Reply | Crash = self._pipe.recv()
        except (EOFError, OSError):
            self.usable = False
            return self._died(job)
        if isinstance(reply, Crash):
            self.usable = False
            return WorkerDied(f"{job.name}: the converter failed ({reply.what})", remedy="report it as a bug")
        self.usable = not reply.spent and self.jobs < JOBS_EACH
        self.out_of_memory = reply.spent and isinstance(reply.result, OverLimit)
        return reply.result

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> None:
        """Close the pipe, which ends an idle process, and wait; kill one that does not end."""
        self._pipe.close()
        if not self.usable:
            self._process.kill()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _died(self, job: Job) -> SourceError:
        try:
            status = self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return WorkerDied(f"{job.name}: the converter's process stopped answering", remedy="report it as a bug")
        if status == -signal.SIGXCPU:
            return OverLimit(
                f"{job.name}: took more than {self._seconds:g} s of processor time", remedy="split the file"
            )
        how = f"by {_signal(-status)}" if status < 0 else f"with status {status}"
        memory = ", perhaps for want of memory" if status in (-signal.SIGKILL, -signal.SIGABRT) else ""
        return WorkerDied(f"{job.name}: the converter's process was ended {how}{memory}", remedy="leave the file out")


def _after_another_try(job: Job, result: Converted | SourceError) -> Converted | SourceError:
    """How a source's second try ended, with a word about the first."""
    if isinstance(result, WorkerDied):
        said = result.message.removeprefix(f"{job.name}: ")
        return WorkerDied(f"{job.name}: {said}; it was tried twice", remedy=result.remedy)
    if isinstance(result, SourceError):
        return result
    return replace(result, notes=(*result.notes, "read at the second try: the first process that read it died"))


def _started(descriptor: int, scratch: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - nothing of a source is in the command
        [sys.executable, "-P", "-c", _START, str(descriptor)],
        env=_environment(scratch),
        cwd=scratch,
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _signal(number: int) -> str:
    """Its name; most of the real-time signals have none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _environment(scratch: Path) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    places = {name: str(scratch) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    return {**inherited, **_SWITCHES, **places, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
