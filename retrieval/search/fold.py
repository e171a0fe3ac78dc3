"""One hit for what says the same: equal chunks, and near-duplicates where they are wanted folded.

Only what the caller may see is folded, so that nobody loses the one copy that is theirs to see.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from retrieval.models import NearDuplicate, StoredChunk
from retrieval.search import likeness

_TELLING_LENGTH = 80
_COMPARED = 50  # hits that a further chunk is compared to: nobody reads on and the time grows with their square


@dataclass(frozen=True, slots=True)
class Folded:
    """A chunk at its best rank, the other documents (by path) that hold it too, and what says the same otherwise."""

    chunk: StoredChunk
    duplicates: tuple[str, ...]
    near: tuple[NearDuplicate, ...]


@dataclass(slots=True)
class _Group:
    chunk: StoredChunk
    duplicates: set[str] = field(default_factory=set)
    near: list[StoredChunk] = field(default_factory=list)

    def add(self, chunk: StoredChunk) -> None:
        if sameness(chunk) != sameness(self.chunk):
            self.near.append(chunk)
        elif chunk.document_id != self.chunk.document_id:
            self.duplicates.add(chunk.document)


def fold(chunks: Iterable[StoredChunk], *, near: bool) -> list[Folded]:
    """Each distinct chunk once, at its best rank; with `near`, what is much the same counts as the same."""
    groups: dict[tuple[object, ...], _Group] = {}
    leads: list[_Group] = []
    for chunk in chunks:
        group = groups.get(key := sameness(chunk)) or (_like(chunk, leads) if near else None)
        if group is None:
            group = _Group(chunk)
            leads.append(group)
        else:
            group.add(chunk)
        groups[key] = group
    return [Folded(one.chunk, tuple(sorted(one.duplicates)), tuple(map(_named, one.near))) for one in leads]


def sameness(chunk: StoredChunk) -> tuple[object, ...]:
    """What makes two chunks equal: their text; for a few words ("None.", "| Yes | No |") what stands above them too."""
    if len(chunk.text) >= _TELLING_LENGTH:
        return (chunk.text,)
    return (chunk.text, chunk.section)


def _like(chunk: StoredChunk, leads: Sequence[_Group]) -> _Group | None:
    return next((group for group in leads[:_COMPARED] if likeness.same(group.chunk, chunk)), None)


def _named(chunk: StoredChunk) -> NearDuplicate:
    return NearDuplicate(chunk.document_id, chunk.version, chunk.document, chunk.chunk_id, chunk.page)
