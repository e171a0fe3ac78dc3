"""Looking after a home, as objects of the contract. The index is handed in."""

from typing import TYPE_CHECKING

from typing_extensions import TypedDict

if TYPE_CHECKING:
    from retrieval.store.indexes import IndexName
    from retrieval.store.upkeep.findings import Finding
    from retrieval.store.upkeep.upkeep import Upkeep


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
