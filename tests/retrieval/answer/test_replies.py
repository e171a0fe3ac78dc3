"""What needs no document: greetings, thanks, questions about the program, nonsense; and what only looks so."""

import pytest

from retrieval.answer.replies import ABOUT, HELLO, UNCLEAR, WELCOME, reply
from retrieval.models import Done, SourcesFound
from tests.retrieval.library import Shelf, answerer


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Hello!", HELLO),
        ("Guten Morgen", HELLO),
        ("ok, thank you very much.", WELCOME),
        ("What can you do?", ABOUT),
        ("Who are you?", ABOUT),
        ("help", ABOUT),
        ("a", UNCLEAR),
        ("?!", UNCLEAR),
        ("aaaaaaa", UNCLEAR),
        ("sdfghjkl qwrtzpsdf", UNCLEAR),
    ],
)
def test_each_gets_its_reply(question: str, said: str) -> None:
    assert reply(question) == said


@pytest.mark.parametrize(
    "question",
    [
        "Hello, how many days of leave do I have?",
        "Who are the founders?",
        "What can employees do about noise?",
        "E66",
        "VPN",
        "help with the DL-9",
        "Wie viele Tage Urlaub gibt es?",
        "休暇は何日ですか",
        "rhythms",
    ],
)
def test_what_may_be_a_question_to_the_documents_is_one(question: str) -> None:
    assert reply(question) is None


def test_a_reply_looks_nothing_up_and_cites_nothing() -> None:
    shelf = Shelf()
    shelf.put("hello.md", "Hello is a greeting.")

    events = list(answerer(shelf).stream("Hello"))

    done = events[-1]
    assert events[0] == SourcesFound(())
    assert isinstance(done, Done)
    assert (done.answer.text, done.answer.sources, done.answer.citations) == (HELLO, (), ())
    assert done.answer.abstained
    assert done.answer.trace is not None
    assert done.answer.trace.verdict is None
