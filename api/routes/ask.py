"""Search, and answers with their footnotes: whole, or as a stream of events."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api import errors, log
from api.objects import AnswerObject, HitsObject, answer_object, hits_object
from api.server.auth import Principal
from api.server.deps import Asker, Place, Serving
from api.server.limits import while_connected
from api.server.respond import error_object
from api.server.schemas import AskBody, SearchBody
from api.server.services import Services
from api.server.sse import AnswerEvents, event_bytes, step_bytes, steps
from retrieval.errors import FootnoteError
from retrieval.models import Answer, AnswerEvent, Done, SourcesFound

router = APIRouter(prefix="/v1", tags=["ask"])

Begin = Callable[[], Iterator[AnswerEvent]]

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with `stream` true as events `sources`, `token`, `citation`, `done`, `error`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post("/search")
async def search(body: SearchBody, request: Request, serving: Serving, asker: Asker, _: Place) -> HitsObject:
    """The chunks that fit a question best, best first."""
    work = partial(serving.engine.search, body.question, k=body.k, caller=asker.caller, collection=body.collection)
    with serving.metrics.stage("search", request.scope):
        hits = await while_connected(request, lambda: to_thread.run_sync(work, limiter=serving.places.threads))
    return hits_object(hits, explain=body.explain)


@router.post("/ask", response_model=AnswerObject, responses=_STREAM)
async def ask(body: AskBody, request: Request, serving: Serving, asker: Asker, _: Place) -> Response:
    """An answer of which each sentence is cited, or an abstention with the nearest sources."""
    begin = partial(
        serving.engine.stream,
        body.question,
        caller=asker.caller,
        collection=body.collection,
        history=body.turns(),
    )
    if body.stream:
        return AnswerEvents(_events(begin, request, serving, asker))
    answer = await while_connected(request, lambda: _answer(begin, request, serving))
    return JSONResponse(await _kept(answer, serving, asker))


async def _events(begin: Begin, request: Request, serving: Services, asker: Principal) -> AsyncGenerator[bytes]:
    """An error after the first byte can only be told as an event."""
    try:
        async with contextlib.aclosing(_staged(begin, request, serving)) as events:
            async for event in events:
                if isinstance(event, Done):
                    yield event_bytes("done", await _kept(event.answer, serving, asker))
                else:
                    yield step_bytes(event)
    except FootnoteError as exc:
        yield event_bytes("error", error_object(exc, request.scope))
    except Exception as exc:  # noqa: BLE001 - the response has begun: a bug too must end it with an event
        log.logger().error("fault", error=type(exc).__name__, frames=log.frames(exc.__traceback__))
        yield event_bytes("error", error_object(errors.fault(), request.scope))


async def _answer(begin: Begin, request: Request, serving: Services) -> Answer:
    async with contextlib.aclosing(_staged(begin, request, serving)) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("a stream of answer events ends with Done")


async def _staged(begin: Begin, request: Request, serving: Services) -> AsyncGenerator[AnswerEvent]:
    """The stream's events; what comes before the sources is the stage `retrieve`, what comes after is `answer`."""
    leave = serving.metrics.enter("retrieve", request.scope)
    async with contextlib.aclosing(steps(begin, serving.places.threads)) as events:
        async for event in events:
            if isinstance(event, SourcesFound):
                leave()
                leave = serving.metrics.enter("answer", request.scope)
            yield event
    leave()


async def _kept(answer: Answer, serving: Services, asker: Principal) -> AnswerObject:
    """The answer's object, kept for its asker. That it could not be kept does not take the answer away."""
    shown = answer_object(answer)
    try:
        await to_thread.run_sync(partial(serving.activity.answers.keep, shown, asker=asker.key_id))
    except FootnoteError as exc:
        log.logger().error("answer not kept", answer_id=answer.answer_id, code=exc.code)
        shown["notes"].append("This answer could not be kept; it can't be opened again by its id.")
    return shown
