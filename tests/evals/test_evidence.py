"""Evidence is found as a reader would find it, and what is not there is told with the nearest text."""

import pytest

from evals.errors import BadSet
from evals.evidence import locate
from evals.models import Evidence, Question, QuestionSet
from evals.spans import Span
from retrieval.errors import UsageError
from retrieval.models import Outcome
from tests.evals.fake_home import FakeHome

LEAVE = "# Annual **leave**\n\nStaff in Spain get\n23 days.\fStaff in Germany get 30 days.\n\n| Italy | 26 |"


def question(*evidence: Evidence, name: str = "q1", line: int = 7) -> Question:
    return Question(name, "how many?", None, True, evidence, (), frozenset(), line)


def questions(*items: Question) -> QuestionSet:
    return QuestionSet("set", "set.jsonl", items)


def refusal(home: FakeHome, *items: Question) -> list[str]:
    with pytest.raises(BadSet) as refused:
        locate(questions(*items), home)
    return [f"{one.line} {one.field}: {one.message}" for one in refused.value.problems]


def test_gold_holds_documents_pages_and_quotes() -> None:
    """The quote on the page named, not its twin on another one."""
    home = FakeHome({"leave.pdf": "30 days here.\fand 30 days there", "other.txt": "no pages"})
    evidence = (Evidence("leave.pdf", 2, "30 days"), Evidence("leave.pdf", 1), Evidence("other.txt", quote="no pages"))

    (gold,) = locate(questions(question(*evidence)), home).gold

    assert gold.documents == ("leave.pdf", "other.txt")
    assert gold.pages == (("leave.pdf", 2), ("leave.pdf", 1))
    assert [quote.places for quote in gold.quotes] == [
        (Span("id:leave.pdf", 19, 26),),
        (Span("id:other.txt", 0, 8),),
    ]


def test_a_quote_without_a_page_may_stand_anywhere() -> None:
    """Every place of it will do."""
    home = FakeHome({"leave.pdf": "30 days here.\fand 30 days there"})

    (gold,) = locate(questions(question(Evidence("leave.pdf", quote="30 days"))), home).gold

    assert len(gold.quotes[0].places) == 2


def test_a_quote_on_another_page_is_noted_and_measured() -> None:
    """Pages that a converter counts wrongly must lower a score, not stop the measuring."""
    home = FakeHome({"leave.pdf": "30 days here.\fand so on"})

    located = locate(questions(question(Evidence("leave.pdf", 2, "30 days"))), home)

    assert located.notes == ("q1: the quote of leave.pdf stands on page 1, not 2",)
    assert located.gold[0].pages == (("leave.pdf", 2),)
    assert located.gold[0].quotes[0].places == (Span("id:leave.pdf", 0, 7),)


def test_evidence_that_is_not_in_the_corpus_is_refused_with_the_nearest() -> None:
    """Document, page, quote: all of them, with the line of the question and the field."""
    home = FakeHome({"hr/leave.pdf": LEAVE, "notes.txt": "nothing"})

    found = refusal(
        home,
        question(Evidence("hr/leaves.pdf"), Evidence("hr/leave.pdf", 9, "Staff in Germany got 31 days"), line=3),
        question(Evidence("notes.txt", 1, "zebra"), line=4),
    )

    assert found == [
        "3 evidence.0.document: no document 'hr/leaves.pdf' in the corpus; nearest is 'hr/leave.pdf'",
        "3 evidence.1.page: no page 9: 'hr/leave.pdf' has pages 1 to 2",
        "3 evidence.1.quote: 'Staff in Germany got 31 days' is not in 'hr/leave.pdf'; "
        "nearest is 'Staff in Germany get 30 days'",
        "4 evidence.0.page: no page 1: 'notes.txt' has no pages",
        "4 evidence.0.quote: 'zebra' is not in 'notes.txt'; nothing is like it",
    ]


def test_a_path_that_two_documents_have_is_refused() -> None:
    """Two roots may hold the same path; the set must say which collection it means."""

    class TwoRoots(FakeHome):
        def documents(self, *arguments: object, **named: object):  # type: ignore[no-untyped-def, override]
            return super().documents(*arguments, **named) * 2  # type: ignore[arg-type]

    assert refusal(TwoRoots({"a.txt": "a"}), question(Evidence("a.txt"))) == [
        "7 evidence.0.document: 'a.txt' names 2 documents; choose a collection"
    ]


def test_a_set_without_evidence_is_refused() -> None:
    """There is nothing to measure retrieval by."""
    assert refusal(FakeHome({}), question()) == ["0 evidence: no question has any; there is nothing to measure"]


def test_restricted_documents_count_as_there() -> None:
    """The set is checked with the owner's eyes."""
    home = FakeHome({"pay.txt": "secret"}, groups={"pay.txt": ("hr",)})

    assert locate(questions(question(Evidence("pay.txt", quote="secret"))), home).gold[0].documents == ("pay.txt",)


def test_a_source_that_an_ingest_could_not_read_counts_as_not_found() -> None:
    """The set is right and the system lost the document: its gold stays, out of reach of any hit."""
    scan = Outcome("file:///corpus/old/scan%201.pdf", "failed", "no_text: it looks scanned")
    home = FakeHome({"tea.txt": "tea"}, ledger=[[scan]])

    located = locate(questions(question(Evidence("old/scan 1.pdf", 1, "a crate"))), home)

    (gold,) = located.gold
    assert (gold.documents, gold.pages) == (("old/scan 1.pdf",), (("old/scan 1.pdf", 1),))
    assert [len(place) for place in gold.quotes[0].places] == [len("a crate")]
    assert located.notes == (
        "old/scan 1.pdf was not indexed (failed, no_text: it looks scanned): what asks for it counts as not found",
    )


def test_what_the_latest_run_says_of_a_source_counts() -> None:
    """A copy of another file now, unreadable before: the set must name the document that is there."""
    uri = "file:///corpus/scan.pdf"
    copy = Outcome(uri, "duplicate", "the same bytes as tea.txt")
    home = FakeHome({"tea.txt": "tea"}, ledger=[[copy], [Outcome(uri, "failed")]])

    assert refusal(home, question(Evidence("scan.pdf"))) == [
        "7 evidence.0.document: 'scan.pdf' is not in the corpus: duplicate, the same bytes as tea.txt"
    ]


def test_a_collection_that_is_not_there_is_told_once() -> None:
    with pytest.raises(UsageError, match="no collection 'nope'"):
        locate(questions(question(Evidence("leave.pdf"))), FakeHome({}), collection="nope")
