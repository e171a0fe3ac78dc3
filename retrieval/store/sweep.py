"""Removes what no query can reach and no kept version needs.

First out of the indexes, then out of the catalogue, so that a kill in between only leaves work for the next sweep.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from retrieval.store import staging
from retrieval.store.access import Visibility
from retrieval.store.blobs import Blobs
from retrieval.store.builds import Builds
from retrieval.store.built import builds_leaving, builds_left, switched_at, unfinished
from retrieval.store.catalog import current_build
from retrieval.store.database import Database
from retrieval.store.indexes import Indexes
from retrieval.store.schema import LEAVING, chunks, placements, rebuilt, settings, vectors, versions
from retrieval.store.slicing import slices

KEPT_VERSIONS = 3
_SETTING = "keep"


class Sweeper:
    """Works under the index's lock. Queries go on meanwhile."""

    def __init__(
        self, database: Database, blobs: Blobs, indexes: Indexes, visibility: Visibility, builds: Builds
    ) -> None:
        self._builds = builds
        self._database = database
        self._blobs = blobs
        self._indexes = indexes
        self._visibility = visibility

    def sweep(self) -> None:
        reachable = self._visibility.oldest_in_use()
        with self._database.write() as connection:
            _drop_old_versions(connection, reachable)
        self.drop_builds()
        self.unindex()
        with self._database.write() as connection:
            _drop_orphans(connection)

    def drop_builds(self) -> None:
        """Take out of the catalogue and off the disk the builds that neither answer nor are being made."""
        with self._database.read() as connection:
            leaving, needed = builds_leaving(connection), _needed_builds(connection)
            switched = switched_at(connection)
        if not leaving or self._visibility.oldest_in_use() < switched:
            return  # none is, or a query is reading the one that answered before
        with self._database.write() as connection:
            for table in (placements, rebuilt, chunks):
                connection.execute(delete(table).where(table.c.build.not_in(needed)))
        self._builds.drop_others(needed)
        with self._database.write() as connection:
            builds_left(connection)

    def drop_originals(self) -> None:
        """Remove the originals that no kept version was read from."""
        with self._database.read() as connection:
            wanted = set(connection.execute(select(versions.c.content_hash).distinct()).scalars())
        self._blobs.drop_others(wanted)

    def unindex(self) -> None:
        """Take rows out of both indexes that are neither live, nor staged, nor still readable by a running query."""
        rows = self._unreachable(self._visibility.oldest_in_use())
        if not rows:
            return
        self._mark(rows, LEAVING)
        self._indexes.delete(rows)
        self._mark(rows, None)

    def _mark(self, rows: Sequence[int], indexed: int | None) -> None:
        with self._database.write() as connection:
            for part in slices(rows):
                connection.execute(update(chunks).where(chunks.c.row.in_(part)).values(indexed=indexed))

    def _unreachable(self, reachable: int) -> list[int]:
        kept = versions.c.published.is_(None) | versions.c.retired.is_(None) | (versions.c.retired > reachable)
        needed = select(placements.c.row).join(versions, versions.c.id == placements.c.version_id).where(kept)
        mine = chunks.c.build == self._indexes.build, chunks.c.indexed.is_not(None)
        query = select(chunks.c.row).where(*mine, chunks.c.row.not_in(needed))
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())


def kept_versions(connection: Connection) -> int:
    """How many versions of a document are kept, the one that answers counted."""
    stored = connection.execute(select(settings.c.value).where(settings.c.key == _SETTING)).scalar()
    return KEPT_VERSIONS if stored is None else int(stored)


def keep_versions(connection: Connection, number: int) -> None:
    """From now on, in this home. At least 1."""
    connection.execute(delete(settings).where(settings.c.key == _SETTING))
    connection.execute(insert(settings).values(key=_SETTING, value=str(number)))


def _drop_old_versions(connection: Connection, reachable: int) -> None:
    """Forget retired versions older than the newest few of their document."""
    newer = versions.alias()
    place = (
        select(func.count())
        .where(newer.c.document_id == versions.c.document_id, newer.c.number > versions.c.number)
        .scalar_subquery()
    )
    query = select(versions.c.id).where(versions.c.retired <= reachable, place >= kept_versions(connection))
    old = list(connection.execute(query).scalars())
    staging.delete_versions(connection, old)


def _needed_builds(connection: Connection) -> set[int]:
    begun = unfinished(connection)
    return {current_build(connection), *([begun.number] if begun else [])}


def _drop_orphans(connection: Connection) -> None:
    """Chunks that no kept version places, and vectors that no chunk needs."""
    placed = select(placements.c.row)
    connection.execute(delete(chunks).where(chunks.c.indexed.is_(None), chunks.c.row.not_in(placed)))
    connection.execute(delete(vectors).where(vectors.c.key.not_in(select(chunks.c.vector_key))))
