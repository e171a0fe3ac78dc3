"""What earlier runs saw of the sources of this one, and what this one will leave for the next."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from ingest import errors
from ingest.parts import INSIDE, sources_of
from ingest.plan import ToConvert
from ingest.sources import FoundFile, Survey
from ingest.stamps import Look, looked_at
from retrieval.errors import SourceError
from retrieval.store.index import Index
from retrieval.store.sightings import Sighting

_LASTING = {one.code: one for one in (errors.NoText, errors.UnknownFormat, errors.Encrypted, errors.Malformed)}
"""What the same bytes will end in again, as long as they are read in the same way."""


class Remembered:
    """The sightings of one run's roots. What is new is written when files were hashed, and once more at its end."""

    def __init__(self, index: Index, surveyed: Survey, *, fingerprint: str) -> None:
        self._index = index
        self._survey = surveyed
        self._fingerprint = fingerprint
        roots = sorted({place.root for place in surveyed.territories})
        self._known = {
            (root, path): one
            for root in roots
            for path, one in index.sightings.below(surveyed.collection, root).items()
        }
        self._new: dict[tuple[str, str], Sighting] = {}
        self._parts = self._parted()

    def look(
        self, files: Iterable[FoundFile], *, checksum: bool, tell: Callable[[], None]
    ) -> Iterator[Look | tuple[FoundFile, SourceError]]:
        """Each file by content, or why it can't be read; see `ingest.stamps.looked_at`."""
        self._forget_absent()
        for one in looked_at(files, self._known, checksum=checksum, tell=tell):
            if isinstance(one, Look) and one.new:
                self._note(one.found.root, one.sighting)
            yield one
        self.write()

    def refusal(self, source: ToConvert) -> SourceError | None:
        """Why these bytes could not be read the last time, where that will not have changed."""
        found = source.seen.found
        known = self._known.get((found.root, found.path))
        if known is None or known.content_hash != source.seen.content_hash or known.fingerprint != self._fingerprint:
            return None
        return _LASTING[known.code](known.message, remedy=known.remedy) if known.code in _LASTING else None

    def refused(self, source: ToConvert, error: SourceError) -> None:
        """Keep why it can't be read."""
        found, content_hash = source.seen.found, source.seen.content_hash
        if error.code in _LASTING:
            why = (self._fingerprint, error.code, error.message, error.remedy)
            self._note(found.root, Sighting(found.path, found.stamp, content_hash, *why))

    def parts(self, found: FoundFile) -> list[Sighting]:
        """Those of a file's parts that could not be read the last time it was."""
        return list(self._parts[found.root, found.path].values()) if (found.root, found.path) in self._parts else []

    def note_part(self, found: FoundFile, why: Sighting) -> None:
        """Keep why a part can't be read, for as long as the file is as it is."""
        self._parts[found.root, found.path][why.path] = self._new[found.root, why.path] = why

    def forget_parts(self, found: FoundFile) -> None:
        """The file is read again, and all that is in it."""
        refused = self._parts.pop((found.root, found.path), {})
        self._index.sightings.forget(self._survey.collection, found.root, refused)

    def write(self) -> None:
        by_root: dict[str, list[Sighting]] = defaultdict(list)
        for (root, _), one in self._new.items():
            by_root[root].append(one)
        for root, seen in by_root.items():
            self._index.sightings.keep(self._survey.collection, root, seen)
        self._new.clear()

    def _note(self, root: str, one: Sighting) -> None:
        if self._known.get((root, one.path)) != one:
            self._known[root, one.path] = self._new[root, one.path] = one

    def _parted(self) -> dict[tuple[str, str], dict[str, Sighting]]:
        """Take what is known of parts of this run's files out of what is known of files."""
        here = {(found.root, found.path) for found in self._survey.files}
        parts: dict[tuple[str, str], dict[str, Sighting]] = defaultdict(dict)
        for root, path in [place for place in self._known if INSIDE in place[1] and place not in here]:
            source = next((one for one in sources_of(path) if (root, one) in here), None)
            if source is not None:
                parts[root, source][path] = self._known.pop((root, path))
        return parts

    def _forget_absent(self) -> None:
        """What is covered and not there any more. What could not be listed is forgotten too, and will be hashed.

        What is there and can't be read now stays known.
        """
        here = {(found.root, found.path) for found in self._survey.files}
        here |= {(one.root, one.path) for one in self._survey.left_out if one.outcome == "failed"}
        absent: dict[str, list[str]] = defaultdict(list)
        for root, path in self._known.keys() - here:
            if any(place.covers(root, path) for place in self._survey.territories):
                absent[root].append(path)
        for root, paths in absent.items():
            self._index.sightings.forget(self._survey.collection, root, paths)
            for path in paths:
                del self._known[root, path]
