"""The kept versions of one document, newest first, and how two of them differ."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from retrieval.errors import NotFound, UsageError
from retrieval.models import Caller
from retrieval.store.catalog import answering, groups_of, may_see, no_document
from retrieval.store.database import Database
from retrieval.store.history.differing import PlacedChunk, VersionDiff, compare
from retrieval.store.schema import chunks, documents, placements, versions


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """One kept version. `live` is the one that answers; of a removed document none is."""

    document_id: str
    collection: str
    document: str
    uri: str
    version: int
    live: bool
    published_at: str
    title: str
    media_type: str
    size: int
    content_hash: str
    pages: int
    chunks: int


class History:
    """Reads of what is kept; what the caller may not see raises `NotFound`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def versions(self, document_id: str, caller: Caller) -> tuple[VersionSummary, ...]:
        """Newest first, at least one. Those of a removed document are the owner's alone. Raises `NotFound`."""
        with self._database.read() as connection:
            return _kept(connection, document_id, caller)

    def version(self, document_id: str, caller: Caller, number: int) -> VersionSummary:
        """The kept version of that number. Raises `NotFound`."""
        return _numbered(self.versions(document_id, caller), number)

    def diff(self, document_id: str, caller: Caller, *, old: int | None = None, new: int | None = None) -> VersionDiff:
        """Which chunks differ; by default between the newest version and the one before it.

        Raises `NotFound`, `UsageError` where there is nothing to compare.
        """
        with self._database.read() as connection:
            kept = _kept(connection, document_id, caller)
            after = _numbered(kept, new) if new is not None else kept[0]
            before = _numbered(kept, old) if old is not None else _predecessor(kept, after)
            return compare(
                document_id,
                old=(before.version, _placed(connection, document_id, before.version)),
                new=(after.version, _placed(connection, document_id, after.version)),
            )


def _kept(connection: Connection, document_id: str, caller: Caller) -> tuple[VersionSummary, ...]:
    query = (
        select(documents.c.collection, documents.c.path, documents.c.uri, documents.c.groups, *_COLUMNS)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(documents.c.id == document_id, versions.c.published.is_not(None))
        .order_by(versions.c.number.desc())
    )
    rows = connection.execute(query).all()
    removed = all(row.retired is not None for row in rows)
    if not rows or not may_see(caller, groups_of(rows[0].groups)) or (removed and not caller.owner):
        raise no_document(document_id)
    return tuple(_summary(row) for row in rows)


_COLUMNS = (
    versions.c.document_id,
    versions.c.number,
    versions.c.retired,
    versions.c.published_at,
    versions.c.title,
    versions.c.media_type,
    versions.c.size,
    versions.c.content_hash,
    versions.c.pages,
    versions.c.chunk_count,
)


def _summary(row: Any) -> VersionSummary:
    return VersionSummary(
        document_id=row.document_id,
        collection=row.collection,
        document=row.path,
        uri=row.uri,
        version=row.number,
        live=row.retired is None,
        published_at=row.published_at,
        title=row.title,
        media_type=row.media_type,
        size=row.size,
        content_hash=row.content_hash,
        pages=len(json.loads(row.pages)),
        chunks=row.chunk_count,
    )


def _numbered(kept: Sequence[VersionSummary], number: int) -> VersionSummary:
    for one in kept:
        if one.version == number:
            return one
    numbers = ", ".join(str(one.version) for one in kept)
    raise NotFound(f"version {number} of document {kept[0].document_id} is not kept", remedy=f"kept are {numbers}")


def _predecessor(kept: Sequence[VersionSummary], after: VersionSummary) -> VersionSummary:
    older = [one for one in kept if one.version < after.version]
    if not older:
        raise UsageError(
            f"no version of document {after.document_id} older than {after.version} is kept",
            remedy="`footnote versions` lists those that are; `ingest --keep N` keeps more",
        )
    return older[0]


def _placed(connection: Connection, document_id: str, number: int) -> list[PlacedChunk]:
    query = (
        select(
            chunks.c.chunk_id,
            chunks.c.section,
            chunks.c.context,
            chunks.c.text,
            placements.c.start,
            placements.c.end,
            placements.c.page,
        )
        .join(placements, placements.c.row == chunks.c.row)
        .join(versions, versions.c.id == placements.c.version_id)
        .where(versions.c.document_id == document_id, versions.c.number == number, placements.c.build == answering())
        .order_by(placements.c.ordinal)
    )
    return [
        PlacedChunk(row.chunk_id, tuple(json.loads(row.section)), row.context, row.text, row.start, row.end, row.page)
        for row in connection.execute(query)
    ]
