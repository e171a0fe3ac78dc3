"""Where a question set's evidence stands in the stored texts, and what is not there."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.errors import BadSet, Problem
from evals.models import Evidence, Question, QuestionSet
from evals.quotes import WordText
from evals.spans import Span
from retrieval.models import OWNER, Caller, DocumentSummary, StoredVersion

_SHOWN = 160  # characters of a quote in a message


class Texts(Protocol):
    """The part of the catalogue that tells where quotes stand."""

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]: ...
    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion: ...


@dataclass(frozen=True, slots=True)
class GoldQuote:
    """All places of one quote, at least one; any of them will do."""

    places: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Gold:
    """What a search for one question should bring: documents by path, (path, page) and quotes."""

    question: Question
    documents: tuple[str, ...]
    pages: tuple[tuple[str, int], ...]
    quotes: tuple[GoldQuote, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """The gold of every question with evidence, in order, and what an evaluator should know about it."""

    gold: tuple[Gold, ...]
    notes: tuple[str, ...]


def locate(questions: QuestionSet, texts: Texts, *, collection: str | None = None) -> Located:
    """Find all evidence in the published versions that the owner sees.

    Raises: `BadSet` with every document, page and quote that is not there, quotes with the nearest text.
    """
    search = _Search(questions.origin, texts, collection)
    gold = tuple(search.gold(question) for question in questions.questions if question.evidence)
    if search.problems:
        raise BadSet(search.problems)
    if not gold:
        raise BadSet([Problem(questions.origin, 0, "evidence", "no question has any; there is nothing to measure")])
    return Located(gold, tuple(search.notes))


class _Search:
    """One pass over a set; problems and notes gather in it."""

    def __init__(self, origin: str, texts: Texts, collection: str | None) -> None:
        self._origin = origin
        self._texts = texts
        self._documents: dict[str, list[DocumentSummary]] = {}
        for summary in texts.documents(OWNER, collection):
            self._documents.setdefault(summary.document, []).append(summary)
        self._versions: dict[str, tuple[StoredVersion, WordText]] = {}
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def gold(self, question: Question) -> Gold:
        documents: dict[str, None] = {}
        pages: dict[tuple[str, int], None] = {}
        quotes: list[GoldQuote] = []
        for number, evidence in enumerate(question.evidence):
            place = f"evidence.{number}"
            if (document_id := self._document(question, evidence, place)) is None:
                continue
            documents[evidence.document] = None
            if evidence.page is not None and self._has_page(question, document_id, evidence, place):
                pages[evidence.document, evidence.page] = None
            if evidence.quote is not None and (quote := self._quote(question, document_id, evidence, place)):
                quotes.append(quote)
        return Gold(question, tuple(documents), tuple(pages), tuple(quotes))

    def _document(self, question: Question, evidence: Evidence, place: str) -> str | None:
        found = self._documents.get(evidence.document, [])
        if len(found) == 1:
            return found[0].document_id
        if found:
            message = f"{evidence.document!r} names {len(found)} documents; choose a collection"
        else:
            near = difflib.get_close_matches(evidence.document, self._documents, n=1)
            message = f"no document {evidence.document!r} in the corpus" + (f"; nearest is {near[0]!r}" if near else "")
        self._tell(question, f"{place}.document", message)
        return None

    def _has_page(self, question: Question, document_id: str, evidence: Evidence, place: str) -> bool:
        version, _ = self._version(document_id)
        if any(span.page == evidence.page for span in version.pages):
            return True
        there = f"pages 1 to {version.pages[-1].page}" if version.pages else "no pages"
        self._tell(question, f"{place}.page", f"no page {evidence.page}: {evidence.document!r} has {there}")
        return False

    def _quote(self, question: Question, document_id: str, evidence: Evidence, place: str) -> GoldQuote | None:
        version, text = self._version(document_id)
        assert evidence.quote is not None
        found = text.find(evidence.quote)
        if not found:
            near = text.nearest(evidence.quote)[:_SHOWN]
            nearest = f"nearest is {near!r}" if near else "nothing is like it"
            message = f"{evidence.quote[:_SHOWN]!r} is not in {evidence.document!r}; {nearest}"
            self._tell(question, f"{place}.quote", message)
            return None
        on_page = [span for span in found if evidence.page is None or evidence.page in _pages(version, span)]
        if not on_page:
            where = ", ".join(str(page) for page in sorted({page for span in found for page in _pages(version, span)}))
            self.notes.append(
                f"{question.id}: the quote of {evidence.document} stands on page {where or 'none'}, not {evidence.page}"
            )
        return GoldQuote(tuple(Span(document_id, start, end) for start, end in on_page or found))

    def _version(self, document_id: str) -> tuple[StoredVersion, WordText]:
        if document_id not in self._versions:
            version = self._texts.version(document_id, OWNER)
            self._versions[document_id] = (version, WordText(version.text))
        return self._versions[document_id]

    def _tell(self, question: Question, field: str, message: str) -> None:
        self.problems.append(Problem(self._origin, question.line, field, message))


def _pages(version: StoredVersion, span: tuple[int, int]) -> Sequence[int]:
    start, end = span
    return [page.page for page in version.pages if page.start < end and start < page.end]
