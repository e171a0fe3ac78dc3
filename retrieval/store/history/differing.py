"""Two versions compared chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlacedChunk:
    """A chunk where one version places it."""

    chunk_id: str
    section: tuple[str, ...]
    context: str
    text: str
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class VersionDiff:
    """`removed` stand in the old version alone, `added` in the new one alone, each in its version's order.

    `recontexted` have the same section and text in both, but another context (a new title, a table's header), in the
    new version's order; `unchanged` counts the others.
    """

    document_id: str
    old: int
    new: int
    removed: tuple[PlacedChunk, ...]
    added: tuple[PlacedChunk, ...]
    recontexted: tuple[PlacedChunk, ...]
    unchanged: int


def compare(
    document_id: str, *, old: tuple[int, Sequence[PlacedChunk]], new: tuple[int, Sequence[PlacedChunk]]
) -> VersionDiff:
    before = {chunk.chunk_id: chunk for chunk in old[1]}
    after = {chunk.chunk_id: chunk for chunk in new[1]}
    both = [chunk for identity, chunk in after.items() if identity in before]
    recontexted = tuple(chunk for chunk in both if chunk.context != before[chunk.chunk_id].context)
    return VersionDiff(
        document_id=document_id,
        old=old[0],
        new=new[0],
        removed=tuple(chunk for identity, chunk in before.items() if identity not in after),
        added=tuple(chunk for identity, chunk in after.items() if identity not in before),
        recontexted=recontexted,
        unchanged=len(both) - len(recontexted),
    )
