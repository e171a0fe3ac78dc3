"""An answer against the expected one, by hand."""

import pytest

from evals.answers.agreement import agreement


def test_case_punctuation_articles_and_markers_do_not_count() -> None:
    found = agreement("The 30 days.", "30 Days [1]")

    assert (found.exact, found.contains, found.f1, found.numeric, found.right) == (1.0, 1.0, 1.0, 1.0, True)


def test_f1_is_of_words_as_often_as_they_stand() -> None:
    """Expected 4 words (by by train only), given 3 (by train today): 2 shared; P 2/3, R 2/4, F1 4/7."""
    found = agreement("by, by train only", "By train today")

    assert found.f1 == pytest.approx(4 / 7)
    assert found.recall == 0.5
    assert (found.exact, found.contains, found.numeric, found.right) == (0.0, 0.0, None, False)


def test_an_answer_that_says_more_contains_the_expected_one_as_whole_words() -> None:
    assert agreement("40 days", "The balance may never stand above 40 days. [1]").contains == 1.0
    assert agreement("40 days", "It stands at 140 days.").contains == 0.0


def test_all_numbers_make_an_answer_right_that_puts_it_otherwise() -> None:
    found = agreement("It stays at 60 bar for twelve hours.", "Pressure: 60 bar; duration: 12 h")

    assert (found.contains, found.numeric, found.right) == (0.0, 1.0, True)


@pytest.mark.parametrize(("expected", "given"), [("30 days", ""), ("", "30 days"), ("", "")])
def test_nothing_agrees_with_nothing(expected: str, given: str) -> None:
    found = agreement(expected, given)

    assert (found.exact, found.contains, found.f1, found.right) == (0.0, 0.0, 0.0, False)
