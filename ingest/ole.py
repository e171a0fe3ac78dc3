"""The names at the root of an OLE file (MS-CFB), so that old office files, mails and encrypted ones are told apart.

Read here and not by a library: this looks at every file that comes in, torn and hostile ones too, and must end soon
with an answer, whatever the bytes are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_ENTRY_BYTES = 128
_MOST_SECTORS = 256
_LAST_SECTOR = 0xFFFFFFFA
_HEADER_TABLES = 109


def root_names(path: Path) -> frozenset[str]:
    """Streams and storages at the root, as far as they can be read; none in a torn file. Raises `OSError`."""
    with path.open("rb") as file:
        header = file.read(512)
        shift = _number(header, 30, width=2)
        if len(header) < 512 or shift not in (9, 12):
            return frozenset()
        return _children_of_root(_entries(file, header, sector_bytes=1 << shift))


def _entries(file: BinaryIO, header: bytes, *, sector_bytes: int) -> list[bytes]:
    """The directory, sector by sector along its chain in the allocation table."""
    tables = [_number(header, 76 + 4 * position) for position in range(_HEADER_TABLES)]
    found: list[bytes] = []
    sector = _number(header, 48)
    for _ in range(_MOST_SECTORS):
        table, place = divmod(sector, sector_bytes // 4)
        if sector >= _LAST_SECTOR or table >= _HEADER_TABLES or tables[table] >= _LAST_SECTOR:
            break
        data = _read(file, (sector + 1) * sector_bytes, sector_bytes)
        found += [data[start : start + _ENTRY_BYTES] for start in range(0, len(data) - 127, _ENTRY_BYTES)]
        sector = _number(_read(file, (tables[table] + 1) * sector_bytes + 4 * place, 4), 0)
    return found


def _children_of_root(entries: Sequence[bytes]) -> frozenset[str]:
    """The tree of siblings below the first entry."""
    names: set[str] = set()
    waiting = [_number(entries[0], 76)] if entries else []
    seen: set[int] = set()
    while waiting:
        position = waiting.pop()
        if position >= len(entries) or position in seen:
            continue
        seen.add(position)
        entry = entries[position]
        names.add(entry[: max(0, min(64, _number(entry, 64, width=2)) - 2)].decode("utf-16-le", "replace"))
        waiting += [_number(entry, 68), _number(entry, 72)]
    return frozenset(names)


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def _number(data: bytes, start: int, *, width: int = 4) -> int:
    """Little endian; what lies behind the end reads as the end of a chain."""
    return int.from_bytes(data[start : start + width].ljust(width, b"\xff"), "little")
