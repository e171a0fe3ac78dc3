"""The catalogue against itself: what it says must hold together before anything can be compared with it."""

import math

import numpy as np
from sqlalchemy import Connection, func, select, text

from retrieval.store.catalog import answering, live
from retrieval.store.schema import chunks, documents, placements, vectors, versions
from retrieval.store.staging import not_indexed
from retrieval.store.upkeep.findings import Finding, finding

_TOLERANCE = 1e-3  # of a vector's length from 1
_READ_AGAIN = "ingest its source again; `footnote show ID` names it"


def examine(connection: Connection) -> list[Finding]:
    return [
        *_pages(connection),
        *_live_twice(connection),
        *_misplaced(connection),
        *_uncounted(connection),
    ]


def counted(connection: Connection) -> dict[str, int]:
    """How many documents and versions there are, and chunks and vectors of the build that answers."""
    mine = chunks.c.build == answering()
    keys = select(chunks.c.vector_key).where(mine)
    rows = {
        "documents": select(func.count()).select_from(documents),
        "versions": select(func.count()).select_from(versions),
        "chunks": select(func.count()).select_from(chunks).where(mine),
        "vectors": select(func.count()).select_from(vectors).where(vectors.c.key.in_(keys)),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in rows.items()}


def bad_vectors(connection: Connection, dimension: int) -> list[str]:
    """Keys of chunks of the build that answers which have no vector, or one that is none."""
    mine = select(chunks.c.vector_key).where(chunks.c.build == answering()).distinct()
    wanted = set(connection.execute(mine).scalars())
    bad = []
    held = select(vectors).where(vectors.c.key.in_(mine.scalar_subquery()))
    for row in connection.execution_options(yield_per=1_000).execute(held):
        wanted.discard(row.key)
        if len(row.vector) != 4 * dimension:
            bad.append(row.key)
            continue
        length = float(np.linalg.norm(np.frombuffer(row.vector, np.float32)))
        if not math.isfinite(length) or abs(length - 1) > _TOLERANCE:
            bad.append(row.key)
    return sorted([*bad, *wanted])


def unfindable(connection: Connection) -> list[int]:
    """Rows of live versions that no index was to hold."""
    placed = (
        select(placements.c.row)
        .join(versions, versions.c.id == placements.c.version_id)
        .where(live(), placements.c.build == answering())
        .scalar_subquery()
    )
    return list(connection.execute(select(chunks.c.row).where(chunks.c.row.in_(placed), not_indexed())).scalars())


def _pages(connection: Connection) -> list[Finding]:
    """SQLite's own view of its file, indexes and references."""
    said = [row[0] for row in connection.execute(text("PRAGMA integrity_check(10)")) if row[0] != "ok"]
    broken = [f"{row[0]} refers to {row[2]}" for row in connection.execute(text("PRAGMA foreign_key_check"))]
    remedy = "put the catalogue back from an archive: `footnote import`"
    return finding("catalogue", "the database is damaged", said + broken, remedy=remedy)


def _live_twice(connection: Connection) -> list[Finding]:
    query = select(versions.c.document_id).where(live()).group_by(versions.c.document_id).having(func.count() > 1)
    found = list(connection.execute(query).scalars())
    return finding("catalogue", "more than one version answers", found, remedy=_READ_AGAIN)


def _misplaced(connection: Connection) -> list[Finding]:
    """Chunks that are no slice of their version's text."""
    place = func.substr(versions.c.text, placements.c.start + 1, placements.c.end - placements.c.start)
    query = (
        select(documents.c.path, versions.c.number)
        .join(versions, versions.c.document_id == documents.c.id)
        .join(placements, placements.c.version_id == versions.c.id)
        .join(chunks, chunks.c.row == placements.c.row)
        .where(place != chunks.c.text)
        .distinct()
    )
    found = [f"{row.path}, version {row.number}" for row in connection.execute(query)]
    return finding("catalogue", "a chunk is not what stands in the text", found, remedy=_READ_AGAIN)


def _uncounted(connection: Connection) -> list[Finding]:
    mine = placements.c.version_id == versions.c.id, placements.c.build == answering()
    held = select(func.count()).where(*mine).correlate(versions).scalar_subquery()
    query = (
        select(documents.c.path, versions.c.number)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(held != versions.c.chunk_count)
    )
    found = [f"{row.path}, version {row.number}" for row in connection.execute(query)]
    return finding("catalogue", "chunks of a version are missing", found, remedy=_READ_AGAIN)
