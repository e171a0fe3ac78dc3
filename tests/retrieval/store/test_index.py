"""Stage, publish, sweep: what a caller sees before, between and after."""

from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.boxes import packed
from retrieval.engine import Engine
from retrieval.errors import HomeLocked, ModelMismatch, NotFound, StorageFull, UsageError
from retrieval.models import OWNER, PUBLIC, Caller, Outcome, PageBoxes, WordBox
from retrieval.ports import Vectors
from retrieval.settings import EngineSettings
from tests.fakes import FakeEmbedder
from tests.retrieval.store.conftest import Opener
from tests.retrieval.store.stories import indexed, version


def texts(engine: Engine, question: str, caller: Caller = PUBLIC) -> list[str]:
    return [hit.chunk.text for hit in engine.search(question, caller=caller)]


def publish(engine: Engine, *versions: object) -> int:
    run = engine.index.begin_run("c", {})
    return engine.index.publish(run, [indexed(one) for one in versions]).embedded  # type: ignore[arg-type]


def test_a_published_chunk_is_found_with_its_place(engine: Engine) -> None:
    """A hit names the document, the version and the offsets at which its text stands."""
    publish(engine, version("leave.txt", "Germany grants 30 days.", "France grants 25 days."))

    hit = engine.search("France days")[0]

    stored = engine.catalog.version(hit.chunk.document_id, PUBLIC)
    assert hit.chunk.text == "France grants 25 days." == stored.text[hit.chunk.start : hit.chunk.end]
    assert (hit.chunk.document, hit.chunk.version, hit.chunk.page) == ("leave.txt", 1, 1)


def test_a_new_version_replaces_the_old_one_whole(engine: Engine) -> None:
    """After a publish only the new version's chunks answer; the old version can still be read by its number."""
    publish(engine, version("leave.txt", "Germany grants 30 days."))
    publish(engine, version("leave.txt", "Germany grants 31 days."))

    document = engine.catalog.documents(PUBLIC)[0]

    assert texts(engine, "Germany days") == ["Germany grants 31 days."]
    assert engine.catalog.version(document.document_id, PUBLIC, 1).text == "Germany grants 30 days."


def test_boxes_and_hidden_spans_are_kept_with_their_version(engine: Engine) -> None:
    """Each version has its own; whoever may not see the document gets none."""
    boxes = (PageBoxes(1, 595.0, 842.0, (WordBox(0, 7, 0.125, 0.25, 0.5, 0.375),)),)
    secret = version("leave.pdf", "Germany grants 30 days.", "Unseen.", groups=("hr",))
    publish(engine, replace(secret, boxes=packed(boxes), hidden=((25, 32),)))
    publish(engine, version("leave.pdf", "Germany grants 31 days.", groups=("hr",)))

    identity = engine.catalog.documents(OWNER)[0].document_id

    assert engine.catalog.boxes(identity, OWNER, number=1) == boxes
    assert engine.catalog.boxes(identity, OWNER, number=1, page=2) == ()
    assert engine.catalog.boxes(identity, OWNER) == ()
    assert engine.catalog.version(identity, OWNER, number=1).hidden == ((25, 32),)
    assert engine.catalog.version(identity, OWNER).hidden == ()
    with pytest.raises(NotFound):
        engine.catalog.boxes(identity, PUBLIC, number=1)


def test_boxes_go_with_the_last_kept_version(engine: Engine) -> None:
    """The oldest of six versions is swept; a box that stayed would break the catalogue's references."""
    boxes = packed((PageBoxes(1, 595.0, 842.0, (WordBox(0, 7, 0.125, 0.25, 0.5, 0.375),)),))
    for days in range(6):
        publish(engine, replace(version("leave.pdf", f"Germany grants {days} days."), boxes=boxes))

    engine.index.sweep()

    identity = engine.catalog.documents(OWNER)[0].document_id
    assert engine.catalog.boxes(identity, OWNER, number=6)
    with pytest.raises(NotFound):
        engine.catalog.boxes(identity, OWNER, number=1)


def test_nothing_is_embedded_twice(engine: Engine, embedder: FakeEmbedder) -> None:
    """Equal context and text have one vector, across versions and documents."""
    assert publish(engine, version("a.txt", "One fact.", "Another fact.")) == 2

    again = publish(engine, version("a.txt", "One fact.", "A third fact."), version("b.txt", "Another fact."))

    assert again == 1
    assert len(embedder.embedded) == 3


def test_equal_chunks_of_one_version_are_all_kept(engine: Engine) -> None:
    """The n-th occurrence tells equal chunks apart."""
    publish(engine, version("a.txt", "Same words.", "Same words."))

    assert engine.catalog.documents(PUBLIC)[0].chunks == 2
    assert len(engine.visibility.view(PUBLIC).rows) == 2


def test_a_removed_document_is_gone_for_every_read(engine: Engine) -> None:
    """After `remove` it is neither found, nor listed, nor shown."""
    publish(engine, version("a.txt", "One fact."))
    document = engine.catalog.documents(PUBLIC)[0]

    engine.index.remove(engine.index.begin_run("c", {}), [(document.document_id, Outcome(document.uri, "removed"))])
    engine.index.sweep()

    assert texts(engine, "One fact") == []
    assert engine.catalog.documents(OWNER) == ()
    with pytest.raises(NotFound):
        engine.catalog.version(document.document_id, OWNER)


def test_a_document_that_comes_back_keeps_its_id(engine: Engine) -> None:
    """An id is assigned once to a collection, root and path."""
    publish(engine, version("a.txt", "One fact."))
    first = engine.catalog.documents(PUBLIC)[0].document_id
    engine.index.remove(engine.index.begin_run("c", {}), [(first, Outcome("file:///docs/a.txt", "removed"))])

    publish(engine, version("a.txt", "One fact."))

    assert engine.catalog.documents(PUBLIC)[0].document_id == first


def test_a_rename_keeps_the_id_and_embeds_nothing(engine: Engine, embedder: FakeEmbedder) -> None:
    """A moved document is found under its new name with the old id."""
    publish(engine, version("a.txt", "One fact."))
    before = engine.catalog.documents(PUBLIC)[0].document_id
    run = engine.index.begin_run("c", {})
    outcome = Outcome("file:///docs/b.txt", "unchanged")

    engine.index.move(run, before, path="b.txt", uri="file:///docs/b.txt", outcome=outcome)

    assert [(one.document_id, one.document) for one in engine.catalog.documents(PUBLIC)] == [(before, "b.txt")]
    assert engine.search("fact")[0].chunk.document == "b.txt"
    assert len(embedder.embedded) == 1


def test_a_rename_onto_a_removed_document_s_path_gives_way(engine: Engine) -> None:
    """The path of a document that is no longer published is free."""
    publish(engine, version("a.txt", "One fact."), version("b.txt", "Two facts."))
    ids = {one.document: one.document_id for one in engine.catalog.documents(PUBLIC)}
    run = engine.index.begin_run("c", {})
    engine.index.remove(run, [(ids["b.txt"], Outcome("file:///docs/b.txt", "removed"))])

    engine.index.move(run, ids["a.txt"], path="b.txt", uri="file:///docs/b.txt", outcome=Outcome("b", "unchanged"))

    assert [one.document for one in engine.catalog.documents(PUBLIC)] == ["b.txt"]


def test_a_grant_and_a_revocation_bind_the_next_request(engine: Engine) -> None:
    """Groups are read with the generation of the request."""
    publish(engine, version("a.txt", "One secret.", groups=("hr",)))
    hr, document = Caller(frozenset({"hr"})), engine.catalog.documents(OWNER)[0]
    assert texts(engine, "secret") == []
    assert texts(engine, "secret", hr) == ["One secret."]

    engine.index.regrant({document.document_id: ["board"]})

    assert texts(engine, "secret", hr) == []
    assert texts(engine, "secret", Caller(frozenset({"board"}))) == ["One secret."]
    with pytest.raises(NotFound):
        engine.catalog.version(document.document_id, hr)


def test_a_view_keeps_its_generation_while_a_sweep_runs(engine: Engine) -> None:
    """A query that began before a publish still ranks and fetches what it saw."""
    publish(engine, version("a.txt", "Germany grants 30 days."))
    view = engine.visibility.view(PUBLIC)
    publish(engine, version("a.txt", "Germany grants 31 days."))
    engine.index.sweep()

    found = engine.catalog.chunks([int(row) for row in view.rows], view.generation)

    assert [chunk.text for chunk in found] == ["Germany grants 30 days."]
    assert len(engine._lexical.search("Germany", 5, view.rows).rows) == 1


def test_the_sweep_removes_what_nobody_reads(engine: Engine) -> None:
    """Retired rows leave both indexes; more than three versions of a document are not kept."""
    for days in range(30, 36):
        publish(engine, version("a.txt", f"Germany grants {days} days."))
        engine.index.sweep()
    document = engine.catalog.documents(PUBLIC)[0].document_id

    assert engine.catalog.version(document, PUBLIC, 4).text == "Germany grants 33 days."
    with pytest.raises(NotFound):
        engine.catalog.version(document, PUBLIC, 3)
    with engine._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM chunks WHERE indexed IS NOT NULL").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM vectors").scalar() == 3


def test_originals_are_kept_as_long_as_a_version_needs_them(engine: Engine, tmp_path: Path) -> None:
    """The bytes that were read can be fetched; an original that no version names is swept."""
    source, stray = tmp_path / "a.txt", tmp_path / "stray.txt"
    source.write_text("One fact.")
    stray.write_text("Nobody's.")
    digest, size = engine.index.keep_original(source)
    lost, _ = engine.index.keep_original(stray)
    one = version("a.txt", "One fact.")

    publish(engine, one)
    engine.index.sweep()

    assert (digest, size) == (one.source.content_hash, 9)
    document = engine.catalog.documents(PUBLIC)[0].document_id
    assert engine.catalog.original(document, PUBLIC).path.read_bytes() == b"One fact."
    assert not engine.index.original(lost).exists()


class FailingEmbedder(FakeEmbedder):
    def embed_documents(self, texts: object) -> Vectors:
        raise StorageFull("no space left", remedy="none")


def test_a_publish_that_fails_changes_nothing(open_home: Opener, tmp_path: Path) -> None:
    """The old version answers on, and the next publish works."""
    first = open_home()
    publish(first, version("a.txt", "Germany grants 30 days."))
    first.close()
    broken = Engine(EngineSettings(tmp_path / "home"), write=True, embedder=FailingEmbedder())
    with pytest.raises(StorageFull):
        publish(broken, version("a.txt", "Germany grants 31 days."))
    assert texts(broken, "Germany days") == ["Germany grants 30 days."]
    broken.close()

    again = open_home()
    publish(again, version("a.txt", "Germany grants 32 days."))

    assert texts(again, "Germany days") == ["Germany grants 32 days."]


def test_what_was_staged_and_never_published_is_dropped_at_opening(open_home: Opener) -> None:
    """A kill between staging and publishing leaves nothing that can be seen or that stays."""
    engine = open_home()
    publish(engine, version("a.txt", "Germany grants 30 days."))
    engine.index._publisher._stage([version("a.txt", "Germany grants 31 days."), version("b.txt", "New.")])
    engine.close()

    again = open_home()
    again.index.sweep()

    assert texts(again, "Germany New") == ["Germany grants 30 days."]
    with again._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM versions").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM chunks").scalar() == 1


@pytest.mark.parametrize("lost", ["vectors", "chroma", "lexical"])
@pytest.mark.parametrize("exact_scan_rows", [0, 20_000])
def test_an_index_that_was_lost_is_made_anew_from_the_catalogue(
    open_home: Opener, tmp_path: Path, embedder: FakeEmbedder, lost: str, exact_scan_rows: int
) -> None:
    """Nothing is embedded again."""
    engine = open_home()
    publish(engine, version("a.txt", "Germany grants 30 days."), version("b.txt", "France grants 25 days."))
    engine.close()
    for path in (tmp_path / "home" / lost).rglob("*"):
        if path.is_file():
            path.unlink()

    again = open_home(exact_scan_rows=exact_scan_rows)

    assert sorted(texts(again, "Germany days")) == ["France grants 25 days.", "Germany grants 30 days."]
    assert again.search("Germany", mode="lexical")[0].chunk.text == "Germany grants 30 days."
    assert len(embedder.embedded) == 2


def test_a_reader_beside_the_writer_sees_what_is_published(open_home: Opener) -> None:
    """Reading verbs open the home without its lock."""
    writer = open_home()
    publish(writer, version("a.txt", "Germany grants 30 days."))

    reader = open_home(write=False)

    assert texts(reader, "Germany days") == ["Germany grants 30 days."]
    with pytest.raises(UsageError):
        _ = reader.index


def test_a_second_writer_is_refused(open_home: Opener) -> None:
    """One writer per home."""
    open_home()

    with pytest.raises(HomeLocked):
        open_home()


def test_a_home_of_another_model_is_refused(open_home: Opener, tmp_path: Path) -> None:
    """The error says which model built it."""
    open_home().close()

    with pytest.raises(ModelMismatch, match="built with the model 'default'"):
        Engine(EngineSettings(tmp_path / "home", model="default"), write=True, embedder=FakeEmbedder(32, "fake-2"))


class FailingOnce:
    """Raises once in place of a method, then lets it be."""

    def __init__(self, holder: object, name: str) -> None:
        self._holder, self._name, self._real = holder, name, getattr(holder, name)
        setattr(holder, name, self)

    def __call__(self, *arguments: object) -> None:
        setattr(self._holder, self._name, self._real)
        raise StorageFull("no space left", remedy="none")


@pytest.mark.parametrize("leg", ["_vectors", "_lexical"])
@pytest.mark.parametrize("step", ["add", "flush"])
def test_what_an_index_failed_to_take_is_given_again(engine: Engine, leg: str, step: str) -> None:
    """After a full disk the same content is published again and found by both legs."""
    publish(engine, version("z.txt", "Zebra crossing."))
    FailingOnce(getattr(engine, leg), step)
    with pytest.raises(StorageFull):
        publish(engine, version("a.txt", "Germany grants 30 days."))

    publish(engine, version("a.txt", "Germany grants 30 days."))
    engine.index.sweep()

    for mode in ("dense", "lexical"):
        assert engine.search("Germany days", mode=mode)[0].chunk.text == "Germany grants 30 days."  # type: ignore[arg-type]


def test_rows_that_an_index_failed_to_drop_are_given_again(engine: Engine) -> None:
    """A sweep that fails half way does not make a document that comes back unfindable."""
    publish(engine, version("a.txt", "Germany grants 30 days."))
    publish(engine, version("a.txt", "Nothing."))
    FailingOnce(engine._lexical, "flush")
    with pytest.raises(StorageFull):
        engine.index.sweep()

    publish(engine, version("a.txt", "Germany grants 30 days."))
    engine.index.sweep()

    for mode in ("dense", "lexical"):
        assert texts_by(engine, mode) == ["Germany grants 30 days."]


def texts_by(engine: Engine, mode: str) -> list[str]:
    return [hit.chunk.text for hit in engine.search("Germany days", mode=mode)]  # type: ignore[arg-type]


def test_a_reader_follows_the_writer(open_home: Opener) -> None:
    """A reader that stays open finds what is published later, by both legs."""
    writer = open_home()
    publish(writer, version("a.txt", "Germany grants 30 days."))
    reader = open_home(write=False)
    assert texts_by(reader, "dense") == ["Germany grants 30 days."]

    publish(writer, version("a.txt", "Germany grants 31 days."))
    writer.index.sweep()

    for mode in ("dense", "lexical"):
        assert texts_by(reader, mode) == ["Germany grants 31 days."]


def test_a_catalogue_put_back_from_a_backup_is_what_counts(open_home: Opener, tmp_path: Path) -> None:
    """Indexes that are ahead of it are made anew."""
    first = open_home()
    publish(first, version("a.txt", "Germany grants 30 days."))
    first.close()
    backup = (tmp_path / "home" / "catalogue.db").read_bytes()
    later = open_home()
    publish(later, version("a.txt", "Germany grants 31 days."))
    later.index.sweep()
    later.close()
    (tmp_path / "home" / "catalogue.db").write_bytes(backup)

    restored = open_home(exact_scan_rows=0)

    for mode in ("dense", "lexical"):
        assert texts_by(restored, mode) == ["Germany grants 30 days."]


def test_a_kept_version_of_a_removed_document_is_the_owner_s(engine: Engine) -> None:
    """By its number, too, a removed document is as if it did not exist."""
    publish(engine, version("a.txt", "One fact."))
    document = engine.catalog.documents(PUBLIC)[0].document_id
    engine.index.remove(engine.index.begin_run("c", {}), [(document, Outcome("a", "removed"))])

    assert engine.catalog.version(document, OWNER, 1).text == "One fact."
    with pytest.raises(NotFound):
        engine.catalog.version(document, PUBLIC, 1)
    with pytest.raises(NotFound):
        engine.catalog.original(document, PUBLIC, 1)


def test_a_grant_replaces_those_below_it_and_makes_its_root_known(engine: Engine) -> None:
    """Whatever was granted before, and also when nothing was published yet."""
    engine.index.grant("c", "file:///docs", "hr/pay", ["hr"])
    engine.index.grant("c", "file:///docs", "hrx", ["it"])
    engine.index.grant("c", "file:///docs", "hr", ["staff"])

    assert engine.index.grants("c", "file:///docs") == {"hr": ("staff",), "hrx": ("it",)}
    assert engine.index.roots("c") == ("file:///docs",)
