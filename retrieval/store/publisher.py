"""Embed > stage > publish, for a batch of versions."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from retrieval.errors import HomeError
from retrieval.models import Outcome, StagedVersion
from retrieval.ports import Embedder
from retrieval.store import staging
from retrieval.store.database import Database
from retrieval.store.history.tombstones import buried, lift, passed_over
from retrieval.store.indexes import Indexes
from retrieval.store.schema import chunks
from retrieval.store.slicing import slices

_EMBEDDED_AT_ONCE = 512  # texts; what a kill may cost


class Publisher:
    """Works for the index. `embed` needs no lock, the rest is under the index's."""

    def __init__(self, database: Database, indexes: Indexes, embedder: Embedder) -> None:
        self._database = database
        self._indexes = indexes
        self._embedder = embedder
        self._undone: set[int] = set()  # generations whose rows may not be in both indexes, whatever the catalogue says

    def embed(self, batch: Sequence[StagedVersion]) -> int:
        """Embed and keep what the catalogue has no vector for, each text once; returns how many."""
        texts = {
            staging.vector_key(self._embedder.fingerprint, chunk.context, chunk.text): staging.embedded_text(
                chunk.context, chunk.text
            )
            for version in batch
            for chunk in version.chunks
        }
        with self._database.read() as connection:
            missing = sorted(staging.missing_vectors(connection, list(texts)), key=lambda key: len(texts[key]))
        for part in slices(missing, _EMBEDDED_AT_ONCE):
            matrix = self._embedder.embed_documents([texts[key] for key in part])
            with self._database.write() as connection:
                staging.add_vectors(connection, part, matrix)
        return len(missing)

    def publish(
        self,
        run_id: int,
        batch: Sequence[tuple[StagedVersion, Outcome]],
        removals: Sequence[tuple[str, Outcome]],
        *,
        again: bool,
    ) -> tuple[Outcome, ...]:
        """All of it or nothing. What a failure leaves staged is forgotten at once, or before the next batch.

        Unless it is published `again`, what was forgotten since the run began is passed over.
        """
        passed: list[Outcome] = []
        if not again:
            batch, passed = self._without_buried(batch)
        try:
            staged = self._stage([version for version, _ in batch])
            return self._publish(run_id, batch, staged, again=again, others=passed, removals=removals)
        except BaseException:
            with contextlib.suppress(HomeError):
                self.discard_staged()
            raise

    def publish_again(self, run_id: int, document_id: str, number: int, outcome: Outcome) -> None:
        """A kept version as the newest one, from what the catalogue holds of it."""
        try:
            staged = self._stage_again(document_id, number)
            with self._database.write() as connection:
                generation = staging.next_generation(connection)
                staging.publish(connection, staged, None, generation=generation)
                staging.record(connection, run_id, [outcome])
        except BaseException:
            with contextlib.suppress(HomeError):
                self.discard_staged()
            raise
        self._undone.clear()

    def discard_staged(self) -> None:
        """Forget what was staged and not published, and that its rows were given to the indexes."""
        with self._database.write() as connection:
            staging.discard_staged(connection, self._undone)
        self._undone.clear()

    def _without_buried(
        self, batch: Sequence[tuple[StagedVersion, Outcome]]
    ) -> tuple[list[tuple[StagedVersion, Outcome]], list[Outcome]]:
        """The others, and a line of the ledger for each that is buried."""
        with self._database.read() as connection:
            days = buried(connection, [version.source for version, _ in batch])
        places = {(one.collection, one.root, one.path): day for one, day in days.items() if not one.container}
        for part in (version.source for version, _ in batch if version.source.container):
            if day := places.get((part.collection, part.root, part.container)):
                days[part] = day  # it goes with what it lies in
        wanted = [(version, outcome) for version, outcome in batch if version.source not in days]
        passed = [
            Outcome(outcome.uri, "skipped", passed_over(days[version.source]), rule="forgotten")
            for version, outcome in batch
            if version.source in days
        ]
        return wanted, passed

    def _stage(self, batch: Sequence[StagedVersion]) -> list[staging.Staged]:
        if self._undone:
            self.discard_staged()
        with self._database.write() as connection:
            generation = staging.next_generation(connection)
            self._undone.add(generation)
            staged = [
                staging.stage(
                    connection,
                    version,
                    model=self._embedder.fingerprint,
                    build=self._indexes.build,
                    generation=generation,
                )
                for version in batch
            ]
            rows = list(connection.execute(select(chunks.c.row).where(chunks.c.indexed == generation)).scalars())
        self._indexes.add(rows, generation)
        return staged

    def _stage_again(self, document_id: str, number: int) -> staging.Staged:
        if self._undone:
            self.discard_staged()
        with self._database.write() as connection:
            generation = staging.next_generation(connection)
            self._undone.add(generation)
            staged = staging.stage_again(connection, document_id, number, generation=generation)
            rows = list(connection.execute(select(chunks.c.row).where(chunks.c.indexed == generation)).scalars())
        self._indexes.add(rows, generation)
        return staged

    def _publish(
        self,
        run_id: int,
        batch: Sequence[tuple[StagedVersion, Outcome]],
        staged: Sequence[staging.Staged],
        *,
        again: bool,
        others: Sequence[Outcome],
        removals: Sequence[tuple[str, Outcome]],
    ) -> tuple[Outcome, ...]:
        with self._database.write() as connection:
            generation = staging.next_generation(connection)
            for one, (version, _) in zip(staged, batch, strict=True):
                staging.publish(connection, one, version.source, generation=generation)
                if again:
                    lift(connection, version.source)
            ended = [
                replace(outcome, document_id=one.document_id) for one, (_, outcome) in zip(staged, batch, strict=True)
            ]
            ended += others
            staging.retire(connection, [document_id for document_id, _ in removals], generation=generation)
            staging.record(connection, run_id, [*ended, *(outcome for _, outcome in removals)])
        self._undone.clear()
        return tuple(ended)
