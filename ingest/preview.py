"""What a run would do, told without doing it: nothing is written, neither to the home nor to the sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.access import Access
from ingest.options import IngestOptions
from ingest.outlook import Outlook, covered, outlook
from ingest.pipeline import fingerprint
from ingest.plan import Kept, ToConvert
from ingest.sources import LeftOut, Survey
from ingest.stamps import looked_at
from ingest.stores import Stores
from ingest.surveying import surveyed
from retrieval.settings import ChunkSettings
from retrieval.store.known import Known


@dataclass(frozen=True, slots=True)
class Preview:
    """URIs, each list in order; `moved` from a path below the root. `gone` are without a file and would stay."""

    collection: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    gone: tuple[str, ...]
    unchanged: int
    left_out: tuple[LeftOut, ...]
    refused: str


def preview(known: Known, targets: Sequence[str], options: IngestOptions, settings: ChunkSettings) -> Preview:
    """Reads what changed in order to compare it. Raises `UsageError` as a run does."""
    options.check()
    with surveyed(known, targets, options, Stores()) as found:
        return _preview(found, _ahead(known, found, options, settings))


def _ahead(known: Known, found: Survey, options: IngestOptions, settings: ChunkSettings) -> Outlook:
    roots = sorted({place.root for place in found.territories})
    sightings = {
        (root, path): one for root in roots for path, one in known.sightings.below(found.collection, root).items()
    }
    return outlook(
        known,
        found,
        looked_at(found.files, sightings, checksum=options.checksum, tell=lambda: None),
        covered(known, found)[0],
        options=options,
        fingerprint=fingerprint(settings, options.settings),
        may_move=Access(_WouldGrant(known), found, allow=options.allow).may_move,
    )


def _preview(found: Survey, ahead: Outlook) -> Preview:
    planned = ahead.planned
    removed = {one.known.document_id for one in ahead.removed}
    known_again: list[Kept | ToConvert] = [*planned.kept, *planned.to_convert]
    return Preview(
        collection=found.collection,
        added=_sorted(one.seen.found.uri for one in planned.to_convert if one.known is None),
        changed=_sorted(one.seen.found.uri for one in planned.to_convert if one.known is not None),
        moved=tuple(sorted((one.moved_from, one.seen.found.uri) for one in known_again if one.moved_from)),
        removed=_sorted(one.known.uri for one in ahead.removed),
        gone=_sorted(one.known.uri for one in planned.gone if one.known.document_id not in removed),
        unchanged=sum(not one.moved_from for one in planned.kept),
        left_out=ahead.left_out,
        refused=ahead.refused,
    )


def _sorted(uris: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(uris))


class _WouldGrant:
    """Remembers what `--allow` would grant for as long as the preview takes."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._granted: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}

    def grants(self, collection: str, root: str) -> Mapping[str, tuple[str, ...]]:
        granted = self._granted.get((collection, root), {})
        kept = {
            prefix: groups
            for prefix, groups in self._known.grants(collection, root).items()
            if not any(_covers(over, prefix) for over in granted)
        }
        return {**kept, **granted}

    def grant(self, collection: str, root: str, prefix: str, groups: Sequence[str]) -> None:
        self._granted.setdefault((collection, root), {})[prefix] = tuple(groups)


def _covers(prefix: str, path: str) -> bool:
    return not prefix or path == prefix or path.startswith(f"{prefix}/")
