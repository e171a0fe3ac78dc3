"""What a run would do, told without doing it: nothing is written, neither to the home nor to the sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.access import Access
from ingest.options import IngestOptions
from ingest.outlook import Outlook, covered, outlook
from ingest.pipeline import fingerprint
from ingest.plan import Kept, ToConvert
from ingest.sources import LeftOut, Survey, survey
from ingest.stamps import looked_at
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
    surveyed = survey(targets, options.collection, known_roots=known.roots, home=known.home)
    roots = sorted({place.root for place in surveyed.territories})
    sightings = {
        (root, path): one for root in roots for path, one in known.sightings.below(surveyed.collection, root).items()
    }
    ahead = outlook(
        known,
        surveyed,
        looked_at(surveyed.files, sightings, checksum=options.checksum, tell=lambda: None),
        covered(known, surveyed)[0],
        options=options,
        fingerprint=fingerprint(settings, options.settings),
        may_move=Access(_WouldGrant(known), surveyed, allow=options.allow).may_move,
    )
    return _preview(surveyed, ahead)


def _preview(surveyed: Survey, ahead: Outlook) -> Preview:
    planned = ahead.planned
    removed = {one.known.document_id for one in ahead.removed}
    known_again: list[Kept | ToConvert] = [*planned.kept, *planned.to_convert]
    return Preview(
        collection=surveyed.collection,
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
