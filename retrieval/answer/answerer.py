"""From a question to an answer with footnotes: found, read, then written by a model or taken from the documents."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.answer.abstain import ANSWER_FROM, missing_words, signals
from retrieval.answer.compose import JOINT, AnswerMode, Told, composed, footnoted, nothing_found, pieces
from retrieval.answer.disagree import disagreement, with_rival
from retrieval.answer.extract import Extractor, Statement, chosen
from retrieval.answer.followup import standalone
from retrieval.answer.model.cite import CitingWriter, sentences_of
from retrieval.answer.model.prompt import NOT_IN_DOCUMENTS, Prompt, Room, prompt, tokens
from retrieval.answer.replies import reply
from retrieval.answer.support import all_checked
from retrieval.answer.tracing import Tracing
from retrieval.errors import LanguageModelFailed
from retrieval.models import (
    NO_FILTERS,
    PUBLIC,
    Answer,
    AnswerEvent,
    Caller,
    Cited,
    Done,
    Filters,
    Hit,
    Passage,
    Sentence,
    SourcesFound,
    Token,
    Turn,
)
from retrieval.ports import Budget, ChatModel, Embedder, Searches, TokenCount
from retrieval.search.passages import PassageReader
from retrieval.search.requests import MAX_QUESTION, refuse_broken
from retrieval.settings import AnswerSettings, Price
from retrieval.trace import Usage, Verdict

_READ_AS = "The question was read as: {}"
_LEFT_OUT = "{} more passages were found than the language model has room for."
_UNSUPPORTED = "No sentence of this answer could be matched to the documents' own words."
_FAILED = "The language model failed ({}); these are the documents' own words."
_BUDGET_SPENT = "The language model's budget for today is spent: these are the documents' own words."
NO_MODEL = "No language model is configured: these are the documents' own words."
DEFAULT_ROOM = Room(4096, tokens)
HITS_READ = AnswerSettings().hits
HITS_TRACED = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """`question` as it was put, `full` as it is read: with what a follow-up leaves out."""

    question: str
    full: str
    history: Sequence[Turn]

    @property
    def notes(self) -> tuple[str, ...]:
        return (_READ_AS.format(self.full),) if self.full != self.question else ()


class Answerer:
    """Answers from what the caller may see. `chat` null: the extractive answer, which is also what a failing model
    falls back to. `abstain_below` gives for a collection the confidence, 0-1, under which the extractive answer
    abstains; a model gives its own verdict.
    """

    def __init__(
        self,
        searcher: Searches,
        reader: PassageReader,
        *,
        embedder: Embedder,
        chat: ChatModel | None = None,
        abstain_below: Callable[[str], float] = lambda _: ANSWER_FROM,
        room: Room = DEFAULT_ROOM,
        price: Price | None = None,
        settings: AnswerSettings | None = None,
    ) -> None:
        self._searcher = searcher
        self._reader = reader
        self._extractor = Extractor(embedder)
        self._chat = chat
        self._settings = settings or AnswerSettings()
        self._abstain_below = abstain_below
        self._room = room
        self._price = price

    def answer(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Answer:
        """The whole answer. Raises as `stream`."""
        events = self.stream(
            question, caller=caller, collection=collection, history=history, filters=filters, budget=budget
        )
        return next(event.answer for event in events if isinstance(event, Done))

    def stream(
        self,
        question: str,
        *,
        caller: Caller = PUBLIC,
        collection: str | None = None,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        budget: Budget | None = None,
    ) -> Iterator[AnswerEvent]:
        """`SourcesFound`, then `Token` and `Cited` as they come, then `Done`.

        A spent `budget` gives the extractive answer; a model's tokens are booked on it. Raises: `UsageError` for a bad
        question or history, before the first event. A failing language model is no error here.
        """
        for turn in history:
            refuse_broken(turn.content)
        if (said := reply(question)) is not None and len(question) <= MAX_QUESTION and question.strip():
            refuse_broken(question)
            yield from _replied(question, said)
            return
        asked = _read(question, history)
        tracing = Tracing(asked.full, rewriter="terms" if asked.full != question else "")
        with tracing.stages.timed("search"):
            found = self._searcher.search(
                asked.full,
                k=max(HITS_TRACED, self._settings.hits),
                caller=caller,
                collection=collection,
                filters=filters,
            )
        hits, tracing.candidates = found[: self._settings.hits], found
        yield SourcesFound(hits)
        with tracing.stages.timed("read"):
            tracing.passages = self._reader.passages(hits, caller=caller)
        work = _Work(asked, hits, tuple(tracing.passages), tracing)
        if self._chat is None:
            yield from self._extracted(work, notes=(NO_MODEL,))
        elif budget is not None and budget.is_spent():
            yield from self._extracted(work, notes=(_BUDGET_SPENT,))
        elif not work.passages:
            yield from self._extracted(work, notes=())
        else:
            yield from self._written(work, self._chat, budget)

    def _extracted(self, work: "_Work", *, notes: tuple[str, ...]) -> Iterator[AnswerEvent]:
        answer = self._extractive(work, notes=notes)
        cited = {citation.marker: citation for citation in answer.citations}
        for number, (piece, sentence) in enumerate(pieces(answer.sentences)):
            yield Token(piece if number == 0 else f"{JOINT}{piece}")
            yield from (Cited(cited.pop(marker)) for marker in sentence.markers if marker in cited)
        yield Done(answer)

    def _extractive(self, work: "_Work", *, notes: tuple[str, ...]) -> Answer:
        with work.tracing.stages.timed("extract"):
            statements = self._extractor.statements(work.asked.full, work.passages)
            verdict = self._verdict(work, statements)
        work.tracing.verdict = verdict
        if not verdict.answered:
            return work.abstention(mode="extractive", notes=notes)
        picked = with_rival(chosen(work.asked.full, statements), statements)
        if (differing := disagreement(picked)) is not None:
            notes = (differing, *notes)
        return work.answer(footnoted(picked), mode="extractive", notes=notes)

    def _verdict(self, work: "_Work", statements: Sequence[Statement]) -> Verdict:
        bound = self._abstain_below(work.hits[0].chunk.collection if work.hits else "")
        seen = signals(work.asked.full, passages=work.passages, statements=statements)
        return Verdict(
            by="threshold",
            answered=bool(statements) and seen.confidence >= bound,
            confidence=seen.confidence,
            threshold=bound,
            signals=seen.by_name(),
            missing=missing_words(work.asked.full, work.passages),
        )

    def _written(self, work: "_Work", chat: ChatModel, budget: Budget | None) -> Iterator[AnswerEvent]:
        """What the model writes; where it breaks off or says nothing, `Done` holds the extractive answer."""
        asking = prompt(
            work.asked.question,
            passages=work.passages,
            history=work.asked.history,
            room=self._room,
            guidance=self._settings.guidance,
        )
        work.tracing.prompted(chat.name, asking)
        writer = CitingWriter(asking.passages)
        try:
            for piece in self._pieces(work, chat, asking, budget):
                yield from writer.write(piece)
            if not writer.text.strip():
                raise LanguageModelFailed("it sent nothing", remedy="try again")
        except LanguageModelFailed as failure:
            notes = (_FAILED.format(failure.message),)
            if writer.text:
                yield Done(self._extractive(work, notes=notes))
            else:
                yield from self._extracted(work, notes=notes)
            return
        yield from writer.finish()
        yield Done(work.written(asking, writer, verdict=self._model_verdict(work, writer)))

    def _pieces(self, work: "_Work", chat: ChatModel, asking: Prompt, budget: Budget | None) -> Iterator[str]:
        """The model's text, timed while it is waited for; its tokens are counted and booked however it ends."""
        stream = chat.stream(asking.messages)
        told: TokenCount | None = None
        written = ""
        try:
            while True:
                with work.tracing.stages.timed("write"):
                    piece = next(stream, None)
                if piece is None:
                    return
                if isinstance(piece, TokenCount):
                    told = piece
                    continue
                written += piece
                yield piece
        finally:
            usage = self._usage(told, asking, written)
            work.tracing.usage = usage
            if isinstance(stream, Generator):
                stream.close()
            if budget is not None:
                budget.book(usage)

    def _usage(self, told: TokenCount | None, asking: Prompt, written: str) -> Usage:
        counted = told or TokenCount(
            sum(self._room.count(message.content) for message in asking.messages), self._room.count(written)
        )
        return Usage(
            prompt_tokens=counted.prompt,
            answer_tokens=counted.answer,
            counted=told is not None,
            cost=self._price.cost(counted.prompt, counted.answer) if self._price else None,
            currency=self._price.currency if self._price else "",
        )

    def _model_verdict(self, work: "_Work", writer: CitingWriter) -> Verdict:
        """The model's word on whether it found an answer, beside the signals that would have decided without it."""
        with work.tracing.stages.timed("extract"):
            verdict = self._verdict(work, self._extractor.statements(work.asked.full, work.passages))
        refused = NOT_IN_DOCUMENTS.rstrip(".").lower() in " ".join(writer.text.lower().split())
        return replace(verdict, by="model", answered=bool(writer.citations) or not refused)


def _replied(question: str, said: str) -> Iterator[AnswerEvent]:
    """An answer that no document has to give: it claims nothing, cites nothing and so counts as an abstention."""
    answer = composed(question, Told((Sentence(said, ()),)), mode="extractive", hits=(), notes=())
    tracing = Tracing(question)
    yield SourcesFound(())
    yield Token(said)
    yield Done(replace(answer, abstained=True, trace=tracing.trace()))


def _read(question: str, history: Sequence[Turn]) -> _Asked:
    full = standalone(question, history)
    return _Asked(question, full if len(full) <= MAX_QUESTION else question, history)


@dataclass(frozen=True, slots=True)
class _Work:
    """One question at work: what was asked, what was found for it, and the trace that is being gathered."""

    asked: _Asked
    hits: tuple[Hit, ...]
    passages: tuple[Passage, ...]
    tracing: Tracing

    def written(self, asking: Prompt, writer: CitingWriter, *, verdict: Verdict) -> Answer:
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

    def abstention(self, *, mode: AnswerMode, notes: tuple[str, ...]) -> Answer:
        missing = self.tracing.verdict.missing if self.tracing.verdict else ()
        return replace(self.answer(nothing_found(self.hits, missing), mode=mode, notes=notes), abstained=True)

    def answer(self, told: Told, *, mode: AnswerMode, notes: tuple[str, ...]) -> Answer:
        made = composed(self.asked.question, told, mode=mode, hits=self.hits, notes=(*self.asked.notes, *notes))
        return replace(made, trace=self.tracing.trace())
