"""Errors as responses: the contract's object, the table's status, the headers that go with it."""

from collections.abc import Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from api import errors
from api.errors import Busy, ErrorBody, Unauthenticated
from retrieval.errors import FootnoteError, NotFound


def error_response(error: FootnoteError, scope: Scope) -> JSONResponse:
    """Also leaves the error's code in the request's state, for the log and the metrics."""
    return JSONResponse(error_object(error, scope), status_code=errors.status(error), headers=_headers(error))


def error_object(error: FootnoteError, scope: Scope) -> ErrorBody:
    scope["state"]["code"] = error.code
    return errors.body(error, scope["state"]["request_id"])


async def of_footnote(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, FootnoteError)
    return error_response(exc, request.scope)


async def of_validation(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    return error_response(_invalid(exc.errors()), request.scope)


async def of_http(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    return error_response(_translated(exc, request.scope), request.scope)


def _headers(error: FootnoteError) -> dict[str, str]:
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _invalid(problems: Sequence[Any]) -> errors.InvalidRequest:
    """Names the first field and what is wrong with it, without repeating what was sent."""
    first = problems[0]
    field = ".".join(str(part) for part in first["loc"] if part != "body") or "the body"
    return errors.InvalidRequest(f"{field}: {first['msg']}", remedy="see /docs for what this route takes")


def _translated(exc: HTTPException, scope: Scope) -> FootnoteError:
    """What the framework refuses by itself."""
    if exc.status_code == 404:
        return NotFound("there is no such route", remedy="see /docs for the routes there are")
    if exc.status_code == 405:
        return errors.MethodNotAllowed(
            f"{scope['method']} is not for this route", remedy="see /docs for the routes there are"
        )
    if exc.status_code == 413:
        return too_large()
    return errors.InvalidRequest("the body can't be read", remedy="see /docs for what this route takes")


def too_large() -> errors.BodyTooLarge:
    return errors.BodyTooLarge("the body is larger than this server takes", remedy="send less, or ask the admin")
