"""What an admin asks of a whole home, one thing at a time, while questions are answered."""

import threading

from retrieval.store.indexes import Indexes, IndexName
from retrieval.store.upkeep.doctor import Doctor
from retrieval.store.upkeep.findings import Diagnosis


class Upkeep:
    """Holds the index's lock while it works: what is to be published waits."""

    def __init__(self, doctor: Doctor, indexes: Indexes, lock: threading.RLock) -> None:
        self._doctor = doctor
        self._indexes = indexes
        self._lock = lock

    def examine(self, *, repair: bool = True) -> Diagnosis:
        """See `Doctor.examine`."""
        with self._lock:
            return self._doctor.examine(repair=repair)

    def rebuild(self, name: IndexName) -> int:
        """Make one index anew from the catalogue, embedding nothing; how many chunks it holds then."""
        with self._lock:
            return self._indexes.rebuild(name)
