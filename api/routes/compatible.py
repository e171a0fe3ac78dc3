"""OpenAI's protocol over the same answers, so that its clients can ask: each collection is a model."""

import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from typing_extensions import TypedDict

from api.objects import AnswerObject
from api.server.answering import Begin, Keep, answered, kept, staged, told_as_fault
from api.server.completions import (
    EVERYTHING,
    Chunks,
    CompletionBody,
    annotations,
    collection_of,
    name_of,
    rest,
    whole,
)
from api.server.deps import Asker, Place, Serving
from api.server.limits import while_connected
from api.server.respond import error_object
from api.server.services import Services
from api.server.sse import AnswerEvents
from retrieval.errors import FootnoteError
from retrieval.models import Answer, Done, Token
from retrieval.trace import Usage

router = APIRouter(prefix="/v1", tags=["openai"])

_END = b"data: [DONE]\n\n"


class ModelObject(TypedDict):
    id: str
    object: str
    created: int
    owned_by: str


class ModelsObject(TypedDict):
    object: str
    data: list[ModelObject]


@router.get("/models")
def models(serving: Serving, asker: Asker) -> ModelsObject:
    """`footnote`, which asks all that the caller may see, and one model for each collection."""
    names = (EVERYTHING, *map(name_of, serving.engine.catalog.collections(asker.caller)))
    return {"object": "list", "data": [_model(name) for name in names]}


@router.get("/models/{model:path}")
def model(model: str, serving: Serving, asker: Asker) -> ModelObject:
    collection_of(model, serving.engine.catalog.collections(asker.caller))
    return _model(model)


@router.post("/chat/completions", response_model=None)
async def complete(body: CompletionBody, request: Request, serving: Serving, asker: Asker, _: Place) -> Response:
    """The last message is the question; the answer's footnotes stand in the message and as annotations."""
    question = body.question()
    collection = collection_of(body.model, serving.engine.catalog.collections(asker.caller))
    begin = partial(
        serving.engine.stream,
        question,
        caller=asker.caller,
        collection=collection,
        history=body.history(),
        budget=serving.budget(asker),
    )
    keep = partial(kept, serving=serving, asker=asker, collection=collection)
    base = str(request.base_url)
    if body.stream:
        return AnswerEvents(_Streaming(body, request, serving, base).events(begin, keep))
    answer = await while_connected(request, lambda: answered(begin, request, serving))
    return JSONResponse(whole(await keep(answer), _usage(answer), model=body.model, base=base))


@dataclass(frozen=True, slots=True)
class _Streaming:
    body: CompletionBody
    request: Request
    serving: Services
    base: str

    async def events(self, begin: Begin, keep: Keep) -> AsyncGenerator[bytes]:
        """Chunks, then `[DONE]`; after the first byte an error can only be told as a chunk of its own."""
        try:
            async with contextlib.aclosing(self._chunks(begin, keep)) as chunks:
                async for chunk in chunks:
                    yield _data(chunk)
        except FootnoteError as exc:
            yield _data(error_object(exc, self.request.scope))
        except Exception as exc:  # noqa: BLE001 - the response has begun: a bug too must end it with an event
            yield _data(error_object(told_as_fault(exc), self.request.scope))
        yield _END

    async def _chunks(self, begin: Begin, keep: Keep) -> AsyncGenerator[dict[str, Any]]:
        chunks = Chunks.begun(self.request.state.request_id, model=self.body.model)
        streamed = ""
        yield chunks.delta({"role": "assistant", "content": ""})
        async with contextlib.aclosing(staged(begin, self.request, self.serving)) as events:
            async for event in events:
                if isinstance(event, Token):
                    streamed += event.text
                    yield chunks.delta({"content": event.text})
                elif isinstance(event, Done):
                    for chunk in self._last(chunks, streamed, await keep(event.answer), event.answer):
                        yield chunk

    def _last(self, chunks: Chunks, streamed: str, shown: AnswerObject, answer: Answer) -> list[dict[str, Any]]:
        following = rest(streamed, shown)
        cited = list(annotations(streamed + following, shown["citations"], base=self.base))
        found = [
            chunks.delta({"content": following}),
            chunks.delta({"annotations": cited}),
            chunks.delta({}, finish="stop", footnote=shown),
        ]
        return [*found, chunks.usage(_usage(answer))] if self.body.stream_options.include_usage else found


def _usage(answer: Answer) -> Usage | None:
    return answer.trace.usage if answer.trace else None


def _model(name: str) -> ModelObject:
    return {"id": name, "object": "model", "created": 0, "owned_by": "footnote"}


def _data(chunk: Any) -> bytes:
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
