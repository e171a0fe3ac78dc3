"""Kills writers at random moments, again and again, and looks after each kill whether anything is wrong.

`python -m tests.crash.harness --kills 1000`. The model is a fake; SQLite, Chroma, tantivy, the pipeline and its worker
processes are the real ones. Every process is forked from this one, which opens nothing itself, so that a kill costs a
second and not the five that importing takes.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import retrieval.store.chroma  # noqa: F401 - before the forks
from retrieval.engine import Engine
from retrieval.settings import EngineSettings
from tests.crash.checking import check
from tests.crash.damage import truncate_newest
from tests.crash.expected import Expected
from tests.crash.log import Log, read
from tests.crash.queries import ask_for_ever
from tests.crash.writer import MODELS, write_for_ever
from tests.fakes import FakeEmbedder

_EXACT_ROWS = 40  # visible rows above which Chroma is asked
_READER_EVERY = 3
_RECOVERY_KILLED_EVERY = 5
_LONGEST = 3.0  # seconds that a writer lives
_PATIENCE = 120.0


@dataclass
class Report:
    seed: int
    kills: int = 0
    truncations: int = 0
    acknowledged: int = 0
    answered: int = 0
    mixed: int = 0
    faults: list[str] = field(default_factory=list)
    unopened: int = 0
    switched: int = 0
    killed_in: dict[str, int] = field(default_factory=dict)
    recovery: list[float] = field(default_factory=list)


class Harness:
    """One home, killed as often as asked."""

    def __init__(self, place: Path, seed: int, *, truncate_every: int) -> None:
        self._place = place
        self._truncate_every = truncate_every
        self._chance = random.Random(seed)
        self._expected = Expected()
        self._since = 0
        self._round = 0
        self.report = Report(seed)

    def run(self, kills: int) -> Report:
        while self.report.kills < kills and not self.report.unopened:
            self._round += 1
            self._kill_a_writer()
            if self._round % _RECOVERY_KILLED_EVERY == 0:
                self._kill_a_recovery()
            if self._round % self._truncate_every == 0:
                self.report.truncations += 1
                truncate_newest(self._place / "home", self._chance)
            self._check()
            if self._round % 25 == 0:
                _note(self.report)
        return self.report

    def _kill_a_writer(self) -> None:
        log, seed = self._log("writer"), self._chance.random()
        first = self._round * 1_000

        def write() -> None:
            write_for_ever(self._open(), self._place, Log(log), random.Random(seed), first)

        writer = _forked(write)
        _await(log, writer)
        reader = self._reader() if self._round % _READER_EVERY == 0 else None
        time.sleep(self._chance.uniform(0.0, _LONGEST))
        self._kill(writer)
        if reader is not None:
            time.sleep(0.05)  # it answers on from what the dead one left
            self._kill(reader)
            self._heard(read(self._log_path("reader")))
        said = read(log)
        self._heard(said)
        what = next((one["what"] for one in reversed(said) if one["what"] not in _CHATTER), "open")
        self.report.killed_in[what] = self.report.killed_in.get(what, 0) + 1

    def _reader(self) -> int:
        log, seed = self._log("reader"), self._chance.random()

        def ask() -> None:
            ask_for_ever(self._open(write=False), Log(log), random.Random(seed))

        return _forked(ask)

    def _kill_a_recovery(self) -> None:
        process = _forked(lambda: self._open().close())
        time.sleep(self._chance.uniform(0.0, 0.15))
        self._kill(process)

    def _check(self) -> None:
        answer = self._place / "checked.json"
        answer.unlink(missing_ok=True)
        seed = self._chance.random()

        def look() -> None:
            checked = check(
                self._open,
                self._expected,
                read(self._log_path("writer")),
                since=self._since,
                chance=random.Random(seed),
            )
            answer.write_text(json.dumps(asdict(checked)))

        status = _waited(_forked(look))
        if status != 0 or not answer.exists():
            self.report.unopened += 1
            self._fault(f"round {self._round}: the home does not open, or can't be checked ({status})")
            return
        checked = json.loads(answer.read_text())
        self._since = checked["runs"]
        self._expected = Expected(**checked["expected"])
        self.report.acknowledged += checked["acknowledged"]
        self.report.recovery.append(checked["seconds"])
        for fault in checked["faults"]:
            self._fault(f"round {self._round}: {fault}")

    def _heard(self, said: list[dict[str, Any]]) -> None:
        self.report.answered += max((one["total"] for one in said if one["what"] == "answered"), default=0)
        wrong = [one["wrong"] for one in said if one["what"] == "mixed"]
        self.report.mixed += len(wrong)
        for one in wrong[:3]:
            self._fault(f"round {self._round}: {one}")
        for one in (one["wrong"] for one in said if one["what"] == "broken"):
            self._fault(f"round {self._round}: a reindex ended by itself: {one}")
        self.report.switched += sum(one["what"] == "switched" for one in said)

    def _fault(self, what: str) -> None:
        self.report.faults.append(what)
        last = read(self._log_path("writer"))[-3:]
        sys.stderr.write(f"{what}\n  the writer said last: {last}\n")

    def _open(self, *, write: bool = True) -> Engine:
        settings = EngineSettings(self._place / "home", exact_scan_rows=_EXACT_ROWS)
        return Engine(settings, write=write, embedder=FakeEmbedder(), models=MODELS)

    def _kill(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        status = _waited(process)
        if status == -signal.SIGKILL:
            self.report.kills += 1
        elif status != 0:
            self._fault(f"round {self._round}: a process ended by itself ({status})")

    def _log(self, name: str) -> Path:
        path = self._log_path(name)
        path.unlink(missing_ok=True)
        return path

    def _log_path(self, name: str) -> Path:
        return self._place / f"{name}.log"


_CHATTER = ("answered", "mixed", "ready", "switched")


def _forked(work: Callable[[], None]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        os.setsid()  # its worker processes are told apart from ours
        work()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a forked process must never return into its parent's code
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _waited(process: int) -> int:
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def _await(log: Path, process: int) -> None:
    """Until the writer is ready, or has ended."""
    limit = time.monotonic() + _PATIENCE
    while time.monotonic() < limit and not log.exists():
        time.sleep(0.005)
        if os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return


def _note(report: Report) -> None:
    sys.stderr.write(f"{report.kills} kills, {len(report.faults)} faults\n")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--kills", type=int, default=1_000)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**31))
    arguments.add_argument("--keep", action="store_true", help="leave the home where it is")
    arguments.add_argument("--truncate-every", type=int, default=10, metavar="N", help="in every N-th round")
    given = arguments.parse_args()
    sys.stderr.write(f"seed {given.seed}\n")
    place = Path(tempfile.mkdtemp(prefix="footnote-crash-"))
    try:
        report = Harness(place, given.seed, truncate_every=given.truncate_every).run(given.kills)
    finally:
        if given.keep:
            sys.stderr.write(f"{place}\n")
        else:
            shutil.rmtree(place, ignore_errors=True)
    sys.stdout.write(json.dumps(_told(report)) + "\n")
    return 1 if report.faults else 0


def _told(report: Report) -> dict[str, Any]:
    """The report with its recovery times summed up."""
    told = asdict(report)
    times = sorted(told.pop("recovery")) or [0.0]
    told["recovery_seconds"] = {
        "median": round(times[len(times) // 2], 3),
        "p95": round(times[int(len(times) * 0.95)], 3),
        "max": round(times[-1], 3),
    }
    return told


if __name__ == "__main__":
    sys.exit(main())
