"""Stored versions cut by other limits: their kept originals are read again, in the worker processes of an ingest.

A version's text is never changed, for citations count in it. Where reading the original again gives another text (by
another converter since) or none, the version is cut as it was, and that is told; the next ingest of its source reads
it anew.
"""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest import chunk
from ingest.models import ConvertSettings
from ingest.worker import Converted, Job
from ingest.workers import Workers
from retrieval.errors import SourceError
from retrieval.settings import ChunkSettings
from retrieval.store.index import Index
from retrieval.store.reindex.kept import AsBefore, Cut, Cutter, KeptVersion
from retrieval.store.reindex.reindexer import Progress, Reindexed

_TICK = 1.0  # seconds


def reindex(
    index: Index,
    *,
    model: str | None,
    chunk_tokens: int | None,
    progress: Progress,
    workers: int = 0,
    settings: ConvertSettings | None = None,
) -> Reindexed:
    """Build the index anew by another model or other limits and switch to it; see `Reindexer.run`."""
    wanted = index.reindexer.wanted(model, chunk_tokens, chunk.fingerprint)
    with contextlib.ExitStack() as stack:
        cutter: Cutter = AsBefore()
        if wanted.recut:
            limits = index.reindexer.limits(wanted)
            pool = stack.enter_context(Workers(limits, count=workers, settings=settings))
            cutter = Recutter(index, pool, limits.settings)
        return index.reindexer.run(wanted, cutter, progress)


@dataclass(frozen=True, slots=True)
class Recutter:
    """A `Cutter` by a pool of workers that cuts by `chunking`."""

    index: Index
    pool: Workers
    chunking: ChunkSettings

    def cut(self, versions: Sequence[KeptVersion]) -> Iterator[Cut | None]:
        there = [one for one in versions if self.index.original(one.content_hash).is_file()]
        lost = [one for one in versions if one not in there]
        yield from (_as_before(one, "its original is not kept") for one in lost)
        jobs = ((one, Job(self.index.original(one.content_hash), PurePosixPath(one.path).name)) for one in there)
        for ended in self.pool.convert(jobs, tick=_TICK):
            yield None if ended is None else self._cut(*ended)

    def _cut(self, version: KeptVersion, result: Converted | SourceError) -> Cut:
        if isinstance(result, SourceError):
            return _as_before(version, f"its original can't be read again: {result.message}")
        if (result.text, result.title) != (version.text, version.title):
            return _as_before(version, "it is read otherwise by now; ingest its source again")
        converter = version.fingerprint.rpartition("/")[0]
        return Cut(version, result.chunks, f"{converter}/{chunk.fingerprint(self.chunking)}")


def _as_before(version: KeptVersion, why: str) -> Cut:
    return Cut(version, version.chunks, version.fingerprint, why)
