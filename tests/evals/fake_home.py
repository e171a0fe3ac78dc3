"""A home of a few texts: a catalogue that tells them, and a search that ranks their paragraphs by shared words."""

import re
from collections.abc import Mapping, Sequence

from retrieval.errors import NotFound
from retrieval.models import (
    NO_FILTERS,
    PUBLIC,
    Caller,
    DocumentSummary,
    Filters,
    Hit,
    Mode,
    Outcome,
    PageSpan,
    Provenance,
    StoredChunk,
    StoredVersion,
)
from retrieval.store.catalog import RunSummary

PAGE_BREAK = "\f"


def chunk(document: str, start: int, end: int, *, page: int | None = None, page_end: int | None = None) -> StoredChunk:
    """A chunk whose text nobody reads; document ids are paths with `id:` before them."""
    return StoredChunk(
        row=start,
        chunk_id=f"{document}-{start}",
        document_id=f"id:{document}",
        collection="c",
        version=1,
        document=document,
        uri=f"file:///{document}",
        title=document,
        ordinal=0,
        section=(),
        context="",
        text="x" * (end - start),
        start=start,
        end=end,
        page=page,
        page_end=page if page_end is None else page_end,
    )


def hits(*chunks: StoredChunk, scores: Sequence[float] = (), duplicates: Sequence[str] = ()) -> tuple[Hit, ...]:
    """Chunks as hits in that order; scores fall from 1 where none are given, `duplicates` are those of the first."""
    given = scores or [1 - position / 100 for position in range(len(chunks))]
    provenance = Provenance(None, None, None, None)
    return tuple(
        Hit(rank, score, one, provenance, tuple(duplicates) if rank == 1 else ())
        for rank, (one, score) in enumerate(zip(chunks, given, strict=True), start=1)
    )


class FakeHome:
    """Documents by path; pages are parted by form feeds in the text, which count as two line ends.

    It is both the engine and its catalogue. `groups` restricts documents by path; `ledger` holds runs, latest first.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        groups: Mapping[str, tuple[str, ...]] | None = None,
        *,
        ledger: Sequence[Sequence[Outcome]] = (),
    ) -> None:
        self._texts = {path: text.replace(PAGE_BREAK, "\n\n") for path, text in texts.items()}
        self._pages = {path: _pages(text) for path, text in texts.items()}
        self._groups = groups or {}
        self._ledger = ledger
        self.asked: list[tuple[str, int, Mode]] = []

    @property
    def catalog(self) -> "FakeHome":
        return self

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]:
        return tuple(
            DocumentSummary(
                f"id:{path}", "c", path, "", path, 1, "text/plain", 0, len(self._pages[path]), 0, groups, ""
            )
            for path in self._texts
            for groups in (self._groups.get(path, ()),)
            if self._visible(path, caller)
        )

    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion:
        path = document_id.removeprefix("id:")
        if path not in self._texts or not self._visible(path, caller):
            raise NotFound(document_id)
        return StoredVersion(
            document_id, "c", path, "", path, 1, "text/plain", "", self._texts[path], self._pages[path], {}
        )

    def runs(self, limit: int = 20) -> tuple[RunSummary, ...]:
        return tuple(RunSummary(number, "c", "", None, {}) for number in range(len(self._ledger)))

    def outcomes(self, run_id: int) -> tuple[Outcome, ...]:
        return tuple(self._ledger[run_id])

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
        self.asked.append((question, k, mode))
        wanted = _words(question)
        found = [
            (len(wanted & _words(self._texts[one.document][one.start : one.end])), one)
            for path in self._texts
            if self._visible(path, caller)
            for one in self._chunks(path)
        ]
        best = sorted((pair for pair in found if pair[0]), key=lambda pair: -pair[0])[:k]
        return hits(*(one for _, one in best), scores=[float(shared) for shared, _ in best])

    def _chunks(self, path: str) -> list[StoredChunk]:
        text = self._texts[path]
        spans = [(found.start(), found.end()) for found in re.finditer(r"\S(?:.|\n(?!\n))*", text)]
        return [chunk(path, start, end, page=self._page(path, start)) for start, end in spans]

    def _page(self, path: str, offset: int) -> int | None:
        return next((span.page for span in self._pages[path] if span.start <= offset < span.end), None)

    def _visible(self, path: str, caller: Caller) -> bool:
        return caller.owner or not (groups := self._groups.get(path)) or not caller.groups.isdisjoint(groups)


def _pages(text: str) -> tuple[PageSpan, ...]:
    if PAGE_BREAK not in text:
        return ()
    spans, at = [], 0
    for number, page in enumerate(text.split(PAGE_BREAK), start=1):
        spans.append(PageSpan(number, at, at + len(page)))
        at += len(page) + 2
    return tuple(spans)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
