"""Retrieved spans of text against the spans that hold the answer.

Definitions of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024). For one query, t_e is
the text of its gold spans and t_r that of the retrieved chunks, both counted in characters of the stored text:

- recall = |t_e ∩ t_r| / |t_e|
- precision = |t_e ∩ t_r| / |t_r|
- IoU = |t_e ∩ t_r| / (|t_e| + |t_r| - |t_e ∩ t_r|)

A character of t_e counts once, however often it was retrieved or marked; in t_r every chunk counts in full, overlaps
too, so that redundancy costs. Nothing retrieved gives 0 for all three.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.blocks import SEPARATOR


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in one document's stored text."""

    document: str
    start: int
    end: int

    def __len__(self) -> int:
        return max(0, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Lengths in characters: of the gold text, of the retrieved text, of what is in both."""

    gold: int
    retrieved: int
    common: int

    @property
    def recall(self) -> float:
        return self.common / self.gold if self.gold else 0.0

    @property
    def precision(self) -> float:
        return self.common / self.retrieved if self.retrieved else 0.0

    @property
    def iou(self) -> float:
        union = self.gold + self.retrieved - self.common
        return self.common / union if union else 0.0


def overlap(gold: Iterable[Span], retrieved: Sequence[Span]) -> Overlap:
    """How much of the gold text was retrieved, and how much else."""
    wanted, covered = merged(gold), merged(retrieved)
    return Overlap(
        gold=sum(map(len, wanted)),
        retrieved=sum(map(len, retrieved)),
        common=sum(len(part) for part in _intersections(wanted, covered)),
    )


def covers(retrieved: Iterable[Span], gold: Span) -> bool:
    """Whether the whole of `gold` stands in the retrieved spans taken together, blank lines between blocks aside."""
    return any(
        span.document == gold.document and span.start <= gold.start and gold.end <= span.end
        for span in merged(retrieved, gap=len(SEPARATOR))
    )


def merged(spans: Iterable[Span], *, gap: int = 0) -> tuple[Span, ...]:
    """The same characters in spans that neither overlap nor touch, in order; empty ones are left out.

    Spans at most `gap` characters apart become one, with what stands between them.
    """
    kept: list[Span] = []
    for span in sorted(span for span in spans if len(span)):
        if kept and kept[-1].document == span.document and span.start - kept[-1].end <= gap:
            kept[-1] = Span(span.document, kept[-1].start, max(kept[-1].end, span.end))
        else:
            kept.append(span)
    return tuple(kept)


def _intersections(first: Sequence[Span], second: Sequence[Span]) -> Iterable[Span]:
    for one in first:
        for other in second:
            if one.document == other.document and one.start < other.end and other.start < one.end:
                yield Span(one.document, max(one.start, other.start), min(one.end, other.end))
