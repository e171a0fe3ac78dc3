"""Both indexes, fed from the catalogue alone."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import func, select

from retrieval.ports import LexicalIndex, VectorIndex
from retrieval.store import staging
from retrieval.store.database import Database
from retrieval.store.schema import chunks

_PART = 2_000  # rows handed over at a time


class Indexes:
    """What is written to one is written to both. Rows are the catalogue's; their text and vectors are read there."""

    def __init__(self, database: Database, vectors: VectorIndex, lexical: LexicalIndex, *, dimension: int) -> None:
        self._database = database
        self._vectors = vectors
        self._lexical = lexical
        self._dimension = dimension

    def add(self, rows: Sequence[int], generation: int) -> None:
        """Both hold `rows` durably, and have recorded `generation`, when this returns."""
        for part in _parts(rows):
            self._add_vectors(part)
            self._add_text(part)
        self._vectors.flush(generation)
        self._lexical.flush(generation)

    def delete(self, rows: Sequence[int]) -> None:
        """Neither gives back `rows` any more when this returns."""
        gone = np.array(rows, dtype=np.int64)
        for index in (self._vectors, self._lexical):
            index.delete(gone)
            index.flush(index.generation())

    def replay(self) -> None:
        """Give each index the rows that it should have been given after the generation it recorded."""
        with self._database.read() as connection:
            newest = connection.execute(select(func.max(chunks.c.indexed))).scalar() or 0
        if self._vectors.generation() < newest:
            for part in _parts(self._indexed_after(self._vectors.generation())):
                self._add_vectors(part)
            self._vectors.flush(newest)
        if self._lexical.generation() < newest:
            for part in _parts(self._indexed_after(self._lexical.generation())):
                self._add_text(part)
            self._lexical.flush(newest)

    def _indexed_after(self, generation: int) -> list[int]:
        query = select(chunks.c.row).where(chunks.c.indexed > generation).order_by(chunks.c.row)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def _add_vectors(self, rows: Sequence[int]) -> None:
        with self._database.read() as connection:
            numbers, matrix = staging.stored_vectors(connection, rows, self._dimension)
        self._vectors.add(numbers, matrix)

    def _add_text(self, rows: Sequence[int]) -> None:
        with self._database.read() as connection:
            entries = staging.entries(connection, rows)
        self._lexical.add(entries)


def _parts(rows: Sequence[int]) -> list[Sequence[int]]:
    return [rows[start : start + _PART] for start in range(0, len(rows), _PART)]
