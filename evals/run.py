"""Searches for every query of a set, as users would."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from retrieval.models import Caller, Hit, Mode
from retrieval.ports import Searches
from retrieval.search.requests import MAX_HITS, MAX_QUESTION

_WIDER = 4  # times more chunks are asked for when the first ones stand in too few documents


@dataclass(frozen=True, slots=True)
class Asked:
    """One query as it is put to the engine; once all documents `wanted` are found, none is looked for deeper."""

    id: str
    text: str
    caller: Caller
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one query, best first, and the seconds that took.

    Measuring searches deeper than users do, so these are no response times.
    """

    query: str
    hits: tuple[Hit, ...]
    seconds: float


Tracker = Callable[[Sequence[Asked]], Iterable[Asked]]


def search_all(
    engine: Searches,
    queries: Sequence[Asked],
    *,
    mode: Mode,
    hits: int,
    documents: int,
    collection: str | None = None,
    track: Tracker = iter,
) -> tuple[Found, ...]:
    """At least `hits` chunks for every query, and more until they stand in `documents` documents, as far as there are,
    or in all that a query wants, if it says so. The engine's limit is the end of it. Queries longer than the engine
    takes are cut to that.
    """
    return tuple(
        _search(engine, query, mode=mode, hits=hits, documents=documents, collection=collection)
        for query in track(queries)
    )


def _search(engine: Searches, query: Asked, *, mode: Mode, hits: int, documents: int, collection: str | None) -> Found:
    started = time.perf_counter()
    k = min(MAX_HITS, hits)
    while True:
        found = engine.search(query.text[:MAX_QUESTION], k=k, caller=query.caller, collection=collection, mode=mode)
        enough = len({hit.chunk.document_id for hit in found}) >= documents
        if enough or _all_found(query, found) or len(found) < k or k >= MAX_HITS:
            return Found(query.id, found, time.perf_counter() - started)
        k = min(MAX_HITS, _WIDER * k)


def _all_found(query: Asked, hits: Sequence[Hit]) -> bool:
    there = {path for hit in hits for path in hit.documents}
    return bool(query.wanted) and query.wanted <= there


def cut(queries: Iterable[Asked]) -> tuple[str, ...]:
    """The ids of queries that are longer than the engine takes."""
    return tuple(query.id for query in queries if len(query.text) > MAX_QUESTION)
