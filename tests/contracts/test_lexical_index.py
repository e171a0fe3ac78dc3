"""What a `LexicalIndex` promises, on tantivy."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.ports import IndexEntry, Rows
from retrieval.store.lexical import TantivyIndex

Opener = Callable[[], TantivyIndex]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Opener]:
    made: list[TantivyIndex] = []

    def open_one() -> TantivyIndex:
        made.append(TantivyIndex(tmp_path / "index"))
        return made[-1]

    yield open_one
    for index in made:
        index.close()


def entry(row: int, text: str, context: str = "") -> IndexEntry:
    return IndexEntry(row, context, text)


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def found(index: TantivyIndex, question: str, n: int, visible: Rows) -> list[int]:
    return [int(row) for row in index.search(question, n, visible).rows]


def test_words_are_found_in_any_case_and_form(make: Opener) -> None:
    """Lower case and English stems."""
    index = make()
    index.add([entry(1, "Travelling employees"), entry(2, "Parking space")])
    index.flush(1)

    assert found(index, "TRAVEL employee", 5, rows(1, 2)) == [1]


def test_a_question_that_shares_no_term_finds_nothing(make: Opener) -> None:
    """Nor does one without a word, or full of query syntax."""
    index = make()
    index.add([entry(1, "Parking space")])
    index.flush(1)

    assert found(index, "holiday", 5, rows(1)) == []
    assert found(index, "???", 5, rows(1)) == []
    assert found(index, 'parking" AND (text:[* TO', 5, rows(1)) == [1]


def test_context_is_searched_with_less_weight(make: Opener) -> None:
    """A chunk is found by the words above it, behind one that says them itself."""
    index = make()
    index.add([entry(1, "30 days", "Leave"), entry(2, "Leave days", "Other")])
    index.flush(1)

    assert found(index, "leave", 5, rows(1, 2)) == [2, 1]


@pytest.mark.parametrize("visible", [1_500, 2_500])
def test_visible_rows_are_found_behind_any_number_of_hidden_ones(make: Opener, visible: int) -> None:
    """As many as there are, whether they are few (named in the query) or many."""
    index = make()
    index.add([entry(row, "same words") for row in range(1, 4_001)])
    index.flush(1)
    shown = np.arange(4_001 - visible, 4_001)

    assert len(found(index, "words", 5_000, shown)) == visible
    assert set(found(index, "words", 10, shown)) <= set(shown.tolist())


def test_ties_are_ordered_by_row(make: Opener) -> None:
    """Equal scores come in ascending order of row."""
    index = make()
    index.add([entry(row, "same words") for row in (5, 3, 9)])
    index.flush(1)

    assert found(index, "words", 3, rows(3, 5, 9)) == [3, 5, 9]


def test_replaced_and_deleted_rows_are_not_found(make: Opener) -> None:
    """The last text counts."""
    index = make()
    index.add([entry(1, "old words"), entry(2, "other words")])
    index.flush(1)
    index.add([entry(1, "new text")])
    index.delete(rows(2, 99))
    index.flush(2)

    assert found(index, "words", 5, rows(1, 2)) == []
    assert found(index, "new", 5, rows(1, 2)) == [1]


def test_what_was_flushed_is_there_after_reopening_and_the_rest_is_not(make: Opener) -> None:
    """With the generation that was recorded."""
    index = make()
    index.add([entry(1, "kept")])
    index.flush(7)
    index.add([entry(2, "kept")])
    index.close()

    again = make()

    assert again.generation() == 7
    assert found(again, "kept", 5, rows(1, 2)) == [1]


def test_it_tells_which_rows_it_holds(make: Opener) -> None:
    """Deleted ones are not among them; an empty index holds none."""
    index = make()
    assert index.held().tolist() == []
    index.add([entry(3, "Parking"), entry(1, "Parking"), entry(2, "Parking")])
    index.delete(rows(2))
    index.flush(1)

    assert index.held().tolist() == [1, 3]


def test_renewed_it_holds_the_new_rows_alone(make: Opener) -> None:
    """In several parts; the generation is recorded."""
    index = make()
    index.add([entry(1, "Parking"), entry(2, "Parking")])
    index.flush(1)

    index.renew(iter([[entry(2, "Holiday")], [entry(3, "Parking")]]), 5)

    assert found(index, "parking holiday", 5, rows(1, 2, 3)) == [2, 3]
    assert (index.held().tolist(), index.generation()) == ([2, 3], 5)


@pytest.mark.parametrize("empty", ["renew", "clear"])
def test_what_was_there_when_it_was_emptied_can_still_be_deleted(make: Opener, empty: str) -> None:
    """Rows were deleted before, too: as a forgotten document's are before all is written anew."""
    index = make()
    index.add([entry(row, "Parking") for row in range(1, 31)])
    index.flush(1)
    index.delete(rows(*range(1, 21)))
    index.flush(2)
    left = [entry(row, "Parking") for row in range(21, 31)]

    if empty == "renew":
        index.renew([left], 3)
    else:
        index.clear()
        index.add(left)
        index.flush(3)
    index.delete(rows(*range(21, 26)))
    index.flush(4)

    assert index.held().tolist() == [26, 27, 28, 29, 30]


def test_what_stops_a_renewal_leaves_the_index_as_it_was(make: Opener) -> None:
    index = make()
    index.add([entry(1, "Parking")])
    index.flush(1)

    def torn() -> Iterator[list[IndexEntry]]:
        yield [entry(2, "Parking")]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.renew(torn(), 2)
    index.add([entry(3, "Parking")])
    index.flush(3)

    assert index.held().tolist() == [1, 3]
