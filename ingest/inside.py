"""The files inside of the sources that a run reads: kept, converted and published with what they lie in."""

from collections import deque
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ingest.errors import Unreadable
from ingest.ledger import Ledger, part_unread, unchanged, unread
from ingest.media import ARCHIVE
from ingest.models import Attachment
from ingest.parts import DEEPEST, INSIDE, KnownParts, part_path, part_uri
from ingest.plan import ToConvert
from ingest.remembered import Remembered
from ingest.sources import FoundFile
from ingest.staged import indexed, staged
from ingest.worker import Converted, Job
from retrieval.errors import SourceError
from retrieval.models import KnownDocument, Outcome, Source, StagedVersion
from retrieval.store.index import Index
from retrieval.store.sightings import Sighting

Groups = tuple[str, ...]


@dataclass(slots=True)
class Whole:
    """A source that is read, with what is read of its parts.

    `known` are those of its last version, by path; `refused` those of them that could not be read. `here` are the paths
    of parts that are still in it, `waiting` counts those that are being read.
    """

    source: ToConvert
    known: Mapping[str, KnownDocument]
    refused: Sequence[Sighting]
    versions: list[tuple[StagedVersion, Outcome]]
    here: set[str] = field(default_factory=set)
    waiting: int = 0

    @property
    def leaving(self) -> list[tuple[str, Outcome]]:
        """The parts that are in it no more."""
        reason = f"it is not in {PurePosixPath(self.source.seen.found.path).name} any more"
        return [
            (one.document_id, Outcome(one.uri, "removed", reason, document_id=one.document_id))
            for path, one in sorted(self.known.items())
            if path not in self.here
        ]

    def below(self, path: str) -> list[KnownDocument]:
        """The known parts of a part."""
        return [one for known, one in self.known.items() if known.startswith(path + INSIDE)]

    def refused_below(self, path: str) -> list[Sighting]:
        return [one for one in self.refused if one.path.startswith(path + INSIDE)]


@dataclass(frozen=True, slots=True)
class Holder:
    """What holds other files: a source or a part of one, `depth` sources deep. `archived` where one is an archive."""

    path: str
    uri: str
    depth: int
    archived: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside of a source whose bytes are in the home and about to be converted."""

    whole: Whole
    path: str
    uri: str
    content_hash: str
    size: int
    depth: int
    archived: bool


class Inside:
    """Works for one run. `own` are the places (root, path) of its files, which no part may take."""

    def __init__(
        self,
        index: Index,
        ledger: Ledger,
        *,
        collection: str,
        fingerprint: str,
        known: KnownParts,
        own: Container[tuple[str, str]],
        groups: Callable[[FoundFile], Groups],
        remembered: Remembered,
        again: bool,
        retry: bool,
    ) -> None:
        self._index = index
        self._ledger = ledger
        self._collection = collection
        self._fingerprint = fingerprint
        self._known = known
        self._own = own
        self._groups = groups
        self._remembered = remembered
        self._retry = retry
        self._tombstones = None if again else index.tombstones(collection)
        self._due: deque[Part] = deque()

    def opened(self, source: ToConvert, version: StagedVersion, outcome: Outcome, result: Converted) -> Whole:
        """A source was read; what lies in it is to be read, too."""
        found = source.seen.found
        known = {one.path: one for one in self._known.of_planned(source)}
        whole = Whole(source, known, self._remembered.parts(found), [(version, outcome)])
        self._remembered.forget_parts(found)
        self._take(whole, Holder(found.path, found.uri, 0, result.media_type == ARCHIVE), result.attachments)
        return whole

    def due(self) -> tuple[Part, Job] | None:
        """The next part to be converted."""
        if not self._due:
            return None
        part = self._due.popleft()
        name = PurePosixPath(part.path).name
        return part, Job(self._index.original(part.content_hash), name, archives=not part.archived)

    @property
    def empty(self) -> bool:
        return not self._due

    def ended(self, part: Part, result: Converted | SourceError) -> None:
        """A part was read, or can't be; its source goes on waiting for the others."""
        whole = part.whole
        whole.waiting -= 1
        if isinstance(result, SourceError):
            self._refuse(whole, part.path, part.uri, result, part.content_hash)
            return
        deeper = [f"{one.name} in it is not read: it lies too deep" for one in result.attachments]
        outcome = indexed(part.uri, result, same_as=self._same_as(part), notes=deeper if part.depth == DEEPEST else ())
        whole.versions.append((staged(self._source(part, result), result, self._fingerprint), outcome))
        if part.depth < DEEPEST:
            archived = part.archived or result.media_type == ARCHIVE
            self._take(whole, Holder(part.path, part.uri, part.depth, archived), result.attachments)

    def _take(self, whole: Whole, holder: Holder, found: Sequence[Attachment]) -> None:
        for one in found:
            path, uri = part_path(holder.path, one.name), part_uri(holder.uri, one.name)
            whole.here.add(path)
            if (whole.source.seen.found.root, path) in self._own:
                self._refuse(whole, path, uri, Unreadable(f"{one.name}: a file has its name", remedy="rename that"))
            elif one.error is not None:
                self._refuse(whole, path, uri, one.error)
            else:
                content_hash, size = self._index.keep_part(one.data)
                part = Part(whole, path, uri, content_hash, size, holder.depth + 1, holder.archived)
                if not self._passed_over(part):
                    whole.waiting += 1
                    self._due.append(part)

    def _passed_over(self, part: Part) -> bool:
        """Whether a part was forgotten on purpose, or is as it was; that is told."""
        root, known = part.whole.source.seen.found.root, part.whole.known.get(part.path)
        if known is None and self._tombstones is not None:
            day = self._tombstones.day_of(root, part.path, part.content_hash)
            if day is not None:
                reason = f"forgotten on {day[:10]}; --again takes it in"
                self._ledger.ended(Outcome(part.uri, "skipped", reason, rule="forgotten"))
                return True
        if known is None or not self._as_it_was(part, known):
            return False
        for one in (known, *part.whole.below(part.path)):
            part.whole.here.add(one.path)
            self._ledger.ended(unchanged(one))
        for refused in part.whole.refused_below(part.path):
            self._remembered.note_part(part.whole.source.seen.found, refused)
            self._ledger.ended(part_unread(part.whole.source.seen.found, refused, part.whole.known))
        return True

    def _as_it_was(self, part: Part, known: KnownDocument) -> bool:
        """Read in the same way from the same bytes, for the same people, and all that lies in it, too."""
        groups = tuple(sorted(self._groups(part.whole.source.seen.found)))
        return (
            known.content_hash == part.content_hash
            and all(
                one.fingerprint == self._fingerprint and tuple(sorted(one.groups)) == groups
                for one in (known, *part.whole.below(part.path))
            )
            and not (self._retry and part.whole.refused_below(part.path))
        )

    def _refuse(self, whole: Whole, path: str, uri: str, error: SourceError, content_hash: str = "") -> None:
        """A part can't be read: what was read of it before, and of what lies in it, goes on answering."""
        known = whole.known.get(path)
        whole.here.update(one.path for one in whole.below(path))
        why = Sighting(path, "", content_hash, self._fingerprint, error.code, error.message, error.remedy)
        self._remembered.note_part(whole.source.seen.found, why)
        self._ledger.ended(unread(uri, error, known=known.document_id if known else None))

    def _same_as(self, part: Part) -> str:
        """Another document with these bytes."""
        other = self._index.same_bytes(self._collection, part.content_hash)
        return "" if other is None or other.uri == part.uri else other.uri

    def _source(self, part: Part, result: Converted) -> Source:
        found = part.whole.source.seen.found
        return Source(
            collection=self._collection,
            root=found.root,
            path=part.path,
            uri=part.uri,
            media_type=result.media_type,
            size=part.size,
            content_hash=part.content_hash,
            groups=self._groups(found),
            container=found.path,
        )
