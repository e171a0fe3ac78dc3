"""Reindexing behind the verb and the server's jobs. It loads what cuts documents: import it when it is wanted."""

import time
from collections.abc import Mapping
from typing import Any

from api import scratch
from api.opening import open_engine
from api.progress import Counts
from api.settings import Settings
from api.upkeep import ReindexedObject, reindexed_object
from ingest.models import ConvertSettings
from ingest.recut import reindex
from ingest.workers import processors
from retrieval.store.index import Index


def here(settings: Settings, arguments: Mapping[str, Any], progress: Counts) -> ReindexedObject:
    """Opens the home, reindexes, closes it. Raises `HomeLocked` where another process writes to it."""
    with open_engine(settings, write=True) as engine, scratch.inside(settings.home):
        return in_place(
            engine.index,
            arguments,
            progress=progress,
            workers=settings.workers,
            converting=settings.converting(),
        )


def beside_ingests(workers: int) -> int:
    """Half as many, one at least: an ingest may have all of them at work in the same server. 0 is one per processor."""
    return max(1, (workers or processors()) // 2)


def in_place(
    index: Index, arguments: Mapping[str, Any], *, progress: Counts, workers: int, converting: ConvertSettings
) -> ReindexedObject:
    """`arguments` are those of `POST /v1/reindex`."""
    started = time.monotonic()
    done = reindex(
        index,
        model=arguments.get("model"),
        chunk_tokens=arguments.get("chunk_tokens"),
        progress=progress,
        workers=workers,
        settings=converting,
    )
    return reindexed_object(done, seconds=time.monotonic() - started)
