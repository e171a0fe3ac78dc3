"""Whether a file is as it was, told without reading it.

Size, both times and the inode stay only where nothing wrote to the file. A clock ticks coarsely, though: a file
written just before it was looked at could be written again under the same times, so one that was touched within two
seconds is not trusted and is hashed the next time.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import Unreadable
from retrieval.errors import SourceError
from retrieval.store.sightings import Sighting

if TYPE_CHECKING:
    from ingest.sources import FoundFile

_BLOCK = 1 << 20
_UNSETTLED_NS = 2_000_000_000
_SECONDS_BETWEEN_WORDS = 1.0


def file_stamp(status: os.stat_result, now_ns: int) -> str:
    """Of a file as it was seen at `now_ns`; empty for one that was touched just before, or is dated later."""
    if max(status.st_mtime_ns, status.st_ctime_ns) > now_ns - _UNSETTLED_NS:
        return ""
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


@dataclass(frozen=True, slots=True)
class Look:
    """What a file was seen to be; `new` where that is not what was known of it."""

    found: "FoundFile"
    content_hash: str
    sighting: Sighting
    new: bool


def looked_at(
    files: Iterable["FoundFile"],
    known: Mapping[tuple[str, str], Sighting],
    *,
    checksum: bool,
    tell: Callable[[], None],
) -> Iterator[Look | tuple["FoundFile", SourceError]]:
    """Each file by content, read where its stamp does not tell, or where `checksum` asks for it; or why it can't be.

    `known` is by root and path. `tell` is called every second or so.
    """
    alive = _Alive(tell)
    for found in files:
        before = known.get((found.root, found.path))
        if before and found.stamp and before.stamp == found.stamp and not checksum:
            yield Look(found, before.content_hash, before, new=False)
            continue
        try:
            content_hash = sha256(found.opened(), alive.tell)
        except SourceError as exc:
            yield found, exc
            continue
        if before and before.content_hash == content_hash:
            kept = Sighting(found.path, found.stamp, content_hash, *_verdict(before))
        else:
            kept = Sighting(found.path, found.stamp, content_hash)
        yield Look(found, content_hash, kept, new=kept != before)


def sha256(path: Path, tell: Callable[[], None]) -> str:
    """The hash of a file's bytes; `tell` is called now and again. Raises `Unreadable`."""
    digest = hashlib.sha256()
    for block in _blocks(path):
        digest.update(block)
        tell()
    return digest.hexdigest()


def _verdict(before: Sighting) -> tuple[str, str, str, str]:
    return before.fingerprint, before.code, before.message, before.remedy


def _blocks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block
    except OSError as exc:
        raise Unreadable(exc.strerror or str(exc), remedy="see that it may be read, or leave it out") from exc


class _Alive:
    """Says every second or so that the run goes on, which is when it can be ended, too."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._spoke = time.monotonic()

    def tell(self) -> None:
        if time.monotonic() - self._spoke >= _SECONDS_BETWEEN_WORDS:
            self._tell()
            self._spoke = time.monotonic()
