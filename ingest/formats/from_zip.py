"""A zip archive: a list of what is in it as its text, and its members as files of their own.

Nothing is unpacked to disk, and no member's name is trusted: one that leads elsewhere is led back into the archive.
What is encrypted, damaged or too large costs itself alone; an archive that is built to harm is not opened.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ingest.blocks import assemble
from ingest.errors import Encrypted, Malformed, NoText, OverLimit
from ingest.formats.attached import distinct, plain
from ingest.formats.packages import BOMB_BYTES, BOMB_RATIO
from ingest.models import Attachment, Document, Piece
from retrieval.errors import SourceError

MOST = 1_000
MOST_BYTES = 64 * 2**20
MOST_TOGETHER = 256 * 2**20
_MEMBER_RATIO = 1_000
_SMALL = 2**20  # a member that unpacks to no more than this is no bomb, whatever its ratio
_BLOCK = 2**16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def convert(path: Path, name: str) -> Document:
    """The archive in `path`; members are its attachments. Raises `Malformed`, `NoText`, `OverLimit`."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _refuse_bomb(entries, path.stat().st_size, name)
            members = tuple(_members(archive, entries, name))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as exc:
        raise Malformed(f"{name}: not a whole zip archive ({exc})", remedy="Pack it again.") from exc
    if not members:
        raise NoText(f"{name}: there is no file in the archive", remedy="Fill it or leave it out.")
    listed = "\n".join(f"- {_one_line(member.name)}" for member in members)
    pieces = [Piece("heading", f"# {_one_line(name)}", level=1), Piece("list", listed)]
    document = assemble(pieces, title=name, page_count=0, metadata={}, notes=(f"archive of {len(members)} files",))
    return Document(
        title=document.title,
        text=document.text,
        blocks=document.blocks,
        pages=(),
        notes=document.notes,
        attachments=members,
    )


def _refuse_bomb(entries: list[zipfile.ZipInfo], packed: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > BOMB_BYTES and unpacked > BOMB_RATIO * max(1, packed):
        raise OverLimit(f"{name}: would unpack from {packed:,} to {unpacked:,} bytes", remedy="Leave it out.")
    if len(entries) > MOST:
        raise OverLimit(f"{name}: {len(entries):,} files in it, more than {MOST:,}", remedy="Split the archive.")


def _members(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], name: str) -> Iterator[Attachment]:
    room = MOST_TOGETHER
    names: set[str] = set()
    for entry in entries:
        inner = distinct(_inner_path(entry.filename), names)
        try:
            data = _read(archive, entry, f"{name}: {inner}", room)
        except SourceError as exc:
            yield Attachment(inner, None, b"", exc.with_traceback(None))
            continue
        room -= len(data)
        yield Attachment(inner, None, data)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, what: str, room: int) -> bytes:
    """A member's bytes, never more than it may have, whatever it says of itself."""
    if entry.flag_bits & 1:
        raise Encrypted(f"{what} is encrypted", remedy="Pack it without a password.")
    _refuse_large(entry.file_size, entry, what, room)
    data = bytearray()
    try:
        with archive.open(entry) as file:
            while block := file.read(_BLOCK):
                data += block
                _refuse_large(len(data), entry, what, room)
    except _DAMAGE as exc:
        raise Malformed(f"{what} is damaged ({exc})", remedy="Pack the archive again.") from exc
    return bytes(data)


def _refuse_large(size: int, entry: zipfile.ZipInfo, what: str, room: int) -> None:
    if size > _SMALL and size > _MEMBER_RATIO * max(1, entry.compress_size):
        raise OverLimit(f"{what} would unpack from {entry.compress_size:,} to {size:,} bytes", remedy="Leave it out.")
    if size > MOST_BYTES:
        raise OverLimit(f"{what} is larger than {MOST_BYTES:,} bytes", remedy="Put it beside the archive.")
    if size > room:
        raise OverLimit(
            f"{what} is left out: the archive's files are more than {MOST_TOGETHER:,} bytes together",
            remedy="Split the archive.",
        )


def _inner_path(filename: str) -> str:
    """The member's path without anything that leads out of the archive, or into a member."""
    steps = filename.replace("\\", "/").split("/")
    kept = [step for step in (plain(one) for one in steps if one not in ("", ".", "..")) if step]
    *folders, leaf = kept or ["member"]
    return "/".join([*(folder.rstrip("!") or "_" for folder in folders), leaf])


def _one_line(text: str) -> str:
    return " ".join(text.split())
