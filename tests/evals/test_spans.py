"""Small spans whose overlaps one counts on paper."""

import pytest

from evals.spans import Span, covers, merged, overlap


def span(start: int, end: int, document: str = "a") -> Span:
    return Span(document, start, end)


def test_recall_precision_and_iou_are_shares_of_characters() -> None:
    """Gold 10-30 (20), retrieved 20-60 (40), both 20-30 (10)."""
    measured = overlap([span(10, 30)], [span(20, 60)])

    assert measured.recall == 10 / 20
    assert measured.precision == 10 / 40
    assert measured.iou == 10 / (20 + 40 - 10)


def test_retrieved_text_that_overlaps_counts_each_time_but_helps_once() -> None:
    """Gold 0-10; 0-10 twice and 0-20: common 10, retrieved 10 + 10 + 20."""
    measured = overlap([span(0, 10)], [span(0, 10), span(0, 10), span(0, 20)])

    assert measured.recall == 10 / 10
    assert measured.precision == 10 / 40
    assert measured.iou == 10 / 40


def test_gold_text_that_overlaps_counts_once() -> None:
    """Gold 0-10 and 5-15 are 15 characters."""
    measured = overlap([span(0, 10), span(5, 15)], [span(0, 5)])

    assert measured.gold == 15
    assert measured.recall == 5 / 15


def test_the_same_offsets_of_another_document_are_other_text() -> None:
    """Offsets count within one document."""
    measured = overlap([span(0, 10, "a")], [span(0, 10, "b")])

    assert (measured.recall, measured.precision, measured.iou) == (0.0, 0.0, 0.0)


def test_several_gold_spans_in_several_chunks() -> None:
    """Gold 0-10, 90-100 in a and 0-20 in b (40); retrieved a 5-95 and b 10-30 (110); common 5 + 5 + 10."""
    measured = overlap([span(0, 10), span(90, 100), span(0, 20, "b")], [span(5, 95), span(10, 30, "b")])

    assert measured.recall == 20 / 40
    assert measured.precision == 20 / 110
    assert measured.iou == 20 / (40 + 110 - 20)


@pytest.mark.parametrize(("gold", "retrieved"), [([], []), ([], [span(0, 5)]), ([span(0, 5)], [])])
def test_nothing_retrieved_or_nothing_wanted_is_zero(gold: list[Span], retrieved: list[Span]) -> None:
    """No division by zero, and no free full marks."""
    measured = overlap(gold, retrieved)

    assert (measured.recall, measured.precision, measured.iou) == (0.0, 0.0, 0.0)


def test_spans_that_touch_are_merged_and_empty_ones_left_out() -> None:
    """In order of document and start."""
    assert merged([span(5, 9), span(0, 5), span(20, 20), span(1, 2, "b")]) == (span(0, 9), span(1, 2, "b"))


def test_a_quote_is_covered_by_chunks_that_hold_it_together() -> None:
    """Two neighbours, the blank line between their blocks aside; a gap of a word is a gap."""
    assert covers([span(0, 10), span(12, 20)], span(5, 15))
    assert not covers([span(0, 10), span(15, 20)], span(5, 18))
    assert not covers([span(0, 10, "b")], span(5, 8))
