"""Follow-ups that put another name in a place: the name before it is not carried over."""

import pytest

from retrieval.answer.followup import standalone
from retrieval.answer.words.named import replaced
from tests.retrieval.answer.test_followup import said


@pytest.mark.parametrize(
    ("earlier", "later", "gone"),
    [
        ("How many days does an employee in Portugal have?", "And in Norway?", {"Portugal"}),
        ("What is the warranty for the DL-9?", "And for the CM-7?", {"DL-9"}),
        ("What is the warranty for the sensor DL-9?", "And the price for the CM-7?", {"DL-9"}),
        ("What did we sell in New York in January 2025?", "And in February?", {"January"}),
        ("What did we sell in New York in January 2025?", "And in 2026?", {"2025"}),
        ("What did we sell in New York in January 2025?", "And in Porto?", {"New", "York"}),
        ("What does a train from Porto to Berlin cost?", "And to Hamburg?", {"Berlin"}),
        ("What do hotels cost in Germany and France?", "And in Spain?", {"Germany", "France"}),
        ("Does Portugal have holidays on top?", "What about Norway?", {"Portugal"}),
        ("how many days do people in portugal have?", "and in norway?", {"portugal"}),
        ("Wie viele Tage Urlaub gibt es in Portugal?", "Und in Norwegen?", {"Portugal"}),
    ],
)
def test_a_name_in_the_same_place_is_replaced(earlier: str, later: str, gone: set[str]) -> None:
    assert replaced(earlier, later) == gone


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("How many days does an employee in Portugal have?", "When do they expire?"),
        ("How many days does an employee in Portugal have?", "And in January?"),
        ("How many days does an employee in Portugal have?", "And for managers?"),
        ("How many days does an employee in Portugal have?", "What about the DL-9?"),
        ("How does the office in Berlin compare to the one in Porto?", "What about Bergen?"),
        ("Who leads the office in Berlin?", "And who else works in Berlin?"),
        ("How long is the warranty of the DL-9?", "And in Norway?"),
        ("what happens in the case of shares?", "and in this kind of transaction with a lender?"),
    ],
)
def test_a_name_in_another_place_stays(earlier: str, later: str) -> None:
    assert replaced(earlier, later) == frozenset()


def test_the_other_words_are_still_carried_over() -> None:
    history = said("How many days of annual leave does an employee in Portugal have?")

    assert standalone("And in Norway?", history) == "And in Norway? days annual leave employee"


def test_a_name_replaced_two_turns_ago_does_not_come_back() -> None:
    history = said("How many days of annual leave are there in Germany?", "And in France?")

    assert standalone("When does it expire?", history) == "When does it expire? days annual leave France"
