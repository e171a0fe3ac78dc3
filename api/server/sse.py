"""An answer as server-sent events, and the engine's stream step by step without blocking the server."""

import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from typing import Any

import anyio
from anyio import CapacityLimiter, to_thread
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Message, Send

from api.objects import citation_object, hits_object
from retrieval.models import AnswerEvent, Cited, SourcesFound, Token

_PING_SECONDS = 15.0


async def steps(begin: Callable[[], Iterator[AnswerEvent]], threads: CapacityLimiter) -> AsyncGenerator[AnswerEvent]:
    """The stream's events, each computed in a thread. Leaving early closes the stream, after the step it is in."""
    stream = await to_thread.run_sync(begin, limiter=threads)
    try:
        while (event := await to_thread.run_sync(next, stream, None, limiter=threads)) is not None:
            yield event
    finally:
        if isinstance(stream, Generator):
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(stream.close, limiter=threads)


def event_bytes(name: str, data: Any) -> bytes:
    return format_sse_event(event=name, data_str=json.dumps(data, ensure_ascii=False))


def step_bytes(event: SourcesFound | Token | Cited) -> bytes:
    """All events but the last, whose object depends on what was kept of it."""
    match event:
        case SourcesFound(hits):
            return event_bytes("sources", hits_object(hits))
        case Token(text):
            return event_bytes("token", {"text": text})
        case Cited(citation):
            return event_bytes("citation", {"citation": citation_object(citation)})


class AnswerEvents(EventSourceResponse):
    """Sends what the generator yields, a comment every 15 s of silence, and closes the generator in any case."""

    def __init__(self, content: AsyncGenerator[bytes]) -> None:
        super().__init__(content, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._content = content

    async def stream_response(self, send: Send) -> None:
        async with contextlib.aclosing(self._content), _kept_alive(send) as guarded:
            await super().stream_response(guarded)


@contextlib.asynccontextmanager
async def _kept_alive(send: Send) -> AsyncIterator[Send]:
    lock = anyio.Lock()
    sent = anyio.current_time()

    async def guarded(message: Message) -> None:
        nonlocal sent
        async with lock:
            await send(message)
            sent = anyio.current_time()

    async def ping() -> None:
        while True:
            await anyio.sleep(_PING_SECONDS)
            if anyio.current_time() - sent >= _PING_SECONDS:
                await guarded({"type": "http.response.body", "body": KEEPALIVE_COMMENT, "more_body": True})

    async with anyio.create_task_group() as group:
        group.start_soon(ping)
        yield guarded
        group.cancel_scope.cancel()
