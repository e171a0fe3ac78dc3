"""From a question to hits: what the caller may see is fixed first, then ranked twice, fused and folded."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, Mode, Provenance, StoredChunk
from retrieval.ports import Embedder, LexicalIndex, Ranked, VectorIndex, Vectors
from retrieval.search.fold import Folded, fold
from retrieval.search.legs import Legs, Ranker, View
from retrieval.search.requests import check
from retrieval.settings import SearchSettings

_FEWEST_CANDIDATES = 50
_CANDIDATES_PER_HIT = 5
_READ_AHEAD = 4  # chunks that may be equal to others


class Visibility(Protocol):
    def view(self, caller: Caller, collection: str | None = None, filters: Filters = NO_FILTERS) -> View: ...


class ChunkCatalog(Protocol):
    def chunks(self, rows: Sequence[int], generation: int) -> tuple[StoredChunk, ...]:
        """In the order asked; rows gone at that generation are left out."""
        ...


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
        settings = settings or SearchSettings()
        self._fold_near = settings.near_duplicates == "folded"
        self._ranker = Ranker(vectors, lexical, settings)

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
        ranked of them, after visibility, and near-duplicates where the settings say so.

        Raises: `UsageError` for a blank, over-long or broken question, `k` outside 1-1000, an unknown mode or a date
        that is none.
        """
        check(question, k, mode=mode, filters=filters)
        view = self._visibility.view(caller, collection, filters)
        if not len(view.rows):
            return ()
        vector = self._embedder.embed_query(question)
        wanted = max(_FEWEST_CANDIDATES, _CANDIDATES_PER_HIT * k)
        while True:
            legs = self._ranker.rank(question, vector, view, n=wanted, mode=mode)
            folded = self._read(legs.fused, k, view.generation)
            if len(folded) >= k or legs.exhausted:
                return self._hits(folded[:k], legs, vector)
            wanted *= 2

    def _read(self, fused: Ranked, k: int, generation: int) -> list[Folded]:
        """The ranked chunks, folded, read on until there are `k` or no more."""
        chunks: list[StoredChunk] = []
        position, step = 0, k + _READ_AHEAD
        while True:
            rows = [int(row) for row in fused.rows[position : position + step]]
            chunks += self._catalog.chunks(rows, generation)
            position, step = position + step, 4 * step
            folded = fold(chunks, near=self._fold_near)
            if len(folded) >= k or position >= len(fused.rows):
                return folded

    def _hits(self, folded: Sequence[Folded], legs: Legs, vector: Vectors) -> tuple[Hit, ...]:
        rows = np.array([one.chunk.row for one in folded], dtype=np.int64)
        cosines = self._vectors.scores(vector, rows)
        scores = _by_row(legs.fused)
        dense, lexical = _ranks(legs.dense), _ranks(legs.lexical)
        bm25 = _by_row(legs.lexical)
        return tuple(
            Hit(
                rank=rank,
                score=scores[one.chunk.row],
                chunk=one.chunk,
                provenance=Provenance(
                    dense_rank=dense.get(one.chunk.row),
                    dense_score=None if np.isnan(cosine) else float(cosine),
                    lexical_rank=lexical.get(one.chunk.row),
                    lexical_score=bm25.get(one.chunk.row),
                    named=legs.named.get(one.chunk.row, 0.0),
                ),
                duplicates=one.duplicates,
                near=one.near,
            )
            for rank, (one, cosine) in enumerate(zip(folded, cosines, strict=True), start=1)
        )


def _ranks(ranked: Ranked) -> Mapping[int, int]:
    return {int(row): rank for rank, row in enumerate(ranked.rows, start=1)}


def _by_row(ranked: Ranked) -> Mapping[int, float]:
    return {int(row): float(score) for row, score in zip(ranked.rows, ranked.scores, strict=True)}
