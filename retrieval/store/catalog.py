"""Reads of the catalogue. Each takes the caller; what one may not see is as if it did not exist."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, and_, bindparam, func, or_, select

from retrieval.boxes import unpacked
from retrieval.errors import NotFound
from retrieval.models import (
    Caller,
    DocumentSummary,
    ExplainedPage,
    Outcome,
    OutcomeKind,
    PageBoxes,
    PageSpan,
    StoredChunk,
    StoredVersion,
)
from retrieval.store.blobs import Blobs
from retrieval.store.database import Database
from retrieval.store.schema import boxes, chunks, documents, outcomes, placements, runs, state, versions
from retrieval.store.slicing import slices


@dataclass(frozen=True, slots=True)
class Original:
    """A kept original: `name` is the file's own, without folders."""

    path: Path
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One ingest run; `finished_at` is null while it runs, or where it was cut off. `counts` by outcome."""

    run_id: int
    collection: str
    started_at: str
    finished_at: str | None
    counts: dict[str, int]


class Catalog:
    """Reads over one database; every method is one consistent view."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    def generation(self) -> int:
        with self._database.read() as connection:
            return current_generation(connection)

    def build(self) -> int:
        """The number of the build that answers."""
        with self._database.read() as connection:
            return current_build(connection)

    def collections(self, caller: Caller) -> tuple[str, ...]:
        """Sorted names of the collections in which the caller may see at least one document."""
        return tuple(sorted({summary.collection for summary in self.documents(caller)}))

    def documents(self, caller: Caller, collection: str | None = None) -> tuple[DocumentSummary, ...]:
        """Published documents by collection and path."""
        query = (
            select(documents, versions)
            .join(versions, versions.c.document_id == documents.c.id)
            .where(live())
            .order_by(documents.c.collection, documents.c.path, documents.c.root)
        )
        if collection is not None:
            query = query.where(documents.c.collection == collection)
        with self._database.read() as connection:
            rows = connection.execute(query.with_only_columns(*_SUMMARY)).all()
        return tuple(_summary(row) for row in rows if may_see(caller, groups_of(row.groups)))

    def version(self, document_id: str, caller: Caller, number: int | None = None) -> StoredVersion:
        """The live version, or the kept one of that number. Raises `NotFound`."""
        with self._database.read() as connection:
            row = self._visible_version(connection, document_id, caller, number)
        return StoredVersion(
            document_id=row.document_id,
            collection=row.collection,
            document=row.path,
            uri=row.uri,
            title=row.title,
            version=row.number,
            media_type=row.media_type,
            content_hash=row.content_hash,
            text=row.text,
            pages=tuple(PageSpan(*span) for span in json.loads(row.pages)),
            metadata=json.loads(row.metadata),
            hidden=tuple((start, end) for start, end in json.loads(row.hidden)),
        )

    def slices(self, spans: Sequence[tuple[str, int, int, int]]) -> tuple[str, ...]:
        """`text[start:end]` of (document id, version, start, end), for whoever holds hits of them; empty where gone."""
        if not spans:
            return ()
        with self._database.read() as connection:
            return tuple(
                connection.execute(
                    _SLICE, {"document": name, "number": number, "first": start + 1, "length": end - start}
                ).scalar()
                or ""
                for name, number, start, end in spans
            )

    def boxes(
        self, document_id: str, caller: Caller, number: int | None = None, page: int | None = None
    ) -> tuple[PageBoxes, ...]:
        """Where the words of a version stand, of all its pages or of one; none where the format has no places.

        Pages without a word are left out. Raises `NotFound`.
        """
        with self._database.read() as connection:
            row = self._visible_version(connection, document_id, caller, number)
            packed = connection.execute(select(boxes.c.packed).where(boxes.c.version_id == row.id)).scalar()
        return unpacked(packed or b"", page)

    def original(self, document_id: str, caller: Caller, number: int | None = None) -> Original:
        """The bytes that were read for a version. Raises `NotFound`."""
        with self._database.read() as connection:
            row = self._visible_version(connection, document_id, caller, number)
        path = self._blobs.path(row.content_hash)
        if not path.is_file():
            raise NotFound(f"the original of document {document_id} is not kept", remedy="ingest its source again")
        return Original(path, row.media_type, row.path.rsplit("/", 1)[-1])

    def chunks(self, rows: Sequence[int], generation: int) -> tuple[StoredChunk, ...]:
        """Chunks in the order of `rows`; one that is not live in `generation` is left out."""
        found: dict[int, StoredChunk] = {}
        with self._database.read() as connection:
            for part in slices([int(row) for row in rows]):
                placed = connection.execute(_PLACED, {"rows": part, "generation": generation})
                found |= {row.row: _stored(row) for row in placed}
        return tuple(found[int(row)] for row in rows if int(row) in found)

    def runs(self, limit: int = 20) -> tuple[RunSummary, ...]:
        """The latest runs first."""
        with self._database.read() as connection:
            rows = connection.execute(select(runs).order_by(runs.c.id.desc()).limit(limit)).all()
            counted = {row.id: _counts(connection, row.id) for row in rows}
        return tuple(
            RunSummary(row.id, row.collection, row.started_at, row.finished_at, counted[row.id]) for row in rows
        )

    def outcomes(self, run_id: int) -> tuple[Outcome, ...]:
        """Every source of a run in the order in which it ended. Raises `NotFound`."""
        query = select(outcomes).where(outcomes.c.run_id == run_id).order_by(outcomes.c.number)
        with self._database.read() as connection:
            if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
                raise NotFound(f"there is no run {run_id}", remedy="`footnote runs` lists them")
            rows = connection.execute(query).all()
        return tuple(_outcome(row) for row in rows)

    def _visible_version(self, connection: Connection, document_id: str, caller: Caller, number: int | None) -> Any:
        query = select(documents.c.collection, documents.c.path, documents.c.uri, documents.c.groups, versions).join(
            versions, versions.c.document_id == documents.c.id
        )
        published = versions.c.published.is_not(None)
        wanted = live() if number is None else and_(versions.c.number == number, published)
        row = connection.execute(query.where(documents.c.id == document_id, wanted)).first()
        removed = number is not None and not caller.owner and not _is_live(connection, document_id)
        if row is None or removed or not may_see(caller, groups_of(row.groups)):
            raise no_document(document_id)
        return row


_SUMMARY = (
    documents.c.id,
    documents.c.collection,
    documents.c.path,
    documents.c.uri,
    documents.c.groups,
    versions.c.title,
    versions.c.number,
    versions.c.media_type,
    versions.c.size,
    versions.c.pages,
    versions.c.chunk_count,
    versions.c.published_at,
)


def no_document(document_id: str) -> NotFound:
    """The one way to say that a document does not exist, or not for this caller."""
    return NotFound(f"there is no document {document_id}", remedy="`footnote documents` lists what you may see")


def current_generation(connection: Connection) -> int:
    return int(connection.execute(select(state.c.generation)).scalar_one())


def current_build(connection: Connection) -> int:
    """The number of the build that answers."""
    return int(connection.execute(select(state.c.build)).scalar_one())


def answering() -> ScalarSelect[int]:
    """The same, for use within a query."""
    return select(state.c.build).scalar_subquery()


def live() -> ColumnElement[bool]:
    """The condition on `versions` that is true of the one version of a document that answers now."""
    return and_(versions.c.published.is_not(None), versions.c.retired.is_(None))


def groups_of(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


def pages_of(stored: str) -> tuple[ExplainedPage, ...]:
    return tuple(ExplainedPage(*one) for one in json.loads(stored)) if stored else ()


def may_see(caller: Caller, groups: Sequence[str]) -> bool:
    """The one rule of access: public, or a group in common, or the owner."""
    return caller.owner or not groups or not caller.groups.isdisjoint(groups)


def _summary(row: Any) -> DocumentSummary:
    return DocumentSummary(
        document_id=row.id,
        collection=row.collection,
        document=row.path,
        uri=row.uri,
        title=row.title,
        version=row.number,
        media_type=row.media_type,
        size=row.size,
        pages=len(json.loads(row.pages)),
        chunks=row.chunk_count,
        groups=groups_of(row.groups),
        published_at=row.published_at,
    )


_SLICE = select(func.substr(versions.c.text, bindparam("first"), bindparam("length"))).where(
    versions.c.document_id == bindparam("document"), versions.c.number == bindparam("number")
)
_PLACED = (
    select(
        chunks.c.row,
        chunks.c.chunk_id,
        chunks.c.document_id,
        chunks.c.section,
        chunks.c.context,
        chunks.c.text,
        placements.c.ordinal,
        placements.c.start,
        placements.c.end,
        placements.c.page,
        placements.c.page_end,
        versions.c.number,
        versions.c.title,
        versions.c.metadata,
        documents.c.collection,
        documents.c.path,
        documents.c.uri,
    )
    .join(placements, placements.c.row == chunks.c.row)
    .join(versions, versions.c.id == placements.c.version_id)
    .join(documents, documents.c.id == chunks.c.document_id)
    .where(
        chunks.c.row.in_(bindparam("rows", expanding=True)),
        versions.c.published <= bindparam("generation"),
        or_(versions.c.retired.is_(None), versions.c.retired > bindparam("generation")),
    )
)


def _stored(row: Any) -> StoredChunk:
    return StoredChunk(
        row=row.row,
        chunk_id=row.chunk_id,
        document_id=row.document_id,
        collection=row.collection,
        version=row.number,
        document=row.path,
        uri=row.uri,
        title=row.title,
        ordinal=row.ordinal,
        section=tuple(json.loads(row.section)),
        context=row.context,
        text=row.text,
        start=row.start,
        end=row.end,
        page=row.page,
        page_end=row.page_end,
        superseded_by=json.loads(row.metadata).get("superseded_by", ""),
    )


def _is_live(connection: Connection, document_id: str) -> bool:
    """Whether a version answers now; of a removed document the owner alone may see what is kept."""
    return (
        connection.execute(select(versions.c.id).where(versions.c.document_id == document_id, live())).first()
        is not None
    )


def _counts(connection: Connection, run_id: int) -> dict[str, int]:
    query = (
        select(outcomes.c.outcome, func.count().label("total"))
        .where(outcomes.c.run_id == run_id)
        .group_by(outcomes.c.outcome)
    )
    return {row.outcome: row.total for row in connection.execute(query)}


def _outcome(row: Any) -> Outcome:
    kind: OutcomeKind = row.outcome
    return Outcome(
        uri=row.uri,
        outcome=kind,
        reason=row.reason,
        pages=row.pages,
        chunks=row.chunks,
        document_id=row.document_id,
        rule=row.rule,
        code=row.code,
        page=row.page,
        remedy=row.remedy,
        explained=pages_of(row.explained),
        quality=json.loads(row.quality),
    )
