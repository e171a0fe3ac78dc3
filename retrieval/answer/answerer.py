"""From a question to an answer with footnotes: found, read, then written by a model or taken from the documents."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from retrieval.answer.abstain import ANSWER_FROM, signals
from retrieval.answer.cite import CitingWriter, cite, sentences_of
from retrieval.answer.extract import Extractor, Statement, chosen
from retrieval.answer.followup import standalone
from retrieval.answer.prompt import NOT_IN_DOCUMENTS, Prompt, prompt
from retrieval.answer.wording import shown
from retrieval.errors import LanguageModelFailed
from retrieval.models import (
    PUBLIC,
    Answer,
    AnswerEvent,
    Caller,
    Citation,
    Cited,
    Done,
    Hit,
    Passage,
    Sentence,
    SourcesFound,
    Token,
    Turn,
)
from retrieval.ports import ChatModel, Embedder, Searches
from retrieval.search.passages import PassageReader
from retrieval.search.searcher import MAX_QUESTION, refuse_broken

_READ_AS = "The question was read as: {}"
_LEFT_OUT = "{} more passages were found than the language model has room for."
_UNSUPPORTED = "No sentence of this answer could be matched to the documents' own words."
_FAILED = "The language model failed ({}); these are the documents' own words."
NO_MODEL = "No language model is configured: these are the documents' own words."
HITS_READ = 10
_NAMED_SOURCES = 3
_JOINT = "\n"


@dataclass(frozen=True, slots=True)
class _Asked:
    """`question` as it was put, `full` as it is read: with what a follow-up leaves out."""

    question: str
    full: str
    history: Sequence[Turn]

    @property
    def notes(self) -> tuple[str, ...]:
        return (_READ_AS.format(self.full),) if self.full != self.question else ()


@dataclass(frozen=True, slots=True)
class _Found:
    hits: tuple[Hit, ...]
    passages: tuple[Passage, ...]


class Answerer:
    """Answers from what the caller may see. `chat` null: the extractive answer, which is also what a failing model
    falls back to. `abstain_below` is the confidence, 0-1, under which the extractive answer abstains; a model gives
    its own verdict.
    """

    def __init__(
        self,
        searcher: Searches,
        reader: PassageReader,
        *,
        embedder: Embedder,
        chat: ChatModel | None = None,
        abstain_below: float | None = None,
        context_tokens: int = 4096,
    ) -> None:
        self._searcher = searcher
        self._reader = reader
        self._extractor = Extractor(embedder)
        self._chat = chat
        self._abstain_below = ANSWER_FROM if abstain_below is None else abstain_below
        self._context_tokens = context_tokens

    def answer(
        self, question: str, *, caller: Caller = PUBLIC, collection: str | None = None, history: Sequence[Turn] = ()
    ) -> Answer:
        """The whole answer. Raises as `stream`."""
        events = self.stream(question, caller=caller, collection=collection, history=history)
        return next(event.answer for event in events if isinstance(event, Done))

    def stream(
        self, question: str, *, caller: Caller = PUBLIC, collection: str | None = None, history: Sequence[Turn] = ()
    ) -> Iterator[AnswerEvent]:
        """`SourcesFound`, then `Token` and `Cited` as they come, then `Done`.

        Raises: `UsageError` for a bad question or history, before the first event. A failing language model is no
        error here.
        """
        for turn in history:
            refuse_broken(turn.content)
        full = standalone(question, history)
        asked = _Asked(question, full if len(full) <= MAX_QUESTION else question, history)
        hits = self._searcher.search(asked.full, k=HITS_READ, caller=caller, collection=collection)
        yield SourcesFound(hits)
        found = _Found(hits, self._reader.passages(hits, caller=caller))
        if self._chat is not None and found.passages:
            yield from self._written(asked, found, self._chat)
        else:
            yield from self._extracted(asked, found, notes=(NO_MODEL,) if self._chat is None else ())

    def _extracted(self, asked: _Asked, found: _Found, *, notes: tuple[str, ...]) -> Iterator[AnswerEvent]:
        answer = self._extractive(asked, found, notes=notes)
        cited = {citation.marker: citation for citation in answer.citations}
        for number, (piece, sentence) in enumerate(_pieces(answer)):
            yield Token(piece if number == 0 else f"{_JOINT}{piece}")
            yield from (Cited(cited.pop(marker)) for marker in sentence.markers if marker in cited)
        yield Done(answer)

    def _extractive(self, asked: _Asked, found: _Found, *, notes: tuple[str, ...]) -> Answer:
        statements = self._extractor.statements(asked.full, found.passages)
        seen = signals(asked.full, hits=found.hits, passages=found.passages, statements=statements)
        if not statements or seen.confidence < self._abstain_below:
            return _abstention(asked, found, mode="extractive", notes=notes)
        sentences, citations = _footnoted(chosen(statements))
        return _answer(asked, found, mode="extractive", sentences=sentences, citations=citations, notes=notes)

    def _written(self, asked: _Asked, found: _Found, chat: ChatModel) -> Iterator[AnswerEvent]:
        """What the model writes; where it breaks off or says nothing, `Done` holds the extractive answer."""
        asking = prompt(
            asked.question, passages=found.passages, history=asked.history, context_tokens=self._context_tokens
        )
        writer = CitingWriter(asking.passages)
        try:
            for piece in chat.stream(asking.messages):
                yield from writer.write(piece)
            if not writer.text.strip():
                raise LanguageModelFailed("it sent nothing", remedy="try again")
        except LanguageModelFailed as failure:
            notes = (_FAILED.format(failure.message),)
            if writer.text:
                yield Done(self._extractive(asked, found, notes=notes))
            else:
                yield from self._extracted(asked, found, notes=notes)
            return
        yield from writer.finish()
        yield Done(_model_answer(asked, found, asking=asking, writer=writer))


def _model_answer(asked: _Asked, found: _Found, *, asking: Prompt, writer: CitingWriter) -> Answer:
    notes = (_LEFT_OUT.format(asking.left_out),) if asking.left_out else ()
    if not writer.citations and NOT_IN_DOCUMENTS.rstrip(".").lower() in " ".join(writer.text.lower().split()):
        return replace(_abstention(asked, found, mode="llm", notes=notes), dropped=writer.dropped)
    if not writer.citations:
        notes = (*notes, _UNSUPPORTED)
    answer = _answer(
        asked, found, mode="llm", sentences=sentences_of(writer.text), citations=writer.citations, notes=notes
    )
    return replace(answer, text=writer.text.strip(), dropped=writer.dropped)


def _footnoted(statements: Sequence[Statement]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    citations = tuple(
        cite(statement.passage, statement.unit, marker=number) for number, statement in enumerate(statements, start=1)
    )
    sentences = tuple(
        Sentence(_told(statement, before), (citation.marker,))
        for statement, before, citation in zip(statements, (None, *statements), citations, strict=False)
    )
    return sentences, citations


def _told(statement: Statement, before: Statement | None) -> str:
    """How a statement is shown; what introduces a list is said once."""
    led_alike = before is not None and before.unit.lead == statement.unit.lead and before.passage == statement.passage
    return f"- {shown(replace(statement.unit, lead=''))}" if led_alike and statement.unit.lead else statement.text


def _answer(
    asked: _Asked,
    found: _Found,
    *,
    mode: Literal["extractive", "llm"],
    sentences: tuple[Sentence, ...],
    citations: tuple[Citation, ...],
    notes: tuple[str, ...],
) -> Answer:
    return Answer(
        answer_id=uuid.uuid4().hex,
        question=asked.question,
        text=_JOINT.join(_marked(sentence) for sentence in sentences),
        abstained=False,
        mode=mode,
        sentences=sentences,
        citations=citations,
        sources=found.hits,
        notes=(*asked.notes, *notes),
    )


def _abstention(asked: _Asked, found: _Found, *, mode: Literal["extractive", "llm"], notes: tuple[str, ...]) -> Answer:
    sentences: tuple[Sentence, ...] = (Sentence(NOT_IN_DOCUMENTS, ()),)
    if nearest := _nearest(found.hits):
        sentences = (*sentences, Sentence(f"The nearest sources are {nearest}.", ()))
    answer = _answer(asked, found, mode=mode, sentences=sentences, citations=(), notes=notes)
    return replace(answer, abstained=True)


def _nearest(hits: Sequence[Hit]) -> str:
    """The best hits' documents, each once, with the page of its best hit."""
    named: dict[str, str] = {}
    for hit in hits:
        page = f" (page {hit.chunk.page})" if hit.chunk.page is not None else ""
        named.setdefault(hit.chunk.document, f"{hit.chunk.document}{page}")
    return "; ".join(list(named.values())[:_NAMED_SOURCES])


def _pieces(answer: Answer) -> Iterator[tuple[str, Sentence]]:
    return ((_marked(sentence), sentence) for sentence in answer.sentences)


def _marked(sentence: Sentence) -> str:
    return sentence.text + "".join(f" [{marker}]" for marker in sentence.markers)
