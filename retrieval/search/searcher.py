"""From a question to hits: what the caller may see is fixed first, then ranked twice, fused and folded."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np

from retrieval.errors import UsageError
from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, Mode, Provenance, StoredChunk
from retrieval.ports import Embedder, LexicalIndex, Ranked, Rows, VectorIndex, Vectors
from retrieval.search.fuse import convex
from retrieval.settings import SearchSettings

MAX_HITS = 1000
MAX_QUESTION = 2000
_FEWEST_CANDIDATES = 50
_CANDIDATES_PER_HIT = 5
_TELLING_LENGTH = 80
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_ISO_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_NOTHING = Ranked(rows=np.zeros(0, dtype=np.int64), scores=np.zeros(0, dtype=np.float32))


class View(Protocol):
    """What one caller may see, fixed for one search: sorted chunk rows of one generation."""

    @property
    def generation(self) -> int: ...
    @property
    def rows(self) -> Rows: ...


class Visibility(Protocol):
    def view(self, caller: Caller, collection: str | None = None, filters: Filters = NO_FILTERS) -> View: ...


class ChunkCatalog(Protocol):
    def chunks(self, rows: Sequence[int], generation: int) -> tuple[StoredChunk, ...]:
        """In the order asked; rows gone at that generation are left out."""
        ...


@dataclass(frozen=True, slots=True)
class _Legs:
    """Both rankings and their fusion; `exhausted` when no visible row was left out of what the mode can rank."""

    dense: Ranked
    lexical: Ranked
    fused: Ranked
    exhausted: bool


class Searcher:
    """Ranks a caller's visible chunks for a question. Deterministic; holds no state of its own, safe across threads."""

    def __init__(
        self,
        catalog: ChunkCatalog,
        visibility: Visibility,
        *,
        embedder: Embedder,
        vectors: VectorIndex,
        lexical: LexicalIndex,
        settings: SearchSettings | None = None,
    ) -> None:
        self._catalog = catalog
        self._visibility = visibility
        self._embedder = embedder
        self._vectors = vectors
        self._lexical = lexical
        self._settings = settings or SearchSettings()

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
        """The best `k` distinct chunks, best first, ties by ascending row; fewer only where no more are visible.

        In mode `lexical` only chunks that share a term with the question count. Equal chunks are folded into the best
        ranked of them, after visibility.

        Raises: `UsageError` for a blank, over-long or broken question, `k` outside 1-1000, an unknown mode or a date
        that is none.
        """
        _check(question, k, mode)
        _check_filters(filters)
        view = self._visibility.view(caller, collection, filters)
        if not len(view.rows):
            return ()
        vector = self._embedder.embed_query(question)
        wanted = max(_FEWEST_CANDIDATES, _CANDIDATES_PER_HIT * k)
        while True:
            legs = self._rank(question, vector, n=wanted, visible=view.rows, mode=mode)
            chunks = self._catalog.chunks([int(row) for row in legs.fused.rows], view.generation)
            folded = _fold(chunks)
            if len(folded) >= k or legs.exhausted:
                return self._hits(folded[:k], legs, vector)
            wanted *= 2

    def _rank(self, question: str, vector: Vectors, *, n: int, visible: Rows, mode: Mode) -> _Legs:
        dense = self._vectors.search(vector, n, visible) if mode != "lexical" else _NOTHING
        lexical = self._lexical.search(question, n, visible) if mode != "dense" else _NOTHING
        leading = lexical if mode == "lexical" else dense
        exhausted = n >= len(visible) or len(leading.rows) < n
        if mode == "hybrid":
            return _Legs(dense, lexical, self._fused(vector, dense, lexical), exhausted)
        return _Legs(dense, lexical, leading, exhausted)

    def _fused(self, vector: Vectors, dense: Ranked, lexical: Ranked) -> Ranked:
        rows = np.union1d(dense.rows, lexical.rows)
        cosines = np.nan_to_num(self._vectors.scores(vector, rows), nan=0.0)
        bm25 = np.zeros(len(rows), dtype=np.float32)
        bm25[np.searchsorted(rows, lexical.rows)] = lexical.scores
        return convex(rows, cosines, bm25, dense_weight=self._settings.dense_weight)

    def _hits(
        self, folded: Sequence[tuple[StoredChunk, tuple[str, ...]]], legs: _Legs, vector: Vectors
    ) -> tuple[Hit, ...]:
        rows = np.array([chunk.row for chunk, _ in folded], dtype=np.int64)
        cosines = self._vectors.scores(vector, rows)
        scores = _by_row(legs.fused)
        dense, lexical = _ranks(legs.dense), _ranks(legs.lexical)
        bm25 = _by_row(legs.lexical)
        return tuple(
            Hit(
                rank=rank,
                score=scores[chunk.row],
                chunk=chunk,
                provenance=Provenance(
                    dense_rank=dense.get(chunk.row),
                    dense_score=None if np.isnan(cosine) else float(cosine),
                    lexical_rank=lexical.get(chunk.row),
                    lexical_score=bm25.get(chunk.row),
                ),
                duplicates=duplicates,
            )
            for rank, ((chunk, duplicates), cosine) in enumerate(zip(folded, cosines, strict=True), start=1)
        )


def refuse_broken(text: str) -> None:
    """Raises `UsageError` for text with half a surrogate pair, which no model and no index takes."""
    if _HALF_A_PAIR.search(text):
        raise UsageError("the text holds half a surrogate pair", remedy="send valid Unicode")


def _check(question: str, k: int, mode: str) -> None:
    if not question.strip():
        raise UsageError("the question is blank", remedy="ask something")
    refuse_broken(question)
    if len(question) > MAX_QUESTION:
        raise UsageError(
            f"the question has {len(question)} characters, more than {MAX_QUESTION}", remedy="ask it more briefly"
        )
    if not 1 <= k <= MAX_HITS:
        raise UsageError(f"{k} hits can't be returned", remedy=f"ask for 1 to {MAX_HITS}")
    if mode not in (modes := get_args(Mode)):
        raise UsageError(f"no search mode is named {mode!r}", remedy=f"use one of {', '.join(modes)}")


def _check_filters(filters: Filters) -> None:
    for date in (filters.date_from, filters.date_to):
        if date and not _ISO_DATE.fullmatch(date):
            raise UsageError(f"{date!r} is no date", remedy="give a day, a month or a year: 2025-04-30, 2025-04, 2025")


def _fold(chunks: Sequence[StoredChunk]) -> list[tuple[StoredChunk, tuple[str, ...]]]:
    """Each distinct chunk once, at its best rank, with the other documents (by path) that hold it too, sorted."""
    kept: dict[tuple[object, ...], StoredChunk] = {}
    others: dict[tuple[object, ...], set[str]] = {}
    for chunk in chunks:
        key = _sameness(chunk)
        first = kept.setdefault(key, chunk)
        if first.document_id != chunk.document_id:
            others.setdefault(key, set()).add(chunk.document)
    return [(chunk, tuple(sorted(others.get(key, ())))) for key, chunk in kept.items()]


def _sameness(chunk: StoredChunk) -> tuple[object, ...]:
    """What makes two chunks equal: their text; for a few words ("None.", "| Yes | No |") what stands above them too."""
    if len(chunk.text) >= _TELLING_LENGTH:
        return (chunk.text,)
    return (chunk.text, chunk.section)


def _ranks(ranked: Ranked) -> Mapping[int, int]:
    return {int(row): rank for rank, row in enumerate(ranked.rows, start=1)}


def _by_row(ranked: Ranked) -> Mapping[int, float]:
    return {int(row): float(score) for row, score in zip(ranked.rows, ranked.scores, strict=True)}
