"""The ledger: every run, and how each of its sources ended."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.ledger import run_object, runs_object
from api.objects import RunObject, RunsObject
from api.server.deps import Admin, Serving
from api.server.schemas import Number

router = APIRouter(prefix="/v1/runs", tags=["ingest"])


@router.get("")
def runs(serving: Serving, admin: Admin, limit: Annotated[int, Query(ge=1, le=1_000)] = 20) -> RunsObject:
    """The latest runs first."""
    return runs_object(serving.engine.catalog, admin.caller, limit=limit)


@router.get("/{run_id}")
def run(run_id: Number, serving: Serving, admin: Admin) -> RunObject:
    """One run with the outcome of each source."""
    return run_object(serving.engine.catalog, admin.caller, run_id=run_id)
