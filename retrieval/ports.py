"""The contracts between the engine and what it stands on. One contract test per port runs on every adapter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, Mode
from retrieval.trace import Message, Usage

Rows = NDArray[np.int64]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What an index keeps of a chunk, under the catalogue's row number; `language` is its document's, where told."""

    row: int
    context: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """`rows` (n,) int64 and `scores` (n,) float32, best first, ties by ascending row."""

    rows: Rows
    scores: NDArray[np.float32]


class Searches(Protocol):
    """Whatever searches for a caller: the engine, the searcher, a test's fake. See `Searcher.search`."""

    def search(
        self,
        question: str,
        *,
        k: int = 10,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        mode: Mode = "hybrid",
        filters: Filters = NO_FILTERS,
    ) -> tuple[Hit, ...]: ...


class Embedder(Protocol):
    """Turns text into vectors. Rows have length 1, so that a dot product is the cosine.

    `fingerprint` changes when weights, pooling or prompts do; not with precision or backend. Text beyond
    `max_tokens` (special tokens counted) is cut by the model: callers must not rely on it.
    Errors: `EmbeddingFailed`.
    """

    @property
    def fingerprint(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """(n, dim) float32 in the order given; (0, dim) for no texts."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """(dim,) float32."""
        ...


class Reranker(Protocol):
    """Reads a question and texts together. Higher is better, within one question. Errors: `EmbeddingFailed`."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One for each text, in their order."""
        ...


class VectorIndex(Protocol):
    """Nearest neighbours by cosine over chunk rows. It may hold rows that nobody may see; `visible` decides.

    `visible` is sorted and unique. `search` returns min(n, len(visible)) rows as long as the index holds the
    visible rows. `add` of a known row replaces it; `delete` of an unknown one does nothing. What `flush(generation)`
    returned from survives a power cut, and `generation()` tells it, 0 for a new index. Errors: `IndexCorrupt`,
    `StorageFull`.
    """

    def add(self, rows: Rows, vectors: Vectors) -> None: ...
    def delete(self, rows: Rows) -> None: ...
    def flush(self, generation: int) -> None: ...
    def generation(self) -> int: ...
    def search(self, vector: Vectors, n: int, visible: Rows) -> Ranked: ...
    def scores(self, vector: Vectors, rows: Rows) -> NDArray[np.float32]:
        """The cosine of each of `rows`, in their order; nan for a row the index does not hold."""
        ...

    def held(self) -> Mapping[str, Rows]:
        """The rows, ascending, that each of its parts holds, by the part's name; what it answers from comes first."""
        ...

    def clear(self) -> None:
        """Hold nothing; the recorded generation is 0."""
        ...

    def renew(self, parts: Iterable[tuple[Rows, Vectors]], generation: int) -> None:
        """Hold these rows and nothing else, from one moment to the next; searches go on meanwhile.

        Nothing of what was held before is left in its files.
        """
        ...

    def close(self) -> None: ...


class LexicalIndex(Protocol):
    """BM25 over chunk rows, with the same rules as `VectorIndex`; a question that shares no term finds nothing."""

    def add(self, entries: Sequence[IndexEntry]) -> None: ...
    def delete(self, rows: Rows) -> None: ...
    def flush(self, generation: int) -> None: ...
    def generation(self) -> int: ...
    def search(self, question: str, n: int, visible: Rows, meant: Sequence[str] = ()) -> Ranked:
        """`meant` is what the question could have said instead, which counts less."""
        ...

    def mentions(self, word: str) -> Rows:
        """Rows of chunks that hold the word, whoever may see them; not all where they are very many."""
        ...

    def held(self) -> Rows: ...
    def clear(self) -> None: ...
    def renew(self, parts: Iterable[Sequence[IndexEntry]], generation: int) -> None: ...
    def reset(self) -> None:
        """Begin anew and empty, in whatever state it is."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of one request as the provider counted them."""

    prompt: int
    answer: int


class ChatModel(Protocol):
    """A language model that writes. `stream` yields text pieces as they arrive, and what the provider counted.

    Errors: `LanguageModelFailed` for time-outs, refusals of the endpoint, broken streams and garbage.
    """

    @property
    def name(self) -> str: ...
    def stream(self, messages: Sequence[Message]) -> Iterator[str | TokenCount]: ...


class Budget(Protocol):
    """What one asker may still have written by a language model. Errors of a store are the store's."""

    def is_spent(self) -> bool: ...
    def book(self, usage: Usage) -> None:
        """Called once for each request to the model, also for one that failed half way."""
        ...
