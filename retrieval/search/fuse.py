"""Two rankings to one. Pure: rows and scores in, `Ranked` out, best first, ties by ascending row."""

import numpy as np
from numpy.typing import NDArray

from retrieval.ports import Ranked, Rows

Scores = NDArray[np.float32]


def convex(rows: Rows, cosines: Scores, bm25: Scores, *, dense_weight: float) -> Ranked:
    """`dense_weight * scaled cosine + (1 - dense_weight) * scaled BM25`, each scaled by its best value here.

    `rows` is the union of both legs' candidates; `cosines` and `bm25` are in its order, BM25 0 where the lexical leg
    has none. Scaling starts at 0, what unrelated texts have, not at the lowest candidate: "theoretical min-max" of
    Bruch, Gai and Ingber, "An analysis of fusion functions for hybrid retrieval", arXiv 2210.11934, who start cosines
    at -1.
    """
    semantic = _scaled(cosines.astype(np.float64))
    words = _scaled(bm25.astype(np.float64))
    return ranked_by(rows, dense_weight * semantic + (1.0 - dense_weight) * words)


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
