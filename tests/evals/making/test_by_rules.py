"""Questions of definitions and headings."""

import pytest

from evals.making.by_rules import drafts
from evals.making.passages import Passage, of_version
from retrieval.models import OWNER
from tests.evals.fake_home import FakeHome

FILLER = (
    "The office in Porto opened in 2009 above a bakery and has grown by two rooms since then, one of them a kitchen."
)


def passage(text: str, heading: str = "Power cuts") -> Passage:
    home = FakeHome({"porto.md": f"# {heading}\n\n{text} {FILLER}"})
    (found,) = of_version(home.version("id:porto.md", OWNER), frozenset())
    return found


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("Breakwater is the gateway through which all sites reach each other.", "What is Breakwater?"),
        ("The Little Auk is an aluminium boat of 7.3 metres.", "What is the Little Auk?"),
        ("Buoys are the instruments that float on the surface.", "What are Buoys?"),
        ("NTE (Not To Exceed) means the highest price that we pay.", None),
        ("Tidebook (TB) means the calendar in which leave is kept.", "What is Tidebook?"),
    ],
)
def test_a_definition_becomes_a_question(sentence: str, question: str | None) -> None:
    """The sentence is the evidence and the answer."""
    found = [one for one in drafts(passage(sentence)) if one.question.startswith("What is ") or "are" in one.question]

    assert [one.question for one in found] == ([question] if question else [])
    assert all(one.quote == one.answer == sentence for one in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is the gateway through which all sites reach each other.",
        "This is a rule for everybody who works at a desk.",
        "How precise is the time that the logger keeps?",
        "One is the number of the first port on the lid.",
    ],
)
def test_what_points_elsewhere_defines_nothing(sentence: str) -> None:
    """The question would make no sense alone."""
    assert not [one for one in drafts(passage(sentence)) if one.question.startswith("What is ")]


def test_a_listed_term_is_asked_for() -> None:
    """Bold, with its explanation behind."""
    text = f"- **Plumb**: the award that is given once a year at the summer party.\n\n{FILLER}"

    first = next(drafts(passage(text)))

    assert (first.question, first.answer) == (
        "What is Plumb?",
        "the award that is given once a year at the summer party.",
    )
    assert first.quote in text


def test_a_heading_is_asked_for_within_its_document() -> None:
    """The first sentence that says something is the evidence; numbering is no part of the question."""
    (found,) = drafts(passage("See above. The battery keeps the telephones alive for 40 minutes.", "4. Power cuts"))

    assert found.question == "What does “porto.md” say about “Power cuts”?"
    assert found.quote == "The battery keeps the telephones alive for 40 minutes."


def test_a_heading_that_asks_is_the_question() -> None:
    """As in a list of frequent questions."""
    (found,) = drafts(passage("The battery keeps the telephones alive for 40 minutes.", "How long do telephones last?"))

    assert found.question == "How long do telephones last?"


@pytest.mark.parametrize("heading", ["Overview", "2.1", "porto.md"])
def test_a_heading_that_says_nothing_is_not_asked_for(heading: str) -> None:
    """A dull one, a number, the title once more."""
    assert list(drafts(passage("The battery keeps the telephones alive for 40 minutes.", heading))) == []
