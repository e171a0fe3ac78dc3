"""One hit for what says the same: equal chunks, and near-duplicates where they are wanted folded.

Only what the caller may see is folded, so that nobody loses the one copy that is theirs to see.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from retrieval.models import NearDuplicate, StoredChunk
from retrieval.search import likeness

_TELLING_LENGTH = 80


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
    """Each distinct chunk once, at its best rank; with `near`, what says the same otherwise counts as the same."""
    found = list(chunks)
    alike = _alike({chunk.text for chunk in found}) if near else frozenset()
    groups: dict[tuple[object, ...], _Group] = {}
    leads: list[_Group] = []
    for chunk in found:
        keys = [sameness(chunk), *(_said(chunk) if chunk.text in alike else ())]
        group = next((groups[key] for key in keys if key in groups), None)
        if group is None:
            group = _Group(chunk)
            leads.append(group)
        else:
            group.add(chunk)
        groups |= dict.fromkeys(keys, group)
    return [Folded(one.chunk, tuple(sorted(one.duplicates)), tuple(map(_named, one.near))) for one in leads]


def sameness(chunk: StoredChunk) -> tuple[object, ...]:
    """What makes two chunks equal: their text; for a few words ("None.", "| Yes | No |") what stands above them too."""
    if len(chunk.text) >= _TELLING_LENGTH:
        return (chunk.text,)
    return (chunk.text, chunk.section)


def _alike(texts: Iterable[str]) -> frozenset[str]:
    """Those that are worth a closer look."""
    outlines = {text: likeness.outline(text) for text in texts}
    often = Counter(outlines.values())
    return frozenset(text for text, outline in outlines.items() if often[outline] > 1)


def _said(chunk: StoredChunk) -> list[tuple[object, ...]]:
    """None or one; told apart from the key of equal chunks, which is a tuple of texts too."""
    said = likeness.what_is_said(chunk.text)
    return [] if said is None else [("said", said)]


def _named(chunk: StoredChunk) -> NearDuplicate:
    return NearDuplicate(chunk.document_id, chunk.version, chunk.document, chunk.chunk_id, chunk.page)
