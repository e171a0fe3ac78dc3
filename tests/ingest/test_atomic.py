"""A run that publishes all at once: until its end nothing of it can be seen, and a failure leaves nothing of it."""

from pathlib import Path

import pytest

from ingest.pipeline import IngestOptions, ingest
from retrieval.engine import Engine
from retrieval.models import Outcome
from tests.fakes import FakeEmbedder
from tests.ingest.runs import documents, found, run, told, write


class Watching:
    """Looks at the home whenever the run tells of something; `stop` ends the run at its first published chunk."""

    def __init__(self, engine: Engine, *, stop: bool = False) -> None:
        self.seen: list[set[str]] = []
        self._engine = engine
        self._stop = stop

    def planned(self, files: int) -> None: ...

    def finished(self, outcome: Outcome) -> None:
        if outcome.outcome == "failed":
            self.seen.append(set(documents(self._engine)))

    def published(self, chunks: int, embedded: int) -> None:
        self.seen.append(set(documents(self._engine)))
        if self._stop and embedded:
            raise RuntimeError("stopped")


@pytest.fixture
def changed(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that was ingested, and of which one file is new, one changed and one gone since; batches are small."""
    write(corpus, stays="# Stays\n\nText.", changes="# Changes\n\nOld words.", goes="# Goes\n\nText.")
    run(engine, corpus)
    write(corpus, changes="# Changes\n\nNew words.", comes="# Comes\n\nText.")
    (corpus / "goes.md").unlink()
    monkeypatch.setattr("ingest.batch.BATCH_DOCUMENTS", 1)
    return corpus


def test_a_whole_run_is_published_and_removed_at_once(engine: Engine, changed: Path) -> None:
    """Seen from outside there is the old state, then the new one, and no other."""
    watching = Watching(engine)
    options = IngestOptions(workers=1, atomic=True, prune=True, force=True)

    report = ingest(engine.index, [str(changed)], options, watching)

    before, after = {"stays.md", "changes.md", "goes.md"}, {"stays.md", "changes.md", "comes.md"}
    assert set(documents(engine)) == after
    assert before in watching.seen
    assert all(seen in (before, after) for seen in watching.seen)
    assert {name: said.split(":")[0] for name, said in told(report).items()} == {
        "stays.md": "unchanged",
        "changes.md": "indexed",
        "comes.md": "indexed",
        "goes.md": "removed",
    }
    assert report.embedded == 2
    assert found(engine, "new words") == ["changes.md"]


def test_an_atomic_run_that_is_stopped_changes_nothing_and_embeds_nothing_twice(
    engine: Engine, embedder: FakeEmbedder, changed: Path
) -> None:
    """What was embedded by then is kept for the next try."""
    options = IngestOptions(workers=1, atomic=True, prune=True, force=True)
    embedder.embedded.clear()

    with pytest.raises(RuntimeError, match="stopped"):
        ingest(engine.index, [str(changed)], options, Watching(engine, stop=True))
    assert set(documents(engine)) == {"stays.md", "changes.md", "goes.md"}
    assert found(engine, "old words") == ["changes.md"]
    first = len(embedder.embedded)
    ingest(engine.index, [str(changed)], options)

    assert first > 0
    assert len(embedder.embedded) == 2
    assert set(documents(engine)) == {"stays.md", "changes.md", "comes.md"}
