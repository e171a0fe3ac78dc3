"""Gathers, while an answer comes about, what its trace will say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.answer.model.prompt import Prompt
from retrieval.answer.stages import Stages
from retrieval.models import Hit, Passage
from retrieval.trace import Candidate, GivenPassage, Message, Rewriter, Standing, Trace, Usage, Verdict


@dataclass(slots=True)
class Tracing:
    """One answer's; what was not reached stays empty. `candidates` may be more than the hits that were read."""

    question_read: str
    rewriter: Rewriter = ""
    topic_changed: bool = False
    stages: Stages = field(default_factory=Stages)
    candidates: Sequence[Hit] = ()
    passages: Sequence[Passage] = ()
    left_out: int = 0
    model: str = ""
    messages: tuple[Message, ...] = ()
    usage: Usage | None = None
    verdict: Verdict | None = None

    def prompted(self, model: str, asking: Prompt) -> None:
        self.model, self.messages, self.left_out = model, asking.messages, asking.left_out

    def used(self, usage: Usage) -> None:
        """Add what one request to the model used."""
        before = self.usage
        if before is None:
            self.usage = usage
            return
        self.usage = Usage(
            prompt_tokens=before.prompt_tokens + usage.prompt_tokens,
            answer_tokens=before.answer_tokens + usage.answer_tokens,
            counted=before.counted and usage.counted,
            cost=None if before.cost is None or usage.cost is None else before.cost + usage.cost,
            currency=usage.currency,
        )

    def trace(self) -> Trace:
        read = {hit.chunk.row: number for number, one in enumerate(self.passages, start=1) for hit in one.hits}
        return Trace(
            question_read=self.question_read,
            rewriter=self.rewriter,
            topic_changed=self.topic_changed,
            seconds=self.stages.seconds,
            candidates=tuple(_candidate(hit, read.get(hit.chunk.row)) for hit in self.candidates),
            passages=tuple(_given(number, passage) for number, passage in enumerate(self.passages, start=1)),
            left_out=self.left_out,
            model=self.model,
            prompt=self.messages,
            usage=self.usage,
            verdict=self.verdict,
        )


def _candidate(hit: Hit, passage: int | None) -> Candidate:
    chunk = hit.chunk
    return Candidate(
        chunk_id=chunk.chunk_id,
        document_id=chunk.document_id,
        version=chunk.version,
        document=chunk.document,
        page=chunk.page,
        standings=_standings(hit),
        passage=passage,
    )


def _standings(hit: Hit) -> tuple[Standing, ...]:
    legs = hit.provenance
    return (
        Standing("dense", legs.dense_rank, legs.dense_score),
        Standing("lexical", legs.lexical_rank, legs.lexical_score),
        Standing("fused", hit.rank, hit.score),
    )


def _given(number: int, passage: Passage) -> GivenPassage:
    return GivenPassage(
        number=number,
        document_id=passage.document_id,
        version=passage.version,
        document=passage.document,
        section=passage.section,
        start=passage.start,
        end=passage.end,
        score=passage.score,
    )
