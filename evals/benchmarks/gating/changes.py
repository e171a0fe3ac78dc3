"""What is done to an index: damage that a gate has to see, and changes that it must let pass."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from evals.benchmarks.gating.corpora import Staged
from retrieval.models import StagedVersion
from retrieval.ports import Embedder, Vectors
from retrieval.store import embed
from retrieval.store.embed import SentenceTransformerEmbedder, resolve

_SWAPPED = 0.05
_EACH = 10
_SEED = 20_261


@dataclass(frozen=True, slots=True)
class Change:
    """One way to make the index otherwise; `rebuilt` has both indexes made anew once it stands."""

    name: str
    staged: Callable[[Staged], Staged] = lambda staged: staged
    embedder: Callable[[Embedder], Embedder] = lambda embedder: embedder
    at_once: int = 200
    rebuilt: bool = False


class Swapping:
    """Gives a share of the texts, one in twenty, the vector of another one."""

    def __init__(self, embedder: Embedder, *, share: float = _SWAPPED) -> None:
        self._embedder = embedder
        self._share = share
        self._draw = np.random.default_rng(_SEED)

    @property
    def fingerprint(self) -> str:
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = self._embedder.embed_documents(texts).copy()
        chosen = np.flatnonzero(self._draw.random(len(vectors)) < self._share)
        vectors[chosen] = vectors[np.roll(chosen, 1)]
        return vectors

    def embed_query(self, text: str) -> Vectors:
        return self._embedder.embed_query(text)


class Precise(SentenceTransformerEmbedder):
    """The model in one precision and batch size, whatever the processor likes best; nothing is cached."""

    def __init__(self, folder: Path, *, precision: str, batch: int, graphs: Path) -> None:
        super().__init__(folder, graphs=graphs)
        self._precision = precision
        self._size = batch

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return super().embed_documents(texts)
        parts = [texts[start : start + self._size] for start in range(0, len(texts), self._size)]
        return np.concatenate([self._encode(self._in_precision, list(part), "document") for part in parts])

    @cached_property
    def _in_precision(self) -> Any:
        return embed._load(self.folder, self._precision)


def damages() -> Iterator[Change]:
    """Each has to be caught by a leg that it touches."""
    yield Change("5 % of the vectors swapped", embedder=Swapping)
    yield Change("page numbers off by one", staged=_each_version(_next_page))
    yield Change("the context dropped", staged=_each_version(_without_context))
    yield Change("each tenth chunk lost", staged=_without_each_tenth)


def harmless(count: int, *, model: str, graphs: Path) -> Iterator[Change]:
    """`count` changes that change nothing: half are orders of insertion, the rest batches, precisions, rebuilds."""
    for number in range(count):
        if number % 2 == 0:
            yield Change(f"insertion order {number}", staged=_shuffled(number))
        elif number % 4 == 1:
            yield Change(f"{1 + 7 * number} versions to a batch", at_once=1 + 7 * number)
        elif number % 20 in (3, 11):
            precision, batch = ("float32", "bfloat16")[number % 20 == 11], 8 + number
            yield Change(
                f"{precision}, {batch} texts to a batch", embedder=_in_precision(model, precision, batch, graphs)
            )
        else:
            yield Change(f"rebuilt {number}", staged=_shuffled(-number), rebuilt=True)


def _in_precision(model: str, precision: str, batch: int, graphs: Path) -> Callable[[Embedder], Embedder]:
    return lambda _: Precise(resolve(model), precision=precision, batch=batch, graphs=graphs)


def _shuffled(seed: int) -> Callable[[Staged], Staged]:
    def shuffle(staged: Staged) -> Staged:
        order = list(staged)
        random.Random(seed).shuffle(order)  # noqa: S311 - an order, no secret
        return tuple(order)

    return shuffle


def _each_version(change: Callable[[StagedVersion], StagedVersion]) -> Callable[[Staged], Staged]:
    return lambda staged: tuple(change(version) for version in staged)


def _next_page(version: StagedVersion) -> StagedVersion:
    """Chunks say that they stand one page further than they do."""
    chunks = tuple(replace(chunk, page=_after(chunk.page), page_end=_after(chunk.page_end)) for chunk in version.chunks)
    return replace(version, chunks=chunks)


def _after(page: int | None) -> int | None:
    return None if page is None else page + 1


def _without_context(version: StagedVersion) -> StagedVersion:
    return replace(version, title="", chunks=tuple(replace(chunk, context="") for chunk in version.chunks))


def _without_each_tenth(staged: Staged) -> Staged:
    """Counted through the whole corpus; a version may lose all it had."""
    seen = itertools.count(1)

    def kept(version: StagedVersion) -> StagedVersion:
        return replace(version, chunks=tuple(chunk for chunk in version.chunks if next(seen) % _EACH))

    return tuple(map(kept, staged))
