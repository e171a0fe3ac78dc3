"""The catalogue's writes, each on a connection whose transaction the caller owns."""

import hashlib
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select, update

from retrieval.models import JOINER, Chunk, ExplainedPage, Outcome, Source, StagedVersion
from retrieval.ports import IndexEntry, Rows, Vectors
from retrieval.store.catalog import answering, live
from retrieval.store.schema import (
    LEAVING,
    boxes,
    chunks,
    documents,
    outcomes,
    placements,
    rebuilt,
    state,
    vectors,
    versions,
)
from retrieval.store.slicing import slices

_OF_A_VERSION = (placements, boxes, rebuilt)  # what goes with a version, and comes along when it is put back
_OWN_TO_A_VERSION = ("id", "number", "published", "retired", "published_at")


@dataclass(frozen=True, slots=True)
class Staged:
    """One version's row in the catalogue, not yet published."""

    document_id: str
    version_id: int


def now() -> str:
    """UTC, ISO 8601, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def next_generation(connection: Connection) -> int:
    query = update(state).values(generation=state.c.generation + 1).returning(state.c.generation)
    return int(connection.execute(query).scalar_one())


def embedded_text(context: str, text: str) -> str:
    """What the embedding model reads of a chunk."""
    return f"{context}{JOINER}{text}" if context else text


def vector_key(model: str, context: str, text: str) -> str:
    """Names a vector by what made it: the model's fingerprint and the text it read."""
    return _hash(model, embedded_text(context, text))


def chunk_id(document_id: str, chunk: Chunk, occurrence: int) -> str:
    """Names a chunk by what it is; `occurrence` tells equal ones of one version apart, from 0."""
    return _hash(document_id, *chunk.section, "", chunk.text, str(occurrence))


def missing_vectors(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that the catalogue holds no vector for."""
    missing = set(keys)
    for part in slices(sorted(missing)):
        missing -= set(connection.execute(select(vectors.c.key).where(vectors.c.key.in_(part))).scalars())
    return missing


def add_vectors(connection: Connection, keys: Sequence[str], matrix: Sequence[Vectors] | Vectors) -> None:
    if keys:
        rows = [{"key": key, "vector": row.tobytes()} for key, row in zip(keys, matrix, strict=True)]
        connection.execute(insert(vectors), rows)


def stage(connection: Connection, version: StagedVersion, *, model: str, build: int, generation: int) -> Staged:
    """Write one version with its chunks, as rows of `build`; nothing of it can be seen yet."""
    document_id = _document(connection, version.source)
    number = connection.execute(
        select(func.coalesce(func.max(versions.c.number), 0)).where(versions.c.document_id == document_id)
    ).scalar_one()
    version_id = connection.execute(
        insert(versions)
        .values(
            document_id=document_id,
            number=number + 1,
            content_hash=version.source.content_hash,
            fingerprint=version.fingerprint,
            media_type=version.source.media_type,
            size=version.source.size,
            title=version.title,
            text=version.text,
            pages=json.dumps([[span.page, span.start, span.end] for span in version.pages]),
            metadata=json.dumps(dict(version.metadata), ensure_ascii=False),
            chunk_count=len(version.chunks),
            hidden=json.dumps(version.hidden),
            quality=json.dumps(dict(version.quality)),
            explained=stored_pages(version.explained),
        )
        .returning(versions.c.id)
    ).scalar_one()
    if version.boxes:
        connection.execute(insert(boxes).values(version_id=version_id, packed=version.boxes))
    place(connection, (document_id, version_id), version.chunks, model=model, build=build, generation=generation)
    return Staged(document_id, version_id)


def place(
    connection: Connection,
    version: tuple[str, int],
    placed: Sequence[Chunk],
    *,
    model: str,
    build: int,
    generation: int | None,
) -> None:
    """Write the chunks of a version, (document id, its number in the table), where they stand in it.

    They are due to be in both indexes of the build from `generation` on; not at all without one.
    """
    document_id, version_id = version
    rows = _chunk_rows(connection, document_id, placed, model=model, build=build, generation=generation)
    _place(connection, version_id, placed, rows, build)


def stage_again(connection: Connection, document_id: str, number: int, *, generation: int) -> Staged:
    """A kept version as a new one, with the same text, metadata and chunks, not yet published.

    Its chunks of the build that answers are due to be in the indexes from `generation` on.
    """
    kept = [column for column in versions.c if column.name not in _OWN_TO_A_VERSION]
    old = select(versions.c.id).where(versions.c.document_id == document_id, versions.c.number == number)
    old_id = int(connection.execute(old).scalar_one())
    newest = select(func.max(versions.c.number) + 1).where(versions.c.document_id == document_id).scalar_subquery()
    copied = select(newest, *kept).where(versions.c.id == old_id)
    new_id = connection.execute(
        insert(versions).from_select(["number", *kept], copied).returning(versions.c.id)
    ).scalar_one()
    for table in _OF_A_VERSION:
        held = [new_id if column.name == "version_id" else column for column in table.c]
        connection.execute(insert(table).from_select(table.c.keys(), select(*held).where(table.c.version_id == old_id)))
    placed = select(placements.c.row).where(placements.c.version_id == new_id, placements.c.build == answering())
    connection.execute(update(chunks).where(chunks.c.row.in_(placed), not_indexed()).values(indexed=generation))
    return Staged(document_id, int(new_id))


def publish(connection: Connection, staged: Staged, source: Source | None, *, generation: int) -> None:
    """Make a staged version the one that answers, and its predecessor a retired one.

    Without a source the document's address and groups stay as they are.
    """
    connection.execute(
        update(versions).where(versions.c.document_id == staged.document_id, live()).values(retired=generation)
    )
    connection.execute(
        update(versions).where(versions.c.id == staged.version_id).values(published=generation, published_at=now())
    )
    given = (
        {}
        if source is None
        else {"uri": source.uri, "groups": stored_groups(source.groups), "container": source.container}
    )
    connection.execute(
        update(documents).where(documents.c.id == staged.document_id).values(**given, generation=generation)
    )


def retire(connection: Connection, document_ids: Sequence[str], *, generation: int) -> None:
    for part in slices(document_ids):
        connection.execute(update(versions).where(versions.c.document_id.in_(part), live()).values(retired=generation))
        connection.execute(update(documents).where(documents.c.id.in_(part)).values(generation=generation))


def discard_staged(connection: Connection, generations: Collection[int] = ()) -> None:
    """Forget versions that were staged and never published; rows indexed in these generations are to leave again."""
    delete_versions(
        connection, list(connection.execute(select(versions.c.id).where(versions.c.published.is_(None))).scalars())
    )
    connection.execute(update(chunks).where(chunks.c.indexed.in_(generations)).values(indexed=LEAVING))


def delete_versions(connection: Connection, version_ids: Sequence[int]) -> None:
    """Delete versions with all that belongs to them alone; their chunks' rows stay."""
    for part in slices(version_ids):
        for table in _OF_A_VERSION:
            connection.execute(delete(table).where(table.c.version_id.in_(part)))
        connection.execute(delete(versions).where(versions.c.id.in_(part)))


def record(connection: Connection, run_id: int, ended: Sequence[Outcome]) -> None:
    """Append to a run's ledger."""
    if not ended:
        return
    first = connection.execute(
        select(func.coalesce(func.max(outcomes.c.number), 0)).where(outcomes.c.run_id == run_id)
    ).scalar_one()
    connection.execute(
        insert(outcomes),
        [
            {
                "run_id": run_id,
                "number": first + offset,
                "uri": _storable(outcome.uri),
                "outcome": outcome.outcome,
                "reason": _storable(outcome.reason),
                "pages": outcome.pages,
                "chunks": outcome.chunks,
                "document_id": outcome.document_id,
                "rule": _storable(outcome.rule),
                "code": outcome.code,
                "page": outcome.page,
                "remedy": _storable(outcome.remedy),
                "explained": stored_pages(outcome.explained),
                "quality": json.dumps(dict(outcome.quality)),
            }
            for offset, outcome in enumerate(ended, 1)
        ],
    )


def entries(connection: Connection, rows: Sequence[int]) -> list[IndexEntry]:
    """What the lexical index is given of these rows, in ascending order of row."""
    found: list[IndexEntry] = []
    for part in slices(sorted(rows)):
        query = select(chunks.c.row, chunks.c.context, chunks.c.text, chunks.c.document_id)
        rows_ = connection.execute(query.where(chunks.c.row.in_(part)).order_by(chunks.c.row)).all()
        languages = _languages(connection, {row.document_id for row in rows_})
        found += [IndexEntry(row.row, row.context, row.text, languages.get(row.document_id, "")) for row in rows_]
    return found


def _languages(connection: Connection, document_ids: Collection[str]) -> dict[str, str]:
    """What the newest version of each document says of its language."""
    found: dict[str, str] = {}
    for part in slices(sorted(document_ids)):
        query = select(versions.c.document_id, versions.c.metadata).where(versions.c.document_id.in_(part))
        for row in connection.execute(query.order_by(versions.c.id)):
            found[row.document_id] = json.loads(row.metadata).get("language", "")
    return found


def stored_vectors(connection: Connection, rows: Sequence[int], dimension: int) -> tuple[Rows, Vectors]:
    """(n,) rows ascending and their (n, dim) vectors."""
    found: list[tuple[int, bytes]] = []
    for part in slices(sorted(rows)):
        query = (
            select(chunks.c.row, vectors.c.vector)
            .join(vectors, vectors.c.key == chunks.c.vector_key)
            .where(chunks.c.row.in_(part))
            .order_by(chunks.c.row)
        )
        found += [(row.row, row.vector) for row in connection.execute(query)]
    matrix = np.frombuffer(b"".join(vector for _, vector in found), dtype=np.float32).reshape(-1, dimension)
    return np.array([row for row, _ in found], dtype=np.int64), matrix


def not_indexed() -> ColumnElement[bool]:
    """The condition on `chunks` that is true of rows which an index need not hold."""
    return chunks.c.indexed.is_(None) | (chunks.c.indexed == LEAVING)


def stored_pages(explained: Sequence[ExplainedPage]) -> str:
    """Pages with why nothing of them is indexed, as `catalog.pages_of` reads them; empty for none."""
    return json.dumps([[one.page, one.why] for one in explained], ensure_ascii=False) if explained else ""


def stored_groups(groups: Sequence[str]) -> str:
    return json.dumps(sorted(set(groups)), ensure_ascii=False)


def _document(connection: Connection, source: Source) -> str:
    where = and_(
        documents.c.collection == source.collection, documents.c.root == source.root, documents.c.path == source.path
    )
    known = connection.execute(select(documents.c.id, documents.c.container).where(where)).one_or_none()
    if known is not None and known.container == source.container:
        return str(known.id)
    if known is not None:  # a part and a file of one name are two documents: what is kept of one is not for the other's
        aside = f"{source.path}#removed-{known.id}"
        connection.execute(update(documents).where(documents.c.id == known.id).values(path=aside))
    document_id = uuid.uuid4().hex
    connection.execute(
        insert(documents).values(
            id=document_id,
            collection=source.collection,
            root=source.root,
            path=source.path,
            uri=source.uri,
            groups=stored_groups(source.groups),
            generation=0,
            container=source.container,
        )
    )
    return document_id


def _chunk_rows(
    connection: Connection,
    document_id: str,
    wanted: Sequence[Chunk],
    *,
    model: str,
    build: int,
    generation: int | None,
) -> list[int]:
    """The row of each chunk, made where it is new, and due to be in both indexes from `generation` on."""
    named = _named(document_id, wanted, model)
    query = select(chunks.c.row, chunks.c.chunk_id, chunks.c.vector_key).where(
        chunks.c.document_id == document_id, chunks.c.build == build
    )
    known = {(row.chunk_id, row.vector_key): row.row for row in connection.execute(query)}
    new = {name: chunk for name, chunk in named.items() if name not in known}
    if new:
        common = {"document_id": document_id, "indexed": generation, "build": build}
        connection.execute(insert(chunks), [{**_chunk_values(name, chunk), **common} for name, chunk in new.items()])
        known = {(row.chunk_id, row.vector_key): row.row for row in connection.execute(query)}
    rows = [known[name] for name in named]
    if generation is not None:
        for part in slices(rows):
            connection.execute(update(chunks).where(chunks.c.row.in_(part), not_indexed()).values(indexed=generation))
    return rows


def _named(document_id: str, wanted: Sequence[Chunk], model: str) -> dict[tuple[str, str], Chunk]:
    seen: dict[tuple[tuple[str, ...], str], int] = {}
    named: dict[tuple[str, str], Chunk] = {}
    for chunk in wanted:
        occurrence = seen.get((chunk.section, chunk.text), 0)
        seen[chunk.section, chunk.text] = occurrence + 1
        name = chunk_id(document_id, chunk, occurrence)
        named[name, vector_key(model, chunk.context, chunk.text)] = chunk
    return named


def _chunk_values(name: tuple[str, str], chunk: Chunk) -> Mapping[str, object]:
    return {
        "chunk_id": name[0],
        "vector_key": name[1],
        "section": json.dumps(chunk.section, ensure_ascii=False),
        "context": chunk.context,
        "text": chunk.text,
    }


def _place(connection: Connection, version_id: int, placed: Sequence[Chunk], rows: Sequence[int], build: int) -> None:
    if not placed:
        return
    connection.execute(
        insert(placements),
        [
            {
                "version_id": version_id,
                "build": build,
                "ordinal": ordinal,
                "row": row,
                "start": chunk.start,
                "end": chunk.end,
                "page": chunk.page,
                "page_end": chunk.page_end,
            }
            for ordinal, (chunk, row) in enumerate(zip(placed, rows, strict=True))
        ],
    )


def _hash(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()


def _storable(text: str) -> str:
    """File names may hold bytes that are no text; the ledger shows them escaped."""
    return text.encode(errors="backslashreplace").decode()
