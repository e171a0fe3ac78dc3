"""Both indexes, fed from the catalogue alone."""

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
from sqlalchemy import select

from retrieval.errors import IndexCorrupt
from retrieval.ports import IndexEntry, LexicalIndex, Rows, VectorIndex, Vectors
from retrieval.store import staging
from retrieval.store.catalog import current_generation
from retrieval.store.database import Database
from retrieval.store.schema import LEAVING, chunks
from retrieval.store.slicing import slices

IndexName = Literal["vectors", "lexical"]
INDEX_NAMES: tuple[IndexName, ...] = get_args(IndexName)
_PART = 2_000  # rows handed over at a time


class Indexes:
    """What is written to one is written to both. Rows are those that the catalogue has of the build; their text and
    vectors are read there.
    """

    def __init__(
        self, database: Database, vectors: VectorIndex, lexical: LexicalIndex, *, dimension: int, build: int
    ) -> None:
        self.build = build
        self._database = database
        self._vectors = vectors
        self._lexical = lexical
        self._dimension = dimension

    def add(self, rows: Sequence[int], generation: int) -> None:
        """Both hold `rows` durably, and have recorded `generation`, when this returns."""
        for part in slices(rows, _PART):
            self._add_vectors(part)
        self._vectors.flush(generation)
        self._in_words(lambda: self._put_text(rows, generation))

    def delete(self, rows: Sequence[int]) -> None:
        """Neither gives back `rows` any more when this returns."""
        gone = np.array(rows, dtype=np.int64)
        self._vectors.delete(gone)
        self._vectors.flush(self._vectors.generation())
        self._in_words(lambda: self._drop_text(gone))

    def rebuild(self, name: IndexName) -> int:
        """Make one of them anew from the catalogue, while it answers; how many rows it holds."""
        with self._database.read() as connection:
            newest = current_generation(connection)
        rows = self._indexed_after(LEAVING)
        parts = slices(rows, _PART)
        if name == "vectors":
            self._vectors.renew((self._stored_vectors(part) for part in parts), newest)
        else:
            self._lexical.renew((self._entries(part) for part in parts), newest)
        return len(rows)

    def replay(self) -> None:
        """Give each index the rows that it should have been given after the generation it recorded.

        One that is ahead of the catalogue belongs to another state of it (a backup was put back) and is made anew.
        """
        with self._database.read() as connection:
            newest = current_generation(connection)
        self._replay(self._vectors, self._add_vectors, newest)
        self._in_words(lambda: self._replay(self._lexical, self._add_text, newest))

    def _replay(self, index: VectorIndex | LexicalIndex, add: Callable[[Sequence[int]], None], newest: int) -> None:
        if index.generation() > newest:
            index.clear()
        rows = self._indexed_after(index.generation())
        for part in slices(rows, _PART):
            add(part)
        if rows:
            index.flush(newest)

    def _indexed_after(self, generation: int) -> list[int]:
        mine = chunks.c.build == self.build, chunks.c.indexed > generation
        query = select(chunks.c.row).where(*mine).order_by(chunks.c.row)
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def _add_vectors(self, rows: Sequence[int]) -> None:
        self._vectors.add(*self._stored_vectors(rows))

    def _add_text(self, rows: Sequence[int]) -> None:
        self._lexical.add(self._entries(rows))

    def _put_text(self, rows: Sequence[int], generation: int) -> None:
        for part in slices(rows, _PART):
            self._add_text(part)
        self._lexical.flush(generation)

    def _drop_text(self, rows: Rows) -> None:
        self._lexical.delete(rows)
        self._lexical.flush(self._lexical.generation())

    def _in_words(self, work: Callable[[], None]) -> None:
        """A lexical index that fails is begun anew and given all that the catalogue wants in it by now."""
        try:
            work()
        except IndexCorrupt:
            self._lexical.reset()
            with self._database.read() as connection:
                newest = current_generation(connection)
            self._put_text(self._indexed_after(LEAVING), newest)

    def _stored_vectors(self, rows: Sequence[int]) -> tuple[Rows, Vectors]:
        with self._database.read() as connection:
            return staging.stored_vectors(connection, rows, self._dimension)

    def _entries(self, rows: Sequence[int]) -> list[IndexEntry]:
        with self._database.read() as connection:
            return staging.entries(connection, rows)
