"""Looking after a home, as objects of the contract. The index is handed in."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from retrieval.store.backup.importing import Imported
    from retrieval.store.indexes import IndexName
    from retrieval.store.upkeep.findings import Finding
    from retrieval.store.upkeep.upkeep import Upkeep

_NO_KEYS = "keys and answers are not in it; it holds documents of every group: keep it as you keep the home"


class FindingObject(TypedDict):
    place: str
    fault: str
    count: int
    examples: list[str]
    repaired: bool
    remedy: str


class DiagnosisObject(TypedDict):
    sound: bool
    findings: list[FindingObject]
    documents: int
    versions: int
    chunks: int
    vectors: int
    originals: int
    seconds: float


class RebuiltObject(TypedDict):
    index: str
    chunks: int
    embedded: int


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


def diagnosis_object(upkeep: "Upkeep", *, repair: bool) -> DiagnosisObject:
    found = upkeep.examine(repair=repair)
    return {
        "sound": found.sound,
        "findings": [_finding(one) for one in found.findings],
        "documents": found.documents,
        "versions": found.versions,
        "chunks": found.chunks,
        "vectors": found.vectors,
        "originals": found.originals,
        "seconds": round(found.seconds, 3),
    }


def rebuilt_object(upkeep: "Upkeep", name: "IndexName") -> RebuiltObject:
    return {"index": name, "chunks": upkeep.rebuild(name), "embedded": 0}


def _finding(one: "Finding") -> FindingObject:
    return {
        "place": one.place,
        "fault": one.fault,
        "count": one.count,
        "examples": list(one.examples),
        "repaired": one.repaired,
        "remedy": one.remedy,
    }
