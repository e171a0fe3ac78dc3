"""Exact nearest neighbours: a matrix in a file, read through memory.

Two files grow side by side, `vectors.f32` (slots, dim) float32 and `rows.i64` (slots,) int64, and a third names the
generation that they are durable up to. A row that is added again gets a new slot, the last one counts; a deleted row
gets an empty slot with its number negated. When more than half of the slots are dead, both are written anew under
the next epoch. Readers of another process keep what they have mapped.
"""

import contextlib
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from retrieval.errors import IndexCorrupt, StorageFull
from retrieval.ports import Ranked, Rows, Vectors
from retrieval.store.durable import full, read_json, replace_json, stamp_of, sync

threadpool_limits(1, "blas")  # requests share the cores; two threads for one scan wait for each other when busy

_FEWEST_DEAD = 4_096  # slots; below that a rewrite is not worth it


@dataclass(frozen=True, slots=True)
class _Loaded:
    """`rows` ascending and unique, `slots` where each stands, `matrix` (all slots, dim)."""

    rows: Rows
    slots: Rows
    matrix: Vectors


class ExactVectors:
    """The `VectorIndex` port by exhaustive scan; ties by row. Exact, and so the oracle of the other one."""

    def __init__(self, folder: Path, dimension: int, *, writable: bool = True) -> None:
        self._folder = folder
        self._state = folder / "footnote.json"
        self._writable = writable
        self._read_at: object = None
        self._dimension = dimension
        self._lock = threading.RLock()
        if writable:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._loaded: _Loaded | None = None
        self._epoch, self._generation, self._count = self._recorded()
        if writable:
            self._truncate()
            self._remove_other_epochs()

    def add(self, rows: Rows, vectors: Vectors) -> None:
        if vectors.shape != (len(rows), self._dimension):
            raise IndexCorrupt(f"vectors of shape {vectors.shape} do not fit {self._folder}", remedy="see its model")
        with self._lock:
            self._append(np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(vectors, np.float32))

    def delete(self, rows: Rows) -> None:
        with self._lock:
            held = rows[np.isin(rows, self._load().rows)]
            self._append(-held, np.zeros((len(held), self._dimension), np.float32))

    def flush(self, generation: int) -> None:
        with self._lock:
            for path in self._files(self._epoch):
                _durable(path)
            self._record(self._epoch, generation, self._count)
            self._compact()

    def generation(self) -> int:
        return self._generation

    def search(self, vector: Vectors, n: int, visible: Rows) -> Ranked:
        rows, slots, matrix = self._held(visible)
        scores = matrix @ vector if len(slots) == len(matrix) else matrix[slots] @ vector
        if len(slots) == len(matrix):
            scores = scores[slots]
        return best(rows, scores.astype(np.float32, copy=False), n)

    def scores(self, vector: Vectors, rows: Rows) -> NDArray[np.float32]:
        loaded = self._load()
        found = np.full(len(rows), np.nan, np.float32)
        if not len(loaded.rows):
            return found
        place = np.searchsorted(loaded.rows, rows)
        held = (place < len(loaded.rows)) & (loaded.rows[np.minimum(place, len(loaded.rows) - 1)] == rows)
        found[held] = loaded.matrix[loaded.slots[place[held]]] @ vector
        return found

    def clear(self) -> None:
        with self._lock:
            self._rewrite((), generation=0)

    def held(self) -> Mapping[str, Rows]:
        return {"vectors": self._load().rows}

    def renew(self, parts: Iterable[tuple[Rows, Vectors]], generation: int) -> None:
        with self._lock:
            self._rewrite(parts, generation=generation)

    def everything(self) -> tuple[Rows, Vectors]:
        """(n,) rows ascending and their (n, dim) vectors."""
        loaded = self._load()
        return loaded.rows, np.ascontiguousarray(loaded.matrix[loaded.slots])

    def close(self) -> None:
        self._loaded = None

    def _held(self, visible: Rows) -> tuple[Rows, Rows, Vectors]:
        loaded = self._load()
        if not len(loaded.rows):
            return loaded.rows, loaded.slots, loaded.matrix
        place = np.minimum(np.searchsorted(loaded.rows, visible), len(loaded.rows) - 1)
        held = loaded.rows[place] == visible
        return visible[held], loaded.slots[place[held]], loaded.matrix

    def _load(self) -> _Loaded:
        with self._lock:
            if not self._writable:
                self._follow_writer()
            if self._loaded is None:
                self._loaded = self._map()
            return self._loaded

    def _follow_writer(self) -> None:
        """Beside a writer: map anew what it has flushed since. It may put a new epoch in place at any moment."""
        stamp = stamp_of(self._state)
        if stamp == self._read_at and self._loaded is not None:
            return
        for _ in range(5):
            self._epoch, self._generation, self._count = self._recorded()
            with contextlib.suppress(FileNotFoundError):
                self._loaded, self._read_at = self._map(), stamp
                return
        raise IndexCorrupt(f"{self._folder} can't be read", remedy="open the home for writing once; it is made anew")

    def _map(self) -> _Loaded:
        vectors, numbers = self._files(self._epoch)
        if not self._count:
            empty = np.empty(0, np.int64)
            return _Loaded(empty, empty, np.empty((0, self._dimension), np.float32))
        matrix = np.memmap(vectors, np.float32, "r", shape=(self._count, self._dimension))
        log = np.fromfile(numbers, np.int64, self._count)
        rows, last = np.unique(np.abs(log)[::-1], return_index=True)
        slots = self._count - 1 - last
        alive = log[slots] > 0
        return _Loaded(rows[alive], slots[alive].astype(np.int64), matrix)

    def _append(self, rows: Rows, vectors: Vectors) -> None:
        try:
            for path, block in zip(self._files(self._epoch), (vectors.tobytes(), rows.tobytes()), strict=True):
                _write(path, block)
        except StorageFull:
            self._truncate()
            raise
        self._count += len(rows)
        self._loaded = None

    def _compact(self) -> None:
        live = len(self._load().rows)
        dead = self._count - live
        if dead >= _FEWEST_DEAD and dead >= live / 2:
            self._rewrite([self.everything()], generation=self._generation)

    def _rewrite(self, parts: Iterable[tuple[Rows, Vectors]], *, generation: int) -> None:
        """Put these rows in place of all under a new epoch; whatever fails before it is recorded changes nothing."""
        epoch, count = self._epoch + 1, 0
        files = self._files(epoch)
        for path in files:
            path.unlink(missing_ok=True)
            path.touch()
        for rows, vectors in parts:
            for path, block in zip(files, (vectors.tobytes(), rows.tobytes()), strict=True):
                _write(path, block)
            count += len(rows)
        for path in files:
            _durable(path)
        self._record(epoch, generation, count)
        self._loaded = None
        self._remove_other_epochs()

    def _remove_other_epochs(self) -> None:
        for path in self._folder.glob("*-*"):
            if path not in self._files(self._epoch):
                path.unlink(missing_ok=True)

    def _recorded(self) -> tuple[int, int, int]:
        """(epoch, generation, slots) as last flushed; an index that lost them starts anew."""
        try:
            stored = read_json(self._state)
            epoch, generation, count = int(stored["epoch"]), int(stored["generation"]), int(stored["slots"])
            held = min(
                path.stat().st_size // width
                for path, width in zip(self._files(epoch), (4 * self._dimension, 8), strict=True)
            )
        except (OSError, KeyError):
            return 0, 0, 0
        return (epoch, generation, count) if held >= count else (epoch, 0, 0)

    def _record(self, epoch: int, generation: int, count: int) -> None:
        content = {"epoch": epoch, "generation": generation, "slots": count}
        replace_json(self._state, content)
        self._epoch, self._generation, self._count = epoch, generation, count

    def _truncate(self) -> None:
        """Cut off what was appended and never flushed."""
        for path, width in zip(self._files(self._epoch), (4 * self._dimension, 8), strict=True):
            path.touch()
            os.truncate(path, self._count * width)

    def _files(self, epoch: int) -> tuple[Path, Path]:
        return self._folder / f"vectors-{epoch}.f32", self._folder / f"rows-{epoch}.i64"


def best(rows: Rows, scores: NDArray[np.float32], n: int) -> Ranked:
    """The n highest scores, best first, ties by ascending row."""
    if n < len(rows):
        edge = np.partition(scores, len(scores) - n)[len(scores) - n]
        near = scores >= edge
        rows, scores = rows[near], scores[near]
    order = np.lexsort((rows, -scores))[:n]
    return Ranked(rows[order], scores[order])


def _write(path: Path, block: bytes) -> None:
    try:
        with path.open("ab") as file:
            file.write(block)
    except OSError as exc:
        raise full(path, exc) from exc


def _durable(path: Path) -> None:
    try:
        sync(path)
    except OSError as exc:
        raise full(path, exc) from exc
