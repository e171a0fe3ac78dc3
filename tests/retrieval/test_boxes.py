"""Packed boxes come back as they went in, to a small part of a page."""

from hypothesis import given
from hypothesis import strategies as st

from retrieval.boxes import packed, unpacked
from retrieval.models import PageBoxes, WordBox

EDGE = st.floats(0, 1)
LENGTHS = st.tuples(st.integers(0, 1000), st.integers(1, 40), EDGE, EDGE, EDGE, EDGE)


def page(number: int, words: list[tuple[int, int, float, float, float, float]]) -> PageBoxes:
    placed, at = [], 0
    for gap, length, *edges in words:
        placed.append(WordBox(at + gap, at + gap + length, *edges))
        at += gap + length
    return PageBoxes(number, 595.0, 842.0, tuple(placed))


@given(st.lists(st.lists(LENGTHS, min_size=1, max_size=20), max_size=4))
def test_words_keep_their_places(pages: list[list[tuple[int, int, float, float, float, float]]]) -> None:
    """Spans are exact; edges are within a ten-thousandth of the page."""
    given_pages = [page(number, words) for number, words in enumerate(pages, 1)]

    back = unpacked(packed(given_pages))

    assert [one.page for one in back] == [one.page for one in given_pages]
    for before, after in zip(given_pages, back, strict=True):
        assert [(w.start, w.end) for w in before.words] == [(w.start, w.end) for w in after.words]
        for one, other in zip(before.words, after.words, strict=True):
            assert max(abs(one.left - other.left), abs(one.bottom - other.bottom)) < 1e-4


def test_one_page_is_read_alone() -> None:
    data = packed([page(1, [(0, 3, 0, 0, 1, 1)]), page(2, [(7, 3, 0, 0, 1, 1)])])

    (second,) = unpacked(data, 2)

    assert (second.page, second.words[0].start) == (2, 7)
    assert unpacked(data, 3) == ()


def test_pages_without_words_are_left_out() -> None:
    assert packed([page(1, [])]) == b""
    assert unpacked(b"") == ()


def test_words_too_far_behind_the_one_before_are_left_out() -> None:
    far = packed([page(1, [(0, 3, 0, 0, 1, 1), (70_000, 3, 0, 0, 1, 1)])])

    assert [word.start for word in unpacked(far)[0].words] == [0]
