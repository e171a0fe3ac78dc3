"""Synonyms of a `footnote.toml`, from the file to what a search finds."""

from pathlib import Path

import pytest

from retrieval.engine import Engine
from retrieval.errors import UsageError
from retrieval.models import OWNER, PUBLIC
from tests.ingest.runs import found, run, write

SAID = '[synonyms]\npto = ["annual leave"]\n'


def rules(folder: Path, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "footnote.toml").write_text(text)


@pytest.fixture
def leave(corpus: Path) -> Path:
    write(corpus, leave="Everyone has 28 days of annual leave.", pay="Pay comes on the last day of the month.")
    return corpus


def test_a_question_finds_what_is_said_in_other_words(engine: Engine, leave: Path) -> None:
    rules(leave, SAID)
    run(engine, leave)

    assert found(engine, "PTO") == ["leave.md"]


def test_without_them_it_does_not(engine: Engine, leave: Path) -> None:
    run(engine, leave)

    assert found(engine, "PTO") == []


def test_the_words_asked_for_count_more_than_what_they_could_be(engine: Engine, leave: Path) -> None:
    rules(leave, SAID)
    write(leave, other="Everyone has 28 days of PTO here too, beyond.")
    run(engine, leave)

    assert found(engine, "PTO")[0] == "other.md"


def test_they_come_and_go_with_the_file_though_no_document_changes(engine: Engine, leave: Path) -> None:
    run(engine, leave)
    rules(leave, SAID)
    run(engine, leave)
    with_them = found(engine, "PTO")
    (leave / "footnote.toml").unlink()
    run(engine, leave)

    assert with_them == ["leave.md"]
    assert found(engine, "PTO") == []


def test_they_are_those_of_the_collection_that_is_searched(engine: Engine, leave: Path, tmp_path: Path) -> None:
    rules(leave, f'collection = "hr"\n{SAID}')
    run(engine, leave)
    write(tmp_path / "b", travel="Trips during annual leave are not paid.")
    run(engine, tmp_path / "b")

    assert [hit.chunk.document for hit in engine.search("PTO", collection="default", mode="lexical")] == []
    assert [hit.chunk.document for hit in engine.search("PTO", collection="hr", mode="lexical")] == ["leave.md"]


def test_a_caller_who_sees_nothing_of_a_collection_has_none_of_its_words(
    engine: Engine, leave: Path, tmp_path: Path
) -> None:
    rules(leave, f'collection = "hr"\n{SAID}[[access]]\npath = "**"\ngroups = ["hr"]\n')
    run(engine, leave)
    write(tmp_path / "b", travel="Trips during annual leave are not paid.")
    run(engine, tmp_path / "b")

    assert found(engine, "PTO", PUBLIC) == []
    assert set(found(engine, "PTO", OWNER)) == {"leave.md", "travel.md"}


def test_a_run_over_another_folder_leaves_them(engine: Engine, leave: Path, tmp_path: Path) -> None:
    rules(leave, SAID)
    run(engine, leave)
    write(tmp_path / "b", travel="Trips are not paid.")
    run(engine, tmp_path / "b")

    assert found(engine, "PTO") == ["leave.md"]


def test_what_cant_be_understood_is_an_error_and_changes_nothing(engine: Engine, leave: Path) -> None:
    rules(leave, SAID)
    run(engine, leave)
    rules(leave, '[synonyms]\npto = "annual leave"\n')

    with pytest.raises(UsageError, match=r"synonyms\.pto.*line 2"):
        run(engine, leave)

    assert found(engine, "PTO") == ["leave.md"]
