"""Whether a sentence says what its quotes say: words, numbers, names, negation."""

import pytest

from retrieval.answer.support import all_checked, evidence, support
from retrieval.answer.words.sentences import Unit
from retrieval.models import Sentence

QUOTE = "Employees in Germany get 30 working days of annual leave after the first year."


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("In Germany employees get 30 working days of leave.", "supported"),
        ("In Germany employees get 30 working days of leave and 5 days of parental leave.", "partly"),
        ("In Germany employees get 25 working days of leave.", "unsupported"),
        ("Employees in France get 30 working days of annual leave.", "partly"),
        ("Employees in Germany do not get 30 working days of annual leave.", "partly"),
        ("Bees like tea.", "unsupported"),
        ("Employees get working breakfasts, lunches and dinners for annual meetings.", "partly"),
    ],
)
def test_a_claim_is_judged_by_what_its_quote_holds(claim: str, verdict: str) -> None:
    """The last shares 4 of 8 terms (employe, get is none, work, annual, ...): some, not most."""
    assert support(claim, QUOTE) == verdict


def test_a_claim_without_a_quote_is_unsupported() -> None:
    assert support("Employees get 30 days.", "") == "unsupported"


def test_numbers_that_stand_in_no_quote_are_named() -> None:
    sentence = Sentence("Leave is 30 days, 1,000 hours and 25 weeks.", (1, 2))

    [checked] = all_checked([sentence], {1: "Leave is 30 days.", 2: "Leave is 1000 hours.", 3: "It is 25 weeks."})

    assert checked.unproven == ("25",)
    assert checked.support == "partly"


def test_the_marker_of_another_sentence_proves_nothing() -> None:
    [checked] = all_checked([Sentence("Leave is 30 days.", ())], {1: "Leave is 30 days."})

    assert checked.support == "unsupported"


def test_a_table_row_rests_on_its_column_headers_too() -> None:
    row = Unit("row", "| Germany | 30 |", 0, 16, heading="Leave", header=("Country", "Days of 2025"))

    assert support("Country: Germany; Days of 2025: 30", evidence(row)) == "supported"
