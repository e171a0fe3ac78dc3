"""Versions that are kept: listed, compared, put back, forgotten for good."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.boxes import packed
from retrieval.engine import Engine
from retrieval.errors import NotFound, UsageError
from retrieval.models import OWNER, PUBLIC, Caller, Outcome, PageBoxes, WordBox
from retrieval.store.history.forgetting import Forgotten
from tests.fakes import FakeEmbedder
from tests.retrieval.store.conftest import Opener
from tests.retrieval.store.stories import version
from tests.retrieval.store.test_index import publish, texts


def only(engine: Engine) -> str:
    """The id of the one document there is."""
    return engine.catalog.documents(OWNER)[0].document_id


def roll_back(engine: Engine, document_id: str, number: int) -> None:
    run = engine.index.begin_run("c", {})
    engine.index.rollback(run, document_id, number, Outcome("a", "indexed", document_id=document_id))


def forget(engine: Engine, document_id: str) -> Forgotten:
    run = engine.index.begin_run("c", {})
    return engine.index.forget(run, document_id, Outcome("a", "removed", document_id=document_id))


def test_kept_versions_are_listed_newest_first(engine: Engine) -> None:
    """The live one says so."""
    publish(engine, version("a.txt", "One."))
    publish(engine, version("a.txt", "One.", "Two."))

    listed = engine.history.versions(only(engine), PUBLIC)

    assert [(one.version, one.live, one.chunks) for one in listed] == [(2, True, 2), (1, False, 1)]


def test_a_diff_names_the_chunks_that_differ(engine: Engine) -> None:
    """Of three paragraphs one stays, one is changed, one is new."""
    publish(engine, version("a.txt", "Stays.", "Was."))
    publish(engine, version("a.txt", "Stays.", "Is.", "New."))

    found = engine.history.diff(only(engine), PUBLIC)

    assert (found.old, found.new, found.unchanged) == (1, 2, 1)
    assert [chunk.text for chunk in found.removed] == ["Was."]
    assert [chunk.text for chunk in found.added] == ["Is.", "New."]


def test_a_diff_tells_a_new_context_from_a_new_text(engine: Engine) -> None:
    """The title changed and nothing else."""
    publish(engine, version("a.txt", "Stays.", title="Old"))
    publish(engine, version("a.txt", "Stays.", title="New"))

    found = engine.history.diff(only(engine), PUBLIC)

    assert (found.removed, found.added, found.unchanged) == ((), (), 0)
    assert [chunk.context for chunk in found.recontexted] == ["New > Top"]


def test_what_one_may_not_see_has_no_versions_and_no_diff(engine: Engine) -> None:
    """As if it did not exist; a removed document's versions are the owner's."""
    publish(engine, version("a.txt", "One.", groups=("hr",)))
    document = only(engine)

    for caller in (PUBLIC, Caller(frozenset({"it"}))):
        with pytest.raises(NotFound):
            engine.history.versions(document, caller)
        with pytest.raises(NotFound):
            engine.history.diff(document, caller)
    assert engine.history.versions(document, Caller(frozenset({"hr"})))

    engine.index.remove(engine.index.begin_run("c", {}), [(document, Outcome("a", "removed"))])
    with pytest.raises(NotFound):
        engine.history.versions(document, Caller(frozenset({"hr"})))
    assert [one.live for one in engine.history.versions(document, OWNER)] == [False]


def test_one_version_alone_can_t_be_compared(engine: Engine) -> None:
    """The error says where there would be more; an unknown number names those that are kept."""
    publish(engine, version("a.txt", "One."))

    with pytest.raises(UsageError, match="older than 1 is kept"):
        engine.history.diff(only(engine), PUBLIC)
    with pytest.raises(NotFound, match="version 7"):
        engine.history.diff(only(engine), PUBLIC, old=7)


def test_a_rollback_answers_with_the_old_text_and_embeds_nothing(engine: Engine, embedder: FakeEmbedder) -> None:
    """It is a new version with the old one's content; the sweep in between had taken its rows out of the indexes."""
    publish(engine, version("a.txt", "Germany grants 30 days."))
    publish(engine, version("a.txt", "Germany grants 31 days."))
    engine.index.sweep()
    embedder.embedded.clear()

    roll_back(engine, only(engine), 1)

    stored = engine.catalog.version(only(engine), PUBLIC)
    assert (stored.version, stored.text, len(stored.pages)) == (3, "Germany grants 30 days.", 1)
    assert texts(engine, "Germany days") == ["Germany grants 30 days."]
    assert [hit.chunk.text for hit in engine.search("Germany", mode="lexical")] == ["Germany grants 30 days."]
    assert embedder.embedded == []


def test_a_rollback_brings_boxes_and_hidden_text_along(engine: Engine) -> None:
    """All that belongs to the version is the new one's, too."""
    boxes = (PageBoxes(1, 595.0, 842.0, (WordBox(0, 7, 0.125, 0.25, 0.5, 0.375),)),)
    publish(engine, replace(version("a.pdf", "Germany grants 30 days."), boxes=packed(boxes), hidden=((0, 7),)))
    publish(engine, version("a.pdf", "Germany grants 31 days."))

    roll_back(engine, only(engine), 1)

    assert engine.catalog.boxes(only(engine), PUBLIC) == boxes
    assert engine.catalog.version(only(engine), PUBLIC).hidden == ((0, 7),)


def test_a_rollback_brings_back_a_removed_document(engine: Engine) -> None:
    """With the groups that it had."""
    publish(engine, version("a.txt", "One fact.", groups=("hr",)))
    document = only(engine)
    engine.index.remove(engine.index.begin_run("c", {}), [(document, Outcome("a", "removed"))])
    engine.index.sweep()

    roll_back(engine, document, 1)

    assert texts(engine, "One fact") == []
    assert texts(engine, "One fact", Caller(frozenset({"hr"}))) == ["One fact."]


def test_a_rollback_that_fails_changes_nothing(engine: Engine) -> None:
    """There is no such version, and the live one answers on."""
    publish(engine, version("a.txt", "One fact."))

    with pytest.raises(Exception, match="No row was found"):
        roll_back(engine, only(engine), 9)

    assert texts(engine, "One fact") == ["One fact."]


def test_a_run_that_failed_keeps_no_sweep_from_removing_originals(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "orphan").write_text("No version was read from this.")
    orphan, _ = engine.index.keep_original(tmp_path / "orphan")
    with pytest.raises(NotFound), engine.index.run("c", {}):
        raise NotFound("gone", remedy="none")

    with engine.index.run("c", {}):
        engine.index.sweep()

    assert not engine.index.original(orphan).exists()
    assert [run.finished_at is None for run in engine.catalog.runs()] == [False, True]


def test_the_sweep_keeps_as_many_versions_as_it_was_told_last(engine: Engine, open_home: Opener) -> None:
    """Three by itself; the number is remembered with the home."""
    for number in range(5):
        publish(engine, version("a.txt", f"Text {number}."))
    engine.index.sweep()
    assert [one.version for one in engine.history.versions(only(engine), OWNER)] == [5, 4, 3]

    engine.index.keep_versions(1)
    engine.close()
    again = open_home()
    again.index.sweep()
    assert [one.version for one in again.history.versions(only(again), OWNER)] == [5]


def test_a_forgotten_document_is_in_no_read_and_no_file(open_home: Opener, tmp_path: Path) -> None:
    """Neither its words nor its vectors nor its original are left in any file of the home; the other stays."""
    engine = open_home(exact_scan_rows=0)
    secret = version("a.txt", "Zyzzogeton is the password.", "Quagswagging follows.")
    source = tmp_path / "a.txt"
    source.write_text(secret.text)
    engine.index.keep_original(source)
    publish(engine, secret, version("b.txt", "Another fact."))
    publish(engine, version("a.txt", "Zyzzogeton was the password."))
    document = next(one.document_id for one in engine.catalog.documents(OWNER) if one.document == "a.txt")
    vectors = FakeEmbedder().embed_documents(["Title > Top\n\nQuagswagging follows."])
    assert held(tmp_path / "home", b"uagswagging", vectors.tobytes())

    erased = forget(engine, document)

    assert erased == Forgotten(versions=2, chunks=3, vectors=3, originals=1)
    for read in (engine.catalog.version, engine.history.versions):
        with pytest.raises(NotFound):
            read(document, OWNER)
    assert texts(engine, "Zyzzogeton password") == ["Another fact."]
    assert [hit.chunk.text for hit in engine.search("Zyzzogeton", mode="lexical")] == []
    engine.close()
    assert held(tmp_path / "home", b"uagswagging", b"yzzogeton", vectors.tobytes()) == []


def test_a_forgotten_document_is_in_no_view_that_was_open_before(engine: Engine) -> None:
    """Its rows and its name are gone, as in a view that is made anew."""
    publish(engine, version("a.txt", "One."))
    publish(engine, version("b.txt", "Two."))
    before = len(engine.visibility.view(OWNER).rows)

    forget(engine, next(one.document_id for one in engine.catalog.documents(OWNER) if one.document == "a.txt"))

    assert (before, len(engine.visibility.view(OWNER).rows)) == (2, 1)


def test_a_tombstone_names_place_and_bytes(engine: Engine) -> None:
    """Of every version that was kept, until the source is published again on purpose."""
    publish(engine, version("a.txt", "One."))
    publish(engine, version("a.txt", "Two."))
    forget(engine, only(engine))
    one, two = (hashlib.sha256(text.encode()).hexdigest() for text in ("One.", "Two."))

    left = engine.index.tombstones("c")

    assert left.day_of("file:///docs", "a.txt", "other") is not None
    assert left.day_of("file:///docs", "copy.txt", one) is not None
    assert left.day_of("file:///docs", "copy.txt", two) is not None
    assert left.day_of("file:///docs", "copy.txt", "other") is None
    assert engine.index.tombstones("other").day_of("file:///docs", "a.txt", one) is None

    publish(engine, version("a.txt", "One."))
    assert engine.index.tombstones("c").day_of("file:///docs", "a.txt", two) is None


def test_what_a_kill_left_of_a_forgotten_document_goes_at_the_next_opening(
    engine: Engine, open_home: Opener, tmp_path: Path
) -> None:
    """The tombstone stands, and so the rest is done."""
    publish(engine, version("a.txt", "Zyzzogeton is the password."))
    run = engine.index.begin_run("c", {})
    engine.index._forgetter.bury(run, only(engine), Outcome("a", "removed"))
    assert held(tmp_path / "home", b"yzzogeton")
    engine.close()

    again = open_home()

    assert again.catalog.documents(OWNER) == ()
    again.close()
    assert held(tmp_path / "home", b"yzzogeton") == []


def held(home: Path, *needles: bytes) -> list[Path]:
    """The files in which one of these stands."""
    files = (path for path in home.rglob("*") if path.is_file())
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]
