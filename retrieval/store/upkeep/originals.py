"""Originals against the catalogue: each kept version's file is there and has the bytes that were read."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, select

from retrieval.errors import StorageFull
from retrieval.store.blobs import Blobs
from retrieval.store.schema import documents, versions


def wanted(connection: Connection) -> Mapping[str, str]:
    """The hash of each original that kept versions need, with a document's address."""
    query = select(versions.c.content_hash, documents.c.uri).join(documents, documents.c.id == versions.c.document_id)
    return {row.content_hash: row.uri for row in connection.execute(query)}


def damaged(blobs: Blobs, hashes: Mapping[str, str]) -> list[str]:
    """Hashes of originals that are missing, or are other bytes."""
    return [one for one in sorted(hashes) if not _whole(blobs.path(one), one)]


def put_back(blobs: Blobs, content_hash: str, uri: str) -> bool:
    """Copy the original from where it was read, if the same bytes lie there still."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return False
    source = Path(unquote(parts.path))
    if not _whole(source, content_hash):
        return False
    try:
        return blobs.keep(source)[0] == content_hash
    except StorageFull:
        raise
    except OSError:
        return False


def _whole(path: Path, content_hash: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == content_hash
    except OSError:
        return False
