"""Search, and answers with their footnotes: whole, or as a stream of events."""

import contextlib
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.objects import AnswerObject, HitsObject, hits_object
from api.server.answering import Begin, Keep, answered, kept, staged, told_as_fault
from api.server.deps import Asker, Place, Serving
from api.server.limits import while_connected
from api.server.respond import error_object
from api.server.schemas import AskBody, SearchBody
from api.server.services import Services
from api.server.sse import AnswerEvents, event_bytes, step_bytes
from retrieval.errors import FootnoteError
from retrieval.models import Done

router = APIRouter(prefix="/v1", tags=["ask"])

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer; with `stream` true as events `sources`, `token`, `citation`, `done`, `error`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.post("/search")
async def search(body: SearchBody, request: Request, serving: Serving, asker: Asker, _: Place) -> HitsObject:
    """The chunks that fit a question best, best first."""
    work = partial(
        serving.engine.search,
        body.question,
        k=body.k,
        caller=asker.caller,
        collection=body.collection,
        filters=body.filters.filters(),
    )
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
        filters=body.filters.filters(),
        budget=serving.budget(asker),
    )
    keep = partial(kept, serving=serving, asker=asker, collection=body.collection)
    if body.stream:
        return AnswerEvents(_events(begin, request, serving, keep))
    given = await while_connected(request, lambda: answered(begin, request, serving))
    return JSONResponse(await keep(given))


async def _events(begin: Begin, request: Request, serving: Services, keep: Keep) -> AsyncGenerator[bytes]:
    """An error after the first byte can only be told as an event."""
    try:
        async with contextlib.aclosing(staged(begin, request, serving)) as events:
            async for event in events:
                if isinstance(event, Done):
                    yield event_bytes("done", await keep(event.answer))
                else:
                    yield step_bytes(event)
    except FootnoteError as exc:
        yield event_bytes("error", error_object(exc, request.scope))
    except Exception as exc:  # noqa: BLE001 - the response has begun: a bug too must end it with an event
        yield event_bytes("error", error_object(told_as_fault(exc), request.scope))
