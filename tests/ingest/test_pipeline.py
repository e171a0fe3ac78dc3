"""One pass over real files into a real home; only the embedding model is a fake."""

import os
import shutil
from pathlib import Path
from typing import IO, Any

import pytest

from ingest.models import Limits
from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER, PUBLIC, Caller
from tests.ingest.runs import documents, found, run, told, write


def test_a_folder_can_be_searched_and_every_source_has_its_outcome(engine: Engine, corpus: Path) -> None:
    write(corpus, leave="# Annual leave\n\nThirty days.", travel="# Travel\n\nBy train.", empty="")
    (corpus / "picture.gif").write_bytes(b"GIF89a" + bytes(40))
    (corpus / ".DS_Store").write_text("x")

    report = run(engine, corpus)

    assert told(report) == {
        "leave.md": "indexed",
        "travel.md": "indexed",
        "empty.md": "skipped: no_text: empty.md: the file is empty",
        "picture.gif": "skipped: unknown_format: picture.gif: no converter for image/gif",
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


def test_the_original_is_what_was_converted(engine: Engine, corpus: Path) -> None:
    write(corpus, a="# One\n\nText.")
    run(engine, corpus)
    (document,) = documents(engine).values()

    original = engine.catalog.original(document.document_id, OWNER)

    assert original.path.read_text() == "# One\n\nText."
    assert (original.name, original.media_type) == ("a.md", "text/markdown")
