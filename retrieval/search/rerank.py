"""A second reading of the best hits, where there is a model for it, it can help, and there is time."""

import time
from collections.abc import Sequence
from dataclasses import replace

from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, Mode
from retrieval.ports import Reranker, Searches
from retrieval.search.requests import MAX_HITS
from retrieval.settings import SearchSettings

_AT_ONCE = 4  # pairs between two looks at the clock


class RerankingSearcher:
    """Searches, and puts the best chunks in the order in which the reranker likes them. Safe as its reranker is."""

    def __init__(self, searcher: Searches, reranker: Reranker, settings: SearchSettings) -> None:
        self._searcher = searcher
        self._reranker = reranker
        self._settings = settings

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
        """See `Searcher.search`. Scores stay those of the fusion, in falling order; `reranked` holds the model's."""
        wanted = min(MAX_HITS, max(k, self._settings.reranked))
        hits = self._searcher.search(
            question, k=wanted, caller=caller, collection=collection, mode=mode, filters=filters
        )
        if not _is_open(hits, self._settings.rerank_gate):
            return hits[:k]
        return reordered(hits, self._read(question, hits[: self._settings.reranked]))[:k]

    def _read(self, question: str, hits: Sequence[Hit]) -> list[float]:
        """The model's scores of the first hits, of as many as the time allows."""
        until = time.monotonic() + self._settings.rerank_seconds
        scores: list[float] = []
        while len(scores) < len(hits) and time.monotonic() < until:
            part = hits[len(scores) : len(scores) + _AT_ONCE]
            texts = [f"{hit.chunk.context}\n{hit.chunk.text}" for hit in part]
            scores += self._reranker.scores(question, texts)
        return scores


def reordered(hits: Sequence[Hit], scores: Sequence[float]) -> tuple[Hit, ...]:
    """The first `len(scores)` hits by these scores, ties as they stood, then the others; ranks and scores in order."""
    read = [
        replace(hit, provenance=replace(hit.provenance, reranked=score))
        for hit, score in zip(hits, scores, strict=False)
    ]
    order = sorted(range(len(read)), key=lambda at: (-scores[at], at))
    put = [*(read[at] for at in order), *hits[len(read) :]]
    return tuple(
        replace(hit, rank=rank, score=place.score) for rank, (hit, place) in enumerate(zip(put, hits, strict=True), 1)
    )


def _is_open(hits: Sequence[Hit], gate: float) -> bool:
    """Whether another order is likely: there are two hits, and the first is not far ahead."""
    return len(hits) > 1 and hits[0].score - hits[1].score < gate
