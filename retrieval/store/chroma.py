"""Chroma's HNSW behind the `VectorIndex` port.

Chroma is given vectors and row numbers only; text and access stay in the catalogue. A second process must not open the
same folder (its queries would be stale), so only the home's writer does.
"""

import contextlib
import os
import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import chromadb
import numpy as np
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from retrieval.errors import IndexCorrupt, StorageFull
from retrieval.ports import Ranked, Rows, Vectors
from retrieval.store import native_memory
from retrieval.store.durable import read_json, replace_json
from retrieval.store.exact import best

_COLLECTION = "chunks"
_PART = 2_000  # rows of one call
_FEWEST_DEAD = 4_096
_ROWS_BETWEEN = 1_000  # added before freed memory is given back once more
_EF_SEARCH = 400  # recall 0.974 of the exact top 100 at 100,000 vectors of 384 dimensions, more of the top 10
_spoilt: Counter[Path] = Counter()  # how often a folder failed to open in this process
_REMEDY = "`footnote doctor` makes it anew from the catalogue"


class ChromaVectors:
    """One persistent collection. Deleted rows stay in the graph until it is made anew (`worn`)."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._dimension = dimension
        self._lock = threading.RLock()
        self._state = folder / "footnote.json"
        self._counted: int | None = None
        self._given_back_at = 0
        self._generation, self._added, self._epoch = self._recorded()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ["SQLITE_TMPDIR"] = str(folder)  # Chroma's own SQLite spills into /var/tmp otherwise
        try:
            self._client = chromadb.PersistentClient(_named(folder), Settings(anonymized_telemetry=False))
            self._collection = self._made(self._epoch)
            self._collection.count()
        except BaseException as exc:
            if not _theirs(exc):
                raise
            _spoilt[folder] += 1
            raise self._broken(exc) from exc

    def add(self, rows: Rows, vectors: Vectors) -> None:
        with self._lock, self._translated():
            _upsert(self._collection, rows, vectors)
            self._added += len(rows)
            self._counted = None

    def delete(self, rows: Rows) -> None:
        for part in _parts(len(rows)):
            self._call("delete", ids=[str(row) for row in rows[part]])
        self._counted = None

    def flush(self, generation: int) -> None:
        """Chroma's own log is durable when a call returns; what is left to record is the generation."""
        with self._lock:
            content = {"generation": generation, "added": self._added, "epoch": self._epoch}
            replace_json(self._state, content)
            self._generation = generation
            if abs(self._added - self._given_back_at) >= _ROWS_BETWEEN:
                self._given_back_at = self._added
                native_memory.give_back()

    def generation(self) -> int:
        return self._generation

    def worn(self) -> bool:
        """Whether dead rows exceed half of the live ones, so that the collection should be made anew."""
        live = self.count()
        dead = self._added - live
        return dead >= _FEWEST_DEAD and dead > live / 2

    def count(self) -> int:
        """Counted once after each change: Chroma takes longer for it than for a search."""
        if (held := self._counted) is None:
            held = self._counted = int(self._call("count"))
        return held

    def search(self, vector: Vectors, n: int, visible: Rows) -> Ranked:
        """HNSW asked for twice as many until n visible rows stand, or all that it holds were seen."""
        held = self.count()
        asked = min(max(2 * n, 100), held)
        while asked:
            rows, scores = self._nearest(vector, asked)
            place = np.minimum(np.searchsorted(visible, rows), max(len(visible) - 1, 0))
            seen = visible[place] == rows if len(visible) else np.zeros(len(rows), bool)
            if seen.sum() >= min(n, len(visible)) or asked == held:
                return best(rows[seen], scores[seen], n)
            asked = min(2 * asked, held)
        return Ranked(np.empty(0, np.int64), np.empty(0, np.float32))

    def scores(self, vector: Vectors, rows: Rows) -> NDArray[np.float32]:
        found = self._call("get", ids=[str(row) for row in rows], include=["embeddings"])
        held = {int(row): np.asarray(one, np.float32) @ vector for row, one in _pairs(found)}
        return np.array([held.get(int(row), np.nan) for row in rows], dtype=np.float32)

    def clear(self) -> None:
        self.renew((), 0)

    def held(self) -> Mapping[str, Rows]:
        found = self._call("get", include=[])
        return {"chroma": np.array(sorted(int(row) for row in found["ids"]), dtype=np.int64)}

    def renew(self, parts: Iterable[tuple[Rows, Vectors]], generation: int) -> None:
        """Fill a new collection with `parts` and put it in the old one's place; queries go on meanwhile."""
        with self._lock:
            epoch = self._epoch + 1
            self._drop(epoch)
            old, collection = self._epoch, self._made(epoch)
            added = 0
            for rows, vectors in parts:
                _upsert(collection, rows, vectors)
                added += len(rows)
            self._collection, self._epoch, self._added, self._counted = collection, epoch, added, None
            self.flush(generation)
            self._drop(old)
            self._give_back()

    def close(self) -> None:
        self._client.close()

    def discard(self) -> None:
        """Close it for good, in whatever state it is, and remove its folder."""
        _spoilt[self._folder] += 1
        with contextlib.suppress(ChromaError, ValueError, RuntimeError, AttributeError):
            self._client.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _made(self, epoch: int) -> Any:
        return self._client.get_or_create_collection(
            f"{_COLLECTION}-{epoch}",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH, "max_neighbors": 32}},
        )

    def _drop(self, epoch: int) -> None:
        with contextlib.suppress(ChromaError, ValueError):  # there need be none
            self._client.delete_collection(f"{_COLLECTION}-{epoch}")

    def _give_back(self) -> None:
        """Chroma's own database never shrinks, and the graph of a dropped collection stays in its folder.

        Where the database is busy, the next time does it.
        """
        database = self._folder / "chroma.sqlite3"
        with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(database)) as connection:
            living = {name for (name,) in connection.execute("SELECT id FROM segments")}
            for folder in self._folder.iterdir():
                if folder.is_dir() and folder.name not in living:
                    shutil.rmtree(folder, ignore_errors=True)
            connection.execute("VACUUM")

    def _nearest(self, vector: Vectors, n: int) -> tuple[Rows, NDArray[np.float32]]:
        found = self._call("query", query_embeddings=[vector], n_results=n, include=["distances"])
        rows = np.array([int(row) for row in found["ids"][0]], dtype=np.int64)
        return rows, 1 - np.array(found["distances"][0], dtype=np.float32)

    def _call(self, verb: str, **arguments: Any) -> Any:
        with self._translated():
            return getattr(self._collection, verb)(**arguments)

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except BaseException as exc:
            if not _theirs(exc):
                raise
            raise self._broken(exc) from exc

    def _broken(self, exc: BaseException) -> IndexCorrupt | StorageFull:
        if "full" in str(exc).lower() or "no space" in str(exc).lower():
            return StorageFull(f"{self._folder} can't be written: {exc}", remedy="free some space and run again")
        return IndexCorrupt(f"the vector index {self._folder} can't be used: {exc}", remedy=_REMEDY)

    def _recorded(self) -> tuple[int, int, int]:
        stored = read_json(self._state)
        return int(stored.get("generation", 0)), int(stored.get("added", 0)), int(stored.get("epoch", 0))


def _named(folder: Path) -> str:
    """Chroma keeps what it opened by this name, for the whole process, also what failed to open."""
    return str(folder) + "/." * _spoilt[folder]


def _theirs(exc: BaseException) -> bool:
    """A failure of Chroma; where damage makes its native code panic, it is no `Exception`."""
    known = (ChromaError, ValueError, RuntimeError, OSError, LookupError, AttributeError)
    return isinstance(exc, known) or type(exc).__name__ == "PanicException"


def _upsert(collection: Any, rows: Rows, vectors: Vectors) -> None:
    for part in _parts(len(rows)):
        collection.upsert(ids=[str(row) for row in rows[part]], embeddings=vectors[part])


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    return zip(found["ids"], found["embeddings"], strict=True)


def _parts(total: int) -> list[slice]:
    return [slice(start, start + _PART) for start in range(0, total, _PART)]
