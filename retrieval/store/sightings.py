"""What the last run saw of each source, so that the next one need not read it again."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from retrieval.store.database import Database
from retrieval.store.schema import sightings
from retrieval.store.slicing import slices


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source by its path below the root.

    `stamp` tells, without reading, whether its bytes are still those of `content_hash`; an empty one tells nothing.
    Where it could not be read, `code`, `message` and `remedy` say why, which holds for these bytes read under the same
    `fingerprint`.
    """

    path: str
    stamp: str
    content_hash: str
    fingerprint: str = ""
    code: str = ""
    message: str = ""
    remedy: str = ""


class Sightings:
    """By collection and root; a write takes the index's lock."""

    def __init__(self, database: Database, lock: AbstractContextManager[object]) -> None:
        self._database = database
        self._lock = lock

    def below(self, collection: str, root: str) -> Mapping[str, Sighting]:
        """All of one root, by path."""
        query = select(*_FIELDS).where(sightings.c.collection == collection, sightings.c.root == root)
        with self._database.read() as connection:
            return {row[0]: Sighting(*row) for row in connection.execute(query)}

    def keep(self, collection: str, root: str, seen: Iterable[Sighting]) -> None:
        """In place of what was known of these paths."""
        rows = [{"collection": collection, "root": root, **asdict(one)} for one in seen]
        if not rows:
            return
        adding = insert(sightings)
        renewed = {field.name: adding.excluded[field.name] for field in _FIELDS[1:]}
        with self._lock, self._database.write() as connection:
            connection.execute(adding.on_conflict_do_update(index_elements=_KEY, set_=renewed), rows)

    def forget(self, collection: str, root: str, paths: Collection[str]) -> None:
        if not paths:
            return
        with self._lock, self._database.write() as connection:
            for part in slices(sorted(paths)):
                connection.execute(
                    delete(sightings).where(
                        sightings.c.collection == collection, sightings.c.root == root, sightings.c.path.in_(part)
                    )
                )


_KEY = ("collection", "root", "path")
_FIELDS = (
    sightings.c.path,
    sightings.c.stamp,
    sightings.c.content_hash,
    sightings.c.fingerprint,
    sightings.c.code,
    sightings.c.message,
    sightings.c.remedy,
)
