"""What a second run reads, embeds and moves."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ingest import convert, publishing, stamps
from retrieval.engine import Engine
from retrieval.errors import NotFound, UsageError
from retrieval.settings import ChunkSettings, EngineSettings
from tests.fakes import FakeEmbedder
from tests.ingest.runs import documents, found, run, told, write


def test_a_second_run_embeds_nothing_and_starts_no_worker(
    engine: Engine, corpus: Path, embedder: FakeEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.", b="Two.")
    run(engine, corpus)
    before, generation = documents(engine), engine.catalog.generation()
    monkeypatch.setattr(publishing, "Workers", None)

    report = run(engine, corpus)

    assert told(report) == {"a.md": "unchanged", "b.md": "unchanged"}
    assert (report.embedded, len(embedder.embedded)) == (0, 2)
    assert documents(engine) == before
    assert engine.catalog.generation() == generation


def test_a_changed_file_embeds_its_changed_chunks(engine: Engine, corpus: Path) -> None:
    sections = [
        f"## Part {number}\n\n" + f"{word} " * 150 for number, word in enumerate(("one", "two", "three", "four"))
    ]
    write(corpus, a="# Book\n\n" + "\n\n".join(sections))
    first = run(engine, corpus)
    sections[2] = "## Part 2\n\n" + "other " * 150
    write(corpus, a="# Book\n\n" + "\n\n".join(sections))

    second = run(engine, corpus)

    assert (first.chunks, first.embedded) == (4, 4)
    assert (second.chunks, second.embedded) == (4, 1)
    assert documents(engine)["a.md"].version == 2
    assert found(engine, "three") == []


def test_a_paragraph_put_into_a_long_section_embeds_at_most_three_chunks(engine: Engine, corpus: Path) -> None:
    """100 paragraphs of about 50 tokens make some 40 chunks."""
    body = [" ".join(f"{word}{number}" for word in ("sun", "moon", "star") * 8) + "." for number in range(100)]
    write(corpus, a="# Sky\n\n" + "\n\n".join(body))
    first = run(engine, corpus)
    write(corpus, a="# Sky\n\n" + "\n\n".join([*body[:37], "Comets are new here.", *body[37:]]))

    second = run(engine, corpus)

    assert first.embedded > 20
    assert 1 <= second.embedded <= 3


def test_another_converter_reads_everything_again(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.")
    run(engine, corpus)
    monkeypatch.setattr(convert, "CONVERTER_VERSION", "next")

    report = run(engine, corpus)

    assert told(report) == {"a.md": "indexed"}
    assert report.embedded == 0


def test_another_measure_of_chunks_cuts_everything_again(tmp_path: Path, corpus: Path, embedder: FakeEmbedder) -> None:
    write(corpus, leave="# Annual leave\n\n" + "\n\n".join(f"Day {day} of the leave is free." for day in range(20)))
    settings = EngineSettings(tmp_path / "home")
    with Engine(settings, write=True, embedder=embedder) as engine:
        first = run(engine, corpus)

    with Engine(replace(settings, chunks=ChunkSettings(max_tokens=40)), write=True, embedder=embedder) as engine:
        second = run(engine, corpus)
        third = run(engine, corpus)

    assert (first.chunks, told(second)) == (1, {"leave.md": "indexed"})
    assert second.chunks > 3
    assert told(third) == {"leave.md": "unchanged"}


def test_a_renamed_file_keeps_its_id(engine: Engine, corpus: Path) -> None:
    write(corpus, old__a="One.", old__b="Two.")
    run(engine, corpus)
    before = documents(engine)
    (corpus / "old").rename(corpus / "new")

    report = run(engine, corpus, prune=True)

    assert told(report) == {"a.md": "unchanged: renamed from old/a.md", "b.md": "unchanged: renamed from old/b.md"}
    after = documents(engine)
    assert {path: one.document_id for path, one in after.items()} == {
        "new/a.md": before["old/a.md"].document_id,
        "new/b.md": before["old/b.md"].document_id,
    }
    assert report.embedded == 0
    assert found(engine, "two") == ["new/b.md"]


def test_a_renamed_file_that_is_read_again_keeps_its_id_and_has_one_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, a="# One\n\nText.")
    run(engine, corpus)
    before = documents(engine)["a.md"]
    (corpus / "a.md").rename(corpus / "a.txt")

    report = run(engine, corpus)

    assert told(report) == {"a.txt": "indexed"}
    assert documents(engine)["a.txt"].document_id == before.document_id
    assert len(engine.catalog.outcomes(report.run_id)) == 1


class Reads:
    """Counts which files are read to be hashed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        self._sha256 = stamps.sha256
        monkeypatch.setattr(stamps, "sha256", self)

    def __call__(self, path: Path, tell: Callable[[], None]) -> str:
        self.names.append(path.name)
        return self._sha256(path, tell)

    def taken(self) -> list[str]:
        names, self.names = sorted(self.names), []
        return names


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are as trusted at once as they are after two seconds."""
    monkeypatch.setattr(stamps, "_UNSETTLED_NS", 0)


@pytest.mark.usefixtures("settled")
def test_a_file_that_nothing_touched_is_not_read_again(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.", b="Two.")
    reads = Reads(monkeypatch)
    run(engine, corpus)
    assert reads.taken() == ["a.md", "b.md"]

    report = run(engine, corpus)

    assert told(report) == {"a.md": "unchanged", "b.md": "unchanged"}
    assert reads.taken() == []


@pytest.mark.usefixtures("settled")
def test_checksum_reads_every_file(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, a="One.", b="Two.")
    reads = Reads(monkeypatch)
    run(engine, corpus)
    reads.taken()

    assert told(run(engine, corpus, checksum=True)) == {"a.md": "unchanged", "b.md": "unchanged"}
    assert reads.taken() == ["a.md", "b.md"]


@pytest.mark.usefixtures("settled")
def test_a_file_of_the_same_size_with_its_old_time_put_back_is_read(engine: Engine, corpus: Path) -> None:
    """Nobody can put back the time of the last change of its inode."""
    write(corpus, a="Number one.")
    run(engine, corpus)
    before = (corpus / "a.md").stat()
    write(corpus, a="Number two.")
    os.utime(corpus / "a.md", ns=(before.st_atime_ns, before.st_mtime_ns))

    assert told(run(engine, corpus)) == {"a.md": "indexed"}
    assert found(engine, "two") == ["a.md"]


def test_a_file_that_was_just_written_is_read_again(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could be written a second time within one tick of the clock."""
    write(corpus, a="One.")
    run(engine, corpus)
    reads = Reads(monkeypatch)

    run(engine, corpus)

    assert reads.taken() == ["a.md"]


@pytest.mark.usefixtures("settled")
def test_a_file_that_was_moved_is_read_and_forgotten_where_it_was(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.")
    run(engine, corpus)
    (corpus / "a.md").rename(corpus / "b.md")
    reads = Reads(monkeypatch)

    assert told(run(engine, corpus)) == {"b.md": "unchanged: renamed from a.md"}
    assert reads.taken() == ["b.md"]
    assert set(engine.index.sightings.below("default", corpus.as_uri())) == {"b.md"}


def test_what_could_not_be_read_is_told_of_again_without_a_worker(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.", empty="")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing of one")
    first = run(engine, corpus)
    monkeypatch.setattr(publishing, "Workers", None)

    again = run(engine, corpus)

    assert {name: told(again)[name] for name in ("empty.md", "broken.pdf")} == {
        name: told(first)[name] for name in ("empty.md", "broken.pdf")
    }
    assert [(one.code, one.remedy) for one in again.outcomes if one.outcome in ("failed", "skipped")] == [
        (one.code, one.remedy) for one in first.outcomes if one.outcome in ("failed", "skipped")
    ]


def test_another_converter_reads_what_it_could_not_read_before(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.")
    (corpus / "broken.pdf").write_bytes(b"%PDF-1.7 nothing of one")
    run(engine, corpus)
    monkeypatch.setattr(convert, "CONVERTER_VERSION", "next")
    read: list[str] = []
    keep = engine.index.keep_original

    def counted(path: Path) -> tuple[str, int]:
        read.append(path.name)
        return keep(path)

    monkeypatch.setattr(engine.index, "keep_original", counted)

    run(engine, corpus)

    assert sorted(read) == ["a.md", "broken.pdf"]


def test_what_failed_in_a_run_is_read_again_alone(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", c="Three.")
    (corpus / "b.pdf").write_bytes(b"%PDF-1.7 nothing of one")
    (corpus / "gone.pdf").write_bytes(b"%PDF-1.7 nothing of one")
    first = run(engine, corpus, collection="papers")
    write(corpus, a="One and a half.")
    (corpus / "gone.pdf").unlink()
    (corpus / "b.pdf").write_text("No PDF, but readable.")

    again = run(engine, retry=first.run_id)

    assert again.collection == "papers"
    assert [one.uri.rsplit("/", 1)[-1] for one in again.outcomes] == ["b.pdf"]


def test_a_retry_reads_what_was_remembered_as_broken(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus / "b.pdf").write_bytes(b"%PDF-1.7 nothing of one")
    first = run(engine, corpus)
    monkeypatch.setattr(publishing, "Workers", None)

    with pytest.raises(TypeError):
        run(engine, retry=first.run_id)


def test_there_must_be_something_to_retry(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.")
    first = run(engine, corpus)

    with pytest.raises(UsageError, match="no source of run 1 failed"):
        run(engine, retry=first.run_id)
    with pytest.raises(NotFound, match="there is no run 7"):
        run(engine, retry=7)
