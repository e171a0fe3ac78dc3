"""Progress, and runs that end before they are done."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest import batch, publishing, stamps
from ingest.batch import Removals
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from retrieval.engine import Engine
from retrieval.errors import StorageFull
from retrieval.models import Outcome, StagedVersion
from retrieval.store.index import Acknowledged, Index
from tests.ingest.runs import Watcher, documents, run, write


def test_progress_is_told_of_every_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="One.", c="", **{f"f{number}": f"Text {number}." for number in range(8)})
    run(engine, corpus)
    (corpus / "f1.md").unlink()
    write(corpus, a="Another.", d="Four.")
    watcher = Watcher()

    report = ingest(engine.index, [str(corpus)], IngestOptions(workers=1, prune=True), watcher)

    assert watcher.files == len(watcher.outcomes) == len(report.outcomes)
    assert sorted(watcher.outcomes, key=lambda one: one.uri) == list(report.outcomes)
    assert (sum(chunks for chunks, _ in watcher.chunks), sum(new for _, new in watcher.chunks)) == (
        report.chunks,
        report.embedded,
    )


def test_an_interruption_keeps_what_was_published_and_the_next_run_goes_on(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BATCH_DOCUMENTS", 1)
    write(corpus, **{f"f{number}": f"Text number{number}." for number in range(6)})

    with pytest.raises(KeyboardInterrupt):
        ingest(engine.index, [str(corpus)], IngestOptions(workers=1), Watcher(end_after=2))

    assert len(documents(engine)) == 2
    assert engine.catalog.runs()[0].finished_at is None
    report = run(engine, corpus)
    assert (report.counts()["unchanged"], report.counts()["indexed"]) == (2, 4)


def test_a_run_that_broke_off_keeps_no_originals_from_being_dropped(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a document that changed five times, as many originals are kept as without the broken run."""

    def originals() -> int:
        return sum(path.is_file() for path in engine.home.blobs.rglob("*"))

    counts: list[int] = []
    for folder, breaks in (("a", False), ("b", True)):
        before = originals()
        for number in range(5):
            write(corpus / folder, x=f"Text {folder} {number}.")
            with monkeypatch.context() as broken:
                if breaks and number == 1:
                    broken.setattr(engine.index, "publish", FullDisk(engine.index, 0))
                    with pytest.raises(StorageFull):
                        run(engine, corpus / folder)
                    continue
            run(engine, corpus / folder)
        counts.append(originals() - before)

    assert counts[0] == counts[1] < 4


def test_a_run_can_be_ended_while_files_are_hashed(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamps, "_SECONDS_BETWEEN_WORDS", 0.0)
    write(corpus, a="One.")
    watcher = Impatient()

    with pytest.raises(TimeoutError):
        ingest(engine.index, [str(corpus)], IngestOptions(workers=1), watcher)

    assert watcher.files == 0


class Impatient(Watcher):
    """Ends the run as soon as nothing happens for a while."""

    def published(self, chunks: int, embedded: int) -> None:
        raise TimeoutError("stopped")


def test_a_run_can_be_ended_while_a_source_is_slow(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first source is not even read before the first of the short waits is over."""
    monkeypatch.setattr(publishing, "BATCH_SECONDS", 0.001)
    write(corpus, a="One.")

    with pytest.raises(TimeoutError):
        ingest(engine.index, [str(corpus)], IngestOptions(workers=1), Impatient())

    assert documents(engine) == {}


class FullDisk:
    """Publishes so many batches, then finds the disk full."""

    def __init__(self, index: Index, batches: int) -> None:
        self._publish = index.publish
        self._left = batches

    def __call__(
        self, run_id: int, batch: Sequence[tuple[StagedVersion, Outcome]], removals: Removals, *, again: bool
    ) -> Acknowledged:
        if not self._left:
            raise StorageFull("no space left on the disk", remedy="free some")
        self._left -= 1
        return self._publish(run_id, batch, removals, again=again)


def test_a_full_disk_ends_the_run_and_keeps_what_was_published(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BATCH_DOCUMENTS", 1)
    write(corpus, empty="", **{f"f{number}": f"Text number{number}." for number in range(4)})
    with monkeypatch.context() as full:
        full.setattr(engine.index, "publish", FullDisk(engine.index, 1))
        with pytest.raises(StorageFull):
            run(engine, corpus)

    (cut_off,) = engine.catalog.runs()
    assert cut_off.counts["indexed"] == 1
    assert len(documents(engine)) == 1
    assert run(engine, corpus).counts()["indexed"] == 3
