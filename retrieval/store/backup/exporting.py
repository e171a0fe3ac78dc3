"""A home into one file, while it serves: one consistent view of the catalogue, and the originals that it names."""

import contextlib
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UsageError
from retrieval.store.backup import archive
from retrieval.store.backup.archive import CATALOGUE, FORMAT, MANIFEST, Manifest, Member
from retrieval.store.blobs import Blobs
from retrieval.store.database import Database
from retrieval.store.durable import full, sync
from retrieval.store.staging import now


@dataclass(frozen=True, slots=True)
class Exported:
    """`missing` counts originals that the home itself has lost; `size` is the archive's, in bytes."""

    path: Path
    documents: int
    versions: int
    chunks: int
    originals: int
    missing: int
    size: int


def export(
    database: Database, blobs: Blobs, target: Path, *, told: Callable[[int, int], None] | None = None
) -> Exported:
    """Write `target`, which must not be there; `told` hears (members written, members in all).

    It is there only when it is whole and durable. Raises `UsageError`, `StorageFull`.
    """
    if target.exists() or not target.parent.is_dir():
        why = "is there already" if target.exists() else "has no folder to lie in"
        raise UsageError(f"{target} {why}", remedy="name a new file in a folder that is there")
    part, snapshot = _beside(target, "part"), _beside(target, "catalogue.part")
    try:
        with blobs.held():  # nothing that the snapshot names is removed meanwhile
            snapshot.unlink(missing_ok=True)
            snapshot.touch(mode=0o600)  # as the archive, it holds what only some may read
            database.snapshot(snapshot)
            manifest = _write(part, snapshot, blobs, told or _unheard)
        sync(part)
        os.replace(part, target)
        sync(target.parent)
    except OSError as exc:
        raise full(target, exc) from exc
    finally:
        for path in (part, snapshot):
            path.unlink(missing_ok=True)
    return Exported(
        path=target,
        documents=manifest.documents,
        versions=manifest.versions,
        chunks=manifest.chunks,
        originals=len(manifest.members) - 1,
        missing=manifest.missing,
        size=target.stat().st_size,
    )


def _write(part: Path, snapshot: Path, blobs: Blobs, told: Callable[[int, int], None]) -> Manifest:
    with _reading(snapshot) as connection:
        wanted = [row[0] for row in connection.execute("SELECT DISTINCT content_hash FROM versions ORDER BY 1")]
        members: list[Member] = []
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as written:
            members.append(archive.add(written, CATALOGUE, snapshot))
            for number, content_hash in enumerate(wanted):
                told(number, len(wanted))
                with contextlib.suppress(FileNotFoundError):
                    path = blobs.path(content_hash)
                    members.append(archive.add(written, archive.blob_name(content_hash), path))
            manifest = _manifest(connection, members, missing=len(wanted) + 1 - len(members))
            written.writestr(MANIFEST, manifest.to_json())
        return manifest


def _manifest(connection: sqlite3.Connection, members: list[Member], *, missing: int) -> Manifest:
    settings = dict(connection.execute("SELECT key, value FROM settings").fetchall())

    def count(counted: str) -> int:
        return int(connection.execute(f"SELECT count(*) FROM {counted}").fetchone()[0])  # noqa: S608 - our own names

    return Manifest(
        format=FORMAT,
        schema=connection.execute("SELECT version_num FROM alembic_version").fetchone()[0],
        model=settings["model"],
        fingerprint=settings["fingerprint"],
        created_at=now(),
        documents=count("documents"),
        versions=count("versions"),
        chunks=count("chunks WHERE build = (SELECT build FROM state)"),
        missing=missing,
        members=tuple(members),
    )


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        yield connection


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{ending}")


def _unheard(_done: int, _all: int) -> None:
    """Nobody watches."""
