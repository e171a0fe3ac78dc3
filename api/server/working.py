"""What a job of each kind does with the server's open home."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from api import upkeep
from api.errors import Internal
from api.progress import Counts
from ingest.models import ConvertSettings, CrawlLimits

if TYPE_CHECKING:
    from retrieval.store.index import Index


class Working:
    """The `Work` of the job runner."""

    def __init__(
        self,
        index: "Index",
        *,
        workers: int,
        converting: ConvertSettings | None = None,
        crawl: CrawlLimits | None = None,
    ) -> None:
        self._index = index
        self._workers = workers
        self._converting = converting or ConvertSettings()
        self._crawl = crawl or CrawlLimits()

    def __call__(self, kind: str, arguments: Mapping[str, Any], progress: Counts) -> Mapping[str, Any]:
        if kind in ("ingest", "upload"):
            from api import feeding  # loads the pipeline: a server that only answers does without

            return feeding.into(
                self._index,
                arguments,
                progress=progress,
                workers=self._workers,
                converting=self._converting,
                crawl=self._crawl,
            )
        if kind == "doctor":
            return upkeep.diagnosis_object(self._index, repair=arguments["repair"])
        if kind == "rebuild":
            return upkeep.rebuilt_object(self._index.upkeep, arguments["index"])
        if kind == "export":
            return upkeep.exported_object(self._index.upkeep, Path(arguments["path"]), progress.counted)
        if kind == "reindex-cancel":
            return upkeep.cancelled_object(self._index)
        if kind == "reindex":
            from api import reindexing  # loads what cuts documents

            workers = reindexing.beside_ingests(self._workers)
            return reindexing.in_place(
                self._index, arguments, progress=progress, workers=workers, converting=self._converting
            )
        raise Internal(f"no job is called {kind}")
