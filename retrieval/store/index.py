"""Stage > publish > sweep: the one writer of a home.

Order is what keeps a kill harmless. A version is first written to the catalogue as staged, with its vectors; then both
indexes are given its rows and made durable; then one transaction publishes it, retires its predecessor and writes
its line of the ledger. The sweep takes retired rows out of the indexes before the catalogue forgets that they were
in. Whatever a kill leaves is put right by `recover`, from the catalogue alone.
"""

import contextlib
import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, true, update

from retrieval.errors import NotFound
from retrieval.models import Outcome, StagedVersion
from retrieval.settings import ChunkSettings
from retrieval.store import staging, wordings
from retrieval.store.access import Visibility
from retrieval.store.blobs import Blobs
from retrieval.store.builds import Build, Builds
from retrieval.store.catalog import live
from retrieval.store.database import Database
from retrieval.store.history.forgetting import Forgetter, Forgotten
from retrieval.store.known import Known
from retrieval.store.parts import parts_of
from retrieval.store.publisher import Publisher
from retrieval.store.reindex.reindexer import Reindexer
from retrieval.store.schema import documents, grants, runs, versions
from retrieval.store.sweep import Sweeper, keep_versions
from retrieval.store.upkeep.doctor import Doctor
from retrieval.store.upkeep.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a publish did: chunks embedded, and the ledger's lines in the batch's order, with document ids.

    What was passed over because it was forgotten comes last.
    """

    embedded: int
    outcomes: tuple[Outcome, ...]


class Index(Known):
    """All writes to one home. Its methods may be called from several threads; each is whole when it returns."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        *,
        visibility: Visibility,
        builds: Builds,
        chunking: ChunkSettings,
        home: Path,
    ) -> None:
        """`builds` has the one open that answers; `chunking` says of cutting what its recipe does not."""
        super().__init__(database, home)
        self._blobs = blobs
        self._visibility = visibility
        self._builds = builds
        self._chunking = chunking
        self._open_runs: set[int] = set()
        self._ingesting = threading.RLock()
        self.work_on(builds.answering())
        self.reindexer = Reindexer(database, builds, self, chunking)
        self.upkeep = Upkeep(database, blobs, lambda: (self._doctor, self._indexes), lock=self._lock)

    def work_on(self, build: Build) -> None:
        """Write to this build, which answers, from now on."""
        indexes = self._builds.indexes(build.number)
        shared = (self._database, self._blobs, indexes, self._visibility, self._builds)
        self._indexes = indexes
        self._publisher = Publisher(self._database, indexes, build.embedder)
        self._sweeper, self._forgetter = Sweeper(*shared), Forgetter(*shared)
        made_of = (self._database, self._blobs, indexes, build.vectors, build.lexical, build.embedder)
        self._doctor = Doctor(*made_of, idle=lambda: self.idle)
        self.chunk_limits = build.limits(self._chunking)
        self.model_fingerprint = build.embedder.fingerprint

    def recover(self) -> None:
        """Put right what a kill may have left: drop what was staged, replay what an index lacks, unindex the rest.

        A build that was being made is left for who goes on with it.
        """
        with self._lock:
            self._publisher.discard_staged()
            self._indexes.replay()
            self._forgetter.finish()
            self._sweeper.unindex()
            self._sweeper.drop_builds()

    @property
    def lock(self) -> threading.RLock:
        """Held while anything is published, and by whoever must have nothing published meanwhile."""
        return self._lock

    @property
    def idle(self) -> bool:
        """Whether no run is open."""
        return not self._open_runs

    def discard_staged(self) -> None:
        self._publisher.discard_staged()

    def begin_run(self, collection: str, arguments: Mapping[str, object]) -> int:
        """A new line in the ledger; its number."""
        values = {"collection": collection, "arguments": json.dumps(arguments), "started_at": staging.now()}
        with self._lock, self._database.write() as connection:
            run_id = int(connection.execute(insert(runs).values(values).returning(runs.c.id)).scalar_one())
            self._open_runs.add(run_id)  # under the lock: a sweep must not take it for none
        return run_id

    def finish_run(self, run_id: int) -> None:
        with self._lock, self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(finished_at=staging.now()))
        self._open_runs.discard(run_id)

    def abandon_run(self, run_id: int) -> None:
        """A run ended by an error: it stays unfinished in the ledger, and holds nothing up any more."""
        self._open_runs.discard(run_id)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One ingest reads sources at a time, whatever thread it is in: the later one waits, and reads what is newer.

        Where two read at once, a slow worker's older text could be published after the newer one.
        """
        with self._ingesting:
            yield

    @contextlib.contextmanager
    def run(self, collection: str, arguments: Mapping[str, object]) -> Iterator[int]:
        """A line in the ledger for as long as the block runs; it stays unfinished where the block raises."""
        run_id = self.begin_run(collection, arguments)
        try:
            yield run_id
        except BaseException:
            self.abandon_run(run_id)
            raise
        self.finish_run(run_id)

    def keep_original(self, path: Path) -> tuple[str, int]:
        """Copy a source into the home: (SHA-256 in hex, bytes). Raises the source's `OSError`, or `StorageFull`."""
        return self._blobs.keep(path)

    def keep_part(self, data: bytes) -> tuple[str, int]:
        """The same of a file that lies in another. Raises `StorageFull`."""
        return self._blobs.keep_bytes(data)

    def original(self, content_hash: str) -> Path:
        return self._blobs.path(content_hash)

    def grant(self, collection: str, root: str, prefix: str, groups: Sequence[str]) -> None:
        """Remember the groups of a path prefix for this and later runs, in place of those of all paths below it."""
        below = grants.c.prefix.startswith(f"{prefix}/", autoescape=True) if prefix else true()
        place = {"collection": collection, "root": root, "prefix": prefix}
        with self._lock, self._database.write() as connection:
            connection.execute(
                delete(grants).where(
                    grants.c.collection == collection, grants.c.root == root, below | (grants.c.prefix == prefix)
                )
            )
            connection.execute(insert(grants).values(**place, groups=staging.stored_groups(groups)))

    def keep_synonyms(
        self, collection: str, by_folder: Mapping[str, wordings.Groups], gone: Collection[str] = ()
    ) -> None:
        """What means the same in a collection, as its folders' rules say now; binds every search that comes later."""
        with self._lock, self._database.write() as connection:
            if wordings.keep(connection, collection, by_folder, gone):
                staging.next_generation(connection)

    def prepare(self, batch: Sequence[StagedVersion]) -> int:
        """Embed what is to be published later; how many chunks had no vector yet."""
        return self._publisher.embed(batch)

    def publish(
        self,
        run_id: int,
        batch: Sequence[tuple[StagedVersion, Outcome]],
        removals: Sequence[tuple[str, Outcome]] = (),
        *,
        again: bool = True,
    ) -> Acknowledged:
        """Make these versions the ones that answer, all in one transaction with their ledger lines.

        Documents that are removed go in the same. When it raises, nothing is changed. The outcomes are the batch's;
        unless it is published `again`, on purpose, what was forgotten is passed over.
        """
        if not batch:
            if removals:
                self.remove(run_id, removals)
            return Acknowledged(0, ())
        embedded = self._publisher.embed([version for version, _ in batch])
        with self._lock:
            embedded += self._publisher.embed([version for version, _ in batch])  # a sweep may have been in between
            return Acknowledged(embedded, self._publisher.publish(run_id, batch, removals, again=again))

    def record(self, run_id: int, ended: Sequence[Outcome]) -> None:
        """Ledger lines that change nothing else."""
        with self._lock, self._database.write() as connection:
            staging.record(connection, run_id, ended)

    def move(self, run_id: int, document_id: str, *, path: str, uri: str, outcome: Outcome | None) -> None:
        """A source was renamed below its root: the document keeps its id and its chunks, and so do its parts.

        Without an outcome where its line of the ledger is still to come, as it is read again.
        """
        with self._lock, self._database.write() as connection:
            generation = staging.next_generation(connection)
            parts = parts_of(connection, document_id)
            self._vacate(connection, document_id, path)
            connection.execute(
                update(documents).where(documents.c.id == document_id).values(path=path, uri=uri, generation=generation)
            )
            for part in parts:
                inner, inner_uri = path + part.inner, uri + part.inner_uri
                self._vacate(connection, part.document_id, inner)
                moved = {"path": inner, "uri": inner_uri, "container": path, "generation": generation}
                connection.execute(update(documents).where(documents.c.id == part.document_id).values(**moved))
            staging.record(connection, run_id, [outcome] if outcome else [])

    def regrant(self, changes: Mapping[str, Sequence[str]]) -> None:
        """Change who may see documents, all in one transaction; binds every request that comes later."""
        with self._lock, self._database.write() as connection:
            generation = staging.next_generation(connection)
            for document_id, groups in changes.items():
                connection.execute(
                    update(documents)
                    .where(documents.c.id == document_id)
                    .values(groups=staging.stored_groups(groups), generation=generation)
                )

    def remove(self, run_id: int, removals: Sequence[tuple[str, Outcome]]) -> None:
        """Retire documents, all in one transaction with their ledger lines."""
        with self._lock, self._database.write() as connection:
            generation = staging.next_generation(connection)
            staging.retire(connection, [document_id for document_id, _ in removals], generation=generation)
            staging.record(connection, run_id, [outcome for _, outcome in removals])

    def rollback(self, run_id: int, document_id: str, number: int, outcome: Outcome) -> None:
        """A kept version answers again, as a new one; nothing is embedded. It must be kept."""
        with self._lock:
            self._publisher.publish_again(run_id, document_id, number, outcome)

    def forget(self, run_id: int, document_id: str, outcome: Outcome) -> Forgotten:
        """Erase a document with its parts; tombstones keep an ingest from bringing them back. It must be there."""
        with self._lock:
            buried = self._forgetter.bury(run_id, document_id, outcome)
            return self._forgetter.erase(buried)

    def keep_versions(self, number: int) -> None:
        """How many versions of each document sweeps leave from now on, the one that answers counted."""
        with self._lock, self._database.write() as connection:
            keep_versions(connection, number)

    def sweep(self) -> None:
        """Take what no query can reach out of the indexes, and out of the catalogue what no kept version needs."""
        with self._lock:
            self._sweeper.sweep()
            if len(self._open_runs) <= 1:  # another run may be converting originals that no version names yet
                self._sweeper.drop_originals()

    def sweep_indexes(self) -> None:
        """The same, but for originals: for who is no run itself."""
        with self._lock:
            self._sweeper.sweep()

    def _vacate(self, connection: Connection, document_id: str, path: str) -> None:
        """Give way at `path` where a document that is no longer published still holds it."""
        root = select(documents.c.root).where(documents.c.id == document_id).scalar_subquery()
        collection = select(documents.c.collection).where(documents.c.id == document_id).scalar_subquery()
        holder = connection.execute(
            select(documents.c.id).where(
                documents.c.collection == collection,
                documents.c.root == root,
                documents.c.path == path,
                documents.c.id != document_id,
            )
        ).scalar()
        if holder is None:
            return
        if connection.execute(select(versions.c.id).where(versions.c.document_id == holder, live())).first():
            raise NotFound(f"{path} already names another document", remedy="ingest the folder again")
        connection.execute(update(documents).where(documents.c.id == holder).values(path=f"{path}#removed-{holder}"))
