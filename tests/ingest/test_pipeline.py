"""One pass over real files into a real home; only the embedding model is a fake."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from ingest import pipeline, publishing
from ingest.ledger import IngestReport
from ingest.models import Limits
from ingest.pipeline import IngestOptions, ingest
from retrieval.engine import Engine
from retrieval.errors import StorageFull, UsageError
from retrieval.models import OWNER, PUBLIC, Caller, DocumentSummary, Outcome, StagedVersion
from retrieval.settings import ChunkSettings, EngineSettings
from retrieval.store.index import Index
from tests.fakes import FakeEmbedder


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def engine(tmp_path: Path, embedder: FakeEmbedder) -> Iterator[Engine]:
    with Engine(EngineSettings(tmp_path / "home"), write=True, embedder=embedder) as opened:
        yield opened


def write(folder: Path, **texts: str) -> None:
    """Files by stem; `__` parts folders."""
    for stem, text in texts.items():
        path = folder / f"{stem.replace('__', '/')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def run(engine: Engine, *targets: Path, **options: object) -> IngestReport:
    return ingest(engine.index, [str(target) for target in targets], IngestOptions(workers=1, **options))  # type: ignore[arg-type]


def told(report: IngestReport) -> dict[str, str]:
    """Name of each source with its outcome and the reason."""
    return {
        one.uri.rsplit("/", 1)[-1]: f"{one.outcome}: {one.reason}" if one.reason else one.outcome
        for one in report.outcomes
    }


def documents(engine: Engine, caller: Caller = OWNER) -> dict[str, DocumentSummary]:
    return {one.document: one for one in engine.catalog.documents(caller)}


def found(engine: Engine, question: str, caller: Caller = OWNER) -> list[str]:
    return [hit.chunk.document for hit in engine.search(question, caller=caller, mode="lexical")]


def test_a_folder_can_be_searched_and_every_source_has_its_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, leave="# Annual leave\n\nThirty days.", travel="# Travel\n\nBy train.", empty="")
    (corpus / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (corpus / ".DS_Store").write_text("x")

    report = run(engine, corpus)

    assert told(report) == {
        "leave.md": "indexed",
        "travel.md": "indexed",
        "empty.md": "skipped: no_text: empty.md: the file is empty",
        "picture.png": "skipped: unknown_format: picture.png: no converter for image/png",
        ".DS_Store": "skipped: hidden: its name begins with a dot",
    }
    assert report.counts() == {
        "indexed": 2, "unchanged": 0, "duplicate": 0, "skipped": 3, "failed": 0, "removed": 0
    }  # fmt: skip
    assert (report.chunks, report.embedded, report.complete) == (2, 2, True)
    assert found(engine, "thirty days") == ["leave.md"]
    recorded = engine.catalog.outcomes(report.run_id)
    assert sorted((one.uri, one.outcome, one.reason) for one in recorded) == [
        (one.uri, one.outcome, one.reason) for one in report.outcomes
    ]


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
    monkeypatch.setattr(pipeline, "CONVERTER_VERSION", "next")

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


def test_what_is_gone_stays_until_it_is_pruned(engine: Engine, corpus: Path) -> None:
    write(corpus, **{f"f{number}": f"Text number{number}." for number in range(6)})
    run(engine, corpus)
    (corpus / "f3.md").unlink()

    kept = run(engine, corpus)
    assert (kept.gone, kept.counts()["removed"], found(engine, "number3")) == (1, 0, ["f3.md"])

    pruned = run(engine, corpus, prune=True)
    assert told(pruned)["f3.md"] == "removed: its file is gone"
    assert (pruned.gone, pruned.refusal, found(engine, "number3")) == (0, "", [])
    assert "f3.md" not in documents(engine)


def test_pruning_that_looks_like_an_accident_is_refused_and_can_be_forced(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="Two.", c="Three.")
    run(engine, corpus)
    (corpus / "a.md").unlink()
    (corpus / "b.md").write_text("Two and a half.")

    refused = run(engine, corpus, prune=True)
    assert refused.refusal.startswith("nothing was removed: 1 of 3 documents")
    assert told(refused) == {"b.md": "indexed", "c.md": "unchanged"}
    assert (refused.gone, refused.complete, set(documents(engine))) == (1, False, {"a.md", "b.md", "c.md"})

    forced = run(engine, corpus, prune=True, force=True)
    assert told(forced)["a.md"] == "removed: its file is gone"
    assert set(documents(engine)) == {"b.md", "c.md"}


def test_pruning_covers_the_targets_only(engine: Engine, corpus: Path) -> None:
    write(corpus, one__a="One.", two__b="Two.")
    run(engine, corpus)
    shutil.rmtree(corpus / "two")
    write(corpus, one__c="Three.")

    report = run(engine, corpus / "one", prune=True, force=True)

    assert told(report) == {"a.md": "unchanged", "c.md": "indexed"}
    assert set(documents(engine)) == {"one/a.md", "one/c.md", "two/b.md"}


def test_a_file_that_is_excluded_now_has_one_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", b="Two.")
    run(engine, corpus)
    (corpus / "footnote.toml").write_text('exclude = ["a.md"]')

    told_only = told(run(engine, corpus))
    pruned = told(run(engine, corpus, prune=True, force=True))

    assert told_only["a.md"].startswith(
        "skipped: excluded by footnote.toml (exclude 'a.md'); what was read of it before"
    )
    assert pruned == {"a.md": "removed: excluded by footnote.toml (exclude 'a.md')", "b.md": "unchanged"}


def test_a_file_that_is_excluded_and_renamed_is_told_of_as_it_is(engine: Engine, corpus: Path) -> None:
    """The document goes with its new name; nothing answers under the old one."""
    write(corpus, a="One.")
    run(engine, corpus)
    (corpus / "footnote.toml").write_text('exclude = ["a.md"]')
    write(corpus, b="One.")

    report = run(engine, corpus)

    assert told(report) == {
        "a.md": "skipped: excluded by footnote.toml (exclude 'a.md')",
        "b.md": "unchanged: renamed from a.md",
    }
    assert [one.document_id is None for one in report.outcomes] == [True, False]


def test_a_nested_root_that_vanished_is_told_of_and_pruned_by_the_same_rules(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.", hr__pay="Salaries.")
    run(engine, corpus / "hr")
    run(engine, corpus)
    shutil.rmtree(corpus / "hr")

    kept = run(engine, corpus)
    refused = run(engine, corpus, prune=True)
    forced = run(engine, corpus, prune=True, force=True)

    assert (kept.gone, refused.gone) == (1, 1)
    assert refused.refusal.startswith("nothing was removed: 1 of 1 documents")
    assert told(forced) == {"a.md": "unchanged", "pay.md": "removed: its file is gone"}
    assert set(documents(engine)) == {"a.md"}


def test_a_picture_is_not_copied_to_be_refused(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, a="One.")
    (corpus / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(1000))
    copied: list[str] = []
    keep = engine.index.keep_original

    def counted(path: Path) -> tuple[str, int]:
        copied.append(path.name)
        return keep(path)

    monkeypatch.setattr(engine.index, "keep_original", counted)

    report = run(engine, corpus)

    assert told(report)["film.mp4"] == "skipped: unknown_format: film.mp4: no converter for video/mp4"
    assert copied == ["a.md"]


def test_a_file_that_fails_keeps_what_was_published(engine: Engine, corpus: Path) -> None:
    """Broken, unreadable, emptied: the last good version still answers, and pruning does not take it."""
    write(corpus, a="Good text.", b="Fine text.", c="Third text.")
    run(engine, corpus)
    (corpus / "a.md").write_bytes(b"%PDF-1.7 nothing of one")
    (corpus / "b.md").write_text("")

    report = run(engine, corpus, prune=True)

    assert report.counts()["failed"] == 1
    assert told(report)["a.md"].endswith("; what was read of it before still answers")
    assert told(report)["b.md"].startswith("skipped: no_text")
    assert found(engine, "good") == ["a.md"]
    assert documents(engine)["b.md"].version == 1


def test_a_file_that_may_not_be_read_fails_alone(engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(corpus, a="One.", b="Two.")
    real = Path.open

    def denied(path: Path, *args: Any, **named: Any) -> IO[Any]:
        if path.name == "a.md":
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **named)

    monkeypatch.setattr(Path, "open", denied)

    assert told(run(engine, corpus)) == {"a.md": "failed: unreadable: Permission denied", "b.md": "indexed"}


def test_a_file_that_vanishes_during_the_run_fails_alone(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(corpus, a="One.", b="Two.")
    keep = engine.index.keep_original

    def vanishing(path: Path) -> tuple[str, int]:
        if path.name == "a.md":
            path.unlink()
        return keep(path)

    monkeypatch.setattr(engine.index, "keep_original", vanishing)

    assert told(run(engine, corpus)) == {
        "a.md": "failed: unreadable: a.md: No such file or directory",
        "b.md": "indexed",
    }


def test_equal_files_are_documents_of_their_own(engine: Engine, corpus: Path) -> None:
    write(corpus, a="Same text.", b="Same text.")

    report = run(engine, corpus)

    assert told(report) == {"a.md": "indexed", "b.md": "duplicate: same bytes as a.md"}
    assert set(documents(engine)) == {"a.md", "b.md"}
    assert told(run(engine, corpus)) == {"a.md": "unchanged", "b.md": "unchanged"}


def test_a_copy_elsewhere_in_the_collection_is_named(engine: Engine, corpus: Path, tmp_path: Path) -> None:
    write(corpus, a="Same text.")
    write(tmp_path / "other", b="Same text.")
    run(engine, corpus)

    assert told(run(engine, tmp_path / "other")) == {"b.md": f"duplicate: same bytes as {corpus.as_uri()}/a.md"}


def test_rules_decide_who_may_see_what_and_bind_at_once(engine: Engine, corpus: Path) -> None:
    write(corpus, hr__pay="Salaries.", a="Open.")
    rule = '[[access]]\npath = "hr/**"\ngroups = ["hr"]'
    run(engine, corpus)
    assert set(documents(engine, PUBLIC)) == {"hr/pay.md", "a.md"}

    (corpus / "footnote.toml").write_text(rule)
    restricted = run(engine, corpus)

    assert told(restricted)["pay.md"] == "unchanged: now for hr"
    assert set(documents(engine, PUBLIC)) == {"a.md"}
    assert found(engine, "salaries", PUBLIC) == []
    assert found(engine, "salaries", Caller(frozenset({"hr"}))) == ["hr/pay.md"]

    (corpus / "footnote.toml").unlink()
    assert told(run(engine, corpus))["pay.md"] == "unchanged: now for everyone"


def test_a_rule_binds_what_can_no_longer_be_read_or_found(engine: Engine, corpus: Path) -> None:
    """The published text is what it protects, whatever became of the file."""
    write(corpus, hr__pay="Salaries.", hr__old="Old salaries.", a="Open.")
    run(engine, corpus)
    (corpus / "footnote.toml").write_text('exclude = ["*.bak"]\n[[access]]\npath = "hr/**"\ngroups = ["hr"]')
    (corpus / "hr" / "pay.md").write_bytes(b"%PDF-1.7 nothing of one")
    (corpus / "hr" / "old.md").unlink()

    run(engine, corpus)

    assert set(documents(engine, PUBLIC)) == {"a.md"}


def test_what_is_gone_with_its_rules_is_not_opened(engine: Engine, corpus: Path) -> None:
    write(corpus, hr__pay="Salaries.", a="Open.")
    (corpus / "hr" / "footnote.toml").write_text('[[access]]\npath = "**"\ngroups = ["hr"]')
    run(engine, corpus)
    shutil.rmtree(corpus / "hr")

    run(engine, corpus)

    assert documents(engine)["hr/pay.md"].groups == ("hr",)


def test_allow_is_remembered_and_a_rule_stays_in_force(engine: Engine, corpus: Path) -> None:
    write(corpus, hr__pay="Salaries.", a="Open.")
    (corpus / "footnote.toml").write_text('[[access]]\npath = "hr/**"\ngroups = ["hr"]')

    run(engine, corpus, allow=("staff",))
    assert {path: one.groups for path, one in documents(engine).items()} == {"hr/pay.md": ("hr",), "a.md": ("staff",)}

    write(corpus, b="Later.")
    run(engine, corpus / "b.md")
    assert documents(engine)["b.md"].groups == ("staff",)

    run(engine, corpus / "b.md", allow=("board",))
    run(engine, corpus)
    assert {path: one.groups for path, one in documents(engine).items()} == {
        "hr/pay.md": ("hr",),
        "a.md": ("staff",),
        "b.md": ("board",),
    }


@pytest.mark.parametrize("group", ["", " ", "*", "caf\udce9"])
def test_allow_takes_names_only(engine: Engine, corpus: Path, group: str) -> None:
    with pytest.raises(UsageError, match="no group"):
        run(engine, corpus, allow=(group,))


def test_a_collection_is_called_by_text(engine: Engine, corpus: Path) -> None:
    with pytest.raises(UsageError, match="no name of a collection"):
        run(engine, corpus, collection="caf\udce9")


def test_broken_rules_change_nothing(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.")
    (corpus / "footnote.toml").write_text("[[access]]\npath = 'a.md'")

    with pytest.raises(UsageError, match=r"access\[1\].groups"):
        run(engine, corpus, allow=("x",))

    assert engine.catalog.runs() == ()
    assert documents(engine) == {}


def test_a_file_named_alone_and_with_its_folder_is_one_document(engine: Engine, corpus: Path) -> None:
    write(corpus, sub__a="One.", b="Two.")
    run(engine, corpus / "sub" / "a.md")
    before = documents(engine)["a.md"].document_id

    report = run(engine, corpus)

    assert told(report) == {"a.md": "unchanged", "b.md": "indexed"}
    assert {one.document_id for one in documents(engine).values()} >= {before}
    assert len(documents(engine)) == 2


def test_collections_are_kept_apart(engine: Engine, corpus: Path) -> None:
    write(corpus, a="One.")
    run(engine, corpus)

    report = run(engine, corpus, collection="other")

    assert (report.collection, told(report)) == ("other", {"a.md": "indexed"})
    assert engine.catalog.collections(OWNER) == ("default", "other")


def test_odd_names_are_ingested(engine: Engine, corpus: Path) -> None:
    for number, name in enumerate([b"new\nline.md", b"caf\xe9.md", b"100%25.md"]):
        (corpus / os.fsdecode(name)).write_text(f"Text number{number}.")

    report = run(engine, corpus)

    assert report.counts()["indexed"] == 3
    assert set(documents(engine)) == {"new\nline.md", r"caf\xe9.md", "100%25.md"}
    assert run(engine, corpus).counts()["unchanged"] == 3


def test_a_limit_that_is_exceeded_costs_its_file_alone(engine: Engine, corpus: Path) -> None:
    write(corpus, a="word" * 100, b="Two.")

    report = run(engine, corpus, limits=Limits(characters=100))

    assert told(report)["a.md"].startswith("failed: over_limit: a.md: 400 characters of text, more than 100")
    assert told(report)["b.md"] == "indexed"


class Watcher:
    """Keeps what it was told, and ends the run where it was told to."""

    def __init__(self, *, end_after: int | None = None) -> None:
        self.files = 0
        self.outcomes: list[Outcome] = []
        self.chunks: list[tuple[int, int]] = []
        self._end_after = end_after

    def planned(self, files: int) -> None:
        self.files = files

    def finished(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if len(self.outcomes) == self._end_after:
            raise KeyboardInterrupt

    def published(self, chunks: int, embedded: int) -> None:
        self.chunks.append((chunks, embedded))


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
    monkeypatch.setattr(publishing, "BATCH_DOCUMENTS", 1)
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
    monkeypatch.setattr(pipeline, "_SECONDS_BETWEEN_WORDS", 0.0)
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

    def __call__(self, run_id: int, batch: Sequence[tuple[StagedVersion, Outcome]]) -> int:
        if not self._left:
            raise StorageFull("no space left on the disk", remedy="free some")
        self._left -= 1
        return self._publish(run_id, batch)


def test_a_full_disk_ends_the_run_and_keeps_what_was_published(
    engine: Engine, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "BATCH_DOCUMENTS", 1)
    write(corpus, empty="", **{f"f{number}": f"Text number{number}." for number in range(4)})
    with monkeypatch.context() as full:
        full.setattr(engine.index, "publish", FullDisk(engine.index, 1))
        with pytest.raises(StorageFull):
            run(engine, corpus)

    (cut_off,) = engine.catalog.runs()
    assert cut_off.counts["indexed"] == 1
    assert len(documents(engine)) == 1
    assert run(engine, corpus).counts()["indexed"] == 3


def test_the_original_is_what_was_converted(engine: Engine, corpus: Path) -> None:
    write(corpus, a="# One\n\nText.")
    run(engine, corpus)
    (document,) = documents(engine).values()

    original = engine.catalog.original(document.document_id, OWNER)

    assert original.path.read_text() == "# One\n\nText."
    assert (original.name, original.media_type) == ("a.md", "text/markdown")
