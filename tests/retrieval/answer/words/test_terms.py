"""Content terms and their weights."""

import math

import pytest

from retrieval.answer.words.terms import content_terms, names, numbers, weights


def test_stop_words_go_and_endings_are_taken_off() -> None:
    terms = content_terms("How many days of the annual leave are left?")

    assert terms == ("day", "annual", "leav", "left")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("policy", "policies"),
        ("limit", "limited"),
        ("travel", "travelling"),
        ("run", "running"),
        ("company's", "company"),
        ("Leave", "leave"),
        ("employee", "employees"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert content_terms(one) == content_terms(other)


def test_numbers_stay_whole_without_separators() -> None:
    assert content_terms("1,000 2.5 007") == ("1000", "2.5", "7")
    assert numbers("It cost 1,250.50 euros in 2022, or 25%.") == {"1250.50", "2022", "25"}


def test_a_word_of_one_language_is_not_lost_as_a_stop_word_of_another() -> None:
    assert content_terms("die war son hat") == ("die", "war", "son", "hat")


def test_names_are_capitalised_words_and_codes_but_not_the_first_word() -> None:
    assert names("What does code E66 of the DL-9 mean in Hobart?") == {"e66", "dl", "9", "hobart"}
    assert names("How much leave is there?") == frozenset()


def test_weights_are_those_of_bm25() -> None:
    """In one of three documents: ln(1 + 2.5 / 1.5); in none: ln(1 + 3.5 / 0.5)."""
    found = weights(("leave", "none"), [{"leave"}, {"travel"}, {"hotel"}])

    assert found == {"leave": pytest.approx(math.log(1 + 2.5 / 1.5)), "none": pytest.approx(math.log(8.0))}


def test_a_number_within_a_word_is_the_same_as_alone() -> None:
    assert "417" in content_terms("archive/scan-0417.pdf")
    assert content_terms("scan 0417") == ("scan", "417")
