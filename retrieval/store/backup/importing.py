"""An archive into a new home. Everything is checked before any of it is put in its place; the catalogue comes last."""

import contextlib
import os
import shutil
import sqlite3
import zipfile
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import HomeError, UsageError
from retrieval.store import schema
from retrieval.store.backup import archive
from retrieval.store.backup.archive import CATALOGUE, Manifest
from retrieval.store.database import check, refuse_newer
from retrieval.store.durable import full, sync
from retrieval.store.home import Home, HomeLock


@dataclass(frozen=True, slots=True)
class Imported:
    """What the archive held; the indexes are filled when the home is next opened for writing."""

    documents: int
    versions: int
    chunks: int
    originals: int
    missing: int
    model: str
    created_at: str


def restore(path: Path, home: Home) -> Imported:
    """Make `home`, which must not hold documents yet, what it was when `path` was exported.

    Raises `UsageError`, `BadArchive`, `SchemaTooNew`, `CatalogueCorrupt`, `HomeLocked`, `StorageFull`; then nothing of
    the archive is in the home.
    """
    home.create()
    with HomeLock(home), _opened(path) as opened:
        incoming = home.path / "incoming"
        _refuse_filled(home, incoming)
        manifest = archive.read_manifest(opened)
        try:
            _unpack(opened, manifest, incoming)
            _check(incoming / CATALOGUE)
            _put_in_place(incoming, home)
        except OSError as exc:
            raise full(home.path, exc) from exc
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
    return Imported(
        documents=manifest.documents,
        versions=manifest.versions,
        chunks=manifest.chunks,
        originals=len(manifest.members) - 1,
        missing=manifest.missing,
        model=manifest.model,
        created_at=manifest.created_at,
    )


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError as exc:
        raise UsageError(f"{path}: no such file", remedy="name an archive that `footnote export` wrote") from exc
    except zipfile.BadZipFile as exc:
        raise archive.bad("it is cut short, or no archive") from exc
    except OSError as exc:
        raise HomeError(f"{path} can't be read: {exc.strerror}", remedy="see that you may read it") from exc


def _refuse_filled(home: Home, incoming: Path) -> None:
    """What an import that was cut off left is removed; what anything else made is not touched."""
    if home.exists():
        raise UsageError(
            f"{home.path} holds documents already", remedy="set FOOTNOTE_HOME to a new folder and import there"
        )
    if incoming.exists():
        shutil.rmtree(incoming)
        shutil.rmtree(home.blobs, ignore_errors=True)
    home.refuse_headless()


def _unpack(opened: zipfile.ZipFile, manifest: Manifest, incoming: Path) -> None:
    incoming.mkdir(mode=0o700)
    for member in manifest.members:
        content_hash = archive.blob_of(member.name)
        target = incoming / CATALOGUE
        if content_hash is not None:
            target = incoming / "blobs" / content_hash[:2] / content_hash
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            archive.copy_out(opened, member, file)
            file.flush()
            os.fsync(file.fileno())


def _check(catalogue: Path) -> None:
    """A database from elsewhere: whole, ours, of a form that this program knows, and nothing in it that acts.

    Nor does it name files: what it holds for the hash of an original becomes a path.
    """
    check(catalogue)
    try:
        acting, stored, hashes = _looked_into(catalogue)
    except sqlite3.Error as exc:
        raise archive.bad("its catalogue is none") from exc
    if acting or stored is None or not all(archive.blob_of(archive.blob_name(one)) for one in hashes):
        raise archive.bad("its catalogue holds what no catalogue does")
    refuse_newer(catalogue, stored[0], schema.HEAD)


def _looked_into(catalogue: Path) -> tuple[list[str], tuple[str] | None, list[str]]:
    """Names of what acts, the schema's number, the hashes of originals. Raises `sqlite3.Error`."""
    with contextlib.closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        query = "SELECT name FROM sqlite_master WHERE type NOT IN ('table', 'index') OR sql LIKE '%VIRTUAL%'"
        acting = [name for (name,) in connection.execute(query)]
        stored = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        hashes = [one for (one,) in connection.execute("SELECT DISTINCT content_hash FROM versions")]
    return acting, stored, hashes


def _put_in_place(incoming: Path, home: Home) -> None:
    (incoming / "blobs").mkdir(mode=0o700, exist_ok=True)
    for folder in (*(incoming / "blobs").iterdir(), incoming / "blobs", incoming):
        sync(folder)  # the names in it: a catalogue must not outlive its originals
    os.rename(incoming / "blobs", home.blobs)
    os.rename(incoming / CATALOGUE, home.catalogue)
    sync(home.path)
