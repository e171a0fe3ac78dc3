"""Small files that are whole or not there, also after a power cut."""

import json
import os
from pathlib import Path
from typing import Any

from retrieval.errors import StorageFull


def replace_json(path: Path, content: object) -> None:
    """Write `content` beside `path` and put it in its place. Raises `StorageFull`."""
    new = path.with_name(f"{path.name}.new")
    try:
        new.write_text(json.dumps(content))
        sync(new)
        os.replace(new, path)
        sync(path.parent)
    except OSError as exc:
        raise full(path, exc) from exc


def read_json(path: Path) -> dict[str, Any]:
    """What `replace_json` last wrote; nothing where it never did, or the disk lost it."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Changes whenever `replace_json` wrote the file; null where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, durable. Raises `OSError`."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def full(path: Path, exc: OSError) -> StorageFull:
    return StorageFull(
        f"{path} can't be written: {exc.strerror}",
        remedy="free some space and run the same command again; what was acknowledged is kept",
    )
