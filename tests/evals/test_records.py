"""BEIR records become documents as the product makes them."""

from collections.abc import Mapping, Sequence

import pytest

from evals.models import Record
from evals.records import COLLECTION, fill, fingerprint, staged
from retrieval.models import KnownDocument, Outcome, StagedVersion
from retrieval.store.embed import resolve
from retrieval.store.index import Acknowledged
from retrieval.store.limits import ChunkLimits

LIMITS = ChunkLimits(256, 2, resolve("default") / "tokenizer.json")
ROOT = "beir:abc"


class FakeIndex:
    """Keeps what was published, as the catalogue would tell it."""

    def __init__(self) -> None:
        self.chunk_limits = LIMITS
        self.versions: dict[str, StagedVersion] = {}
        self.published: list[str] = []
        self.ledger: list[Outcome] = []
        self.finished: list[int] = []

    def begin_run(self, collection: str, arguments: Mapping[str, object]) -> int:
        return len(self.finished) + 1

    def finish_run(self, run_id: int) -> None:
        self.finished.append(run_id)

    def known(self, collection: str, root: str) -> tuple[KnownDocument, ...]:
        return tuple(
            KnownDocument(path, path, "", 1, one.source.content_hash, one.fingerprint, (), 0, len(one.chunks))
            for path, one in self.versions.items()
            if (one.source.collection, one.source.root) == (collection, root)
        )

    def publish(self, run_id: int, batch: Sequence[tuple[StagedVersion, Outcome]]) -> Acknowledged:
        for version, outcome in batch:
            self.versions[version.source.path] = version
            self.published.append(version.source.path)
            self.ledger.append(outcome)
        return Acknowledged(sum(len(version.chunks) for version, _ in batch), tuple(outcome for _, outcome in batch))

    def record(self, run_id: int, ended: Sequence[Outcome]) -> None:
        self.ledger.extend(ended)


def words(text: str) -> int:
    return len(text.split())


def test_a_record_is_one_document_named_by_its_id() -> None:
    """Title in every chunk's context, paragraphs as blocks, the text in chunks that are slices of it."""
    version = staged(Record("a/1", "A  title", "First.\r\n\r\nSecond."), root=ROOT, limits=LIMITS, count=words)

    assert (version.source.path, version.source.uri) == ("a/1", "beir:abc/a%2F1")
    assert (version.title, version.text, version.fingerprint) == (
        "A title",
        "First.\n\nSecond.",
        fingerprint(LIMITS.settings),
    )
    assert [version.text[chunk.start : chunk.end] for chunk in version.chunks] == [
        chunk.text for chunk in version.chunks
    ]
    assert all("A title" in chunk.context for chunk in version.chunks)


def test_a_record_without_text_is_searched_by_its_title() -> None:
    """Some corpora have such."""
    version = staged(Record("a", "Only a title", " "), root=ROOT, limits=LIMITS, count=words)

    assert [chunk.text for chunk in version.chunks] == ["Only a title"]


def test_each_record_is_published_once_with_its_line_in_the_ledger() -> None:
    """And what was embedded is counted."""
    index = FakeIndex()

    embedded = fill(index, [Record("a", "", "one"), Record("b", "", "two")], root=ROOT)

    assert index.published == ["a", "b"]
    assert embedded == 2
    assert [(outcome.outcome, outcome.chunks) for outcome in index.ledger] == [("indexed", 1), ("indexed", 1)]
    assert index.finished == [1]


def test_an_empty_record_is_told_and_not_indexed() -> None:
    """It can't be found, and the ledger says why."""
    index = FakeIndex()

    fill(index, [Record("a", "", " ")], root=ROOT)

    assert index.published == []
    assert [(outcome.uri, outcome.outcome) for outcome in index.ledger] == [("beir:abc/a", "skipped")]


@pytest.mark.parametrize(("changed", "expected"), [("one", []), ("one!", ["a"])])
def test_only_what_changed_is_published_again(changed: str, expected: list[str]) -> None:
    """As after a run that was cut off."""
    index = FakeIndex()
    fill(index, [Record("a", "", "one")], root=ROOT)
    index.published.clear()

    fill(index, [Record("a", "", changed)], root=ROOT)

    assert index.published == expected


def test_a_better_chunker_publishes_all_again() -> None:
    """Known documents of another fingerprint are not the same."""
    index = FakeIndex()
    fill(index, [Record("a", "", "one")], root=ROOT)
    old = index.versions["a"]
    index.versions["a"] = StagedVersion(old.source, "older", old.title, old.text, old.pages, old.metadata, old.chunks)
    index.published.clear()

    fill(index, [Record("a", "", "one")], root=ROOT)

    assert index.published == ["a"]
    assert index.versions["a"].source.collection == COLLECTION
