"""For those who run the server: is it up, can it answer, how is it doing."""

from fastapi import APIRouter, Response
from typing_extensions import TypedDict

from api.errors import NotReady
from api.server.deps import Serving
from retrieval.errors import FootnoteError

router = APIRouter(tags=["health"])


class StatusObject(TypedDict):
    status: str


@router.get("/healthz")
def healthz() -> StatusObject:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(serving: Serving) -> StatusObject:
    """The home is open and jobs are taken; 503 otherwise."""
    try:
        serving.engine.catalog.generation()
    except FootnoteError as exc:
        raise NotReady("the home can't be read", remedy="see the server's log") from exc
    if not serving.jobs.alive:
        raise NotReady("no jobs are taken any more", remedy="restart the server")
    return {"status": "ready"}


@router.get("/metrics", include_in_schema=False)
def metrics(serving: Serving) -> Response:
    """In Prometheus' text format, for an admin's key or from this machine."""
    return Response(serving.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
