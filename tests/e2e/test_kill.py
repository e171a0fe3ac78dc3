"""SIGKILL at any moment of an ingest: the home opens, what was acknowledged answers, the next run converges."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder

KILLS = 30
SEED = 20261122
ROOT = Path(__file__).parents[2]


@dataclass
class Corpus:
    """A folder whose files change between runs; remembers every text that a file ever had."""

    folder: Path
    chance: random.Random
    now: dict[str, str] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=dict)
    made: int = 0

    def change(self) -> None:
        for _ in range(self.chance.randint(1, 12)):
            name = f"{self.chance.randrange(30):02}.txt"
            if name in self.now and self.chance.random() < 0.25:
                del self.now[name]
                (self.folder / name).unlink()
            else:
                self.write(name)

    def write(self, name: str) -> None:
        self.made += 1
        lines = [f"File {name} text {self.made} line {line} says word{self.made}x{line}." for line in range(40)]
        self.now[name] = "\n\n".join(lines)
        self.ever.setdefault(name, set()).add(self.now[name])
        (self.folder / name).write_text(self.now[name])


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_mix_nothing(tmp_path: Path) -> None:
    """After each kill every document is one whole version; after the last a plain run brings the folder's state."""
    corpus = Corpus(tmp_path / "corpus", random.Random(SEED))
    corpus.folder.mkdir()
    for number in range(20):
        corpus.write(f"{number:02}.txt")
    length = _run(tmp_path)

    for _ in range(KILLS):
        corpus.change()
        _run(tmp_path, kill_after=corpus.chance.uniform(0.3, 1.1) * length)
        _check_whole(tmp_path, corpus)

    _run(tmp_path)
    assert _live(tmp_path) == corpus.now


def _run(place: Path, kill_after: float | None = None) -> float:
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.e2e.kill_child", str(place / "home"), str(place / "corpus")]
    child = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        _, errors = child.communicate(timeout=kill_after)
        assert child.returncode == 0, errors.decode()
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    return time.monotonic() - started


def _check_whole(place: Path, corpus: Corpus) -> None:
    with Engine(EngineSettings(place / "home"), write=False, embedder=FakeEmbedder()) as engine:
        documents = engine.catalog.documents(OWNER)
        for one in documents:
            stored = engine.catalog.version(one.document_id, OWNER)
            assert stored.text in corpus.ever[one.document], f"{one.document} is a text it never had"
        for one in corpus.chance.sample(documents, min(3, len(documents))):
            _check_found(engine, engine.catalog.version(one.document_id, OWNER).text, one.document_id)
        _check_acknowledged(engine, corpus)


def _check_found(engine: Engine, text: str, document_id: str) -> None:
    word = text.rsplit("word", 1)[1].rstrip(".")
    hits = engine.search(f"word{word}", caller=OWNER, mode="lexical", k=3)
    assert [hit.chunk.document_id for hit in hits] == [document_id]
    assert f"word{word}" in hits[0].chunk.text


def _check_acknowledged(engine: Engine, corpus: Corpus) -> None:
    """What the last run's ledger calls indexed or removed is so."""
    last = engine.catalog.runs(1)[0]
    live = {one.uri: one.document_id for one in engine.catalog.documents(OWNER)}
    for outcome in engine.catalog.outcomes(last.run_id):
        name = outcome.uri.rsplit("/", 1)[1]
        if outcome.outcome == "indexed":
            assert outcome.uri in live
            if name in corpus.now and last.finished_at is None:
                assert engine.catalog.version(live[outcome.uri], OWNER).text == corpus.now[name]
        if outcome.outcome == "removed":
            assert outcome.uri not in live


def _live(place: Path) -> dict[str, str]:
    with Engine(EngineSettings(place / "home"), write=False, embedder=FakeEmbedder()) as engine:
        return {
            one.document: engine.catalog.version(one.document_id, OWNER).text for one in engine.catalog.documents(OWNER)
        }
