"""Two rankings of what is visible, what speaks for whole documents, and the three as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.models import Mode
from retrieval.ports import LexicalIndex, Ranked, Rows, VectorIndex, Vectors
from retrieval.search.fuse import Weights, convex
from retrieval.settings import SearchSettings

_NAMED_SHARE = 0.5  # of the best evidence, from which on a document is searched on its own
_MOST_NAMED = 20_000  # rows; an exact scan takes as long as the rest together
_NOTHING = Ranked(rows=np.zeros(0, dtype=np.int64), scores=np.zeros(0, dtype=np.float32))


class Naming(Protocol):
    def evidence(self, question: str, mentions: Callable[[str], Rows]) -> Mapping[int, float]:
        """How much speaks for each document that the question names, by number."""
        ...


class Meaning(Protocol):
    def meant(self, question: str) -> Sequence[str]:
        """What the question could have said instead."""
        ...


class View(Protocol):
    """What one caller may see, fixed for one search: sorted chunk rows of one generation.

    `documents` numbers the document of each row; `names` knows these numbers. `synonyms` are those of its collections.
    """

    @property
    def generation(self) -> int: ...
    @property
    def rows(self) -> Rows: ...
    @property
    def documents(self) -> NDArray[np.int32]: ...
    @property
    def names(self) -> Naming: ...
    @property
    def synonyms(self) -> Meaning: ...


@dataclass(frozen=True, slots=True)
class Legs:
    """Both rankings, the evidence by row, and the fusion; `exhausted` when no row was left out that could be ranked."""

    dense: Ranked
    lexical: Ranked
    named: Mapping[int, float]
    fused: Ranked
    exhausted: bool


@dataclass(frozen=True, slots=True)
class Ranker:
    """Ranks the rows of a view. Mode `dense` asks neither the lexical leg nor the names, `lexical` no vectors."""

    vectors: VectorIndex
    lexical: LexicalIndex
    settings: SearchSettings

    def rank(self, question: str, vector: Vectors, view: View, *, n: int, mode: Mode) -> Legs:
        dense = self.vectors.search(vector, n, view.rows) if mode != "lexical" else _NOTHING
        meant = view.synonyms.meant(question) if mode != "dense" else ()
        lexical = self.lexical.search(question, n, view.rows, meant) if mode != "dense" else _NOTHING
        leading = lexical if mode == "lexical" else dense
        exhausted = n >= len(view.rows) or len(leading.rows) < n
        if mode != "hybrid":
            return Legs(dense, lexical, {}, leading, exhausted)
        evidence = self._evidence(question, view)
        inside = self._inside(question, vector, view, evidence, n=n)
        rows = np.unique(np.concatenate([dense.rows, lexical.rows, *(leg.rows for leg in inside)]))
        bm25 = _scores_of(rows, lexical, *inside[1:])
        cosines = np.nan_to_num(self.vectors.scores(vector, rows), nan=0.0)
        named = _sharpened(evidence[np.searchsorted(view.rows, rows)], float(evidence.max()))
        weights = Weights(dense=self.settings.dense_weight, named=self.settings.name_weight)
        fused = convex(rows, cosines, bm25, named, weights)
        spoken_for = {int(row): float(speaks) for row, speaks in zip(rows, named, strict=True) if speaks > 0}
        return Legs(dense, lexical, spoken_for, fused, exhausted)

    def _evidence(self, question: str, view: View) -> NDArray[np.float32]:
        """(rows,) what speaks for the document of each row."""
        found = view.names.evidence(question, self.lexical.mentions) if self.settings.name_weight else {}
        if not found:
            return np.zeros(len(view.rows), np.float32)
        by_number = np.zeros(max(int(view.documents.max()), *found) + 1, np.float32)
        by_number[list(found)] = list(found.values())
        return by_number[view.documents]

    def _inside(
        self, question: str, vector: Vectors, view: View, evidence: NDArray[np.float32], *, n: int
    ) -> tuple[Ranked, ...]:
        """Both legs within the documents that are named, whose chunks all others may outrank."""
        best = float(evidence.max())
        rows = view.rows[evidence >= _NAMED_SHARE * best] if best > 0 else _NOTHING.rows
        if not 0 < len(rows) <= min(_MOST_NAMED, len(view.rows) - 1):
            return (_NOTHING, _NOTHING)
        return self.vectors.search(vector, n, rows), self.lexical.search(question, n, rows)


def _sharpened(evidence: NDArray[np.float32], best: float) -> NDArray[np.float32]:
    """What is named less well than the best counts with the cube of its share of it: the report of another year."""
    return np.float32(best) * (evidence / np.float32(best)) ** 3 if best > 0 else evidence


def _scores_of(rows: Rows, *legs: Ranked) -> NDArray[np.float32]:
    """The score of each of `rows`, which are sorted and hold those of all legs; 0 where no leg has it."""
    scores = np.zeros(len(rows), dtype=np.float32)
    for leg in legs:
        scores[np.searchsorted(rows, leg.rows)] = leg.scores
    return scores
