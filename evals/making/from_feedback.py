"""What people asked, and what they thought of the answers, as questions for a set.

A good verdict on a whole answer is a label: its quotes are the evidence, as long as they still stand in the documents;
on a refusal it says that the documents don't hold the answer. Everything else waits for an evaluator, in a file of one
line a question: `label` is to become `answerable` (`answer` and `evidence` of the line are right, mended or not),
`unanswerable` or `skip`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from evals import jsonl
from evals.errors import BadSet, Problem
from evals.evidence import Texts
from evals.making.drafts import named
from evals.models import Evidence, Question
from evals.quotes import WordText
from retrieval.models import OWNER, DocumentSummary

Label = Literal["answerable", "unanswerable", "skip"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was given; `verdict` is on the whole of it, null where nobody gave one. Latest ones last."""

    question: str
    answer: str
    abstained: bool
    evidence: tuple[Evidence, ...]
    verdict: Literal["up", "down"] | None
    comment: str


@dataclass(frozen=True, slots=True)
class Open:
    """A question that an evaluator has to label, and why."""

    kept: Kept
    why: str


def sorted_out(
    kept: Iterable[Kept], texts: Texts, *, collection: str | None = None
) -> tuple[list[Question], list[Open]]:
    """Questions that are labelled by their verdict, and those that are not; each wording once, by its latest answer."""
    latest = {" ".join(one.question.casefold().split()): one for one in kept}
    corpus = _Corpus(texts, collection)
    labelled: list[Question] = []
    still_open: list[Open] = []
    for one in latest.values():
        found = _judged(one, corpus)
        if isinstance(found, Open):
            still_open.append(found)
        else:
            labelled.append(found)
    return labelled, still_open


def _judged(one: Kept, corpus: "_Corpus") -> Question | Open:
    if one.verdict is None:
        return Open(one, "nobody judged the answer")
    if one.verdict == "down":
        return Open(one, "the answer was called bad")
    if one.abstained:
        return _question(one.question, None, (), answerable=False, groups=frozenset())
    if not one.evidence:
        return Open(one, "the answer quotes nothing")
    if gone := [item.document for item in one.evidence if not corpus.holds(item)]:
        return Open(one, f"no longer in the documents: a quote from {', '.join(dict.fromkeys(gone))}")
    groups = corpus.groups(item.document for item in one.evidence)
    return _question(one.question, one.answer, one.evidence, answerable=True, groups=groups)


def open_line(one: Open) -> dict[str, object]:
    """What the evaluator's file says of one question."""
    return {
        "question": one.kept.question,
        "label": None,
        "why": one.why,
        "comment": one.kept.comment,
        "answer": one.kept.answer,
        "evidence": [evidence_object(item) for item in one.kept.evidence],
    }


def evidence_object(item: Evidence) -> dict[str, object]:
    told = {"document": item.document, "page": item.page, "quote": item.quote}
    return {name: value for name, value in told.items() if value is not None}


class _EvidenceLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    document: str = Field(pattern=r"\S")
    page: Annotated[int, Field(ge=1)] | None = None
    quote: Annotated[str, Field(pattern=r"\S")] | None = None


class _LabelledLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    question: str = Field(pattern=r"\S")
    label: Label | None
    answer: str = ""
    evidence: list[_EvidenceLine] = []


def is_labelled(path: Path) -> bool:
    """Whether an evaluator has begun with the file. Raises `BadSet` where it can't be read."""
    return any(line.label is not None for _, line in jsonl.read(path, _LabelledLine, []))


def labelled(path: Path, texts: Texts, *, collection: str | None = None) -> list[Question]:
    """The questions of an evaluator's file that have a label other than `skip`.

    Raises: `BadSet` for lines that are no such thing, `answerable` ones without evidence, and a file without labels.
    """
    problems: list[Problem] = []
    corpus = _Corpus(texts, collection)
    questions: list[Question] = []
    for number, line in jsonl.read(path, _LabelledLine, problems):
        if line.label == "answerable" and not line.evidence:
            problems.append(
                Problem(str(path), number, "evidence", "an answerable question needs a place of its answer")
            )
        elif line.label in ("answerable", "unanswerable"):
            questions.append(_of_line(line, corpus))
    if not questions and not problems:
        problems.append(Problem(str(path), 0, "label", "no line is labelled"))
    if problems:
        raise BadSet(problems)
    return questions


def _of_line(line: _LabelledLine, corpus: "_Corpus") -> Question:
    if line.label == "unanswerable":
        return _question(line.question, None, (), answerable=False, groups=frozenset())
    evidence = tuple(Evidence(item.document, item.page, item.quote) for item in line.evidence)
    groups = corpus.groups(item.document for item in evidence)
    return _question(line.question, line.answer or None, evidence, answerable=True, groups=groups)


def _question(
    asked: str, answer: str | None, evidence: Sequence[Evidence], *, answerable: bool, groups: frozenset[str]
) -> Question:
    first = evidence[0].document if evidence else ""
    return Question(named(asked, first), asked, answer, answerable, tuple(evidence), (), groups, line=0)


class _Corpus:
    """Which documents there are, by path, and what stands in them."""

    def __init__(self, texts: Texts, collection: str | None) -> None:
        self._texts = texts
        self._documents: dict[str, list[DocumentSummary]] = {}
        for summary in texts.documents(OWNER, collection):
            self._documents.setdefault(summary.document, []).append(summary)
        self._words: dict[str, WordText] = {}

    def holds(self, item: Evidence) -> bool:
        """Whether the document is there, once, and the quote in it."""
        found = self._documents.get(item.document, [])
        return len(found) == 1 and (item.quote is None or bool(self._text(found[0].document_id).find(item.quote)))

    def groups(self, documents: Iterable[str]) -> frozenset[str]:
        """Those who may see the documents; none where all are public."""
        return frozenset(group for path in documents for one in self._documents.get(path, []) for group in one.groups)

    def _text(self, document_id: str) -> WordText:
        if document_id not in self._words:
            self._words[document_id] = WordText(self._texts.version(document_id, OWNER).text)
        return self._words[document_id]
