"""Follow-ups: what is carried over, and that a question that stands alone is left as it is."""

import pytest

from retrieval.answer.followup import asked_instead, depends, standalone
from retrieval.models import Turn


def said(*questions: str) -> tuple[Turn, ...]:
    return tuple(turn for question in questions for turn in (Turn("user", question), Turn("assistant", "An answer.")))


def test_a_follow_up_gets_the_words_it_leaves_out() -> None:
    history = said("How many days of annual leave are there in Germany?")

    assert standalone("And in France?", history) == "And in France? days annual leave"


def test_a_follow_up_to_a_follow_up_reaches_the_first_question() -> None:
    history = said("How many days of annual leave are there in Germany?", "And the public holidays?")

    assert (
        standalone("When does it expire?", history) == "When does it expire? days annual leave Germany public holidays"
    )


@pytest.mark.parametrize(
    "question",
    [
        "How many days of annual leave are there in Spain?",
        "Which hotels that are listed cost less than 150 euros?",
        "Is there a limit on travel expenses?",
    ],
)
def test_a_question_that_stands_alone_is_unchanged(question: str) -> None:
    assert standalone(question, said("Who is on call in Berlin?")) == question


@pytest.mark.parametrize("question", ["What about it?", "And the price?", "Why?", "Who wrote that?"])
def test_without_earlier_turns_every_question_is_unchanged(question: str) -> None:
    assert standalone(question, ()) == question
    assert standalone(question, (Turn("assistant", "Welcome to the handbook."),)) == question


def test_words_that_stand_in_the_question_already_are_not_repeated() -> None:
    assert standalone("And leave in France?", said("Annual leave in Germany?")) == "And leave in France? Annual"


def test_pointing_words_make_a_question_depend() -> None:
    assert depends("How long does it take to apply for them?")
    assert not depends("How long does a passport application take?")


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("And the flights?", {"flight"}),
        ("What about Portugal?", {"portugal"}),
        ("And for hire cars?", {"hir", "car"}),
        ("And how much may it cost?", set()),
        ("How long is the parental leave?", set()),
        ("And why?", set()),
        ("And who has to sign the form for a loan pool device?", set()),
    ],
)
def test_what_a_follow_up_names_in_place_of_what_was_asked(question: str, named: set[str]) -> None:
    assert asked_instead(question) == named
