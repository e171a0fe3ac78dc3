"""Rankings to one. Pure: rows and scores in, `Ranked` out, best first, ties by ascending row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.ports import Ranked, Rows

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """`dense`: the vectors' share, 0-1. `named`: what evidence for a document counts, in units of BM25."""

    dense: float
    named: float = 0.0


def convex(rows: Rows, cosines: Scores, bm25: Scores, named: Scores, weights: Weights) -> Ranked:
    """`dense * scaled cosine + (1 - dense) * (scaled BM25 + scaled evidence)`, each scaled by its best value here.

    `rows` is the union of all candidates; the others are in its order, BM25 0 where the lexical leg has none. Evidence
    is scaled as BM25 is, so that it is worth as much beside weak matches as beside strong ones of its size. Scaling
    starts at 0, what unrelated texts have, not at the lowest candidate: "theoretical min-max" of Bruch, Gai and Ingber,
    "An analysis of fusion functions for hybrid retrieval", arXiv 2210.11934, who start cosines at -1.
    """
    semantic = _scaled(cosines.astype(np.float64))
    best = float(bm25.max(initial=0.0)) or weights.named * float(named.max(initial=0.0)) or 1.0
    words = (np.maximum(bm25.astype(np.float64), 0.0) + weights.named * named.astype(np.float64)) / best
    return ranked_by(rows, weights.dense * semantic + (1.0 - weights.dense) * words)


def ranked_by(rows: Rows, scores: NDArray[np.float64]) -> Ranked:
    """Best first, ties by ascending row. Scores are rounded to 1e-9 first, so that ties are ties on every machine."""
    rounded = np.round(scores, 9)
    order = np.lexsort((rows, -rounded))
    return Ranked(rows=rows[order], scores=rounded[order].astype(np.float32))


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """1 at the best of `values`, 0 at 0 and below; all 0 where nothing rises above 0."""
    if not len(values) or (best := float(values.max())) <= 0.0:
        return np.zeros(len(values), dtype=np.float64)
    return np.maximum(values, 0.0) / best
