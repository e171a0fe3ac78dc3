"""A language model at work on one question: its time taken, its tokens counted, priced and booked."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from retrieval.answer.model.prompt import Room
from retrieval.answer.tracing import Tracing
from retrieval.ports import Budget, ChatModel, TokenCount
from retrieval.settings import Price
from retrieval.trace import Message, Usage


@dataclass(frozen=True, slots=True)
class ModelWriter:
    """`price` null: no price is known for the model."""

    chat: ChatModel
    room: Room
    price: Price | None = None

    def said(
        self, messages: Sequence[Message], *, stage: str, tracing: Tracing, budget: Budget | None
    ) -> Iterator[str]:
        """The model's text as it comes; what it used is added to the trace and booked, however it ends.

        Raises: `LanguageModelFailed`.
        """
        stream = self.chat.stream(messages)
        told: TokenCount | None = None
        written = ""
        try:
            while True:
                with tracing.stages.timed(stage):
                    piece = next(stream, None)
                if piece is None:
                    return
                if isinstance(piece, TokenCount):
                    told = piece
                    continue
                written += piece
                yield piece
        finally:
            if isinstance(stream, Generator):
                stream.close()
            usage = self._usage(told, messages, written)
            tracing.used(usage)
            if budget is not None:
                budget.book(usage)

    def _usage(self, told: TokenCount | None, messages: Sequence[Message], written: str) -> Usage:
        count = self.room.count
        counted = told or TokenCount(sum(count(message.content) for message in messages), count(written))
        return Usage(
            prompt_tokens=counted.prompt,
            answer_tokens=counted.answer,
            counted=told is not None,
            cost=self.price.cost(counted.prompt, counted.answer) if self.price else None,
            currency=self.price.currency if self.price else "",
        )
