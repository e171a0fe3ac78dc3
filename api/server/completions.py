"""Answers in the shape of OpenAI's chat completions: markers and footnotes in the message, citations as annotations."""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from api.bounds import MAX_QUESTION
from api.errors import InvalidRequest
from api.objects import AnswerObject, CitationObject
from retrieval.errors import NotFound
from retrieval.models import Turn
from retrieval.trace import Usage

EVERYTHING = "footnote"
"""The model that asks all that the caller may see; `footnote/NAME` asks one collection."""

_RULE = "\n\n---\n"
_LONGEST_TURN = 20_000
_MOST_TURNS = 50
_MARKER = re.compile(r"\[(\d+)\]")


class _Lenient(BaseModel):
    """Clients send many settings that mean nothing here; they are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PartBody(_Lenient):
    type: str
    text: str = ""


class MessageBody(_Lenient):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartBody] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content.strip()
        return "\n".join(part.text for part in self.content or () if part.type == "text").strip()


class StreamOptions(_Lenient):
    include_usage: bool = False


class CompletionBody(_Lenient):
    """`messages` end with the question; what the user and the assistant said before is the history."""

    model: Annotated[str, Field(min_length=1, max_length=300)]
    messages: Annotated[list[MessageBody], Field(min_length=1, max_length=1_000)]
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()
    n: Literal[1] = 1

    def question(self) -> str:
        """Raises `InvalidRequest`."""
        last = self.messages[-1]
        if last.role != "user" or not 1 <= len(last.text) <= MAX_QUESTION:
            raise InvalidRequest(
                f"messages: the last one is no question of 1 to {MAX_QUESTION} characters",
                remedy="end with a message of the role user",
            )
        return last.text

    def history(self) -> tuple[Turn, ...]:
        """Instructions of the client's own (`system`) are no part of it: what an answer may say is settled here."""
        turns = [
            Turn(message.role, _said(message)[:_LONGEST_TURN])
            for message in self.messages[:-1]
            if message.role in ("user", "assistant") and message.text
        ]
        return tuple(turns[-_MOST_TURNS:])


def name_of(collection: str) -> str:
    return f"{EVERYTHING}/{collection}"


def collection_of(model: str, visible: Sequence[str]) -> str | None:
    """The collection that a model's name stands for, null for all. Raises `NotFound`."""
    if model == EVERYTHING:
        return None
    found = next((collection for collection in visible if name_of(collection) == model), None)
    if found is None:
        raise NotFound(f"there is no model {model}", remedy="GET /v1/models lists those that you may ask")
    return found


def _said(message: MessageBody) -> str:
    return without_footnotes(message.text) if message.role == "assistant" else message.text


def without_footnotes(said: str) -> str:
    """An answer as it was before its footnotes were written below it; it may hold a rule of its own."""
    return said.rsplit(_RULE, 1)[0]


def below(answer: AnswerObject) -> str:
    """What follows the answer in the message: its footnotes, then its notes."""
    lines = [f"- [{one['marker']}] {_place(one)}: “{_one_line(one['quote'])}”" for one in answer["citations"]]
    lines += [f"- {note}" for note in answer["notes"]]
    return _RULE + "\n".join(lines) if lines else ""


def whole(answer: AnswerObject, usage: Usage | None, *, model: str, base: str) -> dict[str, Any]:
    content = answer["answer"] + below(answer)
    message = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": list(annotations(content, answer["citations"], base=base)),
    }
    return {
        "id": _id(answer["answer_id"]),
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage_object(usage),
        "footnote": answer,
    }


def annotations(content: str, citations: Sequence[CitationObject], *, base: str) -> Iterator[dict[str, Any]]:
    """One for each marker in the message that has a citation, with a link that opens it at the marked words."""
    known = {citation["marker"]: citation for citation in citations}
    answer_end = len(without_footnotes(content))
    for match in _MARKER.finditer(content, 0, answer_end):
        citation = known.get(int(match.group(1)))
        if citation is not None:
            found = {
                "start_index": match.start(),
                "end_index": match.end(),
                "url": link(citation, base=base),
                "title": _place(citation),
            }
            yield {"type": "url_citation", "url_citation": found}


def link(citation: CitationObject, *, base: str) -> str:
    """Opens the page to ask on with the source at the quote."""
    place = {"version": citation["version"], "start": citation["start"], "end": citation["end"]}
    return f"{base.rstrip('/')}/#/documents/{citation['document_id']}?{urlencode(place)}"


def usage_object(usage: Usage | None) -> dict[str, int]:
    """Zeros where no model wrote."""
    prompt, answer = (usage.prompt_tokens, usage.answer_tokens) if usage else (0, 0)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


@dataclass(frozen=True, slots=True)
class Chunks:
    """The chunks of one streamed completion."""

    completion: str
    model: str
    created: int

    @classmethod
    def begun(cls, request_id: str, *, model: str) -> "Chunks":
        return cls(_id(request_id), model, int(time.time()))

    def delta(self, delta: dict[str, Any], *, finish: str | None = None, **more: Any) -> dict[str, Any]:
        return self._chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], **more)

    def usage(self, usage: Usage | None) -> dict[str, Any]:
        return self._chunk([], usage=usage_object(usage))

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        return {
            "id": self.completion,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": choices,
            **more,
        }


def rest(streamed: str, answer: AnswerObject) -> str:
    """What is still to be sent after `streamed` so that the message holds the answer that counts, and what is below."""
    final = answer["answer"]
    if streamed.strip() == final.strip():
        return below(answer)
    if final.startswith(streamed):
        return final[len(streamed) :] + below(answer)
    return f"\n\n(That broke off; this is the answer.)\n\n{final}{below(answer)}"


def _id(known_as: str) -> str:
    return f"chatcmpl-{known_as}"


def _place(citation: CitationObject) -> str:
    page = citation["page"]
    return citation["document"] if page is None else f"{citation['document']}, page {page}"


def _one_line(quote: str) -> str:
    return " ".join(quote.split())
