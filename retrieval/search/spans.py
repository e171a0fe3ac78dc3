"""Hits with what stands next to them: neighbouring chunks that were found too become one hit.

Five long hits hold more of an answer than five chunks: what is cut in two by a chunk's end is whole again, and a hit
that goes on in the next one does not cost a place of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from retrieval.models import NO_FILTERS, PUBLIC, Caller, Filters, Hit, HitSpan, Mode, StoredChunk
from retrieval.ports import Searches
from retrieval.search.requests import MAX_HITS
from retrieval.settings import SearchSettings

_FIRST = 5  # hits, up to which a neighbour may rank as far behind


class Slices(Protocol):
    def slices(self, spans: Sequence[tuple[str, int, int, int]]) -> tuple[str, ...]:
        """`text[start:end]` of (document id, version, start, end), for whoever holds hits of them; empty where gone."""
        ...


class SpanSearcher:
    """Searches, and joins what is found where the settings want long spans. Safe across threads."""

    def __init__(self, searcher: Searches, slices: Slices, settings: SearchSettings) -> None:
        self._searcher = searcher
        self._slices = slices
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
        """The best `k` hits; see `Searcher.search`, whose chunks these are, joined or not."""
        long = self._settings.spans == "long"
        wanted = min(MAX_HITS, max(k, round(max(k, _FIRST) * self._settings.joined_from))) if long else k
        hits = self._searcher.search(
            question, k=wanted, caller=caller, collection=collection, mode=mode, filters=filters
        )
        return self._joined(hits, k) if long else hits

    def _joined(self, hits: Sequence[Hit], k: int) -> tuple[Hit, ...]:
        groups = grouped(hits, k, longest=self._settings.longest_span, reach=self._settings.joined_from)
        spans = {number: _span(group) for number, group in enumerate(groups) if len(group) > 1}
        texts = dict(zip(spans, self._slices.slices(list(spans.values())), strict=True))
        return tuple(
            replace(_with_span(group, texts[number]) if number in texts else group[0], rank=number + 1)
            for number, group in enumerate(groups)
        )


def _span(group: Sequence[Hit]) -> tuple[str, int, int, int]:
    chunk = group[0].chunk
    start = min(hit.chunk.start for hit in group)
    return chunk.document_id, chunk.version, start, max(hit.chunk.end for hit in group)


def _with_span(group: Sequence[Hit], text: str) -> Hit:
    """The best of the group with the span of all; alone where other than blanks stands between them."""
    best = group[0]
    chunks = sorted((hit.chunk for hit in group), key=lambda chunk: chunk.start)
    first, last = chunks[0], chunks[-1]
    if not _only_blanks_between(chunks, text):
        return best
    span = HitSpan(first.start, last.end, text, first.page, last.page_end, tuple(one.chunk_id for one in chunks))
    duplicates = tuple(sorted({name for hit in group for name in hit.duplicates}))
    return replace(best, span=span, duplicates=duplicates, near=tuple(one for hit in group for one in hit.near))


def grouped(hits: Sequence[Hit], k: int, *, longest: int, reach: float) -> list[list[Hit]]:
    """At most `k` groups of at most `longest` neighbours, each begun by its best hit, in the order of these.

    A hit joins the first group that it stands next to, unless it ranks behind `reach` times the group's place (at least
    the fifth); else it begins its own while there are fewer than `k`. So the first hits are the same for any `k`.
    """
    groups: list[list[Hit]] = []
    for rank, hit in enumerate(hits, start=1):
        near = next(
            (
                group
                for place, group in enumerate(groups, start=1)
                if len(group) < longest and rank <= reach * max(place, _FIRST) and _is_next(hit, group)
            ),
            None,
        )
        if near is not None:
            near.append(hit)
        elif len(groups) < k:
            groups.append([hit])
    return groups


def _is_next(hit: Hit, group: Sequence[Hit]) -> bool:
    chunk, other = hit.chunk, group[0].chunk
    if (chunk.document_id, chunk.version) != (other.document_id, other.version):
        return False
    ordinals = [one.chunk.ordinal for one in group]
    return chunk.ordinal in (min(ordinals) - 1, max(ordinals) + 1)


def _only_blanks_between(chunks: Sequence[StoredChunk], text: str) -> bool:
    start = chunks[0].start
    return bool(text) and all(
        not text[left.end - start : right.start - start].strip() for left, right in pairwise(chunks)
    )
