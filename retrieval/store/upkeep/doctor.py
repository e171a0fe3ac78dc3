"""Examines a home and mends what can be mended from what it holds: no source is read but for a lost original."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Connection, delete, select, update

from retrieval.errors import IndexCorrupt, UsageError
from retrieval.ports import Embedder, LexicalIndex, Rows, VectorIndex
from retrieval.store import staging
from retrieval.store.blobs import Blobs
from retrieval.store.catalog import current_build
from retrieval.store.database import Database
from retrieval.store.indexes import Indexes, IndexName
from retrieval.store.schema import LEAVING, chunks, vectors
from retrieval.store.slicing import slices
from retrieval.store.upkeep import catalogue, originals, rows
from retrieval.store.upkeep.findings import Diagnosis, Finding, Place, finding

_CHECKED = 2_000  # rows whose vectors are compared one by one


@dataclass(frozen=True, slots=True)
class Doctor:
    """Works under the index's lock: nothing is published meanwhile, questions are answered.

    Unless `idle`, originals that no version names are left alone: a run may be converting them.
    """

    database: Database
    blobs: Blobs
    indexes: Indexes
    vectors: VectorIndex
    lexical: LexicalIndex
    embedder: Embedder
    idle: Callable[[], bool] = lambda: True

    def examine(self, *, repair: bool) -> Diagnosis:
        """Everything that is wrong, and with `repair` what is left of it. Raises `StorageFull`, `EmbeddingFailed`."""
        started = time.monotonic()
        findings = [
            *self._catalogue(),
            *self._mended(self._vectors, self._embed_again, repair=repair),
            *self._mended(self._unfindable, self._index_again, repair=repair),
            *self._index("vectors", repair=repair),
            *self._index("lexical", repair=repair),
            *self._mended(self._originals, self._put_back, repair=repair),
        ]
        with self.database.read() as connection:
            counts = catalogue.counted(connection)
            wanted = len(originals.wanted(connection))
        return Diagnosis(tuple(findings), **counts, originals=wanted, seconds=time.monotonic() - started)

    def _catalogue(self) -> list[Finding]:
        with self.database.read() as connection:
            return catalogue.examine(connection)

    def _mended(self, look: Callable[[], list[Finding]], mend: Callable[[], None], *, repair: bool) -> list[Finding]:
        """What was found, marked as repaired where a second look no longer finds it."""
        found = look()
        if not found or not repair:
            return found
        mend()
        left = {one.fault: one for one in look()}
        return [replace(left.get(one.fault, one), repaired=one.fault not in left) for one in found]

    def _vectors(self) -> list[Finding]:
        with self.database.read() as connection:
            bad = catalogue.bad_vectors(connection, self.embedder.dimension)
        return finding("catalogue", "chunks have no vector, or a damaged one", bad)

    def _embed_again(self) -> None:
        """Raises `UsageError` where another build answers: its chunks are not to be embedded by this one's model."""
        with self.database.read() as connection:
            if current_build(connection) != self.indexes.build:
                raise UsageError("another index answers by now", remedy="run the doctor again")
            bad = catalogue.bad_vectors(connection, self.embedder.dimension)
            texts = dict(part for keys in slices(bad) for part in _texts(connection, keys))
        for keys in slices(bad):
            named = [key for key in keys if key in texts]
            matrix = self.embedder.embed_documents([texts[key] for key in named])
            with self.database.write() as connection:
                connection.execute(delete(vectors).where(vectors.c.key.in_(keys)))
                staging.add_vectors(connection, named, matrix)

    def _unfindable(self) -> list[Finding]:
        with self.database.read() as connection:
            found = catalogue.unfindable(connection)
        return finding("catalogue", "published chunks were not to be in the indexes", found)

    def _index_again(self) -> None:
        with self.database.write() as connection:
            generation = staging.next_generation(connection)
            found = catalogue.unfindable(connection)
            for part in slices(found):
                connection.execute(update(chunks).where(chunks.c.row.in_(part)).values(indexed=generation))
        self.indexes.add(found, generation)

    def _index(self, name: IndexName, *, repair: bool) -> list[Finding]:
        look = self._vector_rows if name == "vectors" else self._lexical_rows

        def make_anew() -> None:
            self.indexes.rebuild(name)

        return self._mended(look, make_anew, repair=repair)

    def _vector_rows(self) -> list[Finding]:
        try:
            wanted = self._wanted()
            found = [one for place, held in self.vectors.held().items() for one in _compared(place, held, wanted)]
            if found or not len(wanted):
                return found
            return self._vector_values(wanted)
        except IndexCorrupt as exc:
            return [Finding("vectors", "the index can't be read", 1, (exc.message,))]

    def _vector_values(self, wanted: Rows) -> list[Finding]:
        """Of as many rows as may be compared one by one, evenly chosen."""
        chosen = wanted[:: max(1, len(wanted) // _CHECKED)]
        with self.database.read() as connection:
            numbers, matrix = staging.stored_vectors(connection, chosen.tolist(), self.embedder.dimension)
        wrong = rows.misremembered(self.vectors, numbers, matrix)
        return wrong or rows.unreached(self.vectors, numbers, matrix, wanted)

    def _lexical_rows(self) -> list[Finding]:
        try:
            return rows.compared("lexical", self.lexical.held(), self._wanted())
        except IndexCorrupt as exc:
            return [Finding("lexical", "the index can't be read", 1, (exc.message,))]

    def _wanted(self) -> Rows:
        mine = chunks.c.build == self.indexes.build, chunks.c.indexed > LEAVING
        query = select(chunks.c.row).where(*mine).order_by(chunks.c.row)
        with self.database.read() as connection:
            return np.array(list(connection.execute(query).scalars()), dtype=np.int64)

    def _originals(self) -> list[Finding]:
        with self.database.read() as connection:
            wanted = originals.wanted(connection)
        bad = [f"{one} of {wanted[one]}" for one in originals.damaged(self.blobs, wanted)]
        foreign = self.blobs.others(wanted) if self.idle() else ()
        remedy = "put the file back where it was read, or ingest the source again"
        return [
            *finding("originals", "originals are missing or damaged", bad, remedy=remedy),
            *finding("originals", "files are kept that no version needs", foreign),
        ]

    def _put_back(self) -> None:
        with self.database.read() as connection:
            wanted = originals.wanted(connection)
        for one in originals.damaged(self.blobs, wanted):
            originals.put_back(self.blobs, one, wanted[one])
        if self.idle():
            self.blobs.drop_others(wanted)


def _compared(place: str, held: Rows, wanted: Rows) -> list[Finding]:
    named: Place = "chroma" if place == "chroma" else "vectors"
    return rows.compared(named, held, wanted)


def _texts(connection: Connection, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    query = select(chunks.c.vector_key, chunks.c.context, chunks.c.text).where(chunks.c.vector_key.in_(keys))
    for row in connection.execute(query):
        yield row.vector_key, staging.embedded_text(row.context, row.text)
