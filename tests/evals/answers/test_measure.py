"""A set of questions asked, and its answers measured, with an engine that answers as it is told."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evals import kept
from evals.answers.citing import judge_citations
from evals.answers.grounded import groundedness
from evals.answers.measure import measure
from evals.benchmark import Prepared, located
from evals.errors import BadSet
from evals.evidence import Gold, GoldQuote, Located, locate
from evals.models import BeirSet, Evidence, Question, QuestionSet
from evals.report import from_results
from evals.results import AnswersReport
from evals.spans import Span
from retrieval.errors import UsageError
from retrieval.models import PUBLIC, Answer, Caller, Citation, Sentence, Turn
from retrieval.trace import Trace, Verdict
from tests.evals.fake_home import FakeHome

LEAVE = "Staff in Spain get 23 days.\fStaff in Germany get 30 days."


def citation(marker: int, document: str, start: int, end: int, *, page: int | None = None, quote: str = "") -> Citation:
    return Citation(marker, f"id:{document}", 1, document, page, quote, start, end)


def answer(
    text: str, *citations: Citation, confidence: float, abstained: bool = False, mode: str = "extractive"
) -> Answer:
    verdict = Verdict("threshold", not abstained, confidence, 0.35, {}, ())
    trace = Trace(text, "", False, {}, (), (), 0, "", (), None, verdict)
    sentences = (Sentence(text, tuple(one.marker for one in citations)),)
    return Answer("a", "q", text, abstained, mode, sentences, citations, (), trace=trace)  # type: ignore[arg-type]


class Answering(FakeHome):
    """Answers by question."""

    def __init__(self, texts: Mapping[str, str], answers: Mapping[str, Answer]) -> None:
        super().__init__(texts)
        self._answers = answers
        self.callers: list[Caller] = []
        self.histories: list[Sequence[Turn]] = []

    def ask(
        self, question: str, *, caller: Caller = PUBLIC, collection: str | None = None, history: Sequence[Turn] = ()
    ) -> Answer:
        self.callers.append(caller)
        self.histories.append(history)
        return self._answers[question]


GERMANY = Question(
    "de", "Germany?", "30 days", True, (Evidence("leave.pdf", 2, "Germany get 30 days"),), (), frozenset({"hr"}), 1
)
SPAIN = Question("es", "Spain?", "23", True, (Evidence("leave.pdf", 1),), (Turn("user", "Leave?"),), frozenset(), 2)
MARS = Question("mars", "Mars?", None, False, (), (), frozenset(), 3)


def measured(answers: Mapping[str, Answer]) -> tuple[AnswersReport, Answering]:
    home = Answering({"leave.pdf": LEAVE}, answers)
    judged = QuestionSet("staff", "staff.jsonl", (GERMANY, SPAIN, MARS))
    return measure(Prepared(judged, home, None, locate(judged, home))), home


ANSWERS = {
    "Germany?": answer(
        "Staff in Germany get 30 days. [1]",
        citation(1, "leave.pdf", 29, 58, page=2, quote="Staff in Germany get 30 days."),
        confidence=0.9,
    ),
    "Spain?": answer("Not in the documents.", confidence=0.3, abstained=True),
    "Mars?": answer("Nobody lives there. [1]", citation(1, "leave.pdf", 0, 5, page=1, quote="Staff"), confidence=0.6),
}


def test_a_question_too_long_to_be_asked_is_cut_and_told() -> None:
    """One such question does not cost the others their answers."""
    long = replace(GERMANY, id="long", question="y" * 2_001)
    home = Answering({"leave.pdf": LEAVE}, {"y" * 2_000: answer("No.", confidence=0.1, abstained=True)})
    judged = QuestionSet("staff", "staff.jsonl", (long,))

    report = measure(Prepared(judged, home, None, locate(judged, home)))

    assert report.queries == 1
    assert "1 questions are longer than may be asked and were cut: long" in report.notes


def test_quotes_are_kept_whole_and_shortened_for_readers_alone() -> None:
    """A judge that reads a part of a quote calls unsaid what the rest of it says."""
    quote = "Staff in Germany get " + "thirty " * 60 + "days."
    given = answer("Thirty days. [1]", citation(1, "leave.pdf", 29, 58, page=2, quote=quote), confidence=0.9)
    report, _ = measured({**ANSWERS, "Germany?": given})

    (shown,) = from_results.report({"answers": report}).configurations[0].cases["de"].came

    assert report.records[0].citations[0].text == quote
    assert len(shown.text) == 300
    assert shown.text.endswith("…")


def test_every_figure_is_over_the_questions_that_let_it_be_told() -> None:
    """Germany is right and cited, Spain is refused though it is there, Mars is answered though it is not."""
    report, _ = measured(ANSWERS)

    means = {name: interval.mean for name, interval in report.metrics.items()}
    assert {level: len(one.queries) for level, one in report.scores.items()} == {
        "agreement": 2,
        "numeric": 2,
        "document": 2,
        "page": 2,
        "quote": 1,
        "grounded": 2,
        "refused_answerable": 2,
        "refused_unanswerable": 1,
    }
    assert (means["contains"], means["exact"], means["numeric"]) == (0.5, 0.0, 0.5)
    assert means["f1"] == pytest.approx((2 * (2 / 6) * 1 / (2 / 6 + 1)) / 2)
    assert (means["page_citation_precision"], means["page_citation_recall"]) == (0.5, 0.5)
    assert (means["quote_citation_precision"], means["quote_citation_recall"]) == (1.0, 1.0)
    assert means["groundedness"] == pytest.approx((1.0 + 0.0) / 2)
    assert (means["refused_answerable"], means["refused_unanswerable"]) == (0.5, 0.0)


def test_auroc_counts_abstentions_and_the_curve_ends_with_them() -> None:
    """.9 is above .6 and .3 below: half of the pairs. The surest answer is right, the second wrong, 2 of 3 asked."""
    report, _ = measured(ANSWERS)

    assert report.auroc is not None
    assert report.risk is not None
    assert report.auroc.mean == 0.5
    assert report.risk.coverage.tolist() == pytest.approx([1 / 3, 2 / 3])
    assert report.risk.risk.tolist() == [0.0, 0.5]


def test_a_record_tells_what_was_asked_expected_and_given() -> None:
    report, _ = measured(ANSWERS)

    german, spanish, martian = report.records
    assert (german.question, german.expected_answer, german.right) == ("Germany?", "30 days", True)
    assert (german.expected[0].text, german.citations[0].page) == ("Germany get 30 days", 2)
    assert (spanish.abstained, spanish.right, martian.right) == (True, False, None)
    assert json.loads(json.dumps(report.as_json()))["records"][2]["answer"] == "Nobody lives there. [1]"


def test_a_question_is_asked_with_its_groups_and_its_history() -> None:
    _, home = measured(ANSWERS)

    assert home.callers == [Caller(frozenset({"hr"})), PUBLIC, PUBLIC]
    assert home.histories == [(), (Turn("user", "Leave?"),), ()]


def test_without_unanswerable_questions_there_is_no_auroc() -> None:
    home = Answering({"leave.pdf": LEAVE}, ANSWERS)
    judged = QuestionSet("staff", "staff.jsonl", (GERMANY,))

    report = measure(Prepared(judged, home, None, locate(judged, home)))

    assert report.auroc is None
    assert "refused_unanswerable" not in report.metrics


def test_of_questions_without_evidence_the_refusals_are_told() -> None:
    home = Answering({"leave.pdf": LEAVE}, ANSWERS)
    judged = QuestionSet("staff", "staff.jsonl", (MARS,))

    report = measure(Prepared(judged, home, None, located(judged, home, None)))

    assert set(report.metrics) == {"groundedness", "refused_unanswerable"}
    assert report.metrics["refused_unanswerable"].mean == 0.0


def test_queries_without_answers_are_refused() -> None:
    with pytest.raises(UsageError, match="queries, not questions"):
        measure(Prepared(BeirSet("b", "b", (), {}, {}), FakeHome({}), None, Located((), ())))


def test_a_kept_report_is_read_back_as_it_was(tmp_path: Path) -> None:
    report, _ = measured(ANSWERS)

    kept.write(tmp_path / "kept.json", report)
    found = kept.read(tmp_path / "kept.json")

    assert isinstance(found, AnswersReport)
    assert (found.metrics, found.records, found.auroc) == (report.metrics, report.records, report.auroc)
    assert found.as_json() == report.as_json()


@pytest.mark.parametrize("text", ["", "[1]", '{"format": 9}', '{"format": 1, "kind": "answers"}'])
def test_a_file_that_is_no_kept_result_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)

    with pytest.raises(BadSet, match=r"x\.json: holds no kept result"):
        kept.read(tmp_path / "x.json")


def test_citations_are_judged_on_each_level_that_the_evidence_has() -> None:
    """Two of three citations are of a gold document, one of a gold page; the third meets half of one gold quote."""
    gold = Gold(
        GERMANY,
        ("leave.pdf", "more.pdf"),
        (("leave.pdf", 2),),
        (GoldQuote((Span("id:leave.pdf", 0, 10), Span("id:leave.pdf", 50, 60))), GoldQuote((Span("id:x", 0, 4),))),
    )
    given = [
        citation(1, "leave.pdf", 55, 80, page=2),
        citation(2, "leave.pdf", 6, 30, page=1),
        citation(3, "tea.txt", 0, 9),
    ]

    levels = judge_citations(gold, given)

    assert (levels["document"].precision, levels["document"].recall) == (pytest.approx(2 / 3), 0.5)
    assert (levels["page"].precision, levels["page"].recall) == (pytest.approx(1 / 3), 1.0)
    assert (levels["quote"].precision, levels["quote"].recall) == (pytest.approx(1 / 3), 0.5)


def test_groundedness_counts_the_words_that_the_own_quotes_hold_in_order() -> None:
    """Of the first sentence "ten" is not in the quote, the rest  is, in order; the second sentence has no marker."""
    quoted = citation(1, "leave.pdf", 0, 22, quote="Leave is thirty days.")
    given = Answer(
        "a", "q", "", False, "llm", (Sentence("Leave is days ten. [1]", (1,)), Sentence("And more", ())), (quoted,), ()
    )

    assert groundedness(given) == pytest.approx(3 / 6)
