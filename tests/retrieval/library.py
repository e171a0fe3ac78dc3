"""A shelf of documents held in memory: the store's reads and both indexes, plainly, for tests of search and answers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from retrieval.answer.abstain import ANSWER_FROM
from retrieval.answer.answerer import Answerer
from retrieval.answer.model.prompt import Room, tokens
from retrieval.errors import NotFound
from retrieval.models import NO_FILTERS, Caller, Filters, PageSpan, StoredChunk, StoredVersion
from retrieval.ports import ChatModel, IndexEntry, Ranked, Rows, Vectors
from retrieval.search.passages import PassageReader
from retrieval.search.searcher import Searcher
from retrieval.settings import AnswerSettings, Price, SearchSettings
from retrieval.store.terms.synonyms import Synonyms
from tests.fakes import FakeEmbedder


@dataclass(frozen=True, slots=True)
class NoNames:
    """Documents that no question names."""

    def evidence(self, question: str, mentions: Callable[[str], Rows]) -> Mapping[int, float]:
        return {}


@dataclass(frozen=True, slots=True)
class View:
    generation: int
    rows: Rows
    documents: NDArray[np.int32]
    names: NoNames = NoNames()
    synonyms: Synonyms = Synonyms()  # noqa: RUF009 - never changes


@dataclass
class Shelf:
    """Documents by path, cut into chunks at blank lines; a heading opens a section and goes with what follows it."""

    chunks_by_row: dict[int, StoredChunk] = field(default_factory=dict)
    versions: dict[str, StoredVersion] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    generation: int = 1

    def put(
        self,
        path: str,
        text: str,
        *,
        pages: Sequence[PageSpan] = (),
        groups: Sequence[str] = (),
        collection: str = "default",
        date: str = "",
    ) -> str:
        document_id = f"doc-{path}"
        title = path.rsplit(".", 1)[0]
        self.versions[document_id] = StoredVersion(
            document_id=document_id,
            collection=collection,
            document=path,
            uri=f"file:///shelf/{path}",
            title=title,
            version=1,
            media_type="text/markdown",
            content_hash="0" * 64,
            text=text,
            pages=tuple(pages),
            metadata={"date": date} if date else {},
        )
        self.groups[document_id] = frozenset(groups)
        section: tuple[str, ...] = ()
        for ordinal, match in enumerate(re.finditer(r"(?:#[^\n]*\n\n)?[^\n]+(?:\n[^\n]+)*", text)):
            if match.group().startswith("#"):
                section = (match.group().split("\n")[0].lstrip("# "),)
            row = len(self.chunks_by_row)
            self.chunks_by_row[row] = StoredChunk(
                row=row,
                chunk_id=f"chunk-{row}",
                document_id=document_id,
                collection=collection,
                version=1,
                document=path,
                uri=f"file:///shelf/{path}",
                title=title,
                ordinal=ordinal,
                section=section,
                context=" > ".join((title, *section)),
                text=match.group(),
                start=match.start(),
                end=match.end(),
                page=next((page.page for page in pages if page.start <= match.start() < page.end), None),
                page_end=None,
            )
        return document_id

    def view(
        self,
        caller: Caller,
        collection: str | None = None,
        filters: Filters = NO_FILTERS,
    ) -> View:
        rows = [row for row, chunk in self.chunks_by_row.items() if self._visible(chunk, caller, collection)]
        numbers = {name: number for number, name in enumerate(self.versions)}
        owners = [numbers.get(self.chunks_by_row[row].document_id, 0) for row in sorted(rows)]
        return View(self.generation, np.array(sorted(rows), dtype=np.int64), np.array(owners, dtype=np.int32))

    def chunks(self, rows: Sequence[int], generation: int) -> tuple[StoredChunk, ...]:
        return tuple(self.chunks_by_row[row] for row in rows if row in self.chunks_by_row)

    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion:
        if document_id not in self.versions:
            raise NotFound(f"no document {document_id}")
        return self.versions[document_id]

    def slices(self, spans: Sequence[tuple[str, int, int, int]]) -> tuple[str, ...]:
        return tuple(
            self.versions[name].text[start:end] if name in self.versions else "" for name, _, start, end in spans
        )

    def forget(self, document_id: str) -> None:
        """The document goes away, as between a search and the reading of its text."""
        del self.versions[document_id]

    def _visible(self, chunk: StoredChunk, caller: Caller, collection: str | None) -> bool:
        groups = self.groups[chunk.document_id]
        allowed = caller.owner or not groups or bool(groups & caller.groups)
        return allowed and collection in (None, chunk.collection)


class ExactVectors:
    """A dot product with every visible row."""

    def __init__(self, shelf: Shelf, embedder: FakeEmbedder) -> None:
        rows = sorted(shelf.chunks_by_row)
        texts = [f"{shelf.chunks_by_row[row].context}\n{shelf.chunks_by_row[row].text}" for row in rows]
        self._vectors = dict(zip(rows, embedder.embed_documents(texts), strict=True))

    def search(self, vector: Vectors, n: int, visible: Rows) -> Ranked:
        return ranked(visible, self.scores(vector, visible), n)

    def scores(self, vector: Vectors, rows: Rows) -> NDArray[np.float32]:
        return np.array([self._vectors[int(row)] @ vector for row in rows], dtype=np.float32)

    def add(self, rows: Rows, vectors: Vectors) -> None:
        self._vectors |= dict(zip(rows.tolist(), vectors, strict=True))

    def delete(self, rows: Rows) -> None: ...
    def flush(self, generation: int) -> None: ...
    def generation(self) -> int:
        return 1

    def close(self) -> None: ...


class SharedWords:
    """Counts the words that a question and a chunk share."""

    def __init__(self, shelf: Shelf) -> None:
        self._words = {
            row: set(re.findall(r"\w+", f"{chunk.context} {chunk.text}".lower()))
            for row, chunk in shelf.chunks_by_row.items()
        }

    def search(self, question: str, n: int, visible: Rows, meant: Sequence[str] = ()) -> Ranked:
        asked = set(re.findall(r"\w+", " ".join([question, *meant]).lower()))
        shared = np.array([len(asked & self._words[int(row)]) for row in visible], dtype=np.float32)
        return ranked(visible[shared > 0], shared[shared > 0], n)

    def mentions(self, word: str) -> Rows:
        return np.array([row for row, words in self._words.items() if word in words], dtype=np.int64)

    def add(self, entries: Sequence[IndexEntry]) -> None: ...
    def delete(self, rows: Rows) -> None: ...
    def flush(self, generation: int) -> None: ...
    def generation(self) -> int:
        return 1

    def close(self) -> None: ...


def ranked(rows: Rows, scores: NDArray[np.float32], n: int) -> Ranked:
    order = np.lexsort((rows, -scores))[:n]
    return Ranked(rows[order], scores[order])


def searcher(shelf: Shelf, embedder: FakeEmbedder | None = None, *, settings: SearchSettings | None = None) -> Searcher:
    model = embedder or FakeEmbedder(dimension=512)
    vectors, lexical = ExactVectors(shelf, model), SharedWords(shelf)
    return Searcher(shelf, shelf, embedder=model, vectors=vectors, lexical=lexical, settings=settings)


def answerer(
    shelf: Shelf,
    *,
    chat: ChatModel | None = None,
    abstain_below: float | None = None,
    context_tokens: int = 4096,
    price: Price | None = None,
    settings: AnswerSettings | None = None,
) -> Answerer:
    model = FakeEmbedder(dimension=512)
    return Answerer(
        searcher(shelf, model),
        PassageReader(shelf),
        embedder=model,
        chat=chat,
        abstain_below=lambda _: ANSWER_FROM if abstain_below is None else abstain_below,
        room=Room(context_tokens, tokens),
        price=price,
        settings=settings,
    )
