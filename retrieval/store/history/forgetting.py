"""Forgetting a document for good: nothing of it is left in the home but a tombstone.

The tombstone is written first, in the transaction that takes the document out of every answer; what a kill leaves
undone after that is done when the home is next opened for writing. Bytes go, too: freed pages of the catalogue are
overwritten, and the indexes, which only mark what is deleted, are written anew.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from retrieval.models import Outcome
from retrieval.store import staging
from retrieval.store.access import Visibility
from retrieval.store.blobs import Blobs
from retrieval.store.builds import Builds
from retrieval.store.database import Database
from retrieval.store.history import tombstones
from retrieval.store.indexes import INDEX_NAMES, Indexes
from retrieval.store.parts import parts_of
from retrieval.store.schema import LEAVING, chunks, documents, vectors, versions
from retrieval.store.slicing import slices


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased; `originals` counts files, those that other documents share are kept. `parts` are the ids of the
    documents that went with it.
    """

    versions: int
    chunks: int
    vectors: int
    originals: int
    parts: tuple[str, ...] = ()


class Forgetter:
    """Works under the index's lock."""

    def __init__(
        self, database: Database, blobs: Blobs, indexes: Indexes, visibility: Visibility, builds: Builds
    ) -> None:
        self._builds = builds
        self._database = database
        self._blobs = blobs
        self._indexes = indexes
        self._visibility = visibility

    def bury(self, run_id: int, document_id: str, outcome: Outcome) -> list[str]:
        """From here on nobody finds it or its parts, and no ingest brings them back; the ids of all of them."""
        with self._database.write() as connection:
            generation = staging.next_generation(connection)
            parts = parts_of(connection, document_id)
            buried = [document_id, *(part.document_id for part in parts)]
            staging.retire(connection, buried, generation=generation)
            for one in buried:
                tombstones.set_for(connection, one)
            gone = [
                Outcome(part.uri, "removed", outcome.reason, document_id=part.document_id)
                for part in parts
                if part.published
            ]
            staging.record(connection, run_id, [outcome, *gone])
        return buried

    def erase(self, buried: Sequence[str]) -> Forgotten:
        """Everything that the home holds of buried documents; the first is the one of which the others are parts."""
        self._visibility.refresh()  # a document that is deleted can't tell any more that it has changed
        self._builds.drop_unopened()
        found = [self._erase(document_id) for document_id in buried]
        for indexes in self._all():
            for name in INDEX_NAMES:
                indexes.rebuild(name)
        self._database.scrub()
        return Forgotten(
            versions=sum(one.versions for one in found),
            chunks=sum(one.chunks for one in found),
            vectors=sum(one.vectors for one in found),
            originals=sum(one.originals for one in found),
            parts=tuple(buried[1:]),
        )

    def _erase(self, document_id: str) -> Forgotten:
        rows = self._leaving(document_id)
        for indexes in self._all():
            indexes.delete(rows)
        with self._database.write() as connection:
            hashes = _hashes(connection, document_id)
            kept = _delete(connection, document_id)
            gone = hashes - _in_use(connection, hashes)
        originals = sum(self._blobs.drop(one) for one in sorted(gone))
        return Forgotten(versions=kept[0], chunks=len(rows), vectors=kept[1], originals=originals)

    def finish(self) -> None:
        """Erase what was buried before a kill."""
        with self._database.read() as connection:
            buried = tombstones.unfinished(connection)
        if buried:
            self.erase(buried)

    def _all(self) -> list[Indexes]:
        """What answers, and what another build's rows are in: one that is being made, or has just been replaced."""
        return [self._indexes, *self._builds.beside(self._indexes.build)]

    def _leaving(self, document_id: str) -> list[int]:
        mine = chunks.c.document_id == document_id
        with self._database.write() as connection:
            connection.execute(update(chunks).where(mine).values(indexed=LEAVING))
            return list(connection.execute(select(chunks.c.row).where(mine)).scalars())


def _delete(connection: Connection, document_id: str) -> tuple[int, int]:
    """Versions and vectors deleted."""
    mine = chunks.c.document_id == document_id
    keys = list(connection.execute(select(chunks.c.vector_key).where(mine).distinct()).scalars())
    numbers = select(versions.c.id).where(versions.c.document_id == document_id)
    found = list(connection.execute(numbers).scalars())
    staging.delete_versions(connection, found)
    connection.execute(delete(chunks).where(mine))
    connection.execute(delete(documents).where(documents.c.id == document_id))
    return len(found), _delete_vectors(connection, keys)


def _delete_vectors(connection: Connection, keys: Sequence[str]) -> int:
    deleted = 0
    for part in slices(keys):
        unused = vectors.c.key.in_(part), vectors.c.key.not_in(select(chunks.c.vector_key))
        deleted += connection.execute(delete(vectors).where(*unused)).rowcount
    return deleted


def _hashes(connection: Connection, document_id: str) -> set[str]:
    query = select(versions.c.content_hash).where(versions.c.document_id == document_id)
    return set(connection.execute(query).scalars())


def _in_use(connection: Connection, hashes: Collection[str]) -> set[str]:
    return set(connection.execute(select(versions.c.content_hash).where(versions.c.content_hash.in_(hashes))).scalars())
