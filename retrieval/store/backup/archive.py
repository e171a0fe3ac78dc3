"""The form of an archive: a zip of `catalogue.db`, `blobs/SHA-256` for each original, and last `manifest.json`.

The manifest names every other member with its size and SHA-256. A reader takes these names and no others, so that no
path in an archive can lead anywhere, and no more bytes than it was told of.
"""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from retrieval.errors import BadArchive

FORMAT = 1
MANIFEST = "manifest.json"
CATALOGUE = "catalogue.db"
_LARGEST_MANIFEST = 256 << 20  # bytes
_BLOCK = 1 << 20
_BLOB = re.compile(r"blobs/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Member:
    """`sha256` in hex, `size` in bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`missing` counts originals that the home had lost when it was exported."""

    format: int
    schema: str
    model: str
    fingerprint: str
    created_at: str
    documents: int
    versions: int
    chunks: int
    missing: int
    members: tuple[Member, ...]

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def blob_name(content_hash: str) -> str:
    return f"blobs/{content_hash}"


def blob_of(name: str) -> str | None:
    """The hash that a blob's name holds; null for another member's."""
    found = _BLOB.fullmatch(name)
    return found.group(1) if found else None


def add(archive: zipfile.ZipFile, name: str, path: Path) -> Member:
    """Copy a file in. Raises `OSError`."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(_BLOCK):
            digest.update(block)
            size += len(block)
            target.write(block)
    return Member(name, size, digest.hexdigest())


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Raises `BadArchive` where it is missing, of a newer form, or does not name exactly what is there."""
    names = archive.namelist()
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
        raise bad("it has no manifest")
    try:
        content = json.loads(archive.read(MANIFEST))
        if content["format"] != FORMAT:
            raise bad(f"its form is {content['format']}, this program knows {FORMAT}")
        members = tuple(Member(str(one["name"]), int(one["size"]), str(one["sha256"])) for one in content["members"])
        manifest = Manifest(**{**content, "members": members})
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise bad("its manifest makes no sense") from exc
    _check_names(names, manifest)
    return manifest


def copy_out(archive: zipfile.ZipFile, member: Member, target: BinaryIO) -> None:
    """Raises `BadArchive` where the bytes are not those that the manifest names, `OSError` of the target."""
    digest, size = hashlib.sha256(), 0
    for block in _blocks(archive, member):
        size += len(block)
        if size > member.size:
            break
        digest.update(block)
        target.write(block)
    if size != member.size or digest.hexdigest() != member.sha256:
        raise bad(f"{member.name} is damaged")


def bad(why: str) -> BadArchive:
    return BadArchive(f"the archive can't be used: {why}", remedy="take another copy of it; nothing was changed")


def _blocks(archive: zipfile.ZipFile, member: Member) -> Iterator[bytes]:
    try:
        with archive.open(member.name) as source:
            while block := source.read(_BLOCK):
                yield block
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError, RuntimeError) as exc:  # type: ignore[attr-defined]
        raise bad(f"{member.name} is damaged") from exc


def _check_names(names: list[str], manifest: Manifest) -> None:
    told = [member.name for member in manifest.members]
    if sorted(names) != sorted([*told, MANIFEST]) or CATALOGUE not in told:
        raise bad("its manifest does not name what is in it")
    for member in manifest.members:
        content_hash = blob_of(member.name)
        if member.name != CATALOGUE and content_hash != member.sha256:
            raise bad(f"{member.name!r} does not belong into an archive")
