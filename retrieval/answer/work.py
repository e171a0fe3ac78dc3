"""One question at work: what was asked, what was found for it, and the answers that can come of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answer.compose import AnswerMode, Told, composed, nothing_found
from retrieval.answer.model.cite import CitingWriter, sentences_of
from retrieval.answer.model.prompt import Prompt
from retrieval.answer.support import all_checked
from retrieval.answer.tracing import Tracing
from retrieval.models import Answer, Hit, Passage, Turn
from retrieval.trace import Verdict

_READ_AS = "The question was read as: {}"
_LEFT_OUT = "{} more passages were found than the language model has room for."
_UNSUPPORTED = "No sentence of this answer could be matched to the documents' own words."


@dataclass(frozen=True, slots=True)
class Asked:
    """`question` as it was put, `full` as it is read: with what a follow-up leaves out."""

    question: str
    full: str
    history: Sequence[Turn]

    @property
    def notes(self) -> tuple[str, ...]:
        return (_READ_AS.format(self.full),) if self.full != self.question else ()


@dataclass(frozen=True, slots=True)
class Work:
    asked: Asked
    hits: tuple[Hit, ...]
    passages: tuple[Passage, ...]
    tracing: Tracing

    def answer(self, told: Told, *, mode: AnswerMode, notes: tuple[str, ...]) -> Answer:
        made = composed(self.asked.question, told, mode=mode, hits=self.hits, notes=(*self.asked.notes, *notes))
        return replace(made, trace=self.tracing.trace())

    def abstention(self, *, mode: AnswerMode, notes: tuple[str, ...]) -> Answer:
        missing = self.tracing.verdict.missing if self.tracing.verdict else ()
        return replace(self.answer(nothing_found(self.hits, missing), mode=mode, notes=notes), abstained=True)

    def written(self, asking: Prompt, writer: CitingWriter, *, verdict: Verdict) -> Answer:
        """What a model wrote, each sentence checked against its quotes."""
        self.tracing.verdict = verdict
        notes = (_LEFT_OUT.format(asking.left_out),) if asking.left_out else ()
        if not verdict.answered:
            return replace(self.abstention(mode="llm", notes=notes), dropped=writer.dropped)
        if not writer.citations:
            notes = (*notes, _UNSUPPORTED)
        with self.tracing.stages.timed("check"):
            sentences = all_checked(sentences_of(writer.text), writer.evidence)
        answer = self.answer(Told(sentences, writer.citations), mode="llm", notes=notes)
        return replace(answer, text=writer.text.strip(), dropped=writer.dropped)
