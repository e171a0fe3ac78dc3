"""What is new or changed: copied into the home, converted in worker processes, published in batches."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.convert import CONVERTERS, convert
from ingest.errors import Unreadable
from ingest.ledger import Ledger, Progress, Published, unread
from ingest.media import media_type
from ingest.models import ConvertSettings, Limits
from ingest.ole import OLE_MAGIC
from ingest.plan import ToConvert
from ingest.remembered import Remembered
from ingest.sources import FoundFile, Survey
from ingest.worker import Converted, Job
from ingest.workers import Workers
from retrieval.errors import SourceError
from retrieval.models import ExplainedPage, Outcome, Source, StagedVersion
from retrieval.store.index import Index

BATCH_DOCUMENTS = 200
BATCH_CHUNKS = 1_000
BATCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Copied:
    """A source whose copy is in the home and about to be converted."""

    source: ToConvert
    content_hash: str
    size: int


Removals = Sequence[tuple[str, Outcome]]


class Publishing:
    """Turns sources into published versions; every one of them ends in the ledger.

    `fingerprint` names what turns bytes into chunks; `groups` tells who may see a file.
    """

    def __init__(
        self,
        index: Index,
        ledger: Ledger,
        progress: Progress,
        *,
        survey: Survey,
        fingerprint: str,
        groups: Callable[[FoundFile], tuple[str, ...]],
        remembered: Remembered,
        removals: Removals | None = None,
        again: bool = False,
    ) -> None:
        self._index = index
        self._ledger = ledger
        self._progress = progress
        self._collection = survey.collection
        self._uris = frozenset(found.uri for found in survey.files)
        self._groups = groups
        self._remembered = remembered
        self._fingerprint = fingerprint
        self._batch = _Batch(index, ledger, progress, removals=removals, again=again)

    def run(
        self, sources: Sequence[ToConvert], *, workers: int, limits: Limits, settings: ConvertSettings
    ) -> Published:
        """All of them, in `workers` processes at once, 0 for one per processor."""
        if sources:
            with Workers(self._index.chunk_limits, count=workers, limits=limits, settings=settings) as pool:
                for ended in pool.convert(self._copied(sources), tick=BATCH_SECONDS / 2):
                    if ended is not None:
                        self._converted(*ended)
                    else:
                        self._progress.published(0, 0)
                    self._batch.publish_if_due()
                self._batch.publish()
        return Published(self._batch.chunks, self._batch.embedded)

    def _copied(self, sources: Sequence[ToConvert]) -> Iterator[tuple[_Copied, Job]]:
        """Copy each source into the home as it is wanted; one that can't be read any more ends here."""
        for source in sources:
            found = source.seen.found
            try:
                _refuse_unknown(found.file, _name(found))
                content_hash, size = self._index.keep_original(found.file)
            except OSError as exc:
                self._unread(source, Unreadable(f"{_name(found)}: {exc.strerror}", remedy="see that it may be read"))
                continue
            except SourceError as exc:
                self._unread(source, exc)
                continue
            yield _Copied(source, content_hash, size), Job(self._index.original(content_hash), _name(found))

    def _converted(self, copied: _Copied, result: Converted | SourceError) -> None:
        if isinstance(result, SourceError):
            self._unread(copied.source, result)
            return
        same_as = self._same_as(copied)
        notes = [f"same bytes as {same_as}"] if same_as else []
        notes += [f"attachment {one.name} is not indexed: attachments are not read yet" for one in result.attachments]
        outcome = Outcome(
            copied.source.seen.found.uri,
            "duplicate" if same_as else "indexed",
            "; ".join([*notes, *result.notes]),
            pages=len(result.pages),
            chunks=len(result.chunks),
            explained=unindexed(result),
            quality=result.quality,
        )
        self._batch.add(self._version(copied, result), outcome)

    def _unread(self, source: ToConvert, error: SourceError) -> None:
        self._remembered.refused(source, error)
        known = source.known.document_id if source.known else None
        self._ledger.ended(unread(source.seen.found.uri, error, known=known))

    def _same_as(self, copied: _Copied) -> str:
        """Another source with these bytes: an earlier one of this run, or a document outside of it."""
        if copied.content_hash == copied.source.seen.content_hash and copied.source.same_as:
            return copied.source.same_as
        other = self._index.same_bytes(self._collection, copied.content_hash)
        return "" if other is None or other.uri in self._uris else other.uri

    def _version(self, copied: _Copied, result: Converted) -> StagedVersion:
        found = copied.source.seen.found
        source = Source(
            collection=self._collection,
            root=found.root,
            path=found.path,
            uri=found.uri,
            media_type=result.media_type,
            size=copied.size,
            content_hash=copied.content_hash,
            groups=self._groups(found),
        )
        return StagedVersion(
            source,
            fingerprint=self._fingerprint,
            title=result.title,
            text=result.text,
            pages=result.pages,
            metadata=result.metadata,
            chunks=result.chunks,
            explained=unindexed(result),
            hidden=result.hidden,
            boxes=result.boxes,
            quality=result.quality,
        )


class _Batch:
    """Versions that wait to be published together: many sources share a commit, and none waits for long.

    With `removals` all of them wait for the end of the run, and go together with what is removed.
    """

    def __init__(
        self, index: Index, ledger: Ledger, progress: Progress, *, removals: Removals | None, again: bool
    ) -> None:
        self.chunks = 0
        self._again = again
        self._removals = removals
        self._prepared = 0
        self.embedded = 0
        self._index = index
        self._ledger = ledger
        self._progress = progress
        self._waiting: list[tuple[StagedVersion, Outcome]] = []
        self._since = 0.0

    def add(self, version: StagedVersion, outcome: Outcome) -> None:
        if len(self._waiting) == self._prepared:
            self._since = time.monotonic()
        self._waiting.append((version, outcome))

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
        removals = self._removals or ()
        if not self._waiting and not removals:
            return
        waiting, self._waiting = self._waiting, []
        done = self._index.publish(self._ledger.run_id, waiting, removals, again=self._again)
        self._ledger.told([outcome for _, outcome in removals])
        chunks = sum(outcome.chunks for outcome in done.outcomes)
        self.chunks += chunks
        self.embedded += done.embedded
        self._ledger.told(done.outcomes)
        self._progress.published(chunks, done.embedded)


def unindexed(result: Converted) -> tuple[ExplainedPage, ...]:
    """The pages of which no chunk holds anything, and why."""
    indexed = {
        page for chunk in result.chunks if chunk.page for page in range(chunk.page, (chunk.page_end or chunk.page) + 1)
    }
    return tuple(
        ExplainedPage(span.page, "no text on it" if span.start == span.end else "nothing on it is for search")
        for span in result.pages
        if span.page not in indexed
    )


def _refuse_unknown(path: Path, name: str) -> None:
    """Raise what converting would where no converter is asked: films and pictures are not copied run after run.

    A container's kind stands inside of it, and only a worker opens what may be built to harm.
    """
    with path.open("rb") as file:
        if file.read(len(OLE_MAGIC)).startswith((b"PK", OLE_MAGIC)):
            return
    if (kind := media_type(path, name)) not in CONVERTERS:
        convert(path, kind, name)


def _name(found: FoundFile) -> str:
    return PurePosixPath(found.path).name
