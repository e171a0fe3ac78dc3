"""BEIR records as documents of the product: one each, its path the record's id."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import quote

from evals.models import Record
from evals.progress import bar
from ingest import chunk
from ingest.blocks import assemble
from ingest.markdown import clean_text
from ingest.models import Piece
from retrieval.models import KnownDocument, Outcome, Source, StagedVersion
from retrieval.settings import ChunkSettings
from retrieval.store.index import Acknowledged
from retrieval.store.limits import ChunkLimits
from retrieval.store.tokens import TokenCounter

COLLECTION = "measured"
_BATCH = 256  # records published at a time
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Publisher(Protocol):
    """The part of the index that records are written through."""

    @property
    def chunk_limits(self) -> ChunkLimits: ...
    def begin_run(self, collection: str, arguments: Mapping[str, object]) -> int: ...
    def finish_run(self, run_id: int) -> None: ...
    def known(self, collection: str, root: str) -> tuple[KnownDocument, ...]: ...
    def publish(self, run_id: int, batch: Sequence[tuple[StagedVersion, Outcome]]) -> Acknowledged: ...
    def record(self, run_id: int, ended: Sequence[Outcome]) -> None: ...


def fingerprint(settings: ChunkSettings) -> str:
    """Of a record's version; the first number is raised when `staged` makes other text of a record."""
    return f"record-1/{chunk.fingerprint(settings)}"


def fill(index: Publisher, records: Sequence[Record], *, root: str) -> int:
    """Publish the records that are not there in this form; returns how many chunks were embedded.

    A record without a word is in the ledger as skipped, and no search will find it.
    """
    made_by = fingerprint(index.chunk_limits.settings)
    known = {document.path: (document.content_hash, document.fingerprint) for document in index.known(COLLECTION, root)}
    new = [record for record in records if known.get(record.id) != (_content_hash(record), made_by)]
    count = TokenCounter.from_file(index.chunk_limits.tokenizer).count
    run_id = index.begin_run(COLLECTION, {"records": len(records)})
    embedded = 0
    with bar() as progress:
        task = progress.add_task("Indexing records", total=len(new))
        for start in range(0, len(new), _BATCH):
            batch = [
                staged(record, root=root, limits=index.chunk_limits, count=count) for record in new[start:][:_BATCH]
            ]
            embedded += _publish(index, run_id, batch)
            progress.advance(task, len(batch))
    index.finish_run(run_id)
    return embedded


def staged(record: Record, *, root: str, limits: ChunkLimits, count: Callable[[str], int]) -> StagedVersion:
    """A record as the product's own pipeline would stage it: title, paragraphs, chunks within the model's limits."""
    title = " ".join(clean_text(record.title).split())
    body = clean_text(record.text) if record.text.strip() else title
    document = assemble((Piece("paragraph", part) for part in _PARAGRAPHS.split(body)), title=title)
    source = Source(
        collection=COLLECTION,
        root=root,
        path=record.id,
        uri=f"{root}/{quote(record.id, safe='')}",
        media_type="text/plain",
        size=len(_content(record)),
        content_hash=_content_hash(record),
        groups=(),
    )
    cut = chunk.chunks(document, limits, count, limits.settings)
    return StagedVersion(
        source, fingerprint(limits.settings), title, document.text, document.pages, document.metadata, cut
    )


def _publish(index: Publisher, run_id: int, batch: Sequence[StagedVersion]) -> int:
    """Those with chunks; the others are in the ledger alone."""
    empty = [version for version in batch if not version.chunks]
    index.record(run_id, [Outcome(version.source.uri, "skipped", "no_text: an empty record") for version in empty])
    filled = [version for version in batch if version.chunks]
    return index.publish(
        run_id, [(version, Outcome(version.source.uri, "indexed", chunks=len(version.chunks))) for version in filled]
    ).embedded


def _content(record: Record) -> bytes:
    return json.dumps([record.title, record.text], ensure_ascii=False).encode("utf-8", "surrogatepass")


def _content_hash(record: Record) -> str:
    return hashlib.sha256(_content(record)).hexdigest()
