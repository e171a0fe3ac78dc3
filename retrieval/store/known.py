"""What ingest needs to know of a home to plan a run. Reads only; the index adds the writing."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, select

from retrieval.errors import NotFound
from retrieval.models import KnownDocument
from retrieval.store import wordings
from retrieval.store.catalog import groups_of, live, pages_of
from retrieval.store.database import Database
from retrieval.store.history import tombstones
from retrieval.store.history.tombstones import Tombstones
from retrieval.store.schema import documents, grants, outcomes, runs, versions
from retrieval.store.sightings import Sightings


class Known:
    """Sources, documents and grants of one home, as they are now."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._lock = threading.RLock()
        self.sightings = Sightings(database, self._lock)
        self.home = home

    def failed_in(self, run_id: int) -> tuple[str, tuple[str, ...]]:
        """The collection of a run, and the URIs of its sources that failed. Raises `NotFound`."""
        failed = select(outcomes.c.uri).where(outcomes.c.run_id == run_id, outcomes.c.outcome == "failed")
        with self._database.read() as connection:
            collection = connection.execute(select(runs.c.collection).where(runs.c.id == run_id)).scalar()
            if collection is None:
                raise NotFound(f"there is no run {run_id}", remedy="`footnote runs` lists them")
            return str(collection), tuple(connection.execute(failed.order_by(outcomes.c.number)).scalars())

    def roots(self, collection: str) -> tuple[str, ...]:
        """The source roots of a collection's documents and remembered grants, sorted."""
        found = select(documents.c.root).where(documents.c.collection == collection)
        granted = select(grants.c.root).where(grants.c.collection == collection)
        with self._database.read() as connection:
            return tuple(sorted(connection.execute(found.union(granted)).scalars()))

    def known(self, collection: str, root: str) -> tuple[KnownDocument, ...]:
        """Published documents below one root, by path."""
        with self._database.read() as connection:
            return _known(connection, documents.c.collection == collection, documents.c.root == root)

    def same_bytes(self, collection: str, content_hash: str) -> KnownDocument | None:
        """The first published document, by path, that was read from these bytes."""
        with self._database.read() as connection:
            found = _known(connection, documents.c.collection == collection, versions.c.content_hash == content_hash)
        return found[0] if found else None

    def grants(self, collection: str, root: str) -> Mapping[str, tuple[str, ...]]:
        """Remembered groups by path prefix below `root`; `""` is the whole of it."""
        query = select(grants.c.prefix, grants.c.groups).where(grants.c.collection == collection, grants.c.root == root)
        with self._database.read() as connection:
            return {prefix: groups_of(groups) for prefix, groups in connection.execute(query)}

    def synonyms(self, collection: str) -> Mapping[str, wordings.Groups]:
        """Groups of words that mean the same, by the folder whose rules hold them."""
        with self._database.read() as connection:
            return wordings.of_folders(connection, collection)

    def tombstones(self, collection: str) -> Tombstones:
        """What an ingest must not bring back unless it is told to."""
        with self._database.read() as connection:
            return tombstones.of_collection(connection, collection)


def _known(connection: Connection, *where: ColumnElement[bool]) -> tuple[KnownDocument, ...]:
    query = (
        select(
            documents.c.id,
            documents.c.path,
            documents.c.uri,
            documents.c.groups,
            versions.c.number,
            versions.c.content_hash,
            versions.c.fingerprint,
            versions.c.pages,
            versions.c.chunk_count,
            documents.c.container,
            versions.c.explained,
            versions.c.quality,
        )
        .join(versions, versions.c.document_id == documents.c.id)
        .where(live(), *where)
        .order_by(documents.c.path)
    )
    return tuple(
        KnownDocument(
            document_id=row.id,
            path=row.path,
            uri=row.uri,
            version=row.number,
            content_hash=row.content_hash,
            fingerprint=row.fingerprint,
            groups=groups_of(row.groups),
            pages=len(json.loads(row.pages)),
            chunks=row.chunk_count,
            container=row.container,
            explained=pages_of(row.explained),
            quality=json.loads(row.quality),
        )
        for row in connection.execute(query)
    )
