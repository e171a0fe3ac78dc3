"""Versions of a document as objects of the contract, and what changes them. The engine is handed in."""

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

from api.activity.answers import Answers
from retrieval.errors import UsageError
from retrieval.models import Caller, Outcome

if TYPE_CHECKING:
    from api.server.services import AnsweringEngine
    from retrieval.store.history.differing import PlacedChunk, VersionDiff
    from retrieval.store.history.versions import VersionSummary

EXPORTS_REMAIN = "archives that were exported before still hold it"

_EVALUATIONS_REMAIN = "so may what evaluations keep, in the home's folder `evals` and where they were told to"


class KeptVersionObject(TypedDict):
    version: int
    live: bool
    published_at: str
    title: str
    media_type: str
    size: int
    content_hash: str
    pages: int
    chunks: int


class VersionsObject(TypedDict):
    document_id: str
    document: str
    uri: str
    collection: str
    versions: list[KeptVersionObject]


class PlacedChunkObject(TypedDict):
    chunk_id: str
    section: list[str]
    context: str
    text: str
    start: int
    end: int
    page: int | None


class DiffObject(TypedDict):
    document_id: str
    old: int
    new: int
    removed: list[PlacedChunkObject]
    added: list[PlacedChunkObject]
    recontexted: list[PlacedChunkObject]
    unchanged: int


class RolledBackObject(TypedDict):
    document_id: str
    restored: int
    version: int
    run_id: int
    notes: list[str]


class ForgottenObject(TypedDict):
    document_id: str
    versions: int
    chunks: int
    vectors: int
    originals: int
    answers: int
    run_id: int
    notes: list[str]


def versions_object(engine: "AnsweringEngine", document_id: str, caller: Caller) -> VersionsObject:
    """Newest first. Raises `NotFound`."""
    kept = engine.history.versions(document_id, caller)
    return {
        "document_id": document_id,
        "document": kept[0].document,
        "uri": kept[0].uri,
        "collection": kept[0].collection,
        "versions": [_kept(one) for one in kept],
    }


def diff_object(
    engine: "AnsweringEngine", document_id: str, caller: Caller, *, old: int | None, new: int | None
) -> DiffObject:
    """Raises as `History.diff` does."""
    found: VersionDiff = engine.history.diff(document_id, caller, old=old, new=new)
    return {
        "document_id": document_id,
        "old": found.old,
        "new": found.new,
        "removed": [_placed(chunk) for chunk in found.removed],
        "added": [_placed(chunk) for chunk in found.added],
        "recontexted": [_placed(chunk) for chunk in found.recontexted],
        "unchanged": found.unchanged,
    }


def roll_back(engine: "AnsweringEngine", document_id: str, number: int, caller: Caller) -> RolledBackObject:
    """A kept version answers again. Raises `NotFound`, `UsageError` where it is the one that answers."""
    kept = {one.version: one for one in engine.history.versions(document_id, caller)}
    wanted = engine.history.version(document_id, caller, number)
    if wanted.live:
        raise UsageError(f"version {number} is the one that answers", remedy="`footnote versions` lists the others")
    reason = f"rolled back to version {number}"
    outcome = Outcome(wanted.uri, "indexed", reason, wanted.pages, wanted.chunks, document_id)
    with engine.index.run(wanted.collection, {"rollback": document_id, "version": number}) as run_id:
        engine.index.rollback(run_id, document_id, number, outcome)
    return {
        "document_id": document_id,
        "restored": number,
        "version": max(kept) + 1,
        "run_id": run_id,
        "notes": ["the next ingest of its source brings back what the source holds then"],
    }


def forget(engine: "AnsweringEngine", answers: Answers, document_id: str, caller: Caller) -> ForgottenObject:
    """Everything of a document, answers that quote it too. Raises `NotFound`."""
    newest = engine.history.versions(document_id, caller)[0]
    outcome = Outcome(newest.uri, "removed", "forgotten", newest.pages, document_id=document_id)
    with engine.index.run(newest.collection, {"forget": document_id}) as run_id:
        erased = engine.index.forget(run_id, document_id, outcome)
        engine.embedder.clear()
        told = sum(answers.forget_document(one) for one in (document_id, *erased.parts))
    return {
        "document_id": document_id,
        "versions": erased.versions,
        "chunks": erased.chunks,
        "vectors": erased.vectors,
        "originals": erased.originals,
        "answers": told,
        "run_id": run_id,
        "notes": [
            EXPORTS_REMAIN,
            _EVALUATIONS_REMAIN,
            *([f"{len(erased.parts)} documents that lay in it went with it"] if erased.parts else []),
            "an ingest passes its source over; `ingest --again` takes it in",
        ],
    }


def _kept(one: "VersionSummary") -> KeptVersionObject:
    return {
        "version": one.version,
        "live": one.live,
        "published_at": one.published_at,
        "title": one.title,
        "media_type": one.media_type,
        "size": one.size,
        "content_hash": one.content_hash,
        "pages": one.pages,
        "chunks": one.chunks,
    }


def _placed(chunk: "PlacedChunk") -> PlacedChunkObject:
    return {
        "chunk_id": chunk.chunk_id,
        "section": list(chunk.section),
        "context": chunk.context,
        "text": chunk.text,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
    }
