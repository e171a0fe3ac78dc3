"""Other chunk limits: kept originals are read again, versions and their texts stay as they are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.progress import Counts
from ingest.options import IngestOptions
from ingest.pipeline import ingest
from ingest.preview import preview
from ingest.recut import reindex
from retrieval.engine import Engine
from retrieval.models import OWNER
from retrieval.settings import ChunkSettings, EngineSettings
from retrieval.store.reindex.reindexer import Reindexed
from tests.fakes import FakeEmbedder

ITSELF = "It is a sentence of some twenty words about pumps and leave that says number {} and then goes on a bit more."


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a", "b"):
        text = "\n\n".join(ITSELF.format(f"{name}{number}") for number in range(30))
        (folder / f"{name}.md").write_text(f"# Title {name}\n\n{text}\n")
    return folder


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with opened(tmp_path) as engine:
        yield engine


def opened(tmp_path: Path, *, chunk_tokens: int = 0) -> Engine:
    settings = EngineSettings(tmp_path / "home", chunks=ChunkSettings(max_tokens=chunk_tokens))
    return Engine(settings, write=True, embedder=FakeEmbedder())


def run(engine: Engine, corpus: Path) -> dict[str, int]:
    report = ingest(engine.index, [str(corpus)], IngestOptions(collection="c", workers=1))
    return {kind: count for kind, count in report.counts().items() if count}


def recut(engine: Engine, tokens: int) -> Reindexed:
    counts = Counts(lambda _: None)
    return reindex(engine.index, model=None, chunk_tokens=tokens, progress=counts, workers=1)


def test_chunks_are_those_that_an_ingest_with_these_limits_makes(engine: Engine, corpus: Path, tmp_path: Path) -> None:
    """No source is read: its folder may be gone."""
    run(engine, corpus)
    before = {
        one.document_id: engine.catalog.version(one.document_id, OWNER) for one in engine.catalog.documents(OWNER)
    }
    with Engine(
        EngineSettings(tmp_path / "peer", chunks=ChunkSettings(max_tokens=60)), write=True, embedder=FakeEmbedder()
    ) as peer:
        run(peer, corpus)
        wanted = chunk_texts(peer)
    (corpus / "a.md").unlink()

    done = recut(engine, 60)

    assert done.switched
    assert done.as_before == []
    assert chunk_texts(engine) == wanted
    after = {one.document_id: engine.catalog.version(one.document_id, OWNER) for one in engine.catalog.documents(OWNER)}
    assert before == after
    assert engine.index.upkeep.examine(repair=False).sound


def chunk_texts(engine: Engine) -> set[tuple[str, str, int]]:
    hits = engine.searcher.search("pumps", k=200, caller=OWNER)
    return {(hit.chunk.document, hit.chunk.text, hit.chunk.start) for hit in hits}


def test_the_next_run_finds_all_unchanged_whatever_the_environment_said_before(
    engine: Engine, corpus: Path, tmp_path: Path
) -> None:
    """The limits that a reindex replaced are an older word; others are a newer one, and cut anew."""
    run(engine, corpus)
    recut(engine, 60)
    engine.close()

    with opened(tmp_path) as again:
        assert again.index.chunk_limits.settings.max_tokens == 60
        ahead = preview(again.known, [str(corpus)], IngestOptions(collection="c"), again.chunking)
        assert (ahead.unchanged, ahead.changed) == (2, ())
        assert run(again, corpus) == {"unchanged": 2}
    with opened(tmp_path, chunk_tokens=100) as again:
        assert run(again, corpus) == {"indexed": 2}


def test_what_cannot_be_read_again_is_cut_as_it_was_and_told(engine: Engine, corpus: Path) -> None:
    """It is found as before, and the next ingest reads it again."""
    run(engine, corpus)
    lost = next(one for one in engine.catalog.documents(OWNER) if one.document == "a.md")
    engine.catalog.original(lost.document_id, OWNER).path.unlink()
    before = {one for one in chunk_texts(engine) if one[0] == "a.md"}

    done = recut(engine, 60)

    assert [(uri.rsplit("/", 1)[1], why) for uri, why in done.as_before] == [("a.md", "its original is not kept")]
    assert {one for one in chunk_texts(engine) if one[0] == "a.md"} == before
    assert run(engine, corpus) == {"unchanged": 1, "indexed": 1}


def test_a_text_that_is_read_otherwise_by_now_keeps_its_chunks(engine: Engine, corpus: Path) -> None:
    """A version's text never changes: citations count in it."""
    run(engine, corpus)
    with engine._database.write() as connection:
        connection.exec_driver_sql("UPDATE versions SET title = 'Another title' WHERE text LIKE '%number a1 %'")

    done = recut(engine, 60)

    assert [why for _, why in done.as_before] == ["it is read otherwise by now; ingest its source again"]
    assert engine.index.upkeep.examine(repair=False).sound


@pytest.mark.parametrize("before", [0, 90])
def test_limits_that_only_the_settings_had_are_not_made_already(corpus: Path, tmp_path: Path, before: int) -> None:
    """The home was opened with them since, also after a reindex to others; the chunks are cut by those."""
    with opened(tmp_path) as engine:
        run(engine, corpus)
        if before:
            recut(engine, before)
    with opened(tmp_path, chunk_tokens=60) as engine:
        count = engine.index.upkeep.examine(repair=False).chunks
        done = recut(engine, 60)
        again = recut(engine, 60)

        assert done.switched
        assert done.chunks > count
        assert not again.switched
        assert run(engine, corpus) == {"unchanged": 2}
