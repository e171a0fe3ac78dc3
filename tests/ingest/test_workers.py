"""Converters in processes: whatever one does, it costs its file alone, and nothing is left behind."""

import errno
import os
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest import workers as module
from ingest.errors import Encrypted, OverLimit, WorkerDied
from ingest.models import Limits
from ingest.worker import Converted, Job
from ingest.workers import Workers
from retrieval.errors import SourceError
from retrieval.settings import ChunkSettings
from retrieval.store.embed import resolve

MIB = 2**20


@dataclass(frozen=True)
class ModelLimits:
    tokenizer: Path
    max_tokens: int = 256
    special_tokens: int = 2
    settings: ChunkSettings = field(default_factory=ChunkSettings)


@pytest.fixture(scope="module")
def model() -> ModelLimits:
    return ModelLimits(resolve("default") / "tokenizer.json")


def outcomes(
    folder: Path, told: Sequence[str], model: ModelLimits, *, count: int = 1, limits: Limits | None = None
) -> list[Converted | SourceError]:
    """What becomes of files that tell the converter these things, in their order."""
    with Workers(model, count=count, limits=limits, converter="tests.ingest.misbehaving") as workers:
        ended = dict(one for one in workers.convert(jobs(folder, told)) if one is not None)
    return [ended[number] for number in range(len(told))]


def jobs(folder: Path, told: Sequence[str]) -> Iterator[tuple[int, Job]]:
    for number, text in enumerate(told):
        (folder / f"{number}.txt").write_text(text)
        yield number, Job(folder / f"{number}.txt", f"file-{number}.txt")


def text(result: Converted | SourceError) -> str:
    assert isinstance(result, Converted), result
    return result.text


def test_a_source_comes_back_whole(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, ["write 1000"], model)

    assert isinstance(result, Converted)
    assert result.media_type == "text/plain"
    assert result.title == "file-0.txt"
    assert len(result.chunks) > 4
    assert all(result.text[chunk.start : chunk.end] == chunk.text for chunk in result.chunks)


def test_what_a_converter_says_of_its_source_comes_back_as_it_is(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, ["refuse pay.pdf"], model)

    assert isinstance(result, Encrypted)
    assert (result.message, result.remedy) == ("pay.pdf: wants a password", "save it without")


def test_a_process_that_is_ended_costs_its_file_alone(tmp_path: Path, model: ModelLimits) -> None:
    told = ["one", "die SIGSEGV", "two", "die SIGKILL", "three", "fail here", "four"]

    found = outcomes(tmp_path, told, model, count=2)

    assert [text(found[number]) for number in (0, 2, 4, 6)] == ["one", "two", "three", "four"]
    assert [type(found[number]) for number in (1, 3, 5)] == [WorkerDied] * 3
    assert "SIGSEGV" in str(found[1])
    assert "memory" in str(found[3])
    assert "KeyError: 'here' at misbehaving.py" in str(found[5])


def test_a_signal_without_a_name_is_told_by_number(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, [f"die {signal.SIGRTMIN + 6}"], model)

    assert isinstance(result, WorkerDied)
    assert f"ended by signal {signal.SIGRTMIN + 6}" in result.message


class NoProcess:
    """Starts no process the first `times`, as a system that has none left."""

    def __init__(self, times: int) -> None:
        self._times = times
        self._started = module._started

    def __call__(self, descriptor: int, scratch: Path) -> "subprocess.Popen[bytes]":
        self._times -= 1
        if self._times >= 0:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        return self._started(descriptor, scratch)


def test_a_process_that_cant_be_started_costs_its_file_alone(
    tmp_path: Path, model: ModelLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_started", NoProcess(1))

    found = outcomes(tmp_path, ["one", "two"], model)

    assert isinstance(found[0], WorkerDied)
    assert found[0].message == "file-0.txt: no process could be started for it: Resource temporarily unavailable"
    assert text(found[1]) == "two"


def test_time_is_limited_by_the_clock_and_by_the_processor(tmp_path: Path, model: ModelLimits) -> None:
    found = outcomes(tmp_path, ["hang", "spin ab", "after"], model, limits=Limits(seconds=1.0))

    assert [type(one) for one in found[:2]] == [OverLimit] * 2
    assert text(found[2]) == "after"


def test_memory_is_limited(tmp_path: Path, model: ModelLimits) -> None:
    found = outcomes(tmp_path, [f"fill {4096 * MIB}", "after"], model, limits=Limits(memory_bytes=1024 * MIB))

    assert isinstance(found[0], OverLimit)
    assert found[0].message == "file-0.txt: needs more than 1 GiB of memory"
    assert text(found[1]) == "after"


def test_memory_that_one_source_left_is_not_held_against_the_next(tmp_path: Path, model: ModelLimits) -> None:
    """350 MiB are kept, 700 more are above 1 GiB: the second source gets a fresh process."""
    found = outcomes(
        tmp_path, [f"keep {350 * MIB}", f"fill {700 * MIB}"], model, limits=Limits(memory_bytes=1024 * MIB)
    )

    assert [text(one) for one in found] == ["kept", str(700 * MIB)]


def test_output_is_limited(tmp_path: Path, model: ModelLimits) -> None:
    found = outcomes(tmp_path, ["write 21", "write 10"], model, limits=Limits(characters=100))

    assert isinstance(found[0], OverLimit)
    assert isinstance(found[1], Converted)


def test_endless_nesting_is_over_the_limit(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, ["recurse"], model)

    assert isinstance(result, OverLimit)


def test_a_converter_has_no_network(tmp_path: Path, model: ModelLimits) -> None:
    found = outcomes(tmp_path, ["connect 127.0.0.1", "connect example.com"], model)

    assert [text(one).split(" (")[0] for one in found] == ["no network in a converter"] * 2


def test_a_converter_sees_no_secrets_and_a_home_that_is_thrown_away(
    tmp_path: Path, model: ModelLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")

    found = outcomes(tmp_path, ["tell OPENAI_API_KEY", "tell HOME", "tell DO_NOT_TRACK"], model)

    assert text(found[0]) == "unset"
    assert text(found[1]) != os.environ.get("HOME")
    assert not Path(text(found[1])).exists()
    assert text(found[2]) == "1"


def test_a_process_is_replaced_after_so_many_sources(
    tmp_path: Path, model: ModelLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "JOBS_EACH", 2)

    pids = [text(one) for one in outcomes(tmp_path, ["tell pid"] * 5, model)]

    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]


def test_jobs_are_read_no_further_ahead_than_needed(tmp_path: Path, model: ModelLimits) -> None:
    read: list[int] = []

    def counted() -> Iterator[tuple[int, Job]]:
        for number, job in jobs(tmp_path, ["one"] * 40):
            read.append(number)
            yield number, job

    with Workers(model, count=1, converter="tests.ingest.misbehaving") as workers:
        next(one for one in workers.convert(counted()) if one is not None)

        assert len(read) <= 5


def test_no_work_starts_no_process(model: ModelLimits) -> None:
    with Workers(model, count=2, converter="no.such.module") as workers:
        assert list(workers.convert(iter(()))) == []


def test_waiting_is_told(tmp_path: Path, model: ModelLimits) -> None:
    with Workers(model, count=1, limits=Limits(seconds=1.0), converter="tests.ingest.misbehaving") as workers:
        ended = list(workers.convert(jobs(tmp_path, ["hang"]), tick=0.05))

    assert ended[0] is None
    assert ended[-1] is not None


def test_leaving_early_leaves_no_process(tmp_path: Path, model: ModelLimits) -> None:
    before = _children()
    with Workers(model, count=2, converter="tests.ingest.misbehaving") as workers:
        ended = workers.convert(jobs(tmp_path, ["tell pid", "hang", "hang"]), tick=0.05)
        first = next(one for one in ended if one is not None)
        assert int(text(first[1])) in _children() - before

    assert _children() <= before


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(tmp_path: Path, model: ModelLimits, end: signal.Signals) -> None:
    """Killed, terminated or interrupted while a worker hangs: its process is gone soon after."""
    script = textwrap.dedent(f"""
        from pathlib import Path
        from tests.ingest.test_workers import ModelLimits, Workers, jobs
        model, told = ModelLimits(Path({str(model.tokenizer)!r})), ["tell pid", "hang", "hang"]
        with Workers(model, count=2, converter="tests.ingest.misbehaving") as workers:
            for one in workers.convert(jobs(Path({str(tmp_path)!r}), told), tick=0.05):
                if one is not None:
                    print(one[1].text, flush=True)
    """)
    search_path = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": search_path, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    assert parent.stdout.readline().strip().isdigit()
    workers = _children(parent.pid)

    parent.send_signal(end)
    parent.communicate()

    assert workers
    assert all(_gone(pid) for pid in workers)


def _children(parent: int | None = None) -> set[int]:
    tasks = Path(f"/proc/{parent or os.getpid()}/task")
    return {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}


def _gone(pid: int, *, seconds: float = 10.0) -> bool:
    """Whether the process ends, or is only not yet waited for, within a time that is ample."""
    descriptor = None
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def test_a_file_whose_process_dies_is_tried_once_more(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, [f"die-once {tmp_path / 'mark'}"], model)

    assert isinstance(result, Converted)
    assert (result.text, result.notes) == ("alive", ("read at the second try: the first process that read it died",))


def test_a_file_whose_process_dies_twice_has_failed(tmp_path: Path, model: ModelLimits) -> None:
    (result,) = outcomes(tmp_path, ["die SIGKILL"], model)

    assert isinstance(result, WorkerDied)
    assert result.message.endswith("; it was tried twice")
