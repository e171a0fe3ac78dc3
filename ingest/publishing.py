"""What is new or changed: copied into the home, converted in worker processes, published in batches."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.batch import BATCH_SECONDS, Batch, Removals
from ingest.convert import CONVERTERS, convert
from ingest.errors import Unreadable
from ingest.inside import Inside, Part, Whole
from ingest.ledger import Ledger, Progress, Published, unread
from ingest.media import media_type
from ingest.ole import OLE_MAGIC
from ingest.options import IngestOptions
from ingest.parts import KnownParts
from ingest.plan import ToConvert
from ingest.remembered import Remembered
from ingest.sources import FoundFile, Survey
from ingest.staged import indexed, staged
from ingest.worker import Converted, Job
from ingest.workers import Workers
from retrieval.errors import SourceError
from retrieval.models import Source, StagedVersion
from retrieval.store.index import Index


@dataclass(frozen=True, slots=True)
class _Copied:
    """A source whose copy is in the home and about to be converted."""

    source: ToConvert
    content_hash: str
    size: int


class Publishing:
    """Turns sources into published versions; every one of them ends in the ledger.

    `fingerprint` names what turns bytes into chunks; `groups` tells who may see a file; `known` are what lay in it.
    With `removals` all is published at once, at the end.
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
        known: KnownParts,
        options: IngestOptions,
        removals: Removals | None = None,
    ) -> None:
        self._index = index
        self._ledger = ledger
        self._progress = progress
        self._collection = survey.collection
        self._uris = frozenset(found.uri for found in survey.files)
        self._groups = groups
        self._remembered = remembered
        self._fingerprint = fingerprint
        self._options = options
        self._batch = Batch(index, ledger, progress, remembered=remembered, removals=removals, again=options.again)
        self._inside = Inside(
            index,
            ledger,
            collection=survey.collection,
            fingerprint=fingerprint,
            known=known,
            own=frozenset((found.root, found.path) for found in survey.files),
            groups=groups,
            remembered=remembered,
            again=options.again,
            retry=options.retry is not None,
        )

    def run(self, sources: Sequence[ToConvert]) -> Published:
        """All of them, and what lies in them."""
        options = self._options
        if sources:
            copied = self._copied(sources)
            limits = self._index.chunk_limits
            with Workers(limits, count=options.workers, limits=options.limits, settings=options.settings) as pool:
                more = True
                while more:
                    self._round(pool, copied)
                    more = not self._inside.empty  # found in the last sources of the round
                self._batch.publish()
        return Published(self._batch.chunks, self._batch.embedded)

    def _round(self, pool: Workers, copied: Iterator[tuple[_Copied, Job]]) -> None:
        for ended in pool.convert(self._due(copied), tick=BATCH_SECONDS / 2):
            if ended is None:
                self._progress.published(0, 0)
            elif isinstance(ended[0], Part):
                self._inside.ended(ended[0], ended[1])
                self._publish(ended[0].whole)
            else:
                self._converted(ended[0], ended[1])
            self._batch.publish_if_due()

    def _due(self, copied: Iterator[tuple[_Copied, Job]]) -> Iterator[tuple[_Copied | Part, Job]]:
        """What lies in sources that were read goes before further sources, so that few wait to be published."""
        while (following := self._inside.due() or next(copied, None)) is not None:
            yield following

    def _publish(self, whole: Whole) -> None:
        if whole.waiting == 0:
            self._batch.add(whole.versions, whole.leaving)

    def _copied(self, sources: Sequence[ToConvert]) -> Iterator[tuple[_Copied, Job]]:
        """Copy each source into the home as it is wanted; one that can't be read any more ends here."""
        for source in sources:
            found = source.seen.found
            try:
                _refuse_unknown(found.opened(), _name(found))
                content_hash, size = self._index.keep_original(found.file)
                found.release()
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
        outcome = indexed(copied.source.seen.found.uri, result, same_as=self._same_as(copied))
        self._publish(self._inside.opened(copied.source, self._version(copied, result), outcome, result))

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
        return staged(source, result, self._fingerprint)


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
