"""Rows that an index holds against those that the catalogue wants in it."""

import numpy as np

from retrieval.ports import Rows, VectorIndex, Vectors
from retrieval.store.upkeep.findings import Finding, Place, finding

_SAMPLE = 50


def compared(place: Place, held: Rows, wanted: Rows) -> list[Finding]:
    """Both sorted."""
    missing = np.setdiff1d(wanted, held, assume_unique=True)
    foreign = np.setdiff1d(held, wanted, assume_unique=True)
    return [
        *finding(place, "chunks are missing from the index", missing.tolist()),
        *finding(place, "the index holds chunks that it should not", foreign.tolist()),
    ]


def misremembered(index: VectorIndex, rows: Rows, vectors: Vectors) -> list[Finding]:
    """Rows whose vector the index holds otherwise: the cosine with the catalogue's own is not 1."""
    wrong = [
        int(row)
        for row, vector in zip(rows, vectors, strict=True)
        if not index.scores(vector, np.array([row]))[0] > 1 - 1e-3
    ]
    return finding("vectors", "chunks have another vector in the index", wrong)


def unreached(index: VectorIndex, rows: Rows, vectors: Vectors, visible: Rows) -> list[Finding]:
    """A few rows that a search for their own vector does not find."""
    step = max(1, len(rows) // _SAMPLE)
    wrong = []
    for row, vector in list(zip(rows, vectors, strict=True))[::step]:
        found = index.search(vector, 10, visible)
        best = found.scores[-1] if len(found.rows) else 1.0
        if row not in found.rows and best < 1 - 1e-3:  # ten equal ones may stand before it
            wrong.append(int(row))
    return finding("chroma", "chunks are not found by their own vector", wrong)
