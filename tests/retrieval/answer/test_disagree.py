"""Two documents that differ in a number: both are shown, and a note says so with their dates."""

from dataclasses import replace

from retrieval.answer.answerer import NO_MODEL
from tests.retrieval.library import Shelf, answerer

OLD = "A hotel night in Germany may cost 120 euros."
NEW = "A hotel night in Germany may cost 150 euros."


def test_both_are_given_and_dated() -> None:
    shelf = Shelf()
    shelf.put("travel-old.md", OLD, date="2023-01-01")
    shelf.put("travel.md", NEW, date="2025-02-01")

    answer = answerer(shelf).answer("What may a hotel night in Germany cost?")

    assert "120 euros" in answer.text
    assert "150 euros" in answer.text
    [note] = [note for note in answer.notes if note != NO_MODEL]
    assert "travel-old.md (dated 2023-01-01)" in note
    assert "travel.md (dated 2025-02-01)" in note


def test_the_note_tells_which_of_them_says_that_another_has_taken_its_place() -> None:
    shelf = Shelf()
    old = shelf.put("travel-old.md", OLD, date="2023-01-01")
    shelf.versions[old] = replace(
        shelf.versions[old], metadata={**shelf.versions[old].metadata, "superseded_by": "travel.md"}
    )
    shelf.put("travel.md", NEW, date="2025-02-01")

    answer = answerer(shelf).answer("What may a hotel night in Germany cost?")

    [note] = [note for note in answer.notes if note != NO_MODEL]
    assert "travel-old.md (dated 2023-01-01, superseded by travel.md)" in note


def test_documents_that_agree_or_speak_of_something_else_do_not_differ() -> None:
    shelf = Shelf()
    shelf.put("travel.md", NEW)
    shelf.put("rail.md", "A hotel night in Germany may cost what the rail ticket of 2 people to Berlin costs.")

    answer = answerer(shelf).answer("What may a hotel night in Germany cost?")

    assert answer.notes == (NO_MODEL,)
