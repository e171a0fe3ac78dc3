"""Versions that wait to be published together."""

import time
from collections.abc import Sequence

from ingest.ledger import Ledger, Progress
from ingest.remembered import Remembered
from retrieval.models import Outcome, StagedVersion
from retrieval.store.index import Index

BATCH_DOCUMENTS = 200
BATCH_CHUNKS = 1_000
BATCH_SECONDS = 2.0

Removals = Sequence[tuple[str, Outcome]]


class Batch:
    """Many sources share a commit, and none waits for long.

    With `removals` all of them wait for the end of the run, and go together with what is removed.
    """

    def __init__(
        self,
        index: Index,
        ledger: Ledger,
        progress: Progress,
        *,
        remembered: Remembered,
        removals: Removals | None,
        again: bool,
    ) -> None:
        self.chunks = 0
        self._again = again
        self._removals = removals
        self._prepared = 0
        self.embedded = 0
        self._index = index
        self._ledger = ledger
        self._progress = progress
        self._remembered = remembered
        self._waiting: list[tuple[StagedVersion, Outcome]] = []
        self._leaving: list[tuple[str, Outcome]] = []
        self._since = 0.0

    def add(self, versions: Sequence[tuple[StagedVersion, Outcome]], leaving: Removals) -> None:
        """A source with its parts, and what was a part of it before; never published but together."""
        if len(self._waiting) == self._prepared:
            self._since = time.monotonic()
        self._waiting.extend(versions)
        self._leaving.extend(leaving)

    def publish_if_due(self) -> None:
        waiting = self._waiting[self._prepared :]
        chunks = sum(len(version.chunks) for version, _ in waiting)
        full = len(waiting) >= BATCH_DOCUMENTS or chunks >= BATCH_CHUNKS
        if full or (waiting and time.monotonic() - self._since >= BATCH_SECONDS):
            if self._removals is None:
                self.publish()
            else:
                self._prepare()

    def _prepare(self) -> None:
        """Embed what came since; it waits for the rest of the run."""
        embedded = self._index.prepare([version for version, _ in self._waiting[self._prepared :]])
        self._prepared, self._since = len(self._waiting), time.monotonic()
        self.embedded += embedded
        self._progress.published(0, embedded)

    def publish(self) -> None:
        removals = [*(self._removals or ()), *self._leaving]
        if not self._waiting and not removals:
            return
        waiting, self._waiting, self._leaving = self._waiting, [], []
        self._remembered.write()  # parts that can't be read are told again only if that is known
        done = self._index.publish(self._ledger.run_id, waiting, removals, again=self._again)
        self._ledger.told([outcome for _, outcome in removals])
        chunks = sum(outcome.chunks for outcome in done.outcomes)
        self.chunks += chunks
        self.embedded += done.embedded
        self._ledger.told(done.outcomes)
        self._progress.published(chunks, done.embedded)
