"""What a run is about to do: the survey and what is known, compared. Nothing is changed here."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ingest.options import IngestOptions
from ingest.parts import KnownParts, parted
from ingest.plan import Gone, Plan, Seen, plan, refusal
from ingest.sources import FoundFile, LeftOut, Survey
from ingest.stamps import Look
from retrieval.errors import SourceError
from retrieval.models import KnownDocument
from retrieval.store.history.tombstones import passed_over
from retrieval.store.known import Known

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outlook:
    """`left_out` has those left out by a rule or for an error, `removed` the documents that pruning takes away.

    `refused` says why nothing is removed though it was asked for, and is empty otherwise.
    """

    planned: Plan
    left_out: tuple[LeftOut, ...]
    removed: tuple[Gone, ...]
    refused: str


def covered(known: Known, surveyed: Survey) -> tuple[dict[str, tuple[KnownDocument, ...]], KnownParts]:
    """The known documents of each root that the targets cover, and the parts of them."""
    roots = sorted({place.root for place in surveyed.territories})
    return parted({root: _covered(known.known(surveyed.collection, root), root, surveyed) for root in roots})


def outlook(
    known: Known,
    surveyed: Survey,
    looks: Iterable[Look | tuple[FoundFile, SourceError]],
    documents: Mapping[str, Sequence[KnownDocument]],
    *,
    options: IngestOptions,
    fingerprint: str,
    may_move: Callable[[Gone, FoundFile], bool],
) -> Outlook:
    """`looks` are the survey's files by content, `documents` those that it covers."""
    seen, unreadable = _parted(looks)
    if not options.again:
        seen, forgotten = _without_forgotten(known, surveyed.collection, seen, documents)
        unreadable += forgotten
    planned = plan(
        seen,
        documents,
        fingerprint=fingerprint,
        left_out=[*surveyed.left_out, *unreadable],
        unseen=surveyed.unseen,
        may_move=may_move,
    )
    asked = options.prune and not options.force and bool(planned.gone)
    refused = refusal(planned.gone, documents, surveyed.unseen) if asked else ""
    removed = planned.gone if options.prune and not refused else ()
    return Outlook(planned, (*_without(surveyed.left_out, removed), *unreadable), removed, refused)


def _covered(documents: Sequence[KnownDocument], root: str, surveyed: Survey) -> tuple[KnownDocument, ...]:
    places = [place for place in surveyed.territories if place.root == root]
    return tuple(one for one in documents if any(place.covers(root, one.container or one.path) for place in places))


def _parted(looks: Iterable[Look | tuple[FoundFile, SourceError]]) -> tuple[list[Seen], list[LeftOut]]:
    """The files by content, and those that can't be read."""
    seen: list[Seen] = []
    unreadable: list[LeftOut] = []
    for one in looks:
        if isinstance(one, Look):
            seen.append(Seen(one.found, one.content_hash))
            continue
        found, error = one
        reason = f"{error.code}: {error.message}"
        unreadable.append(LeftOut(found.root, found.path, found.uri, "failed", reason, remedy=error.remedy))
    return seen, unreadable


def _without_forgotten(
    known: Known, collection: str, seen: Sequence[Seen], documents: Mapping[str, Sequence[KnownDocument]]
) -> tuple[list[Seen], list[LeftOut]]:
    """What was forgotten on purpose is left out, in its place and under any other name."""
    tombstones, wanted, passed = known.tombstones(collection), [], []
    here: set[Place] = {(root, one.path) for root, some in documents.items() for one in some}
    for one in seen:
        found = one.found
        day = None if (found.root, found.path) in here else tombstones.day_of(found.root, found.path, one.content_hash)
        if day is None:
            wanted.append(one)
        else:
            passed.append(LeftOut(found.root, found.path, found.uri, "skipped", passed_over(day)))
    return wanted, passed


def _without(left_out: Sequence[LeftOut], removed: Sequence[Gone]) -> list[LeftOut]:
    """Without those whose document is removed: a source has one outcome."""
    places = {(one.root, one.known.path) for one in removed}
    return [one for one in left_out if (one.root, one.path) not in places]
