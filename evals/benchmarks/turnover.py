"""Ten full turnovers of one corpus: does an index that is rewritten again and again grow, or get slow?

`python -m evals.benchmarks.turnover [--documents 2000] [--turnovers 10]`. Every document gets another text in every
turnover and is published over the old one, as a run of an ingest does; embedding is a stand-in. After each turnover:
megabytes of the indexes (the catalogue, which keeps three versions of each document, stands apart), and the median
time of questions that the graph, the exact scan and the words answer, to be read against those of the first filling.
"""

import argparse
import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from evals.benchmarks.stand_in import StandIn
from retrieval.engine import Engine
from retrieval.models import OWNER, Chunk, Mode, Outcome, Source, StagedVersion
from retrieval.settings import EngineSettings

_PARAGRAPHS = 5
_WORDS = 60
_BATCH = 200
_QUESTIONS = 60
_INDEXES = ("vectors", "chroma", "lexical")
_NAMES = ("size", "graph", "exact", "words")
_LIMIT = 1.5


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--documents", type=int, default=2_000)
    arguments.add_argument("--turnovers", type=int, default=10)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="footnote-turnover-") as folder:
        _measure(Path(folder) / "home", given.documents, given.turnovers)


def _measure(home: Path, documents: int, turnovers: int) -> None:
    first: tuple[float, ...] | None = None
    worst = [0.0] * 4
    print(f"{'turnover':>8} {'MB':>8} {'graph ms':>9} {'exact ms':>9} {'words ms':>9} {'seconds':>8}   MB by part")
    for number in range(turnovers + 1):
        started = time.monotonic()
        with Engine(EngineSettings(home, exact_scan_rows=100), write=True, embedder=StandIn()) as engine:
            _publish(engine, documents, number)
            seconds = time.monotonic() - started
            graph, words = _median(engine, "dense"), _median(engine, "lexical")
        with Engine(EngineSettings(home), write=False, embedder=StandIn()) as reader:
            exact = _median(reader, "dense")
        parts = [_size(home / name) for name in _INDEXES]
        row = (sum(parts), graph, exact, words)
        first = first or row
        worst = [max(old, new / start) for old, new, start in zip(worst, row, first, strict=True)]
        shown = ", ".join(f"{name} {size:.1f}" for name, size in zip(_INDEXES, parts, strict=True))
        shown += f"; catalogue {_size(home / 'catalogue.db'):.1f}"
        print(f"{number:8} {row[0]:8.1f} {graph:9.2f} {exact:9.2f} {words:9.2f} {seconds:8.1f}   {shown}", flush=True)
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in zip(_NAMES, worst, strict=True))
    print(f"largest against the first: {told} (limit {_LIMIT})")


def _publish(engine: Engine, documents: int, number: int) -> None:
    run = engine.index.begin_run("c", {"turnover": number})
    batch: list[tuple[StagedVersion, Outcome]] = []
    for version in _versions(documents, number):
        batch.append((version, Outcome(version.source.uri, "indexed", chunks=len(version.chunks))))
        if len(batch) == _BATCH:
            engine.index.publish(run, batch)
            batch = []
    engine.index.publish(run, batch)
    engine.index.sweep()
    engine.index.finish_run(run)


def _versions(documents: int, number: int) -> Iterator[StagedVersion]:
    chance = random.Random(number)  # noqa: S311 - nothing secret
    for document in range(documents):
        paragraphs = [" ".join(_word(chance) for _ in range(_WORDS)) for _ in range(_PARAGRAPHS)]
        text, chunks, position = "\n\n".join(paragraphs), [], 0
        for paragraph in paragraphs:
            end = position + len(paragraph)
            chunks.append(Chunk((), f"Document {document}", paragraph, position, end, None, None))
            position = end + 2
        path = f"{document}.txt"
        digest = hashlib.sha256(text.encode()).hexdigest()
        source = Source("c", "file:///made", path, f"file:///made/{path}", "text/plain", len(text), digest, ())
        yield StagedVersion(source, "made", f"Document {document}", text, (), {}, tuple(chunks))


def _word(chance: random.Random) -> str:
    """Of 20,000 words, a few of them often, as in a language."""
    return f"word{int(20_000 ** chance.random())}"


def _median(engine: Engine, mode: Mode) -> float:
    """Milliseconds of a question, the first few left out."""
    chance = random.Random(1)  # noqa: S311 - nothing secret
    times = []
    for _ in range(_QUESTIONS + 10):
        question = " ".join(_word(chance) for _ in range(6))
        started = time.perf_counter()
        engine.search(question, caller=OWNER, mode=mode)
        times.append(1_000 * (time.perf_counter() - started))
    return statistics.median(times[10:])


def _size(path: Path) -> float:
    """Megabytes, with the log beside a database."""
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sum(one.stat().st_size for one in files if one.is_file()) / 1e6


if __name__ == "__main__":
    main()
