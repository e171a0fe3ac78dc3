"""The versions that another build is made of, and how they are cut for it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, exists, func, select

from retrieval.models import Chunk
from retrieval.store.catalog import answering, live
from retrieval.store.schema import chunks, documents, placements, rebuilt, versions

_CHUNKS_AT_ONCE = 512  # about as many are embedded between two commits; what a kill may cost
_VERSIONS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A version that answers or is kept, with its chunks of the build that answers now."""

    version_id: int
    document_id: str
    path: str
    uri: str
    content_hash: str
    fingerprint: str
    title: str
    text: str
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A version as it goes into the build. `why` says why it is cut as it was, where it should not be."""

    version: KeptVersion
    chunks: tuple[Chunk, ...]
    fingerprint: str
    why: str = ""


class Cutter(Protocol):
    def cut(self, versions: Sequence[KeptVersion]) -> Iterator[Cut | None]:
        """Each of them once, in any order; None now and then, so that whoever waits can stop."""
        ...


class AsBefore:
    """Where the limits stay, the chunks do."""

    def cut(self, versions: Sequence[KeptVersion]) -> Iterator[Cut | None]:
        return (Cut(version, version.chunks, version.fingerprint) for version in versions)


def waiting(connection: Connection, build: int) -> list[KeptVersion]:
    """Some of the versions that the build does not hold yet, what answers first; none where it holds all."""
    query = select(versions.c.id, versions.c.chunk_count).where(versions.c.published.is_not(None), ~_held(build))
    order = versions.c.retired.is_not(None), versions.c.id
    found: list[int] = []
    total = 0
    for row in connection.execute(query.order_by(*order).limit(_VERSIONS_AT_ONCE)):
        found.append(row.id)
        total += row.chunk_count
        if total >= _CHUNKS_AT_ONCE:
            break
    return [_kept(connection, number) for number in found]


def counted(connection: Connection, build: int) -> tuple[int, int]:
    """(versions that the build holds, versions that it is to hold)."""
    published = versions.c.published.is_not(None)
    total = connection.execute(select(func.count()).select_from(versions).where(published)).scalar_one()
    held = connection.execute(select(func.count()).select_from(versions).where(published, _held(build))).scalar_one()
    return int(held), int(total)


def cut_otherwise(connection: Connection, name: str) -> bool:
    """Whether a version that answers was cut in another way than that of the name at its fingerprint's end."""
    others = ~versions.c.fingerprint.endswith(f"/{name}", autoescape=True)
    return connection.execute(select(versions.c.id).where(live(), others).limit(1)).first() is not None


def _held(build: int) -> Any:
    return exists().where(rebuilt.c.version_id == versions.c.id, rebuilt.c.build == build)


def _kept(connection: Connection, number: int) -> KeptVersion:
    query = select(versions, documents.c.path, documents.c.uri).join(documents)
    row = connection.execute(query.where(versions.c.id == number)).one()
    return KeptVersion(
        version_id=number,
        document_id=row.document_id,
        path=row.path,
        uri=row.uri,
        content_hash=row.content_hash,
        fingerprint=row.fingerprint,
        title=row.title,
        text=row.text,
        chunks=_placed(connection, number),
    )


def _placed(connection: Connection, number: int) -> tuple[Chunk, ...]:
    query = (
        select(chunks.c.section, chunks.c.context, chunks.c.text, placements)
        .join(placements, placements.c.row == chunks.c.row)
        .where(placements.c.version_id == number, placements.c.build == answering())
        .order_by(placements.c.ordinal)
    )
    return tuple(
        Chunk(tuple(json.loads(row.section)), row.context, row.text, row.start, row.end, row.page, row.page_end)
        for row in connection.execute(query)
    )
