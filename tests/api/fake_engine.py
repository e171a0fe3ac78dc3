"""An engine that holds a handful of documents in memory and answers by shared words. It obeys the rules of access."""

import contextlib
import itertools
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.errors import FootnoteError, NotFound
from retrieval.models import (
    NO_FILTERS,
    PUBLIC,
    Answer,
    AnswerEvent,
    Caller,
    Citation,
    Cited,
    DocumentSummary,
    Done,
    Filters,
    Hit,
    Mode,
    NearDuplicate,
    Outcome,
    PageBoxes,
    PageSpan,
    Provenance,
    Sentence,
    SourcesFound,
    StoredChunk,
    StoredVersion,
    Token,
    Turn,
)
from retrieval.ports import Budget
from retrieval.store.catalog import Original, RunSummary, may_see
from retrieval.trace import Candidate, GivenPassage, Message, Standing, Trace


@dataclass(frozen=True)
class Page:
    """One document of one page; its text is its only chunk."""

    document_id: str
    text: str
    groups: tuple[str, ...] = ()
    collection: str = "default"
    original: Path | None = None
    media_type: str = "text/html"
    boxes: tuple[PageBoxes, ...] = ()
    near: tuple[NearDuplicate, ...] = ()

    @property
    def document(self) -> str:
        return f"{self.document_id}.html"


class FakeCatalog:
    def __init__(self, pages: Sequence[Page]) -> None:
        self.pages = list(pages)
        self.ledger: dict[int, list[Outcome]] = {}
        self.broken: FootnoteError | None = None

    def generation(self) -> int:
        if self.broken is not None:
            raise self.broken
        return 1

    def collections(self, caller: Caller) -> tuple[str, ...]:
        return tuple(sorted({page.collection for page in self.seen(caller)}))

    def seen(self, caller: Caller, collection: str | None = None) -> list[Page]:
        return [page for page in self.pages if may_see(caller, page.groups) and collection in (None, page.collection)]

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]:
        return tuple(_summary(page) for page in self.seen(caller, collection))

    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion:
        return _version(self._page(document_id, caller, number))

    def original(self, document_id: str, caller: Caller, number: int | None = None) -> Original:
        page = self._page(document_id, caller, number)
        assert page.original is not None
        return Original(page.original, page.media_type, page.original.name)

    def boxes(
        self, document_id: str, caller: Caller, number: int | None = None, page: int | None = None
    ) -> tuple[PageBoxes, ...]:
        found = self._page(document_id, caller, number).boxes
        return tuple(one for one in found if page in (None, one.page))

    def runs(self, limit: int = 20) -> tuple[RunSummary, ...]:
        newest = sorted(self.ledger, reverse=True)[:limit]
        return tuple(RunSummary(run, "default", "2026-01-01", None, _counts(self.ledger[run])) for run in newest)

    def outcomes(self, run_id: int) -> tuple[Outcome, ...]:
        if run_id not in self.ledger:
            raise NotFound(f"there is no run {run_id}", remedy="`footnote runs` lists them")
        return tuple(self.ledger[run_id])

    def _page(self, document_id: str, caller: Caller, number: int | None) -> Page:
        for page in self.seen(caller):
            if page.document_id == document_id and number in (None, 1):
                return page
        raise NotFound(f"there is no document {document_id}", remedy="`footnote documents` lists what you may see")


class FakeIndex:
    def __init__(self, catalog: FakeCatalog) -> None:
        self._catalog = catalog
        self._numbers = itertools.count(1)

    @contextlib.contextmanager
    def run(self, collection: str, arguments: Mapping[str, object]) -> Iterator[int]:
        run_id = next(self._numbers)
        self._catalog.ledger[run_id] = []
        yield run_id

    def remove(self, run_id: int, removals: Sequence[tuple[str, Outcome]]) -> None:
        gone = {document_id for document_id, _ in removals}
        self._catalog.pages = [page for page in self._catalog.pages if page.document_id not in gone]
        self._catalog.ledger[run_id].extend(outcome for _, outcome in removals)


class FakeEngine:
    """Waits for `gate`, when it is set, before hits and before an answer's first word; `begun` counts who waits.

    `failure` breaks an answer after its sources. `asked` keeps what each question came with; `closed` counts the
    streams that ended, early or not.
    """

    def __init__(self, *pages: Page) -> None:
        self.catalog = FakeCatalog(pages)
        self.index = FakeIndex(self.catalog)
        self.gate: threading.Event | None = None
        self.begun = threading.Semaphore(0)
        self.failure: Exception | None = None
        self.asked: list[tuple[str, Caller, str | None, tuple[Turn, ...]]] = []
        self.budgets: list[Budget | None] = []
        self.filters: list[Filters] = []
        self.closed = 0
        self._answers = itertools.count(1)

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        mode: Mode = "hybrid",
        filters: Filters = NO_FILTERS,
    ) -> tuple[Hit, ...]:
        self.asked.append((question, caller, collection, ()))
        self._wait()
        self.filters.append(filters)
        return self._found(question, k, caller=caller, collection=collection)

    def _found(self, question: str, k: int, *, caller: Caller, collection: str | None) -> tuple[Hit, ...]:
        words = set(re.findall(r"\w+", question.lower()))
        found = [p for p in self.catalog.seen(caller, collection) if words & set(re.findall(r"\w+", p.text.lower()))]
        return tuple(_hit(page, rank) for rank, page in enumerate(found[:k], start=1))

    def stream(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Iterator[AnswerEvent]:
        self.budgets.append(budget)
        self.filters.append(filters)
        self.asked.append((question, caller, collection, tuple(history)))
        try:
            hits = self._found(question, 10, caller=caller, collection=collection)
            yield SourcesFound(hits)
            self._wait()
            if self.failure is not None:
                raise self.failure
            answer = _answer(f"answer-{next(self._answers)}", question, hits)
            for word in answer.text.split():
                yield Token(f"{word} ")
            for citation in answer.citations:
                yield Cited(citation)
            yield Done(answer)
        finally:
            self.closed += 1

    def ask(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
    ) -> Answer:
        *_, last = self.stream(question, caller=caller, collection=collection, history=history)
        assert isinstance(last, Done)
        return last.answer

    def __enter__(self) -> "FakeEngine":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _wait(self) -> None:
        if self.gate is not None:
            self.begun.release()
            self.gate.wait(30)


def _summary(page: Page) -> DocumentSummary:
    return DocumentSummary(
        document_id=page.document_id,
        collection=page.collection,
        document=page.document,
        uri=f"file:///corpus/{page.document}",
        title=page.document_id.title(),
        version=1,
        media_type=page.media_type,
        size=len(page.text),
        pages=1,
        chunks=1,
        groups=page.groups,
        published_at="2026-01-01T00:00:00+00:00",
    )


def _version(page: Page) -> StoredVersion:
    return StoredVersion(
        document_id=page.document_id,
        collection=page.collection,
        document=page.document,
        uri=f"file:///corpus/{page.document}",
        title=page.document_id.title(),
        version=1,
        media_type=page.media_type,
        content_hash="0" * 64,
        text=page.text,
        pages=(PageSpan(1, 0, len(page.text)),),
        metadata={},
    )


def _hit(page: Page, rank: int) -> Hit:
    chunk = StoredChunk(
        row=rank,
        chunk_id=f"chunk-{page.document_id}",
        document_id=page.document_id,
        collection=page.collection,
        version=1,
        document=page.document,
        uri=f"file:///corpus/{page.document}",
        title=page.document_id.title(),
        ordinal=0,
        section=("Section",),
        context=page.document_id.title(),
        text=page.text,
        start=0,
        end=len(page.text),
        page=1,
        page_end=1,
    )
    return Hit(rank, 1 / rank, chunk, Provenance(rank, 0.5, None, None), near=page.near)


def _answer(answer_id: str, question: str, hits: Sequence[Hit]) -> Answer:
    """The first hit whole, cited; an abstention without hits. Its trace names all hits; they stood in the prompt."""
    blank = Answer(answer_id, question, "The documents do not say.", True, "extractive", (), (), tuple(hits))
    if not hits:
        return blank
    chunk = hits[0].chunk
    citation = Citation(1, chunk.document_id, 1, chunk.document, 1, chunk.text, 0, len(chunk.text))
    text = f"{chunk.text} [1]"
    sentences = (Sentence(text, (1,)),)
    return replace(
        blank, text=text, abstained=False, sentences=sentences, citations=(citation,), trace=_trace(question, hits)
    )


def _trace(question: str, hits: Sequence[Hit]) -> Trace:
    chunks = [hit.chunk for hit in hits]
    return Trace(
        question_read=question,
        rewriter="",
        topic_changed=False,
        seconds={"search": 0.25, "write": 0.5},
        candidates=tuple(
            Candidate(one.chunk_id, one.document_id, 1, one.document, 1, (Standing("dense", 1, 0.5),), number)
            for number, one in enumerate(chunks, start=1)
        ),
        passages=tuple(
            GivenPassage(number, one.document_id, 1, one.document, one.section, one.start, one.end, 0.5)
            for number, one in enumerate(chunks, start=1)
        ),
        left_out=0,
        model="",
        prompt=(Message("user", " ".join(one.text for one in chunks)),),
        usage=None,
        verdict=None,
    )


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    kinds = [outcome.outcome for outcome in outcomes]
    return {kind: kinds.count(kind) for kind in set(kinds)}
