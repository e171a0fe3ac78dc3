"""What changed: files as they are against documents as they are known. Pure; nothing is read or written here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.sources import FoundFile, LeftOut, Territory
from retrieval.models import KnownDocument

_MOST_COMPARED = 10_000
MOST_GONE = 0.2  # of a root's known documents, above which pruning asks for force

Groups = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that could be read, by the SHA-256 of its bytes."""

    found: FoundFile
    content_hash: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A document whose file is as it was, here or, with `moved_from`, at another path before."""

    seen: Seen
    known: KnownDocument
    moved_from: str = ""


@dataclass(frozen=True, slots=True)
class ToConvert:
    """A file that is new, or has changed. `same_as` names an earlier source with the same bytes, or is empty."""

    seen: Seen
    known: KnownDocument | None
    moved_from: str = ""
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A known document without a file; `reason` says so, or why its file is left out now."""

    root: str
    known: KnownDocument
    reason: str


_MayMove = Callable[[Gone, FoundFile], bool]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do; each in the order of roots and paths."""

    kept: tuple[Kept, ...]
    to_convert: tuple[ToConvert, ...]
    gone: tuple[Gone, ...]


def plan(
    seen: Sequence[Seen],
    known: Mapping[str, Sequence[KnownDocument]],
    *,
    fingerprint: str,
    left_out: Sequence[LeftOut] = (),
    unseen: Sequence[Territory] = (),
    may_move: _MayMove = lambda gone, found: True,  # noqa: ARG005 - the signature is the parameter's
) -> Plan:
    """Compare. `known` holds the documents of each root that the walk covered; `may_move` forbids a renaming.

    A document whose file failed, or stands in a folder that is `unseen`, is neither kept nor gone: it stays as it is.
    """
    by_path = {(root, document.path): document for root, documents in known.items() for document in documents}
    here = {(one.found.root, one.found.path): one for one in seen}
    gone = _gone([key for key in by_path if key not in here], by_path, left_out, unseen)
    moves = _moves([one for key, one in here.items() if key not in by_path], gone, may_move)
    kept: list[Kept] = []
    changed: list[ToConvert] = []
    for key, one in sorted(here.items()):
        document = by_path.get(key) or moves.get(key)
        moved_from = document.path if document and key in moves else ""
        if document and _unchanged(one, document, fingerprint):
            kept.append(Kept(one, document, moved_from))
        else:
            changed.append(ToConvert(one, document, moved_from))
    moved = {document.document_id for document in moves.values()}
    return Plan(
        kept=tuple(kept),
        to_convert=tuple(_duplicates_named(kept, changed)),
        gone=tuple(one for one in gone if one.known.document_id not in moved),
    )


def refusal(gone: Sequence[Gone], known: Mapping[str, Sequence[KnownDocument]], unseen: Sequence[Territory]) -> str:
    """Why removing what is gone is not safe, or ""."""
    if unseen:
        places = ", ".join(sorted({f"{place.root}/{place.prefix}".rstrip("/") for place in unseen}))
        return f"nothing was removed: not everything could be listed ({places})"
    for root, documents in sorted(known.items()):
        leaving = sum(one.root == root for one in gone)
        if leaving > MOST_GONE * len(documents):
            return (
                f"nothing was removed: {leaving} of {len(documents)} documents below {root} would go, "
                f"more than {MOST_GONE:.0%}"
            )
    return ""


def _unchanged(seen: Seen, document: KnownDocument, fingerprint: str) -> bool:
    """The same bytes, read in the same way; the name's ending has a say in that."""
    same_ending = PurePosixPath(seen.found.path).suffix.lower() == PurePosixPath(document.path).suffix.lower()
    return seen.content_hash == document.content_hash and document.fingerprint == fingerprint and same_ending


def _gone(
    missing: Iterable[tuple[str, str]],
    by_path: Mapping[tuple[str, str], KnownDocument],
    left_out: Sequence[LeftOut],
    unseen: Sequence[Territory],
) -> list[Gone]:
    reasons = {(one.root, one.path): one for one in left_out}
    gone: list[Gone] = []
    for root, path in sorted(missing):
        reason = reasons.get((root, path))
        if (reason and reason.outcome == "failed") or any(place.covers(root, path) for place in unseen):
            continue
        gone.append(Gone(root, by_path[root, path], reason.reason if reason else "its file is gone"))
    return gone


def _moves(new: Sequence[Seen], gone: Sequence[Gone], may_move: _MayMove) -> dict[tuple[str, str], KnownDocument]:
    """New paths with the bytes of a document that is gone from the same root: the likest first, each used once."""
    places: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    lefts: dict[tuple[str, str], list[Gone]] = defaultdict(list)
    for one in sorted(new, key=lambda seen: seen.found.path):
        places[one.found.root, one.content_hash].append(one)
    for left in gone:
        lefts[left.root, left.known.content_hash].append(left)
    moves: dict[tuple[str, str], KnownDocument] = {}
    for key in lefts.keys() & places.keys():
        for left, one in _pairs(lefts[key], places[key], may_move):
            moves[one.found.root, one.found.path] = left.known
    return moves


def _pairs(gone: Sequence[Gone], new: Sequence[Seen], may_move: _MayMove) -> list[tuple[Gone, Seen]]:
    """Of one content: the likest paths together, or in their order where there are too many to compare."""
    if len(gone) * len(new) > _MOST_COMPARED:
        return [(left, one) for left, one in zip(gone, new, strict=False) if may_move(left, one.found)]
    likely = sorted(
        (_unlikeness(left.known.path, one.found.path), old_number, new_number)
        for old_number, left in enumerate(gone)
        for new_number, one in enumerate(new)
        if may_move(left, one.found)
    )
    paired: dict[int, int] = {}
    for _, old_number, new_number in likely:
        if old_number not in paired and new_number not in paired.values():
            paired[old_number] = new_number
    return [(gone[old_number], new[new_number]) for old_number, new_number in paired.items()]


def _unlikeness(one: str, other: str) -> tuple[bool, int]:
    """The same name counts most, then how few folders differ."""
    left, right = PurePosixPath(one), PurePosixPath(other)
    return left.name != right.name, len(set(left.parts) ^ set(right.parts))


def _duplicates_named(kept: Sequence[Kept], changed: Sequence[ToConvert]) -> list[ToConvert]:
    first = {one.seen.content_hash: one.seen.found for one in reversed(kept)}
    named: list[ToConvert] = []
    for one in changed:
        found = one.seen.found
        earlier = first.setdefault(one.seen.content_hash, found)
        same_as = "" if earlier is found else earlier.path if earlier.root == found.root else earlier.uri
        named.append(ToConvert(one.seen, one.known, one.moved_from, same_as))
    return named
