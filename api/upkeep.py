"""Looking after a home, as objects of the contract. The index is handed in."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from retrieval.store.backup.importing import Imported
    from retrieval.store.index import Index
    from retrieval.store.indexes import IndexName
    from retrieval.store.reindex.reindexer import Reindexed, State
    from retrieval.store.upkeep.findings import Finding
    from retrieval.store.upkeep.upkeep import Upkeep

_CALIBRATE = (
    "thresholds that were calibrated for the model before are dropped: `footnote eval calibrate` makes new ones"
)
_NO_KEYS = "keys and answers are not in it; it holds documents of every group: keep it as you keep the home"


class FindingObject(TypedDict):
    place: str
    fault: str
    count: int
    examples: list[str]
    repaired: bool
    remedy: str


class UnfinishedObject(TypedDict):
    """A reindex that is at work or unfinished: `ended` of `total` versions are in it."""

    model: str
    chunk_tokens: int
    ended: int
    total: int


class DiagnosisObject(TypedDict):
    sound: bool
    findings: list[FindingObject]
    documents: int
    versions: int
    chunks: int
    vectors: int
    originals: int
    seconds: float
    reindex: UnfinishedObject | None


class RebuiltObject(TypedDict):
    index: str
    chunks: int
    embedded: int


class ReindexedObject(TypedDict):
    """`versions` and `chunks` were written by this call. `as_before` are versions that could not be cut otherwise."""

    switched: bool
    model: str
    dimension: int
    chunk_tokens: int
    versions: int
    chunks: int
    embedded: int
    as_before: list[dict[str, str]]
    seconds: float
    notes: list[str]


class CancelledObject(TypedDict):
    cancelled: bool


class ExportedObject(TypedDict):
    path: str
    documents: int
    versions: int
    chunks: int
    originals: int
    missing: int
    size: int
    notes: list[str]


class ImportedObject(TypedDict):
    documents: int
    versions: int
    chunks: int
    originals: int
    missing: int
    embedded: int
    created_at: str


def exported_object(upkeep: "Upkeep", target: Path, told: Callable[[int, int], None] | None = None) -> ExportedObject:
    done = upkeep.export(target, told)
    return {
        "path": str(done.path),
        "documents": done.documents,
        "versions": done.versions,
        "chunks": done.chunks,
        "originals": done.originals,
        "missing": done.missing,
        "size": done.size,
        "notes": [*([f"{done.missing} originals were lost before"] if done.missing else []), _NO_KEYS],
    }


def imported_object(done: "Imported") -> ImportedObject:
    return {
        "documents": done.documents,
        "versions": done.versions,
        "chunks": done.chunks,
        "originals": done.originals,
        "missing": done.missing,
        "embedded": 0,
        "created_at": done.created_at,
    }


def diagnosis_object(index: "Index", *, repair: bool) -> DiagnosisObject:
    found = index.upkeep.examine(repair=repair)
    begun = index.reindexer.state()
    return {
        "sound": found.sound,
        "findings": [_finding(one) for one in found.findings],
        "documents": found.documents,
        "versions": found.versions,
        "chunks": found.chunks,
        "vectors": found.vectors,
        "originals": found.originals,
        "seconds": round(found.seconds, 3),
        "reindex": _unfinished(begun) if begun else None,
    }


def _unfinished(begun: "State") -> UnfinishedObject:
    recipe = begun.recipe
    return {
        "model": recipe.model,
        "chunk_tokens": recipe.chunk_tokens,
        "ended": begun.ended,
        "total": begun.total,
    }


def rebuilt_object(upkeep: "Upkeep", name: "IndexName") -> RebuiltObject:
    return {"index": name, "chunks": upkeep.rebuild(name), "embedded": 0}


def cancelled_object(index: "Index") -> CancelledObject:
    return {"cancelled": index.reindexer.cancel()}


def reindexed_object(done: "Reindexed", *, seconds: float) -> ReindexedObject:
    recipe = done.recipe
    return {
        "switched": done.switched,
        "model": recipe.model,
        "dimension": recipe.dimension,
        "chunk_tokens": recipe.chunk_tokens,
        "versions": done.versions,
        "chunks": done.chunks,
        "embedded": done.embedded,
        "as_before": [{"uri": uri, "reason": why} for uri, why in done.as_before],
        "seconds": round(seconds, 3),
        "notes": _notes(done),
    }


def _notes(done: "Reindexed") -> list[str]:
    if not done.switched:
        return ["the index is made by this model and these limits already"]
    return [_CALIBRATE] if done.other_model else []


def _finding(one: "Finding") -> FindingObject:
    return {
        "place": one.place,
        "fault": one.fault,
        "count": one.count,
        "examples": list(one.examples),
        "repaired": one.repaired,
        "remedy": one.remedy,
    }
