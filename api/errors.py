"""The outer skin's errors, and the one table of what each error becomes over HTTP.

FootnoteError (retrieval.errors)
├── UsageError (retrieval.errors)
│   ├── InvalidRequest      a body or a parameter that is not what the route takes
│   └── InvalidSetting      an environment variable with a value that makes no sense
├── Unauthenticated         no key, or one that is not valid (any more)
├── Forbidden               the key's role, or where the request comes from, does not allow it
├── MethodNotAllowed        the route does not know this method
├── BodyTooLarge            more bytes than the limit
├── Busy                    try again later
│   ├── RateLimited         this key asked too often
│   └── Overloaded          every place and the queue are taken
├── NotReady                the server can't answer yet, or no more
├── PageNotShown            a page of a document can't be drawn
├── ClientGone              the client closed the connection; nobody reads the answer
├── Interrupted             a shutdown or a signal stopped the work
├── OutputFailed            what stdout leads to takes no more, a full disk for one
├── ServerFailed            the server that holds the home did not do what it was asked
└── Internal                a fault of ours
"""

from collections.abc import Mapping

from typing_extensions import TypedDict

from evals.errors import BadSet
from ingest import errors as ingesting
from retrieval import errors as engine
from retrieval.errors import FootnoteError, UsageError


class InvalidRequest(UsageError):
    code = "invalid_request"


class InvalidSetting(UsageError):
    code = "invalid_setting"


class Unauthenticated(FootnoteError):
    code = "unauthenticated"


class Forbidden(FootnoteError):
    code = "forbidden"


class MethodNotAllowed(FootnoteError):
    code = "method_not_allowed"


class BodyTooLarge(FootnoteError):
    code = "body_too_large"


class Busy(FootnoteError):
    """`retry_after` is in whole seconds, at least 1."""

    code = "busy"

    def __init__(self, message: str, *, remedy: str, retry_after: int) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class RateLimited(Busy):
    code = "rate_limited"


class Overloaded(Busy):
    code = "overloaded"


class NotReady(FootnoteError):
    code = "not_ready"


class PageNotShown(FootnoteError):
    code = "page_not_shown"


class ClientGone(FootnoteError):
    code = "client_gone"


class Interrupted(FootnoteError):
    code = "interrupted"


class OutputFailed(FootnoteError):
    code = "output_failed"


class ServerFailed(FootnoteError):
    """`code` is the server's own where it said one."""

    code = "server_failed"

    def __init__(self, message: str, *, remedy: str = "", code: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.code = code or self.code


class Internal(FootnoteError):
    code = "internal"


STATUS: Mapping[type[FootnoteError], int] = {
    FootnoteError: 500,
    engine.UsageError: 400,
    engine.NotFound: 404,
    engine.HomeError: 500,
    engine.HomeLocked: 503,
    engine.CatalogueCorrupt: 500,
    engine.IndexCorrupt: 500,
    engine.ModelMismatch: 500,
    engine.SchemaTooNew: 500,
    engine.StorageFull: 507,
    engine.BadArchive: 422,
    engine.EmbeddingFailed: 500,
    engine.LanguageModelFailed: 502,
    engine.SourceError: 422,
    engine.AddressRefused: 422,
    engine.FetchFailed: 422,
    engine.PageGone: 422,
    ingesting.Unreadable: 422,
    ingesting.UnknownFormat: 422,
    ingesting.Malformed: 422,
    ingesting.Encrypted: 422,
    ingesting.NoText: 422,
    ingesting.OverLimit: 422,
    ingesting.WorkerDied: 422,
    ingesting.Changed: 422,
    BadSet: 422,
    InvalidRequest: 422,
    InvalidSetting: 500,
    Unauthenticated: 401,
    Forbidden: 403,
    MethodNotAllowed: 405,
    BodyTooLarge: 413,
    Busy: 503,
    RateLimited: 429,
    Overloaded: 503,
    NotReady: 503,
    PageNotShown: 422,
    ClientGone: 499,
    Interrupted: 503,
    OutputFailed: 500,
    ServerFailed: 502,
    Internal: 500,
}


class ErrorDetail(TypedDict):
    code: str
    message: str
    remedy: str
    request_id: str


class ErrorBody(TypedDict):
    error: ErrorDetail


def status(error: FootnoteError) -> int:
    """The class's own row, or that of its nearest ancestor."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def body(error: FootnoteError, request_id: str) -> ErrorBody:
    """The object that every interface answers with."""
    return {"error": {"code": error.code, "message": error.message, "remedy": error.remedy, "request_id": request_id}}


def fault() -> Internal:
    """What is told of a bug: nothing but where to look."""
    return Internal("a fault of ours", remedy="look up the request's id in the server's log")
