"""From a question to an answer with footnotes: found, read, then written by a model or taken from the documents."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from retrieval.answer.abstain import ANSWER_FROM, missing_words, signals
from retrieval.answer.compose import JOINT, Told, composed, footnoted, pieces
from retrieval.answer.disagree import disagreement, with_rival
from retrieval.answer.extract import Extractor, Statement, chosen
from retrieval.answer.followup import changes_topic, standalone
from retrieval.answer.model.cite import CitingWriter
from retrieval.answer.model.prompt import NOT_IN_DOCUMENTS, Room, prompt, tokens
from retrieval.answer.model.rewrite import asking_to_rewrite, rewritten
from retrieval.answer.model.writer import ModelWriter
from retrieval.answer.replies import reply
from retrieval.answer.tracing import Tracing
from retrieval.answer.work import Asked, Work
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
    Sentence,
    SourcesFound,
    Token,
    Turn,
)
from retrieval.ports import Budget, ChatModel, Embedder, Searches
from retrieval.search.passages import PassageReader
from retrieval.search.requests import MAX_QUESTION, refuse_broken
from retrieval.settings import AnswerSettings, Price
from retrieval.trace import Rewriter, Verdict

_FAILED = "The language model failed ({})"
_BUDGET_SPENT = "The language model's budget for today is spent"
_NONE_CONFIGURED = "No language model is configured"
_OWN_WORDS = "{}: these are the documents' own words."
NO_MODEL = _OWN_WORDS.format(_NONE_CONFIGURED)
DEFAULT_ROOM = Room(4096, tokens)
HITS_READ = AnswerSettings().hits
HITS_TRACED = 20


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
        self._model = ModelWriter(chat, room, price) if chat is not None else None
        self._settings = settings or AnswerSettings()
        self._abstain_below = abstain_below

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
        for text in (question, *(turn.content for turn in history)):
            refuse_broken(text)
        if question.strip() and len(question) <= MAX_QUESTION and (said := reply(question)) is not None:
            yield from _replied(question, said)
            return
        spent = self._model is not None and budget is not None and budget.is_spent()
        model = None if spent else self._model
        tracing = Tracing(question)
        full = self._read(question, history, tracing, model=model, budget=budget)
        with tracing.stages.timed("search"):
            k = max(HITS_TRACED, self._settings.hits)
            found = self._searcher.search(full, k=k, caller=caller, collection=collection, filters=filters)
        hits, tracing.candidates = found[: self._settings.hits], found
        yield SourcesFound(hits)
        with tracing.stages.timed("read"):
            passages = self._reader.passages(hits, caller=caller)
        tracing.passages = passages
        work = Work(Asked(question, full, history), hits, passages, tracing)
        if model is not None and passages:
            yield from self._written(work, model, budget)
        else:
            without = None if model else (_BUDGET_SPENT if spent else _NONE_CONFIGURED)
            yield from self._extracted(work, without=without)

    def _read(
        self,
        question: str,
        history: Sequence[Turn],
        tracing: Tracing,
        *,
        model: ModelWriter | None,
        budget: Budget | None,
    ) -> str:
        """The question as it is searched for; the trace is told who made it stand alone."""
        if not history or len(question) > MAX_QUESTION or not question.strip():
            return question
        full = standalone(question, history)
        rewriter: Rewriter = "terms"
        if model is not None and (better := self._rewritten(question, history, tracing, model, budget)) is not None:
            full, rewriter = better, "model"
        if full == question or len(full) > MAX_QUESTION:
            tracing.topic_changed = changes_topic(question, history)
            return question
        tracing.question_read, tracing.rewriter = full, rewriter
        return full

    def _rewritten(
        self,
        question: str,
        history: Sequence[Turn],
        tracing: Tracing,
        model: ModelWriter,
        budget: Budget | None,
    ) -> str | None:
        """Null where the model failed or wrote something else: terms are carried over then."""
        asking = asking_to_rewrite(question, history, room=model.room)
        try:
            written = "".join(model.said(asking, stage="rewrite", tracing=tracing, budget=budget))
        except LanguageModelFailed:
            return None
        return rewritten(written, question, history)

    def _extracted(self, work: Work, *, without: str | None) -> Iterator[AnswerEvent]:
        """`without`: why no model writes it; null where one would have, had there been anything to read."""
        answer = self._extractive(work, without=without)
        cited = {citation.marker: citation for citation in answer.citations}
        for number, (piece, sentence) in enumerate(pieces(answer.sentences)):
            yield Token(piece if number == 0 else f"{JOINT}{piece}")
            yield from (Cited(cited.pop(marker)) for marker in sentence.markers if marker in cited)
        yield Done(answer)

    def _extractive(self, work: Work, *, without: str | None) -> Answer:
        with work.tracing.stages.timed("extract"):
            statements = self._statements(work)
            verdict = self._verdict(work, statements)
        work.tracing.verdict = verdict
        if not verdict.answered:
            return work.abstention(mode="extractive", notes=(f"{without}.",) if without else ())
        notes = (_OWN_WORDS.format(without),) if without else ()
        picked = with_rival(chosen(work.asked.full, statements), statements)
        if (differing := disagreement(picked)) is not None:
            notes = (differing, *notes)
        return work.answer(footnoted(picked), mode="extractive", notes=notes)

    def _statements(self, work: Work) -> tuple[Statement, ...]:
        return self._extractor.statements(work.asked.full, work.passages, put=work.asked.question)

    def _verdict(self, work: Work, statements: Sequence[Statement]) -> Verdict:
        bound = self._abstain_below(work.hits[0].chunk.collection if work.hits else "")
        seen = signals(work.asked.full, passages=work.passages, statements=statements, put=work.asked.question)
        return Verdict(
            by="threshold",
            answered=bool(statements) and seen.confidence >= bound,
            confidence=seen.confidence,
            threshold=bound,
            signals=seen.by_name(),
            missing=missing_words(work.asked.full, work.passages),
        )

    def _written(self, work: Work, model: ModelWriter, budget: Budget | None) -> Iterator[AnswerEvent]:
        """What the model writes; where it breaks off or says nothing, `Done` holds the extractive answer."""
        asking = prompt(
            work.asked.question,
            passages=work.passages,
            history=work.asked.history,
            room=model.room,
            guidance=self._settings.guidance,
        )
        work.tracing.prompted(model.chat.name, asking)
        writer = CitingWriter(asking.passages)
        try:
            for piece in model.said(asking.messages, stage="write", tracing=work.tracing, budget=budget):
                yield from writer.write(piece)
            if not writer.text.strip():
                raise LanguageModelFailed("the language model sent nothing", remedy="try again")
        except LanguageModelFailed as failure:
            without = _FAILED.format(_why(failure))
            if writer.text:
                yield Done(self._extractive(work, without=without))
            else:
                yield from self._extracted(work, without=without)
            return
        yield from writer.finish()
        yield Done(work.written(asking, writer, verdict=self._model_verdict(work, writer)))

    def _model_verdict(self, work: Work, writer: CitingWriter) -> Verdict:
        """The model's word on whether it found an answer, beside the signals that would have decided without it."""
        with work.tracing.stages.timed("extract"):
            verdict = self._verdict(work, self._statements(work))
        refused = NOT_IN_DOCUMENTS.rstrip(".").lower() in " ".join(writer.text.lower().split())
        return replace(verdict, by="model", answered=bool(writer.citations) or not refused)


def _why(failure: LanguageModelFailed) -> str:
    """What it says, less that the language model failed."""
    return failure.message.removeprefix("the language model ").removeprefix("failed: ")


def _replied(question: str, said: str) -> Iterator[AnswerEvent]:
    """An answer that no document has to give: it claims nothing, cites nothing and so counts as an abstention."""
    answer = composed(question, Told((Sentence(said, ()),)), mode="extractive", hits=(), notes=())
    yield SourcesFound(())
    yield Token(said)
    yield Done(replace(answer, abstained=True, trace=Tracing(question).trace()))
