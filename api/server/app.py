"""The HTTP application, put together. What it stands on is made elsewhere and handed in."""

import contextlib
import re
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api.errors import ErrorBody
from api.routes import answers, ask, collections, compatible, documents, health, jobs, pages, runs, upkeep, views
from api.server.deps import only_known_parameters
from api.server.middleware import Admission, BodyLimit, Trace
from api.server.respond import of_footnote, of_http, of_validation
from api.server.services import Services
from api.version import VERSION
from retrieval.errors import FootnoteError

_BEHIND_A_KEY = (ask, answers, compatible, collections, documents, views, jobs, runs, upkeep)
_OWN = tuple(
    resource for resource in _BEHIND_A_KEY if resource is not compatible
)  # others' clients send what they like
_RESOURCES = (*_BEHIND_A_KEY, health, pages)

# For the description of the interface alone: `Admission` has let the request in before.
_KEYED = [Depends(HTTPBearer(auto_error=False, scheme_name="key"))]

_DESCRIPTION = """Answers over a company's documents, every claim with its footnote.

Send `Authorization: Bearer KEY`. The key says who you are: what you may not see answers as if it did not exist.
Errors are `{"error": {"code", "message", "remedy", "request_id"}}`."""


def create_app(services: Services) -> FastAPI:
    settings = services.settings
    app = FastAPI(
        title="Footnote",
        version=VERSION,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        responses={"default": {"model": ErrorBody, "description": "An error"}},
        middleware=[
            Middleware(Trace, metrics=services.metrics, templates=_templates()),
            Middleware(Admission, authenticator=services.authenticator, rate_limit=services.rate_limit),
            Middleware(BodyLimit, body=settings.max_body_bytes, upload=settings.max_upload_bytes),
        ],
        exception_handlers={
            FootnoteError: of_footnote,
            RequestValidationError: of_validation,
            HTTPException: of_http,
        },
    )
    app.state.services = services
    for resource in _RESOURCES:
        known = [Depends(only_known_parameters)] if resource in _OWN else []
        app.include_router(resource.router, dependencies=[*known, *(_KEYED if resource in _BEHIND_A_KEY else [])])
    return app


def _templates() -> list[tuple[re.Pattern[str], str]]:
    """Every route's template and what paths it is for, in the order of the routes."""
    routes = (route for resource in _RESOURCES for route in resource.router.routes)
    return [(route.path_regex, route.path) for route in routes if isinstance(route, APIRoute)]


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    services.metrics.watch("places_taken", "Searches and answers at work", lambda: services.places.taken)
    services.metrics.watch("places_waiting", "Searches and answers in the queue", lambda: services.places.waiting)
    services.metrics.watch("jobs_waiting", "Jobs in the queue", lambda: services.jobs.waiting)
    services.activity.forget_old()
    services.jobs.start()
    try:
        yield
    finally:
        services.jobs.request_stop()
        await to_thread.run_sync(services.jobs.join, services.settings.shutdown_timeout)
