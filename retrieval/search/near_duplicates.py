"""Which documents are much the same, for whoever keeps the corpus: groups by MinHash and LSH (datasketch).

Each with each would be 50 million comparisons for 10,000 documents; their signatures are looked up in bands. Nothing
is read into likeness here: versions of one text may differ in the very number that matters.
"""

import contextlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datasketch import MinHash, MinHashLSH  # two seconds to import, with scipy behind it: only when it is used

from retrieval.errors import NotFound
from retrieval.models import Caller, DocumentSummary
from retrieval.search import likeness
from retrieval.store.catalog import Catalog

ALIKE = 0.7  # of the runs of three words; signatures tell it to within 0.05 or so
_PERMUTATIONS = 128
_HASHED_AT_ONCE = 5_000  # runs; 5 MB of permuted hashes


@dataclass(frozen=True, slots=True)
class Group:
    """Documents by collection and path; `alike` is the least likeness of one to the first, 0-1."""

    documents: tuple[DocumentSummary, ...]
    alike: float


def near_duplicates(catalog: Catalog, caller: Caller, collection: str | None = None) -> tuple[Group, ...]:
    """Groups of two and more of the published documents that the caller may see, in the order of their first ones."""
    groups: list[tuple[MinHash, list[DocumentSummary], list[float]]] = []
    index = MinHashLSH(ALIKE, _PERMUTATIONS)
    for document, signature in _signed(catalog, caller, collection):
        likest = max(((groups[at][0].jaccard(signature), -at) for at in index.query(signature)), default=(0.0, 0))
        if likest[0] >= ALIKE:
            _, members, likenesses = groups[-likest[1]]
            members.append(document)
            likenesses.append(likest[0])
            continue
        index.insert(len(groups), signature)
        groups.append((signature, [document], [1.0]))
    return tuple(Group(tuple(members), float(min(alike))) for _, members, alike in groups if len(members) > 1)


def _signed(catalog: Catalog, caller: Caller, collection: str | None) -> Iterator[tuple[DocumentSummary, MinHash]]:
    """Those with words enough to tell."""
    for document in catalog.documents(caller, collection):
        with contextlib.suppress(NotFound):  # removed since
            runs = likeness.runs(catalog.version(document.document_id, caller).text)
            if len(runs) >= likeness.FEWEST_WORDS:
                yield document, _signature(runs)


def _signature(runs: Iterable[tuple[str, ...]]) -> MinHash:
    signature = MinHash(_PERMUTATIONS, hashfunc=zlib.crc32)
    hashed = [" ".join(run).encode() for run in runs]
    for start in range(0, len(hashed), _HASHED_AT_ONCE):
        signature.update_batch(hashed[start : start + _HASHED_AT_ONCE])
    return signature
