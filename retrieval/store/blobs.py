"""Originals by the hash of their bytes, kept while a kept version needs them."""

import contextlib
import hashlib
import io
import os
import tempfile
import threading
from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO

from retrieval.store.durable import full, sync

_BLOCK = 1 << 20


class Blobs:
    """A folder of files named by their SHA-256. A name is there only when its bytes are whole and durable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._removing = threading.Lock()

    def keep(self, path: Path) -> tuple[str, int]:
        """Copy `path` in; returns (SHA-256 in hex, bytes). Raises the source's `OSError`, or `StorageFull`."""
        with path.open("rb") as source:
            return self._keep(source)

    def keep_bytes(self, data: bytes) -> tuple[str, int]:
        """The same of what lies in another file."""
        return self._keep(io.BytesIO(data))

    def _keep(self, source: BinaryIO) -> tuple[str, int]:
        with _full_disk_told(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as copy:
                digest, size = _copy(source, copy, self._folder)
            with _full_disk_told(self._folder):
                self._put(Path(name), digest)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return digest, size

    def _put(self, new: Path, digest: str) -> None:
        target = self.path(digest)
        target.parent.mkdir(exist_ok=True)
        os.replace(new, target)
        sync(target.parent)
        sync(self._folder)

    def path(self, content_hash: str) -> Path:
        return self._folder / content_hash[:2] / content_hash

    def others(self, wanted: Container[str]) -> list[str]:
        """Names of files that are not wanted, sorted."""
        return sorted(path.name for path in self._all() if path.name not in wanted)

    def drop_others(self, wanted: Container[str]) -> None:
        """Remove every blob that is not wanted, and copies that were never finished."""
        if not self._removing.acquire(blocking=False):
            return  # they are being read; the next time does it
        try:
            for path in self._all():
                if path.name not in wanted:
                    path.unlink(missing_ok=True)
        finally:
            self._removing.release()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is removed as long as the block runs."""
        with self._removing:
            yield

    def drop(self, content_hash: str) -> bool:
        """Remove one; whether it was there."""
        path = self.path(content_hash)
        with self._removing:
            there = path.is_file()
            path.unlink(missing_ok=True)
        return there

    def _all(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (path for path in self._folder.rglob("*") if path.is_file())


def _copy(source: BinaryIO, target: BinaryIO, folder: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        with _full_disk_told(folder):
            target.write(block)
        digest.update(block)
        size += len(block)
    with _full_disk_told(folder):
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size


@contextlib.contextmanager
def _full_disk_told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise full(folder, exc) from exc
