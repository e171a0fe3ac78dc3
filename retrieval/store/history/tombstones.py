"""What was forgotten on purpose, by place and by bytes, so that no ingest brings it back unasked."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, or_, select

from retrieval.models import Source
from retrieval.store.catalog import live
from retrieval.store.schema import documents, tombstones, versions
from retrieval.store.staging import now


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What a collection was told to forget: places (root, path) and SHA-256 of bytes, each with its day."""

    places: dict[tuple[str, str], str]
    hashes: dict[str, str]

    def day_of(self, root: str, path: str, content_hash: str) -> str | None:
        """The day on which what stands at this place, or has these bytes, was forgotten."""
        return self.places.get((root, path)) or self.hashes.get(content_hash)


def passed_over(day: str) -> str:
    """The reason in the ledger; it begins with the rule."""
    return f"forgotten on {day[:10]}; --again takes it in"


def of_collection(connection: Connection, collection: str) -> Tombstones:
    rows = connection.execute(select(tombstones).where(tombstones.c.collection == collection)).all()
    return Tombstones(
        places={(row.root, row.path): row.forgotten_at for row in rows},
        hashes={row.content_hash: row.forgotten_at for row in rows},
    )


def lift(connection: Connection, source: Source) -> None:
    """A source is taken in again, on purpose."""
    here = (tombstones.c.root == source.root) & (tombstones.c.path == source.path)
    same = tombstones.c.content_hash == source.content_hash
    connection.execute(delete(tombstones).where(tombstones.c.collection == source.collection, or_(here, same)))


def buried(connection: Connection, sources: Sequence[Source]) -> dict[Source, str]:
    """Those that were forgotten and are no published document all the same, each with its day."""
    told = {name: of_collection(connection, name) for name in {source.collection for source in sources}}
    days = {one: told[one.collection].day_of(one.root, one.path, one.content_hash) for one in sources}
    return {one: day for one, day in days.items() if day is not None and not _answers(connection, one)}


def _answers(connection: Connection, source: Source) -> bool:
    """Whether a published document is read from this place."""
    here = (documents.c.root == source.root) & (documents.c.path == source.path)
    query = select(versions.c.id).join(documents, documents.c.id == versions.c.document_id)
    return (
        connection.execute(query.where(documents.c.collection == source.collection, here, live())).first() is not None
    )


def set_for(connection: Connection, document_id: str) -> None:
    """One for each content that is kept of it."""
    query = (
        select(documents.c.collection, documents.c.root, documents.c.path, versions.c.content_hash)
        .join(versions, versions.c.document_id == documents.c.id)
        .where(documents.c.id == document_id)
        .distinct()
    )
    values = [{**row._mapping, "document_id": document_id, "forgotten_at": now()} for row in connection.execute(query)]
    if values:
        connection.execute(insert(tombstones), values)


def unfinished(connection: Connection) -> list[str]:
    """Documents that were to be forgotten and are there still."""
    query = select(documents.c.id).where(documents.c.id.in_(select(tombstones.c.document_id)))
    return list(connection.execute(query).scalars())
