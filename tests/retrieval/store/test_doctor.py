"""The doctor finds what was broken by hand, mends it without embedding what it can, and says what is left."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retrieval.engine import Engine
from retrieval.errors import IndexCorrupt
from retrieval.models import OWNER, Outcome
from retrieval.ports import IndexEntry
from retrieval.store.upkeep.findings import Diagnosis
from tests.fakes import FakeEmbedder
from tests.retrieval.store.conftest import Opener
from tests.retrieval.store.stories import indexed, version


@pytest.fixture
def filled(open_home: Opener, tmp_path: Path) -> Engine:
    """Two documents of two chunks each, with their originals; Chroma is asked from the first row on."""
    engine = open_home(exact_scan_rows=0)
    batch = [version("a.txt", "One fact.", "Two facts."), version("b.txt", "Three facts.", "Four facts.")]
    for one in batch:
        (tmp_path / one.source.path).write_text(one.text)
        engine.index.keep_original(tmp_path / one.source.path)
    run = engine.index.begin_run("c", {})
    engine.index.publish(run, [indexed(one) for one in batch])
    engine.index.finish_run(run)
    return engine


def change(engine: Engine, statement: str) -> None:
    with sqlite3.connect(engine.home.catalogue) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        assert connection.execute(statement).rowcount


def faults(found: Diagnosis) -> list[tuple[str, str, int, bool]]:
    return [(one.place, one.fault, one.count, one.repaired) for one in found.findings]


def test_a_sound_home_has_no_findings(filled: Engine) -> None:
    found = filled.index.upkeep.examine()

    assert (found.findings, found.sound) == ((), True)
    assert (found.documents, found.versions, found.chunks, found.vectors, found.originals) == (2, 2, 4, 4, 2)


BREAK: dict[str, tuple[Callable[[Engine], object], tuple[str, str, int]]] = {
    "lexical lacks a row": (
        lambda engine: (engine._lexical.delete(np.array([1])), engine._lexical.flush(99)),
        ("lexical", "chunks are missing from the index", 1),
    ),
    "lexical holds a stranger": (
        lambda engine: (engine._lexical.add([IndexEntry(77, "", "a stranger")]), engine._lexical.flush(99)),
        ("lexical", "the index holds chunks that it should not", 1),
    ),
    "exact lacks rows": (
        lambda engine: (engine._vectors._exact.delete(np.array([1, 2])), engine._vectors._exact.flush(99)),
        ("vectors", "chunks are missing from the index", 2),
    ),
    "chroma lacks a row": (
        lambda engine: engine._vectors._opened().delete(np.array([3])),
        ("chroma", "chunks are missing from the index", 1),
    ),
    "another vector": (
        lambda engine: engine._vectors._exact.add(np.array([2]), np.eye(1, 64, dtype=np.float32)),
        ("vectors", "chunks have another vector in the index", 1),
    ),
    "a row is not to be indexed": (
        lambda engine: change(engine, "UPDATE chunks SET indexed = NULL WHERE row = 1"),
        ("catalogue", "published chunks were not to be in the indexes", 1),
    ),
    "an original is other bytes": (
        lambda engine: next(path for path in engine.home.blobs.rglob("*") if path.is_file()).write_text("x"),
        ("originals", "originals are missing or damaged", 1),
    ),
    "an original too many": (
        lambda engine: (engine.home.blobs / "stray").write_text("x"),
        ("originals", "files are kept that no version needs", 1),
    ),
}


@pytest.mark.parametrize("name", list(BREAK))
def test_what_is_broken_is_found_and_then_mended_embedding_nothing(
    filled: Engine, embedder: FakeEmbedder, tmp_path: Path, name: str
) -> None:
    """Looking changes nothing; repairing leaves a home without findings that answers as before."""
    change(filled, f"UPDATE documents SET uri = 'file://{tmp_path}/' || path")  # where the originals were read
    break_it, expected = BREAK[name]
    break_it(filled)
    embedder.embedded.clear()

    looked = filled.index.upkeep.examine(repair=False)
    again = filled.index.upkeep.examine(repair=False)
    mended = filled.index.upkeep.examine()

    assert faults(looked) == faults(again)
    assert (*expected, False) in faults(looked)
    assert not looked.sound
    assert (*expected, True) in faults(mended)
    assert mended.sound
    assert filled.index.upkeep.examine().findings == ()
    assert embedder.embedded == []
    for text in ("One fact.", "Two facts.", "Three facts.", "Four facts."):
        assert filled.search(text, caller=OWNER)[0].chunk.text == text


def test_a_lost_vector_is_embedded_again(filled: Engine, embedder: FakeEmbedder) -> None:
    """That chunk alone."""
    change(filled, "DELETE FROM vectors WHERE key = (SELECT vector_key FROM chunks WHERE text = 'Two facts.')")
    embedder.embedded.clear()

    found = filled.index.upkeep.examine()

    assert faults(found) == [("catalogue", "chunks have no vector, or a damaged one", 1, True)]
    assert [text.rsplit("\n", 1)[1] for text in embedder.embedded] == ["Two facts."]


def test_what_can_t_be_mended_says_what_to_do(filled: Engine) -> None:
    """An original whose source is gone, and a chunk that is no slice of its text."""
    next(path for path in filled.home.blobs.rglob("*") if path.is_file()).unlink()
    change(filled, "UPDATE versions SET text = 'Other words than before, of a length.' WHERE id = 1")

    found = filled.index.upkeep.examine()

    assert faults(found) == [
        ("catalogue", "a chunk is not what stands in the text", 1, False),
        ("originals", "originals are missing or damaged", 1, False),
    ]
    assert all("ingest" in one.remedy for one in found.findings)
    assert found.findings[0].examples == ("a.txt, version 1",)
    assert not found.sound


@pytest.mark.parametrize("name", ["vectors", "lexical"])
def test_an_index_is_made_anew_without_embedding(filled: Engine, embedder: FakeEmbedder, name: str) -> None:
    """It answers as before."""
    embedder.embedded.clear()
    before = [filled.search("three facts", mode=mode)[0].chunk.text for mode in ("dense", "lexical")]  # type: ignore[arg-type]

    held = filled.index.upkeep.rebuild(name)  # type: ignore[arg-type]

    assert held == 4
    assert [filled.search("three facts", mode=mode)[0].chunk.text for mode in ("dense", "lexical")] == before  # type: ignore[arg-type]
    assert embedder.embedded == []
    assert filled.index.upkeep.examine().findings == ()


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.99])
@pytest.mark.parametrize("index", ["vectors", "chroma", "lexical"])
def test_an_index_whose_files_lost_their_ends_is_filled_again(
    filled: Engine, open_home: Opener, embedder: FakeEmbedder, index: str, keep: float
) -> None:
    """As after a power cut: every file of the index is cut, the home opens, answers and is sound."""
    home = filled.home
    filled.close()
    home.mark_in_use()
    for path in (home.path / index).rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    embedder.embedded.clear()

    again = open_home(exact_scan_rows=0)

    for text in ("One fact.", "Two facts.", "Three facts.", "Four facts."):
        for mode in ("dense", "lexical"):
            assert again.search(text, mode=mode)[0].chunk.text == text  # type: ignore[arg-type]
    assert again.index.upkeep.examine(repair=False).findings == ()
    assert embedder.embedded == []


def test_a_reader_that_lacks_an_index_is_sent_to_the_doctor(filled: Engine, open_home: Opener) -> None:
    home = filled.home
    filled.close()
    shutil.rmtree(home.indexes(1).lexical)

    with pytest.raises(IndexCorrupt) as refused:
        open_home(write=False).search("facts", mode="lexical")

    assert "`footnote doctor`" in refused.value.remedy
    open_home().close()
    assert open_home(write=False).search("facts", mode="lexical")


def test_what_a_killed_commit_left_behind_does_not_stop_the_next(filled: Engine) -> None:
    """tantivy names a file of deletions by a number that it counts up to again after a kill."""
    meta = json.loads((filled.home.indexes(1).lexical / "meta.json").read_text())
    segment = meta["segments"][0]["segment_id"].replace("-", "")
    for ahead in range(1, 40):
        (filled.home.indexes(1).lexical / f"{segment}.{meta['opstamp'] + ahead}.del").write_bytes(b"cut short")
    document = next(one for one in filled.catalog.documents(OWNER) if one.document == "a.txt")
    run = filled.index.begin_run("c", {})

    filled.index.remove(run, [(document.document_id, Outcome(document.uri, "removed"))])
    filled.index.sweep()

    assert {hit.chunk.document for hit in filled.search("facts", mode="lexical")} == {"b.txt"}
    assert [one for one in faults(filled.index.upkeep.examine()) if one[0] == "lexical"] == []


def test_an_original_that_a_run_is_converting_is_left_alone(filled: Engine, tmp_path: Path) -> None:
    """No version names it yet, and without it the document would be published without its original."""
    run = filled.index.begin_run("c", {})
    (tmp_path / "new.txt").write_text("New fact.")
    content_hash, _ = filled.index.keep_original(tmp_path / "new.txt")

    during = filled.index.upkeep.examine()
    there = filled.index.original(content_hash).is_file()
    filled.index.finish_run(run)
    after = filled.index.upkeep.examine()

    assert (during.findings, there) == ((), True)
    assert faults(after) == [("originals", "files are kept that no version needs", 1, True)]
    assert not filled.index.original(content_hash).exists()
