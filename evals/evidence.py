"""Where a question set's evidence stands in the stored texts, and what is not there."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol
from urllib.parse import quote

from evals.errors import BadSet, Problem
from evals.models import Evidence, Question, QuestionSet
from evals.quotes import WordText
from evals.spans import Span
from retrieval.errors import UsageError
from retrieval.models import OWNER, Caller, DocumentSummary, Outcome, StoredVersion
from retrieval.store.catalog import RunSummary

_SHOWN = 160  # characters of a quote in a message
_UNREAD = ("failed", "skipped")


class Texts(Protocol):
    """The part of the catalogue that tells where quotes stand, and what became of sources; latest runs first."""

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]: ...
    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion: ...
    def runs(self, limit: int = 20) -> tuple[RunSummary, ...]: ...
    def outcomes(self, run_id: int) -> tuple[Outcome, ...]: ...


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


def locate(questions: QuestionSet, texts: Texts, *, collection: str | None = None, required: bool = True) -> Located:
    """Find all evidence in the published versions that the owner sees.

    Where evidence is not `required`, a set may do without any: how often its questions are refused can be told.

    A document that an ingest failed to read or skipped, by the ledger, was to be found all the same: it stays in the
    gold, and a note says so.

    Raises: `BadSet` with every document, page and quote that is not there, quotes with the nearest text; `UsageError`
    for a collection that there is not.
    """
    corpus = _Corpus(texts, collection)
    if collection is not None and not corpus.documents and collection not in {run.collection for run in texts.runs()}:
        raise UsageError(f"no collection {collection!r}", remedy="`footnote documents --as '*'` shows which there are")
    search = _Search(questions.origin, corpus)
    gold = tuple(search.gold(question) for question in questions.questions if question.evidence)
    if search.problems:
        raise BadSet(search.problems)
    if required:
        require(gold, questions)
    return Located(gold, tuple(search.notes))


def require(gold: Sequence[Gold], questions: QuestionSet) -> None:
    """Raises `BadSet` where nothing is to be found."""
    if not gold:
        raise BadSet([Problem(questions.origin, 0, "evidence", "no question has any; there is nothing to measure")])


class _Search:
    """One pass over a set; problems and notes gather in it."""

    def __init__(self, origin: str, corpus: "_Corpus") -> None:
        self._origin = origin
        self._corpus = corpus
        self.problems: list[Problem] = []
        self.notes: dict[str, None] = {}

    def gold(self, question: Question) -> Gold:
        pages: dict[tuple[str, int], None] = {}
        quotes: list[GoldQuote] = []
        for number, evidence in enumerate(question.evidence):
            place = f"evidence.{number}"
            if self._is_unread(evidence):
                quotes += [GoldQuote((span,)) for span in _out_of_reach(evidence)]
            elif (document_id := self._document(question, evidence, place)) is None:
                continue
            else:
                self._check_page(question, document_id, evidence, place)
                quotes += self._quote(question, document_id, evidence, place)
            if evidence.page is not None:
                pages[evidence.document, evidence.page] = None
        documents = dict.fromkeys(evidence.document for evidence in question.evidence)
        return Gold(question, tuple(documents), tuple(pages), tuple(quotes))

    def _is_unread(self, evidence: Evidence) -> bool:
        """Whether the ledger says why the document is missing: that is the system's fault and not the set's."""
        if evidence.document in self._corpus.documents:
            return False
        outcome = self._corpus.ended(evidence.document)
        if outcome is None or outcome.outcome not in _UNREAD:
            return False
        why = f"{outcome.outcome}, {outcome.reason}" if outcome.reason else outcome.outcome
        self.notes[f"{evidence.document} was not indexed ({why}): what asks for it counts as not found"] = None
        return True

    def _document(self, question: Question, evidence: Evidence, place: str) -> str | None:
        found = self._corpus.documents.get(evidence.document, [])
        if len(found) == 1:
            return found[0].document_id
        if found:
            message = f"{evidence.document!r} names {len(found)} documents; choose a collection"
        else:
            near = difflib.get_close_matches(evidence.document, self._corpus.documents, n=1)
            message = f"no document {evidence.document!r} in the corpus" + (f"; nearest is {near[0]!r}" if near else "")
            if (outcome := self._corpus.ended(evidence.document)) is not None:
                message = f"{evidence.document!r} is not in the corpus: {outcome.outcome}, {outcome.reason}"
        self._tell(question, f"{place}.document", message)
        return None

    def _check_page(self, question: Question, document_id: str, evidence: Evidence, place: str) -> None:
        version, _ = self._corpus.version(document_id)
        if evidence.page is None or any(span.page == evidence.page for span in version.pages):
            return
        there = f"pages 1 to {version.pages[-1].page}" if version.pages else "no pages"
        self._tell(question, f"{place}.page", f"no page {evidence.page}: {evidence.document!r} has {there}")

    def _quote(self, question: Question, document_id: str, evidence: Evidence, place: str) -> list[GoldQuote]:
        """The quote's places as one gold quote; none where it has no quote, or one that is not there."""
        if evidence.quote is None:
            return []
        version, text = self._corpus.version(document_id)
        if not (found := text.find(evidence.quote)):
            near = text.nearest(evidence.quote)[:_SHOWN]
            nearest = f"nearest is {near!r}" if near else "nothing is like it"
            message = f"{evidence.quote[:_SHOWN]!r} is not in {evidence.document!r}; {nearest}"
            self._tell(question, f"{place}.quote", message)
            return []
        on_page = [span for span in found if evidence.page is None or evidence.page in _pages(version, span)]
        if not on_page:
            where = ", ".join(str(page) for page in sorted({page for span in found for page in _pages(version, span)}))
            note = f"the quote of {evidence.document} stands on page {where or 'none'}, not {evidence.page}"
            self.notes[f"{question.id}: {note}"] = None
        return [GoldQuote(tuple(Span(document_id, start, end) for start, end in on_page or found))]

    def _tell(self, question: Question, field: str, message: str) -> None:
        self.problems.append(Problem(self._origin, question.line, field, message))


class _Corpus:
    """What the catalogue says of the documents, each text read once."""

    def __init__(self, texts: Texts, collection: str | None) -> None:
        self._texts = texts
        self._versions: dict[str, tuple[StoredVersion, WordText]] = {}
        self.documents: dict[str, list[DocumentSummary]] = {}
        for summary in texts.documents(OWNER, collection):
            self.documents.setdefault(summary.document, []).append(summary)

    def version(self, document_id: str) -> tuple[StoredVersion, WordText]:
        if document_id not in self._versions:
            version = self._texts.version(document_id, OWNER)
            self._versions[document_id] = (version, WordText(version.text))
        return self._versions[document_id]

    def ended(self, path: str) -> Outcome | None:
        """How the source of that path ended in the latest run that saw it."""
        ending = f"/{quote(path)}"
        return next((outcome for uri, outcome in self._last.items() if uri.endswith(ending)), None)

    @cached_property
    def _last(self) -> dict[str, Outcome]:
        last: dict[str, Outcome] = {}
        for run in self._texts.runs():
            for outcome in self._texts.outcomes(run.run_id):
                last.setdefault(outcome.uri, outcome)
        return last


def _out_of_reach(evidence: Evidence) -> list[Span]:
    """A place for a quote of a document that was not indexed, as long as the quote, where no hit can be."""
    return [Span(f"not indexed: {evidence.document}", 0, len(evidence.quote))] if evidence.quote else []


def _pages(version: StoredVersion, span: tuple[int, int]) -> Sequence[int]:
    start, end = span
    return [page.page for page in version.pages if page.start < end and start < page.end]
