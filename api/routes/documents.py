"""Documents: listed, shown with the text that all offsets count in, handed out as they came, uploaded, removed."""

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from starlette.datastructures import FormData, UploadFile

from api.errors import InvalidRequest
from api.history import (
    DiffObject,
    ForgottenObject,
    RolledBackObject,
    VersionsObject,
    diff_object,
    forget,
    roll_back,
    versions_object,
)
from api.objects import DocumentsObject, RemovedObject, VersionObject, documents_object, version_object
from api.routes.jobs import JobObject, job_object
from api.server.deps import Admin, Asker, Serving
from api.server.schemas import Name, Number, RollbackBody, UploadFields
from api.server.uploads import Uploads, plain_name
from retrieval.models import Outcome

router = APIRouter(prefix="/v1/documents", tags=["documents"])

Version = Annotated[Number | None, Query()]

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "collection": {"type": "string"},
                        "groups": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }
}


@router.get("")
def documents(serving: Serving, asker: Asker, collection: Name | None = None) -> DocumentsObject:
    """The published documents that the caller may see, by collection and path."""
    return documents_object(serving.engine.catalog.documents(asker.caller, collection), asker.caller)


@router.post("", status_code=202, openapi_extra=_FORM)
async def upload(request: Request, serving: Serving, admin: Admin) -> JobObject:
    """Files to be ingested: `file` once or more, `collection`, `groups` (none: public). Answers with the job."""
    async with request.form(max_files=100, max_fields=100) as form:
        fields, files = _fields(form)
        uploads = Uploads(serving.settings.home, collection=fields.collection, groups=fields.groups)
        named = [(plain_name(file.filename or ""), file.file) for file in files]
        paths = [str(await to_thread.run_sync(uploads.keep, name, content)) for name, content in named]
    arguments = {"paths": paths, "collection": fields.collection, "allow": list(fields.groups)}
    return job_object(serving.jobs.submit("upload", arguments, asker=admin.key_id), serving)


@router.get("/{document_id}")
def show(document_id: str, serving: Serving, asker: Asker, version: Version = None) -> VersionObject:
    """One version's stored text and pages; the live one unless a number is given."""
    return version_object(serving.engine.catalog.version(document_id, asker.caller, version))


@router.delete("/{document_id}")
def remove(document_id: str, serving: Serving, admin: Admin) -> RemovedObject:
    """Take a document out of every later answer. Its source, ingested again, comes back."""
    found = serving.engine.catalog.version(document_id, admin.caller)
    index = serving.engine.index
    outcome = Outcome(found.uri, "removed", "removed by an admin", pages=len(found.pages), document_id=document_id)
    with index.run(found.collection, {"remove": document_id}) as run_id:
        index.remove(run_id, [(document_id, outcome)])
    return {"document_id": document_id, "removed": True, "run_id": run_id}


@router.get("/{document_id}/original", response_class=FileResponse)
def original(document_id: str, serving: Serving, asker: Asker, version: Version = None) -> FileResponse:
    """The file as it was read. It is handed out to be saved, never to be shown by the browser under this address."""
    found = serving.engine.catalog.original(document_id, asker.caller, version)
    return FileResponse(
        found.path,
        media_type=found.media_type,
        filename=found.name,
        headers={"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"},
    )


@router.get("/{document_id}/versions")
def versions(document_id: str, serving: Serving, asker: Asker) -> VersionsObject:
    """The kept versions, newest first."""
    return versions_object(serving.engine, document_id, asker.caller)


@router.get("/{document_id}/diff")
def diff(document_id: str, serving: Serving, asker: Asker, old: Version = None, new: Version = None) -> DiffObject:
    """Which chunks differ; by default between the newest version and the one before it."""
    return diff_object(serving.engine, document_id, asker.caller, old=old, new=new)


@router.post("/{document_id}/rollback")
def rollback(document_id: str, body: RollbackBody, serving: Serving, admin: Admin) -> RolledBackObject:
    """A kept version answers again, as a new one; nothing is embedded."""
    return roll_back(serving.engine, document_id, body.version, admin.caller)


@router.post("/{document_id}/forget")
def erase(document_id: str, serving: Serving, admin: Admin) -> ForgottenObject:
    """Erase a document for good: versions, vectors, original, answers that quote it. No ingest brings it back."""
    erased = forget(serving.engine, serving.activity.answers, document_id, admin.caller)
    serving.pages.clear()  # only now can no page of it be drawn any more
    return erased


def _fields(form: FormData) -> tuple[UploadFields, list[UploadFile]]:
    """Raises `InvalidRequest`."""
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        raise InvalidRequest("file: no file was sent", remedy="send multipart/form-data with a field `file`")
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return UploadFields.of(texts), files
