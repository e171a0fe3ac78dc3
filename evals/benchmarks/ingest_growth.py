"""Whether a document costs the same however many there are: `python -m evals.benchmarks.ingest_growth 10000`.

So many documents are generated and ingested in one run, embedded by a stand-in, with real SQLite, Chroma and tantivy.
After each tenth: seconds by the clock and of the processor (this process and the converters) for a document of that
tenth, and the resident memory of this process and of all. Of both, what the graph over the vectors takes stands apart:
an HNSW index holds its vectors in memory, and what an insertion costs grows with their number until a search visits no
more of them (vectors of random direction, as here, are the worst for it). Then an unchanged run, in a process of its
own.
"""

import argparse
import json
import os
import random
import resource
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evals.benchmarks.ingest_cost import family, machine, resident
from evals.benchmarks.reingest import unchanged
from evals.benchmarks.stand_in import StandIn
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.models import Outcome
from retrieval.settings import EngineSettings

_A_FOLDER = 500
_PARTS = 10
_SETTLED_SECONDS = 2.5
_SEED = 20261130
_GRAPH_THREADS = ("tokio-rt-worker", "sqlx-sqlite-wor")  # Chroma's, as the system names them
VOCABULARY = [f"w{number:05d}" for number in range(20_000)]


@dataclass(frozen=True, slots=True)
class Point:
    """After so many documents; seconds are for one document of this part, bytes at its end.

    `graph_seconds` are those of the processor that the graph's threads took, `graph_bytes` what it holds.
    """

    documents: int
    wall: float
    processor: float
    graph_seconds: float
    own_bytes: int
    graph_bytes: int
    all_bytes: int


class Curve:
    """The progress of a run, as points."""

    def __init__(self, documents: int, home: Path) -> None:
        self.points: list[Point] = []
        self._home = home
        self._at = _clocks()
        self._every = max(documents // _PARTS, 1)
        self._ended = 0

    def planned(self, files: int) -> None:  # noqa: ARG002 - the pipeline's protocol
        """The walk is over; documents begin."""
        self._at = _clocks()

    def finished(self, outcome: Outcome) -> None:
        self._ended += outcome.outcome == "indexed"
        if self._ended % self._every == 0:
            self._mark()

    def published(self, chunks: int, embedded: int) -> None: ...

    def _mark(self) -> None:
        now = _clocks()
        wall, processor, graph = ((new - old) / self._every for new, old in zip(now, self._at, strict=True))
        everything = sum(resident(pid) for pid in family(os.getpid()))
        memory = (resident(os.getpid()), _graph_bytes(self._home), everything)
        self.points.append(Point(self._ended, wall, processor, graph, *memory))
        self._at = now


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="footnote-growth-") as temporary:
        corpus, home = Path(temporary) / "corpus", Path(temporary) / "home"
        generate(corpus, arguments.documents)
        time.sleep(_SETTLED_SECONDS)
        curve = Curve(arguments.documents, home)
        with Engine(EngineSettings(home=home), write=True, embedder=StandIn(graphs=home / "models")) as engine:
            report = ingest(engine.index, [str(corpus)], IngestOptions(workers=arguments.workers), curve)
        _print(curve.points)
        again = unchanged(corpus, home)
    print(f"{report.chunks:,} chunks; unchanged, whole process: {again['seconds']:.2f} s")
    print("  ".join(f"{name} {value}" for name, value in machine().items()))
    if arguments.json is not None:
        points = [asdict(point) for point in curve.points]
        arguments.json.write_text(json.dumps({"machine": machine(), "points": points, "unchanged": again}, indent=1))


def generate(folder: Path, documents: int, *, seed: int = _SEED) -> None:
    """Texts of one to three sections in words of a vocabulary of 20,000; the same for the same number and seed."""
    drawn = random.Random(seed)  # noqa: S311 - nothing secret
    for number in range(documents):
        place = folder / f"{number // _A_FOLDER:04d}"
        if number % _A_FOLDER == 0:
            place.mkdir(parents=True)
        texts = [" ".join(drawn.choices(VOCABULARY, k=60)) for _ in range(drawn.randint(1, 3))]
        sections = [f"## Part {part}\n\n{text}." for part, text in enumerate(texts)]
        (place / f"{number:06d}.md").write_text(f"# Document {number}\n\n" + "\n\n".join(sections) + "\n")


def _clocks() -> tuple[float, float, float]:
    """Seconds by the clock, of the processor, and those of them that the graph's threads took."""
    return time.perf_counter(), _processor_seconds(), _graph_seconds()


def _processor_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    running = sum(_seconds_of(pid) for pid in family(os.getpid()) - {os.getpid()})
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime + running


def _graph_seconds() -> float:
    threads = [(task / "comm", task / "stat") for task in Path("/proc/self/task").iterdir()]
    return sum(_seconds_in(stat) for name, stat in threads if _first_line(name) in _GRAPH_THREADS)


def _graph_bytes(home: Path) -> int:
    """Its files, which are read into memory as they are."""
    return sum(file.stat().st_size for file in (home / "chroma").glob("*/*.bin"))


def _first_line(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""  # the thread has ended


def _seconds_of(pid: int) -> float:
    return _seconds_in(Path(f"/proc/{pid}/stat"))


def _seconds_in(stat: Path) -> float:
    fields = _first_line(stat).rpartition(")")[2].split()
    if not fields:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _print(points: list[Point]) -> None:
    table = Table(title="one run, document by document", title_justify="left")
    for name in ("documents", "ms each, by the clock", "ms each, processor", "its graph", "the rest"):
        table.add_column(name, justify="right")
    for name in ("MB, this process", "its graph", "the rest", "MB, all"):
        table.add_column(name, justify="right")
    for one in points:
        seconds = (one.wall, one.processor, one.graph_seconds, one.processor - one.graph_seconds)
        memory = (one.own_bytes, one.graph_bytes, one.own_bytes - one.graph_bytes, one.all_bytes)
        milliseconds = (f"{1e3 * second:.1f}" for second in seconds)
        table.add_row(f"{one.documents:,}", *milliseconds, *(f"{size / 1e6:.0f}" for size in memory))
    Console(width=120).print(table)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.ingest_growth", description=__doc__)
    parser.add_argument("documents", type=int, help="how many to generate")
    parser.add_argument("--workers", type=int, default=1, help="converting processes (1)")
    parser.add_argument("--json", type=Path, help="write the points to this file too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
