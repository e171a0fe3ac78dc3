"""One question's way through the engine, whatever route it came by: staged, kept for its asker, faults told."""

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from functools import partial

from anyio import to_thread
from starlette.requests import Request

from api import errors, log
from api.objects import AnswerObject, answer_object
from api.server.auth import Principal
from api.server.services import Services
from api.server.sse import steps
from retrieval.errors import FootnoteError
from retrieval.models import Answer, AnswerEvent, Done, SourcesFound

Begin = Callable[[], Iterator[AnswerEvent]]
Keep = Callable[[Answer], Awaitable[AnswerObject]]


async def answered(begin: Begin, request: Request, serving: Services) -> Answer:
    """The whole answer."""
    async with contextlib.aclosing(staged(begin, request, serving)) as events:
        async for event in events:
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("a stream of answer events ends with Done")


async def staged(begin: Begin, request: Request, serving: Services) -> AsyncGenerator[AnswerEvent]:
    """The stream's events; what comes before the sources is the stage `retrieve`, what comes after is `answer`."""
    leave = serving.metrics.enter("retrieve", request.scope)
    async with contextlib.aclosing(steps(begin, serving.places.threads)) as events:
        async for event in events:
            if isinstance(event, SourcesFound):
                leave()
                leave = serving.metrics.enter("answer", request.scope)
            yield event
    leave()


async def kept(answer: Answer, *, serving: Services, asker: Principal, collection: str | None) -> AnswerObject:
    """The answer's object, kept for its asker. That it could not be kept does not take the answer away."""
    shown = answer_object(answer)
    keep = partial(serving.activity.answers.keep, shown, asker=asker.key_id, collection=collection, trace=answer.trace)
    try:
        await to_thread.run_sync(keep)
    except FootnoteError as exc:
        log.logger().error("answer not kept", answer_id=answer.answer_id, code=exc.code)
        shown["notes"].append("This answer could not be kept; it can't be opened again by its id.")
    return shown


def told_as_fault(exc: Exception) -> errors.Internal:
    """For a response that has begun: the bug goes to the log, the client learns where to look."""
    log.logger().error("fault", error=type(exc).__name__, frames=log.frames(exc.__traceback__))
    return errors.fault()
