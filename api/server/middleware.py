"""What every request passes before its route, outermost first: `Trace`, `Admission`, `BodyLimit`."""

import re
import time
import uuid
from collections.abc import Callable, Sequence

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import log
from api.errors import fault
from api.server.auth import Authenticator, Principal
from api.server.limits import RateLimit
from api.server.metrics import UNMATCHED, Metrics, route_of
from api.server.respond import error_response, too_large
from retrieval.errors import FootnoteError

UPLOAD_ROUTE = "/v1/documents"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Trace:
    """Names the request, writes its line of the log, counts it, and answers for a fault of ours."""

    def __init__(self, app: ASGIApp, metrics: Metrics, templates: Sequence[tuple[re.Pattern[str], str]]) -> None:
        """`templates` name the route of a request that was refused before it came to one."""
        self._app = app
        self._metrics = metrics
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get("x-request-id", ""))
        scope.setdefault("state", {}).update(request_id=request_id, stage="admission", code="", status=499)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        try:
            await self._guarded(scope, receive, send)
        finally:
            self._record(scope, time.perf_counter() - started)
            structlog.contextvars.clear_contextvars()

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["state"]
        begun = False

        async def named(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                state["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = state["request_id"]
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, named)
        except ClientDisconnect:
            state["code"] = "client_gone"
        except Exception as exc:  # noqa: BLE001 - the outermost frame: whatever a bug raises becomes a plain 500
            log.logger().error("fault", error=type(exc).__name__, frames=log.frames(exc.__traceback__))
            response = error_response(fault(), scope)
            if not begun:
                await response(scope, receive, named)

    def _record(self, scope: Scope, seconds: float) -> None:
        state = scope["state"]
        route = route_of(scope) if "route" in scope else self._meant(scope["path"])
        self._metrics.request(route, method=scope["method"], status=state["status"], seconds=seconds)
        if state["code"]:
            self._metrics.error(route, stage=state["stage"], code=state["code"])
        log.logger().info(
            "request",
            method=scope["method"],
            route=route,
            status=state["status"],
            ms=round(seconds * 1000, 1),
            key=state.get("key_id", ""),
            **({"stage": state["stage"], "code": state["code"]} if state["code"] else {}),
        )

    def _meant(self, path: str) -> str:
        return next((template for pattern, template in self._templates if pattern.match(path)), UNMATCHED)


class Admission:
    """Lets in who has a key, or asks from this machine as long as none was made, and not more often than allowed."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator, rate_limit: RateLimit) -> None:
        self._app = app
        self._authenticator = authenticator
        self._rate_limit = rate_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        identify = self._way_in(scope)
        if identify is not None:
            try:
                principal = await run_in_threadpool(identify, scope)
                scope["state"].update(principal=principal, key_id=principal.key_id)
                if not principal.local:
                    self._rate_limit.spend(principal.key_id)
            except FootnoteError as exc:
                await error_response(exc, scope)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _way_in(self, scope: Scope) -> Callable[[Scope], Principal] | None:
        if scope["type"] != "http":
            return None
        if scope["path"] == "/metrics":
            return self._authenticator.operator
        return self._authenticator.identify if scope["path"].startswith("/v1/") else None


class BodyLimit:
    """Refuses a body that says it is too long at once, and one that turns out to be as soon as it does."""

    def __init__(self, app: ASGIApp, *, body: int, upload: int) -> None:
        self._app = app
        self._body = body
        self._upload = upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload if scope["path"] == UPLOAD_ROUTE else self._body
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            await error_response(too_large(), scope)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise HTTPException(413)  # the one kind of error that the framework lets through while it reads a body
        return message

    return counted


def _request_id(sent: str) -> str:
    """What the client calls the request, if that is fit for a log, else a new name."""
    return sent if _REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex
