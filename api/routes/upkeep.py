"""What looks after the home as a whole, as jobs. The owner's alone: their reports name documents of everyone."""

from fastapi import APIRouter

from api.routes.jobs import JobObject, job_object
from api.server.deps import Owner, Serving
from api.server.schemas import DoctorBody, ExportBody, RebuildBody, ReindexBody

router = APIRouter(prefix="/v1", tags=["upkeep"])


@router.post("/doctor", status_code=202)
def doctor(body: DoctorBody, serving: Serving, owner: Owner) -> JobObject:
    """Check the catalogue against both indexes and the originals; mend what can be mended."""
    return job_object(serving.jobs.submit("doctor", body.model_dump(), asker=owner.key_id), serving)


@router.post("/rebuild", status_code=202)
def rebuild(body: RebuildBody, serving: Serving, owner: Owner) -> JobObject:
    """Make one index anew from the catalogue, embedding nothing."""
    return job_object(serving.jobs.submit("rebuild", body.model_dump(), asker=owner.key_id), serving)


@router.post("/reindex", status_code=202)
def reindex(body: ReindexBody, serving: Serving, owner: Owner) -> JobObject:
    """Build the index anew by another model or other chunk limits beside the one that answers, then switch to it.

    Ingest jobs go on meanwhile, and what they publish is in both. With `cancel` an unfinished one is given up,
    whatever jobs are waiting: that job has ended when the answer comes.
    """
    if body.cancel:
        return job_object(serving.jobs.do("reindex-cancel", body.model_dump(), asker=owner.key_id), serving)
    return job_object(serving.jobs.submit("reindex", body.model_dump(), asker=owner.key_id), serving)


@router.post("/export", status_code=202)
def export(body: ExportBody, serving: Serving, owner: Owner) -> JobObject:
    """Write the whole home into one new file on the server, while it serves."""
    return job_object(serving.jobs.submit("export", body.model_dump(), asker=owner.key_id), serving)
