"""What an admin asks of a whole home, one thing at a time, while questions are answered."""

import threading
from collections.abc import Callable
from pathlib import Path

from retrieval.store.backup.exporting import Exported, export
from retrieval.store.blobs import Blobs
from retrieval.store.database import Database
from retrieval.store.indexes import Indexes, IndexName
from retrieval.store.upkeep.doctor import Doctor
from retrieval.store.upkeep.findings import Diagnosis


class Upkeep:
    """Holds the index's lock while it works, except while it exports: what is to be published waits."""

    def __init__(
        self, database: Database, blobs: Blobs, parts: Callable[[], tuple[Doctor, Indexes]], *, lock: threading.RLock
    ) -> None:
        """`parts` are those of the build that answers, asked for under the lock: who waits for it may wait for a
        switch to another build.
        """
        self._database = database
        self._blobs = blobs
        self._parts = parts
        self._lock = lock

    def examine(self, *, repair: bool = True) -> Diagnosis:
        """See `Doctor.examine`."""
        with self._lock:
            doctor, _ = self._parts()
            return doctor.examine(repair=repair)

    def rebuild(self, name: IndexName) -> int:
        """Make one index anew from the catalogue, embedding nothing; how many chunks it holds then."""
        with self._lock:
            _, indexes = self._parts()
            return indexes.rebuild(name)

    def export(self, target: Path, told: Callable[[int, int], None] | None = None) -> Exported:
        """See `exporting.export`. Runs go on meanwhile; what they publish is not in it."""
        return export(self._database, self._blobs, target, told=told)
